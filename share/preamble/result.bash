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

# record KEYWORD FIELD...: adds a record to the result, if there is one. A full disk changes no verdict.
record() {
	local REPLY one line=$1
	[[ $EVIDENCE ]] || return 0
	for one in "${@:2}"; do
		field "$one"
		line+=" $REPLY"
	done
	{ printf '%s\n' "$line" >>"$EVIDENCE/result"; } 2>/dev/null || true
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
	record program "$1" "${3:-$2}" "${sum%% *}"
	if [[ $4 ]]; then record build-id "$1" "$4"; fi
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
	now
	STARTED=$REPLY
	read_suspends
	TZ=UTC0 printf -v STARTED_UTC '%(%Y-%m-%dT%H:%M:%SZ)T' -1
	LAST_KERNEL_LINE=$(dmesg 2>/dev/null | tail -n 1) || true
	first_line /proc/sys/kernel/tainted
	TAINT_BEFORE=$REPLY
}

# record_start: records what is known when a run begins
record_start() {
	local key value release version option
	record result 1
	record test "$KTSTR_TEST_NAME"
	record file "${PROGRAM##*/}"
	record engine "$ENGINE_VERSION"
	record scheduler "$KTSTR_SCHED_NAME"
	record git test "$KTSTR_GIT_HASH"
	if [[ $SCHED_GIT_HASH ]]; then record git scheduler "$SCHED_GIT_HASH"; fi
	if [[ $KTSTR_ABOUT ]]; then record about "$KTSTR_ABOUT"; fi
	if [[ $KTSTR_CONTACT ]]; then record contact "$KTSTR_CONTACT"; fi
	if [[ $PAYLOAD_SHA256 ]]; then record payload "$PAYLOAD_SHA256"; fi
	for option in "${USED_OPTIONS[@]}"; do
		record option "$option"
	done
	as_seconds "$STARTED"
	record started "$STARTED_UTC" "$REPLY"
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
	record_attachment before
}

# record_events: reads the scheduler's event counters, of which the result has the first and the last. Forks nothing.
record_events() {
	local REPLY time name value text=''
	[[ -r $SCX/root/events ]] || return 0
	now
	as_seconds $((REPLY - STARTED))
	time=$REPLY
	while read -r name value; do
		text+="$time $name $value"$'\n'
	done 2>/dev/null <"$SCX/root/events" || true
	{ printf '%s' "$text" >>"$EVIDENCE/events"; } 2>/dev/null || true
}

# record_metrics: what the test wrote into the file KTSTR_METRICS, of which the first 1000 lines count
record_metrics() {
	local line i=0 number='[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?'
	while IFS= read -r line || [[ $line ]]; do
		if ((++i > 1000)); then
			say "warning: metrics: the lines after the first 1000 are left out"
			break
		fi
		if [[ $line =~ ^[[:blank:]]*([A-Za-z0-9_.:/%-]+)[[:blank:]]+($number)([[:blank:]]+([^[:blank:]]+))?[[:blank:]]*$ ]]; then
			record metric "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" ${BASH_REMATCH[6]:+"${BASH_REMATCH[6]}"}
		elif [[ $line == *[![:blank:]]* ]]; then
			say "warning: metrics: line $i is not NAME VALUE [UNIT]: ${line:0:200}"
			record metric-text "${line:0:1000}"
		fi
	done 2>/dev/null <"$WORK/metrics" || true
}

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
	record_time ended
	record taint "$TAINT_BEFORE" "$taint"
	record_attachment after
	awk '{ if (!($2 in first)) { first[$2] = $3; order[++n] = $2 } last[$2] = $3 }
		END { for (i = 1; i <= n; i++) print "event " order[i] " " first[order[i]] " " last[order[i]] }' \
		"$EVIDENCE/events" >>"$EVIDENCE/result" 2>/dev/null || true
	record_metrics
	record verdict "${VERDICT// /-}"
	record status "$1"
	if [[ $REASON ]]; then
		record reason "$REASON"
		find_signature "$REASON"
		record signature "$REPLY"
	fi
	if ((DIFFERS)); then record host-restored no; else record host-restored yes; fi
}
