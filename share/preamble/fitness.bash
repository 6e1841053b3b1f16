# --- fitness: is this host suitable? Each check adds a problem, or says what is fine ---

# problem MESSAGE: adds a problem: what was found, what is needed, what to do
problem() {
	PROBLEMS+=("$*")
}

# fine MESSAGE: what --check shows for a check that passed
fine() {
	if [[ $ACTION == check ]]; then say "ok: $*"; fi
}

# has_scheduler: whether a packed scheduler is to be started
has_scheduler() {
	local name
	if [[ $NO_SCHEDULER ]]; then return 1; fi
	for name in "${PACKED_FILES[@]}"; do
		if [[ $name == scheduler ]]; then return 0; fi
	done
	return 1
}

# A container's root has user ID 0, but may lack the capabilities that the kernel asks for.
check_privileges() {
	local key value effective=0 bit missing='' names=([21]=CAP_SYS_ADMIN [38]=CAP_PERFMON [39]=CAP_BPF)
	if ((EUID != 0)); then
		if [[ $ACTION == check ]]; then
			say "note: not root: what only root can see was not checked"
		else
			printf -v key %q "$0"
			if [[ $SELF ]]; then key="sudo bash $key"; else key='sudo bash -s < FILE.run'; fi
			problem "user ID $EUID found, root needed: $key"
		fi
		return
	fi
	while read -r key value; do
		[[ $key == CapEff: ]] || continue
		effective=$((16#$value))
		break
	done </proc/self/status
	for bit in "${!names[@]}"; do
		((effective >> bit & 1)) || missing+=" ${names[bit]}"
	done
	if has_scheduler && [[ $missing ]]; then
		problem "root without$missing found (a container?), needed to attach a scheduler:" \
			"run it on the host itself"
	else
		fine "root"
	fi
}

check_programs() {
	local program missing='' gzip=gzip
	if ((${#DECOMPRESS[@]})); then gzip=''; fi # not needed
	for program in awk base64 cat chmod env grep $gzip head mkdir rm rmdir sed tail tar tee tr wc; do
		type -P "$program" >/dev/null || missing+=" $program"
	done
	if [[ $missing ]]; then
		problem "programs not found:$missing: install coreutils, awk, grep, sed, gzip and tar, or busybox with links"
	else
		fine "programs"
	fi
	check_decompressor
}

check_decompressor() {
	((${#DECOMPRESS[@]})) || return 0
	if type -P -- "${DECOMPRESS[0]}" >/dev/null; then
		fine "${DECOMPRESS[0]}, which decompresses the archive"
	else
		problem "program ${DECOMPRESS[0]} not found, needed to unpack: install it"
	fi
}

# check_container: the scheduler and sysctls act on the whole host, but a lock in /run may be a container's own. If
# tracefs cannot be locked, only the host itself may run: the first PID namespace, whose inode is fixed, with init's /run.
check_container() {
	local lacks
	((EUID == 0)) || return 0
	has_scheduler || has_commands || ((${#SYSCTLS[@]})) || return 0
	if ! type -P flock >/dev/null; then
		lacks='flock(1) is missing: install util-linux'
	elif ! find_tracefs; then
		lacks='tracefs is not mounted: mount -t tracefs none /sys/kernel/tracing'
	else
		return 0
	fi
	[[ $(readlink /proc/self/ns/pid) != 'pid:[4026531836]' || ! /proc/1/root/run -ef /run ]] 2>/dev/null || return 0
	problem "a container found, in which other containers' runs cannot be seen, as $lacks, or run it on the host itself"
}

# Whether this machine can run the packed programs, and has their interpreters.
check_machine() {
	local machine host path before=${#PROBLEMS[@]}
	if [[ -r /proc/sys/kernel/arch ]]; then # since Linux 6.1
		read -r host </proc/sys/kernel/arch
	else
		host=$(uname -m 2>/dev/null) || host=''
	fi
	for machine in ${host:+"${NEED_MACHINES[@]}"}; do
		case $host:$machine in
		"$machine:$machine" | x86_64:i686 | i?86:i686 | arm*:armv7l | aarch64:armv7l) ;;
		*) problem "machine $host found, $machine needed by the packed programs: export it on such a machine" ;;
		esac
	done
	for path in "${NEED_INTERPRETERS[@]}"; do
		type -P -- "$path" >/dev/null || problem "$path not found, needed to start a packed program:" \
			"install it, or link the program statically and export it again"
	done
	((${#PROBLEMS[@]} > before)) || fine "machine ${host:-unknown}"
}

# compare_versions A B: sets REPLY to -1 if A is before B, to 1 if it is after all versions that begin with B, else to 0
compare_versions() {
	local i a b
	IFS=. read -ra a <<<"$1"
	IFS=. read -ra b <<<"$2"
	REPLY=0
	for i in "${!b[@]}"; do
		if ((10#${a[i]:-0} == 10#${b[i]})); then continue; fi
		REPLY=$((10#${a[i]:-0} < 10#${b[i]} ? -1 : 1))
		return
	done
}

# find_glibc: sets REPLY to the version of this host's glibc, or to nothing. Some hosts lack getconf (busybox). Since
# 2.33, the dynamic loader tells its version. Before, the name of the library has it, which this shell may have loaded.
find_glibc() {
	local line='' path
	read -r line < <(getconf GNU_LIBC_VERSION 2>/dev/null) || true
	if [[ $line =~ ^glibc\ ([0-9]+\.[0-9]+) ]]; then
		REPLY=${BASH_REMATCH[1]}
		return
	fi
	for path in "${NEED_INTERPRETERS[@]}"; do
		[[ $path == */ld*.so.* && -x $path ]] || continue
		read -r line < <("$path" --version 2>/dev/null </dev/null) || true
		if [[ $line =~ ^ld\.so\ .*\ ([0-9]+\.[0-9]+)(\.[0-9]+)*\.?$ ]]; then
			REPLY=${BASH_REMATCH[1]}
			return
		fi
	done
	REPLY=''
	while read -r line; do
		[[ $line =~ /libc-([0-9]+\.[0-9]+)[0-9.]*\.so$ ]] || continue
		REPLY=${BASH_REMATCH[1]}
		break
	done 2>/dev/null <"/proc/$$/maps" || true
}

check_glibc() {
	local version major minor by or=''
	[[ $NEED_GLIBC ]] || return 0
	find_glibc
	version=$REPLY
	IFS=. read -r major minor _ <<<"$NEED_GLIBC" # that of the host is known to two numbers
	compare_versions "${version:-0}" "$major.${minor:-0}"
	if [[ ! $version ]]; then
		problem "no glibc found, glibc $NEED_GLIBC or later needed: link the programs statically and" \
			"export them again"
	elif ((REPLY >= 0)); then
		fine "glibc $version"
	else
		by=${NEED_GLIBC_FILE:+ by $NEED_GLIBC_FILE}
		# without it, the host's library is used, which fits the host's glibc
		if [[ $NEED_GLIBC_FILE == lib/* ]]; then or=', or with --no-libs'; fi
		problem "glibc $version found, glibc $NEED_GLIBC or later needed$by:" \
			"export it on a system that is as old as this one$or"
	fi
}

# has_kernel_arg WORD: whether the kernel's command line has it. Double quotes there keep blanks in a word.
has_kernel_arg() {
	local line word
	first_line /proc/cmdline
	line=$REPLY
	while [[ $line =~ ^[[:space:]]*(([^[:space:]\"]|\"[^\"]*(\"|$))+) ]]; do
		word=${BASH_REMATCH[1]}
		line=${line:${#BASH_REMATCH}}
		if [[ ${word//\"/} == "$1" ]]; then return 0; fi
	done
	return 1
}

check_kernel_version() {
	local release version word before=${#PROBLEMS[@]}
	first_line /proc/sys/kernel/osrelease
	release=$REPLY
	[[ $release =~ ^[0-9]+(\.[0-9]+)* ]] || true # one without numbers is before all others
	version=${BASH_REMATCH:-0}
	compare_versions "$version" "${NEED_KERNEL_MIN:-0}"
	if [[ $NEED_KERNEL_MIN ]] && ((REPLY < 0)); then
		problem "kernel $release found, $NEED_KERNEL_MIN or later needed: boot such a kernel"
	fi
	compare_versions "$version" "${NEED_KERNEL_MAX:-0}"
	if [[ $NEED_KERNEL_MAX ]] && ((REPLY > 0)); then
		problem "kernel $release found, $NEED_KERNEL_MAX or earlier needed: boot such a kernel"
	fi
	for word in "${NEED_KERNEL_ARGS[@]}"; do
		has_kernel_arg "$word" || problem "${word@Q} not found on the kernel's command line, needed there:" \
			"boot with it"
	done
	((${#PROBLEMS[@]} > before)) || fine "kernel $release"
}

check_sched_ext() {
	local word list before=${#PROBLEMS[@]}
	has_scheduler || return 0
	if [[ ! -r $SCX/state || ! -r $SCX/enable_seq ]]; then
		problem "no $SCX/state and enable_seq found in kernel $(uname -r), sched_ext needed:" \
			"boot 6.12 or later with CONFIG_SCHED_CLASS_EXT"
		return
	fi
	if read -r word 2>/dev/null </proc/sys/net/core/bpf_jit_enable && [[ $word == 0 ]]; then
		problem "net.core.bpf_jit_enable is 0, with which no sched_ext scheduler loads:" \
			"sysctl net.core.bpf_jit_enable=1"
	fi
	[[ -r /sys/kernel/btf/vmlinux ]] || problem "no /sys/kernel/btf/vmlinux found, needed to load BPF" \
		"schedulers: boot a kernel with CONFIG_DEBUG_INFO_BTF"
	for word in $(</proc/cmdline); do
		[[ $word == isolcpus=* ]] || continue
		list=${word#*=}
		# without a flag before the CPUs, or with the flag domain, it isolates scheduling domains
		if [[ $list == [0-9]* || ,$list, == *,domain,* ]]; then
			problem "$word found on the kernel's command line, with which no sched_ext scheduler" \
				"attaches: boot without it"
		fi
	done
	if [[ -r /sys/kernel/security/lockdown ]] &&
		[[ $(</sys/kernel/security/lockdown) == *'[confidentiality]'* ]]; then
		problem "kernel lockdown in confidentiality mode found, which refuses BPF schedulers: boot without it"
	fi
	((${#PROBLEMS[@]} > before)) || fine "sched_ext"
}

# Also for a test without a packed scheduler: it must run under the scheduler that its export names.
check_conflict() {
	local state ops=''
	# if it is another .run's, the operator must not stop it alone: check_lock names that run
	[[ -r $SCX/state && ! $OTHER_RUN ]] || return 0
	first_line "$SCX/state"
	state=$REPLY
	if [[ $state == disabled ]]; then
		fine "no sched_ext scheduler is attached"
		return
	fi
	first_line "$SCX/root/ops"
	ops=$REPLY
	describe_holder "$ops"
	problem "sched_ext is $state with the scheduler ${ops:-?}, none may be attached: it is $REPLY"
}

# find_cgroup_mount: sets CGROUP_MOUNT to /sys/fs/cgroup, on hybrid hosts to /sys/fs/cgroup/unified, else to the first
# mount of cgroup v2, which may be a container's or a part of the tree
find_cgroup_mount() {
	local mount type
	while read -r _ mount type _; do
		[[ $type == cgroup2 ]] || continue
		[[ $CGROUP_MOUNT ]] || printf -v CGROUP_MOUNT '%b' "${mount//\\/\\0}" # \040 is a space there
		[[ $mount == /sys/fs/cgroup || $mount == /sys/fs/cgroup/unified ]] || continue
		CGROUP_MOUNT=$mount
		break
	done </proc/self/mounts
}

check_cgroup() {
	local cgroup quoted what missing='' before=${#PROBLEMS[@]}
	find_cgroup_mount
	if [[ ! $CGROUP_MOUNT ]]; then
		problem "no cgroup v2 mount found, one needed: mount -t cgroup2 none /sys/fs/cgroup"
		return
	fi
	remember mount "$CGROUP_MOUNT"
	first_line "$CGROUP_MOUNT/cgroup.controllers"
	for cgroup in "${NEED_CONTROLLERS[@]}"; do
		[[ " $REPLY " == *" $cgroup "* ]] || missing+=" $cgroup"
	done
	if [[ $missing ]]; then
		problem "controllers ${REPLY:-none} found in $CGROUP_MOUNT/cgroup.controllers," \
			"${NEED_CONTROLLERS[*]} needed: boot without cgroup_disable=, and with no cgroup v1 that has$missing"
	fi
	((EUID == 0)) || return 0
	if [[ ! -w $CGROUP_MOUNT/cgroup.procs ]]; then
		problem "cgroup v2 at $CGROUP_MOUNT found, and not writable: run it outside the container"
		return
	fi
	for cgroup in "$TEST_ROOT" "$RUN_CGROUP"; do
		if [[ ! $OTHER_RUN ]] && is_in_use "$cgroup"; then
			printf -v quoted %q "$cgroup"
			what="remove it: find $quoted -depth -type d -exec rmdir {} +"
			if [[ $cgroup == "$CGROUP_MOUNT$TEST_CGROUP_ROOT" ]]; then # perhaps the host's own
				what='export the test with another workload-root-cgroup'
			fi
			problem "the cgroup $cgroup is in use, and is what a run needs for itself: stop who uses it, or $what"
		fi
	done
	((${#PROBLEMS[@]} > before)) || fine "cgroup v2 at $CGROUP_MOUNT${NEED_CONTROLLERS:+ with ${NEED_CONTROLLERS[*]}}"
}

# is_in_use CGROUP: whether it has processes, also of another PID namespace, or cgroups below it
is_in_use() {
	local child
	[[ -d $1 ]] || return 1
	for child in "$1"/*/; do
		if [[ -d $child ]]; then return 0; fi
	done
	is_populated "$1"
}
