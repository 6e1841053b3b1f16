# --- test: run the test ---

# test_command DIRECTORY [PATH]: the same for the test
test_command() {
	COMMAND=("${2:-$1/ktstr}" "${RUN_ARGS[@]}")
	((${#RUN_ARGS[@]})) || COMMAND+=(run --ktstr-test-fn "$KTSTR_TEST_NAME" --duration "$TEST_DURATION_SECS"
		--watchdog-timeout "$TEST_WATCHDOG_SECS")
}

start_test() {
	local scheduler=$SCHED_PID
	note_alone
	[[ ! $SCHED_ENDED ]] || scheduler=${HOLDERS[0]}
	test_command "$WORK/tree" "$TEST_PATH"
	ENVIRONMENT=("PATH=$WORK/tree/include:${DENIED:+$DENIED:}$PATH" "KTSTR_DIR=$WORK/tree" "KTSTR_INCLUDE_DIR=$WORK/tree/include"
		"KTSTR_CGROUP_ROOT=$TEST_ROOT" "KTSTR_DURATION_SECS=$TEST_DURATION_SECS"
		"KTSTR_WATCHDOG_SECS=$TEST_WATCHDOG_SECS" ${scheduler:+"KTSTR_SCHED_PID=$scheduler"})
	serve_libraries ktstr
	remember watched $((TEST_DURATION_SECS + TEST_WATCHDOG_SECS + 2 * GRACE_SECS))
	hold_signals
	set -m
	launch "$TEST_CGROUP" "${COMMAND[@]}" </dev/null >&"$TEST_OUT" &
	process_start $! || REPLY=''
	remember test $! "$REPLY"
	set +m
	release_signals
}

# watch_test: waits for the test's end. A verdict counts only if the scheduler stayed attached for the whole
# run. Sets REPLY to the test's status.
watch_test() {
	local limit=$((TEST_DURATION_SECS + TEST_WATCHDOG_SECS + GRACE_SECS)) start what='' status=0 after
	now
	start=$REPLY
	while is_still_attached || { what=$REPLY && false; } && kill -0 "$TEST_PID" 2>/dev/null; do
		now
		if ((REPLY - start >= 100 * limit)); then
			end_test
			die "$STATUS_FAIL" "fail: the test was still running after $limit s"
		fi
		sample_policies
		pause "$POLL_SECS"
	done
	seconds_since "$start"
	after=$REPLY
	[[ $what ]] || wait "$TEST_PID" 2>/dev/null || status=$?
	end_test # and what it left in the background
	if [[ ! $what ]]; then
		check_launched
		is_still_attached || what=$REPLY # whatever it says: until all of it was gone
	fi
	if [[ $what ]]; then
		what+=", $after s into the run"
		if [[ $HOTPLUG_BEFORE ]] && read -r REPLY <"$SCX/hotplug_seq" && ((REPLY != HOTPLUG_BEFORE)); then
			what+=", after a CPU came or went"
		fi
		fail_scheduler "$what"
	fi
	check_detached
	finish_diagnostics
	REPLY=$status
}

# conclude STATUS: says how the test ended, and ends with the status that stands for it
conclude() {
	tell_denied
	if ((PARTIAL && !ON_EXT)); then
		REASON="the scheduler switches only tasks of the policy SCHED_EXT, and no task of the test was seen with it ($SAMPLES looks)"
		[[ $1 != 0 ]] || die "$STATUS_UNSURE" "inconclusive: $REASON"
		say "warning: $REASON"
	fi
	case $1 in
	0) say "pass" ;;
	1) say "fail" ;;
	2) say "inconclusive" ;;
	4)
		REASON="the test says so"
		say "skip"
		;;
	126 | 127)
		# of its own: what cannot be started was found out before
		die "$STATUS_FAIL" "fail: the test ended with status $1, as a program that cannot be started does"
		;;
	*)
		signal_name "$1"
		[[ $REPLY != SIG* ]] || die "$STATUS_FAIL" "fail: the test was killed by $REPLY"
		die "$STATUS_FAIL" "fail: the test ended with status $1, which no test has"
		;;
	esac
	leave "$1"
}
