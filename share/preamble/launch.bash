# --- launch: start a program in its cgroup, with the caller's environment ---

# launch CGROUP COMMAND...: becomes the command, in the cgroup, with the caller's environment and what
# the array ENVIRONMENT adds to it. For a process in the background.
launch() {
	local command
	# first: a cgroup may refuse a process of this policy. A test that keeps it is not on the scheduler.
	[[ ! $RAISED ]] || chrt -o -p 0 "$BASHPID" >/dev/null 2>&1 || {
		echo "the usual scheduling policy could not be set again" >"$WORK/not-launched"
		exit 126
	}
	{ echo "$BASHPID" >"$1/cgroup.procs"; } 2>/dev/null || {
		echo "no process could be put into the cgroup $1" >"$WORK/not-launched"
		exit 126
	}
	shift
	umask 022
	close_own
	trap - TSTP
	trap '' TTOU # a terminal that is set so would stop what prints in the background
	command=(env -i -- "${CALLERS_ENVIRONMENT[@]}" "${ENVIRONMENT[@]}" "$@")
	# dies with this run's shell even where the janitor is gone as well
	[[ ! $SETPRIV ]] || command=("$SETPRIV" --pdeathsig KILL -- "${command[@]}")
	exec "${command[@]}"
}

# check_launched: what launch could not do is no matter of the scheduler's or the test's
check_launched() {
	[[ ! -e $WORK/not-launched ]] || die "$STATUS_UNSUITABLE" "$(<"$WORK/not-launched")"
}

# close_own: for what is started: it may hold neither the locks nor the janitor's pipe
close_own() {
	local fd
	for fd in $JOURNAL $TICK $LOCK_FD $TRACE_FD $SCHED_OUT; do
		exec {fd}>&-
	done
	# it is standard output already, or not for this one
	((TEST_OUT == 1)) || exec {TEST_OUT}>&-
}
