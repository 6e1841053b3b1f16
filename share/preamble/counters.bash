# --- counters: what the host did while the test ran, in numbers that ktstr-results judges ---

# read_counters NAME: fills the associative array of this name with the host's counters now. It forks nothing.
read_counters() {
	local -n counters=$1
	local key value user nice system irq softirq steal file cgroup REPLY
	while read -r key user nice system _ _ irq softirq steal _; do # in hundredths of a second
		case $key in
		cpu)
			counters["busy-us"]=$(((user + nice + system + irq + softirq) * 10000))
			counters["irq-us"]=$(((irq + softirq) * 10000))
			counters["steal-us"]=$((steal * 10000))
			;;
		intr)
			counters["interrupts"]=$user # the first field: all of them
			break
			;;
		esac
	done 2>/dev/null </proc/stat || true
	if read_pressure /proc/pressure/cpu; then counters["pressure-us"]=$REPLY; fi
	for cgroup in "$RUN_CGROUP" "$TEST_ROOT"; do
		while read -r key value; do
			if [[ $key == usage_usec ]]; then counters["run-busy-us"]=$((${counters["run-busy-us"]:-0} + value)); fi
		done 2>/dev/null <"$cgroup/cpu.stat" || true
		if read_pressure "$cgroup/cpu.pressure"; then counters["run-pressure-us"]=$((${counters["run-pressure-us"]:-0} + REPLY)); fi
	done
	for file in /sys/devices/system/cpu/cpu[0-9]*/{thermal_throttle/{core,package}_throttle_count,cpufreq/scaling_max_freq}; do
		first_line "$file"
		[[ $REPLY =~ ^[0-9]{1,15}$ ]] || continue
		key=throttled
		if [[ $file == */scaling_max_freq ]]; then key=max-khz; fi
		counters["$key"]=$((${counters["$key"]:-0} + REPLY))
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
	read_counters COUNTERS
}

# record_counters START: right after the test, which began at that time, while its cgroups are there
record_counters() {
	local took name REPLY
	local -A after=()
	now
	took=$((REPLY - $1))
	read_counters after
	for name in "${!after[@]}"; do
		if [[ ${COUNTERS[$name]:-} ]]; then record counter "$name" "${COUNTERS[$name]}" "${after[$name]}"; fi
	done
	record_cpus
	record_above "$took"
}

# record_cpus: records how many CPUs are online
record_cpus() {
	local cpus=0 range list REPLY
	first_line /sys/devices/system/cpu/online
	IFS=, read -ra list <<<"$REPLY"
	for range in "${list[@]}"; do
		cpus=$((cpus + ${range#*-} - ${range%-*} + 1))
	done
	record cpus "$cpus"
}

# record_above MOST: records the tasks of others that ran above the scheduler during the test, which took MOST hundredths of
# a second. A task has one CPU; that it seems to have more comes from the time that the lists of tasks take.
record_above() {
	local pid start policy time name list=()
	while read -r pid start policy time name; do
		time=$((time - ${ABOVE["$pid $start"]:-0}))
		if ((time > $1)); then time=$1; fi
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
