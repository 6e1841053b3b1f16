# --- sysctls: sysctls: save, set, restore ---

# sysctl_name KEY: sets REPLY to its file below /proc/sys. A key's dots are slashes; where it has slashes its dots
# are dots, as sysctl(8) reads it.
sysctl_name() {
	REPLY=$1
	[[ $1 == */* ]] || REPLY=${1//.//}
}

# read_sysctl NAME: sets REPLY to its value; fails where it cannot be read
read_sysctl() {
	{ REPLY=$(<"/proc/sys/$1"); } 2>/dev/null
}

write_sysctl() {
	{ printf '%s\n' "$2" >"/proc/sys/$1"; } 2>/dev/null
}

# sysctl_twin NAME: sets REPLY to the one of which the kernel makes 0 when this one is written; else fails
sysctl_twin() {
	case $1 in
	vm/dirty*_bytes) REPLY=${1%bytes}ratio ;;
	vm/dirty*_ratio) REPLY=${1%ratio}bytes ;;
	vm/overcommit_kbytes) REPLY=vm/overcommit_ratio ;;
	vm/overcommit_ratio) REPLY=vm/overcommit_kbytes ;;
	*) return 1 ;;
	esac
}

# check_way_back NAME VALUE: a value that the kernel lets nobody take back, or that changes more than is known here
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

# keep_sysctl NAME: its value is remembered; sets REPLY to it
keep_sysctl() {
	read_sysctl "$1" || die "$STATUS_UNSUITABLE" "the sysctl $1 cannot be read, and so not be set back"
	if [[ $REPLY == *$'\n'* ]] || ((${#REPLY} >= 1000)); then
		die "$STATUS_UNSUITABLE" "the sysctl $1 has more than one line, or a long one, and cannot be set back as a whole"
	fi
	remember sysctl "$1" "$REPLY"
}

# save_sysctl NAME: so that it can be set back. Of twins one is in use; the other one reads 0, cannot always be set
# to that, and is 0 again when the one in use is set back, which is therefore what is done first.
save_sysctl() {
	local name one in_use=("$1") unused=() value REPLY
	if [[ $1 == kernel/watchdog ]]; then # it stands for two, of which one may be off
		unused=("$1") in_use=(kernel/soft_watchdog kernel/nmi_watchdog)
	elif sysctl_twin "$1"; then
		unused=("$REPLY")
		if read_sysctl "$1" && [[ $REPLY == 0 ]] && read_sysctl "${unused[0]}" && [[ $REPLY != 0 ]]; then
			in_use=("${unused[0]}") unused=("$1")
		fi
	fi
	for one in "${unused[@]}"; do
		[[ ! -e /proc/sys/$one ]] || keep_sysctl "$one"
	done
	for one in "${in_use[@]}"; do
		[[ -e /proc/sys/$one ]] || continue
		keep_sysctl "$one"
		value=$REPLY
		# before it gets another value, the kernel must take the one that it has
		write_sysctl "$one" "$value" ||
			die "$STATUS_UNSUITABLE" "the sysctl $one cannot be set back: the kernel refuses $value, the value that it has"
		read_sysctl "$one" || REPLY='not known'
		[[ $REPLY == "$value" ]] ||
			die "$STATUS_UNSUITABLE" "the sysctl $one does not keep its value: it was $value, was set to that, and is $REPLY"
	done
}

set_sysctls() {
	local i key name
	for ((i = 0; i < ${#SYSCTLS[@]}; i += 2)); do
		key=${SYSCTLS[i]}
		sysctl_name "$key"
		name=$REPLY
		check_way_back "$name" "${SYSCTLS[i + 1]}"
		[[ -f /proc/sys/$name && -w /proc/sys/$name ]] ||
			die "$STATUS_UNSUITABLE" "this kernel has no sysctl $key that can be set"
		save_sysctl "$name"
		write_sysctl "$name" "${SYSCTLS[i + 1]}" ||
			die "$STATUS_UNSUITABLE" "the kernel refuses ${SYSCTLS[i + 1]} for the sysctl $key"
	done
}

# restore_sysctls: those that are not what they were, which is looked at after that as well
restore_sysctls() {
	local i name old REPLY
	for ((i = 0; i < ${#SAVED_SYSCTLS[@]}; i += 2)); do
		name=${SAVED_SYSCTLS[i]} old=${SAVED_SYSCTLS[i + 1]}
		if read_sysctl "$name" && [[ $REPLY == "$old" ]]; then continue; fi
		write_sysctl "$name" "$old" || true
		read_sysctl "$name" || REPLY='not known'
		[[ $REPLY == "$old" ]] || host_differs "the sysctl $name could not be set back to $old: it is $REPLY"
	done
}
