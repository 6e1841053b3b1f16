# --- trace: the kernel's dump of the scheduler, through a tracefs instance of this run alone ---

# start_trace: so that the kernel's dump of a scheduler is not lost. An instance takes 1.4 MB of memory for each CPU when
# it is made.
start_trace() {
	local root memory=0 cpus key value
	[[ ! ${OMITTED[dump]:-} && $EVIDENCE_WHEN != never ]] || return 0
	has_scheduler || [[ $ATTACHES_SCHEDULERS ]] || return 0
	if ! find_tracefs || [[ ! -d $REPLY/instances || ! -e $REPLY/events/sched_ext/sched_ext_dump/enable ]]; then
		record missing dump 'no tracepoint sched_ext_dump in tracefs'
		return
	fi
	root=$REPLY
	while read -r key value _; do
		if [[ $key == MemAvailable: ]]; then memory=$value; fi
	done 2>/dev/null </proc/meminfo || true
	cpus=(/sys/devices/system/cpu/cpu[0-9]*)
	rmdir -- "$root"/instances/ktstr.* 2>/dev/null || true # of a run that left it, as this one has the lock
	if ((${#cpus[@]} * 1434 * 16 > memory)); then
		record missing dump "a tracefs instance for ${#cpus[@]} CPUs would take more than a sixteenth of the free memory"
		return
	fi
	hold_signals
	remember instance "$root/instances/ktstr.$$" # before mkdir, see make_cgroup
	if ! {
		mkdir -- "$TRACE_INSTANCE" && echo 512 >"$TRACE_INSTANCE/buffer_size_kb" &&
			echo 1 >"$TRACE_INSTANCE/events/sched_ext/sched_ext_dump/enable"
	} 2>/dev/null; then
		record missing dump 'no tracefs instance could be made'
		remove_trace
	fi
	release_signals
}

# ask_dump: has the kernel dump the attached scheduler, if it is this run's
ask_dump() {
	[[ $TRACE_INSTANCE && $PROVED && ! $DUMPED && -w /proc/sysrq-trigger ]] && ((!FOREIGN_SCHED)) || return 0
	read_attachment
	[[ $STATE == enabled ]] && ((SEQ == SEQ_BEFORE + 1)) || return 0
	DUMPED=1
	echo D >/proc/sysrq-trigger || true
}

remove_trace() {
	if [[ -d $TRACE_INSTANCE ]] && ! within 10 rmdir -- "$TRACE_INSTANCE" 2>/dev/null; then
		host_differs "the tracefs instance $TRACE_INSTANCE could not be removed"
	fi
	remember instance ''
}

# finish_trace: keeps what came, and removes the instance
finish_trace() {
	[[ $TRACE_INSTANCE ]] || return 0
	grep -v '^#' "$TRACE_INSTANCE/trace" 2>/dev/null | keep_ends "$EVIDENCE/dump" || true
	join_ends "$EVIDENCE/dump"
	if [[ ! -s $EVIDENCE/dump ]]; then rm -f -- "$EVIDENCE/dump"; fi
	remove_trace
}
