# --- lock: one run at a time ---

# find_tracefs: sets REPLY to the root directory of tracefs, which is the same for all containers of a host; fails if
# there is none
find_tracefs() {
	for REPLY in /sys/kernel/tracing /sys/kernel/debug/tracing; do
		if [[ -f $REPLY/README ]]; then return 0; fi
	done
	return 1
}

# lock_holder: sets REPLY to "PID (NAME)" of the run that holds the lock; fails if no run does. The lock names the shell
# and the janitor of the run, as one may live longer than the other.
lock_holder() {
	local pid start name
	[[ -r $LOCK ]] || return 1
	while read -r pid start name; do
		if process_start "$pid" && [[ $REPLY == "$start" ]]; then
			REPLY="$pid ($name)"
			return 0
		fi
	done <"$LOCK"
	return 1
}

# try_lock: locks the file and, if there is one, tracefs. Fails with 1 if another run has locked them, and with 2 if the
# file cannot be made. The run before may have removed the file after it was opened here: then it is opened again.
try_lock() {
	if ! type -P flock >/dev/null; then # the file itself is the lock, and a dead run leaves it
		if (set -C && : >"$LOCK"); then
			LOCKED=1
			return
		fi
		[[ -e $LOCK ]] || return 2
		return 1
	fi
	while [[ ! $LOCKED ]]; do
		exec {LOCK_FD}<>"$LOCK" || return 2
		if ! flock -n "$LOCK_FD"; then
			exec {LOCK_FD}>&-
			LOCK_FD=''
			return 1
		fi
		if [[ /proc/self/fd/$LOCK_FD -ef $LOCK ]]; then
			LOCKED=1
		else
			exec {LOCK_FD}>&-
		fi
	done
	find_tracefs || return 0
	[[ $TRACE_FD ]] || exec {TRACE_FD}<"$REPLY"
	flock -n "$TRACE_FD"
}

# find_other_run: sets OTHER_RUN to the run that holds the lock, which may not have written its name yet
find_other_run() {
	local i
	for ((i = 0; i < 10; i++)); do
		if lock_holder; then
			OTHER_RUN=", PID $REPLY"
			return
		fi
		if [[ $LOCKED ]]; then break; fi
		pause 0.1
	done
	if [[ $LOCKED ]]; then
		OTHER_RUN=' in another container'
	elif type -P flock >/dev/null; then
		OTHER_RUN=' and about to begin'
	else
		OTHER_RUN=" or was killed: without flock(1) this cannot be told (is none running? then: rm $LOCK)"
	fi
}

# take_lock: waits for the lock, or adds a problem. The file excludes runs that share /run with this one, and names its
# processes; tracefs excludes those in other containers.
take_lock() {
	local start said='' status
	((EUID == 0)) || return 0
	if ! [[ -d ${LOCK%/*} && -w ${LOCK%/*} ]]; then
		problem "${LOCK%/*} is no directory that can be written, needed for a lock: mount it writable"
		return
	elif [[ -L $LOCK || (-e $LOCK && ! -f $LOCK) ]]; then
		problem "$LOCK, needed for a lock, is no regular file: remove it"
		return
	fi
	now
	start=$REPLY
	umask 077 # other users must not open it, or they could lock it
	hold_signals
	while :; do
		status=0
		try_lock 2>/dev/null || status=$?
		((status)) || break
		if ((status == 2)); then
			problem "$LOCK cannot be made, needed for a lock (is ${LOCK%/*} full?): make room"
			break
		fi
		find_other_run
		now
		if ((REPLY - start >= 100 * WAIT_LOCK_SECS)); then
			report_other_run
			break
		fi
		[[ $said ]] || say "waiting up to $WAIT_LOCK_SECS s: another .run is running on this host$OTHER_RUN"
		said=1
		release_signals
		pause 0.5
		hold_signals
		OTHER_RUN=''
	done
	umask 022
	release_signals
}

report_other_run() {
	problem "another .run is running on this host$OTHER_RUN: wait for its end, as --wait-lock 600 does"
}

# name_holders: writes into the lock which processes hold it
name_holders() {
	local pid lines=''
	[[ $LOCKED && ! $OTHER_RUN ]] || return 0
	for pid in $$ $JANITOR; do
		if process_start "$pid"; then lines+="$pid $REPLY ${PROGRAM##*/}"$'\n'; fi
	done
	{ printf '%s' "$lines" >"$LOCK"; } 2>/dev/null ||
		problem "$LOCK cannot be written, needed for a lock (is ${LOCK%/*} full?): make room"
}

# check_lock: finds another run without taking the lock
check_lock() {
	if lock_holder; then
		OTHER_RUN=", PID $REPLY"
	elif ((EUID == 0)) && type -P flock >/dev/null && find_tracefs; then
		exec {TRACE_FD}<"$REPLY"
		flock -n "$TRACE_FD" 2>/dev/null || OTHER_RUN=' in another container'
		exec {TRACE_FD}<&-
		TRACE_FD=''
	fi
	if [[ $OTHER_RUN ]]; then report_other_run; fi
}
