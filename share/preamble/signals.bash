# --- signals: signals, and waiting ---

# hold_signals, release_signals: nothing between them is cut in two by a signal
hold_signals() {
	HELD=1
}

release_signals() {
	HELD=0
	if [[ $STOPPED ]]; then leave "$STOPPED"; fi
}

# stop STATUS: what a signal does. The shell of a series passes it on to the round that runs.
stop() {
	STOPPED=$1
	if [[ $ROUND_PID ]]; then kill "-$(($1 - 128))" "$ROUND_PID" 2>/dev/null || true; fi
	((HELD)) || leave "$1"
}

# pause SECONDS: waits, without a process of its own where it can. Signals are held until read is over: within read
# bash has SIGCHLD blocked, and does not see the end of any process.
pause() {
	local held=$HELD
	hold_signals
	((++BEATS % 10)) || remember beat # so the janitor knows that this shell lives
	if [[ $TICK ]]; then
		read -rt "$1" -u "$TICK" || true
	else
		sleep "$1"
	fi
	((held)) || release_signals
}

# within TENTHS COMMAND...: tries the command each tenth of a second, so many times, until it succeeds; else fails
within() {
	local i wait=0.02 # most take no longer
	for ((i = 0; i < $1; i++)); do
		if "${@:2}"; then return 0; fi
		pause "$wait"
		wait=0.1
	done
	return 1
}
