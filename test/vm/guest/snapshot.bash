# snapshot.bash - in the guest: what of the host can be compared is the same before and after a run, however it ends
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# What the kernel changes by itself while a run is under way, and not in the two snapshots without one.
own_ways='^/proc/sys/(kernel/(ns_last_pid|random/|perf_event_max_sample_rate|pty/nr)|fs/(dentry-state|inode-|file-nr))'

# snapshot: cgroups and their settings, but for counters; sysctls; sched_ext; mounts; files
snapshot() {
	{
		find /sys/fs/cgroup -type d
		find /sys/fs/cgroup -type f ! -name '*.stat' ! -name '*.local' ! -name '*.current' ! -name '*.peak' \
			! -name '*.events' ! -name '*.pressure' ! -name '*.numa_stat' ! -name 'cgroup.procs' ! -name 'cgroup.threads' \
			-exec grep -sH '' {} +
		grep -rsH '' /proc/sys
		grep -sH '' $scx/state $scx/hotplug_seq
		# the evidence is what a run leaves
		find $scx /run /tmp /var/tmp /dev/shm /sys/fs/bpf /host ! -path '/var/tmp/ktstr-evidence*' -printf '%p %y %m\n'
		sed 's/^/mount: /' /proc/mounts
	} | sort
}

# differences FILE: its lines, and those of before, that the other has not, but for what varies anyway
differences() {
	diff /out/before "$1" | sed -n 's/^[<>] //p' | grep -vFf /out/varies | grep -vE "$own_ways"
}

# compared NAME: after the run of that name
compared() {
	local left
	snapshot >"/out/$1.after"
	left=$(differences "/out/$1.after")
	fact differs "${left//$'\n'/; }" >>"/out/$1"
	[ -n "$left" ] || rm "/out/$1.after"
}

# ended_with NAME HOW [OPTION...]: the test that changes what it can, and ends so
ended_with() {
	echo "$2" >/out/how
	ran "$1" changes "${@:3}"
	compared "$1"
}

# stopped NAME SIGNAL [group]
stopped() {
	echo work >/out/how
	begin "$1" changes
	await working
	kill "-$2" -- "${3:+-}$run"
	finish >"/out/$1"
	compared "$1"
}

# ran_as NAME RUN [OPTION...]
ran_as() {
	ran "$@"
	compared "$1"
}

: >/out/how
snapshot >/out/before
sleep 1
find / -xdev -type f >/dev/null # what files and dentries there are varies
snapshot | diff /out/before - | sed -n 's/^[<>] \([^:]*\).*/\1/p' | sort -u >/out/varies
echo 'no such line' >>/out/varies

ended_with pass 0
ended_with fail 1
ended_with inconclusive 2
ended_with skip 4
ended_with odd 77
ended_with crash crash
ended_with hang hang --duration 1 --watchdog-timeout 2
ran_as exit exit
ran_as detach detach
ran_as stall stall
ran_as noattach noattach --attach-timeout 2

echo work >/out/how
begin sysrq changes
await working
echo S >/proc/sysrq-trigger
finish >/out/sysrq
compared sysrq

ran_as refused refused
ran_as unsuitable wide
sed '$s/^./A/; $s/^\(.\)./\1B/' changes.run >/out/changed.run
ran_as damaged /bin/bash /out/changed.run
ran_as check changes --check
stopped int INT group
stopped term TERM
stopped hup HUP group
stopped kill KILL

# somebody else sets a cpuset meanwhile: the controller is not taken away from it
echo others >/out/how
ran others changes
compared others
fact cpus "$(cat /sys/fs/cgroup/others/cpuset.cpus)" >>/out/others

# and has cells of its own with a controller that this run enabled
echo below >/out/how
ran below changes
fact controllers "$(cat /sys/fs/cgroup/cgroup.subtree_control)" >>/out/below

# a cgroup that others use, above the test's own: with processes in it, and threaded
mkdir /sys/fs/cgroup/busy
sleep 1000 &
sleeper=$!
echo $sleeper >/sys/fs/cgroup/busy/cgroup.procs
ran busy busy
fact controllers "$(cat /sys/fs/cgroup/{,busy/}cgroup.subtree_control | tr '\n' ,)" >>/out/busy
kill $sleeper
await rmdir /sys/fs/cgroup/busy 2>/dev/null
mkdir /sys/fs/cgroup/busy
echo threaded >/sys/fs/cgroup/busy/cgroup.type
ran threaded busy
fact controllers "$(cat /sys/fs/cgroup/{,busy/}cgroup.subtree_control | tr '\n' ,)" >>/out/threaded
