# fake_host.bash - hosts made of files and namespaces: a /sys/kernel/sched_ext, CPUs, /run and
# cgroup tree of one's own, seen only by what runs in them. The real host is not touched, and tests
# can run side by side.
#
# /proc/sys is read-only there, but for the sysctls of the host's own IPC namespace, which are
# as the kernel makes them, and those of fake_sysctl.

# fake_host: makes one in $HOST, which is HOST_DIRECTORY or in the test's own: sched_ext there and disabled, 2 CPUs that share an L3
fake_host() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	local type=''
	while [ "$type" != cgroup2 ]; do
		read -r _ REAL_CGROUP type _ || skip "needs a cgroup v2 mount"
	done </proc/mounts
	NAMESPACES=(unshare -m -C -i)
	if ! "${NAMESPACES[@]}" true 2>/dev/null; then
		# what is mounted must stay private: in a chroot, whose / is no mount, look before
		! grep -q ' shared:' /proc/self/mountinfo || skip "needs a private mount namespace (unshare -m)"
		NAMESPACES+=(--propagation unchanged)
		"${NAMESPACES[@]}" true 2>/dev/null || skip "needs mount, cgroup and IPC namespaces (unshare -m -C -i)"
	fi

	HOST=${HOST_DIRECTORY:-$BATS_TEST_TMPDIR/host}
	mkdir -p "$HOST"/kernel/{sched_ext,btf,security,tracing} "$HOST"/{system/node,var-tmp,sysctls}
	chmod 1777 "$HOST/var-tmp"
	: >"$HOST/kernel/tracing/README" # as that of tracefs, whose directory is locked
	echo disabled >"$HOST/kernel/sched_ext/state"
	echo 7 >"$HOST/kernel/sched_ext/enable_seq"
	echo >"$HOST/kernel/btf/vmlinux"
	echo 'root=/dev/sda quiet' >"$HOST/cmdline"
	fake_cpus 0-1
	fake_llc 0-1
	fake_core 0
	fake_core 1
	fake_node 0 0-1
	: >"$HOST/kmsg"
	printf '%s\n' '#!/bin/sh' "cat '$HOST/kmsg'" >"$HOST/dmesg"
	chmod +x "$HOST/dmesg"
	: >"$HOST/sysrq-trigger"
	fake_sysctl vm/dirty_ratio 20
}

# fake_sysctl NAME VALUE: a file that takes whatever is written to it, in the place of a sysctl of the real host
fake_sysctl() {
	printf '%s\n' "$2" >"$HOST/sysctls/${1//\//:}"
}

# sysctl_now NAME: prints the value of one that fake_sysctl made
sysctl_now() {
	cat "$HOST/sysctls/${1//\//:}"
}

