#!/usr/bin/env bats
# faults-export.bats - ktstr-export, and what goes wrong around it: killed, no room, no processes, odd
# surroundings. The target is whole or as it was, and nothing is left.

# shellcheck disable=SC2034 # stderr_lines is after_fault's
load faults_helper

# export_fault COMMAND...: ktstr-export of a to target/a.run through COMMAND, over an old file
export_fault() {
	begin_fault
	run --separate-stderr "$@" ktstr-export -q -o target/a.run a
}

# half SIGNAL PID: a stage that prints a part and sends PID, as a shell's word, a signal
half() {
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/bash' 'echo "half of it"' "kill -$1 $2" 'exec sleep 20' >half
	chmod +x half
}

stages=(KTSTR_MANIFEST KTSTR_PACK KTSTR_B64 KTSTR_PREAMBLE)

@test "faults-export: a stage that is killed is named, with the signal" {
	for signal in TERM KILL HUP XFSZ; do # INT is ignored in what a shell has in the background
		# shellcheck disable=SC2016
		half $signal '$$'
		for stage in "${stages[@]}"; do
			export_fault env "$stage=./half"
			after_fault $((128 + $(kill -l $signal)))
			expect stderr "ktstr-export: ./half: killed by SIG$signal"
		done
	done
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: a signal in any stage ends it, the stage and all that was made" {
	for signal in TERM INT HUP; do
		# shellcheck disable=SC2016
		half $signal '$PPID'
		for stage in "${stages[@]}"; do
			begin_fault
			run --separate-stderr env --default-signal="$signal" "$stage=./half" ktstr-export -q -o target/a.run a
			stderr_lines=(none) # nothing is to be said to who did it
			expect stderr ""
			after_fault $((128 + $(kill -l $signal)))
		done
	done
}

