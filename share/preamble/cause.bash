# --- cause: why a run did not pass ---

# find_reason: if a test gave the verdict, sets REASON to what it said: libktstr's line, or the last line of its log
find_reason() {
	local line last=''
	[[ ! $REASON && $VERDICT != pass && -r $EVIDENCE/test.log ]] || return 0
	while IFS= read -r line || [[ $line ]]; do
		if [[ $line == "$KTSTR_TEST_NAME: $VERDICT: "* ]]; then
			last=${line#"$KTSTR_TEST_NAME: $VERDICT: "}
			break
		fi
		if [[ $line == *[![:space:]]* ]]; then last=$line; fi
	done < <(tail -n 1000 -- "$EVIDENCE/test.log")
	as_line "$last"
	REASON=$REPLY
	if [[ ! $REASON && $VERDICT == skip ]]; then REASON='the test says so'; fi
}

# kernel_cause: prints what the kernel log says of a scheduler that was disabled, or of an error of the kernel itself
kernel_cause() {
	awk '
		!found && /((sched_ext|sub-scheduler).*disabled \(|BUG: |Oops: |WARNING: )/ && !/disabled \(unregistered from user/ { found = 1 }
		!found { next }
		n && !/sched_ext|sub-scheduler/ && !/^(\[[ 0-9.]+\] )?[ \t]/ && !oops { exit }
		/(BUG: |Oops: |WARNING: )/ { oops = 1 }
		n++ < 10' "$EVIDENCE/kernel.log"
}

# dump_cause FILE: prints the beginning of a dump of sched_ext: the kind of the exit, the reason and the backtrace. A loader
# prints the same, or the reason alone after EXIT.
dump_cause() {
	awk '
		{ sub(/^.*sched_ext_dump: /, "") }
		!found && /triggered exit kind|(^|: )EXIT: / { found = 1 }
		found && NF {
			if (/^(CPU states|Event counters|=====|----)/ || n++ == 10)
				exit
			print
		}' "$1"
}

# find_cause: sets CAUSE to at most ten lines that say why: what the kernel and the scheduler's loader say of a scheduler
# that was ejected, else what the scheduler or the test printed last
find_cause() {
	local who='' line lines exit
	[[ $EVIDENCE && $VERDICT != pass && $VERDICT != skip ]] || return 0
	mapfile -t lines < <(kernel_cause 2>/dev/null)
	((${#lines[@]})) || mapfile -t lines < <(dump_cause "$EVIDENCE/dump" 2>/dev/null)
	mapfile -t exit < <(dump_cause "$EVIDENCE/scheduler.log" 2>/dev/null)
	if ((${#lines[@]})); then
		who=kernel
		if ((${#exit[@]})); then lines=("${lines[@]:0:9}"); fi
		exit=("${exit[@]:0:1}")
	elif [[ ${#exit[@]} == 0 && $VERDICT == 'scheduler failed' ]]; then
		who=scheduler
		mapfile -t lines < <(tail -n 10 -- "$EVIDENCE/scheduler.log" 2>/dev/null)
	elif [[ ${#exit[@]} == 0 && ($VERDICT == fail || $VERDICT == inconclusive) ]]; then
		who='test'
		mapfile -t lines < <(tail -n 10 -- "$EVIDENCE/test.log" 2>/dev/null)
		if [[ ${#lines[@]} == 1 && ${lines[0]} == *"$REASON" ]]; then lines=(); fi # the last line says it
	fi
	for line in "${lines[@]}"; do
		CAUSE+=("$who: $line")
	done
	for line in "${exit[@]}"; do
		CAUSE+=("scheduler: $line")
	done
}
