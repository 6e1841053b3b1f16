# --- evidence: the one file that a run leaves: what happened, on which host ---

# begin_evidence: makes the directory in which it is gathered, in the work directory. The directory's name is that of the
# archive. Fails if that cannot be made.
begin_evidence() {
	local REPLY name=${KTSTR_TEST_NAME//:/_}
	[[ ! $EVIDENCE ]] || return 0
	[[ $WORK ]] || return 1
	first_line /proc/sys/kernel/hostname
	REPLY=${REPLY//[^A-Za-z0-9_.-]/_}
	name=${name:0:100}.${REPLY:0:64}.${STARTED_UTC//[-:]/} # a file's name has at most 255 bytes
	{ mkdir -m 700 -- "$WORK/evidence" && mkdir -m 700 -- "$WORK/evidence/$name"; } 2>/dev/null || return 1
	remember evidence "$WORK/evidence/$name"
	record_run
	if is_series; then record_programs; fi
	COMMON=("${RESULT[@]}")
	record_started
}

# make_metrics: the file in which the test may write metrics, also as another user
make_metrics() {
	{ rm -rf -- "$WORK/metrics" && : >"$WORK/metrics"; } 2>/dev/null || disk_full # a round before may have left anything there
	if [[ $DROPS_ROOT ]]; then chmod 622 "$WORK/metrics"; fi
}

# take_snapshot WHEN: keeps the kernel's statistics, before or after
take_snapshot() {
	local name
	[[ $EVIDENCE_WHEN != never && ! ${OMITTED[proc]:-} ]] || return 0
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

# is_own_directory: whether the directory for the evidence is root's alone. One look at it tells, so that nobody can put
# another one in its place in between; after that, the sticky bit of the directory above protects it.
is_own_directory() {
	local mode='' owner=''
	read -r mode _ owner _ < <(ls -ldn -- "$EVIDENCE_DIRECTORY" 2>/dev/null) || true
	[[ $mode == drwx------* && $owner == "$EUID" ]]
}

# own_directory: makes it, if it is not there; fails and sets REPLY to why it cannot be used
own_directory() {
	mkdir -m 700 -- "$EVIDENCE_DIRECTORY" 2>/dev/null || true
	if is_own_directory; then return 0; fi
	if [[ -e $EVIDENCE_DIRECTORY || -L $EVIDENCE_DIRECTORY ]]; then
		REPLY="$EVIDENCE_DIRECTORY is not a directory of root's alone, with mode 0700: remove it"
	else
		REPLY="$EVIDENCE_DIRECTORY cannot be made: give another place with --evidence-to FILE"
	fi
	return 1
}

# tell_unfinished: names the runs that left a result and did not finish. No other run is running: this one has the lock.
tell_unfinished() {
	local file
	((EUID == 0)) && is_own_directory || return 0
	for file in "$EVIDENCE_DIRECTORY"/*.started; do
		mv -- "$file" "${file%.started}.unfinished" 2>/dev/null || continue
		say "note: a run before this one did not finish (did the host panic, or was it reset?): ${file%.started}.unfinished"
	done
}

# mark_unfinished: leaves a result on the disk, which is removed at the end: if the host panics, the result tells who ran
mark_unfinished() {
	local name
	[[ $EVIDENCE_WHEN != never ]] || return 0
	has_scheduler || has_commands || [[ $ATTACHES_SCHEDULERS ]] || return 0
	if ! own_directory; then
		record missing unfinished "$REPLY"
		return
	fi
	name=${EVIDENCE#"$WORK/evidence/"}
	remember unfinished "$EVIDENCE_DIRECTORY/${name%%/*}.started"
	if ! {
		printf '%s\n' 'result 1' "${RESULT[@]}" 'verdict unfinished' 'reason it\040did\040not\040finish' \
			'signature it\040did\040not\040finish'
	} 2>/dev/null >"$UNFINISHED" || ! sync -- "$UNFINISHED" 2>/dev/null; then
		record missing unfinished "$UNFINISHED cannot be written"
	fi
}

# is_wanted: whether the evidence of this verdict, or of these rounds, is kept
is_wanted() {
	local one
	case $EVIDENCE_WHEN in
	always) return 0 ;;
	never) return 1 ;;
	esac
	for one in "${ROUNDS[@]}"; do
		[[ $one == *' '@(pass|skip|unsuitable) ]] || return 0
	done
	[[ $VERDICT != pass && $VERDICT != skip && $VERDICT != unsuitable ]]
}

# finish_evidence STATUS: finds the cause, and keeps the evidence if it is wanted. Nothing here changes the verdict.
finish_evidence() {
	local wanted=''
	umask 077
	stop_packer # of this run's shell, if this is the janitor
	find_reason
	if has_rounds; then summarize; fi
	as_line "$REASON"
	REASON=$REPLY
	if [[ $ROUND ]]; then
		if is_kept_whole; then wanted=1; fi
	elif is_wanted; then
		wanted=1
		begin_evidence || EVIDENCE_SAID='no evidence: there is no place for it in the work directory'
	fi
	if has_rounds; then
		if [[ $wanted ]]; then keep_evidence "$1"; fi
	elif [[ $EVIDENCE ]]; then
		record_metrics
		if [[ $VERDICT != pass || $wanted ]]; then kernel_log >"$EVIDENCE/kernel.log" 2>/dev/null || true; fi
		find_cause
		if [[ $ROUND ]]; then
			keep_round "$1" "$wanted"
		elif [[ $wanted ]]; then
			keep_evidence "$1"
		fi
	fi
	if [[ $UNFINISHED ]]; then
		rm -f -- "$UNFINISHED"
		rmdir -- "$EVIDENCE_DIRECTORY" 2>/dev/null || true # if it is empty
	fi
}

# keep_evidence STATUS: completes it and packs it. Rounds have completed theirs.
keep_evidence() {
	describe_host
	print_info >"$EVIDENCE/info" 2>/dev/null
	if ((${#ROUNDS[@]} == 0)); then
		is_series || record_programs
		complete_evidence "$1"
	fi
	pack_evidence
}

# complete_evidence STATUS: adds what is known at the end of a run or a round
complete_evidence() {
	local part
	if [[ -d $EVIDENCE/proc.before ]]; then take_snapshot after; fi
	record_attachment after
	((${#EVENTS[@]})) || add missing events "no $SCX/root/events, or the run was killed"
	for part in "${!OMITTED[@]}"; do
		rm -rf -- "${EVIDENCE:?}/$part"{,.log,.before,.after}
		add missing "$part" omitted
	done
	record_end "$1"
	write_result
}

# is_kept_whole: whether the evidence of this round is kept, and not only its result: it did not pass, or it tainted the
# kernel, and not enough others are kept whole
is_kept_whole() {
	local one REPLY kept=0
	for one in "${ROUNDS[@]}"; do
		[[ $one == *' pass' ]] || kept=$((kept + 1))
	done
	((kept < FULL_ROUNDS)) || return 1
	[[ $VERDICT != pass ]] || is_tainted
}

# keep_round STATUS WHOLE: completes the evidence of a round, and keeps only its result if WHOLE is empty. The shell of the
# series reads the result.
keep_round() {
	# without the first snapshot no second one is taken
	[[ $2 ]] || rm -rf -- "${EVIDENCE:?}"/*
	complete_evidence "$1"
	[[ $2 ]] || rm -f -- "$EVIDENCE/events"
}

# within_time SECONDS COMMAND...: runs it as a process of its own, and kills it after that time; fails with 2 if it does. A
# file may be on a file system that hangs, or be a pipe that nobody reads.
within_time() {
	local status=0
	set -m
	{
		close_own "$EVIDENCE_FD"
		"${@:2}"
	} &
	process_start $! || REPLY=''
	remember packer $! "$REPLY"
	set +m
	if within $((10 * $1)) is_gone "${PACKER#* }" "${PACKER% *}"; then
		wait "${PACKER% *}" 2>/dev/null || status=1
	else
		stop_packer
		status=2
	fi
	remember packer '' ''
	return "$status"
}

# stop_packer: kills what within_time has started
stop_packer() {
	[[ $PACKER == ?*' '?* ]] || return 0
	end_process 1 "${PACKER% *}" "${PACKER#* }" || within 20 is_gone "${PACKER#* }" "${PACKER% *}" || true
}

# choose_file: sets REPLY to the file for the archive, or - for standard output; fails and sets REPLY to why there is none
choose_file() {
	local directory=${EVIDENCE_TO:-$EVIDENCE_DIRECTORY} i=1
	if [[ $EVIDENCE_TO == - || ($EVIDENCE_TO && ! -d $EVIDENCE_TO) ]]; then
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

# pack_evidence: packs it, and sets EVIDENCE_SAID to where it is
pack_evidence() {
	local file new status=0
	if ! choose_file; then
		EVIDENCE_SAID="the evidence could not be kept: $REPLY"
		return
	fi
	file=$REPLY
	new=.ktstr-evidence.$$-$RANDOM$RANDOM
	if [[ $file == */* ]]; then new=${file%/*}/$new; fi
	within_time 60 write_file "$file" "$new" || status=$?
	if [[ $file != - ]]; then rm -f -- "$new"; fi
	if [[ $file == - ]]; then file='standard output'; fi
	case $status in
	0) EVIDENCE_SAID="evidence: $file" ;;
	2) EVIDENCE_SAID="the evidence could not be kept: $file did not take it within 60 s" ;;
	*) EVIDENCE_SAID="the evidence could not be kept: $file cannot be written: is its disk full?" ;;
	esac
	if [[ $status == 0 && ! $EVIDENCE_TO ]]; then (prune_evidence) || true; fi
}

# write_file FILE NEW: writes the archive to NEW, which then becomes FILE and replaces nothing. FILE may also be -, for the
# run's own standard output, a pipe or a device.
write_file() {
	umask 077
	if [[ $1 == - ]]; then
		write_archive >&"$EVIDENCE_FD"
	elif [[ -e $1 || -L $1 ]]; then
		[[ ! -f $1 && ! -d $1 ]] && write_archive >"$1"
	else
		(set -C && write_archive >"$2") || return 1
		# some file systems have no hard links
		ln -n -- "$2" "$1" || { [[ ! -e $1 && ! -L $1 ]] && mv -- "$2" "$1"; }
	fi
} 2>/dev/null

# write_archive: prints the archive of the evidence, with the rounds in their order
write_archive() {
	cd -- "${EVIDENCE%/*}" && tar -cf - -- "${EVIDENCE##*/}"/* | gzip -c
}

# prune_evidence: keeps the newest files. Their names have no newline.
prune_evidence() {
	local file size count=0 bytes=0 files
	files=("$EVIDENCE_DIRECTORY"/*.evidence.tar.gz "$EVIDENCE_DIRECTORY"/*.unfinished)
	((${#files[@]})) || return 0
	while IFS= read -r file; do
		[[ $file == "$EVIDENCE_DIRECTORY"/* && -f $file && ! -L $file ]] || continue
		size=$(wc -c <"$file") || size=''
		[[ $size =~ ^\ *[0-9]+$ ]] || continue # it is gone
		bytes=$((bytes + size))
		if ((++count > EVIDENCE_FILES || (count > 1 && bytes > EVIDENCE_BYTES))); then rm -f -- "$file"; fi
	done < <(ls -1dt -- "${files[@]}" 2>/dev/null)
}