@test "faults-export: a stage that ignores TERM is killed" {
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/bash' 'trap "" TERM' 'kill -TERM $PPID' 'while :; do sleep 0.1; done' >half
	chmod +x half
	for stage in KTSTR_PACK KTSTR_B64; do
		export_fault env $stage=./half
		stderr_lines=(none)
		after_fault 143
	done
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: TERM at any point ends it clean, or comes too late" {
	need strace
	ktstr-export -q -o whole.run a
	mv whole.run whole
	local calls=clone,wait4,openat,dup2,execve n late=0
	for ((n = 2; n < 400; n += 7)); do
		begin_fault
		run --separate-stderr strace -qq -o trace -e trace=$calls -e inject=$calls:signal=TERM:when=$n \
			bash -p "$TOP/build/bin/ktstr-export" -q -o target/a.run a
		grep -q SIGTERM trace || break
		if cmp -s target/a.run whole; then
			late=$((late + 1))
			expect status 0
			nothing_left
			continue
		fi
		expect stderr ""
		stderr_lines=(none)
		after_fault 143
	done
	((n > 50 && n < 400))
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: KILL at any point leaves the target whole or as it was, and no more than its temporaries" {
	need strace
	ktstr-export -q -o whole.run a
	mv whole.run whole
	local calls=clone,wait4,openat,dup2,execve n left
	for ((n = 2; n < 400; n += 7)); do
		begin_fault
		run --separate-stderr strace -qq -o trace -e trace=$calls -e inject=$calls:signal=KILL:when=$n \
			bash -p "$TOP/build/bin/ktstr-export" -q -o target/a.run a
		grep -q SIGKILL trace || break
		[ "$(cat target/a.run)" = old ] || cmp target/a.run whole
		left=$(processes_left)
		expect value "$left" ''
		left=$(find tmp target -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -v -e '^\.a\.run\.[[:alnum:]]\{10\}$' \
			-e '^a\.run$') || true
		expect value "$left" ''
		rm -rf tmp/* target/.a.run.*
	done
	((n > 50 && n < 400))
}

# several_of: prints the names of the files in target but the old one, which it checks: each is the one of its test
several_of() {
	local name
	for name in a b c; do
		[ ! -e target/$name.run ] || cmp -s target/$name.run whole.$name || [ "$(cat target/$name.run)" = old ] || {
			echo "target/$name.run is neither whole nor as it was"
			return 1
		}
	done
	find target -mindepth 1 ! -name '[abc].run' -printf '%P\n'
}

# several: three tests, of which the last packs more, and the .run of each by itself
several() {
	local name
	printf 'binary t\ntest a\ntest b\ntest c\ninclude ./data\n' >t.ktstr
	for name in a b c; do
		ktstr-export -q -o whole.$name $name
	done
	sleep 3.1 # so old that the archive of a is that of b
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: TERM at any point of an export of several leaves whole files and nothing else" {
	need strace
	local calls=clone,wait4,openat,dup2,execve n left
	several
	for ((n = 2; n < 400; n += 5)); do
		rm -f target/*
		begin_fault
		run --separate-stderr strace -qq -o trace -e trace=$calls -e inject=$calls:signal=TERM:when=$n \
			bash -p "$TOP/build/bin/ktstr-export" -q -o target/ 'a*' b c
		grep -q SIGTERM trace || break
		[ "$status" = 143 ] || [ "$status" = 0 ] || {
			echo "call $n: status $status $stderr"
			false
		}
		expect stderr ""
		left=$(several_of)
		expect value "$left" ''
		nothing_left
	done
	((n > 20 && n < 400))
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: no process to be had at any point of an export of several" {
	need strace
	local n when left
	several
	for ((n = 1; n < 100; n++)); do
		rm -rf target/* target/.[!.]*
		begin_fault
		when=$n
		((n % 2)) || when+=+
		run --separate-stderr strace -f -qq -o trace -e trace=clone -e inject=clone:error=ENOMEM:when="$when" \
			bash -p "$TOP/build/bin/ktstr-export" -q -o target/ 'a*' b c
		grep -q INJECTED trace || break
		expect stderr has "fork: Cannot allocate memory"
		expect status -ne 0
		rm -rf target/.tests.run.* # none may be to be had to remove it, either
		left=$(several_of)
		expect value "$left" ''
		expect value "$(processes_left)" ''
	done
	expect value "$n" -gt 8
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: a disk that gets full in an export of several keeps whole files, and says it of each" {
	need unshare
	unshare -m true 2>/dev/null || skip "needs mount namespaces (unshare -m)"
	local size
	a_file 100000
	several
	for size in 40k 160k 320k 600k 2m; do
		# shellcheck disable=SC2016
		run --separate-stderr unshare -m bash -c 'mount -t tmpfs -o size=$1 none target || exit 99
			status=0
			ktstr-export -q -o target/ a b c || status=$?
			for name in a b c; do
				[ ! -e target/$name.run ] || cmp target/$name.run whole.$name || exit 98
			done
			printf "%s " $(ls -A target)
			exit $status' in_namespace $size
		echo "$size: $status $output $stderr"
		case $size in
		2m) expect status 0 && expect output 'a.run b.run c.run ' ;;
		*) expect status 1 && [[ $stderr == *": No space left on device"* ]] ;;
		esac
		[ "$size" != 600k ] || expect output 'a.run b.run '
	done
}

@test "faults-export: a signal while the file is renamed does not make it look undone" {
	local real
	real=$(type -P mv)
	mkdir bin
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/bash' "$real \"\$@\" || exit" '[ $1 = --help ] || kill -TERM $PPID' >bin/mv
	chmod +x bin/mv
	begin_fault
	run -0 env PATH="$PWD/bin:$PATH" ktstr-export -q -o target/a.run a
	bash -n target/a.run
	nothing_left
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: no process to be had at any point" {
	need strace
	local n when
	ktstr-export -q -o whole.run a
	mv whole.run whole
	for ((n = 1; n < 60; n++)); do
		begin_fault
		when=$n # this one alone, or all from there on
		((n % 2)) || when+=+
		run --separate-stderr strace -qq -o trace -e trace=clone -e inject=clone:error=ENOMEM:when="$when" \
			bash -p "$TOP/build/bin/ktstr-export" -q -o target/a.run a
		grep -q INJECTED trace || break
		expect stderr has "fork: Cannot allocate memory"
		stderr_lines=(one) # bash has a second one about itself
		if cmp -s target/a.run whole; then # it was complete, and no process was to be had to clean up
			echo old >target/a.run
			rm -r target/.a.run.*
		fi
		[[ $when == "$n" ]] || rm -rf target/.a.run.*
		after_fault 254
	done
	expect value "$n" -gt 8
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: file systems of every size that is too small" {
	need unshare
	unshare -m true 2>/dev/null || skip "needs mount namespaces (unshare -m)"
	a_file 150000
	ktstr-export -q -o whole.run a
	mv whole.run whole
	local place size to
	for place in tmp target; do
		to=target/a.run
		[[ $place == target ]] || to=-
		for size in 4k 40k 80k 120k 200k 400k 800k; do
			begin_fault
			# shellcheck disable=SC2016
			run --separate-stderr unshare -m bash -c 'mount -t tmpfs -o size=$2 none "$1" || exit 99
				export FAULTS_OF; status=0
				echo old >target/a.run
				bash -c "ktstr-export -q -o $3 a" >printed || status=$?
				if [ $status = 0 ]; then
					[ $3 = - ] || mv target/a.run printed
					cmp printed whole || status=97
				else
					[ "$(cat target/a.run)" = old ] && [ ! -s printed ] || status=98
				fi
				echo old >target/a.run
				[ -z "$(ls -A tmp)" ] && [ "$(ls -A target)" = a.run ] || status=96
				rm -f printed
				exit $status' in_namespace $place $size $to
			((status == 1 && ${size%k} < 800 || status == 0 && ${size%k} > 200)) || {
				echo "$place, $size: $status $stderr"
				return 1
			}
			((status == 0)) || [[ $stderr == *": No space left on device"* && $stderr == *"$place/"* ]] || {
				echo "$place, $size: no file is named: $stderr"
				return 1
			}
			stderr_lines=(one) # ktstr-b64 and sha256sum run at the same time: each may say it
			((status == 0)) || after_fault 1
		done
	done
}

@test "faults-export: a limit on the size of files" {
	a_file 150000
	for blocks in 1 20 60 100; do
		begin_fault
		# shellcheck disable=SC2016
		run --separate-stderr bash -c 'ulimit -f $1; shift; exec "$@"' limited $blocks \
			bash -p "$TOP/build/bin/ktstr-export" -q -o target/a.run a
		after_fault 153
		expect stderr ends "killed by SIGXFSZ"
	done
}

# bats test_tags=promise:whole-or-nothing
@test "faults-export: with too few descriptors it fails or the file is whole" {
	ktstr-export -q -o whole.run a
	mv whole.run whole
	for n in 6 7 8 9 10 12 14 20; do
		begin_fault
		run --separate-stderr prlimit --nofile=$n "$BASH" -p "$TOP/build/bin/ktstr-export" -q -o target/a.run a
		if ((status == 0)); then
			cmp target/a.run whole
			nothing_left
		else
			[ "$stderr" ]
			stderr_lines=(one) # bash says it of each that it wants
			after_fault 1
		fi
	done
}

@test "faults-export: a source that goes or changes between two stages" {
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/bash' 'ktstr-manifest "$@" || exit' '. ./meanwhile' >between
	chmod +x between
	local action says
	while IFS='|' read -r action says; do
		echo data >data
		echo "$action" >meanwhile
		export_fault env KTSTR_MANIFEST=./between
		after_fault 1
		[[ $stderr == *$says ]] || {
			echo "$action: $stderr"
			return 1
		}
		rm -rf data
	done <<-'EOF2'
		rm data|include/data: /*/data: No such file or directory
		rm data; mkdir data|include/data: /*/data: Is a directory: only regular files are packed
		rm data; mkfifo data|include/data: /*/data: not a regular file
		ln -sf /proc/version data|*it holds more bytes than its size said*
	EOF2
}

