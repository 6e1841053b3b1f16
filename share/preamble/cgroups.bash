# --- cgroups: cgroups: make, empty, remove ---

# use_cgroup PATH: a cgroup for this run alone
use_cgroup() {
	if is_in_use "$1"; then
		die "$STATUS_UNSUITABLE" "the cgroup $1 came into use"
	fi
	[[ ! -d $1 ]] || remember used "$1"
	make_cgroup "$1"
}

# make_cgroup PATH: makes it and its parents below the mount
make_cgroup() {
	local part parts path=$CGROUP_MOUNT
	keep_controllers "$path"
	IFS=/ read -ra parts <<<"${1#"$CGROUP_MOUNT"}"
	for part in "${parts[@]}"; do
		[[ $part ]] || continue
		path+=/$part
		if [[ -d $path ]]; then
			keep_controllers "$path"
			continue
		fi
		hold_signals
		remember cgroup "$path" # first: nobody would know of it if this shell were killed after mkdir
		mkdir "$path" || {
			remember unmade
			die "$STATUS_UNSUITABLE" "the cgroup $path cannot be made"
		}
		release_signals
	done
}

# keep_controllers CGROUP: the test or the scheduler may enable more of them, in a cgroup that is not theirs, for what
# is below it
keep_controllers() {
	local i list=''
	for ((i = 0; i < ${#SAVED_CONTROLLERS[@]}; i += 2)); do
		[[ ${SAVED_CONTROLLERS[i]} != "$1" ]] || return 0
	done
	for i in "${MADE_CGROUPS[@]}"; do
		[[ $i != "$1" ]] || return 0
	done
	read -r list 2>/dev/null <"$1/cgroup.subtree_control" || true
	remember controllers "$1" "$list"
}

# is_ours PID: whether a process is of this run, or gone: the test, the scheduler, one that is or was below them, or
# one that has this run's KTSTR_DIR in its environment, as what they leave in the background has
is_ours() {
	local pid=$1 variables=() entry FIELDS
	((pid)) || return 1 # of another PID namespace
	process_fields "$pid" || return 0
	[[ ${OURS[$pid]:-} != "${FIELDS[19]}" ]] || return 0
	while ((pid > 1)) && process_fields "$pid"; do
		case "$pid ${FIELDS[19]}" in
		"$TEST_PID $TEST_START" | "$SCHED_PID $SCHED_START") return 0 ;;
		esac
		pid=${FIELDS[1]}
	done
	mapfile -td '' variables 2>/dev/null <"/proc/$1/environ" || true
	for entry in "${variables[@]}"; do
		[[ $entry != "KTSTR_DIR=$WORK/tree" ]] || return 0
	done
	return 1
}

# note_ours CGROUP: while their parents are alive
note_ours() {
	local file pid FIELDS
	for file in "$1"/**/cgroup.procs; do
		while read -r pid; do
			if is_ours "$pid" && process_fields "$pid"; then OURS[$pid]=${FIELDS[19]}; fi
		done 2>/dev/null <"$file" || true # it may be gone
	done
}

# kill_cgroup CGROUP [all]: kills what is in it and below it, and waits until it is empty. A process that has come in
# from outside is left alone, but in the cgroup that nobody but this run knows of.
kill_cgroup() {
	local i pid file line mine foreign=()
	[[ -d $1 ]] || return 0
	for ((i = 0; i < 50; i++)); do
		line=''
		while read -r line; do
			[[ $line != 'populated 0' ]] || return 0
		done 2>/dev/null <"$1/cgroup.events" || return 0
		mine=() foreign=()
		for file in "$1"/**/cgroup.procs; do
			while read -r pid; do
				if [[ $1/ == "$RUN_CGROUP"/* ]] || is_ours "$pid"; then
					mine+=("$pid")
				else
					foreign+=("$pid")
				fi
			done 2>/dev/null <"$file" || true
		done
		if ((${#foreign[@]} == 0)) && [[ -w $1/cgroup.kill ]]; then
			{ echo 1 >"$1/cgroup.kill"; } 2>/dev/null || true
		else # also before Linux 5.14
			for pid in "${mine[@]}"; do
				((!pid)) || kill -KILL "$pid" 2>/dev/null || true # 0: of another PID namespace
			done
		fi
		((${#mine[@]} || i < 10 || ${#foreign[@]} == 0)) || break # one that ends has no environment any more
		pause 0.1
	done
	for pid in "${foreign[@]}"; do
		[[ ! ${LEFT_ALONE[$1 $pid]:-} ]] || continue
		LEFT_ALONE[$1 $pid]=1
		line=''
		read -r line 2>/dev/null <"/proc/$pid/comm" || true
		host_differs "PID $pid (${line:-of another PID namespace}), which is not of this run, came into its cgroup $1:" \
			"it is left alone, and so is the cgroup"
	done
	((${#foreign[@]})) || host_differs "processes are left in the cgroup $1"
}

# remove_below PATH: the cgroups that were made below it
remove_below() {
	local i directories
	directories=("$1"/*/**/)
	for ((i = ${#directories[@]} - 1; i >= 0; i--)); do
		rmdir -- "${directories[i]%/}" 2>/dev/null ||
			{ pause 0.2; rmdir -- "${directories[i]%/}" 2>/dev/null; }
	done
}

remove_cgroup() {
	remove_below "$1"
	local left
	[[ -d $1 ]] || return 0
	! rmdir -- "$1" 2>/dev/null || return 0
	for left in "${!LEFT_ALONE[@]}"; do
		[[ ${left% *}/ != "$1"/* ]] || return 0 # which was said
	done
	host_differs "the cgroup $1 could not be removed"
}

# is_used CGROUP CONTROLLER: whether a cgroup below it has a setting of the controller that a new one has not
is_used() {
	local child file probe=$1/ktstr.new theirs initial used=1
	remember cgroup "$probe"
	mkdir "$probe" 2>/dev/null || {
		remember unmade
		return 0
	}
	for child in "$1"/*/; do
		for file in "$child$2".*; do
			case $file in
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

# restore_controllers: in cgroups that were there before this run. When one is disabled those below lose what
# they have set by it.
restore_controllers() {
	local i path one now
	for ((i = 0; i < ${#SAVED_CONTROLLERS[@]}; i += 2)); do
		path=${SAVED_CONTROLLERS[i]} now=''
		[[ -d $path ]] || continue
		read -r now 2>/dev/null <"$path/cgroup.subtree_control" || true
		for one in $now; do
			[[ " ${SAVED_CONTROLLERS[i + 1]} " != *" $one "* ]] || continue
			if is_used "$path" "$one"; then
				say "note: the controller $one, which was not in $path/cgroup.subtree_control, is left there: others use it now"
			elif ! { echo "-$one" >"$path/cgroup.subtree_control"; } 2>/dev/null; then
				host_differs "the controller $one was not in $path/cgroup.subtree_control, and cannot be taken out of it"
			fi
		done
		for one in ${SAVED_CONTROLLERS[i + 1]}; do
			[[ " $now " != *" $one "* ]] || continue
			{ echo "+$one" >"$path/cgroup.subtree_control"; } 2>/dev/null ||
				host_differs "the controller $one was in $path/cgroup.subtree_control, and cannot be put into it again"
		done
	done
}
