# --- messages: lines for people, and how this script ends ---

# Escape sequences of terminals (ECMA-48): control sequences, strings up to their end, and the short ones.
readonly ESCAPE=$'\e(\\[[0-?]*[ -/]*[@-~]|[]PX^_][^\a\e]*(\a|\e\\\\)|[ -/]*[0-~])'

# as_line TEXT: sets REPLY to TEXT as one line without control characters. Escape sequences, such as those that colour a
# scheduler's output, are left out. Other control characters become question marks, and so does all that is not ASCII
# if the caller's locale is not UTF-8.
as_line() {
	REPLY=${1:0:4096} # bash takes minutes for a very long one
	REPLY=${REPLY//[$'\n\t']/ }
	while [[ $REPLY =~ $ESCAPE ]]; do
		REPLY=${REPLY//"${BASH_REMATCH[0]}"/}
	done
	REPLY=${REPLY//[[:cntrl:]]/?}
	if ((UTF8)); then
		REPLY=${REPLY//$'\302'[$'\200'-$'\237']/?} # U+0080 to U+009F
	else
		REPLY=${REPLY//[$'\200'-$'\377']/?}
	fi
}

# say MESSAGE: one line for people, on standard error; in a KTAP document it is a diagnostic. A reader that is gone
# changes nothing. A reader that does not read must not keep a scheduler attached: with DEFER, from the first cgroup
# on, messages wait until everything is taken away.
say() {
	local REPLY
	as_line "$*"
	if ((DEFER)); then
		DEFERRED+=("$REPLY")
	elif ((KTAP)); then
		write_line "# $REPLY"
	else
		printf '%s: %s\n' "$PROGRAM" "$REPLY" >&2 || true
	fi
}

# host_differs MESSAGE: something could not be made as it was before this run. Such a run has no verdict.
host_differs() {
	DIFFERS=1
	record difference "$*"
	say "ERROR: $*"
}

say_deferred() {
	local line
	DEFER=0
	end_notice
	end_progress
	for line in "${DEFERRED[@]}"; do
		say "$line"
	done
}

# leave STATUS: ends on purpose; the EXIT trap cleans up
leave() {
	LEFT=1 HELD=1 # a second signal must not end this before cleanup begins
	exit "$1"
}

# die STATUS MESSAGE: a run says the message in its last line, see say_verdict
die() {
	local status=$1
	shift
	REASON=$*
	if [[ $ACTION != run || $status == "$STATUS_MISUSED" ]]; then say "$@"; fi
	leave "$status"
}

print_banner() {
	local REPLY
	print_plan
	if ((QUIET)); then return; fi
	side_name 1
	if [[ $BASELINE ]]; then REPLY+=" and $DEFAULT_SCHEDULER"; fi
	say "test $KTSTR_TEST_NAME, scheduler $REPLY, git $KTSTR_GIT_HASH"
	if has_scheduler || [[ $ATTACHES_SCHEDULERS ]]; then say "it attaches a BPF scheduler to the whole host, as root"; fi
	if has_commands; then say "it runs commands of its author as root: --print-command shows them"; fi
}

# find_verdict STATUS: sets VERDICT to the word for the status of a run, and REASON if it has none
find_verdict() {
	case $1 in
	0) VERDICT=pass ;;
	"$STATUS_FAIL") VERDICT=fail ;;
	"$STATUS_UNSURE") VERDICT=inconclusive ;;
	"$STATUS_SCHEDULER") VERDICT='scheduler failed' ;;
	"$STATUS_UNSUITABLE") VERDICT=${SKIPPED:-unsuitable} ;;
	"$STATUS_DAMAGED") VERDICT=damaged ;;
	"$STATUS_ERROR") VERDICT=error ;;
	*)
		VERDICT=interrupted
		signal_name "$1"
		REASON=${REASON:-$REPLY}
		;;
	esac
}

# say_cause: of rounds with one signature, the first one says it
say_cause() {
	local line
	if [[ $ROUND ]]; then
		find_signature "$REASON"
		for line in "${SIGNATURES[@]}"; do
			if [[ $line == "$REPLY" ]]; then return 0; fi
		done
	fi
	for line in "${CAUSE[@]}"; do
		say "$line"
	done
}

# say_verdict STATUS: what a run says at its end: the cause, where the evidence is, and the verdict. The last line of
# standard error begins with the file's name as it was called, so that no test prints such a line by accident.
say_verdict() {
	local line reason=$REASON
	say_cause
	if [[ $EVIDENCE_SAID ]]; then say "$EVIDENCE_SAID"; fi
	if [[ $VERDICT == interrupted ]]; then
		tell_restored
		reason+=$REPLY
	fi
	as_line "$reason"
	if ((KTAP)); then
		if (($1)) || [[ $REPLY ]]; then say "$VERDICT: $REPLY"; fi
		finish_document "$1"
	fi
	line=${REPLY:+: $REPLY}
	coloured "$VERDICT"
	printf '%s: %s\n' "$PROGRAM" "$REPLY$line" >&2 || true
}

# tell_restored: sets REPLY to what teardown has found: whether the host is as it was
tell_restored() {
	if ((DIFFERS)); then
		REPLY=': the host is not as it was before the run (see above)'
	elif ((OTHERS)); then
		REPLY=': the host is as it was, but for what others have changed (see above)'
	else
		REPLY=': the host is as it was'
	fi
}

# say_interrupted STATUS: what an action that is no run says when a signal ends it
say_interrupted() {
	local files
	(($1 > 128)) || return 0
	find_verdict "$1"
	tell_restored
	if [[ $ACTION == extract ]]; then
		files=("$OPERAND"/*)
		if ((${#files[@]})); then REPLY=": what is in $OPERAND may not be complete: remove it"; fi
	fi
	say "interrupted: $REASON$REPLY"
}

# signal_name STATUS: sets REPLY to how a process of this status ended, as SIGKILL or status 3
signal_name() {
	REPLY="status $1"
	if (($1 > 128)) && kill -l "$(($1 - 128))" >/dev/null 2>&1; then
		REPLY="SIG$(kill -l "$(($1 - 128))")"
	fi
}
