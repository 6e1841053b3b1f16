# --- rounds: a series of rounds of the test ---
#
# Each round is a shell of its own, which ends as a single run does, and has its own janitor. So what a round sets, opens or
# remembers is gone with it. The shell of the series does no more than wait, count and pass signals on.

is_series() {
	[[ $REPEAT || $FOR_SECS || $UNTIL_FAIL || $BASELINE ]]
}

# has_rounds: whether this is the shell of a series of which a round has ended, or its janitor
has_rounds() {
	((${#ROUNDS[@]})) && [[ ! $ROUND ]]
}

# rounds_asked: sets REPLY to how many rounds there are at most, or to nothing if only the time or a failure ends them
rounds_asked() {
	find_plan
	if [[ $BASELINE && $REPLY ]]; then REPLY=$((2 * REPLY)); fi
}

# run_series: runs the rounds, and ends with the worst status
run_series() {
	local asked begin n=0 TREE
	rounds_asked
	asked=$REPLY
	end_progress # each round has its own
	note_tree
	now
	begin=$REPLY
	while ! is_series_over "$n" "$asked" "$begin"; do
		n=$((n + 1))
		start_round "$n"
		await_round
		end_round "$n" "$asked" "$begin"
		if [[ $LAST ]]; then break; fi
		list_tree
		if [[ $REPLY != "$TREE" ]]; then
			say "note: round $n changed the unpacked files: they are unpacked again"
			unpack_again
			note_tree
		fi
	done
	leave "$WORST"
}

# is_series_over ROUNDS ASKED BEGIN: whether no other round follows. With --baseline, rounds come in pairs.
is_series_over() {
	local REPLY
	if [[ $BASELINE ]] && (($1 % 2)); then return 1; fi
	now
	(($1 == ${2:-ROUNDS_MAX} || $1 == ROUNDS_MAX)) ||
		{ [[ $FOR_SECS ]] && ((REPLY - $3 >= 100 * FOR_SECS)); } ||
		{ [[ $UNTIL_FAIL ]] && ((WORST)); }
}

# is_baseline_round N: whether it runs without the packed scheduler. The order within pairs alternates, so that a host that
# becomes slower or faster with time does so for both.
is_baseline_round() {
	[[ $BASELINE ]] && (($1 % 4 == 2 || $1 % 4 == 3))
}

# start_round N: starts its shell, in a process group of its own: it gets the signals that this shell passes on
start_round() {
	hold_signals
	rm -f -- "$WORK/janitor" "$WORK/not-launched" "$WORK/pins"
	set -m
	be_round "$1" &
	process_start $! || REPLY=''
	remember round $! "$REPLY"
	set +m
	if [[ $STOPPED ]]; then stop "$STOPPED"; fi
}

# be_round N: what the shell of a round does. Signals are held until it has its own janitor. The janitor of the series gets
# to know it before the pipe to that is closed here: so it never ends without it.
be_round() {
	local series=$JOURNAL directory one
	ROUND=$1 STOPPED='' JOURNAL='' JANITOR=''
	set_traps
	trap '' TTOU
	process_start "$BASHPID" || REPLY=''
	if [[ $series ]]; then { printf '%s\0' round "$BASHPID" "$REPLY" >&"$series"; } 2>/dev/null || true; fi
	if is_baseline_round "$1"; then NO_SCHEDULER=1; fi
	RESULT=()
	for one in "${COMMON[@]}"; do
		[[ $NO_SCHEDULER && $one == @(program|build-id|git)\ scheduler\ * ]] || RESULT+=("$one")
	done
	printf -v directory '%s/round-%04d' "$EVIDENCE" "$ROUND"
	EVIDENCE=''
	note_start
	start_janitor "$series"
	if [[ $series ]]; then exec {series}>&-; fi
	process_start "$JANITOR" || REPLY=''
	{ echo "$JANITOR $REPLY" >"$WORK/janitor"; } 2>/dev/null || disk_full
	start_progress
	mkdir -m 700 -- "$directory" 2>/dev/null || disk_full
	remember evidence "$directory"
	record round "$ROUND"
	record_started
	run_round
}

# await_round: waits until the round has ended, and its janitor if the round was killed
await_round() {
	while :; do # a signal ends wait, too
		wait "$ROUND_PID" 2>/dev/null && ROUND_STATUS=0 || ROUND_STATUS=$?
		if is_gone "$ROUND_START" "$ROUND_PID"; then break; fi
	done
	await_janitor
	remember round '' ''
}

# await_janitor: waits until the round's janitor has ended: after a round that was killed, it cleans up. The file that names
# it is removed at the end of that.
await_janitor() {
	local pid='' start=''
	{ read -r pid start <"$WORK/janitor"; } 2>/dev/null || return 0
	if ! within $((10 * (TEARDOWN_SECS + 2 * DISABLE_SECS * ${#SCHED_DISABLE[@]}))) is_gone "$start" "$pid"; then
		host_differs "PID $pid, the janitor of a round, does not end"
	elif [[ -e $WORK/janitor ]]; then
		host_differs "a round and its janitor were killed: what the round has changed is not undone (see ktstr-run(7), After a kill)"
	fi
}

# kill_round: if this shell was killed or failed while a round ran
kill_round() {
	local n=$((${#ROUNDS[@]} + 1)) verdict='' reason='' signature='' metrics=()
	[[ $ROUND_PID ]] || return 0
	kill_process "$ROUND_START" "$ROUND_PID" || true
	await_janitor
	remember round '' ''
	read_round "$n"
	note_round "$n" 137 "${verdict:-interrupted}" "$reason" "$signature"
}

# note_round N STATUS VERDICT REASON SIGNATURE: prints the point of a round that has ended, and notes how it ended. If this
# shell is killed between the two, the janitor prints a point more, which is not ok.
note_round() {
	local REPLY BAD
	if ! is_baseline_round "$1"; then
		count_points
		print_point $((REPLY + 1)) "$2" "$KTSTR_TEST_NAME round $1" "$4"
	fi
	remember ended "$1 $2 $3" "$5"
}

# end_round N ASKED BEGIN: counts how it ended, says it, and sets LAST if the series ends with it
end_round() {
	local REPLY what="round $1" verdict='' reason='' signature='' metrics=()
	read_round "$1"
	if [[ ! $verdict ]]; then
		find_verdict "$ROUND_STATUS"
		verdict=$VERDICT signature='no result was written'
		reason=$signature
		((ROUND_STATUS)) || ROUND_STATUS=$STATUS_ERROR # never a pass that is not proved
		LAST="round $1 has written no result: is the disk of $WORK full?"
	fi
	if [[ $BASELINE && $verdict == pass ]]; then keep_values "$1" "${metrics[@]}"; fi
	if [[ $2 ]]; then what+=" of $2"; fi
	if [[ $FOR_SECS ]]; then
		now
		what+=" ($(((REPLY - $3) / 100)) of $FOR_SECS s)"
	fi
	if [[ $BASELINE ]]; then
		side_name "$1"
		what+=", $REPLY"
	fi
	if [[ $verdict != pass ]] || ((!QUIET)); then say "$what: ${verdict//-/ }${reason:+: $reason}"; fi
	note_round "$1" "$ROUND_STATUS" "$verdict" "$reason" "$signature"
	count_status "$1" "$verdict"
	if [[ ! $LAST ]] && ! is_series_over "$@" && is_tainted; then
		LAST="round $1 tainted the kernel (it was $TAINT_BEFORE, and is $REPLY)"
		REASON=$LAST # the rounds that do not run prove nothing
		worse "$WORST" "$STATUS_UNSURE"
		WORST=$REPLY
	fi
	if [[ $LAST && ! $STOPPED ]]; then say "the series ends: $LAST"; fi
	release_signals
}

# count_status N VERDICT: sets WORST, and LAST if there must not be another round
count_status() {
	local REPLY
	if ((ROUND_STATUS > 128)); then
		signal_name "$ROUND_STATUS"
		LAST="round $1 was ended by $REPLY"
	elif ((ROUND_STATUS >= STATUS_MISUSED)); then
		LAST="round $1 ended with an error"
	elif [[ $2 == unsuitable ]]; then
		LAST="the host has become unsuitable"
	elif is_baseline_round "$1"; then
		return 0 # the status is that of the scheduler's rounds
	fi
	worse "$WORST" "$ROUND_STATUS"
	if ((REPLY == WORST)); then return 0; fi
	WORST=$ROUND_STATUS
	SKIPPED=''
	if [[ $2 == skip ]]; then SKIPPED=skip; fi
}

# rank STATUS: sets REPLY to a number that is greater for what is worse
rank() {
	case $1 in
	0) REPLY=0 ;;
	"$STATUS_UNSUITABLE") REPLY=1 ;;
	"$STATUS_UNSURE") REPLY=2 ;;
	"$STATUS_SCHEDULER") REPLY=3 ;;
	"$STATUS_FAIL") REPLY=4 ;;
	*) REPLY=$((4 + $1)) ;; # errors, and above them signals
	esac
}

# read_round N: sets verdict, reason, signature and metrics of the caller to what the round's result says
read_round() {
	local keyword field file
	printf -v file '%s/round-%04d/result' "$EVIDENCE" "$1"
	while read -r keyword field; do
		case $keyword in
		verdict | reason | signature) printf -v "$keyword" %b "${field//\\/\\0}" ;;
		metric) metrics+=("$field") ;;
		esac
	done 2>/dev/null <"$file" || true
}

# side_name N: sets REPLY to the scheduler of the round
side_name() {
	REPLY=$KTSTR_SCHED_NAME
	if [[ $NO_SCHEDULER ]] || is_baseline_round "$1"; then REPLY=$DEFAULT_SCHEDULER; fi
}

# list_tree: sets REPLY to what changes if an unpacked file does: its inode, mode, size and time of change, which no program
# can set back
list_tree() {
	REPLY=$(ls -lnciAR --full-time -- "$WORK/tree" "$WORK/bin" 2>&1) || true
	if [[ $DENIED ]]; then REPLY+=$(ls -lnci --full-time -- "$DENIED" 2>&1) || true; fi # but for .denied in it
}

# note_tree: sets TREE to how the files are now
note_tree() {
	list_tree
	TREE=$REPLY
	[[ $TREE == *:[0-9][0-9].[0-9]* ]] || pause 1 # busybox shows whole seconds: a change must come in a later one
}

unpack_again() {
	rm -rf -- "${WORK:?}"/{tree,bin} "$WORK.denied"
	unpack_here || die "$STATUS_UNSUITABLE" "$REPLY"
	prepare_programs
}

# worse STATUS STATUS: sets REPLY to the worse one
worse() {
	local first
	rank "$1"
	first=$REPLY
	rank "$2"
	if ((first >= REPLY)); then REPLY=$1; else REPLY=$2; fi
}
