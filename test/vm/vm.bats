#!/usr/bin/env bats
# The VM suite's own ground: real kernels boot as asked, and each of our schedulers does what it is for
# shellcheck disable=SC2154 # run sets stderr, boot sets boot

load helper

setup_file() {
	prepare
}

teardown() {
	explain
}

script() {
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/script"
}

in_vm() {
	run --separate-stderr "$1" run-vm "${@:2}" "$BATS_TEST_TMPDIR/script"
}

# the boots that tests share
schedulers() {
	boot schedulers schedulers
	[ "$(<"$boot/status")" = 0 ]
}

# sees TOPOLOGY WORDS: /sys of a guest made so has: nodes, LLCs, cores, CPUs, CPUs of each node
sees() {
	boot "topology-$1" topology --topology "$1"
	[ "$(<"$boot/status")" = 0 ]
	[ "$(<"$boot/stdout")" = "$2" ]
}

@test "vm: a script's status, output, arguments and files come back" {
	mkdir "$BATS_TEST_TMPDIR/files" "$BATS_TEST_TMPDIR/out"
	echo 'from here' >"$BATS_TEST_TMPDIR/files/a file"
	script 'cat "a file"' 'printf "[%s]" "$@"' 'echo to stderr >&2' 'seq 100000 >/out/many' 'exit 7'
	run -7 --separate-stderr run-vm --files "$BATS_TEST_TMPDIR/files" -o "$BATS_TEST_TMPDIR/out" \
		"$BATS_TEST_TMPDIR/script" one 'two words' '' $'new\nline'
	expect output $'from here\n[one][two words][][new\nline]'
	expect stderr 'to stderr'
	cmp "$BATS_TEST_TMPDIR/out/many" <(seq 100000)
}

@test "vm: a kernel that panics is no status of the script's" {
	script 'echo begun' 'sync' 'echo c >/proc/sysrq-trigger'
	in_vm -125
	expect output begun
	expect stderr begins "run-vm: the virtual machine ended without a status"
	expect stderr has "Kernel panic - not syncing: sysrq triggered crash"
}

@test "vm: a guest that ends without a word is no pass" {
	script '/bin/busybox poweroff -f'
	in_vm -125
	expect stderr begins "run-vm: the virtual machine ended without a status"
}

@test "vm: a script that outlives its time is stopped, with what it said so far" {
	script 'echo begun' 'sleep 1000'
	in_vm -124 --timeout 40
	expect output begun
	expect stderr begins "run-vm: timed out after 40 s"
}

@test "vm: no QEMU is left behind when run-vm is killed, by any signal" {
	local signal
	script 'echo begun' 'sleep 1000'
	export TMPDIR=$BATS_TEST_TMPDIR # SIGKILL leaves run-vm's files there
	for signal in TERM KILL; do
		run-vm --append "ktstr_mark=$BATS_TEST_NUMBER.$$" "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/said" 3>&- &
		until grep -q begun "$BATS_TEST_TMPDIR/said"; do
			kill -0 $!
			sleep 0.1
		done
		pgrep -f "qemu.*ktstr_mark=$BATS_TEST_NUMBER.$$" >/dev/null
		kill -$signal $!
		wait $! || true
		sleep 0.5
		run -1 pgrep -r S,R,D -f "qemu.*ktstr_mark=$BATS_TEST_NUMBER.$$"
	done
}

@test "vm: options that make no sense are misuse" {
	script true
	in_vm -64 --topology 2n3l1c1t
	expect stderr "qemu-topology.bash: 2n3l1c1t: 3 LLCs cannot be spread over 2 NUMA nodes"
	in_vm -64 --topology 1n0l1c1t
	in_vm -64 --timeout 1h
	in_vm -64 --nonsense 1
	run -64 run-vm
	run -64 run-vm /no/such/script
}

@test "vm: the guest has bash, the real coreutils, the mounts of a real system, an empty stdin" {
	boot userland userland
	expect value "$(<"$boot/stdout")" 'bash=/usr/bin/bash
sha256sum=/usr/bin/sha256sum
base64=/usr/bin/base64
setpriv=/usr/bin/setpriv
setsid=/usr/bin/setsid
tar=/usr/bin/tar
gzip=/usr/bin/gzip
/proc:proc
/sys:sysfs
/dev:devtmpfs
/sys/fs/cgroup:cgroup2
/tmp:tmpfs
/run:tmpfs
substitution works
stdin is empty
0'
}

@test "vm: the busybox userland has nothing else beside bash" {
	boot busybox userland --userland busybox
	expect value "$(head -n 7 "$boot/stdout")" 'bash=/usr/bin/bash
sha256sum=/usr/bin/busybox
base64=/usr/bin/busybox
setpriv=/usr/bin/busybox
setsid=/usr/bin/busybox
tar=/usr/bin/busybox
gzip=/usr/bin/busybox'
}

@test "vm: the same files make the same initramfs, byte for byte" {
	local one two
	one=$(KTSTR_VM_CACHE=$BATS_TEST_TMPDIR/one make-initramfs)
	two=$(KTSTR_VM_CACHE=$BATS_TEST_TMPDIR/two make-initramfs)
	cmp "$one" "$two"
}

@test "vm: one LLC" {
	sees 1n1l2c1t '0 1 2 0-1 0-1'
}

@test "vm: two LLCs with threads" {
	sees 1n2l2c2t '0 2 4 0-7 0-7'
}

@test "vm: two NUMA nodes with four LLCs" {
	sees 2n4l2c1t '0-1 4 8 0-7 0-3 4-7'
}

@test "vm: scx_fifo attaches, runs every task, and detaches on SIGTERM" {
	schedulers
	told fifo before=disabled attached=enabled seq_rose=1 ops=fifo ext_enabled=1 status=0 after=disabled \
		ext_enabled_after=0 other=yes
}

@test "vm: a second scheduler is refused while one is attached" {
	schedulers
	told fifo second=1
	grep -qx 'scx_fifo: cannot attach: Device or resource busy' "$boot/out/second.log"
}

@test "vm: a scheduler's arguments arrive byte for byte" {
	schedulers
	cmp "$boot/out/fifo.args" <(printf '%s\0' --slice-us 5000 'two words' '' $'--unknown=\t*"\\' --args-file /out/fifo.args)
}

@test "vm: scx_stall is ejected by the kernel's watchdog, and its process lives on" {
	schedulers
	told stall attached=enabled seq_rose=1 alive=yes status=0 leaves=0
	grep -q 'sched_ext: BPF scheduler "fifo" disabled (runnable task stall)' "$boot/out/stall.dmesg"
	grep -Eq '^scx_stall: EXIT: runnable task stall \(.* failed to run for [0-9.]+s\)$' "$boot/out/scx_stall.log"
}

@test "vm: scx_detach detaches by itself, and stays or leaves as asked" {
	schedulers
	told detach attached=enabled seq_rose=1 alive=yes status=0 leaves=0 after=disabled
}

@test "vm: scx_reattach attaches twice" {
	schedulers
	told reattach attached=enabled seq_rose=2 alive=yes status=0 after=disabled
}

@test "vm: scx_exit ends before it attaches, with the status it was given and a message" {
	schedulers
	told exit_early status=42 seq_rose=0
	grep -qx 'scx_exit: giving up before attaching, as asked' "$boot/out/scx_exit.log"
}

@test "vm: scx_noattach lives and never attaches" {
	schedulers
	told noattach state=disabled seq_rose=0 alive=yes status=0
}

@test "vm: scx_stubborn stays attached until SIGKILL" {
	schedulers
	told stubborn alive=yes attached=enabled status=137 after=disabled
}
