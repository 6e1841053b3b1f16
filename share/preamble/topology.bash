# --- topology: has this host the topology that the test needs? See check_topology, at the end ---

# allowed_cpus: sets REPLY to the list of CPUs that this process may use
allowed_cpus() {
	local key
	while IFS=$':\t' read -r key REPLY; do
		if [[ $key == Cpus_allowed_list ]]; then return 0; fi
	done </proc/self/status
}

# has_all LIST ONLINE: whether a list such as 0-511 has all CPUs that are online
has_all() {
	if [[ $1 == "$2" ]]; then return 0; fi
	[[ $1 =~ ^0-([0-9]+)$ ]] && ((BASH_REMATCH[1] >= 10#${2##*[,-]}))
}

# probe_cpus: sets REPLY to the list of CPUs that the test may use. The test runs in a cgroup below the mount's root,
# where a cpuset of the caller has no effect. A process that moves there reads what is left: the caller's taskset.
probe_cpus() {
	local before after
	allowed_cpus
	if ((EUID != 0)) || [[ ! $CGROUP_MOUNT ]]; then return 0; fi
	{ read -r before && read -r after; } < <(
		allowed_cpus
		echo "$REPLY"
		{ echo "$BASHPID" >"$CGROUP_MOUNT/cgroup.procs"; } 2>/dev/null || exit
		allowed_cpus
		echo "$REPLY"
	) || return 0
	[[ $after == "$before" ]] || REPLY=$after
}

# TOPOLOGY: an awk program with the arguments THREADS ALLOWED ONLINE NODE...; prints the topology in lines: "nodes N", the
# NUMA nodes that have usable CPUs; "no-caches" if sysfs describes no cache of a CPU; "llc NODE CORES NAME" for each LLC,
# with its cores of at least THREADS usable threads; and "end". ALLOWED and ONLINE are lists of CPUs such as 0-3,8. NODE
# is a directory of sysfs.
#
# One awk reads all files, ten times as fast as bash. A file that is missing, empty or wrong is no error: it tells
# nothing. The kernel and schedulers split a cache that spans NUMA nodes or packages, so node, package and list identify
# an LLC. The list of its CPUs identifies a core, because each package counts core_id anew.
# shellcheck disable=SC2016 # awk expands it
readonly TOPOLOGY='
# first_line(path): its first line, without the blanks at its end, or nothing; sets IS_THERE if there is such a file
function first_line(path, line) {
	line = ""
	if ((getline line < path) >= 0)
		IS_THERE = 1
	close(path)
	sub(/[ \t\r]+$/, "", line)
	return line
}

function is_list(text) {
	return text ~ /^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/ && text !~ /[0-9][0-9][0-9][0-9][0-9][0-9]/
}

# cpus_in(list_file, mask_file): the list of CPUs in the first file, else that of the mask in the second, which is all that
# kernels before 2.6.26 have: words of 8 hexadecimal digits, the last one for the CPUs 0 to 31. Empty if neither tells.
function cpus_in(list_file, mask_file, list, words, n, i, j, k, digit, cpu) {
	list = first_line(list_file)
	if (is_list(list))
		return list
	list = ""
	n = split(tolower(first_line(mask_file)), words, ",")
	for (i = n; i > 0; i--) {
		if (words[i] !~ /^[0-9a-f]+$/ || length(words[i]) > 8)
			return ""
		cpu = (n - i) * 32
		for (j = length(words[i]); j > 0; j--) {
			digit = index("0123456789abcdef", substr(words[i], j, 1)) - 1
			for (k = 0; k < 4; k++) {
				if (digit % 2)
					list = list (list == "" ? "" : ",") (cpu + k)
				digit = int(digit / 2)
			}
			cpu += 4
		}
	}
	return list
}

# expand(list, cpus): sets cpus[1], cpus[2], ... to the CPUs of list, and returns how many there are
function expand(list, cpus, ranges, ends, count, n, i, cpu) {
	count = 0
	n = split(is_list(list) ? list : "", ranges, ",")
	for (i = 1; i <= n; i++) {
		if (split(ranges[i], ends, "-") == 1)
			ends[2] = ends[1]
		for (cpu = ends[1] + 0; cpu <= ends[2] + 0; cpu++)
			cpus[++count] = cpu
	}
	return count
}

# llc_list(cpu): the CPUs of its last-level cache, as the kernel lists them: level 3, else
# level 2: more CPUs share an L4 than what schedulers call an LLC.
function llc_list(cpu, list, best, index_, path, level, shared) {
	list = ""
	best = 0
	for (index_ = 0; index_ < 10; index_++) {
		path = CPUS "cpu" cpu "/cache/index" index_
		level = first_line(path "/level")
		if (level != "3" && (level != "2" || best == 3) || first_line(path "/type") == "Instruction")
			continue
		shared = cpus_in(path "/shared_cpu_list", path "/shared_cpu_map")
		if (shared != "") {
			list = shared
			best = level
		}
	}
	return list
}

# usable_threads(cpu): marks the usable CPUs of its core as seen and returns their number; 0 for a CPU without files of
# topology
function usable_threads(cpu, path, list, members, n, i, threads) {
	path = CPUS "cpu" cpu "/topology/"
	IS_THERE = 0
	list = cpus_in(path "core_cpus_list", path "core_cpus")
	if (list == "") # before Linux 5.3
		list = cpus_in(path "thread_siblings_list", path "thread_siblings")
	PACKAGE = first_line(path "physical_package_id")
	if (PACKAGE !~ /^(-1|[0-9]+)$/)
		PACKAGE = 0
	SEEN[cpu] = threads = 1
	n = expand(list, members)
	for (i = 1; i <= n; i++)
		if (members[i] in USABLE && !(members[i] in SEEN)) {
			SEEN[members[i]] = 1
			threads++
		}
	return IS_THERE ? threads : 0
}

# package_list(cpu): the CPUs of its package, as the kernel lists them
function package_list(cpu, path, list) {
	path = CPUS "cpu" cpu "/topology/"
	list = cpus_in(path "package_cpus_list", path "package_cpus")
	return list != "" ? list : cpus_in(path "core_siblings_list", path "core_siblings")
}

BEGIN {
	CPUS = "/sys/devices/system/cpu/"
	n = expand(ARGV[2], cpus)
	for (i = 1; i <= n; i++)
		allowed[cpus[i]] = 1
	online = expand(ARGV[3], cpus)
	for (i = 1; i <= online; i++)
		if (cpus[i] in allowed)
			USABLE[cpus[i]] = 1

	for (i = 4; i < ARGC; i++) {
		node = ARGV[i]
		sub(/.*[^0-9]/, "", node)
		n = expand(cpus_in(ARGV[i] "/cpulist", ARGV[i] "/cpumap"), members)
		for (j = 1; j <= n; j++)
			if (members[j] in USABLE) {
				node_of[members[j]] = node
				with_cpus[node] = 1
			}
	}
	nodes = 0
	for (node in with_cpus)
		nodes++
	print "nodes " (nodes ? nodes : 1) # a kernel without NUMA has no directory of nodes

	for (i = 1; i <= online; i++) {
		cpu = cpus[i]
		if (!(cpu in USABLE) || cpu in SEEN)
			continue
		if (!(cpu in llc_of)) {
			llc_of[cpu] = list = llc_list(cpu)
			n = expand(list, members)
			for (j = 1; j <= n; j++)
				if (!(members[j] in llc_of))
					llc_of[members[j]] = list
		}
		threads = usable_threads(cpu)
		node = (cpu in node_of) ? node_of[cpu] : 0
		key = node " " PACKAGE " " llc_of[cpu]
		if (llc_of[cpu] == "") {
			without = 1
			key = key "of package " PACKAGE
			books = package_list(cpu) # s390 has one number for all
			if (books != "")
				key = key ", CPUs " books
		}
		if (!(key in cores)) {
			cores[key] = 0
			order[++llcs] = key
		}
		if (threads > 0 && threads >= ARGV[1] + 0)
			cores[key]++
	}
	if (without)
		print "no-caches"
	for (i = 1; i <= llcs; i++) {
		key = order[i]
		split(key, parts, " ")
		name = key
		sub(/^[^ ]* [^ ]* /, "", name)
		print "llc " parts[1] " " cores[key] " " name
	}
	print "end"
}'

# not_enough HOST WHAT...: adds the problem that this host has only WHAT, with how this process or the host gets more CPUs,
# or else the advice to use HOST
not_enough() {
	local directory range cpu smt first='' offline=0 advice="run it on $1 host"
	local -A is_online=()
	for range in ${online//,/ }; do
		for ((cpu = 10#${range%%-*}; cpu <= 10#${range##*-}; cpu++)); do is_online[$cpu]=1; done
	done
	for directory in /sys/devices/system/cpu/cpu[0-9]*; do
		cpu=${directory##*/cpu}
		[[ ! ${is_online[$cpu]:-} && $cpu != *[!0-9]* ]] || continue
		offline=$((offline + 1))
		first=${first:-$cpu}
	done
	first_line /sys/devices/system/cpu/smt/control
	smt=$REPLY
	if [[ $restricted ]]; then
		advice+=", or without taskset or cpuset: this process may use the CPUs $restricted of $online"
	elif ((offline == 0)); then
		:
	elif [[ $smt == off ]]; then
		advice="$offline CPUs are offline: turn SMT on: echo on > /sys/devices/system/cpu/smt/control"
	elif [[ $smt == forceoff ]]; then
		advice="$offline CPUs are offline: turn SMT on: boot without nosmt=force"
	else
		advice="$offline CPUs are offline: bring them online: echo 1 > /sys/devices/system/cpu/cpu$first/online"
	fi
	shift
	problem "host has $*: $advice"
}

# check_llc NODE CORES NAME: if the LLC fits, counts it in fitting and in_node[NODE]
check_llc() {
	local found="LLC $3: $2 cores of at least $NEED_THREADS_PER_CORE threads, needed $NEED_CORES_PER_LLC"
	if (($2 >= NEED_CORES_PER_LLC)); then
		fitting=$((fitting + 1))
		in_node[$1]=$((${in_node[$1]:-0} + 1))
		fine "$found"
	elif [[ $ACTION == check ]]; then
		say "too small: $found"
	fi
}

check_topology() {
	local online='' restricted='' report fact value cores name nodes=0 llcs=0 most=0 fitting=0 nodes_fit=0 each=$((NEED_LLCS / NEED_NUMA_NODES))
	local -A in_node=()
	type -P awk >/dev/null || return 0 # check_programs has said so
	{ read -r online </sys/devices/system/cpu/online; } 2>/dev/null || true # its last line may lack the newline
	if [[ ! $online =~ ^[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*$ ]]; then
		problem "no usable CPU found in /sys/devices/system/cpu/online, needed to know the topology:" \
			"mount -t sysfs sysfs /sys"
		return
	fi
	allowed_cpus
	has_all "$REPLY" "$online" || probe_cpus
	has_all "$REPLY" "$online" || restricted=$REPLY
	report=$(exec awk "$TOPOLOGY" "$NEED_THREADS_PER_CORE" "$REPLY" "$online" /sys/devices/system/node/node[0-9]*) || true
	if [[ $report != *$'\nend' ]]; then
		problem "awk cannot read the topology in /sys/devices/system, and has said why"
		return
	fi
	while read -r fact value cores name; do
		case $fact in
		nodes) nodes=$value ;;
		no-caches) say "warning: no cache is described in sysfs: each package is taken for one LLC" ;;
		llc)
			llcs=$((llcs + 1))
			((cores <= most)) || most=$cores
			check_llc "$value" "$cores" "$name"
			;;
		esac
	done <<<"$report"
	TOPOLOGY_FOUND=${nodes}n${llcs}l${most}c${NEED_THREADS_PER_CORE}t
	for value in "${in_node[@]}"; do
		((value < each)) || nodes_fit=$((nodes_fit + 1))
	done
	if ((fitting < NEED_LLCS)); then
		not_enough "a larger" "$fitting LLCs with at least $NEED_CORES_PER_LLC cores of $NEED_THREADS_PER_CORE threads," \
			"test needs $NEED_LLCS"
	fi
	if ((nodes < NEED_NUMA_NODES)); then
		not_enough another "$nodes NUMA nodes with CPUs, test needs $NEED_NUMA_NODES"
	elif ((fitting >= NEED_LLCS && NEED_NUMA_NODES > 1 && nodes_fit < NEED_NUMA_NODES)); then
		not_enough another "$nodes_fit NUMA nodes with at least $each such LLCs each, test needs $NEED_NUMA_NODES"
	elif ((fitting >= NEED_LLCS)); then
		fine "$nodes NUMA nodes, needed $NEED_NUMA_NODES; $fitting LLCs that fit, needed $NEED_LLCS"
	fi
	if [[ $ACTION == check ]] && ((EUID != 0)); then
		say "note: which CPUs the test may use is an estimate without root, as its cgroup is another"
	fi
}
