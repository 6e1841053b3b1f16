# --- scheduler-failures: what is said of a scheduler that failed ---

# kernel_log: the kernel log's sched_ext lines, all of them
kernel_log() {
	dmesg 2>/dev/null | grep -e sched_ext -e sub-scheduler || true
}

# read_kernel_log: sets KERNEL_LINES to those that came after the scheduler was started, and REPLY to why it
# was disabled, as the first of them that tells says it
read_kernel_log() {
	local line lines=()
	REPLY='' KERNEL_LINES=()
	mapfile -t lines < <(kernel_log)
	for line in "${lines[@]}"; do
		KERNEL_LINES+=("$line")
		[[ $line != "$LAST_KERNEL_LINE" ]] || KERNEL_LINES=()
	done
	for line in "${KERNEL_LINES[@]}"; do
		[[ $REPLY || $line != *disabled\ \(* ]] || REPLY=${line##*disabled (}
	done
	REPLY=${REPLY%)*}
}

# fail_scheduler MESSAGE: with what the kernel said until now, and the scheduler until its end
fail_scheduler() {
	local line lines=() reason
	[[ ! $ALONE ]] || die "$STATUS_SCHEDULER" "$*"
	remember watched "$TEARDOWN_SECS"
	read_kernel_log
	reason=$REPLY
	stop_scheduler
	finish_log
	mapfile -t lines < <(tail -n 20 "$WORK/scheduler.log")
	for line in "${lines[@]}"; do
		say "scheduler: $line"
	done
	for line in "${KERNEL_LINES[@]}"; do
		say "kernel: $line"
	done
	die "$STATUS_SCHEDULER" "the scheduler $KTSTR_SCHED_NAME failed: $*${reason:+ ($reason)}"
}

# fail_foreign PIDS: these hold a link that came since the scheduler was started
fail_foreign() {
	local pids
	remember foreign
	read -ra pids <<<"$1"
	describe_processes "${pids[@]}"
	fail_scheduler "the scheduler ${OPS:-?}, which is attached, is not this run's: it is of $REPLY"
}

# fail_late: the time in which it should have attached is over
fail_late() {
	local how="it is alive, but"
	! has_ended || how="it ended with $SCHED_ENDED, what it started is alive, but"
	if [[ $STATE != enabled ]] || ((${SEQ:-0} != SEQ_BEFORE + 1)); then
		fail_scheduler "$how not attached after $ATTACH_SECS s (sched_ext is ${STATE:-gone})"
	fi
	fail_unheld "$how no process of it holds the scheduler ${OPS:-?}, which is attached"
}

# fail_unheld MESSAGE: of a scheduler that is attached and that no process holds: it is this run's only
# where something was pinned
fail_unheld() {
	new_pins
	describe_pins
	[[ ! $REPLY ]] || fail_scheduler "$*: it is pinned in bpffs, perhaps as $REPLY"
	remember foreign
	fail_scheduler "$*"
}

# fail_ejected: it was enabled, and is not any more. Who has ended by then may be ended by that.
fail_ejected() {
	local i how="its process is alive" word=ejected
	is_held || [[ ! $REPLY ]] || fail_foreign "$REPLY"
	for ((i = 0; i < 5; i++)); do
		if has_ended && { ((${#HOLDERS[@]} == 0)) || holder_ended; }; then
			how="its process ended with $SCHED_ENDED"
			break
		fi
		pause 0.1
	done
	read_kernel_log
	[[ $REPLY != unregistered\ from\ user* ]] || word=detached
	fail_scheduler "it was attached and $word at once, before the test began, and $how"
}

# fail_unattached: its process ended. What is attached then, after the time that detaching takes, is
# another's, and not to be touched by this run.
fail_unattached() {
	local how=$SCHED_ENDED i
	for ((i = 0; i < 20; i++)); do
		read_attachment
		if [[ $STATE == disabled ]]; then
			((${SEQ:-0} != SEQ_BEFORE + 1)) || fail_ejected
			fail_scheduler "it ended with $how before it was attached"
		fi
		pause 0.1
	done
	((${SEQ:-0} != SEQ_BEFORE + 1)) || is_held || [[ ! $REPLY ]] || fail_foreign "$REPLY"
	fail_unheld "it ended with $how, and the scheduler ${OPS:-?}, which none of its processes holds, is attached"
}
