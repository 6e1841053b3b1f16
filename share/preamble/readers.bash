# --- readers: processes that read what the scheduler and the test print ---

# start_reader COMMAND...: as start_reading. If the shell dies, the command lives until all who write have ended.
start_reader() {
	hold_signals
	start_reading read_pipe "$@"
	release_signals
}

read_pipe() {
	trap '' INT TERM HUP TTOU
	close_own
	raise_priority # a scheduler that waits for its reader must not have to run that reader
	"$@"
}

# end_reader PID: waits until it has read all, but at most 2 s: somebody else may still write. Fails if it had to be
# killed.
end_reader() {
	if within 20 is_group_gone "$1"; then return 0; fi
	disown "$1" 2>/dev/null || true
	kill -KILL -- "-$1" 2>/dev/null || true
	return 1
}

# keep_ends FILE: keeps the beginning of standard input in FILE, the end in FILE.end, and in FILE.count the number of
# bytes after the beginning: a scheduler that prints without end must not fill the disk
keep_ends() {
	head -c "$LOG_HALF" >"$1" || true
	{ { tee /dev/fd/3 | wc -c >"$1.count"; } 3>&1 | tail -c "$LOG_HALF" >"$1.end"; } || true
	cat >/dev/null # if the disk is full, the scheduler must still be able to print
} 2>/dev/null

# start_log: sets SCHED_OUT to what the scheduler prints to
start_log() {
	local log=$WORK/scheduler.log
	{ : >"$log" && : >"$log.end" && : >"$log.count"; } 2>/dev/null || disk_full
	start_reader keep_ends "$log"
	SCHED_OUT=$REPLY SCHED_LOG=$READER
}

# finish_log: makes one file of the log's parts, after the scheduler's end
finish_log() {
	local log=$WORK/scheduler.log left
	[[ $SCHED_LOG ]] || return 0
	end_reader "$SCHED_LOG" || true
	SCHED_LOG=''
	left=$(wc -c <"$log.end") && left=$(($(<"$log.count") - left)) || left=0
	{
		((left <= 0)) || printf '\n(%d bytes left out)\n' "$left"
		cat "$log.end"
	} >>"$log" || true # even on a full disk what is there is shown
	rm -f -- "$log.end" "$log.count"
} 2>/dev/null

# start_diagnostics: in a KTAP document each line that the test prints is a diagnostic, so that none is taken for a
# verdict
start_diagnostics() {
	((KTAP)) || return 0
	start_reader print_diagnostics
	TEST_OUT=$REPLY DIAGNOSTICS=$READER
}

# print_diagnostics: standard input as diagnostics, without empty lines. sed does it: a loop of bash reads byte by byte,
# and would slow the test down. echo ends a last line that lacks its newline. If nobody reads what is printed, the
# rest is read all the same.
print_diagnostics() {
	local by_lines=()
	if type -P stdbuf >/dev/null; then by_lines=(stdbuf -oL); fi
	{ cat; echo; } | { "${by_lines[@]}" sed -e '/./!d' -e 's/^/# /' 2>/dev/null || cat >/dev/null; }
}

finish_diagnostics() {
	((TEST_OUT != 1)) || return 0
	exec {TEST_OUT}>&-
	TEST_OUT=1
	# a reader that was killed may have ended within a line
	end_reader "$DIAGNOSTICS" || { echo; } 2>/dev/null || true
}
