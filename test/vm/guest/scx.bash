# scx.bash - for the guest's scripts: what sched_ext says of itself, and waiting for it
# shellcheck shell=bash

scx=/sys/kernel/sched_ext

# fact NAME VALUE: a line of the file that the test reads
fact() {
	printf '%s=%s\n' "$1" "$2"
}

state() {
	cat $scx/state
}

seq_now() {
	cat $scx/enable_seq
}

# await COMMAND [ARG...]: until it succeeds, 20 s at most, or PATIENCE twentieths of a second
await() {
	local tries
	for ((tries = 0; tries < ${PATIENCE:-400}; tries++)); do
		"$@" && return
		sleep 0.05
	done
	echo "waited in vain for: $*" >&2
	return 1
}

# enabled [SEQ], disabled: for await
enabled() {
	[ "$(state)" = enabled ] && [ "$(seq_now)" = "${1:-$(seq_now)}" ]
}

disabled() {
	[ "$(state)" = disabled ]
}

alive() {
	kill -0 "$1" 2>/dev/null && echo yes || echo no
}

# tell_status PID [NAME]: the fact of how a child ended, or will
tell_status() {
	local status=0
	wait "$1" || status=$?
	fact "${2:-status}" $status
}
