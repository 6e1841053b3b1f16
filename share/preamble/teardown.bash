# --- teardown: take everything away again: each step has a bound, and none stops the next ones ---

# end_test_group SIGNAL: sends it to the test's process group, and waits 2 s for its end. Another process may have
# the test's PID by now, but not while the group has a member.
end_test_group() {
	! process_start "$TEST_PID" || [[ $REPLY == "$TEST_START" ]] || return 0
	end_group "$TEST_PID" "$1" 2 || true
}

end_test() {
	[[ $TEST_PID ]] || return 0
	disown "$TEST_PID" 2>/dev/null || true # or bash announces how it ended
	[[ ! $WATCHED ]] || remember watched "$TEARDOWN_SECS"
	note_ours "$TEST_ROOT"
	end_test_group TERM
	kill_cgroup "$TEST_CGROUP"
	kill_cgroup "$TEST_ROOT"
	end_test_group KILL
	remember test ''
}

# end_processes SIGNAL SECONDS: sends it to what is in the scheduler's cgroup, and waits that long for its end
end_processes() {
	local i
	read_pids "$SCHED_CGROUP"
	((!${#PIDS[@]})) || kill "-$1" "${PIDS[@]}" 2>/dev/null || true
	for ((i = 0; i < 10 * $2; i++)); do
		read_pids "$SCHED_CGROUP"
		((${#PIDS[@]})) || return 0
		pause 0.1
	done
	return 1
}

# stop_scheduler: the kernel detaches a scheduler when the last process that holds it ends
stop_scheduler() {
	local end=(end_processes)
	[[ $SCHED_PID ]] || return 0
	disown "$SCHED_PID" 2>/dev/null || true
	# one that went and left its child with the scheduler has no process group that is still its own
	if process_start "$SCHED_PID" && [[ $REPLY == "$SCHED_START" ]]; then end=(end_group "$SCHED_PID"); fi
	"${end[@]}" INT 5 || "${end[@]}" TERM 3 || {
		say "warning: the scheduler ignored INT and TERM: it is killed"
		"${end[@]}" KILL 5 || true # kill_cgroup says what is left
	}
	kill_cgroup "$SCHED_CGROUP"
	remember scheduler ''
}

# new_pins: sets PINS to what came to bpffs since the scheduler was started
new_pins() {
	local path new=()
	local -A known=()
	for path in "${PINS_BEFORE[@]}"; do
		known[":$path"]=1
	done
	list_pins
	for path in "${PINS[@]}"; do
		[[ ${known[":$path"]:-} ]] || new+=("$path")
	done
	PINS=("${new[@]}")
}

# remove_pin PATH: only where it is in a bpffs: something else may be mounted over one
remove_pin() {
	local type
	type=$(stat -f -c %t -- "${1%/*}") && [[ $type == cafe4a11 ]] || return
	if [[ -d $1 && ! -L $1 ]]; then
		rmdir -- "$1"
	else
		rm -f -- "$1"
	fi
}

# remove_pins: a link that is pinned keeps a scheduler attached without any process
remove_pins() {
	local i path
	((PINS_KNOWN && !FOREIGN)) || return 0
	new_pins
	for ((i = ${#PINS[@]} - 1; i >= 0; i--)); do
		path=${PINS[i]}
		[[ -e $path || -L $path ]] || continue # it was there under two names
		if remove_pin "$path" 2>/dev/null; then
			say "warning: the scheduler left $path in bpffs: it is removed"
		else
			host_differs "the scheduler left $path in bpffs, and it could not be removed"
		fi
	done
}

# force_out: by SysRq-S, and only a scheduler that is provably this run's: the one that was proved, with no
# enable since, and nobody holds another, as far as all processes of the host are seen
force_out() {
	local i name='' first
	[[ $PROVED && -w /proc/sysrq-trigger ]] && ((!FOREIGN)) || return 1
	read -r name 2>/dev/null </proc/2/comm || true
	[[ $name == kthreadd ]] || return 1 # not the host's first PID namespace
	first=(/proc/1/fdinfo/*)
	((${#first[@]})) || return 1 # without CAP_SYS_PTRACE not all is seen
	find_holdings
	find_others "$PROVED"
	[[ ! $REPLY ]] || return 1
	read_attachment
	[[ $STATE == enabled ]] && ((SEQ == SEQ_BEFORE + 1)) || return 1
	echo S >/proc/sysrq-trigger
	say "warning: the scheduler $OPS stayed attached without a process: it is forced out by SysRq-S"
	for ((i = 0; i < 50; i++)); do
		read_attachment
		[[ $STATE == enabled ]] || [[ $STATE == disabling ]] || return 0
		pause 0.1
	done
	return 1
}

# wait_until_disabled: where this run or its test has attached a scheduler. Fails where it took more than
# the end of its processes.
wait_until_disabled() {
	local i whose="this run's scheduler was"
	[[ $SEQ_BEFORE ]] && ((!FOREIGN)) || return 0
	for ((i = 0; i < 100; i++)); do
		read_attachment
		[[ $STATE != disabled && $STATE ]] || return 0
		pause 0.1
	done
	if [[ $ATTACHES_SCHEDULERS == 1 ]]; then
		whose="the test's schedulers were"
	else
		! force_out || return 1
		find_holdings
		find_others "$PROVED"
		if [[ $REPLY ]] || ((${SEQ:-0} != SEQ_BEFORE + 1)); then
			remember foreign
			say "the scheduler ${OPS:-?}, which is not this run's, is attached, and left alone"
			return 1
		fi
	fi
	describe_holder "$OPS"
	host_differs "sched_ext is still $STATE (scheduler ${OPS:-?}) after $whose ended; it is $REPLY"
	return 1
}

# cleanup [STATUS]: the EXIT trap, and the janitor's work. A second signal does not stop it.
cleanup() {
	# where no process was to be had bash takes this for what failed, and must not end here
	local status=${1:-$?} path || true
	trap '' INT TERM HUP
	set +e
	STOPPED=''
	if ((!LEFT)); then
		say "an error of this script (status $status): no verdict"
		status=$STATUS_ERROR
	fi
	[[ ! $WATCHED ]] || remember watched "$TEARDOWN_SECS"
	end_test
	stop_scheduler
	remove_pins
	wait_until_disabled
	for path in "${MADE_CGROUPS[@]}" "${USED_CGROUPS[@]}"; do
		kill_cgroup "$path"
	done
	[[ ! $WATCHED ]] || remember watched '' # what is left to do harms nobody, however long it takes
	finish_diagnostics
	finish_log
	restore_sysctls
	for path in "${MADE_CGROUPS[@]}"; do
		remove_cgroup "$path"
	done
	for path in "${USED_CGROUPS[@]}"; do
		remove_below "$path"
	done
	restore_controllers
	remove_work
	if [[ $JOURNAL ]]; then
		remember finished
		exec {JOURNAL}>&-
		wait "$JANITOR" 2>/dev/null
	fi
	# last: another run may begin now. The lock of one that is killed before this is free.
	[[ ! $LOCKED ]] || rm -f -- "$LOCK" || host_differs "$LOCK could not be removed"
	[[ ! $TRACE_FD ]] || exec {TRACE_FD}<&-
	if ((DIFFERS && status < STATUS_MISUSED)); then
		say "this host is not as it was before the run (see above): no verdict, which would have been status $status"
		status=$STATUS_ERROR
	fi
	say_deferred
	print_verdict "$status"
	trap - EXIT
	exit "$status"
}
