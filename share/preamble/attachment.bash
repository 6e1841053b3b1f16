# --- attachment: is the scheduler still attached? Is a test without a scheduler alone? ---
#
# What is called while the test runs forks nothing as long as all is well: it would disturb what the test measures.

# holder_ended: whether no process is left that holds the scheduler; sets REPLY to how it ended. It looks for others
# only if those that held it are gone.
holder_ended() {
	local pid
	REPLY=''
	for pid in "${HOLDERS[@]}"; do
		if kill -0 "$pid" 2>/dev/null; then return 1; fi
	done
	has_ended || true
	if is_held; then return 1; fi
	REPLY="the process of it that held it ended"
	if [[ $SCHED_ENDED ]]; then REPLY="its process ended with $SCHED_ENDED"; fi
}

# detached_how: sets REPLY to how the scheduler was detached. Its process may take a moment to end, and how it ends
# tells more. It may also attach again.
detached_how() {
	local state=$STATE
	if within 5 holder_ended; then return; fi
	read_attachment
	REPLY="it was detached (sched_ext is ${state:-gone}), and its process is alive"
	((SEQ <= SEQ_BEFORE + 1)) || attached_again
}

attached_again() {
	REPLY="it was attached again (enable_seq went from $((SEQ_BEFORE + 1)) to $SEQ)"
}

# is_still_attached: whether the test's scheduler is; or, for a test without one, whether it is alone. Else sets REPLY
# to what happened.
is_still_attached() {
	if [[ ! $SCHED_PID ]]; then
		is_still_on && is_still_alone
		return
	fi
	read_attachment
	if ((SEQ > SEQ_BEFORE + 1)); then
		attached_again
	elif holder_ended; then
		return 1
	elif [[ $STATE != enabled ]] || ((SEQ != SEQ_BEFORE + 1)); then
		detached_how
	else
		return 0
	fi
	return 1
}

# check_detached: the last part of the proof, after the test and before its verdict: when the scheduler's processes end,
# the attached scheduler goes. If it stays, it was another's.
check_detached() {
	local seq=$((SEQ_BEFORE + 1))
	[[ $SCHED_PID ]] || return 0
	remember watched "$TEARDOWN_SECS"
	check_subschedulers
	stop_scheduler
	remove_pins
	if ! wait_until_disabled; then
		remember detached
		fail_scheduler "a scheduler stayed attached after all of its processes were ended: whether the test ran under this run's is unproved"
	fi
	read_attachment
	remember detached
	((SEQ == seq)) || fail_scheduler "another scheduler was attached as it ended (enable_seq went from $seq to $SEQ)"
}

# check_subschedulers: those of cgroups change neither state nor enable_seq: only the kernel log says that one was
# ejected. It may be another's, if a process outside of the scheduler's attaches some.
check_subschedulers() {
	local line pids
	read_kernel_log
	for line in "${KERNEL_LINES[@]}"; do
		[[ $line == *sub-scheduler*disabled\ \(* && $line != *disabled\ \(unregistered\ from\ user* ]] || continue
		if is_held || [[ ! $REPLY ]]; then
			fail_scheduler "a sub-scheduler was ejected while the test ran"
		fi
		read -ra pids <<<"$REPLY"
		describe_processes "${pids[@]}"
		say "warning: a sub-scheduler was ejected, perhaps that of $REPLY"
		return 0
	done
}

# note_alone: a test without a scheduler runs under none at all, unless it attaches some itself
note_alone() {
	if has_scheduler || [[ ! -r $SCX/state ]]; then return 0; fi
	read_attachment
	[[ $STATE == disabled ]] || die "$STATUS_UNSUITABLE" "sched_ext became $STATE: somebody else attaches a scheduler"
	if [[ $ATTACHES_SCHEDULERS ]]; then
		remember sequence "$SEQ" # what it attaches must be gone at the end
	else
		ALONE=$SEQ
	fi
}

# is_still_alone: else sets REPLY to who came
is_still_alone() {
	[[ $ALONE ]] || return 0
	read_attachment
	if [[ $STATE == disabled && $SEQ == "$ALONE" ]]; then return 0; fi
	if [[ $STATE == disabled ]]; then
		REPLY="it is detached again, and enable_seq went from $ALONE to $SEQ"
	else
		describe_holder "$OPS"
		REPLY="the scheduler ${OPS:-?}, and it is $REPLY"
	fi
	REPLY="another scheduler was attached while the test ran ($REPLY)"
	return 1
}

# sample_policies: if the scheduler has only tasks of the policy SCHED_EXT, looks whether a task of the test has it,
# until one was seen
sample_policies() {
	local cgroup pid stat file fields
	((PARTIAL && !ON_EXT)) || return 0
	SAMPLES=$((SAMPLES + 1))
	for cgroup in "$TEST_CGROUP" "$TEST_ROOT"; do
		read_pids "$cgroup"
		for pid in "${PIDS[@]}"; do
			for file in "/proc/$pid/task/"*/stat; do
				read -r stat 2>/dev/null <"$file" || continue
				# shellcheck disable=SC2206 # words; after the name, which may hold blanks
				fields=(${stat##*) })
				[[ ${fields[38]:-} == 7 ]] || continue # field 41, the policy
				ON_EXT=1
				return 0
			done
		done
	done
}
