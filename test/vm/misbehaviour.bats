#!/usr/bin/env bats
# What the .run says of schedulers that do not stay attached, of a host that changes, and of a scheduler in its way

load exports

setup_file() {
	prepare_exports
	"${CC:-cc}" -o ext ext.c
	export_cases stall stall_leave detach detach_leave reattach exit noattach stubborn works passes where \
		pin pin_leave pin_large pin_works fork no_link no_link_killed error error_leave error_early ejects_late partial partial_fails partial_ext \
		alone attaches attaches_leaves
}

setup() {
	booted misbehaviour
}

teardown() {
	explain
}

# failed NAME MESSAGE: status 3 with it, at once and not after the test's 20 s, and nothing left
failed() {
	told "$1" status=3 left=
	said "$1" "scheduler failed: $2"
}

# soon NAME: before the test, which works a minute, and what a run takes beside it would have been over. On a machine
# that does much else it was 63 s.
soon() {
	(($(sed -n 's/^seconds=//p' "$boot/out/$1") < 80))
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that stalls is ejected by the watchdog: the kernel's reason is told" {
	failed stall 'it was detached (sched_ext is disabl*), and its process is alive, * s into the run (runnable task stall)'
	said stall 'kernel: *sched_ext: BPF scheduler "fifo" disabled (runnable task stall)' 'scheduler: scx_stall: EXIT: runnable task stall (*)'
	soon stall
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that is ejected and then ends with status 0 has failed as well" {
	failed stall_leave '* s into the run (runnable task stall)'
	soon stall_leave
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that detaches, its process alive" {
	failed detach 'it was detached (sched_ext is disabl*), and its process is alive, * s into the run (unregistered from user space)'
	soon detach
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that detaches and ends" {
	failed detach_leave '* s into the run (unregistered from user space)'
	soon detach_leave
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that detaches and attaches again" {
	failed reattach 'it was *tached*, * s into the run (unregistered from user space)'
	soon reattach
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that ends before it attaches: its status and its message" {
	failed exit 'it ended with status 42 before it was attached'
	said exit 'scheduler: scx_exit: giving up before attaching, as asked'
	soon exit
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that never attaches" {
	failed noattach 'it is alive, but not attached after 2 s (sched_ext is disabled)'
}

# bats test_tags=promise:takes-all-away
@test "misbehaviour: one that is deaf to INT and TERM is killed, and the verdict stands" {
	told stubborn status=0 left=
	said stubborn 'warning: the scheduler ignored INT and TERM: it is killed' pass
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: a CPU that goes offline during the run: the kernel detaches the scheduler" {
	failed hotplug 'it*, * s into the run, after a CPU came or went (unregistered from the main kernel)'
	# the kernel's log has not more; the scheduler has
	said hotplug 'scheduler: scx_fifo: EXIT: unregistered from the main kernel (cpu 1 going offline, exiting scheduler)'
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: SysRq-S during the run" {
	failed sysrq 'it*, * s into the run (disabled by sysrq-S)'
}

# bats test_tags=promise:others-left-alone
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

# bats test_tags=promise:others-left-alone
@test "misbehaviour: another scheduler that attaches while this run's does not: no pass, named, and left alone" {
	local other
	other=$(sed -n 's/^other=//p' "$boot/out/in_its_place")
	failed in_its_place "the scheduler fifo, which is attached, is not this run's: it is of PID $other (busybody): kill $other"
	told in_its_place still=enabled other_ended=0
}

# bats test_tags=promise:no-other-scheduler
@test "misbehaviour: another scheduler that attaches while a test without one runs: no verdict, named, and left alone" {
	local other
	other=$(sed -n 's/^other=//p' "$boot/out/alone")
	told alone status=3 left= still=enabled other_ended=0
	said alone "*another scheduler was attached while the test ran (the scheduler fifo, and it is of PID $other (busybody): kill $other), * s into the run"
}

# bats test_tags=promise:others-left-alone
@test "misbehaviour: another scheduler that only a pin in bpffs holds: the pin is named, and left alone" {
	told conflict_pinned status=4 left=
	said conflict_pinned 'not suitable: sched_ext is enabled with the scheduler fifo, none may be attached: it is held by no process, and so by a pin in bpffs, perhaps /sys/fs/bpf/fifo_link: rm /sys/fs/bpf/fifo_link'
	told pinned_before still=enabled
}

@test "misbehaviour: one that pins its link: the pin is named and removed, and the verdict stands" {
	told pin status=0 left=
	said pin 'warning: the scheduler left /sys/fs/bpf/fifo_link in bpffs: it is removed' pass
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that pins its link and ends: not held by a process of the run, and taken away" {
	failed pin_leave 'it ended with status 0, and the scheduler fifo, which none of its processes holds, is attached: it is pinned in bpffs, perhaps as /sys/fs/bpf/fifo_link: *'
	said pin_leave 'warning: the scheduler left /sys/fs/bpf/fifo_link in bpffs: it is removed'
}

# bats test_tags=promise:takes-all-away
@test "misbehaviour: one that pins its link and takes long to end is no scheduler of somebody else's" {
	failed pin_large 'it ended with status 0, and the scheduler fifo, which none of its processes holds, is attached: *' ||
		failed pin_large 'its process ended with status 0, * s into the run'
	said pin_large 'warning: the scheduler left /sys/fs/bpf/fifo_link in bpffs: it is removed'
}

# bats test_tags=promise:takes-all-away
@test "misbehaviour: one that pins its link, kill -9 of the shell: the janitor removes it" {
	told pin_killed status=137 left=
	said pin_killed 'warning: the scheduler left /sys/fs/bpf/fifo_link in bpffs: it is removed'
}

@test "misbehaviour: one that leaves its child with the scheduler is attached" {
	told fork status=0 left=
	said fork pass
}

@test "misbehaviour: one that attaches without a link, by its map" {
	told no_link status=0 left=
	said no_link pass
}

# bats test_tags=promise:forced-out
@test "misbehaviour: one that stays attached after its end is forced out by SysRq-S, and is no pass" {
	failed no_link_killed 'a scheduler stayed attached after all of its processes were ended: *'
	said no_link_killed 'warning: the scheduler fifo stayed attached without a process: it is forced out by SysRq-S'
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that is attached and ejected at once" {
	failed error 'it was attached and ejected at once, before the test began, and its process is alive (runtime error)' ||
		failed error 'it was detached (sched_ext is disabl*), and its process is alive, * s into the run (runtime error)'
	failed error_leave '*its process ended with status 0* (runtime error)'
	soon error
	soon error_leave
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one whose enable fails late, its process alive" {
	failed error_early 'it was attached and ejected at once, *' || failed error_early 'it is alive, but not attached after 2 s *'
}

# bats test_tags=promise:attached-all-the-time
@test "misbehaviour: one that is ejected after the test's end, while a leftover of it lives" {
	failed ejects_late 'it*, * s into the run (disabled by sysrq-S)'
}

# bats test_tags=promise:partial-switch
@test "misbehaviour: a partial switch: a pass needs a task of the test on the scheduler" {
	told partial status=2 left=
	said partial 'inconclusive: the scheduler switches only tasks of the policy SCHED_EXT, and no task of the test was seen with it (* looks)'
	told partial_fails status=1 left=
	said partial_fails fail
	told partial_ext status=0 left=
	said partial_ext 'warning: the scheduler switches only tasks of the policy SCHED_EXT: others are not on it' pass
}

@test "misbehaviour: a test that attaches schedulers itself: only that none is left counts" {
	told attaches status=0 left=
	told attaches_leaves status=0 left=
	said attaches pass
}