@test "faults-export: a reader that leaves is not to be told, and nothing is left" {
	a_file 300000
	run --separate-stderr bash -c 'set -o pipefail; ktstr-export -q -o - a | head -c 10'
	expect status 141
	expect stderr ""
	nothing_left
}

# --- the caller's environment ---

# bats test_tags=promise:whole-or-nothing
@test "faults-export: whatever the environment has, the file is the same" {
	ktstr-export -q -o whole.run a
	mv whole.run whole
	mkdir bin 'odd $(x) '$'\n''dir'
	echo 'echo from BASH_ENV >&2' >env.bash
	local setting
	for setting in LANG=xx_YY.UTF-8 LC_ALL=tr_TR.UTF-8 IFS=a1./ ENV="$PWD/env.bash" CDPATH=/ GZIP=-1 PIGZ=-1 \
		TAR_OPTIONS=--bad POSIXLY_CORRECT=1 SHELLOPTS=noglob:noclobber:posix:nounset BASHOPTS=failglob:nullglob:nocasematch \
		SHELLOPTS=xtrace:allexport:keyword BASHOPTS=localvar_inherit:xpg_echo:lastpipe:extdebug GLOBIGNORE='*' \
		TMPDIR="$PWD/odd \$(x) "$'\n''dir' GREP_OPTIONS=-v GREP_COLORS=bad TERM=bad LS_COLORS=bad COLUMNS=1 \
		'BASH_FUNC_mktemp%%=() { :; }' 'BASH_FUNC_rm%%=() { echo bad; }' 'BASH_FUNC_wc%%=() { echo 5; }' \
		'BASH_FUNC_sha256sum%%=() { echo 5; }' 'BASH_FUNC_unset%%=() { :; }' 'BASH_FUNC_exit%%=() { :; }' \
		'BASH_FUNC_printf%%=() { :; }' 'BASH_FUNC_set%%=() { :; }' 'BASH_FUNC_mv%%=() { cat; }' 'BASH_FUNC_[%%=() { :; }'; do
		begin_fault
		run --separate-stderr env "$setting" ktstr-export -q -o target/a.run a
		cmp target/a.run whole && [ "$status" = 0 ] && [ "$(stat -c %a target/a.run)" = 755 ] || {
			echo "$setting: $status $stderr"
			return 1
		}
		nothing_left
	done
	BASH_ENV=$PWD/env.bash ktstr-export -q -o target/a.run a
	cmp target/a.run whole
}

