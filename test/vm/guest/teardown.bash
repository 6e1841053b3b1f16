# teardown.bash - in the guest: runs that are stopped by signals, at different times, and two at once
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# under_way: what a run that works has made, to see that there is something to take away
under_way() {
	await working
	fact attached "$(state)"
	fact dirty_ratio "$(cat /proc/sys/vm/dirty_ratio)"
	fact cell "$(ls -d /sys/fs/cgroup/cells/one)"
}

# stopped NAME SIGNAL [group]: the run's shell gets it, or its process group, as from a terminal
stopped() {
	begin "$1" works
	under_way
	kill "-$2" -- "${3:+-}$run"
	finish
}

# early NAME SIGNAL SECONDS: while it begins
early() {
	begin "$1" works
	sleep "$3"
	kill "-$2" $run 2>/dev/null
	finish
}

again() {
	begin again works
	under_way
	kill -TERM $run
	sleep 0.3
	kill -INT $run
	sleep 0.3
	kill -HUP $run
	finish
}

second() {
	begin first works
	under_way
	first=$run before=$(seq_now)
	fact first $first
	/host/passes.run 2>/out/second.err
	fact second $?
	fact attached_still "$(state)"
	fact seq_rose $(($(seq_now) - before))
	kill -TERM $first
	finish
}

# Shell and janitor: nobody is left to take anything away but the kernel.
both() {
	local pid command
	begin both works
	await working
	for pid in /proc/[0-9]*; do
		mapfile -d '' command <"$pid/cmdline"
		[ "${command[1]:-}" != /host/works.run ] || kill -KILL "${pid#/proc/}"
	done 2>/dev/null
	tell_status $run 2>/dev/null
	await disabled
	fact state "$(state)"
	ran after_both passes
	# what its message says
	echo 1 >/sys/fs/cgroup/ktstr/cgroup.kill
	echo 1 >/sys/fs/cgroup/ktstr.run/cgroup.kill
	sleep 0.5
	find /sys/fs/cgroup/ktstr.run -depth -type d -exec rmdir {} +
	find /sys/fs/cgroup/ktstr -depth -type d -exec rmdir {} +
	ran recovered passes
}

stopped int INT group >/out/int
stopped term TERM >/out/term
stopped hup HUP group >/out/hup
stopped kill KILL >/out/kill
again >/out/again
n=0
for when in 0.4 1.1 1.8 2.5; do
	early early_term$n TERM $when >/out/early_term$n
	early early_kill$n KILL $when >/out/early_kill$n
	n=$((n + 1))
done
second >/out/second
both >/out/both
