# --- fitness: is this host fit? Each check_ adds a problem, or says what is fine ---

# problem MESSAGE: what was found, what is needed, what to do
problem() {
	PROBLEMS+=("$*")
}

# fine MESSAGE: what --check shows of a check that passed
fine() {
	[[ $ACTION != check ]] || say "ok: $*"
}

# has_file NAME: whether the archive has it at its top: scheduler, ktstr, include or lib
has_file() {
	local name
	for name in "${PACKED_FILES[@]}"; do
		[[ $name != "$1" ]] || return 0
	done
	return 1
}

# A container's root has user ID 0 and not what the kernel asks for.
check_privileges() {
	local key value effective=0 bit missing='' names=([21]=CAP_SYS_ADMIN [38]=CAP_PERFMON [39]=CAP_BPF)
	if ((EUID != 0)); then
		if [[ $ACTION == check ]]; then
			say "note: not root: what only root can see was not checked"
		else
			printf -v key %q "$0"
			problem "user ID $EUID found, root needed: sudo $key"
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
	if has_file scheduler && [[ $missing ]]; then
		problem "root without$missing found (a container?), needed to attach a scheduler:" \
			"run it on the host itself"
	else
		fine "root"
	fi
}

check_programs() {
	local program missing='' gzip=gzip
	((${#DECOMPRESS[@]} == 0)) || gzip='' # not needed
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

# check_container: sysctls and the scheduler are the whole host's, and a lock in /run may be a container's. Without
# tracefs they are for the host itself: the first PID namespace, whose inode is fixed, and its init's /run.
check_container() {
	((EUID == 0)) || return 0
	has_file scheduler || ((${#SYSCTLS[@]})) || return 0
	if type -P flock >/dev/null && find_tracefs; then return 0; fi
	[[ $(readlink /proc/self/ns/pid) != 'pid:[4026531836]' || ! /proc/1/root/run -ef /run ]] 2>/dev/null || return 0
	problem "no tracefs to lock, or no flock to do it, and the /run of a container found: another container could run" \
		"a test at the same time: mount -t tracefs none /sys/kernel/tracing, or run it on the host itself"
}

# The packed programs must be of this machine's kind, and what runs them must be there.
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

# version_number TEXT: sets REPLY to a number that is greater for a later version such as 2.36
version_number() {
	local minor=$1.0
	minor=${minor#*.}
	REPLY=$((10#0${1%%.*} * 10000 + 10#0${minor%%.*}))
}

# find_glibc: sets REPLY to the version of this host's glibc; empty where it has none. getconf is not
# everywhere (busybox): the dynamic loader says its version since 2.33, and until then the library,
# which this shell may have loaded, has it in its name.
find_glibc() {
	local line='' path
	read -r line < <(getconf GNU_LIBC_VERSION 2>/dev/null) || true
	[[ ! $line =~ ^glibc\ ([0-9]+\.[0-9]+) ]] || {
		REPLY=${BASH_REMATCH[1]}
		return
	}
	for path in "${NEED_INTERPRETERS[@]}"; do
		[[ $path == */ld*.so.* && -x $path ]] || continue
		read -r line < <("$path" --version 2>/dev/null </dev/null) || true
		[[ ! $line =~ ^ld\.so\ .*\ ([0-9]+\.[0-9]+)(\.[0-9]+)*\.?$ ]] || {
			REPLY=${BASH_REMATCH[1]}
			return
		}
	done
	REPLY=''
	while read -r line; do
		[[ $line =~ /libc-([0-9]+\.[0-9]+)[0-9.]*\.so$ ]] || continue
		REPLY=${BASH_REMATCH[1]}
		break
	done 2>/dev/null <"/proc/$$/maps" || true
}

check_glibc() {
	local version have need by or=''
	[[ $NEED_GLIBC ]] || return 0
	find_glibc
	version=$REPLY
	version_number "${version:-0}"
	have=$REPLY
	version_number "$NEED_GLIBC"
	need=$REPLY
	if [[ ! $version ]]; then
		problem "no glibc found, glibc $NEED_GLIBC or later needed: link the programs statically and" \
			"export them again"
	elif ((have >= need)); then
		fine "glibc $version"
	else
		by=${NEED_GLIBC_FILE:+ by $NEED_GLIBC_FILE}
		# a library of the host needs no more than the host's glibc
		[[ $NEED_GLIBC_FILE != lib/* ]] || or=', or with --no-libs'
		problem "glibc $version found, glibc $NEED_GLIBC or later needed$by:" \
			"export it on a system that is as old as this one$or"
	fi
}

check_sched_ext() {
	local word list before=${#PROBLEMS[@]}
	has_file scheduler || return 0
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
		# it isolates scheduling domains if the CPUs have no flag before them, or this one
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

# A test without a scheduler of its own, too, is to run under the one that its export names.
check_conflict() {
	local state ops=''
	# the scheduler of another .run is not to be stopped by itself
	[[ -r $SCX/state && ! $OTHER_RUN ]] || return 0
	read -r state <"$SCX/state"
	if [[ $state == disabled ]]; then
		fine "no sched_ext scheduler is attached"
		return
	fi
	[[ ! -r $SCX/root/ops ]] || read -r ops <"$SCX/root/ops" || true
	describe_holder "$ops"
	problem "sched_ext is $state with the scheduler ${ops:-?}, none may be attached: it is $REPLY"
}

# find_cgroup_mount: sets CGROUP_MOUNT: to /sys/fs/cgroup, on hybrid hosts /sys/fs/cgroup/unified, else to the
# first there is: what is mounted elsewhere may be a container's, or a part of the tree
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
	local cgroup quoted before=${#PROBLEMS[@]}
	find_cgroup_mount
	if [[ ! $CGROUP_MOUNT ]]; then
		problem "no cgroup v2 mount found, one needed: mount -t cgroup2 none /sys/fs/cgroup"
		return
	fi
	remember mount "$CGROUP_MOUNT"
	((EUID == 0)) || return 0
	if [[ ! -w $CGROUP_MOUNT/cgroup.procs ]]; then
		problem "cgroup v2 at $CGROUP_MOUNT found, and not writable: run it outside the container"
		return
	fi
	for cgroup in "$TEST_ROOT" "$RUN_CGROUP"; do
		if [[ ! $OTHER_RUN ]] && is_in_use "$cgroup"; then
			printf -v quoted %q "$cgroup"
			problem "the cgroup $cgroup is in use, and is what a run needs for itself:" \
				"stop who uses it, or remove it: find $quoted -depth -type d -exec rmdir {} +"
		fi
	done
	((${#PROBLEMS[@]} > before)) || fine "cgroup v2 at $CGROUP_MOUNT"
}

# is_in_use CGROUP: whether it has processes, in this PID namespace or another, or cgroups below it
is_in_use() {
	local line child
	[[ -d $1 ]] || return 1
	for child in "$1"/*/; do
		[[ ! -d $child ]] || return 0
	done
	while read -r line; do
		[[ $line != 'populated 0' ]] || return 1
	done 2>/dev/null <"$1/cgroup.events"
	return 0
}
