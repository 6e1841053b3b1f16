#!/usr/bin/env bats
# preamble.bats - ktstr-preamble: the template with a manifest's values in it

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >m <<-'EOF'
		manifest 1
		test a
		scheduler my\040sched
		topology 2n4l8c2t
		duration 7
		watchdog 3
		git 1234567-dirty
		sched-arg --config
		sched-arg {include/c\040d}
		sched-arg it's\040"$(x)`y`\012\303\251
		cgroup-parent /a\040b
		cgroup-controllers perf_event cpu
		workload-root-cgroup /a\040b/c"
		sysctl kernel.a 1\0402
		kernel 6.12 6.14
		kernel-arg a=b\040c
		run-arg ""
		run-arg \012__ARCHIVE__\012
		file ktstr /bin/true 0755
		file scheduler /bin/true 0755
		file include/c\040d /bin/true 0755
	EOF
}

# with LINE: the manifest without the records of LINE's keyword, and LINE at its end
with() {
	grep -v "^${1%% *} " m
	printf '%s\n' "$1"
}

@test "preamble: the frozen values stand at the beginning of a line, as grep wants them" {
	run -0 ktstr-preamble <m
	for line in KTSTR_TEST_NAME=a "KTSTR_SCHED_NAME='my sched'" KTSTR_GIT_HASH=1234567-dirty \
		NEED_LLCS=4 NEED_CORES_PER_LLC=8 NEED_THREADS_PER_CORE=2 NEED_NUMA_NODES=2 \
		TEST_DURATION_SECS=7 TEST_WATCHDOG_SECS=3; do
		grep -qxF -- "$line" <<<"$output"
	done
}

# bats test_tags=promise:values-are-data
@test "preamble: the last line is the marker, and no other line is" {
	ktstr-preamble <m >header
	expect value "$(tail -n 1 header)" __ARCHIVE__
	expect value "$(grep -cx __ARCHIVE__ header)" 1
}

# bats test_tags=promise:values-are-data
@test "preamble: bash reads every value back byte for byte" {
	ktstr-preamble <m | sed -n '/^KTSTR_TEST_NAME=/,/^DECOMPRESS=/p' >values
	# shellcheck disable=SC1091
	. ./values
	expect value "$KTSTR_SCHED_NAME" "my sched"
	expect value "${#SCHED_ARGS[@]}" 3
	expect value "${SCHED_ARGS[1]}" "{include/c d}"
	expect value "${SCHED_ARGS[2]}" $'it\'s "$(x)`y`\n\303\251'
	expect value "$CGROUP_PARENT" "/a b"
	expect value "$NEED_KERNEL_MIN $NEED_KERNEL_MAX ${NEED_KERNEL_ARGS[*]@Q}" "6.12 6.14 'a=b c'"
	expect value "$TEST_CGROUP_ROOT" '/a b/c"'
	expect value "${NEED_CONTROLLERS[*]@Q}" "'perf_event' 'cpu'"
	expect value "${SYSCTLS[*]@Q}" "'kernel.a' '1 2'"
	expect value "${#RUN_ARGS[@]}" 2
	expect value "${RUN_ARGS[1]}" $'\n__ARCHIVE__\n'
	expect value "$TEST_RUN_ARGS" ''
	expect value "$ATTACHES_SCHEDULERS$DROPS_ROOT" ""
	expect value "$TEST_PROGRAM $SCHED_PROGRAM" "true true"
	expect value "${PACKED_FILES[*]} $PACKED_COUNT" "ktstr scheduler include 3"
	expect value "$PAYLOAD_SIZE$PAYLOAD_SHA256" ""
	expect value "${#DECOMPRESS[@]}" 0
}

