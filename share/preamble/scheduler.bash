# --- scheduler: start the scheduler, and wait until it is attached ---

# scheduler_command DIRECTORY [PATH]: sets the array COMMAND, with packed files in the directory, and
# the scheduler's path where it is started under another one
scheduler_command() {
	local i
	COMMAND=("${2:-$1/scheduler}" "${SCHED_ARGS[@]}")
	for i in "${SCHED_ARG_PATHS[@]}"; do
		COMMAND[i + 1]=$1/${SCHED_ARGS[i]}
	done
}

# note_pins: what is in bpffs before the scheduler starts, in a file for the janitor
note_pins() {
	list_pins
	{ printf '%s\0' "${PINS[@]}" >"$WORK/pins"; } 2>/dev/null || disk_full
	remember pins
}

# note_holdings: the links that are held before the scheduler starts
note_holdings() {
	local entry
	find_holdings
	for entry in "${HOLDINGS[@]}"; do
		KNOWN+="[${entry#* }]"
	done
	remember known "$KNOWN"
}

start_scheduler() {
	local state seq
	has_file scheduler || return 0
	note_pins
	note_holdings
	LAST_KERNEL_LINE=$(kernel_log)
	LAST_KERNEL_LINE=${LAST_KERNEL_LINE##*$'\n'}
	{ : >"$WORK/scheduler.log" && : >"$WORK/scheduler.log.end" && : >"$WORK/scheduler.log.count"; } 2>/dev/null ||
		disk_full
	scheduler_command "$WORK/tree" "$SCHED_PATH"
	[[ ! -r $SCX/hotplug_seq ]] || read -r HOTPLUG_BEFORE <"$SCX/hotplug_seq"
	read -r seq <"$SCX/enable_seq"
	read -r state <"$SCX/state"
	[[ $state == disabled ]] || die "$STATUS_UNSUITABLE" "sched_ext became $state: somebody else attaches a scheduler"
	remember sequence "$seq"
	ENVIRONMENT=("SCX_TIMEOUT_MS=$((TEST_WATCHDOG_SECS * 1000))")
	serve_libraries scheduler
	start_reader keep_ends "$WORK/scheduler.log"
	SCHED_OUT=$REPLY SCHED_LOG=$READER
	remember watched $((ATTACH_SECS + GRACE_SECS))
	hold_signals # until cleanup knows of it
	set -m # a process group of its own
	launch "$SCHED_CGROUP" "${COMMAND[@]}" </dev/null >&"$SCHED_OUT" 2>&1 &
	process_start $! || REPLY=''
	remember scheduler $! "$REPLY"
	set +m
	exec {SCHED_OUT}>&-
	SCHED_OUT=''
	release_signals
}

# has_ended: whether the scheduler's process has ended; sets SCHED_ENDED to how
has_ended() {
	local status=0 REPLY
	[[ ! $SCHED_ENDED ]] || return 0
	! kill -0 "$SCHED_PID" 2>/dev/null || return 1
	wait "$SCHED_PID" 2>/dev/null || status=$?
	check_launched
	signal_name "$status"
	SCHED_ENDED=$REPLY
}

# read_attachment: sets STATE, SEQ and OPS to what the kernel says now
read_attachment() {
	STATE='' SEQ='' OPS=''
	read -r STATE <"$SCX/state" || true
	read -r SEQ <"$SCX/enable_seq" || true
	[[ ! -r $SCX/root/ops ]] || read -r OPS 2>/dev/null <"$SCX/root/ops" || true
}

# wait_for_attach: attached is: enabled, one enable more than before, and held by a process of the
# scheduler's cgroup. The name in root/ops proves nothing: it is there before the enable is complete.
wait_for_attach() {
	local start
	has_file scheduler || return 0
	now
	start=$REPLY
	while :; do
		has_ended || true # first: bash has a word of its own about one that was killed
		read_attachment
		((${SEQ:-0} <= SEQ_BEFORE + 1)) || fail_scheduler "more than one scheduler was attached after it was started" \
			"(enable_seq went from $SEQ_BEFORE to $SEQ)"
		if ((${SEQ:-0} == SEQ_BEFORE + 1)); then
			read_attachment # the state is older than the number, which goes up last
			[[ $STATE == enabled ]] || fail_ejected
			! is_held || break
			[[ ! $REPLY ]] || fail_foreign "$REPLY"
		fi
		is_scheduler_alive || fail_unattached
		now
		((REPLY - start < 100 * ATTACH_SECS)) || fail_late
		pause 0.1
	done
	remember proved "$HELD_LINKS"
	check_full_switch
}

# is_scheduler_alive: it, or what it started: a loader may leave its child with the scheduler
is_scheduler_alive() {
	has_ended || return 0
	read_pids "$SCHED_CGROUP"
	((${#PIDS[@]}))
}

check_full_switch() {
	local full=1
	[[ ! -r $SCX/switch_all ]] || read -r full <"$SCX/switch_all"
	((!full)) || return 0
	PARTIAL=1
	say "warning: the scheduler switches only tasks of the policy SCHED_EXT: others are not on it"
}
