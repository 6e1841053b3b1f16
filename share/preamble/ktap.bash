# --- ktap: the KTAP document that --ktap prints, a test a round ---

# write_line TEXT: a line of the document. A reader that has left changes nothing, see say.
write_line() {
	printf '%s\n' "$1" 2>/dev/null || true
}

# print_plan: begins the document. Without a known number of rounds the plan comes last.
print_plan() {
	local REPLY
	((KTAP)) || return 0
	find_plan
	write_line 'KTAP version 1'
	if [[ $REPLY ]]; then write_line "1..$REPLY"; fi
}

# find_plan: sets REPLY to the number of points, or to nothing if only the time or a failure ends the rounds. The rounds of
# a baseline are none.
find_plan() {
	REPLY=$REPEAT
	if [[ ! $FOR_SECS && ! $UNTIL_FAIL ]]; then REPLY=${REPEAT:-1}; fi
}

# count_points: sets REPLY to the number of points printed, and BAD to the number of those that are not ok. They come from
# what is remembered, as the janitor may have to end the document.
count_points() {
	local one number status
	REPLY=0 BAD=0
	for one in "${ROUNDS[@]}"; do
		read -r number status _ <<<"$one"
		if is_baseline_round "$number"; then continue; fi
		REPLY=$((REPLY + 1))
		if ((status != 0 && status != STATUS_UNSUITABLE)); then BAD=$((BAD + 1)); fi
	done
}

# print_point NUMBER STATUS NAME REASON
print_point() {
	local REPLY
	((KTAP)) || return 0
	as_line "$4"
	case $2 in
	0) write_line "ok $1 $3" ;;
	"$STATUS_UNSUITABLE") write_line "ok $1 $3 # SKIP ${REPLY//#/\\#}" ;;
	*) write_line "not ok $1 $3" ;;
	esac
}

# finish_document STATUS: prints the points that are missing, so that no document is all ok for a run that was not
finish_document() {
	local plan n BAD REPLY
	((KTAP)) || return 0
	find_plan
	plan=$REPLY
	count_points
	n=$REPLY
	if ((n == 0 || ($1 != 0 && $1 != STATUS_UNSUITABLE && BAD == 0))); then
		print_point $((++n)) "$1" "$KTSTR_TEST_NAME" "$REASON"
	fi
	if [[ ! $plan ]]; then write_line "1..$n"; fi
	while ((n < ${plan:-0})); do
		print_point $((++n)) "$STATUS_UNSUITABLE" "$KTSTR_TEST_NAME round $n" 'not run'
	done
}
