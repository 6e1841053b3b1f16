# --- scheduler: start the scheduler, and wait until it is attached ---

# scheduler_command DIRECTORY [PATH]: sets COMMAND to the scheduler's, with packed files in the directory. PATH is where
# it is started from, if that is not the directory.
scheduler_command() {
	COMMAND=("${2:-$1/scheduler}")
	add_arguments "$1" "${SCHED_ARGS[@]}"
}

# note_pins: what is in bpffs before the scheduler starts, in a file for the janitor
note_pins() {
	list_pins
	{ printf '%s\0' "${PINS[@]}" >"$WORK/pins"; } 2>/dev/null || disk_full
	remember pins
}

# note_holdings: the links that processes hold before the scheduler starts
note_holdings() {
	local entry
	find_holdings
	for entry in "${HOLDINGS[@]}"; do
		KNOWN+="[${entry#* }]"
	done
	remember known "$KNOWN"
}

# read_attachment: sets STATE, SEQ and OPS to what the kernel says now. A number that cannot be read is 0.
read_attachment() {
	local REPLY
	first_line "$SCX/state"
	STATE=$REPLY
	first_line "$SCX/enable_seq"
	SEQ=${REPLY:-0}
	first_line "$SCX/root/ops"
	OPS=$REPLY
}

start_scheduler() {
	local seq
	has_scheduler || return 0
	note_pins
	note_holdings
	scheduler_command "$WORK/tree" "$SCHED_PATH"
	first_line "$SCX/hotplug_seq"
	HOTPLUG_BEFORE=$REPLY
	read_attachment
	seq=$SEQ
	read_attachment # again: the state must be newer than the number
	[[ $STATE == disabled ]] || die "$STATUS_UNSUITABLE" "sched_ext became $STATE: somebody else attaches a scheduler"
	remember sequence "$seq"
	ENVIRONMENT=("KTSTR_DIR=$WORK/tree" "KTSTR_INCLUDE_DIR=$WORK/tree/include" "SCX_TIMEOUT_MS=$((TEST_WATCHDOG_SECS * 1000))")
	serve_libraries scheduler
	start_scheduler_log
	remember watched $((ATTACH_SECS + GRACE_SECS))
	start_program scheduler "$SCHED_CGROUP" "$SCHED_OUT" "$SCHED_OUT"
	exec {SCHED_OUT}>&-
	SCHED_OUT=''
}

# has_ended: whether the process that was started as the scheduler has ended; sets SCHED_ENDED to how
has_ended() {
	local status=0 REPLY
	if [[ $SCHED_ENDED ]]; then return 0; fi
	if kill -0 "$SCHED_PID" 2>/dev/null; then return 1; fi
	wait "$SCHED_PID" 2>/dev/null || status=$?
	check_launched
	signal_name "$status"
	SCHED_ENDED=$REPLY
}

# is_scheduler_alive: whether it, or what it started, is alive: a loader may leave its child with the scheduler
is_scheduler_alive() {
	has_ended || return 0
	is_populated "$SCHED_CGROUP" # cgroup.procs does not list a process that is ending, and may still hold its link
}

# wait_for_attach: waits until the scheduler is attached: enabled, one enable more than before, and held by a process of
# the scheduler's cgroup. The name in root/ops is no proof: it is there before the enable is complete.
wait_for_attach() {
	local start
	has_scheduler || return 0
	now
	start=$REPLY
	while :; do
		has_ended || true # first, or bash prints a line of its own about one that was killed
		read_attachment
		((SEQ <= SEQ_BEFORE + 1)) || fail_scheduler "more than one scheduler was attached after it was started" \
			"(enable_seq went from $SEQ_BEFORE to $SEQ)"
		if ((SEQ == SEQ_BEFORE + 1)); then
			read_attachment # again: the number goes up last, so the state is older
			[[ $STATE == enabled ]] || fail_ejected
			if is_held; then break; fi
			if [[ $REPLY ]]; then fail_foreign "$REPLY"; fi
		fi
		is_scheduler_alive || fail_unattached
		now
		((REPLY - start < 100 * ATTACH_SECS)) || fail_late
		pause 0.1
	done
	ATTACHED_OPS=$OPS
	remember proved "$HELD_LINKS"
	record_time attached
	record_attachment attached
	check_full_switch
}

check_full_switch() {
	first_line "$SCX/switch_all"
	[[ $REPLY == 0 ]] || return 0
	read_attachment
	[[ $STATE == enabled ]] || return 0 # it was ejected, and there is no scheduler that switches
	PARTIAL=1
	say "warning: the scheduler switches only tasks of the policy SCHED_EXT: others are not on it"
}
