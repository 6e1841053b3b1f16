# --- commands: a scheduler that the kernel has, switched on and off by commands ---

# has_commands: whether commands are to switch one on
has_commands() {
	[[ ! $NO_SCHEDULER ]] && ((${#SCHED_ENABLE[@]}))
}

# is_on: whether the file of enabled-when says that it is on; else sets REPLY to what it says. Forks nothing.
is_on() {
	local line='' second=''
	REPLY="$SCHED_ENABLED_FILE is not there"
	[[ -f $SCHED_ENABLED_FILE ]] || return 1
	{ read -r line && read -r second; } 2>/dev/null <"$SCHED_ENABLED_FILE" || true
	REPLY="$SCHED_ENABLED_FILE is '$line'${second:+ and more}, not '$SCHED_ENABLED_VALUE'"
	[[ $line == "$SCHED_ENABLED_VALUE" && ! $second ]]
}

is_off() {
	! is_on
}

# is_on_already: whether it was on before this run, which must not switch it off then, nor run the test without a scheduler
# under it; sets REPLY to that
is_on_already() {
	if [[ ! $SCHED_ENABLED_FILE ]] || ! is_on; then return 1; fi
	REPLY="the scheduler $KTSTR_SCHED_NAME is on already, as $SCHED_ENABLED_FILE is '$SCHED_ENABLED_VALUE': switch it off first"
}

check_commands() {
	# if it is another .run's, the operator must not switch it off: check_lock names that run
	if [[ $OTHER_RUN ]] || ((!${#SCHED_ENABLE[@]})); then return 0; fi
	if is_on_already; then
		problem "$REPLY"
	elif [[ -r $SCHED_ENABLED_FILE ]]; then
		fine "the scheduler $KTSTR_SCHED_NAME is not on"
	elif [[ $ACTION == check ]]; then
		say "note: it was not checked whether the scheduler $KTSTR_SCHED_NAME is on:" \
			"${SCHED_ENABLED_FILE:-the file that says so} cannot be read"
	fi
}

# run_command SECONDS COMMAND: runs it in the scheduler's cgroup, by this bash, which with -p takes no functions and no
# BASH_ENV from the environment. Fails if it does not end with status 0 in that time, and sets REPLY to how it ended.
run_command() {
	local pid start status=0
	if [[ $WATCHED ]]; then remember watched $(($1 + TEARDOWN_SECS)); fi
	COMMAND=("/proc/$BASHPID/exe" -p -c "$2" bash)
	ENVIRONMENT=("PATH=$WORK/tree/include:$PATH" "KTSTR_DIR=$WORK/tree" "KTSTR_INCLUDE_DIR=$WORK/tree/include")
	start_program command "$SCHED_CGROUP" "$SCHED_OUT" "$SCHED_OUT"
	pid=$! start=$REPLY
	if ! end_process $((10 * $1)) "$pid" "$start"; then # with its group, as it may have left its cgroup
		kill_cgroup "$SCHED_CGROUP"
		REPLY="it did not end within $1 s"
		return 1
	fi
	wait "$pid" 2>/dev/null || status=$?
	signal_name "$status"
	REPLY="it ended with $REPLY"
	if [[ -e $WORK/not-launched ]]; then REPLY=$(<"$WORK/not-launched"); fi
	((status == 0))
}

# switch_on: runs the commands that switch the scheduler on, and waits until it is
switch_on() {
	local command
	if is_on_already; then die "$STATUS_UNSUITABLE" "$REPLY"; fi
	has_commands || return 0
	phase 'switching on' "$ATTACH_SECS"
	start_scheduler_log
	remember watched $((ATTACH_SECS + GRACE_SECS))
	remember switched # before the first one: even one that fails may have done something
	for command in "${SCHED_ENABLE[@]}"; do
		if ! run_command "$ATTACH_SECS" "$command"; then
			check_launched
			die "$STATUS_SCHEDULER" "it could not be switched on: $REPLY: $command"
		fi
	done
	remember watched $((ATTACH_SECS + GRACE_SECS))
	if [[ $SCHED_ENABLED_FILE ]] && ! within $((10 * ATTACH_SECS)) is_on; then
		is_on || die "$STATUS_SCHEDULER" "it is not on after the commands that switch it on: $REPLY"
	fi
	record_time attached
}

# is_still_on: whether it is, as far as that is known, or still off in a run without it; else sets REPLY to what happened
is_still_on() {
	if [[ ! $SCHED_ENABLED_FILE ]]; then return 0; fi
	if [[ $NO_SCHEDULER ]]; then
		if ! is_on; then return 0; fi
		REPLY="the scheduler $KTSTR_SCHED_NAME was switched on while the test ran without it"
		return 1
	fi
	if [[ ! $SWITCHED ]] || is_on; then return 0; fi
	REPLY="the scheduler was switched off while the test ran ($REPLY)"
	return 1
}

# check_proof STATUS: a test that passes without a proof that the scheduler was on proves nothing
check_proof() {
	if [[ $1 != 0 || ! $SWITCHED || $SCHED_ENABLED_FILE ]]; then return 0; fi
	die "$STATUS_UNSURE" "nothing proves that the scheduler was on: the definition has no enabled-when record"
}

# switch_off: runs all commands that undo it, whatever becomes of each. The janitor has a log of its own, see finish_logs.
switch_off() {
	[[ $SWITCHED ]] || return 0
	# so nothing switches it on again
	if [[ $COMMAND_PID ]]; then end_process 0 "$COMMAND_PID" "$COMMAND_START" || true; fi
	kill_cgroup "$SCHED_CGROUP"
	remove_below "$SCHED_CGROUP" # a new one: this one may be frozen, or take no process
	within 3 remove_empty "$SCHED_CGROUP" || true
	mkdir -p -- "$SCHED_CGROUP" 2>/dev/null
	rm -f -- "$WORK/not-launched"
	if [[ ! $SCHED_OUT ]]; then
		start_reader copy keep_ends "$EVIDENCE/disable.log"
		SCHED_OUT=$REPLY
	fi
	while ((${#TO_DISABLE[@]})); do
		run_command "$DISABLE_SECS" "${TO_DISABLE[0]}" ||
			host_differs "a command that switches the scheduler off failed: $REPLY: ${TO_DISABLE[0]}"
		remember disabled
	done
	if [[ $SCHED_ENABLED_FILE ]] && ! within 20 is_off; then
		host_differs "the scheduler $KTSTR_SCHED_NAME is still on after the commands that switch it off: $SCHED_ENABLED_FILE is '$SCHED_ENABLED_VALUE'"
	fi
	remember switched_off
}
