# --- sysctls: save, set, restore ---

# sysctl_name KEY: sets REPLY to its file below /proc/sys, as sysctl(8) reads a key: in a key without slashes a dot
# stands for a slash
sysctl_name() {
	REPLY=$1
	[[ $1 == */* ]] || REPLY=${1//.//}
}

# read_sysctl NAME: sets REPLY to its value; fails if it cannot be read
read_sysctl() {
	{ REPLY=$(<"/proc/sys/$1"); } 2>/dev/null
}

write_sysctl() {
	{ printf '%s\n' "$2" >"/proc/sys/$1"; } 2>/dev/null
}

# sysctl_twin NAME: sets REPLY to the sysctl that the kernel sets to 0 when this one is written; fails if there is none
sysctl_twin() {
	case $1 in
	vm/dirty*_bytes) REPLY=${1%bytes}ratio ;;
	vm/dirty*_ratio) REPLY=${1%ratio}bytes ;;
	vm/overcommit_kbytes) REPLY=vm/overcommit_ratio ;;
	vm/overcommit_ratio) REPLY=vm/overcommit_kbytes ;;
	*) return 1 ;;
	esac
}

# check_way_back NAME VALUE: refuses what the kernel lets nobody take back, and what changes other sysctls with it
check_way_back() {
	case $1:$2 in
	kernel/tainted:* | kernel/modules_disabled:* | kernel/kexec_load_disabled:* | kernel/usermodehelper/*:* | \
		kernel/unprivileged_bpf_disabled:1 | kernel/yama/ptrace_scope:3 | vm/drop_caches:* | kernel/ns_last_pid:*)
		die "$STATUS_UNSUITABLE" "the sysctl $1 cannot be set back from $2: no test may set it"
		;;
	net/ipv4/ip_forward:* | net/ipv[46]/conf/*/forwarding:* | net/ipv6/conf/all/*:* | net/ipv6/conf/*/disable_ipv6:* | \
		fs/binfmt_misc/*:*)
		die "$STATUS_UNSUITABLE" "the sysctl $1 changes others with it, which cannot be set back: no test may set it"
		;;
	esac
}

# keep_sysctl NAME: remembers its value, if it is there; sets REPLY to it
keep_sysctl() {
	[[ -e /proc/sys/$1 ]] || return 0
	read_sysctl "$1" || die "$STATUS_UNSUITABLE" "the sysctl $1 cannot be read, and so not be set back"
	if [[ $REPLY == *$'\n'* ]] || ((${#REPLY} >= 1000)); then
		die "$STATUS_UNSUITABLE" "the sysctl $1 has more than one line, or a long one, and cannot be set back as a whole"
	fi
	remember sysctl "$1" "$REPLY"
}

# keep_used_sysctl NAME: remembers its value, if it is there, and proves that it can be set back: it is set to the
# value that it has, before it gets another one
keep_used_sysctl() {
	local value
	[[ -e /proc/sys/$1 ]] || return 0
	keep_sysctl "$1"
	value=$REPLY
	write_sysctl "$1" "$value" ||
		die "$STATUS_UNSUITABLE" "the sysctl $1 cannot be set back: the kernel refuses $value, the value that it has"
	read_sysctl "$1" || REPLY='not known'
	[[ $REPLY == "$value" ]] ||
		die "$STATUS_UNSUITABLE" "the sysctl $1 does not keep its value: it was $value, was set to that, and is $REPLY"
}

# save_sysctl NAME: remembers all that changes when it is set. Of twins one is in use, and the other reads 0. The one
# in use is set back first (so it is remembered last): that makes the other 0 again.
save_sysctl() {
	local twin REPLY
	if [[ $1 == kernel/watchdog ]]; then # it sets these two, of which one may be off
		keep_sysctl "$1"
		keep_used_sysctl kernel/soft_watchdog
		keep_used_sysctl kernel/nmi_watchdog
	elif sysctl_twin "$1"; then
		twin=$REPLY
		if read_sysctl "$1" && [[ $REPLY == 0 ]] && read_sysctl "$twin" && [[ $REPLY != 0 ]]; then
			keep_sysctl "$1"
			keep_used_sysctl "$twin"
		else
			keep_sysctl "$twin"
			keep_used_sysctl "$1"
		fi
	else
		keep_used_sysctl "$1"
	fi
}

set_sysctls() {
	local i key value name
	for ((i = 0; i < ${#SYSCTLS[@]}; i += 2)); do
		key=${SYSCTLS[i]} value=${SYSCTLS[i + 1]}
		sysctl_name "$key"
		name=$REPLY
		check_way_back "$name" "$value"
		[[ -f /proc/sys/$name && -w /proc/sys/$name ]] ||
			die "$STATUS_UNSUITABLE" "this kernel has no sysctl $key that can be set"
		save_sysctl "$name"
		write_sysctl "$name" "$value" || die "$STATUS_UNSUITABLE" "the kernel refuses $value for the sysctl $key"
	done
}

# restore_sysctls: sets those back that are not what they were, and looks whether they are then
restore_sysctls() {
	local i name old
	for ((i = 0; i < ${#SAVED_SYSCTLS[@]}; i += 2)); do
		name=${SAVED_SYSCTLS[i]} old=${SAVED_SYSCTLS[i + 1]}
		if read_sysctl "$name" && [[ $REPLY == "$old" ]]; then continue; fi
		write_sysctl "$name" "$old" || true
		read_sysctl "$name" || REPLY='not known'
		[[ $REPLY == "$old" ]] || host_differs "the sysctl $name could not be set back to $old: it is $REPLY"
	done
}
