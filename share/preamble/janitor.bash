# --- janitor: a second process that cleans up if this one is killed ---

# remember WHAT [VALUE [VALUE]]: records what cleanup must undo, before it is done. The janitor gets the same record.
remember() {
	case $1 in
	work) WORK=$2 ;;
	old_work) OLD_WORK=$2 ;;
	mount)
		CGROUP_MOUNT=$2 TEST_ROOT=$2${TEST_CGROUP_ROOT:-/ktstr} RUN_CGROUP=$2/ktstr.run
		TEST_CGROUP=$RUN_CGROUP/test SCHED_CGROUP=$RUN_CGROUP/scheduler
		;;
	controllers) SAVED_CONTROLLERS=("$2" "$3" "${SAVED_CONTROLLERS[@]}") ;;
	cgroup) MADE_CGROUPS=("$2" "${MADE_CGROUPS[@]}") ;;
	unmade) MADE_CGROUPS=("${MADE_CGROUPS[@]:1}") ;; # the last one could not be made
	used) USED_CGROUPS+=("$2") ;;
	sysctl) SAVED_SYSCTLS=("$2" "$3" "${SAVED_SYSCTLS[@]}") ;;
	switched) SWITCHED=1 TO_DISABLE=("${SCHED_DISABLE[@]}") ;;
	disabled) TO_DISABLE=("${TO_DISABLE[@]:1}") ;; # the first one has run
	switched_off) SWITCHED='' ;;
	scheduler) SCHED_PID=$2 SCHED_START=${3:-} ;;
	pins) ! { mapfile -td '' PINS_BEFORE <"$WORK/pins"; } 2>/dev/null || PINS_KNOWN=1 ;;
	known) KNOWN=$2 ;;
	proved) PROVED=$2 ;;
	foreign) FOREIGN_SCHED=1 ;;
	detached) SEQ_BEFORE='' PINS_KNOWN=0 ;; # nothing of the scheduler is left to undo
	sequence) SEQ_BEFORE=$2 ;;
	test) TEST_PID=$2 TEST_START=${3:-} ;;
	watched) WATCHED=$2 ;; # how many seconds the next step may take; empty: the janitor only waits
	copy) COPIES+=("$2 $3") ;;
	log) LOGS+=("$2 $3") ;;
	round) ROUND_PID=$2 ROUND_START=${3:-} ;;
	ended) ROUNDS+=("$2") SIGNATURES+=("$3") ;;
	record) RESULT+=("$2") ;;
	packer) PACKER="$2 $3" ;;
	notice) NOTICE=${2:+"$2 $3"} ;;
	evidence) EVIDENCE=$2 ;;
	unfinished) UNFINISHED=$2 ;;
	instance) TRACE_INSTANCE=$2 ;;
	command) COMMAND_PID=$2 COMMAND_START=${3:-} ;;
	beat) ;;
	esac
	# if the janitor was killed, nobody reads
	if [[ $JOURNAL ]]; then { printf '%s\0' "$1" "${2:-}" "${3:-}" >&"$JOURNAL"; } 2>/dev/null || true; fi
}

# raise_priority: this process watches a scheduler, and must run whatever that scheduler does. If the caller chose
# another policy or nice value than the usual one, that stays.
raise_priority() {
	local FIELDS
	type -P chrt >/dev/null || return 0
	process_fields "$BASHPID"
	[[ ${FIELDS[16]} == 0 && ${FIELDS[38]} == 0 ]] || return 0 # nice value and policy
	if chrt -r -p 1 "$BASHPID" >/dev/null 2>&1; then RAISED=1; fi
}

# janitor [FD]: closes FD, and reads what the run remembers. If that ends without "finished", the run was killed: then the
# janitor cleans up. It also does that, and kills the run first, if the run gives no sign of life for SILENT_SECS, as when
# it was stopped, or if a step takes longer than its WATCHED seconds. It has what was remembered before it started.
janitor() {
	local what='' part a b status began=0 silent=0 late=0 other=$1
	trap '' INT TERM HUP TSTP TTOU PIPE
	if [[ $other ]]; then exec {other}>&-; fi
	exec {TICK}<> <(:) # a pipe of its own to wait on
	raise_priority
	REASON=''
	while [[ ! $REASON ]]; do
		status=0
		IFS= read -r -d '' -t 1 part || status=$?
		what+=$part # on a busy host the second may end within a word
		if ((status == 0)); then
			if ! IFS= read -r -d '' a || ! IFS= read -r -d '' b; then break; fi # killed within a record
			if [[ $what == finished ]]; then exit 0; fi
			remember "$what" "$a" "$b"
			silent=0
			if [[ $what == watched ]]; then
				now
				began=$REPLY late=0
			fi
			what=''
			continue
		fi
		((status > 128)) || break # the end of the pipe, not of the second
		[[ $WATCHED ]] || continue
		# Seconds are counted here one by one, not taken from a clock: after a time in which nothing ran, the
		# shell gets its turn before it is taken for dead.
		now
		((REPLY - began <= 100 * WATCHED)) || late=$((late + 1))
		silent=$((silent + 1))
		if ((silent >= SILENT_SECS)); then
			REASON="the run gave no sign of life for $SILENT_SECS s (was it stopped?)"
		elif ((late >= 5)); then
			REASON="the run did not end in time"
		fi
	done
	DEFER=1
	# only one of the two may clean up
	kill_process "$SHELL_START" "$SHELL_PID" || say "error: PID $SHELL_PID, the shell of this run, does not die"
	REASON=${REASON:-the ${ROUND:+round of the }run was killed}
	say "$REASON: cleaning up"
	LEFT=1
	cleanup 137
}

# start_reading COMMAND...: starts the command in the background, in a process group of its own, so signals to the run's
# group do not reach it. It reads from a pipe without a name. Sets READER to its PID and REPLY to the descriptor that
# writes to the pipe. The caller holds signals.
start_reading() {
	local pipe fd
	exec {pipe}<> <(:)
	set -m
	"$@" <"/proc/self/fd/$pipe" {pipe}>&- & # opened once more, for reading alone
	READER=$!
	set +m
	exec {fd}>"/proc/self/fd/$pipe" {pipe}>&-
	REPLY=$fd
}

# start_janitor [FD]: before anything is made that it would have to undo. It holds the locks as well: they are free when
# both processes are gone. It does not hold FD, the pipe of another janitor.
start_janitor() {
	if setpriv --pdeathsig KILL true 2>/dev/null; then SETPRIV=$(type -P setpriv); fi
	SHELL_PID=$BASHPID
	process_start "$SHELL_PID" && SHELL_START=$REPLY
	hold_signals # until it is told of everything
	start_reading janitor "${1:-}"
	JANITOR=$READER JOURNAL=$REPLY
	[[ $TICK ]] || exec {TICK}<> <(:)
	release_signals
}
