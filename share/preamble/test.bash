# --- test: run the test ---

# test_command DIRECTORY [PATH]: sets COMMAND to the test's, as scheduler_command does
test_command() {
	COMMAND=("${2:-$1/ktstr}")
	add_arguments "$1" "${RUN_ARGS[@]}"
	if [[ ${#RUN_ARGS[@]} == 0 && $TEST_RUN_ARGS != none ]]; then
		COMMAND+=(run --ktstr-test-fn "$KTSTR_TEST_NAME" --duration "$TEST_DURATION_SECS"
			--watchdog-timeout "$TEST_WATCHDOG_SECS")
	fi
}

start_test() {
	local scheduler=$SCHED_PID
	note_alone
	if [[ $SCHED_ENDED ]]; then scheduler=${HOLDERS[0]}; fi
	test_command "$WORK/tree" "$TEST_PATH"
	ENVIRONMENT=("PATH=$WORK/tree/include:${DENIED:+$DENIED:}$PATH" "KTSTR_DIR=$WORK/tree" "KTSTR_INCLUDE_DIR=$WORK/tree/include"
		"KTSTR_CGROUP_ROOT=$TEST_ROOT" "KTSTR_DURATION_SECS=$TEST_DURATION_SECS"
		"KTSTR_WATCHDOG_SECS=$TEST_WATCHDOG_SECS" "KTSTR_METRICS=$WORK/metrics" ${scheduler:+"KTSTR_SCHED_PID=$scheduler" "SCHED_PID=$scheduler"})
	serve_libraries ktstr
	remember watched $((TEST_DURATION_SECS + TEST_WATCHDOG_SECS + 2 * GRACE_SECS))
	record_events
	note_counters
	record_time test-started
	phase running "$TEST_DURATION_SECS"
	start_program test "$TEST_CGROUP" "$TEST_OUT" "$TEST_ERR"
}

# watch_test: waits for the test's end, and sets REPLY to nothing; or, if the scheduler does not stay attached, to what
# happened. Sets ended of run_test to whether the test had ended when that was seen. Ends the run if the test takes too long.
watch_test() {
	local limit=$((TEST_DURATION_SECS + TEST_WATCHDOG_SECS + GRACE_SECS)) start events
	now
	start=$REPLY events=$((REPLY + 100 * EVENTS_SECS))
	while :; do
		kill -0 "$TEST_PID" 2>/dev/null || ended=1
		if ! is_still_attached; then return 0; fi # REPLY says what happened; run_test ends the test
		if [[ $ended ]]; then
			REPLY=''
			return 0
		fi
		now
		if ((REPLY - start >= 100 * limit)); then
			ask_dump
			end_test
			die "$STATUS_FAIL" "the test was still running after $limit s"
		fi
		sample_policies
		if ((REPLY >= events)); then
			record_events
			events=$((REPLY + 100 * EVENTS_SECS))
		fi
		pause "$POLL_SECS"
	done
}

# fail_detached WHAT WHEN: the scheduler was not attached for the whole test
fail_detached() {
	local what="$1, $2 s into the run"
	first_line "$SCX/hotplug_seq"
	if [[ $HOTPLUG_BEFORE && $REPLY != "$HOTPLUG_BEFORE" ]]; then what+=", after a CPU came or went"; fi
	fail_scheduler "$what"
}

# is_settled: whether the scheduler that was detached is gone, or another came: the kernel log then says why it went
is_settled() {
	is_disabled || ((SEQ != SEQ_BEFORE + 1))
}

# judge_ejection STATUS WHAT WHEN: the test expects that the kernel ejects the scheduler, which was detached. Ends the run if
# it was not ejected so. Sets REPLY to the test's status: one that had failed by itself before has failed.
judge_ejection() {
	local expected="the test expects an ejection for: $SCHED_EXPECTED_ERROR"
	within 100 is_settled || true
	if [[ $STATE != disabled ]] || ((SEQ != SEQ_BEFORE + 1)); then fail_detached "$2" "$3"; fi
	check_launched
	check_detached
	find_ejection
	record ejection "$SCHED_EXPECTED_ERROR" "$REPLY"
	if (($1)); then
		REPLY=$1
	elif [[ ! $REPLY ]]; then
		die "$STATUS_UNSURE" "the scheduler was detached, and the kernel log does not say why" \
			"(can dmesg read it, does it hold enough?): $expected"
	elif [[ $REPLY == unregistered\ from\ @(user\ space|BPF)* ]]; then
		die "$STATUS_FAIL" "the scheduler was not ejected, it detached itself ($REPLY): $expected"
	elif [[ $REPLY != *"$SCHED_EXPECTED_ERROR"* ]]; then
		die "$STATUS_FAIL" "the scheduler was ejected for another reason ($REPLY): $expected"
	else
		((QUIET)) || say "the scheduler was ejected, as the test expects: $REPLY"
		REPLY=0
	fi
}

# check_ejection STATUS: a test that has passed under a scheduler that stayed attached, and that should have been ejected
check_ejection() {
	[[ $SCHED_EXPECTED_ERROR && $1 == 0 ]] || return 0
	record ejection "$SCHED_EXPECTED_ERROR" ''
	die "$STATUS_FAIL" "the scheduler was not ejected while the test ran: the test expects an ejection for: $SCHED_EXPECTED_ERROR"
}

# run_test: runs it and takes it away again. A verdict counts only if the scheduler stayed attached until all of the
# test was gone, or was ejected as the test expects. Sets REPLY to the test's status.
run_test() {
	local start elapsed what ended='' status=0
	start_test
	now
	start=$REPLY
	watch_test
	what=$REPLY
	seconds_since "$start"
	elapsed=$REPLY
	if [[ $ended ]]; then wait "$TEST_PID" 2>/dev/null || status=$?; fi
	record_time test-ended
	record_counters "$start"
	record duration "$TEST_DURATION_SECS" "$elapsed"
	record_events
	if ((status != 0 && status != 4)); then
		is_still_attached || what=$REPLY
		ask_dump
	fi
	end_test # and what it left in the background
	if [[ ! $what ]]; then
		check_launched
		is_still_attached || what="$REPLY${DUMPED:+, after the dump that this run asked for}"
	fi
	if [[ $what && $SCHED_EXPECTED_ERROR ]]; then
		judge_ejection "$status" "$what" "$elapsed"
		return
	fi
	if [[ $what ]]; then fail_detached "$what" "$elapsed"; fi
	check_detached
	check_ejection "$status"
	REPLY=$status
}

# check_policies STATUS: under a scheduler that has only tasks of SCHED_EXT, a test without such a task proves nothing
check_policies() {
	local what="the scheduler switches only tasks of the policy SCHED_EXT, and no task of the test was seen with it"
	((PARTIAL && !ON_EXT)) || return 0
	if [[ $1 == 0 ]]; then die "$STATUS_UNSURE" "$what ($SAMPLES looks)"; fi
	say "warning: $what ($SAMPLES looks)"
}

# conclude STATUS: ends with the status that stands for how the test ended
conclude() {
	tell_denied
	check_policies "$1"
	check_proof "$1"
	case $1 in
	0 | 1 | 2) ;;
	4) SKIPPED=skip ;;
	126 | 127) # of its own: check_packed_programs has found what cannot be started
		die "$STATUS_FAIL" "the test ended with status $1, as a program that cannot be started does"
		;;
	*)
		signal_name "$1"
		if [[ $REPLY == SIG* ]]; then die "$STATUS_FAIL" "the test was killed by $REPLY"; fi
		die "$STATUS_FAIL" "the test ended with status $1, which no test has"
		;;
	esac
	leave "$1"
}
