# --- cgroups: make, empty, remove ---

# use_cgroup PATH: makes a cgroup for this run alone
use_cgroup() {
	if is_in_use "$1"; then
		die "$STATUS_UNSUITABLE" "the cgroup $1 came into use"
	fi
	if [[ -d $1 ]]; then remember used "$1"; fi
	make_cgroup "$1"
}

# make_cgroup PATH: makes it and its parents below the mount, with the controllers that the test needs
make_cgroup() {
	local part parts path=$CGROUP_MOUNT
	keep_controllers "$path"
	IFS=/ read -ra parts <<<"${1#"$CGROUP_MOUNT"}"
	for part in "${parts[@]}"; do
		[[ $part ]] || continue
		enable_controllers "$path"
		path+=/$part
		if [[ -d $path ]]; then
			keep_controllers "$path"
			continue
		fi
		hold_signals
		remember cgroup "$path" # before mkdir: the janitor must know it if this shell is killed right after
		if ! mkdir "$path"; then
			remember unmade
			die "$STATUS_UNSUITABLE" "the cgroup $path cannot be made"
		fi
		release_signals
	done
}

# keep_controllers CGROUP: remembers which controllers are enabled below a cgroup that is not of this run: the test or
# the scheduler may enable more
keep_controllers() {
	local i
	for ((i = 0; i < ${#SAVED_CONTROLLERS[@]}; i += 2)); do
		if [[ ${SAVED_CONTROLLERS[i]} == "$1" ]]; then return 0; fi
	done
	for i in "${MADE_CGROUPS[@]}"; do
		if [[ $i == "$1" ]]; then return 0; fi
	done
	first_line "$1/cgroup.subtree_control"
	remember controllers "$1" "$REPLY"
}

# enable_controllers CGROUP: those that the test needs, for the cgroups below it. What was enabled there before is known.
enable_controllers() {
	local one why
	first_line "$1/cgroup.subtree_control"
	for one in "${NEED_CONTROLLERS[@]}"; do
		if [[ " $REPLY " == *" $one "* ]]; then continue; fi
		why=$({ echo "+$one" >"$1/cgroup.subtree_control"; } 2>&1) ||
			die "$STATUS_UNSUITABLE" "the controller $one cannot be enabled in the cgroup $1 (${why##*: }):" \
				"it may have processes of its own, or be threaded: see cgroup.procs and cgroup.type"
	done
}

# is_ours PID: whether a process is of this run, or gone. Of this run are the test and the scheduler, what is or was
# below them, and what has this run's KTSTR_DIR in its environment, as their background processes have.
is_ours() {
	local pid=$1 variables=() entry FIELDS
	((pid)) || return 1 # of another PID namespace
	process_fields "$pid" || return 0
	if [[ ${OURS[$pid]:-} == "${FIELDS[19]}" ]]; then return 0; fi
	while ((pid > 1)) && process_fields "$pid"; do
		case "$pid ${FIELDS[19]}" in
		"$TEST_PID $TEST_START" | "$SCHED_PID $SCHED_START") return 0 ;;
		esac
		pid=${FIELDS[1]}
	done
	mapfile -td '' variables 2>/dev/null <"/proc/$1/environ" || true
	for entry in "${variables[@]}"; do
		if [[ $entry == "KTSTR_DIR=$WORK/tree" ]]; then return 0; fi
	done
	return 1
}

# note_ours CGROUP: notes which of its processes are of this run, while their parents are alive
note_ours() {
	local pid FIELDS
	read_pids "$1"
	for pid in "${PIDS[@]}"; do
		if is_ours "$pid" && process_fields "$pid"; then OURS[$pid]=${FIELDS[19]}; fi
	done
}

# is_populated CGROUP: whether it exists and has processes, also of another PID namespace. If that cannot be read, it has.
is_populated() {
	local line
	while read -r line; do
		if [[ $line == 'populated 0' ]]; then return 1; fi
	done 2>/dev/null <"$1/cgroup.events" || true
	[[ -d $1 ]]
}

# sort_processes CGROUP: sets MINE and FOREIGN to its processes that are of this run, and that are not. Nobody but this
# run knows of RUN_CGROUP, so all processes there are of this run. PID 0 is a process of another PID namespace.
sort_processes() {
	local file pid
	MINE=() FOREIGN=()
	for file in "$1"/**/cgroup.procs; do
		while read -r pid; do
			if [[ $1/ == "$RUN_CGROUP"/* ]] || is_ours "$pid"; then
				MINE+=("$pid")
			else
				FOREIGN+=("$pid")
			fi
		done 2>/dev/null <"$file" || true
	done
}

# kill_cgroup CGROUP: kills what is in it and below it, and waits until it is empty. It leaves a process alone that is
# not of this run and came in from outside.
kill_cgroup() {
	local i pid
	for ((i = 0; i < 50; i++)); do
		if ! is_populated "$1"; then return 0; fi
		sort_processes "$1"
		if ((${#FOREIGN[@]} == 0)) && [[ -w $1/cgroup.kill ]]; then
			{ echo 1 >"$1/cgroup.kill"; } 2>/dev/null || true
		else # also before Linux 5.14
			for pid in "${MINE[@]}"; do
				((pid == 0)) || kill -KILL "$pid" 2>/dev/null || true
			done
		fi
		# for a second: a process that is ending has no environment, and looks like a foreign one
		if ((i >= 10 && ${#FOREIGN[@]} && ${#MINE[@]} == 0)); then break; fi
		pause 0.1
	done
	((${#FOREIGN[@]})) || host_differs "processes are left in the cgroup $1"
	for pid in "${FOREIGN[@]}"; do
		if [[ ${LEFT_ALONE[$1 $pid]:-} ]]; then continue; fi
		LEFT_ALONE[$1 $pid]=1
		first_line "/proc/$pid/comm"
		host_differs "PID $pid (${REPLY:-of another PID namespace}), which is not of this run, came into its cgroup $1:" \
			"it is left alone, and so is the cgroup"
	done
}

# remove_empty CGROUP: removes it if it has no processes, else fails. On newer kernels rmdir waits for a process that is
# ending, and one that hangs in the kernel never ends.
remove_empty() {
	if is_populated "$1"; then return 1; fi
	rmdir -- "$1" 2>/dev/null
}

# remove_below PATH: removes the cgroups that were made below it, the deepest first
remove_below() {
	local i directories=("$1"/*/**/)
	for ((i = ${#directories[@]} - 1; i >= 0; i--)); do
		within 3 remove_empty "${directories[i]%/}" || true
	done
}

remove_cgroup() {
	local left
	remove_below "$1"
	if [[ ! -d $1 ]] || remove_empty "$1"; then return 0; fi
	for left in "${!LEFT_ALONE[@]}"; do
		if [[ ${left% *}/ == "$1"/* ]]; then return 0; fi # kill_cgroup has said so
	done
	host_differs "the cgroup $1 could not be removed"
}

# is_used CGROUP CONTROLLER: whether a cgroup below it has the controller enabled for cgroups further down, or a setting of
# the controller that a new cgroup has not. A new one is made to compare with.
is_used() {
	local child file probe=$1/ktstr.new theirs initial used=1
	remember cgroup "$probe"
	if ! mkdir "$probe" 2>/dev/null; then
		remember unmade
		return 0
	fi
	for child in "$1"/*/; do
		first_line "${child}cgroup.subtree_control"
		if [[ " $REPLY " == *" $2 "* ]]; then used=0; fi
		for file in "$child$2".*; do
			case $file in # these tell what happened, and are no settings
			*.effective | *.stat | *.current | *.peak | *.events | *.local | *.pressure | *.numa_stat | *.usage) continue ;;
			esac
			mapfile -t theirs 2>/dev/null <"$file" || continue
			mapfile -t initial 2>/dev/null <"$probe/${file##*/}" || continue
			[[ ${theirs[*]} == "${initial[*]}" ]] || used=0
		done
	done
	rmdir "$probe"
	remember unmade
	return "$used"
}

# restore_controllers: in cgroups that were there before this run, enables below them the controllers that were: takes
# out the new ones from the bottom up, then puts back from the top down. A cgroup loses what it has set by a controller
# that is disabled: one that others use by now stays.
restore_controllers() {
	local i path one
	for ((i = 0; i < ${#SAVED_CONTROLLERS[@]}; i += 2)); do
		path=${SAVED_CONTROLLERS[i]}
		first_line "$path/cgroup.subtree_control"
		for one in $REPLY; do
			if [[ " ${SAVED_CONTROLLERS[i + 1]} " == *" $one "* ]]; then continue; fi
			if is_used "$path" "$one"; then
				OTHERS=1
				say "note: the controller $one, which was not in $path/cgroup.subtree_control, is left there: others use it now"
			elif ! { echo "-$one" >"$path/cgroup.subtree_control"; } 2>/dev/null; then
				host_differs "the controller $one was not in $path/cgroup.subtree_control, and cannot be taken out of it"
			fi
		done
	done
	for ((i = ${#SAVED_CONTROLLERS[@]} - 2; i >= 0; i -= 2)); do
		path=${SAVED_CONTROLLERS[i]}
		[[ -d $path ]] || continue
		first_line "$path/cgroup.subtree_control"
		for one in ${SAVED_CONTROLLERS[i + 1]}; do
			if [[ " $REPLY " == *" $one "* ]]; then continue; fi
			{ echo "+$one" >"$path/cgroup.subtree_control"; } 2>/dev/null ||
				host_differs "the controller $one was in $path/cgroup.subtree_control, and cannot be put into it again"
		done
	done
}
