# --- teardown: take everything away again. Each step has a bound, and none stops the next ones ---

# end_test_group SIGNAL: sends it to the test's process group, and waits 2 s for its end. While the group has a member,
# no other process gets the test's PID.
end_test_group() {
	if process_start "$TEST_PID"; then [[ $REPLY == "$TEST_START" ]] || return 0; fi
	end_group "$TEST_PID" "$TEST_CGROUP" "$1" 2 || true
}

end_test() {
	[[ $TEST_PID ]] || return 0
	disown "$TEST_PID" 2>/dev/null || true # or bash prints how it ended
	if [[ $WATCHED ]]; then remember watched "$TEARDOWN_SECS"; fi
	note_ours "$TEST_ROOT"
	end_test_group TERM
	kill_cgroup "$TEST_CGROUP"
	kill_cgroup "$TEST_ROOT"
	end_test_group KILL
	remember test ''
}

# end_processes SIGNAL SECONDS: as end_group, for what is in the scheduler's cgroup
end_processes() {
	if is_empty "$SCHED_CGROUP"; then return 0; fi
	kill "-$1" "${PIDS[@]}" 2>/dev/null || true
	within $((10 * $2)) is_empty "$SCHED_CGROUP"
}

# stop_scheduler: the kernel detaches a scheduler when the last process that holds it ends
stop_scheduler() {
	local end=(end_processes)
	[[ $SCHED_PID ]] || return 0
	disown "$SCHED_PID" 2>/dev/null || true
	# a process that ended and left its child with the scheduler has no group that is surely its own
	if process_start "$SCHED_PID" && [[ $REPLY == "$SCHED_START" ]]; then end=(end_group "$SCHED_PID" "$SCHED_CGROUP"); fi
	if ! "${end[@]}" INT 5 && ! "${end[@]}" TERM 3; then
		say "warning: the scheduler ignored INT and TERM: it is killed"
		"${end[@]}" KILL 5 || true # kill_cgroup says what is left
	fi
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

# remove_pin PATH: only if it is in a bpffs: something else may be mounted over one
remove_pin() {
	local type
	type=$(stat -f -c %t -- "${1%/*}") && [[ $type == cafe4a11 ]] || return 1
	if [[ -d $1 && ! -L $1 ]]; then
		rmdir -- "$1"
	else
		rm -f -- "$1"
	fi
}

# is_pinned: whether a pinned link keeps this run's scheduler attached: its processes have ended, and nothing was enabled
# since. If it was not proved to be this run's, no process may hold a new link, which would be another scheduler's.
is_pinned() {
	local REPLY
	[[ $SEQ_BEFORE ]] || return 1
	if within 20 is_disabled || is_populated "$SCHED_CGROUP"; then return 1; fi
	[[ $STATE == enabled ]] || return 1
	((SEQ == SEQ_BEFORE + 1)) || return 1
	if [[ $PROVED ]]; then return 0; fi
	find_holdings
	find_others ''
	[[ ! $REPLY ]]
}

# remove_pins: removes what is new in bpffs if that keeps the scheduler attached. Else it is only named: other programs
# pin there, too.
remove_pins() {
	local i path first
	((PINS_KNOWN && !FOREIGN_SCHED)) || return 0
	new_pins
	((${#PINS[@]})) || return 0
	if ! is_pinned; then
		PINS_BEFORE+=("${PINS[@]}")
		OTHERS=1
		printf -v first %q "${PINS[0]}"
		say "warning: new in bpffs, and left there, as it may be another program's: $first${PINS[1]:+, and $((${#PINS[@]} - 1)) more}"
		return 0
	fi
	for ((i = ${#PINS[@]} - 1; i >= 0; i--)); do
		path=${PINS[i]}
		[[ -e $path || -L $path ]] || continue # two mounts show it twice
		if remove_pin "$path" 2>/dev/null; then
			say "warning: the scheduler left $path in bpffs: it is removed"
		else
			host_differs "the scheduler left $path in bpffs, and it could not be removed"
		fi
	done
}

# sees_all_processes: whether this is the host's first PID namespace, and other processes' descriptors can be read
sees_all_processes() {
	local first=(/proc/1/fdinfo/*)
	first_line /proc/2/comm
	[[ $REPLY == kthreadd ]] && ((${#first[@]}))
}

# force_out: detaches a scheduler by SysRq-S, only if it is provably this run's: it was proved before, nothing was
# enabled since, and no process of the host holds another. Fails if it may not, or if that does not help.
force_out() {
	[[ $PROVED && -w /proc/sysrq-trigger ]] && ((!FOREIGN_SCHED)) && sees_all_processes || return 1
	find_holdings
	find_others "$PROVED"
	if [[ $REPLY ]]; then return 1; fi
	read_attachment
	[[ $STATE == enabled ]] && ((SEQ == SEQ_BEFORE + 1)) || return 1
	echo S >/proc/sysrq-trigger
	say "warning: the scheduler $OPS stayed attached without a process: it is forced out by SysRq-S"
	within 50 is_disabled
}

# wait_until_disabled: if this run or its test has attached a scheduler, waits until it is detached. Fails if that took
# more than the end of its processes.
wait_until_disabled() {
	local whose="this run's scheduler was"
	[[ $SEQ_BEFORE ]] && ((!FOREIGN_SCHED)) || return 0
	if within 100 is_disabled; then return 0; fi
	if [[ $ATTACHES_SCHEDULERS ]]; then
		whose="the test's schedulers were"
	elif force_out; then
		return 1
	else
		find_holdings
		find_others "$PROVED"
		if [[ $REPLY ]] || ((SEQ != SEQ_BEFORE + 1)); then
			remember foreign
			OTHERS=1
			say "the scheduler ${OPS:-?}, which is not this run's, is attached, and left alone"
			return 1
		fi
	fi
	describe_holder "$OPS"
	host_differs "sched_ext is still $STATE (scheduler ${OPS:-?}) after $whose ended; it is $REPLY"
	return 1
}

# release_lock: the last step: another run may begin now
release_lock() {
	if [[ $LOCKED ]]; then rm -f -- "$LOCK" || host_differs "$LOCK could not be removed"; fi
	if [[ $TRACE_FD ]]; then exec {TRACE_FD}<&-; fi
}

# dismiss_janitor: all is undone
dismiss_janitor() {
	[[ $JOURNAL ]] || return 0
	remember finished
	exec {JOURNAL}>&-
	wait "$JANITOR" 2>/dev/null
}

# settle: sets VERDICT by the variable status of cleanup. If the host is not as it was, there is no verdict, and it sets
# status, too.
settle() {
	find_verdict "$status"
	((DIFFERS && status < STATUS_MISUSED)) || return 0
	REASON="this host is not as it was before the run (see above): no verdict, which would have been $VERDICT"
	VERDICT=error status=$STATUS_ERROR
}

# cleanup [STATUS]: what the EXIT trap and the janitor do. A second signal does not stop it.
cleanup() {
	# "|| true": if no process could be started, bash takes this command for the one that failed
	local status=${1:-$?} path || true
	trap '' INT TERM HUP
	set +e
	STOPPED=''
	if ((!LEFT)); then
		REASON="an error of this script (status $status): no verdict"
		if [[ $ACTION != run ]]; then say "$REASON"; fi
		status=$STATUS_ERROR
	fi
	kill_round
	if has_rounds; then
		worse "$status" "$WORST"
		status=$REPLY
	fi
	if [[ $WATCHED ]]; then remember watched "$TEARDOWN_SECS"; fi
	record_time teardown
	phase 'tearing down'
	if ((status)); then ask_dump; fi
	end_test
	stop_scheduler
	remove_pins
	wait_until_disabled
	switch_off
	for path in "${MADE_CGROUPS[@]}" "${USED_CGROUPS[@]}"; do
		kill_cgroup "$path"
	done
	if [[ $WATCHED ]]; then remember watched ''; fi # what is left to do harms nobody, however long it takes
	finish_logs
	finish_trace
	restore_sysctls
	for path in "${MADE_CGROUPS[@]}"; do
		remove_cgroup "$path"
	done
	for path in "${USED_CGROUPS[@]}"; do
		remove_below "$path"
	done
	restore_controllers
	settle
	if [[ $ACTION == run ]]; then finish_evidence "$status"; fi
	if [[ $ROUND ]]; then # the shell of the series does the rest
		dismiss_janitor
		rm -f -- "$WORK/janitor" # see await_janitor
		say_deferred
		say_cause
		trap - EXIT
		exit "$status"
	fi
	remove_work
	dismiss_janitor
	release_lock
	settle
	say_deferred
	if [[ $ACTION == run ]]; then
		say_verdict "$status"
	else
		say_interrupted "$status"
	fi
	trap - EXIT
	exit "$status"
}
