#!/usr/bin/env bats
# The verdicts of exported tests on a real kernel, under a real scheduler, and what scheduler and test are given

load exports

setup_file() {
	prepare_exports
	"${CC:-cc}" -I "$VM/../../lib/harness" -o verdicts verdicts.c "$PROGRAMS/../lib/libktstr.a"
	export_c ./verdicts c_passes c_fails c_unsure c_skips c_crashes c_hangs
	export_c "$PROGRAMS/../examples/spread" spread
	cp "$PROGRAMS/../examples/spread" "$BATS_FILE_TMPDIR/host"
	odd_files
	export_cases crash hang arguments
}

odd_files() {
	echo 'not a configuration' >'con fig'
	head -c 100000 /dev/urandom >"odd na'me\$(id)"
	printf '%s\n' '#!/bin/bash' 'echo tool of mine' >tool
	chmod +x 'con fig' odd* tool
}

setup() {
	booted verdicts
}

teardown() {
	explain
}

@test "verdicts: a test passes" {
	told c_passes status=0 left=
	said c_passes 'test c_passes, scheduler fifo, git *' pass
}

@test "verdicts: a test fails" {
	told c_fails status=1 left=
	said c_fails 'c_fails: fail: 1 of 2' 'fail: 1 of 2'
}

@test "verdicts: a test is inconclusive" {
	told c_unsure status=2 left=
	said c_unsure 'c_unsure: inconclusive: too noisy' 'inconclusive: too noisy'
}

@test "verdicts: a test skips" {
	told c_skips status=4 left=
	said c_skips 'c_skips: skip: nothing to do' 'skip: nothing to do'
}

# bats test_tags=promise:only-status-0-passes
@test "verdicts: a test crashes: libktstr says how; a program without libktstr is found out by its signal" {
	told c_crashes status=1 left=
	said c_crashes 'c_crashes: fail: *Segmentation fault*' 'fail: *Segmentation fault*'
	told crash status=1 left=
	said crash 'fail: the test was killed by SIGSEGV'
}

@test "verdicts: a test hangs: libktstr ends it, or the .run does, 10 s later" {
	told c_hangs status=1 left=
	said c_hangs 'c_hangs: fail: *still running*' 'fail: *still running*'
	told hang status=1 left=
	said hang 'fail: the test was still running after 13 s'
}

@test "verdicts: the example spread passes under scx_fifo: the kernel has each worker on it" {
	told spread status=0 left= ops=fifo
	grep -qx '2 of 2 CPUs used' "$boot/out/spread.out"
	local workers on
	workers=$(sed -n 's/^workers=//p' "$boot/out/spread")
	on=$(sed -n 's/^on_sched_ext=//p' "$boot/out/spread")
	((workers >= 4 && workers == on))
}

@test "verdicts: the example spread fails where sched_ext does not have it" {
	told spread alone=1
	grep -q 'spread: fail: sched_ext does not have this task' "$boot/out/spread_alone.log"
}

@test "verdicts: the scheduler's arguments arrive byte for byte, a packed file's as its path" {
	told arguments status=0 left=
	local args
	mapfile -d '' args <"$boot/out/arguments.scheduler"
	expect value "${args[0]}" --config
	expect value "${args[1]}" begins /tmp/ktstr.
	expect value "${args[1]}" ends "/tree/include/con fig"
	cmp <(printf '%s\0' "${args[@]:2}") <(printf '%s\0' --args-file /out/arguments.scheduler \
		$'it\'s "x" $(id)`id`\\' '' $'a\n__ARCHIVE__\nb' $'é\303\250\377*' --slice-us=5000)
}

@test "verdicts: the test's arguments and packed files arrive byte for byte; cgroup-parent is there" {
	told arguments status=0 left=
	cmp "$boot/out/arguments.test" <(printf '%s\0' 'two words' '' $'a\n__ARCHIVE__\nb\377')
	cmp "$boot/out/con fig" "$BATS_FILE_TMPDIR/tests/con fig"
	cmp "$boot/out/odd na'me\$(id)" "$BATS_FILE_TMPDIR/tests/odd na'me\$(id)"
	expect value "$(<"$boot/out/arguments.tool")" 'tool of mine'
	expect value "$(<"$boot/out/arguments.cgroup")" /sys/fs/cgroup/cells/one
}

# bats test_tags=promise:looking-changes-nothing
@test "verdicts: --check says what was found, and changes nothing" {
	told check status=0 left=
	said check 'ok: root' 'ok: programs' 'ok: machine x86_64' 'ok: sched_ext' 'ok: no sched_ext scheduler is attached' \
		'ok: cgroup v2 at /sys/fs/cgroup' 'ok: LLC 0-1: 2 cores of at least 1 threads, needed 2' \
		'ok: work directory in /tmp' 'this host is suitable, and the archive is as it was exported'
}

@test "verdicts: --ktap of a test that fails" {
	told ktap status=1 left=
	expect value "$(head -n 2 "$boot/out/ktap.out")" $'KTAP version 1\n1..1'
	expect value "$(tail -n 1 "$boot/out/ktap.out")" 'not ok 1 c_fails'
}
