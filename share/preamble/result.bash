# --- result: what a run writes down about itself, as ktstr-result(5) describes ---

# field TEXT: sets REPLY to it as a field of a record
field() {
	local char code
	case $1 in
	'') REPLY='""' ;;
	'""') REPLY='\042\042' ;;
	*)
		REPLY=${1//\\/\\134}
		while [[ $REPLY =~ [[:cntrl:]\ ] ]]; do
			char=${BASH_REMATCH[0]}
			printf -v code '\\%03o' "'$char"
			REPLY=${REPLY//"$char"/"$code"}
		done
		;;
	esac
}

# as_record KEYWORD FIELD...: sets REPLY to a record
as_record() {
	local one line=$1
	for one in "${@:2}"; do
		field "$one"
		line+=" $REPLY"
	done
	REPLY=$line
}

# record KEYWORD FIELD...: adds a record to the result. It stays in memory, and the janitor gets it, too: what is written
# to a disk waits for that disk, and a scheduler under test may keep it from working.
record() {
	local REPLY
	as_record "$@"
	remember record "$REPLY"
}

# add KEYWORD FIELD...: as record, for the end: the janitor adds its own end if this shell is killed
add() {
	local REPLY
	as_record "$@"
	RESULT+=("$REPLY")
}

# as_seconds HUNDREDTHS: sets REPLY to seconds
as_seconds() {
	printf -v REPLY '%d.%02d' $(($1 / 100)) $(($1 % 100))
}

# record_time WHAT: records when it was, in seconds since the run's start
record_time() {
	local REPLY
	now
	as_seconds $((REPLY - STARTED))
	record time "$1" "$REPLY"
}

# record_line KEYWORD FILE: records the file's first line, if it has one
record_line() {
	local REPLY
	first_line "$2"
	if [[ $REPLY ]]; then record "$1" "$REPLY"; fi
}

# record_program WHO FILE NAME BUILD_ID: records which program this is; WHO is test or scheduler
record_program() {
	local sum
	sum=$(sha256sum 2>/dev/null <"$WORK/tree/$2") || return 0
	add program "$1" "${3:-$2}" "${sum%% *}"
	if [[ $4 ]]; then add build-id "$1" "$4"; fi
}

# record_attachment WHEN: records what the kernel says of sched_ext: before, attached or after
record_attachment() {
	local REPLY
	[[ -r $SCX/state ]] || return 0
	read_attachment
	first_line "$SCX/switch_all"
	record sched-ext "$1" "$STATE" "$SEQ" "$OPS" "$REPLY"
}

# note_start: notes what must be known before anything is done
note_start() {
	local log
	now
	STARTED=$REPLY
	read_suspends
	TZ=UTC0 printf -v STARTED_UTC '%(%Y-%m-%dT%H:%M:%SZ)T' -1
	mapfile -t log < <(dmesg 2>/dev/null)
	if ((${#log[@]})); then LAST_KERNEL_LINE=${log[-1]}; fi
	KERNEL_LINES_BEFORE=${#log[@]}
	first_line /proc/sys/kernel/tainted
	TAINT_BEFORE=$REPLY
}

# is_tainted: whether the kernel has a taint that it had not at the start; sets REPLY to what it has now
is_tainted() {
	first_line /proc/sys/kernel/tainted
	[[ $REPLY != "$TAINT_BEFORE" ]]
}

# record_run: records what is the same for all rounds of a run
record_run() {
	local key value release version option
	record test "$KTSTR_TEST_NAME"
	record file "${PROGRAM##*/}"
	record engine "$ENGINE_VERSION"
	record git test "$KTSTR_GIT_HASH"
	if [[ $SCHED_GIT_HASH && ! $NO_SCHEDULER ]]; then record git scheduler "$SCHED_GIT_HASH"; fi
	if [[ $KTSTR_ABOUT ]]; then record about "$KTSTR_ABOUT"; fi
	if [[ $KTSTR_CONTACT ]]; then record contact "$KTSTR_CONTACT"; fi
	if [[ $PAYLOAD_SHA256 ]]; then record payload "$PAYLOAD_SHA256"; fi
	for option in "${USED_OPTIONS[@]}"; do
		record option "$option"
	done
	first_line /proc/sys/kernel/osrelease
	release=$REPLY
	first_line /proc/sys/kernel/version
	version=$REPLY
	record kernel "$release" "$version"
	record_line cmdline /proc/cmdline
	record_line host /proc/sys/kernel/hostname
	record machine "$(uname -m 2>/dev/null)"
	while IFS=$'\t ' read -r key value; do
		if [[ $key == model && $value == name*:* ]]; then
			record cpu "${value#*: }"
			break
		fi
	done 2>/dev/null </proc/cpuinfo || true
	record_line governor /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor
	record topology needed "${NEED_NUMA_NODES}n${NEED_LLCS}l${NEED_CORES_PER_LLC}c${NEED_THREADS_PER_CORE}t"
	if [[ $TOPOLOGY_FOUND ]]; then record topology found "$TOPOLOGY_FOUND"; fi
}

# record_started: records what is known when a run, or a round of it, begins
record_started() {
	local REPLY
	side_name "${ROUND:-1}"
	record scheduler "$REPLY"
	as_seconds "$STARTED"
	record started "$STARTED_UTC" "$REPLY"
	record_attachment before
}

# record_programs: records the packed programs
record_programs() {
	record_program test ktstr "$TEST_PROGRAM" "$TEST_BUILD_ID"
	if has_scheduler; then record_program scheduler scheduler "$SCHED_PROGRAM" "$SCHED_BUILD_ID"; fi
}

# record_events: reads the scheduler's event counters, of which the result has the first and the last. It forks nothing.
# Of a long run, the first ones and the newest are kept. The janitor does not get them: if it was stopped, they would fill
# its pipe, and this shell would wait.
record_events() {
	local REPLY time name value text=''
	[[ -r $SCX/root/events ]] || return 0
	now
	as_seconds $((REPLY - STARTED))
	time=$REPLY
	while read -r name value; do
		text+="$time $name $value"$'\n'
	done 2>/dev/null <"$SCX/root/events" || true
	EVENTS+=("$text")
	if ((${#EVENTS[@]} > 1000)); then EVENTS=("${EVENTS[0]}" "${EVENTS[@]:501}"); fi
}

# record_metrics: what the test wrote into the file KTSTR_METRICS, of which the first 64 KiB and 1000 lines count. The test
# may have put something else in its place, which must not hold this shell up.
record_metrics() {
	local line i=0 bad=0 first='' copy=$EVIDENCE/metrics number='[-+]?([0-9]{1,40}[.]?[0-9]{0,40}|[.][0-9]{1,40})([eE][-+]?[0-9]{1,3})?'
	[[ -f $WORK/metrics && ! -L $WORK/metrics && -s $WORK/metrics ]] || return 0
	within_time 2 copy_start "$WORK/metrics" "$copy" || return 0
	while IFS= read -r line || [[ $line ]]; do
		line=${line:0:1000}
		if ((++i > 1000)); then break; fi
		if [[ $line =~ ^[[:blank:]]*([A-Za-z0-9_.:/%-]{1,64})[[:blank:]]+($number)([[:blank:]]+([^[:blank:]]{1,16}))?[[:blank:]]*$ ]]; then
			add metric "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" ${BASH_REMATCH[6]:+"${BASH_REMATCH[6]}"}
		elif [[ $line == *[![:blank:]]* ]]; then
			add metric-text "$line"
			bad=$((bad + 1))
			first=${first:-"line $i is not NAME VALUE [UNIT]: ${line:0:200}"}
		fi
	done 2>/dev/null <"$copy" || true
	rm -f -- "$copy"
	if ((bad > 1)); then first+=" (and $((bad - 1)) more)"; fi
	if [[ $first ]]; then say "warning: metrics: $first"; fi
	if ((i > 1000)); then say "warning: metrics: the lines after the first 1000 are left out"; fi
}

copy_start() {
	head -c 65536 <"$1" >"$2"
} 2>/dev/null

# find_signature TEXT: sets REPLY to it with N in the place of each number but a status: PIDs, times, CPUs and addresses
# are not the same from one run to the next
find_signature() {
	local rest=$1 text=''
	while [[ $rest =~ (status\ [0-9]+|0x[0-9a-fA-F]+|[0-9a-f]{16}|[0-9]+([.][0-9]+)*) ]]; do
		text+=${rest%%"${BASH_REMATCH[0]}"*}
		rest=${rest#*"${BASH_REMATCH[0]}"}
		if [[ ${BASH_REMATCH[0]} == status* ]]; then text+=${BASH_REMATCH[0]}; else text+=N; fi
	done
	REPLY=$text$rest
}

# record_end STATUS: records how the run ended
record_end() {
	local taint REPLY
	first_line /proc/sys/kernel/tainted
	taint=$REPLY
	now
	as_seconds $((REPLY - STARTED))
	add time ended "$REPLY"
	add taint "$TAINT_BEFORE" "$taint"
	add verdict "${VERDICT// /-}"
	add status "$1"
	if [[ $REASON ]]; then
		add reason "$REASON"
		find_signature "$REASON"
		add signature "$REPLY"
	fi
	if ((DIFFERS)); then add host-restored no; else add host-restored yes; fi
}

# write_result: writes the result and the event counters
write_result() {
	{
		printf '%s\n' 'result 1' "${RESULT[@]}" >"$EVIDENCE/result"
		((${#EVENTS[@]})) || return 0
		printf '%s' "${EVENTS[@]}" >"$EVIDENCE/events"
		awk '{ if (!($2 in first)) { first[$2] = $3; order[++n] = $2 } last[$2] = $3 }
			END { for (i = 1; i <= n; i++) print "event " order[i] " " first[order[i]] " " last[order[i]] }' \
			"$EVIDENCE/events" >>"$EVIDENCE/result"
	} 2>/dev/null || true
}
