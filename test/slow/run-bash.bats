#!/usr/bin/env bats
# run-bash.bats - what bash takes from its caller, its variables, options, functions and locale, changes no verdict

load ../run_helper

# probe: "probe start FILE COMMAND..." becomes the command, with the environment that FILE holds; as test or
# scheduler, "probe show FILE STATUS", it leaves its own environment there, and ends with the status. With
# TMOUT it takes longer than that. It has a library that must be packed: how it is started then must not be
# the caller's matter either.
make_probe() {
	local cc
	read -ra cc <<<"${CC:-cc}"
	need "${cc[0]}"
	echo 'int one;' | "${cc[@]}" -shared -x c - -Wl,-soname,libone.so -o libone.so
	"${cc[@]}" -D_GNU_SOURCE -O1 -Wl,--no-as-needed,-rpath,"$PWD" -o probe -x c - -x none libone.so <<-'E'
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>

		extern char **environ;

		int main(int argc, char **argv)
		{
			static char text[1 << 20];
			static char *entries[10000];
			FILE *file = fopen(argv[2], strcmp(argv[1], "start") ? "w" : "r");

			if (!file)
				return 99;
			if (strcmp(argv[1], "start") == 0) {
				char *end = text + fread(text, 1, sizeof(text) - 1, file);
				int n = 0;
				for (char *at = text; at < end; at += strlen(at) + 1)
					entries[n++] = at;
				fclose(file);
				execve(argv[3], argv + 3, entries);
				return 98;
			}
			for (char **entry = environ; *entry; entry++)
				fwrite(*entry, strlen(*entry) + 1, 1, file);
			fclose(file);
			if (getenv("TMOUT"))
				usleep(1500000);
			return atoi(argv[3]);
		}
	E
}

# endings: what the .run comes to, and its status
endings=(pass:0 fail:1 scheduler:3)

# make_runs: exports pass.run, fail.run and scheduler.run; their output and status with a clean environment
# are what they have to be with any other. CLEAN is that environment, an array of entries.
make_runs() {
	local ending
	make_probe
	cat >runs.ktstr <<-E
		binary ./probe
		topology 1n1l1c1t
		run-arg show
		run-arg $PWD/seen
		test pass
		run-arg 0
		test fail
		run-arg 1
		test scheduler
		run-arg 0
		scheduler fake ./probe
		sched-arg show
		sched-arg $PWD/seen
		sched-arg 1
	E
	CLEAN=("PATH=$(dirname "$BASH"):$PATH" "HOME=$PWD" LC_ALL=C.UTF-8 "TMPDIR=$TMPDIR")
	printf '%s\0' "${CLEAN[@]}" >environment
	for ending in "${endings[@]}"; do
		ktstr-export -q "${ending%:*}"
		start "${ending%:*}" || return
		cp out "${ending%:*}.out"
		[ "$STATUS" = "${ending#*:}" ] || {
			echo "${ending%:*}, clean: status $STATUS: $(cat out)"
			return 1
		}
	done
}

# start ENDING: runs it with the environment in the file of that name; sets STATUS, output in the file out
start() {
	STATUS=0
	rm -f seen
	on_host "$PWD/probe" start "$PWD/environment" "${SHELL_COMMAND[@]}" "$PWD/$1.run" >out 2>&1 3>&- || STATUS=$?
	sed -i -E 's/\.[0-9]{8}T[0-9]{6}Z[0-9.]*\.evidence/.TIME.evidence/' out
}
SHELL_COMMAND=("$BASH")

# of_the_caller: filters from an environment what the .run has set or extended, and what is bash's own
of_the_caller() {
	LC_ALL=C grep -zavE '^(KTSTR_[A-Z_]*|SCX_TIMEOUT_MS|PATH|LD_LIBRARY_PATH)=' | LC_ALL=C sort -z
}

# as_clean ENDING: the output is as with a clean environment. Before that, bash itself may have said what it
# does not like in the environment, but not of a line of the script.
as_clean() {
	local lines
	lines=$(wc -l <"$1.out")
	tail -n "$lines" out | cmp -s - "$1.out" && ! head -n "-$lines" out | grep -qaE 'line [1-9][0-9]*:'
}