# numbers LIST: sets NUMBERS to those of a kernel's list such as 0-3,8
numbers() {
	local range i
	NUMBERS=()
	for range in ${1//,/ }; do
		for ((i = ${range%-*}; i <= ${range#*-}; i++)); do NUMBERS+=("$i"); done
	done
}

# fake_cpus LIST: which CPUs there are, all online, no cache and no topology known yet
fake_cpus() {
	local directories file
	rm -rf "$HOST/system/cpu"
	numbers "$1"
	directories=("${NUMBERS[@]/#/$HOST/system/cpu/cpu}")
	mkdir -p "${directories[@]/%//topology}" "${directories[@]/%//cache}"
	for file in "${directories[@]/%//topology/physical_package_id}"; do echo 0 >"$file"; done
	echo "$1" >"$HOST/system/cpu/online"
}

# fake_cache LEVEL TYPE INDEX LIST: a cache that the CPUs of LIST share
fake_cache() {
	local directories directory
	numbers "$4"
	directories=("${NUMBERS[@]/#/$HOST/system/cpu/cpu}")
	directories=("${directories[@]/%//cache/index$3}")
	mkdir -p "${directories[@]}"
	for directory in "${directories[@]}"; do
		echo "$1" >"$directory/level"
		echo "$2" >"$directory/type"
		echo "$4" >"$directory/shared_cpu_list"
	done
}

# fake_llc LIST: a cache of level 3
fake_llc() {
	fake_cache 3 Unified 3 "$1"
}

# fake_core LIST: a core whose threads are the CPUs of LIST
fake_core() {
	local cpu
	numbers "$1"
	for cpu in "${NUMBERS[@]}"; do
		echo "$1" >"$HOST/system/cpu/cpu$cpu/topology/core_cpus_list"
	done
}

# fake_node NUMBER LIST: a NUMA node with these CPUs; without any, it has memory alone
fake_node() {
	mkdir -p "$HOST/system/node/node$1"
	echo "$2" >"$HOST/system/node/node$1/cpulist"
}

# on_host COMMAND...: runs it there, as a process that may use the CPUs 0-4095, or HOST_ALLOWED (which,
# set to "real", leaves /proc/PID/status as it is). Fails with status 99 where it leaves a process or
# a cgroup behind. Most tests call it several times, so it starts as few processes as it can.
on_host() {
	local cgroup=$REAL_CGROUP/bats.$BASHPID.$RANDOM status=0 i left='' lines
	local allowed=$'Cpus_allowed_list:\t'${HOST_ALLOWED:-0-4095}
	mkdir "$cgroup"
	mapfile -t lines </proc/self/status
	printf '%s\n' "${lines[@]/#Cpus_allowed_list:*/$allowed}" >"$HOST/status"
	# shellcheck disable=SC2016 # expanded by the inner shell
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs" && exec "${NAMESPACES[@]}" bash -c '
			while read -r _ m type _; do # in this namespace alone
				case $type in cgroup2 | bpf) old+=("$m") ;; esac
			done </proc/self/mounts
			[ ! "${old[*]}" ] || umount -l "${old[@]}" || exit 98
			bind() {
				printf "%s %s none bind 0 0\n" "${1// /\\040}" "${2:-$1}"
			}
			{ # one process mounts all of it
				echo "fake-host $2 cgroup2 defaults 0 0" # a source that no mount has: those that are there are left out
				echo "fake-host /run tmpfs defaults 0 0"
				bind "$1/var-tmp" /var/tmp
				bind "$1/kernel" /sys/kernel
				bind "$1/system" /sys/devices/system
				bind "$1/cmdline" /proc/cmdline
				bind "$1/kmsg" /dev/kmsg
				bind /proc/sys
				for file in /proc/sys/kernel/{msg*,sem*,shm*}; do
					[ ! -e "$file" ] || bind "$file"
				done
				for file in "$1/sysctls"/*; do
					name=${file##*/}
					bind "$file" "/proc/sys/${name//://}"
				done
				hash dmesg 2>/dev/null # finds its path, without a process as $(type -P) is one
				d=${BASH_CMDS[dmesg]}
				[ ! -L "$d" ] || d=$(readlink -f "$d")
				[[ $d != */dmesg ]] || bind "$1/dmesg" "$d" # else a link to what is much else besides
				[ ! -e /proc/sysrq-trigger ] || bind "$1/sysrq-trigger" /proc/sysrq-trigger
				[ "${HOST_ALLOWED:-}" = real ] || bind "$1/status" "/proc/$$/status"
			} >"$1/fstab.$$" # which is read twice
			mount --all --fstab "$1/fstab.$$" && mount -o remount,bind,ro /proc/sys || exit 98
			mount -t bpf none /sys/fs/bpf 2>/dev/null || : # where there is one, one of its own
			shift 2
			exec env "$@"' \
			on_host "$HOST" "$REAL_CGROUP" "$@"
	) || status=$?
	for ((i = 0; i < ${HOST_PATIENCE:-20}; i++)); do # what was killed takes a moment to be gone
		! rmdir "$cgroup" 2>/dev/null || return "$status"
		sleep 0.1
	done
	echo "left behind in $cgroup: $(find "$cgroup" -type d)" >&2
	find "$cgroup" -name cgroup.procs -exec cat {} + | while read -r left; do
		ps -o pid,args -p "$left"
	done >&2
	echo 1 >"$cgroup/cgroup.kill"
	sleep 0.2
	find "$cgroup" -depth -type d -exec rmdir {} \;
	return 99
}
