# --- readers: processes that read what the scheduler and the test print ---

# start_reader COMMAND...: as start_reading. If the shell dies, the command lives until all who write have ended.
start_reader() {
	hold_signals
	start_reading read_pipe "$@"
	remember reader "$READER"
	release_signals
}

read_pipe() {
	trap '' INT TERM HUP TTOU PIPE # if nobody reads the copy, the log is still written
	close_own
	raise_priority # a scheduler that waits for its reader must not have to run that reader
	"$@"
}

# keep_ends FILE: keeps the beginning of standard input in FILE, the end in FILE.end, and in FILE.count the number of
# bytes after the beginning: what prints without end must not fill the disk
keep_ends() {
	head -c "$LOG_HALF" >"$1" || true
	{ { tee /dev/fd/3 | wc -c >"$1.count"; } 3>&1 | tail -c "$LOG_HALF" >"$1.end"; } || true
	cat >/dev/null # if the disk is full, the writer must still be able to print
} 2>/dev/null

# join_ends FILE: makes one file of the parts that keep_ends has made
join_ends() {
	local left
	[[ -e $1.count ]] || return 0
	left=$(wc -c <"$1.end") && left=$(($(<"$1.count") - left)) || left=0
	{
		((left <= 0)) || printf '\n(%d bytes left out)\n' "$left"
		cat "$1.end"
	} >>"$1" || true # even on a full disk what is there is kept
	rm -f -- "$1.end" "$1.count"
} 2>/dev/null

# start_log NAME: sets REPLY to a descriptor whose bytes go to this log
start_log() {
	local log=$EVIDENCE/$1.log
	{ : >"$log" && : >"$log.end" && : >"$log.count"; } 2>/dev/null || disk_full
	start_reader keep_ends "$log"
}

# start_test_log: sets TEST_OUT and TEST_ERR to what the test prints to. Both are copied as they come, to one log and to
# the run's own output.
start_test_log() {
	local log
	start_log test
	log=$REPLY
	start_reader copy_output "/proc/self/fd/$log"
	TEST_OUT=$REPLY
	start_reader copy "/proc/self/fd/$log" 1>&2
	TEST_ERR=$REPLY
	exec {log}>&-
}

# copy FILE: copies standard input to the file and to standard output
copy() {
	if [[ $PROGRESS ]]; then
		give_terminal | tee -- "$1" 2>/dev/null || cat >/dev/null
	else
		tee -- "$1" 2>/dev/null || cat >/dev/null
	fi
}

# copy_output FILE: as copy. In a KTAP document each line that the test prints is a diagnostic, so that none is taken for a
# verdict.
copy_output() {
	if ((KTAP)); then
		copy "$1" | print_diagnostics
	else
		copy "$1"
	fi
}

# print_diagnostics: standard input as diagnostics, without empty lines. sed does it: a loop of bash reads byte by byte,
# and would slow the test down. echo ends a last line that lacks its newline. If nobody reads what is printed, the
# rest is read all the same.
print_diagnostics() {
	local by_lines=()
	if type -P stdbuf >/dev/null; then by_lines=(stdbuf -oL); fi
	{ cat; echo; } | { "${by_lines[@]}" sed -e '/./!d' -e 's/^/# /' 2>/dev/null || cat >/dev/null; }
}

# finish_logs: waits until the readers have read all, but at most 2 s for each: somebody else may still write
finish_logs() {
	local fd pid cut=''
	for fd in $TEST_OUT $TEST_ERR $SCHED_OUT; do
		exec {fd}>&-
	done
	TEST_OUT='' TEST_ERR='' SCHED_OUT=''
	for pid in "${READERS[@]}"; do
		if within 20 is_group_gone "$pid"; then continue; fi
		disown "$pid" 2>/dev/null || true
		kill -KILL -- "-$pid" 2>/dev/null || true
		cut=1
	done
	READERS=()
	if [[ $cut ]] && ((KTAP)); then echo 2>/dev/null || true; fi # it may have ended within a line
	if [[ $EVIDENCE ]]; then
		join_ends "$EVIDENCE/test.log"
		join_ends "$EVIDENCE/scheduler.log"
	fi
}
