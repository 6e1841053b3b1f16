#!/usr/bin/env bats
# A host with bash, and else nothing but busybox

load exports

setup_file() {
	prepare_exports
	export_cases passes works detach
}

setup() {
	booted busybox busybox --userland busybox
}

teardown() {
	explain
}

@test "busybox: a run passes, from a file and from a pipe; --check" {
	told userland coreutils=/usr/bin/busybox
	told check status=0 left=
	told passes status=0 left=
	told pipe status=0 left=
}

@test "busybox: --ktap" {
	told ktap status=0 left=
	expect value "$(tail -n 1 "$boot/out/ktap.out")" 'ok 1 passes'
}

# bats test_tags=promise:damage-starts-nothing
@test "busybox: a damaged file is found out" {
	told changed status=65 left=
	said changed '*this file is damaged: bytes below __ARCHIVE__ were changed: copy it again'
}

# bats test_tags=promise:attached-all-the-time
@test "busybox: a scheduler that detaches is found out, with the kernel's reason" {
	told detach status=3 left=
	said detach 'scheduler failed: it was detached (sched_ext is disabl*), and its process is alive, * s into the run (unregistered from user space)'
}

# bats test_tags=promise:takes-all-away
@test "busybox: TERM, and kill -9 of the shell, leave nothing behind" {
	told stopped_TERM status=143 left=
	told stopped_KILL status=137 left=
	said stopped_KILL 'the run was killed: cleaning up'
}
