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

case $1 in
exit) exit "$2" ;;
where) echo "$KTSTR_DIR" ;;
crash) kill -SEGV $$ ;;
hang | work) "$1" ;;
arguments) "$@" ;;
*) exit 77 ;;
esac
