# runs.bash - for the guest's scripts: runs a .run as an operator would, tells how it ended and what it left behind
# shellcheck shell=bash
# shellcheck source=test/vm/guest/scx.bash
. /host/scx.bash

# A background job has SIGINT ignored where there is no job control, and a .run with it.
set -m
shopt -s nullglob globstar

# look: sets THINGS to all that a run could leave behind. No process of our own: it would be one of them.
look() {
	local path value
	THINGS=()
	for path in /proc/[0-9]*; do
		[ -e "$path/exe" ] || continue # a thread of the kernel, or dead
		read -r value <"$path/comm"
		THINGS+=("process ${path#/proc/} $value")
	done 2>/dev/null
	for path in /sys/fs/cgroup/**/; do
		THINGS+=("cgroup $path")
	done
	for path in /tmp/* /var/tmp/[!k]* /dev/shm/* /run/* /host/* "$PWD"/*; do
		THINGS+=("file $path")
	done
	for path in /sys/fs/bpf/** /sys/kernel/tracing/instances/*; do
		THINGS+=("pin $path")
	done
	read -r value </proc/sys/vm/dirty_ratio
	THINGS+=("dirty_ratio $value")
	read -r value <$scx/state
	THINGS+=("sched_ext $value")
}

# look_first: what is there before a run
look_first() {
	local thing
	look
	declare -gA BEFORE=()
	for thing in "${THINGS[@]}"; do
		BEFORE[$thing]=1
	done
}

# clean: nothing is there that was not before; sets LEFT to the rest
clean() {
	local thing
	LEFT=''
	look
	for thing in "${THINGS[@]}"; do
		[ -n "${BEFORE[$thing]:-}" ] || LEFT+="$thing; "
	done
	[ -z "$LEFT" ]
}

# begin NAME RUN [ARG...]: in the background, as $run
begin() {
	look_first
	[[ $2 == /* ]] || set -- "$1" "/host/$2.run" "${@:3}"
	"${@:2}" >"/out/$1.out" 2>"/out/$1.err" &
	run=$!
}

ended() {
	! kill -0 "$run" 2>/dev/null
}

# finish: what the run, which ends now, ended with and left behind. What was killed may take a moment to go.
finish() {
	local PATIENCE=${PATIENCE:-2400}
	await ended || await ended || kill -KILL "$run" # status 137, then
	tell_status "$run" 2>/dev/null
	await clean
	fact left "$LEFT"
}

# ran NAME RUN [ARG...]: all of it; RUN is one of /host's, or a command's path
ran() {
	begin "$@"
	finish >"/out/$1"
}

# working: the test of work.bash is under way
working() {
	local path
	for path in /tmp/ktstr.*/tree/started; do
		return 0
	done
	return 1
}
