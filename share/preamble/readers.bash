# --- readers: processes that read what the scheduler and the test print ---

# start_reader COMMAND...: starts it, in a process group of its own, to read from a pipe; sets READER to its PID
# and REPLY to the descriptor that is written to
start_reader() {
	local pipe fd
	hold_signals # until it is listened to
	exec {pipe}<> <(:)
	set -m
	read_pipe "$@" <"/proc/self/fd/$pipe" {pipe}>&- &
	READER=$!
	set +m
	exec {fd}>"/proc/self/fd/$pipe" {pipe}>&-
	release_signals
	REPLY=$fd
}

# read_pipe COMMAND...: where the shell dies the reader lives until all who write have ended
read_pipe() {
	trap '' INT TERM HUP TTOU
	close_own
	raise_priority # a scheduler that waits for its reader must not wait for itself
	"$@"
}

# end_reader PID: waits until it has read all; not for ever, as somebody else may still write
end_reader() {
	local i
	for ((i = 0; i < 20; i++)); do
		is_group_alive "$1" || return 0
		pause 0.1
	done
	disown "$1" 2>/dev/null || true
	kill -KILL -- "-$1" 2>/dev/null || true
	return 1
}

# keep_ends FILE: keeps the beginning of standard input in FILE, the end in FILE.end, and in FILE.count the
# number of bytes after the beginning: a scheduler that prints without end does not fill the disk
keep_ends() {
	head -c "$LOG_HALF" >"$1" || true
	{ tee >(wc -c >"$1.count") | tail -c "$LOG_HALF" >"$1.end"; } || true
	cat >/dev/null # where the disk is full who writes is read to the end all the same
} 2>/dev/null

# finish_log: after the scheduler's end: makes one file of the log's parts
finish_log() {
	local log=$WORK/scheduler.log left
	[[ $SCHED_LOG ]] || return 0
	end_reader "$SCHED_LOG" || true
	SCHED_LOG=''
	left=$(wc -c <"$log.end") && left=$(($(<"$log.count") - left)) || left=0
	{
		((left <= 0)) || printf '\n(%d bytes left out)\n' "$left"
		cat "$log.end"
	} >>"$log" || true # a full disk is no reason to say less
	rm -f -- "$log.end" "$log.count"
} 2>/dev/null

# start_diagnostics: in a KTAP document what the test prints is no verdict
start_diagnostics() {
	((KTAP)) || return 0
	start_reader print_diagnostics
	TEST_OUT=$REPLY DIAGNOSTICS=$READER
}

# print_diagnostics: each line of standard input as a diagnostic, without empty lines. No loop of bash, which
# would read byte by byte: the test waits for its reader. The last line may lack its newline, which echo gives
# it. Where nobody reads what is printed the rest is read all the same.
print_diagnostics() {
	local by_lines=()
	! type -P stdbuf >/dev/null || by_lines=(stdbuf -oL)
	{ cat; echo; } | { "${by_lines[@]}" sed -e '/./!d' -e 's/^/# /' 2>/dev/null || cat >/dev/null; }
}

finish_diagnostics() {
	((TEST_OUT != 1)) || return 0
	exec {TEST_OUT}>&-
	TEST_OUT=1
	# what was killed may have ended within a line
	end_reader "$DIAGNOSTICS" || { echo; } 2>/dev/null || true
}