@test "preamble: a scheduler that is not packed is one of the kernel's own, or refused, by every stage" {
	local name stage line
	grep -v '^file \(scheduler\|include\)\|^sched\|^manifest\|^cgroup' m >rest
	for name in eevdf default none scx_a EEVDF 'my\040sched'; do
		for line in "file ktstr /bin/true 0755" "file schedule /bin/true 0755" "file include/scheduler /bin/true 0755"; do
			{ echo manifest 1; echo "scheduler $name"; sed "s|^file ktstr.*|&\\n$line|" rest | uniq; } >n
			for stage in preamble libs pack; do
				run --separate-stderr bash -c 'ktstr-$1 <n | cat >/dev/null; exit ${PIPESTATUS[0]}' - $stage
				case $name in
				eevdf | default | none) [ "$status" = 0 ] ;;
				*) [ "$status" = 1 ] && [ "$stderr" = "ktstr-$stage: <stdin>:2: scheduler: no file record scheduler, so that nothing would be started (only eevdf, default and none stand without one): $(printf "${name//040/40}")" ] ;;
				esac || {
					echo "$stage, $name: $status, $stderr"
					false
				}
			done
		done
	done
}

@test "preamble: what says where the programs come from is frozen, and may be missing" {
	local names='^(KTSTR_ABOUT|KTSTR_CONTACT|TEST_BUILD_ID|SCHED_BUILD_ID|SCHED_GIT_HASH)='
	{
		cat m
		printf '%s\n' 'about it\040is\040$(x)' 'contact a@b.example' 'build-id ktstr 0aff' 'build-id scheduler 12' \
			'git-scheduler 0123abc-dirty'
	} >n
	run -0 ktstr-preamble <n
	expect value "$(grep -E "$names" <<<"$output")" "KTSTR_ABOUT='it is \$(x)'
KTSTR_CONTACT=a@b.example
TEST_BUILD_ID=0aff
SCHED_BUILD_ID=12
SCHED_GIT_HASH=0123abc-dirty"
	run -0 ktstr-preamble <m
	expect value "$(grep -cE "$names''$" <<<"$output")" 5
}

@test "preamble: the expected error of a scheduler is frozen, and needs a packed one" {
	run -0 ktstr-preamble < <(with 'expect-scheduler-error it'\''s\040a\040$(stall)')
	grep -qxF -- "SCHED_EXPECTED_ERROR='it'\\''s a \$(stall)'" <<<"$output"
	run -0 ktstr-preamble <m
	grep -qxF -- "SCHED_EXPECTED_ERROR=''" <<<"$output"
	sed '/^file scheduler /d; s/^scheduler .*/scheduler none/' m >n
	echo 'expect-scheduler-error stall' >>n
	run -1 ktstr-preamble <n
	expect output matches '^ktstr-preamble: <stdin>:[0-9]+: expect-scheduler-error: needs a packed scheduler, which is then ejected: leave it out, or pack one$'
}

@test "preamble: records without fields are frozen as 1" {
	sed '/^file scheduler /d; s/^scheduler .*/scheduler none/' m >n
	printf '%s\n' attaches-schedulers drops-root >>n
	run -0 ktstr-preamble <n
	for line in ATTACHES_SCHEDULERS=1 DROPS_ROOT=1 "SCHED_PROGRAM=''"; do
		grep -qxF -- "$line" <<<"$output"
	done
}

@test "preamble: a program's own name is frozen, whatever bytes it has" {
	local name quoted
	for name in sleep 'two words' $'a\nb' $'it\'s $(id)' -x $'\351'; do
		cp /bin/true "./$name"
		printf -v quoted '%s' "${name//\\/\\134}"
		quoted=${quoted// /\\040}
		quoted=${quoted//$'\n'/\\012}
		with "file ktstr $PWD/$quoted 0755" | grep -av '{include\|^file include' >n
		printf 'file scheduler %s/%s 0755\n' "$PWD" "$quoted" >>n
		ktstr-preamble <n | grep -a '^\(TEST\|SCHED\)_PROGRAM=' >values
		# shellcheck disable=SC1091
		. ./values
		expect value "$TEST_PROGRAM" "$name"
		expect value "$SCHED_PROGRAM" "$name"
	done
}


# bats test_tags=promise:values-are-data
@test "preamble: the header is ASCII, whatever bytes the values have" {
	local byte
	cp /bin/true $'caf\351'
	for byte in '\303\251' '\344\270\255\047' '\351' '\001' '\177' '\302\205' '\342\200\256'; do
		cat >n <<-EOF
			manifest 1
			test a
			scheduler 调度器1
			topology 1n1l1c1t
			duration 7
			watchdog 3
			git é
			sched-arg x$byte
			sched-arg {include/x$byte}
			cgroup-parent /x$byte
			sysctl x$byte x$byte
			run-arg x$byte
			needs-glibc 2.36
			file ktstr $PWD/caf\351 0755
			file scheduler $PWD/caf\351 0755
			file include/x$byte /bin/true 0755
		EOF
		ktstr-preamble --decompress "cat $(printf "$byte")" <n >header
		run -1 env LC_ALL=C grep -a $'[^\t -~]' header
		sed -n '/^KTSTR_TEST_NAME=/,/^DECOMPRESS=/p' header >values
		# shellcheck disable=SC1091
		. ./values
		expect value "$KTSTR_SCHED_NAME" 调度器1
		printf -v byte "x$byte"
		expect value "${RUN_ARGS[0]}${SYSCTLS[0]}${SYSCTLS[1]}${SCHED_ARGS[0]}" "$byte$byte$byte$byte"
		expect value "${SCHED_ARGS[1]}$CGROUP_PARENT" "{include/$byte}/$byte"
		expect value "$TEST_PROGRAM$SCHED_PROGRAM" $'caf\351caf\351'
	done
}

@test "preamble: the values of a rendered header pass shellcheck, and all of it bash -n" {
	need shellcheck
	ktstr-preamble <m >header
	bash -n header
	sed -n '/^# --- Frozen/,/^# --- Engine/p' header >values # lint has the rest, which is the same in all
	grep -q '^SCHED_ARGS=' values
	shellcheck -s bash -e SC2034 values # others use them
}

@test "preamble: --sha256 and --size are written into the header" {
	local sum
	sum=$(sha256sum m | cut -c-64)
	run -0 ktstr-preamble --sha256 "$sum" --size 123 <m
	grep -qx "PAYLOAD_SHA256=$sum" <<<"$output"
	grep -qx "PAYLOAD_SIZE=123" <<<"$output"
	run -64 ktstr-preamble --sha256 123 <m
	run -64 ktstr-preamble --sha256 "${sum%?}G" <m
	run -64 ktstr-preamble --size 0 <m
	run -64 ktstr-preamble --size 1k <m
}

@test "preamble: --decompress is frozen as words, which no shell reads on the way" {
	run -0 ktstr-preamble --decompress $' zstd  -dc\t--memory=1GB $(x) \'\n' <m
	grep '^DECOMPRESS=' <<<"$output" >values
	# shellcheck disable=SC1091
	. ./values
	expect value "$(printf '<%s>' "${DECOMPRESS[@]}")" "<zstd><-dc><--memory=1GB><\$(x)><'>"
	run -0 ktstr-preamble --decompress 'xz -dc' --decompress=cat <m
	grep -qx 'DECOMPRESS=(cat)' <<<"$output"
	for command in '' $' \t\n' '-dc' ' -dc x'; do
		run -64 --separate-stderr ktstr-preamble --decompress "$command" <m
		expect output ''
		expect stderr begins "ktstr-preamble: --decompress: names no program: "
	done
}

@test "preamble: a template of one's own is rendered, and checked" {
	printf 'echo @KTSTR_TEST_NAME@ "${x[@]}" @lower@ a@B\n(@SCHED_ARGS@ @PACKED_COUNT@)\n__ARCHIVE__\n' >t
	run -0 ktstr-preamble --template t <m
	expect output "echo a \"\${x[@]}\" @lower@ a@B
(--config '{include/c d}' \$'it\\'s \"\$(x)\`y\`\\012\\303\\251' 3)
__ARCHIVE__"
	printf '@KTSTR_TEST_NAME@FOO@\n__ARCHIVE__\n' >t
	run -0 ktstr-preamble --template t <m
	expect line 0 aFOO@
	printf 'a\n@NO_SUCH@\n__ARCHIVE__\n' >t
	run -1 --separate-stderr ktstr-preamble --template t <m
	expect output ""
	expect stderr "ktstr-preamble: t:2: unknown placeholder @NO_SUCH@"
	{ yes "a line" | head -n 100000; printf '@NO_SUCH@\n__ARCHIVE__\n'; } >t
	run -1 --separate-stderr ktstr-preamble --template t <m
	expect output ''
	expect stderr "ktstr-preamble: t:100001: unknown placeholder @NO_SUCH@"
	for bad in 'a\n' '' 'a\n__ARCHIVE__' 'a\n__ARCHIVE__\nb\n' 'a\n__ARCHIVE__\n\n__ARCHIVE__\n'; do
		printf "$bad" >t
		run -1 ktstr-preamble --template t <m
		expect output "ktstr-preamble: t: a template's last line, and no other, is __ARCHIVE__"
	done
	run -1 ktstr-preamble --template gone <m
	expect output "ktstr-preamble: gone: No such file or directory"
}

@test "preamble: a manifest that is not whole and right is refused with its line" {
	local record message
	while IFS='|' read -r record message; do
		with "$record" >bad
		run -1 --separate-stderr ktstr-preamble <bad
		expect output ""
		[[ $stderr == "ktstr-preamble: <stdin>"*"$message" ]] || {
			echo "$record: $stderr"
			false
		}
	done <<-'EOF'
		test a/b|: test: a test's name is made of letters, digits, '_', '.', ':' and '-': a/b
		duration 0|: duration: out of range (1 to 2147483647 seconds): 0
		enable true|: enable: enable, which switches a scheduler on, and disable, which undoes that, stand together
		disable ""|: disable: the command is empty
		enabled-when /sys/x 1|: enabled-when: enable, which switches a scheduler on, and disable, which undoes that, stand together
		topology 3n4l1c1t|: topology: the number of LLCs is not a multiple of the number of NUMA nodes: 3n4l1c1t
		git a b|: git: surplus field: 2 given, at most 1 taken (write a space within a field as \040)
		needs-glibc two|: needs-glibc: not a version such as 2.36: two
		needs-glibc 2.36 lib/none.so|: needs-glibc: no file record has this name: lib/none.so
		needs-glibc 2.36 ktstr more|: needs-glibc: surplus field: 3 given, at most 2 taken (write a space within a field as \040)
		file ktstr relative 0755|: file: the file's path is not absolute: ktstr relative 0755
		file /ktstr /bin/true 0755|: file: the name is absolute: leave out the leading '/': /ktstr /bin/true 0755
		file ktstr /bin/true 1755|: file: not an octal mode up to 0777: ktstr /bin/true 1755
		file ktstr /bin/true 0644|: file: a program's mode has an x bit: ktstr /bin/true 0644
		file scheduler /bin/true 0600|: file: a program's mode has an x bit: scheduler /bin/true 0600
		file ktstr /bin/true 08|: file: not an octal mode up to 0777: ktstr /bin/true 08
		file other /bin/true 0755|: no file record for ktstr, the test binary
		sched-arg a{include/c d}{include/none}|: sched-arg: surplus field: 2 given, at most 1 taken (write a space within a field as \040)
		sched-arg a{include/c\040d},{include/none}|: sched-arg: no file record has this name: include/none
		content scheduler 0755 x|: content: the name does not begin with include/: scheduler 0755 x
		content lib/x.so 0755 x|: content: the name does not begin with include/: lib/x.so 0755 x
		content include/../x 0755 x|: content: the name has a component '..': it would lead out of the archive: include/../x 0755 x
		run-arg {include/}|: run-arg: no file record has this name: include/
		run-arg {include/c|: run-arg: '{include/' without a '}': a packed file's path is {include/NAME}: {include/c
		sched-arg-path include/c\040d|: sched-arg-path: unknown keyword (one of your own begins with x-)
		run-args none|: run-args: excludes run-arg, which gives arguments: leave out one of them
		run-args all|: run-args: neither none nor ktstr, which stands for those of a ktstr test binary: others are given with run-arg: all
		attaches-schedulers 1|: attaches-schedulers: surplus field: 1 given, at most 0 taken (write a space within a field as \040)
		attaches-schedulers|: attaches-schedulers: excludes a packed scheduler: leave out one of them
		expect-scheduler-error ""|: expect-scheduler-error: it is empty
		expect-scheduler-error a\033b|: expect-scheduler-error: not text that a terminal can show as it is: a\033b
		drops-root yes|: drops-root: surplus field: 1 given, at most 0 taken (write a space within a field as \040)
		speed 5|: speed: unknown keyword (one of your own begins with x-)
	EOF
	for keyword in test scheduler topology duration watchdog git; do
		run -1 ktstr-preamble < <(grep -v "^$keyword " m)
		expect output "ktstr-preamble: <stdin>: no $keyword record: is it cut short?"
	done
	run -1 ktstr-preamble < <(sed 's/^manifest 1/manifest 2/' m)
	expect output ends "<stdin>:1: manifest: this program reads version 1 of the format: 2"
	run -1 ktstr-preamble < <(grep -v ^manifest m)
	expect output ends "<stdin>:1: test: a manifest's first record is: manifest 1"
	run -1 ktstr-preamble </dev/null
	expect output "ktstr-preamble: <stdin>: empty: a manifest comes from ktstr-manifest"
}

@test "preamble: records of a user's own are passed over" {
	{ cat m; echo 'x-mine a b'; } >own
	ktstr-preamble <own | cmp - <(ktstr-preamble <m)
}

@test "preamble: it reads standard input and the template, and no file of the manifest" {
	need strace
	sed 's|/bin/true|/gone/true|' m >gone
	printf 'needs-%s\n' 'machine m68k' 'machine vax' 'interpreter /lib/ld.so.1' 'interpreter perl' 'bytes 12345' >>gone
	run -0 traced -f -e trace=open,openat,execve,stat,access -o trace ktstr-preamble <gone
	for line in 'NEED_MACHINES=(m68k vax)' 'NEED_INTERPRETERS=(/lib/ld.so.1 perl)' PACKED_BYTES=12345 TEST_PROGRAM=true; do
		grep -qxF -- "$line" <<<"$output"
	done
	grep -q preamble.bash trace
	run ! grep /gone trace
}

@test "preamble: a manifest without records of needs has no checks of them" {
	run -0 ktstr-preamble <m
	for line in 'NEED_MACHINES=()' 'NEED_INTERPRETERS=()' "PACKED_BYTES=''" "NEED_GLIBC=''"; do
		grep -qxF -- "$line" <<<"$output"
	done
}

@test "preamble: misuse, help, version, a full disk" {
	run -64 ktstr-preamble m </dev/null
	run -64 ktstr-preamble --nonsense </dev/null
	run -0 ktstr-preamble --help
	expect output begins "usage: ktstr-preamble "
	run -0 ktstr-preamble --version
	run -1 bash -c 'ktstr-preamble <m 2>&1 >/dev/full'
	expect output "ktstr-preamble: standard output: No space left on device"
}
