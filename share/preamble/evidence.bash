# --- evidence: the one file that a run leaves: what happened, on which host ---

# begin_evidence: makes the directory in which it is gathered, in the work directory. The directory's name is that of the
# archive. Fails if that cannot be made.
begin_evidence() {
	local REPLY name
	[[ ! $EVIDENCE ]] || return 0
	[[ $WORK ]] || return 1
	first_line /proc/sys/kernel/hostname
	name=${KTSTR_TEST_NAME//:/_}.${REPLY//[^A-Za-z0-9_.-]/_}.${STARTED_UTC//[-:]/}
	{ mkdir -m 700 -- "$WORK/evidence" && mkdir -m 700 -- "$WORK/evidence/$name"; } 2>/dev/null || return 1
	remember evidence "$WORK/evidence/$name"
	(umask 077 && : >"$EVIDENCE/result") 2>/dev/null || true
	record_start
}

# make_metrics: the file in which the test may write metrics, also as another user
make_metrics() {
	{ : >"$WORK/metrics"; } 2>/dev/null || disk_full
	if [[ $DROPS_ROOT ]]; then chmod 622 "$WORK/metrics"; fi
}

# take_snapshot WHEN: keeps the kernel's statistics, before or after
take_snapshot() {
	local name
	mkdir -- "$EVIDENCE/proc.$1" 2>/dev/null || return 0
	for name in stat schedstat vmstat interrupts softirqs loadavg meminfo pressure/cpu pressure/io pressure/memory; do
		if [[ -r /proc/$name ]]; then
			cat "/proc/$name" >"$EVIDENCE/proc.$1/${name/\//.}" 2>/dev/null || true
		else
			record missing "proc.$1/${name/\//.}" "no /proc/$name"
		fi
	done
}

# describe_host: what the host is: its CPUs, its settings, its modules
describe_host() {
	local cpu=/sys/devices/system/cpu file
	mkdir -- "$EVIDENCE/host" 2>/dev/null || return 0
	{
		sed '/^$/q' /proc/cpuinfo >"$EVIDENCE/host/cpuinfo"
		cat /etc/os-release >"$EVIDENCE/host/os-release"
		cat /proc/modules >"$EVIDENCE/host/modules"
		grep -sH '' "$cpu"/{online,offline,possible,isolated} "$cpu"/smt/* "$cpu"/vulnerabilities/* \
			"$cpu"/cpu[0-9]*/cpufreq/{scaling_driver,scaling_governor,scaling_min_freq,scaling_max_freq,cpuinfo_max_freq} \
			"$cpu"/cpu[0-9]*/topology/{core_cpus_list,thread_siblings_list,package_cpus_list,physical_package_id} \
			"$cpu"/cpu[0-9]*/cache/index*/{level,type,shared_cpu_list} "$cpu"/{intel_pstate,cpufreq}/* \
			/sys/devices/system/node/node*/cpulist /sys/devices/system/clocksource/clocksource0/current_clocksource \
			/sys/kernel/mm/transparent_hugepage/{enabled,defrag} "$SCX"/* "$SCX"/root/* /proc/sys/kernel/sched* \
			"$CGROUP_MOUNT"/cgroup.{controllers,subtree_control} >"$EVIDENCE/host/settings"
	} 2>/dev/null || true
	for file in "$EVIDENCE"/host/*; do
		[[ -s $file ]] || record missing "host/${file##*/}" 'nothing could be read'
	done
}

# own_directory: makes the directory for the evidence, if it is not there; fails and sets REPLY to why it cannot be used
own_directory() {
	local mode
	mkdir -m 700 -- "$EVIDENCE_DIRECTORY" 2>/dev/null || true
	mode=$(ls -ld -- "$EVIDENCE_DIRECTORY" 2>/dev/null) || mode=''
	if [[ ! $mode ]]; then
		REPLY="$EVIDENCE_DIRECTORY cannot be made: give another place with --evidence-to FILE"
	elif [[ ${mode:0:10} != drwx------ || ! -O $EVIDENCE_DIRECTORY ]]; then
		REPLY="$EVIDENCE_DIRECTORY is not a directory of root's alone, with mode 0700: remove it"
	else
		return 0
	fi
	return 1
}

# tell_unfinished: names the runs that left a result and did not finish. No other run is running: this one has the lock.
tell_unfinished() {
	local file
	((EUID == 0)) && [[ -O $EVIDENCE_DIRECTORY ]] || return 0
	for file in "$EVIDENCE_DIRECTORY"/*.started; do
		mv -- "$file" "${file%.started}.unfinished" 2>/dev/null || continue
		say "note: a run before this one did not finish (did the host panic, or was it reset?): ${file%.started}.unfinished"
	done
}

# mark_unfinished: leaves a result on the disk, which is removed at the end: if the host panics, the result tells who ran
mark_unfinished() {
	[[ $EVIDENCE_WHEN != never ]] || return 0
	has_file scheduler || [[ $ATTACHES_SCHEDULERS ]] || return 0
	if ! own_directory; then
		record missing unfinished "$REPLY"
		return
	fi
	remember unfinished "$EVIDENCE_DIRECTORY/${EVIDENCE##*/}.started"
	if ! {
		cat "$EVIDENCE/result" && printf '%s\n' 'verdict unfinished' 'reason it\040did\040not\040finish' \
			'signature it\040did\040not\040finish'
	} 2>/dev/null >"$UNFINISHED" || ! sync -- "$UNFINISHED" 2>/dev/null; then
		record missing unfinished "$UNFINISHED cannot be written"
	fi
}

