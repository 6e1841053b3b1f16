# verdicts.bash - in the guest: each way in which a test can end, and the example spread
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# worker_facts: of the processes of the test: how many, and of how many sched_ext says that it has them
worker_facts() {
	local pid name value workers=0 on=0
	while read -r pid; do
		workers=$((workers + 1))
		while read -r name _ value; do
			[ "$name" != ext.enabled ] || on=$((on + value))
		done <"/proc/$pid/sched"
	done </sys/fs/cgroup/ktstr.run/test/cgroup.procs 2>/dev/null
	fact workers $workers
	fact on_sched_ext $on
	fact ops "$(cat $scx/root/ops)"
}

# three: libktstr's process, the test's and one worker for each CPU at least
spreading() {
	local pids
	mapfile -t pids </sys/fs/cgroup/ktstr.run/test/cgroup.procs
	((${#pids[@]} >= 4))
} 2>/dev/null

spread() {
	begin spread spread
	await spreading
	worker_facts
	finish
	# the same test, told that it is under a scheduler where there is none
	KTSTR_SCHED_PID=1 /host/spread run spread >/out/spread_alone.log 2>&1
	fact alone $?
}

spread >/out/spread
for test in c_passes c_fails c_unsure c_skips c_crashes c_hangs crash hang arguments; do
	ran $test $test
done
ran check c_passes --check
ran ktap c_fails --ktap --quiet
dmesg | grep sched_ext >/out/dmesg
