# --- lock: one run at a time ---

# find_tracefs: sets REPLY to the root directory of tracefs. That is one and the same for all containers of a
# host, however many mounts of it there are.
find_tracefs() {
	for REPLY in /sys/kernel/tracing /sys/kernel/debug/tracing; do
		[[ ! -f $REPLY/README ]] || return 0
	done
	return 1
}

# lock_holder: sets REPLY to "PID NAME" of the run that holds the lock; fails where none does. A run
# is its shell and its janitor: either may be alive alone.
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

# try_lock: locks the file, and tracefs where there is one. Fails with 1 where another run has locked them, with
# 2 where the file cannot be made. Who held the lock before has removed the file: what is locked must still be
# what others will open.
try_lock() {
	if ! type -P flock >/dev/null; then # a file of one's own, which a dead run leaves
		if (set -C && : >"$LOCK"); then
			LOCKED=1
			return
		fi
		[[ -e $LOCK ]] || return 2
		return 1
	fi
	while [[ ! $LOCKED ]]; do
		exec {LOCK_FD}<>"$LOCK" || return 2
		flock -n "$LOCK_FD" || {
			exec {LOCK_FD}>&-
			LOCK_FD=''
			return 1
		}
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

# find_other_run: sets OTHER_RUN to who holds the lock, which may be a run that is about to say so
find_other_run() {
	local i
	for ((i = 0; i < 10; i++)); do
		if lock_holder; then
			OTHER_RUN=", PID $REPLY"
			return
		fi
		[[ ! $LOCKED ]] || break
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

# take_lock: one run at a time. The file is locked for those who share /run with this run, and names its
# processes; tracefs is locked for all others.
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
	umask 077 # nobody else may open it, and so hold it
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
	local pid=${OTHER_RUN#, PID }
	if [[ $pid != "$OTHER_RUN" ]]; then
		problem "another .run is running on this host$OTHER_RUN: wait for its end, or stop it: kill ${pid%% *}"
	else
		problem "another .run is running on this host$OTHER_RUN: wait for its end"
	fi
}

# name_holders: the lock says who holds it
name_holders() {
	local pid lines=''
	[[ $LOCKED && ! $OTHER_RUN ]] || return 0
	for pid in $$ $JANITOR; do
		! process_start "$pid" || lines+="$pid $REPLY $PROGRAM"$'\n'
	done
	{ printf '%s' "$lines" >"$LOCK"; } 2>/dev/null ||
		problem "$LOCK cannot be written, needed for a lock (is ${LOCK%/*} full?): make room"
}

# check_lock: without taking it
check_lock() {
	if lock_holder; then
		OTHER_RUN=", PID $REPLY"
	elif ((EUID == 0)) && type -P flock >/dev/null && find_tracefs; then
		exec {TRACE_FD}<"$REPLY"
		flock -n "$TRACE_FD" 2>/dev/null || OTHER_RUN=' in another container'
		exec {TRACE_FD}<&-
		TRACE_FD=''
	fi
	[[ ! $OTHER_RUN ]] || report_other_run
}
