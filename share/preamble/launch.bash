# --- launch: start a program in its cgroup, with the caller's environment ---

# not_launched MESSAGE: ends the process that would have become a program, and says why in a file
not_launched() {
	echo "$*" >"$WORK/not-launched"
	exit 126
}

# launch CGROUP COMMAND...: becomes the command, in the cgroup, with the caller's environment and the variables of the
# array ENVIRONMENT
launch() {
	local command
	# first, because a cgroup may refuse a process of this policy; a test that kept it would not be on the scheduler
	if [[ $RAISED ]] && ! chrt -o -p 0 "$BASHPID" >/dev/null 2>&1; then
		not_launched "the usual scheduling policy could not be set again"
	fi
	{ echo "$BASHPID" >"$1/cgroup.procs"; } 2>/dev/null || not_launched "no process could be put into the cgroup $1"
	shift
	umask 022
	# shellcheck disable=SC2119
	close_own
	trap - HUP INT TERM PIPE TSTP # which teardown or the janitor ignores, and the caller perhaps not
	trap '' TTOU # a terminal that is set so would stop what prints in the background
	command=(env -i -- "${CALLERS_ENVIRONMENT[@]}" "${ENVIRONMENT[@]}" "$@")
	# so it dies with this shell even if the janitor is gone as well
	if [[ $SETPRIV ]]; then command=("$SETPRIV" --pdeathsig KILL -- "${command[@]}"); fi
	exec "${command[@]}"
}

# start_program WHAT CGROUP OUT ERR: starts COMMAND there, in a process group of its own, with these descriptors for its
# output, and remembers it as WHAT: test or scheduler
start_program() {
	hold_signals # until cleanup knows of it
	set -m
	launch "$2" "${COMMAND[@]}" </dev/null 1>&"$3" 2>&"$4" &
	process_start $! || REPLY=''
	remember "$1" $! "$REPLY"
	set +m
	release_signals
}

# check_launched: what launch could not do is the host's matter, not the scheduler's or the test's
check_launched() {
	if [[ -e $WORK/not-launched ]]; then die "$STATUS_UNSUITABLE" "$(<"$WORK/not-launched")"; fi
}

# close_own [FD]: closes what a started program must not hold, such as the locks and the janitor's pipe, but not this one
# shellcheck disable=SC2120 # within_time gives it
close_own() {
	local fd
	for fd in $JOURNAL $TICK $LOCK_FD $TRACE_FD $SCHED_OUT $TEST_OUT $TEST_ERR $EVIDENCE_FD $PROGRESS_FD $NOTICE_FD; do
		[[ $fd == "${1:-}" ]] || exec {fd}>&-
	done
}
