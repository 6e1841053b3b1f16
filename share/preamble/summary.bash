# --- summary: what a series of rounds says at its end ---

# verdict_word VERDICT: sets REPLY to the word for rounds that ended so
verdict_word() {
	case $1 in
	pass) REPLY=passed ;;
	fail) REPLY=failed ;;
	skip) REPLY=skipped ;;
	error) REPLY='with an error' ;;
	*) REPLY=${1//-/ } ;;
	esac
}

# count_rounds SIDE: sets TOTAL, PASSED and FAILED to the numbers of the scheduler's rounds, or of the baseline's, and REPLY to
# words for them. Failed are those in which the test gave the verdict.
count_rounds() {
	local one number verdict side text=''
	local -A counts=()
	TOTAL=0
	for one in "${ROUNDS[@]}"; do
		read -r number _ verdict <<<"$one"
		side=scheduler
		if is_baseline_round "$number"; then side=baseline; fi
		[[ $side == "$1" ]] || continue
		TOTAL=$((TOTAL + 1))
		counts[$verdict]=$((${counts[$verdict]:-0} + 1))
	done
	PASSED=${counts[pass]:-0} FAILED=$((${counts[fail]:-0} + ${counts[inconclusive]:-0}))
	for verdict in fail inconclusive scheduler-failed skip unsuitable error interrupted; do
		[[ ${counts[$verdict]:-} ]] || continue
		verdict_word "$verdict"
		text+=", ${counts[$verdict]} $REPLY"
	done
	REPLY="$PASSED of $TOTAL passed$text"
}

# group_rounds: adds to CAUSE a line for each way in which rounds did not pass: rounds of equal signatures are one
group_rounds() {
	local i n number verdict key order=() REPLY
	local -A rounds=() counts=()
	for i in "${!ROUNDS[@]}"; do
		read -r number _ verdict <<<"${ROUNDS[i]}"
		[[ $verdict != pass ]] || continue
		key="${verdict//-/ }${SIGNATURES[i]:+: ${SIGNATURES[i]}}"
		if [[ $BASELINE ]]; then
			side_name "$number"
			key="$REPLY: $key"
		fi
		n=$((${counts["$key"]:-0} + 1)) # in (( )) bash 5.0 would expand the key, which is the test's text, once more
		counts["$key"]=$n
		if ((n == 1)); then order+=("$key"); fi
		if ((n <= 10)); then
			rounds["$key"]+="${rounds["$key"]:+, }$number"
		elif ((n == 11)); then
			rounds["$key"]+=', ...'
		fi
	done
	if ((${#order[@]} > 10)); then order=("${order[@]:0:10}"); fi # ktstr-results --group signature shows all
	for key in "${order[@]}"; do
		if [[ ${counts["$key"]} == 1 ]]; then
			CAUSE+=("1 round (${rounds["$key"]}): $key")
		else
			CAUSE+=("${counts["$key"]} rounds (${rounds["$key"]}): $key")
		fi
	done
}

# keep_values N METRIC...: keeps the metrics of a round that passed, for print_medians
keep_values() {
	local REPLY metric
	side_name "$1"
	field "$REPLY"
	for metric in "${@:2}"; do
		printf '%s %s\n' "$REPLY" "$metric"
	done 2>/dev/null >>"$WORK/values" || true
}

# print_medians: prints a line for each metric of the rounds that passed, with the median for each scheduler
print_medians() {
	awk '
		function median(key, n, i, j, gap, value) { # by a Shell sort
			n = count[key]
			for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
				for (i = gap + 1; i <= n; i++) {
					value = values[key, i]
					for (j = i; j > gap && values[key, j - gap] > value; j -= gap)
						values[key, j] = values[key, j - gap]
					values[key, j] = value
				}
			return n % 2 ? values[key, (n + 1) / 2] : (values[key, n / 2] + values[key, n / 2 + 1]) / 2
		}
		{
			name = $2 SUBSEP $4
			if (!(name in known)) { known[name]; names[++nnames] = name }
			if (!($1 in is_side)) { is_side[$1]; sides[++nsides] = $1 }
			values[$1 SUBSEP name, ++count[$1 SUBSEP name]] = $3 + 0
		}
		END {
			for (i = 1; i <= nnames; i++) {
				split(names[i], parts, SUBSEP)
				line = ""
				for (s = 1; s <= nsides; s++)
					if (count[sides[s] SUBSEP names[i]])
						line = line (line ? ", " : "") sides[s] " " sprintf("%.6g", median(sides[s] SUBSEP names[i])) \
							(parts[2] == "" ? "" : " " parts[2])
				print "median of " parts[1] ": " line
			}
		}' "$WORK/values" 2>/dev/null
}

# compare_sides: adds to CAUSE what a baseline tells. Sets REPLY to both counts.
compare_sides() {
	local line lines scheduler passed total failed TOTAL PASSED FAILED
	count_rounds scheduler
	passed=$PASSED total=$TOTAL failed=$((TOTAL - PASSED))
	count_rounds baseline
	scheduler=$KTSTR_SCHED_NAME
	mapfile -t lines < <(print_medians)
	for line in "${lines[@]}"; do
		printf -v line %b "${line//\\/\\0}"
		CAUSE+=("$line")
	done
	if ((FAILED)); then
		CAUSE+=("the test also fails under the kernel's default, without $scheduler ($FAILED of $TOTAL): that is no fault of the scheduler")
	elif ((failed && PASSED)); then
		CAUSE+=("the test does not fail under the kernel's default: only rounds under $scheduler did not pass")
	fi
	REPLY="$scheduler: $passed of $total pass; $DEFAULT_SCHEDULER: $PASSED of $TOTAL pass"
}

# summarize: sets CAUSE and REASON to what the rounds tell
summarize() {
	local asked TOTAL PASSED FAILED REPLY
	rounds_asked
	asked=$REPLY
	group_rounds
	if [[ $BASELINE ]]; then
		compare_sides
	else
		count_rounds scheduler
	fi
	if ((${asked:-0} > ${#ROUNDS[@]})); then REPLY+="; $((asked - ${#ROUNDS[@]})) did not run"; fi
	REASON="$REPLY${REASON:+; $REASON}"
}
