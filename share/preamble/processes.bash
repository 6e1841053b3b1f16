# --- processes: which processes there are, and whose ---

# process_fields PID: sets FIELDS to those of its stat after the name: its state, its parent, ...
process_fields() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
	# shellcheck disable=SC2206 # words; after the name, which may hold blanks
	FIELDS=(${stat##*) })
}

# process_start PID: sets REPLY to its start time, which tells it from a later one of the same PID, and
# STATE to its state, such as Z for a zombie; fails where there is no such process
process_start() {
	local FIELDS
	[[ $1 == [0-9]* ]] && process_fields "$1" || return 1
	STATE=${FIELDS[0]} REPLY=${FIELDS[19]}
}

# read_pids CGROUP: sets PIDS to the processes in it and below it
read_pids() {
	local file pid
	PIDS=()
	for file in "$1"/**/cgroup.procs; do
		while read -r pid; do
			[[ $pid == 0 ]] || PIDS+=("$pid") # 0: of another PID namespace
		done 2>/dev/null <"$file" || true
	done
}

# is_group_alive PID: whether its process group has a member
is_group_alive() {
	kill -0 -- "-$1" 2>/dev/null
}

# end_group PID SIGNAL SECONDS: sends it, and waits that long for the group's end
end_group() {
	local i
	is_group_alive "$1" || return 0
	kill "-$2" -- "-$1" 2>/dev/null || true
	for ((i = 0; i < 10 * $3; i++)); do
		is_group_alive "$1" || return 0
		pause 0.1
	done
	return 1
}

# kill_process START PID: kills the process that began then, and waits for its end
kill_process() {
	local i
	for ((i = 0; i < 100; i++)); do
		if ! process_start "$2" || [[ $REPLY != "$1" || $STATE == [ZX] ]]; then return 0; fi
		kill -KILL "$2" 2>/dev/null || true
		pause 0.1
	done
	return 1
}
