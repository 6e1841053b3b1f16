# --- signals: signals, and waiting ---

# hold_signals, release_signals: around what must not be cut in two
hold_signals() {
	HELD=1
}

release_signals() {
	HELD=0
	[[ ! $STOPPED ]] || leave "$STOPPED"
}

# stop STATUS: what a signal does
stop() {
	STOPPED=$1
	((HELD)) || leave "$1"
}

# pause SECONDS: without a process of its own where a run is set up. A signal is held back until read
# is over: within it bash has SIGCHLD blocked, and would be blind to the end of every process.
pause() {
	local held=$HELD
	hold_signals
	((++BEATS % 10)) || remember beat # the janitor hears that this shell lives
	if [[ $TICK ]]; then
		read -rt "$1" -u "$TICK" || true
	else
		sleep "$1"
	fi
	((held)) || release_signals
}
