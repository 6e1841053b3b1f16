#!/usr/bin/env bats
# What the .run says of schedulers that do not stay attached, of a host that changes, and of a scheduler in its way

load exports

setup_file() {
	prepare_exports
	export_cases stall stall_leave detach detach_leave reattach exit noattach stubborn works passes where
}

setup() {
	booted misbehaviour misbehaviour --timeout 240
}

teardown() {
	explain
}

# failed NAME MESSAGE: status 3 with it, at once and not after the test's 20 s, and nothing left
failed() {
	told "$1" status=3 left=
	said "$1" "the scheduler * failed: $2"
}

# soon NAME: long before the test would have ended
soon() {
	(($(sed -n 's/^seconds=//p' "$boot/out/$1") < 20))
}

@test "misbehaviour: one that stalls is ejected by the watchdog: the kernel's reason is told" {
	failed stall 'it was detached (sched_ext is disabl*), and its process is alive, * s into the run (runnable task stall)'
	said stall 'kernel: *sched_ext: BPF scheduler "fifo" disabled (runnable task stall)' 'scheduler: scheduler: EXIT: runnable task stall (*)'
	soon stall
}

@test "misbehaviour: one that is ejected and then ends with status 0 has failed as well" {
	failed stall_leave '* s into the run (runnable task stall)'
	soon stall_leave
}

@test "misbehaviour: one that detaches, its process alive" {
	failed detach 'it was detached (sched_ext is disabl*), and its process is alive, * s into the run (unregistered from user space)'
	soon detach
}

@test "misbehaviour: one that detaches and ends" {
	failed detach_leave '* s into the run (unregistered from user space)'
	soon detach_leave
}

@test "misbehaviour: one that detaches and attaches again" {
	failed reattach 'it was *tached*, * s into the run (unregistered from user space)'
	soon reattach
}

@test "misbehaviour: one that ends before it attaches: its status and its message" {
	failed exit 'it ended with status 42 before it was attached'
	said exit 'scheduler: scheduler: giving up before attaching, as asked'
	soon exit
}

@test "misbehaviour: one that never attaches" {
	failed noattach 'it is alive, but not attached after 2 s (sched_ext is disabled)'
}

@test "misbehaviour: one that is deaf to INT and TERM is killed, and the verdict stands" {
	told stubborn status=0 left=
	said stubborn 'warning: the scheduler ignored INT and TERM: it is killed' pass
}

@test "misbehaviour: a CPU that goes offline during the run: the kernel detaches the scheduler" {
	failed hotplug 'it*, * s into the run, after a CPU came or went (unregistered from the main kernel)'
	# the kernel's log has not more; the scheduler has
	said hotplug 'scheduler: scheduler: EXIT: unregistered from the main kernel (cpu 1 going offline, exiting scheduler)'
}

@test "misbehaviour: SysRq-S during the run" {
	failed sysrq 'it*, * s into the run (disabled by sysrq-S)'
}

@test "misbehaviour: another scheduler that is attached: named with its process and what stops it, and left alone" {
	local other
	other=$(sed -n 's/^other=//p' "$boot/out/conflicts")
	told conflict status=4 left=
	told conflict_none status=4 left=
	said conflict "not suitable: sched_ext is enabled with the scheduler fifo, none may be attached: it is of PID $other (scx_fifo): kill $other"
	said conflict_none "not suitable: sched_ext is enabled with the scheduler fifo, *: kill $other"
	told conflicts still=enabled other_ended=0
	told conflict_over status=0 left=
}
