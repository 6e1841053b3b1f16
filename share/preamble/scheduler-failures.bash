# --- scheduler-failures: what is said of a scheduler that failed ---

# kernel_log: the kernel log's lines since this run began. The last line before it is found by its number or, if the log
# has dropped lines since, by its text.
kernel_log() {
	dmesg 2>/dev/null | LAST=$LAST_KERNEL_LINE COUNT=$KERNEL_LINES_BEFORE awk '
		{ lines[NR] = $0 }
		$0 "" == ENVIRON["LAST"] && !at_number { before = NR; at_number = NR == ENVIRON["COUNT"] + 0 }
		END { for (i = before + 1; i <= NR; i++) print lines[i] }' || true
}

# read_kernel_log: sets KERNEL_LINES to its lines about sched_ext, and REPLY to the first reason in them why a scheduler
# was disabled
read_kernel_log() {
	local line
	REPLY=''
	mapfile -t KERNEL_LINES < <(kernel_log | grep -e sched_ext -e sub-scheduler)
	for line in "${KERNEL_LINES[@]}"; do
		if [[ ! $REPLY && $line == *disabled\ \(* ]]; then REPLY=${line##*disabled (}; fi
	done
	REPLY=${REPLY%)*}
}

# find_ejection: sets REPLY to the reason and the detail with which the kernel log says that this run's scheduler was disabled,
# or to nothing. The line that it was enabled must be there, so that no other attach of that name is taken for this one.
find_ejection() {
	local line name="sched_ext: BPF scheduler \"$ATTACHED_OPS\"" detail="sched_ext: $ATTACHED_OPS: " enabled='' before=''
	read_kernel_log
	REPLY=''
	for line in "${KERNEL_LINES[@]}"; do
		case $line in
		*"$name enabled"*) enabled=1 REPLY='' ;;
		*"$name disabled ("*)
			if [[ $enabled && ! $REPLY ]]; then
				REPLY=${line#*"$name disabled ("}
				REPLY=${REPLY%)*} before=$line
				continue
			fi
			;;
		*"$detail"*) [[ ! $before ]] || REPLY+=": ${line#*"$detail"}" ;; # the next line
		esac
		before=''
	done
}

# fail_scheduler MESSAGE: ends the run, with the kernel's reason
fail_scheduler() {
	if [[ $ALONE ]]; then die "$STATUS_SCHEDULER" "$*"; fi # it has none
	remember watched "$TEARDOWN_SECS"
	stop_scheduler
	read_kernel_log
	die "$STATUS_SCHEDULER" "$*${REPLY:+ ($REPLY)}"
}

# fail_foreign PIDS: these hold a link that came since the scheduler was started
fail_foreign() {
	local pids
	remember foreign
	read -ra pids <<<"$1"
	describe_processes "${pids[@]}"
	fail_scheduler "the scheduler ${OPS:-?}, which is attached, is not this run's: it is of $REPLY"
}

# fail_late: it did not attach in time
fail_late() {
	local how="it is alive, but"
	if has_ended; then how="it ended with $SCHED_ENDED, what it started is alive, but"; fi
	if [[ $STATE != enabled ]] || ((SEQ != SEQ_BEFORE + 1)); then
		fail_scheduler "$how not attached after $ATTACH_SECS s (sched_ext is ${STATE:-gone})"
	fi
	fail_unheld "$how no process of it holds the scheduler ${OPS:-?}, which is attached"
}

# fail_unheld MESSAGE: a scheduler is attached, and no process holds it. It is this run's only if it was pinned.
fail_unheld() {
	new_pins
	describe_pins
	if [[ $REPLY ]]; then fail_scheduler "$*: it is pinned in bpffs, perhaps as $REPLY"; fi
	remember foreign
	fail_scheduler "$*"
}

# has_let_go: whether the scheduler's process, and all that held the scheduler, have ended
has_let_go() {
	has_ended || return 1
	if ((${#HOLDERS[@]})); then holder_ended; fi
}

# fail_ejected: it was enabled, and is not any more. That may end its process, which takes a moment.
fail_ejected() {
	local how="its process is alive" word=ejected
	if ! is_held && [[ $REPLY ]]; then fail_foreign "$REPLY"; fi
	if within 5 has_let_go; then how="its process ended with $SCHED_ENDED"; fi
	read_kernel_log
	if [[ $REPLY == unregistered\ from\ user* ]]; then word=detached; fi
	fail_scheduler "it was attached and $word at once, before the test began, and $how"
}

# is_disabled: whether no scheduler is attached; sets STATE, SEQ and OPS
is_disabled() {
	read_attachment
	[[ $STATE == disabled || ! $STATE ]]
}

# fail_unattached: its process ended. If a scheduler is still attached after the time that detaching takes, it is
# another's, and this run leaves it alone.
fail_unattached() {
	local how=$SCHED_ENDED
	if within 20 is_disabled; then
		((SEQ != SEQ_BEFORE + 1)) || fail_ejected
		fail_scheduler "it ended with $how before it was attached"
	fi
	if ((SEQ == SEQ_BEFORE + 1)) && ! is_held && [[ $REPLY ]]; then fail_foreign "$REPLY"; fi
	fail_unheld "it ended with $how, and the scheduler ${OPS:-?}, which none of its processes holds, is attached"
}
