#!/usr/bin/env bats
# ejected.bats - tests that expect that the kernel ejects their scheduler: its real log says whether it did, and why

load exports

setup_file() {
	prepare_exports
	export_cases stall_expected stall_leave_expected stall_detail_expected stall_other_expected detach_expected fifo_expected sysrq_expected
}

setup() {
	booted ejected
}

teardown() {
	explain
}

# bats test_tags=promise:ejected-as-expected
@test "ejected: by the watchdog, as expected: a pass, whether its process stays or not, by the reason and by the detail" {
	local name
	for name in stall_expected stall_leave_expected stall_detail_expected; do
		told $name status=0 left=
		said $name 'the scheduler was ejected, as the test expects: runnable task stall: *failed to run for*' pass
	done
}

# bats test_tags=promise:ejected-as-expected
@test "ejected: for another reason, by itself, or not at all: no pass" {
	told stall_other_expected status=1 left=
	said stall_other_expected 'fail: the scheduler was ejected for another reason (runnable task stall: *): the test expects an ejection for: runtime error'
	told detach_expected status=1 left=
	said detach_expected 'fail: the scheduler was not ejected, it detached itself (unregistered from user space): the test expects an ejection for: unregistered'
	told fifo_expected status=1 left=
	said fifo_expected 'fail: the scheduler was not ejected while the test ran: the test expects an ejection for: stall'
}

# bats test_tags=promise:ejected-as-expected
@test "ejected: a pass becomes unproved where the kernel log was cleared after the attach" {
	told sysrq_expected status=0 left=
	said sysrq_expected 'the scheduler was ejected, as the test expects: disabled by sysrq-S*' pass
	told sysrq_cleared status=2 left=
	said sysrq_cleared 'inconclusive: the scheduler was detached, and the kernel log does not say why *'
}