# is_wanted: whether this verdict's evidence is kept
is_wanted() {
	case $EVIDENCE_WHEN in
	always) return 0 ;;
	never) return 1 ;;
	esac
	[[ $VERDICT != pass && $VERDICT != skip && $VERDICT != unsuitable ]]
}

# finish_evidence STATUS: finds the cause, and keeps the evidence if it is wanted. Nothing here changes the verdict.
finish_evidence() {
	find_reason
	if is_wanted && ! begin_evidence; then EVIDENCE_SAID='no evidence: there is no work directory for it'; fi
	if [[ $EVIDENCE && ($VERDICT != pass || $EVIDENCE_WHEN == always) ]]; then
		kernel_log >"$EVIDENCE/kernel.log" 2>/dev/null || true
		find_cause
		if is_wanted; then keep_evidence "$1"; fi
	fi
	if [[ $UNFINISHED ]]; then rm -f -- "$UNFINISHED"; fi
}

# keep_evidence STATUS: completes it and packs it
keep_evidence() {
	local part
	record_end "$1"
	if [[ -d $EVIDENCE/proc.before ]]; then take_snapshot after; fi
	describe_host
	record_program test ktstr "$TEST_PROGRAM" "$TEST_BUILD_ID"
	if has_file scheduler; then record_program scheduler scheduler "$SCHED_PROGRAM" "$SCHED_BUILD_ID"; fi
	print_info >"$EVIDENCE/info" 2>/dev/null
	[[ -e $EVIDENCE/events ]] || record missing events "no $SCX/root/events"
	for part in "${!OMITTED[@]}"; do
		rm -rf -- "${EVIDENCE:?}/$part"{,.log,.before,.after}
		record missing "$part" omitted
	done
	if ! choose_file; then
		EVIDENCE_SAID="the evidence could not be kept: $REPLY"
	elif within_time pack_evidence "$REPLY"; then
		EVIDENCE_SAID="evidence: $REPLY"
		if [[ ! $EVIDENCE_TO ]]; then prune_evidence; fi
	else
		EVIDENCE_SAID="the evidence could not be kept: $REPLY cannot be written: is its disk full?"
	fi
}

# within_time COMMAND...: runs it as a process of its own, and kills it after a minute; fails if it does
within_time() {
	local pid REPLY
	set -m
	"$@" &
	pid=$!
	set +m
	if within 600 is_group_gone "$pid"; then
		wait "$pid" 2>/dev/null && return 0
		return 1
	fi
	disown "$pid" 2>/dev/null
	kill -KILL -- "-$pid" 2>/dev/null
	return 1
}

# choose_file: sets REPLY to the file for the archive; fails and sets REPLY to why there is none
choose_file() {
	local directory=${EVIDENCE_TO:-$EVIDENCE_DIRECTORY} i=1
	if [[ $EVIDENCE_TO && ! -d $EVIDENCE_TO ]]; then
		REPLY=$EVIDENCE_TO
		return 0
	elif [[ ! $EVIDENCE_TO ]]; then
		own_directory || return 1
	fi
	directory=${directory%/}/${EVIDENCE##*/}
	REPLY=$directory.evidence.tar.gz
	while [[ -e $REPLY || -L $REPLY ]]; do
		REPLY=$directory.$((++i)).evidence.tar.gz
	done
}

# pack_evidence FILE: writes the archive. FILE is - for the run's own standard output. It may be a pipe or a device.
pack_evidence() {
	local new
	if [[ $1 == - ]]; then
		write_archive >&"$EVIDENCE_FD"
	elif [[ -e $1 ]]; then
		[[ ! -f $1 && ! -d $1 ]] && write_archive >"$1"
	else
		new=.ktstr-evidence.$$-$RANDOM$RANDOM
		if [[ $1 == */* ]]; then new=${1%/*}/$new; fi
		umask 077
		(set -C && write_archive >"$new") && mv -- "$new" "$1" || ! rm -f -- "$new"
	fi
} 2>/dev/null

# write_archive: prints the archive of the evidence
write_archive() {
	tar -cf - -C "${EVIDENCE%/*}" -- "${EVIDENCE##*/}" | gzip -c
}

# prune_evidence: keeps the newest files. Their names have no newline.
prune_evidence() {
	local file count=0 bytes=0 REPLY
	while IFS= read -r file; do
		bytes=$((bytes + $(wc -c <"$file")))
		if ((++count > EVIDENCE_FILES || (count > 1 && bytes > EVIDENCE_BYTES))); then rm -f -- "$file"; fi
	done < <(ls -1t -- "$EVIDENCE_DIRECTORY"/*.evidence.tar.gz "$EVIDENCE_DIRECTORY"/*.unfinished)
}
