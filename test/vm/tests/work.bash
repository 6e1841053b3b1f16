#!/usr/bin/env bash
# work.bash - the test that the VM suite exports, a program that knows nothing of ktstr
set -u

# Takes a minute, and what it started would take longer; the cgroup tells the guest's script that it is under way.
work() {
	(setsid sleep 1000 &)
	sleep 1000 &
	mkdir -p "$KTSTR_CGROUP_ROOT/below/it"
	echo $! >"$KTSTR_CGROUP_ROOT/below/it/cgroup.procs"
	: >"$KTSTR_DIR/started"
	sleep 60
}

hang() {
	trap '' TERM INT HUP
	sleep 1000 &
	while :; do
		sleep 1000
	done
}

arguments() {
	printf '%s\0' "$@" >/out/arguments.test
	cp "$KTSTR_INCLUDE_DIR"/odd* "$KTSTR_INCLUDE_DIR/con fig" /out
	tool >/out/arguments.tool
	ls -d /sys/fs/cgroup/cells/one >/out/arguments.cgroup
}

# sysctls NAME...: their values, with commas
sysctls() {
	local name value values=''
	for name; do
		read -r value <"/proc/sys/vm/$name"
		values+=,$value
	done
	echo "${values#,}"
}

# Enables controllers in the root, as a test with cells does, and ends as it is told.
changes() {
	local how
	echo '+cpuset +memory' >/sys/fs/cgroup/cgroup.subtree_control
	echo +cpuset >"$KTSTR_CGROUP_ROOT/cgroup.subtree_control"
	mkdir "$KTSTR_CGROUP_ROOT/cell"
	echo 0 >"$KTSTR_CGROUP_ROOT/cell/cpuset.cpus"
	{
		echo "controllers=$(</sys/fs/cgroup/cgroup.subtree_control)"
		echo "dirty=$(sysctls dirty_bytes dirty_ratio)"
		echo "background=$(sysctls dirty_background_bytes dirty_background_ratio)"
		echo "overcommit=$(sysctls overcommit_kbytes overcommit_ratio)"
		echo "printk=$(tr '\t' ' ' </proc/sys/kernel/printk)"
		echo "cell=$(<"$KTSTR_CGROUP_ROOT/cell/cpuset.cpus")"
		mkdir /sys/fs/cgroup/cells/one/cell
		echo "cells=$(cat "$KTSTR_CGROUP_ROOT/cell/cgroup.controllers" /sys/fs/cgroup/cells/one/cell/cgroup.controllers \
			/sys/fs/cgroup/ktstr.run/{test,scheduler}/cgroup.controllers | tr '\n' ,)"
	} >/out/meanwhile
	read -r how </out/how
	case $how in
	crash) kill -SEGV $$ ;;
	hang | work) "$how" ;;
	others)
		mkdir /sys/fs/cgroup/others
		echo 0 >/sys/fs/cgroup/others/cpuset.cpus
		;;
	below)
		mkdir -p /sys/fs/cgroup/above/below
		echo +cpu >/sys/fs/cgroup/above/cgroup.subtree_control
		;;
	*) exit "$how" ;;
	esac
}

# Ends well, but for what it leaves: that is deaf to TERM and has the scheduler forced out a little later.
ejects_late() {
	(
		trap '' TERM
		sleep 0.8
		echo S >/proc/sysrq-trigger
		sleep 60
	) &
	exit 0
}

# Attaches a scheduler of its own, and ends it, or leaves it to be ended.
attaches() {
	"$KTSTR_INCLUDE_DIR/scx_fifo" 2>/dev/null &
	until grep -q enabled /sys/kernel/sched_ext/state; do
		sleep 0.1
	done
	sleep 1
	[ "$1" != ends ] || kill $!
}

# round: sets ROUND to the number of this round, from the file /out/count
round() {
	ROUND=0
	[ ! -e /out/count ] || read -r ROUND </out/count
	ROUND=$((ROUND + 1))
	echo $ROUND >/out/count
}

third() {
	round
	[ $((ROUND % 3)) != 0 ] || {
		echo "value $ROUND is wrong"
		exit 1
	}
}

fourth() {
	round
	[ $ROUND != 4 ] || work
}

scheduler_at_fault() {
	echo "latency ${KTSTR_SCHED_PID:+1}0 us" >>"$KTSTR_METRICS"
	[ -z "${KTSTR_SCHED_PID:-}" ]
}

# What the shell of the series and the host have, while a round runs: a line, which must be the same in each round
grows() {
	local shell of descriptors
	read -r _ _ _ shell _ <"/proc/$PPID/stat" # above that of the round
	of=(/sys/fs/cgroup/**/ /sys/fs/bpf/** /sys/kernel/tracing/instances/* /tmp/*/* /run/*)
	descriptors=("/proc/$shell/fd"/*)
	echo "things ${#of[@]} descriptors ${#descriptors[@]}" >>/out/things
	grep VmRSS "/proc/$shell/status" >>/out/memory
}

shopt -s globstar nullglob
case $1 in
exit) exit "$2" ;;
where) echo "$KTSTR_DIR" ;;
crash) kill -SEGV $$ ;;
hang | work | changes | ejects_late | third | fourth | scheduler_at_fault | grows) "$1" ;;
slow) sleep 6 ;;
arguments | attaches) "$@" ;;
*) exit 77 ;;
esac
