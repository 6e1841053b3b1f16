# --- readers: processes that read what the scheduler and the test print ---

# start_reader WHAT COMMAND...: as start_reading, and remembers the process as WHAT: copy, if it copies to a log what the test
# or the scheduler prints, or log, if it keeps a log. If the shell dies, the command lives until all who write have ended.
start_reader() {
	local fd
	hold_signals
	start_reading read_pipe "${@:2}"
	fd=$REPLY
	if process_start "$READER"; then remember "$1" "$READER" "$REPLY"; fi
	REPLY=$fd
	release_signals
}

read_pipe() {
	trap '' INT TERM HUP TTOU PIPE # if nobody reads the copy, the log is still written
	close_own
	"$@"
}

# raised COMMAND...: runs it with the priority of this shell: a scheduler that waits for its reader must not have to run
# that reader
raised() {
	raise_priority
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

# start_log NAME [raised]: sets REPLY to a descriptor whose bytes go to this log. Only copies write there.
start_log() {
	local log=$EVIDENCE/$1.log
	{ : >"$log" && : >"$log.end" && : >"$log.count"; } 2>/dev/null || disk_full
	start_reader log ${2:+"$2"} keep_ends "$log"
}

# start_scheduler_log: sets SCHED_OUT to what the scheduler prints to
start_scheduler_log() {
	local log
	start_log scheduler raised
	log=$REPLY
	start_reader copy raised copy_to "/proc/self/fd/$log"
	SCHED_OUT=$REPLY
	exec {log}>&-
}

copy_to() {
	exec cat >"$1"
}

# start_test_log: sets TEST_OUT and TEST_ERR to what the test prints to. Both are copied as they come, to one log and to
# the run's own output. If standard output and error are one file here, they are one pipe for the test: its order is kept.
start_test_log() {
	local log
	start_log test
	log=$REPLY
	start_reader copy copy_output "/proc/self/fd/$log"
	TEST_OUT=$REPLY
	if [[ /proc/self/fd/1 -ef /proc/self/fd/2 ]]; then
		exec {TEST_ERR}>&"$TEST_OUT"
	else
		start_reader copy copy "/proc/self/fd/$log" 1>&2
		TEST_ERR=$REPLY
	fi
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

# end_process TENTHS PID START: waits that long until the process that began then has ended; else kills its group, and
# fails
end_process() {
	if within "$1" is_gone "$3" "$2"; then return 0; fi
	disown "$2" 2>/dev/null || true
	kill -KILL -- "-$2" 2>/dev/null || true
	return 1
}

# finish_logs: ends the copies, each after at most 2 s, as somebody else may still write. Then the logs come to their ends.
finish_logs() {
	local fd one cut=''
	for fd in $TEST_OUT $TEST_ERR $SCHED_OUT; do
		exec {fd}>&-
	done
	TEST_OUT='' TEST_ERR='' SCHED_OUT=''
	for one in "${COPIES[@]}"; do
		end_process 20 "${one% *}" "${one#* }" || cut=1
	done
	for one in "${LOGS[@]}"; do
		end_process 50 "${one% *}" "${one#* }" || cut=1
	done
	COPIES=() LOGS=()
	if [[ $cut ]]; then
		record missing logs 'an end: somebody still wrote to them or did not read'
		if ((KTAP)); then echo 2>/dev/null || true; fi # it may have ended within a line
	fi
	if [[ $EVIDENCE ]]; then
		join_ends "$EVIDENCE/test.log"
		join_ends "$EVIDENCE/scheduler.log"
		if [[ -e $EVIDENCE/disable.log ]]; then # of the janitor, see switch_off
			join_ends "$EVIDENCE/disable.log"
			{ cat "$EVIDENCE/disable.log" >>"$EVIDENCE/scheduler.log" && rm "$EVIDENCE/disable.log"; } 2>/dev/null || true
		fi
	fi
}
