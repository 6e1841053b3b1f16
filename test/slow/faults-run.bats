#!/usr/bin/env bats
# faults-run.bats - the .run in hostile surroundings: the same verdict, or none that is good

load ../run_helper

# what the .run calls, built in or not, but what bash itself needs to come so far
called=(awk base64 cat chmod df dmesg flock getconf grep gzip kill mkdir pigz readlink rm rmdir sed setpriv sha256sum sleep tar
	tee tr true uname wc builtin cd command declare disown echo exit export false let local mapfile printf pwd read
	readonly return set shift shopt type ulimit umask unset wait)

# bats test_tags=promise:callers-environment
@test "faults-run: functions of the caller's, named like whatever it calls, are not called" {
	export_test
	printf '%s\n' '#!/bin/sh' 'exit 0' >t # bash would take the functions over, as the test is to get them
	ktstr-export -q t
	local name functions=()
	for name in "${called[@]}"; do
		functions+=("BASH_FUNC_$name%%=() { /bin/touch $PWD/called.$name; }")
	done
	for option in --quiet --check --list; do
		run -0 on_host env "${functions[@]}" "$BASH" ./t.run $option
	done
	expect value "$(find . -name 'called.*')" ''
	run -0 on_host env "${functions[@]}" "$BASH" -s -- --quiet <t.run
	expect line -1 "t.run: pass"
	nothing_left
}

# bats test_tags=promise:callers-environment
@test "faults-run: each of bash's options that a caller may have set" {
	need tar
	export_test '[ $# = 7 ]'
	local option
	# not noexec and onecmd: they have bash run nothing, which ends with status 0
	for option in allexport errtrace functrace keyword monitor noclobber noglob notify physical posix; do
		run on_host env SHELLOPTS=$option "$BASH" ./t.run --quiet
		((status == 0)) || {
			echo "$option: $status $output"
			return 1
		}
	done
	run -0 on_host env BASHOPTS="$(shopt | awk '$1 !~ /^(compat|restricted|login|syslog)/ { printf "%s%s", s, $1; s = ":" }')" \
		"$BASH" ./t.run --quiet
	run -0 on_host env BASHOPTS=localvar_inherit:inherit_errexit:xpg_echo "$BASH" ./t.run --check
	nothing_left
}

# bats test_tags=promise:callers-environment
@test "faults-run: whatever the environment has, what is extracted is the same" {
	export_test
	mkdir 'odd $(x) '$'\n''dir' -- -x
	./t.run --extract wanted
	for setting in LANG=xx_YY LC_ALL=tr_TR.UTF-8 IFS=a1./ CDPATH=/ GZIP=-1 PIGZ=-1 TAR_OPTIONS=--bad POSIXLY_CORRECT=1 \
		GLOBIGNORE='*' TMPDIR="$PWD/odd \$(x) "$'\n''dir' TMPDIR=-x TMPDIR=gone TMPDIR=/proc GREP_OPTIONS=-v BLOCK_SIZE=1 \
		DF_BLOCK_SIZE=human COLUMNS=1 TERM=bad PATH=; do
		run env "$setting" "$BASH" ./t.run --extract out
		[ "$status" = 0 ] && diff -r wanted out || {
			echo "$setting: $status $output"
			return 1
		}
		rm -r out
		run -0 env "$setting" "$BASH" ./t.run --verify
	done
	expect value "$(find . -name 'ktstr.*-*')" ''
}

@test "faults-run: whatever the umask, as anybody" {
	export_test
	as_nobody
	mkdir free
	chmod 777 free tmp
	for mask in 0 077 777; do
		(umask $mask; as_nobody bash ./t.run --extract free/out)
		expect value "$(stat -c %a free/out free/out/ktstr | tr '\n' ' ')" "755 755 "
		rm -r free/out
		(umask $mask; as_nobody bash ./t.run --verify)
	done
	nothing_left
}

# bats test_tags=promise:callers-environment
@test "faults-run: standard descriptors that are closed, in every combination" {
	export_test 'exit "${RC:-0}"'
	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		run -0 on_host "$BASH" -c "exec $closed; exec ./t.run"
		RC=1 run -1 on_host "$BASH" -c "exec $closed; exec ./t.run"
		run -0 on_host "$BASH" -c "exec $closed; exec ./t.run --check"
		run -0 "$BASH" -c "exec $closed; exec ./t.run --verify"
		nothing_left
	done
}

# bats test_tags=promise:no-verdict
@test "faults-run: with too few descriptors no damaged file is good, and nothing is left" {
	export_test
	sed '/^__ARCHIVE__$/,$ { /^__ARCHIVE__$/! y/ABC/BCA/ }' t.run >bad.run
	chmod +x bad.run
	local n whole=0
	for n in 6 8 10 12 14 16 20; do
		run prlimit --nofile=$n "$BASH" ./bad.run --verify
		((status == 65 || status == 4 || status == 70))
		run prlimit --nofile=$n "$BASH" ./t.run --verify
		((status == 0 || status == 65 || status == 4 || status == 70))
		((status != 0)) || whole=$((whole + 1))
		nothing_left
	done
	expect value "$whole" -gt 0
}

# bats test_tags=promise:no-verdict
@test "faults-run: where no process can be had there is no verdict that is good, and nothing is left" {
	need strace
	export_test
	local n
	for ((n = 1; n < 60; n++)); do
		run strace -qq -o trace -e trace=clone -e inject=clone:error=ENOMEM:when=$n "$BASH" ./t.run --verify
		grep -q INJECTED trace || break
		expect status -ne 0
		[[ $output != *"as it was exported"* ]] || break # only rm comes after that
		[ -z "$(ls -A tmp)" ] || {
			echo "$n: status $status, left: $(ls tmp): $output"
			return 1
		}
	done
	expect value "$n" -gt 3
}

@test "faults-run: a file system that is too small for what is extracted" {
	unshare -m true 2>/dev/null || skip "needs mount namespaces (unshare -m)"
	export_test
	head -c 300000 /dev/zero >zeros
	echo 'include ./zeros' >>t.ktstr
	ktstr-export -q t
	mkdir small
	# shellcheck disable=SC2016
	run -4 unshare -m bash -c 'mount -t tmpfs -o size=100k none small && exec bash ./t.run --extract small/out'
	expect line -1 begins "./t.run: the archive could not be unpacked into small/out: is its disk full?"
	nothing_left
}
