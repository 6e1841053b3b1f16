# --- clock: time that neither a set clock nor a suspended host changes ---

# now: sets REPLY to hundredths of a second since boot, without the time in which the host was suspended. A gap alone
# does not prove a suspend: the scheduler under test may have kept this process from running.
now() {
	local clock suspends slept before=${CLOCK:-0}
	read -r clock _ </proc/uptime
	CLOCK=$((10#${clock/./}))
	if ((CLOCK - before > 200)); then
		suspends=$SUSPENDS slept=$SLEPT
		read_suspends
		if [[ $slept && $SLEPT ]]; then
			((SLEPT - slept < 100)) || SUSPENDED=$((SUSPENDED + SLEPT - slept))
		elif [[ $suspends && $SUSPENDS != "$suspends" ]]; then
			SUSPENDED=$((SUSPENDED + CLOCK - before))
		fi
	fi
	REPLY=$((CLOCK - SUSPENDED))
}

# read_suspends: sets SUSPENDS to how often the host was suspended, and SLEPT to the hundredths of a second for which
# it was: the clock of /proc/uptime counts them, the monotonic clock does not. Each is empty if the kernel does not tell.
read_suspends() {
	local line=''
	SUSPENDS='' SLEPT=''
	read -r SUSPENDS 2>/dev/null </sys/power/suspend_stats/success || true
	while read -r line && [[ $line != 'now at '* ]]; do :; done 2>/dev/null </proc/timer_list || true
	if [[ $line =~ ^now\ at\ ([0-9]+)\ nsecs ]]; then SLEPT=$((CLOCK - BASH_REMATCH[1] / 10000000)); fi
}

# seconds_since TIME: sets REPLY to seconds with one digit after the point
seconds_since() {
	local tenths
	now
	tenths=$(((REPLY - $1) / 10))
	REPLY=$((tenths / 10)).$((tenths % 10))
}
