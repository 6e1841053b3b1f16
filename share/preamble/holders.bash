# --- holders: what keeps a scheduler attached: links of processes, and pins in bpffs ---

# find_holdings: sets HOLDINGS to "PID link_id ID" for each struct_ops link that a process has open. If the kernel shows no
# links at all, to "PID map_id ID" for each struct_ops map. A link attaches a scheduler; a map may be loaded only.
find_holdings() {
	local file name value wanted='' shown='' links=() maps=()
	while IFS=$':\t' read -r file name value; do # /proc/PID/fdinfo/FD:NAME:VALUE
		file=${file#/proc/}
		case $name in
		link_type)
			shown=1 wanted=''
			if [[ $value == struct_ops ]]; then wanted=link_id; fi
			;;
		map_type)
			wanted=''
			if [[ $value == 26 ]]; then wanted=map_id; fi # BPF_MAP_TYPE_STRUCT_OPS
			;;
		*)
			[[ $name == "$wanted" ]] || continue # a link also has a map_id
			if [[ $wanted == link_id ]]; then links+=("${file%%/*} link_id $value"); fi
			if [[ $wanted == map_id ]]; then maps+=("${file%%/*} map_id $value"); fi
			wanted=''
			;;
		esac
	done < <(grep -rsHE '^(link_type|link_id|map_type|map_id):' /proc/[0-9]*/fdinfo 2>/dev/null)
	HOLDINGS=("${links[@]}")
	[[ $shown ]] || HOLDINGS=("${maps[@]}")
}

# is_held: whether a process of the scheduler's cgroup holds a link that is newer than the scheduler's start, and no other
# process holds another new link. Sets HOLDERS to these processes, HELD_LINKS to their links, and REPLY to the PIDs of the
# other processes.
is_held() {
	local entry pid link ours
	read_pids "$SCHED_CGROUP"
	ours=" ${PIDS[*]}"
	find_holdings
	read_pids "$SCHED_CGROUP" # again: a process may have come or gone meanwhile
	ours+=" ${PIDS[*]} "
	HOLDERS=() HELD_LINKS='' REPLY=''
	for entry in "${HOLDINGS[@]}"; do
		pid=${entry%% *} link=${entry#* }
		[[ $ours == *" $pid "* && $KNOWN != *"[$link]"* ]] || continue
		HOLDERS+=("$pid")
		HELD_LINKS+="[$link]"
	done
	find_others "$HELD_LINKS"
	((${#HOLDERS[@]})) && [[ ! $REPLY ]]
}

# is_of_scheduler PID: whether it is in the scheduler's cgroup. Unlike cgroup.procs, /proc/PID/cgroup also tells this of a
# process that is ending and has not closed its files yet.
is_of_scheduler() {
	local line
	while IFS= read -r line; do
		if [[ $line/ == 0::*"${SCHED_CGROUP#"$CGROUP_MOUNT"}"/* ]]; then return 0; fi
	done 2>/dev/null <"/proc/$1/cgroup" || true
	return 1
}

# find_others LINKS: sets REPLY to the PIDs that hold a link of HOLDINGS that is not in LINKS and is newer than the
# scheduler's start. Whether a map is attached is unknown: each of them counts.
find_others() {
	local entry pid link
	REPLY=''
	for entry in "${HOLDINGS[@]}"; do
		pid=${entry%% *} link=${entry#* }
		if [[ $1 == *"[$link]"* ]]; then continue; fi
		[[ $KNOWN != *"[$link]"* || $link == map_id* ]] || continue
		if is_of_scheduler "$pid" || [[ ! -d /proc/$pid ]]; then continue; fi
		if [[ " $REPLY " != *" $pid "* ]]; then REPLY+="${REPLY:+ }$pid"; fi
	done
}

# has_name PID OPS: whether the process has the scheduler's name, as scx_simple and simple_1.0.8_x86
has_name() {
	local name REPLY
	first_line "/proc/$1/comm"
	name=${REPLY#scx_}
	[[ $name && ($2 == "$name" || $2 == "$name"[!A-Za-z]*) ]]
}

# describe_process PID: sets REPLY to the process, its systemd unit and the command that stops it. A unit of the host's
# systemd is below slices only; others belong to a user's systemd or a container. Names are quoted: root may paste this.
describe_process() {
	local name line unit=''
	first_line "/proc/$1/comm"
	printf -v name %q "$REPLY"
	while IFS= read -r line; do
		line=${line#*:*:}
		[[ $line =~ ^(/[^/]+\.slice)*/([^/]+\.service)$ ]] || continue
		printf -v unit %q "${BASH_REMATCH[2]}"
	done 2>/dev/null <"/proc/$1/cgroup" || true
	if [[ $unit == -* ]]; then unit="-- $unit"; fi
	case $unit in
	scx_loader.service) REPLY="PID $1 ($name) in $unit: scxctl stop" ;;
	?*) REPLY="PID $1 ($name) in $unit: systemctl stop $unit" ;;
	*) REPLY="PID $1 ($name): kill $1" ;;
	esac
}

# describe_processes PID...: sets REPLY to the descriptions of all of them
describe_processes() {
	local pid text=''
	for pid; do
		describe_process "$pid"
		text+="${text:+, or }$REPLY"
	done
	REPLY=$text
}

# describe_holder OPS: sets REPLY to what keeps the attached scheduler, and the command that stops it. A struct_ops link
# may also be TCP's: if there are several holders, those with the scheduler's name count.
describe_holder() {
	local entry pid pids=() named=()
	find_holdings
	for entry in "${HOLDINGS[@]}"; do
		pid=${entry%% *}
		if [[ " ${pids[*]} " == *" $pid "* ]]; then continue; fi
		pids+=("$pid")
		if has_name "$pid" "$1"; then named+=("$pid"); fi
	done
	if ((${#named[@]})); then pids=("${named[@]}"); fi
	if ((${#pids[@]})); then
		describe_processes "${pids[@]}"
		REPLY="of $REPLY"
		return
	elif ((EUID)); then
		REPLY="of a process that only root can find: run this as root"
		return
	fi
	list_pins
	describe_pins
	if [[ $REPLY ]]; then
		REPLY="held by no process, and so by a pin in bpffs, perhaps $REPLY"
	else
		REPLY="held by no process and no pin in bpffs that are seen here (perhaps a container's):"
		REPLY+=" to force it out: echo S > /proc/sysrq-trigger"
	fi
}

# list_pins: sets PINS to all paths in the mounted bpffs, a directory before its content
list_pins() {
	local mount type
	PINS=()
	while read -r _ mount type _; do
		[[ $type == bpf ]] || continue
		printf -v mount '%b' "${mount//\\/\\0}" # \040 is a space there
		PINS+=("$mount"/**/*)
	done </proc/self/mounts
}

# describe_pins: sets REPLY to a few of PINS, with the command that removes them
describe_pins() {
	local path text='' count=0
	for path in "${PINS[@]}"; do
		# maps.debug and progs.debug are the kernel's own
		if [[ -d $path || $path == */maps.debug || $path == */progs.debug ]]; then continue; fi
		count=$((count + 1))
		printf -v REPLY %q "$path"
		((count > 3)) || text+="${text:+, or }$REPLY: rm $REPLY"
	done
	((count <= 3)) || text+=", or one of $((count - 3)) more"
	REPLY=$text
}
