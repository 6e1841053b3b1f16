# --- janitor: a second process that cleans up where this one is killed ---

# remember WHAT [VALUE [VALUE]]: for cleanup, here and in the janitor
remember() {
	case $1 in
	work) WORK=$2 ;;
	old_work) OLD_WORK=$2 ;;
	mount)
		CGROUP_MOUNT=$2 TEST_ROOT=$2/ktstr RUN_CGROUP=$2/ktstr.run
		TEST_CGROUP=$RUN_CGROUP/test SCHED_CGROUP=$RUN_CGROUP/scheduler
		;;
	controllers) SAVED_CONTROLLERS=("$2" "$3" "${SAVED_CONTROLLERS[@]}") ;;
	cgroup) MADE_CGROUPS=("$2" "${MADE_CGROUPS[@]}") ;;
	unmade) MADE_CGROUPS=("${MADE_CGROUPS[@]:1}") ;; # the last one was not to be had
	used) USED_CGROUPS+=("$2") ;;
	sysctl) SAVED_SYSCTLS=("$2" "$3" "${SAVED_SYSCTLS[@]}") ;;
	scheduler) SCHED_PID=$2 SCHED_START=${3:-} ;;
	pins) ! { mapfile -td '' PINS_BEFORE <"$WORK/pins"; } 2>/dev/null || PINS_KNOWN=1 ;;
	known) KNOWN=$2 ;;
	proved) PROVED=$2 ;;
	foreign) FOREIGN=1 ;;
	detached) SEQ_BEFORE='' PINS_KNOWN=0 ;; # there is nothing more to be done
	sequence) SEQ_BEFORE=$2 ;;
	test) TEST_PID=$2 TEST_START=${3:-} ;;
	watched) WATCHED=$2 ;; # the seconds that what begins now may take; empty: the janitor only waits
	beat) ;;
	esac
	# where the janitor was killed there is nobody to be told
	[[ ! $JOURNAL ]] || { printf '%s\0' "$1" "${2:-}" "${3:-}" >&"$JOURNAL"; } 2>/dev/null || true
}

# raise_priority: who watches must not depend on the scheduler that is watched. Another policy or nice value
# than the usual one was chosen by the caller, and stays.
raise_priority() {
	local stat fields
	type -P chrt >/dev/null || return 0
	read -r stat <"/proc/$BASHPID/stat"
	# shellcheck disable=SC2206 # words; after the name, which may hold blanks
	fields=(${stat##*) })
	[[ ${fields[16]} == 0 && ${fields[38]} == 0 ]] || return 0
	! chrt -r -p 1 "$BASHPID" >/dev/null 2>&1 || RAISED=1
}

# janitor: reads what the run remembers. If that ends without "finished", the run was killed: the janitor kills
# what is left of it and cleans up. While the run has a scheduler or a test it does the same if the shell gives
# no sign of life, as when it was stopped, or takes longer than it said. What was remembered before the janitor
# started it has from the fork.
janitor() {
	local what a b status began=0 silent=0 late=0 # in seconds
	trap '' INT TERM HUP TSTP TTOU PIPE
	exec {TICK}<> <(:) # a pipe of its own, to wait for
	raise_priority
	REASON=''
	while [[ ! $REASON ]]; do
		status=0
		IFS= read -r -d '' -t 1 what || status=$?
		if ((status == 0)); then
			if ! IFS= read -r -d '' a || ! IFS= read -r -d '' b; then break; fi # it died within a word
			[[ $what != finished ]] || exit 0
			remember "$what" "$a" "$b"
			silent=0
			[[ $what != watched ]] || { now && began=$REPLY late=0; }
			continue
		fi
		((status > 128)) || break # not the time, but the end of who writes
		[[ $WATCHED ]] || continue
		# counted here, one by one: after a time in which nothing ran the shell has its turn first
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
	# only one of the two cleans up
	kill_process "$SHELL_START" "$$" || say "error: PID $$, the shell of this run, does not die"
	REASON=${REASON:-the run was killed}
	say "$REASON: cleaning up"
	LEFT=1
	cleanup 137
}

# start_janitor: before anything is made that it would have to take away. What is locked it has locked, too:
# the lock is free when both are gone.
start_janitor() {
	local pipe
	! setpriv --pdeathsig KILL true 2>/dev/null || SETPRIV=$(type -P setpriv)
	process_start $$ && SHELL_START=$REPLY
	hold_signals # until it is listened to
	exec {pipe}<> <(:) # without a name; it can be opened again for one end of it
	set -m # a process group of its own: what is sent to the run's does not reach it
	janitor <"/proc/self/fd/$pipe" {pipe}>&- &
	JANITOR=$!
	set +m
	exec {JOURNAL}>"/proc/self/fd/$pipe" {pipe}>&- {TICK}<> <(:)
	release_signals
}