# problem ENTRY...: says what differs where these are in the caller's environment, too; nothing where all is well
problem() {
	local ending entry names=' '
	for entry; do
		names+="${entry%%=*} "
	done
	{
		for entry in "${CLEAN[@]}"; do # not twice, as nobody has an environment with one name twice
			[[ $names == *" ${entry%%=*} "* ]] || printf '%s\0' "$entry"
		done
		printf '%s\0' "$@"
	} >environment
	of_the_caller <environment >wanted
	for ending in "${endings[@]}"; do
		start "${ending%:*}"
		if [ "$STATUS" != "${ending#*:}" ] || ! as_clean "${ending%:*}"; then
			echo "${ending%:*}: status $STATUS: $(cat out)"
		elif ! of_the_caller <seen | cmp -s - wanted; then
			echo "${ending%:*}: environment: $(of_the_caller <seen | diff -a <(tr '\0' '\n' <wanted) <(tr '\0' '\n'))"
		fi
		if ! nothing_left; then
			echo "${ending%:*}: left: $(find tmp)"
			rm -rf tmp/*
		fi
		if [ -e canary ]; then
			echo "${ending%:*}: executed a value"
			rm canary
		fi
	done
}

# holds ENTRY...: with these in the caller's environment all is as without. If not, says which one it is of them.
holds() {
	local found any half
	found=$(problem "$@")
	[ "$found" ] || return 0
	while (($# > 1)); do
		half=$(($# / 2))
		if any=$(problem "${@:1:half}") && [ "$any" ]; then
			set -- "${@:1:half}"
		elif any=$(problem "${@:half+1}") && [ "$any" ]; then
			set -- "${@:half+1}"
		else
			break
		fi
		found=$any
	done
	echo "${*@Q}: $found"
	return 1
}

# each_holds: reads rows, each of entries NAME=VALUE, with " | " between them. CANARY is a command that leaves
# a trace, \0ooo a byte.
each_holds() {
	local row entries entry failed=0
	while IFS= read -r row; do
		entries=()
		while [[ $row ]]; do
			entry=${row%%' | '*}
			row=${row#"$entry"}
			row=${row#' | '}
			printf -v entry %b "${entry//CANARY/: >$PWD/canary}"
			entries+=("$entry")
		done
		holds "${entries[@]}" || failed=1
	done
	return "$failed"
}

# "Shell Variables" of bash(1), 5.0 to 5.3, but for BASH_ENV, PATH, TMPDIR and TMOUT, which are below
variables=(BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_COMPAT
	BASH_EXECUTION_STRING BASH_LINENO BASH_LOADABLES_PATH BASH_MONOSECONDS BASH_REMATCH BASH_SOURCE
	BASH_SUBSHELL BASH_TRAPSIG BASH_VERSINFO BASH_VERSION BASH_XTRACEFD CDPATH CHILD_MAX COLUMNS COMP_CWORD COMP_KEY
	COMP_LINE COMP_POINT COMP_TYPE COMP_WORDBREAKS COMP_WORDS COMPREPLY COPROC DIRSTACK EMACS ENV EPOCHREALTIME
	EPOCHSECONDS EUID EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST GLOBIGNORE GLOBSORT GROUPS histchars HISTCMD
	HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOME HOSTFILE HOSTNAME HOSTTYPE IFS
	IGNOREEOF INPUTRC INSIDE_EMACS LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_NUMERIC LC_TIME LINENO LINES
	MACHTYPE MAIL MAILCHECK MAILPATH MAPFILE OLDPWD OPTARG OPTERR OPTIND OSTYPE PIPESTATUS POSIXLY_CORRECT PPID
	PROMPT_COMMAND PROMPT_DIRTRIM PS0 PS1 PS2 PS3 PS4 PWD RANDOM READLINE_ARGUMENT READLINE_LINE READLINE_MARK
	READLINE_POINT REPLY SECONDS SHELL SHELLOPTS SHLVL SRANDOM TIMEFORMAT UID _)

@test "bash: every shell variable, with values of all kinds" {
	make_runs
	local value name entries failed=0
	for value in '' 0 -1 99999999999999999999 '/' 'a[$(CANARY)]' $'\n;"\047)}\t\\*' $'\377\200\001'; do
		entries=()
		for name in "${variables[@]}"; do
			entries+=("$name=${value//CANARY/: >$PWD/canary}")
		done
		holds "${entries[@]}" || failed=1
	done
	expect value "$failed" 0
}

@test "bash: variables whose values mean something to it, or to the programs that the .run calls" {
	make_runs
	each_holds <<-'E'
		FUNCNEST=1
		FUNCNEST=6
		FUNCNEST=a[$(CANARY)]
		BASH_SOURCE=/bin/true
		BASH_ARGV0=/bin/true | BASH=/bin/false
		BASH_COMPAT=31 | IFS=/ | GLOBIGNORE=* | EXECIGNORE=* | CDPATH=/:/tmp | OPTIND=5 | CHILD_MAX=1
		BASH_COMPAT=5.0 | POSIXLY_CORRECT=1 | COLUMNS=1 | LINES=1 | GLOBSORT=-size | BASH_XTRACEFD=1
		HISTFILE=/dev/full | HISTFILESIZE=0 | HISTSIZE=0 | HISTIGNORE=* | HISTCONTROL=ignoreboth | histchars=*#;
		PROMPT_COMMAND=CANARY | PS1=$(CANARY) | PS4=$(CANARY) | ENV=/dev/stdin | IGNOREEOF=0 | TIMEFORMAT=%x | MAILCHECK=0
		LC_ALL=xx_YY | LANG=xx_YY.UTF-8 | LC_CTYPE=tr_TR.UTF-8 | LC_NUMERIC=de_DE.UTF-8 | LANGUAGE=de
		TAR_OPTIONS=--bad | GZIP=--bad | PIGZ=--bad | XZ_DEFAULTS=--bad | XZ_OPT=--bad | ZSTD_CLEVEL=x | TZ=x
		GREP_OPTIONS=--bad | GREP_COLOR=x | AWKPATH=/x | BLOCK_SIZE=1 | DF_BLOCK_SIZE=1G | BLOCKSIZE=1 | LS_COLORS=x
		PS_FORMAT=pid | PS_PERSONALITY=bsd | LIBPROC_HIDE_KERNEL=1 | POSIX_ME_HARDER=1 | _POSIX2_VERSION=199209
		KTSTR_TMPDIR=/x | CALLERS_ENVIRONMENT=x | CALLERS_TMPDIR=/x | FD=0 | LINE_END=x | ENVIRONMENT=x | WORK=/ | SELF=x
		a.b=1 | -x=2 | 1=2 | @=3 | a b=c | x[0]=$(CANARY) | a[$(CANARY)]=1 | %=%s%n | \0342\0200\0256=\0377
	E
}

@test "bash: TMOUT, with a test and a scheduler that take longer" {
	make_runs
	each_holds <<<'TMOUT=1'
}

@test "bash: no PATH, an empty one and relative ones take no program from the current directory" {
	local program
	make_runs
	for program in base64 bash cat chmod df env gzip ln mkdir mkfifo mv rm sed setpriv sha256sum tar tee tr true wc; do
		script "$program" ": >$PWD/canary"
	done
	each_holds <<-'E'
		PATH=
		PATH=:
		PATH=/nonexistent
		PATH=::/bin
	E
	rm -f canary
	CLEAN=("${CLEAN[@]:1}")
	holds A=1
}

@test "bash: no place for temporary files, or a strange one" {
	make_runs
	each_holds <<-'E'
		TMPDIR=
		TMPDIR=/nonexistent
		TMPDIR=-x
		TMPDIR=$(CANARY)
	E
	mkdir a=b
	holds "TMPDIR=$PWD/a=b"
	expect value "$(ls a=b)" ''
}

@test "bash: every option of set, by SHELLOPTS" {
	make_runs
	local option all failed=0
	all=$(set -o | awk '$1 !~ /^(noexec|onecmd|verbose|xtrace)$/ { print $1 }' | paste -sd:) # those are below
	for option in allexport:keyword errexit:nounset history:histexpand monitor noclobber:noglob posix "$all"; do
		holds "SHELLOPTS=$option" || failed=1
	done
	expect value "$failed" 0
}

@test "bash: verbose and xtrace show the first commands, and change nothing else" {
	make_runs
	local entry ending
	for entry in SHELLOPTS=verbose SHELLOPTS=xtrace; do
		printf '%s\0' "${CLEAN[@]}" "$entry" "PS4=+\$(: >$PWD/canary)" BASH_XTRACEFD=2 >environment
		for ending in "${endings[@]}"; do
			start "${ending%:*}"
			echo "$entry, $ending: $STATUS: $(cat out)"
			expect value "$STATUS" "${ending#*:}"
			tail -n "$(wc -l <"${ending%:*}.out")" out | cmp - "${ending%:*}.out"
			expect value "$(wc -l <out)" -le $(($(wc -l <"${ending%:*}.out") + 5))
			nothing_left
			expect no-file canary
		done
	done
}

@test "bash: with noexec or onecmd nothing is run, and no verdict given" {
	make_runs
	local option ending
	for option in noexec onecmd; do
		printf '%s\0' "${CLEAN[@]}" "SHELLOPTS=$option" >environment
		for ending in "${endings[@]}"; do
			start "${ending%:*}"
			[ ! -s out ]
			expect no-file seen
			nothing_left
		done
	done
}

@test "bash: every option of shopt, by BASHOPTS" {
	make_runs
	local option all failed=0
	all=$(shopt | awk '{ print $1 }' | paste -sd:)
	for option in compat31 compat44 expand_aliases:extdebug failglob nullglob:nocasematch lastpipe:localvar_inherit \
		restricted_shell varredir_close:xpg_echo "$all"; do
		holds "BASHOPTS=$option" || failed=1
	done
	holds "BASHOPTS=$all" SHELLOPTS=history:histexpand:posix:errexit:nounset:noglob FUNCNEST=2 BASH_COMPAT=4.4 || failed=1
	expect value "$failed" 0
}

@test "bash: an exported function with the name of each builtin, keyword, program, and function of the header" {
	make_runs
	local name entries=()
	for name in $(compgen -b) $(compgen -k) $(sed -n 's/^\([a-z_]*\)() [{(]$/\1/p' "$TOP"/share/preamble/*.bash) awk base64 \
		cat chmod date df dmesg env getconf grep gzip id ln ls mkdir mkfifo mktemp mv ps readlink rm rmdir sed setpriv \
		sha256sum sleep sort stat stty sync tail tar tee timeout tr uname wc x; do
		entries+=("BASH_FUNC_$name%%=() { : >$PWD/canary; }")
	done
	holds "${entries[@]}"
	holds "BASH_FUNC_x%%=() { :; }; : >$PWD/canary" "x=() { :; }; : >$PWD/canary" "BASH_FUNC_x()=() { : >$PWD/canary; }"
	holds "BASH_FUNC_exec%%=() { exit 0; }" "BASH_FUNC_builtin%%=() { :; }" SHELLOPTS=posix
}

@test "bash: whatever a BASH_ENV file does to the first bash" {
	make_runs
	local line failed=0
	while IFS= read -r line; do
		printf '%s\n' "${line//CANARY/: >$PWD/canary}" >"$PWD/env.bash"
		holds "BASH_ENV=$PWD/env.bash" || {
			echo "	with $line"
			failed=1
		}
	done <<-'E'
		set -euo pipefail -o posix
		set -f; IFS=/; shopt -s extglob nullglob failglob; LC_ALL=C.UTF-8
		for f in exec trap set unset builtin printf mapfile case exit echo eval; do eval "$f() { :; }"; done 2>/dev/null
		for f in trap exec builtin printf mapfile case LINE_END; do eval "$f() { exit 0; }"; done 2>/dev/null
		trap 'x=1' DEBUG; trap 'exit 0' ERR; trap : RETURN; set -T
		cd /; umask 777; unset PATH; OPTIND=9; FUNCNEST=1
		ulimit -c 0; exec 7</dev/null 10</dev/null 11>/dev/null
		BASH=/bin/false
		declare -i FD CALLERS_ENVIRONMENT
		declare -A CALLERS_ENVIRONMENT
	E
	expect value "$failed" 0
}

# --- How bash is started --------------------------------------------------------------------------

@test "bash: its own options on the command line, another name, and a pipe change nothing" {
	make_runs
	local options environment ending
	ln -s "$BASH" sh
	while IFS='|' read -r options environment; do
		read -ra SHELL_COMMAND <<<"$options"
		printf '%s\0' "${CLEAN[@]}" ${environment:+"$environment"} >environment
		for ending in "${endings[@]}"; do
			start "${ending%:*}" </dev/null
			[ "$STATUS" = "${ending#*:}" ] && as_clean "${ending%:*}" || {
				echo "$options $environment: $ending: $STATUS: $(cat out)"
				return 1
			}
		done
	done <<-E
		$BASH -euf -o pipefail
		$BASH --posix
		$BASH -kCamB
		$BASH -p
		$BASH -H -o history
		$BASH -O extdebug -O failglob -O compat31
		$PWD/sh
	E
	for environment in TMOUT=1 FUNCNEST=1 SHELLOPTS=history:histexpand BASH_SOURCE=/x; do
		printf '%s\0' "${CLEAN[@]}" "$environment" >environment
		for ending in "${endings[@]}"; do
			STATUS=0
			cat "${ending%:*}.run" | on_host "$PWD/probe" start "$PWD/environment" "$BASH" >out 2>&1 3>&- || STATUS=$?
			[ "$STATUS" = "${ending#*:}" ] || {
				echo "piped, $environment: $ending: $STATUS: $(cat out)"
				return 1
			}
		done
	done
	nothing_left
}

# --- Locales --------------------------------------------------------------------------------------

# Multibyte charmaps of Debian's package locales that are not UTF-8: those of its own locales, and others of which
# localedef makes one. In many of them a byte of ASCII is the second of a character.
charmaps=(BIG5 BIG5-HKSCS CP949 EUC-JISX0213 EUC-JP EUC-JP-MS EUC-KR EUC-TW GB18030 GB2312 GBK JOHAB SHIFT_JIS
	SHIFT_JISX0213 TCVN5712-1 TSCII WINDOWS-31J)

# make_locales: builds xx_XX.CHARMAP for each, in the directory locales, two at a time
make_locales() {
	need localedef
	[ -e /usr/share/i18n/charmaps/GB18030.gz ] || skip "needs the locale sources: apt-get install locales"
	mkdir locales
	# it ends with 1 where it has warned, as of a charmap without a backslash
	printf '%s\n' "${charmaps[@]}" | xargs -P 2 -I {} sh -c \
		'localedef -c --no-archive -i POSIX -f "$1" "$PWD/locales/xx_XX.$1" >/dev/null 2>&1 || :' sh {}
	[ "$(find locales -name LC_CTYPE | wc -l)" = "${#charmaps[@]}" ]
}

# field: standard input as a field of a definition, every byte of it
field() {
	od -An -v -to1 | tr -d '\n' | tr ' ' '\\'
}

@test "bash: in every multibyte locale, values are what was packed, and nothing of them is executed" {
	local charmap word words=() option value
	make_locales
	make_probe
	script t LC_ALL=C "printf '%s\\0' \"\$@\" >$PWD/test.args"
	script sched LC_ALL=C "printf '%s\\0' \"\$@\" >$PWD/sched.args" "${attach[@]}" "${stay[@]}"
	# what the shell must not execute, after each byte that can be the first of a character
	for word in $'\001中\'$(CANARY)中\'' $'中\'`CANARY`\'' $'\x81\x27$(CANARY)\x81\x27' $'\xe0\x5c\'$(CANARY)' \
		$'\x95\x5c' $'\xa1\x60CANARY\xa1\x60' $'調度器1' $'\x8e\xa2\xa1\x22$(CANARY)'; do
		words+=("${word//CANARY/: >$PWD/canary}")
	done
	mkdir 'f' && echo >"f/中'\$(: >canary)'"
	{
		printf 'test t\nbinary t\ntopology 1n1l1c1t\ncgroup-parent /%s\n' "$(printf "调'\$(: >canary)'" | field)"
		printf 'scheduler %s ./sched\ninclude ./%s\n' "$(printf '调度器1' | field)" "$(printf "f/中'\$(: >canary)'" | field)"
		printf 'sysctl kernel.hostname %s\n' "$(printf "\001中'\$(: >canary)中'" | field)"
		for word in "${words[@]}"; do
			value=$(printf %s "$word" | field)
			printf '%s %s\n' sched-arg "$value" run-arg "$value"
		done
	} >t.ktstr
	ktstr-export -q t
	for option in --info --print-command; do
		on_host "$BASH" ./t.run "$option" >"clean$option"
	done
	sed -i '/^sysctl/d' t.ktstr # the rest is run
	cp t.run shown.run
	ktstr-export -q t
	LC_ALL=C on_host "$BASH" ./t.run >clean 2>&1 # its messages are ASCII where the locale is not UTF-8
	grep -q '调度器1' clean-\-info
	for charmap in "${charmaps[@]}"; do
		printf '%s\0' "PATH=$PATH" "TMPDIR=$TMPDIR" "LOCPATH=$PWD/locales" "LC_ALL=xx_XX.$charmap" >environment
		expect value "$("$PWD/probe" start environment /usr/bin/locale charmap)" "$charmap"
		rm -f test.args sched.args
		for option in --info --print-command; do
			on_host "$PWD/probe" start environment "$BASH" ./shown.run "$option" 2>&1 | diff - "clean$option" || {
				echo "$charmap: $option"
				return 1
			}
		done
		on_host "$PWD/probe" start environment "$BASH" ./t.run >out 2>&1 || {
			echo "$charmap: $(cat out)"
			return 1
		}
		cmp clean out
		printf '%s\0' "${words[@]}" | cmp - test.args || {
			echo "$charmap: arguments: $(od -c test.args)"
			return 1
		}
		printf '%s\0' "${words[@]}" | cmp - <(tail -zn "${#words[@]}" sched.args) # after that of the cgroup
		[ ! -e canary ] || {
			echo "$charmap: executed a value"
			return 1
		}
		nothing_left
	done
}
