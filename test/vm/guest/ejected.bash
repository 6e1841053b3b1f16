# ejected.bash - in the guest: tests that expect that their scheduler is ejected
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# sysrq NAME [COMMAND...]: ejected by SysRq-S while the test runs, after the command
sysrq() {
	begin "$1" sysrq_expected
	await working
	"${@:2}"
	echo S >/proc/sysrq-trigger
	finish
}

for what in stall_expected stall_leave_expected stall_detail_expected stall_other_expected detach_expected fifo_expected; do
	ran $what $what
done
sysrq sysrq_expected >/out/sysrq_expected
sysrq sysrq_cleared dmesg -C >/out/sysrq_cleared
