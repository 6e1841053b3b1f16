# --- counters: what the host did while the test ran, in numbers that ktstr-results judges ---

# read_counters: sets COUNTERS to the host's counters now. It forks nothing.
read_counters() {
	local key a b c d f g file cgroup value REPLY
	COUNTERS=()
	while read -r key a b c _ _ f g d _; do # user, nice, system, idle, iowait, irq, softirq, steal in hundredths of a second
		case $key in
		cpu) COUNTERS+=([busy-us]=$(((a + b + c + f + g) * 10000)) [irq-us]=$(((f + g) * 10000)) [steal-us]=$((d * 10000))) ;;
		intr)
			COUNTERS[interrupts]=$a
			break
			;;
		esac
	done 2>/dev/null </proc/stat || true
	read_pressure /proc/pressure/cpu && COUNTERS[pressure-us]=$REPLY
	for cgroup in "$RUN_CGROUP" "$TEST_ROOT"; do
		while read -r key value; do
			if [[ $key == usage_usec ]]; then COUNTERS[run-busy-us]=$((${COUNTERS[run-busy-us]:-0} + value)); fi
		done 2>/dev/null <"$cgroup/cpu.stat" || true
		read_pressure "$cgroup/cpu.pressure" && COUNTERS[run-pressure-us]=$((${COUNTERS[run-pressure-us]:-0} + REPLY))
	done
	for file in /sys/devices/system/cpu/cpu[0-9]*/{thermal_throttle/{core,package}_throttle_count,cpufreq/scaling_max_freq}; do
		first_line "$file"
		[[ $REPLY =~ ^[0-9]{1,15}$ ]] || continue
		key=throttled
		if [[ $file == */scaling_max_freq ]]; then key=max-khz; fi
		COUNTERS[$key]=$((${COUNTERS[$key]:-0} + REPLY))
	done
}

# read_pressure FILE: sets REPLY to the microseconds for which some task waited; fails if there is no such file
read_pressure() {
	first_line "$1"
	[[ $REPLY =~ ^some\ .*total=([0-9]+)$ ]] || return 1
	REPLY=${BASH_REMATCH[1]}
}

# list_above: prints the tasks that run before all of SCHED_EXT and SCHED_NORMAL: PID, start, policy, CPU time in hundredths
# of a second, and name
list_above() {
	cat /proc/[0-9]*/task/[0-9]*/stat 2>/dev/null | awk '
		{
			rest = $0
			sub(/^.*\) /, "", rest)
			split(rest, field, " ") # from the third on
			policy = field[39] == 1 ? "fifo" : field[39] == 2 ? "rr" : field[39] == 6 ? "deadline" : ""
			if (!policy)
				next
			name = $0
			sub(/^[^(]*\(/, "", name)
			sub(/\) .*$/, "", name)
			print $1, field[20], policy, field[12] + field[13], name
		}'
}

# is_of_this_script PID: whether it is this shell or one below it, as a janitor is
is_of_this_script() {
	local pid=$1 FIELDS
	while ((pid > 1)); do
		if ((pid == $$)); then return 0; fi
		process_fields "$pid" || return 0 # it has ended
		pid=${FIELDS[1]}
	done
	return 1
}

# note_counters: right before the test
note_counters() {
	local pid start policy time name
	while read -r pid start policy time name; do
		ABOVE["$pid $start"]=$time
	done < <(list_above)
	read_counters
	COUNTERS_BEFORE=()
	for name in "${!COUNTERS[@]}"; do
		COUNTERS_BEFORE[$name]=${COUNTERS[$name]}
	done
}

# record_counters TIME: right after the test, which began at that time, while its cgroups are there. A task has one CPU; that
# it seems to have more comes from the time that the lists of tasks take.
record_counters() {
	local pid start policy time name cpus=0 range list most
	now
	most=$((REPLY - $1))
	read_counters
	for name in "${!COUNTERS[@]}"; do
		if [[ ${COUNTERS_BEFORE[$name]:-} ]]; then record counter "$name" "${COUNTERS_BEFORE[$name]}" "${COUNTERS[$name]}"; fi
	done
	first_line /sys/devices/system/cpu/online
	IFS=, read -ra list <<<"$REPLY"
	for range in "${list[@]}"; do
		cpus=$((cpus + ${range#*-} - ${range%-*} + 1))
	done
	record cpus "$cpus"
	list=()
	while read -r pid start policy time name; do
		time=$((time - ${ABOVE["$pid $start"]:-0}))
		if ((time > most)); then time=$most; fi
		if ((time > 0)) && ! is_ours "$pid" && ! is_of_this_script "$pid"; then list[time]+="$pid $policy $name"$'\n'; fi
	done < <(list_above)
	name_above
}

# name_above: records the ten tasks of list, a sparse array by time, that used the most time
name_above() {
	local times=("${!list[@]}") i n=0 pid policy name
	for ((i = ${#times[@]} - 1; i >= 0; i--)); do
		while read -r pid policy name; do
			[[ ! $pid ]] || ((n++ >= 10)) || record above "$pid" "$name" "$policy" $((times[i] * 10000))
		done <<<"${list[times[i]]}"
	done
}
