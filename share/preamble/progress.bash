# --- progress: a line on a terminal that says what the run does, and goes away ---

# has_terminal: whether standard error is a terminal that knows escape sequences
has_terminal() {
	local REPLY
	caller_value TERM
	[[ -t 2 && $REPLY && $REPLY != dumb ]]
}

# start_progress: starts the process that shows it. A terminal may be stopped (^S), and what writes there then waits: so
# it is not this shell.
start_progress() {
	if ((QUIET || KTAP)) || ! has_terminal; then return 0; fi
	hold_signals
	start_reading show_progress
	PROGRESS=$READER PROGRESS_FD=$REPLY
	disown "$PROGRESS" # or bash prints how it ended
	process_start "$PROGRESS" && PROGRESS_START=$REPLY
	release_signals
}

# phase TEXT [SECONDS]: what the run does now, and how long that takes
phase() {
	end_notice
	if [[ $PROGRESS_FD ]]; then
		{ printf '%s\0' "$1" "${2:-}" >&"$PROGRESS_FD"; } 2>/dev/null || true
	elif [[ $1 == @(attaching|switching on) ]]; then
		start_notice "$@"
	fi
}

# start_notice TEXT SECONDS: where no terminal shows the progress, a process says what the run waits for, once a series. It is
# not this shell that says it: see say.
start_notice() {
	if ((QUIET || $2 <= NOTICE_SECS)) || [[ ${ROUND:-1} != 1 ]]; then return 0; fi
	hold_signals
	start_reading notice "$@"
	NOTICE_FD=$REPLY
	disown "$READER" 2>/dev/null || true # or bash prints how it ended
	process_start "$READER" || REPLY=''
	remember notice "$READER" "$REPLY"
	release_signals
}

# notice TEXT SECONDS: says it if the shell has not gone on, or ended, after a while
notice() {
	local status=0
	trap '' INT TERM HUP TSTP TTOU
	trap - PIPE
	close_own
	set +e
	read -rt "$NOTICE_SECS" || status=$?
	if ((status > 128)); then
		DEFER=0
		say "${ROUND:+round $ROUND: }still $1 the scheduler, for up to $2 s (--attach-timeout)"
	fi
	exit 0
}

end_notice() {
	if [[ $NOTICE_FD ]]; then exec {NOTICE_FD}>&-; fi
	NOTICE_FD=''
	[[ $NOTICE ]] || return 0
	is_gone "${NOTICE#* }" "${NOTICE% *}" || kill -KILL "${NOTICE% *}" 2>/dev/null || true
	remember notice '' ''
}

# show_progress: shows what phase says, once a second, in the line below the cursor. It ends with the shell.
show_progress() {
	local text='' seconds='' start=0 line part='' REPLY
	trap '' INT TERM HUP TSTP TTOU
	trap - PIPE
	close_own
	set +e
	while :; do
		if IFS= read -rd '' -t 1 line; then
			text=$part$line part=''
			IFS= read -rd '' seconds || exit 0
			now
			start=$REPLY
			continue
		elif (($? <= 128)); then
			exit 0 # the end of the pipe
		fi
		part+=$line # on a busy host the second may end within a word
		line="${PROGRAM##*/}: ${ROUND:+round $ROUND, }$text"
		now
		if [[ $seconds ]]; then line+=" $(((REPLY - start) / 100)) of $seconds s"; fi
		if [[ $text ]]; then printf '\n\e[K\e[?7l%s\e[?7h\e[A\r' "$line" >&2; fi # ?7: it is cut at the edge
	done
}

# give_terminal: copies standard input. When the first bytes came, it ends the progress: the terminal is the test's then.
give_terminal() {
	dd bs=65536 count=1 2>/dev/null || true # one read
	stop_progress
	exec cat
}

# stop_progress: ends the process, and takes its line away
stop_progress() {
	if [[ ! $PROGRESS_START ]] || is_gone "$PROGRESS_START" "$PROGRESS"; then return 0; fi
	kill -KILL "$PROGRESS" 2>/dev/null || true
	printf '\e[J' >&2 || true
}

end_progress() {
	[[ $PROGRESS_FD ]] || return 0
	exec {PROGRESS_FD}>&-
	PROGRESS_FD=''
	stop_progress
}

# coloured WORD: sets REPLY to the verdict, in green for a pass and in red for what needs a look, on a terminal
coloured() {
	local colour=31
	caller_value NO_COLOR
	if [[ $REPLY ]] || ! has_terminal; then
		REPLY=$1
		return
	fi
	case $1 in
	pass) colour=32 ;;
	skip | unsuitable | interrupted) colour=33 ;;
	esac
	REPLY=$'\e'"[${colour}m$1"$'\e[m'
}
