# --- inspect: what is done without running anything ---

# print_text FUNCTION: prints what it prints. An output that cannot be written is no status of a test.
print_text() {
	local text status=0
	if [[ -t 1 ]]; then ON_TERMINAL=1; fi
	text=$("$1") || status=$?
	if [[ $text ]] && ! printf '%s\n' "$text" 2>/dev/null; then
		say "standard output cannot be written: is it closed, or its disk full?"
		leave "$STATUS_ERROR"
	fi
	((status == 0)) || leave "$status"
}

print_info() {
	local name
	for name in KTSTR_TEST_NAME KTSTR_SCHED_NAME KTSTR_GIT_HASH KTSTR_ABOUT KTSTR_CONTACT TEST_BUILD_ID \
		SCHED_BUILD_ID SCHED_GIT_HASH SCHED_EXPECTED_ERROR NEED_LLCS NEED_CORES_PER_LLC \
		NEED_THREADS_PER_CORE NEED_NUMA_NODES NEED_KERNEL_MIN NEED_KERNEL_MAX TEST_DURATION_SECS TEST_WATCHDOG_SECS CGROUP_PARENT TEST_CGROUP_ROOT \
		SCHED_ENABLED_FILE SCHED_ENABLED_VALUE TEST_RUN_ARGS \
		NEED_GLIBC NEED_GLIBC_FILE PACKED_BYTES PAYLOAD_SIZE PAYLOAD_SHA256; do
		shown "${!name}"
		printf '%s=%s\n' "$name" "$REPLY"
	done
	printf 'DECOMPRESS=%s\n' "${DECOMPRESS[*]@Q}"
	printf 'SCHED_ARGS=%s\n' "${SCHED_ARGS[*]@Q}"
	printf 'SCHED_ENABLE=%s\n' "${SCHED_ENABLE[*]@Q}"
	printf 'SCHED_DISABLE=%s\n' "${SCHED_DISABLE[*]@Q}"
	printf 'RUN_ARGS=%s\n' "${RUN_ARGS[*]@Q}"
	printf 'ATTACHES_SCHEDULERS=%s\n' "$ATTACHES_SCHEDULERS"
	printf 'DROPS_ROOT=%s\n' "$DROPS_ROOT"
	printf 'TEST_PROGRAM=%s\n' "${TEST_PROGRAM@Q}"
	printf 'SCHED_PROGRAM=%s\n' "${SCHED_PROGRAM@Q}"
	printf 'NEED_CONTROLLERS=%s\n' "${NEED_CONTROLLERS[*]@Q}"
	printf 'SYSCTLS=%s\n' "${SYSCTLS[*]@Q}"
	printf 'PACKED_FILES=%s\n' "${PACKED_FILES[*]@Q}"
	printf 'PACKED_COUNT=%s\n' "$PACKED_COUNT"
	printf 'NEED_KERNEL_ARGS=%s\n' "${NEED_KERNEL_ARGS[*]@Q}"
	printf 'NEED_MACHINES=%s\n' "${NEED_MACHINES[*]}"
	printf 'NEED_INTERPRETERS=%s\n' "${NEED_INTERPRETERS[*]@Q}"
}

print_manual() {
	local line
	begin_below_script
	while IFS= read -r line && [[ $line != __MANUAL__ ]]; do :; done
	while IFS= read -r line && [[ $line != __ARCHIVE__ ]]; do printf '%s\n' "$line"; done
	[[ $line == __ARCHIVE__ ]] || die "$STATUS_DAMAGED" "this file is damaged: it is cut short: copy it again"
}

# Text in UTF-8 without control characters.
readonly UTF8_TEXT=$'^([ -~]|[\303-\337][\200-\277]|\302[\240-\277]|\340[\240-\277][\200-\277]|[\341-\357][\200-\277][\200-\277]|[\360-\364][\200-\277][\200-\277][\200-\277])*$'

# shown TEXT: sets REPLY to it, quoted where it is not such text or the terminal would not show it
shown() {
	REPLY=$1
	if [[ ! $1 =~ $UTF8_TEXT ]] || { [[ $ON_TERMINAL && $1 == *[$'\200'-$'\377']* ]] && ((!UTF8)); }; then
		REPLY=${1@Q}
	fi
}

