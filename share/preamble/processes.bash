# --- processes: what /proc and cgroups say of processes ---

# first_line FILE: sets REPLY to its first line, or to nothing if it cannot be read
first_line() {
	REPLY=''
	{ read -r REPLY <"$1"; } 2>/dev/null || true # a line without its newline counts as well
}

# process_fields PID: sets FIELDS to the fields of its stat after the name: its state, its parent, ...
process_fields() {
	local REPLY
	first_line "/proc/$1/stat"
	# shellcheck disable=SC2206 # words. The name may hold blanks: only what comes after it is split.
	FIELDS=(${REPLY##*) })
	((${#FIELDS[@]}))
}

# process_start PID: sets REPLY to its start time, which no other process of that PID has, and STATE to its state,
# such as Z for a zombie; fails if there is no such process
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

# is_gone START PID: whether the process that began then has ended
is_gone() {
	if ! process_start "$2"; then return 0; fi
	[[ $REPLY != "$1" || $STATE == [ZX] ]]
}

# is_empty CGROUP: whether no process is in it or below it
is_empty() {
	read_pids "$1"
	((${#PIDS[@]} == 0))
}

# is_group_gone PID [CGROUP]: whether its process group has no member. Some hosts' init leaves orphans as zombies for
# seconds: if the group's cgroup is empty, zombies do not count.
is_group_gone() {
	local directory FIELDS
	if ! kill -0 -- "-$1" 2>/dev/null; then return 0; fi
	if [[ ! ${2:-} ]] || ! is_empty "$2"; then return 1; fi
	for directory in /proc/[0-9]*; do
		process_fields "${directory##*/}" || continue # it has ended meanwhile
		if [[ ${FIELDS[2]} == "$1" && ${FIELDS[0]} != [ZX] ]]; then return 1; fi
	done
}

# end_group PID CGROUP SIGNAL SECONDS: sends the signal to the process group, which is in the cgroup, and waits that
# long for its end; fails if it does not end
end_group() {
	if is_group_gone "$1" "$2"; then return 0; fi
	kill "-$3" -- "-$1" 2>/dev/null || true
	within $((10 * $4)) is_group_gone "$1" "$2"
}

# kill_process START PID: kills the process that began then, and waits for its end; fails if it does not end
kill_process() {
	if is_gone "$@"; then return 0; fi
	kill -KILL "$2" 2>/dev/null || true
	within 100 is_gone "$@"
}