@test "faults-export: whatever the umask, as anybody" {
	as_nobody
	ktstr-export -q -o whole.run a
	mv whole.run whole
	chmod 777 tmp target
	for mask in 0 077 777; do
		(umask $mask; as_nobody ktstr-export -q -o target/a.run a)
		cmp target/a.run whole
		expect value "$(stat -c %a target/a.run)" 755
		rm -f target/a.run
		nothing_left
	done
}

@test "faults-export: standard descriptors that are closed, in every combination" {
	ktstr-export -q -o whole.run a
	mv whole.run whole
	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		begin_fault
		run -0 bash -c "ktstr-export -q -o target/a.run a $closed"
		cmp target/a.run whole
		nothing_left
	done
	run -1 bash -c 'ktstr-export -q -o - a >&-'
	nothing_left
}

@test "faults-export: a TMPDIR that is none is named, with what to do" {
	touch file
	for directory in gone file /proc gone$'\n'too; do
		begin_fault
		run --separate-stderr env TMPDIR="$directory" ktstr-export -q -o - a
		after_fault 1
		expect stderr begins "ktstr-export: no temporary directory: set TMPDIR to another: "
	done
	as_nobody
	chmod 777 target
	chmod 755 tmp
	begin_fault
	run --separate-stderr as_nobody ktstr-export -q -o - a
	after_fault 1
	expect stderr "ktstr-export: no temporary directory: set TMPDIR to another: Permission denied"
}

@test "faults-export: programs that are missing are named" {
	mkdir bin
	for path in '' "$PWD/bin"; do
		begin_fault
		run --separate-stderr env PATH="$path" "$BASH" -p "$TOP/build/bin/ktstr-export" -q -o target/a.run a
		after_fault 1
		expect stderr "ktstr-export: cat: not found on PATH"
	done
}

@test "faults-export: the target's directory may end in a newline, and a name be as long as a file's" {
	mkdir d d$'\n'
	ktstr-export -q -o d$'\n'/x.run a
	bash -n d$'\n'/x.run
	rm -r d$'\n'
	expect value "$(ls -A d)" ''
	name=$(printf '%0251d' 0)
	sed -i "s/^test a/test $name/" t.ktstr
	ktstr-export -q "$name"
	bash -n "$name.run"
	rm "$name.run"
	run -1 --separate-stderr ktstr-export -q "$name$name"
	expect stderr begins "ktstr-"
	expect stderr has "no such test in"
	nothing_left
}