# print_list: the names of the packed files, links and directories below include, as tar has them
print_list() {
	local name REPLY names
	need_programs
	# GNU tar quotes names; other programs ignore this variable
	names=$(with_text base64 -d 2>/dev/null | inflate 2>/dev/null | TAR_OPTIONS=--quoting-style=literal tar -tf - 2>/dev/null) ||
		die "$STATUS_DAMAGED" "this file is damaged: --verify says more: copy it again"
	while IFS= read -r name; do
		if [[ $name == */ && $name != include/?*/ ]]; then continue; fi
		shown "$name"
		printf '%s\n' "$REPLY"
	done <<<"$names"
}

# print_command: what would be started, in its order, as lines for bash in the directory that --extract has made
# shellcheck disable=SC2016 # that bash expands it
print_command() {
	local n=0 mark='<0>' places='KTSTR_DIR="$DIR" KTSTR_INCLUDE_DIR="$DIR/include"' path='PATH="$DIR/include:$PATH"' more='' one
	while [[ "${SCHED_ARGS[*]} ${RUN_ARGS[*]}" == *"$mark"* ]]; do mark="<$((++n))>"; done
	for one in "${PACKED_FILES[@]}"; do
		if [[ $one == lib ]]; then more=' LD_LIBRARY_PATH="$DIR/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"'; fi
	done
	printf '%s\n' 'DIR=$PWD # cd first to the directory that --extract has made'
	if has_scheduler; then
		scheduler_command "$mark"
		quote_command "$mark"
		printf '%s\n' "BEFORE=\$(cat $SCX/state)" \
			"$places SCX_TIMEOUT_MS=$((TEST_WATCHDOG_SECS * 1000))$more $REPLY </dev/null &" \
			"while kill -0 \$! 2>/dev/null && ! grep -qsx enabled $SCX/state; do sleep 0.1; done"
		more=' KTSTR_SCHED_PID=$! SCHED_PID=$!'$more
	fi
	if has_commands; then print_commands "$path $places" "${SCHED_ENABLE[@]}"; fi
	test_command "$mark"
	quote_command "$mark"
	more="KTSTR_DURATION_SECS=$TEST_DURATION_SECS KTSTR_WATCHDOG_SECS=$TEST_WATCHDOG_SECS$more"
	REPLY="$path $places $more $REPLY </dev/null; echo \"status \$?\""
	if has_scheduler; then
		printf '%s\n' "if [ \"\$BEFORE\" != enabled ] && grep -qsx enabled $SCX/state; then $REPLY; else echo 'this scheduler is not attached: the test was not run'; fi" \
			'kill $! 2>/dev/null; wait $!'
	else
		printf '%s\n' "$REPLY"
	fi
	if has_commands; then print_commands "$path $places" "${SCHED_DISABLE[@]}"; fi
}

# quote_command MARK: sets REPLY to the words of COMMAND, quoted for a shell, with "$DIR" in the place of the mark
# shellcheck disable=SC2016 # another shell expands it
quote_command() {
	local rest word part
	REPLY=''
	for rest in "${COMMAND[@]}"; do
		word=''
		while [[ $rest == *"$1"* ]]; do
			part=${rest%%"$1"*}
			word+=${part:+${part@Q}}'"$DIR"'
			rest=${rest:${#part}+${#1}}
		done
		if [[ $rest || ! $word ]]; then word+=${rest@Q}; fi
		REPLY+="${REPLY:+ }$word"
	done
}

# print_commands VARIABLES COMMAND...
print_commands() {
	local one
	for one in "${@:2}"; do
		COMMAND=(bash -p -c "$one" bash)
		printf '%s\n' "$1 ${COMMAND[*]@Q} </dev/null"
	done
}

# need_programs: ends where what reads the archive is missing
need_programs() {
	check_programs
	if ((${#PROBLEMS[@]})); then die "$STATUS_UNSUITABLE" "${PROBLEMS[0]}"; fi
}

# verify: checks the archive, with a work directory for what comes through a pipe
verify() {
	need_programs
	list_places
	make_work_directory
	if ((${#PROBLEMS[@]})); then die "$STATUS_UNSUITABLE" "${PROBLEMS[0]}"; fi
	keep_text
	check_archive
}

extract() {
	local files=("$OPERAND"/*)
	if [[ ! -d $OPERAND && (-e $OPERAND || -L $OPERAND) ]]; then
		die "$STATUS_MISUSED" "--extract: $OPERAND is not a directory"
	elif ((${#files[@]})); then
		die "$STATUS_MISUSED" "--extract: $OPERAND is not empty"
	fi
	verify
	mkdir -p -- "$OPERAND" || die "$STATUS_UNSUITABLE" "--extract: $OPERAND cannot be made"
	unpack "$OPERAND" || die "$STATUS_UNSUITABLE" "$REPLY"
}
