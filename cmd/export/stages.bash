# --- stages: programs that run in the background, one or two at a time ---

# find_stage NAME VARIABLE: sets words to those of the command for a stage: what the variable
# says, else the program in own_directory, else the one on PATH
find_stage() {
	local name=$1 override=${!2:-}
	words=("$name")
	if [[ $override ]]; then
		words=("$override")
		[[ -x $override ]] || read -ra words <<<"$override"
		((${#words[@]})) || die "$STATUS_FAILED" "$2: names no program: '$override'"
	elif [[ -x $own_directory/$name ]]; then
		words=("$own_directory/$name")
	fi
	check_program "${words[0]}" "${override:+$2: }"
}

# check_program NAME [PREFIX [SUFFIX]]: fails, with a message between these, unless it is a program
check_program() {
	local problem='not found'
	if type -P -- "$1" >/dev/null; then return; fi
	if [[ $1 == */* ]]; then
		if [[ -d $1 ]]; then
			problem='is a directory'
		elif [[ -e $1 ]]; then
			problem='not executable: chmod +x it'
		elif [[ -L $1 ]]; then
			problem='a link that leads to nothing'
		fi
	fi
	die "$STATUS_FAILED" "${2:-}$1: $problem${3:-}"
}

# start FROM TO COMMAND...: starts a stage in the background, so that a signal ends this program at once. The stage
# reads FROM and appends to TO, files of the work directory; empty: standard input, standard output.
start() {
	hold_signals # until clean_up knows of it
	{
		if [[ $1 ]]; then exec <"$work/$1"; fi
		if [[ $2 ]]; then exec >>"$work/$2"; fi
		exec -- "${@:3}"
	} <&0 &
	# not +=(), which bash parses: then it prints a line of its own about a stage that was killed
	stage_pids[${#stage_pids[@]}]=$!
	stage_names[${#stage_names[@]}]=$3
	release_signals
}

# finish: waits for the stages that were started. Fails as the first of them that failed.
finish() {
	local i status failed=0
	for i in "${!stage_pids[@]}"; do
		status=0
		wait "${stage_pids[i]}" 2>/dev/null || status=$? # bash would print a line of this script
		unset 'stage_pids[i]' # another process may have its PID now
		# 141: its reader left, and knows it: no message
		if ((status > 128 && status != 141)) && kill -l "$status" >/dev/null 2>&1; then
			die "$status" "${stage_names[i]}: killed by SIG$(kill -l "$status")"
		fi
		((failed)) || failed=$status
	done
	stage_pids=() stage_names=()
	return "$failed"
}

# stage FROM TO COMMAND...: runs one stage
stage() {
	start "$@"
	finish
}

# copy FROM TO: a stage that is cat, which does not say where there was no room
copy() {
	local status=0
	stage "$1" "$2" cat || status=$?
	((status == 0 || status == 141)) || say "${2:+$work/}${2:-standard output}: not written"
	return "$status"
}

# shellcheck disable=SC2317 # reached through the trap
# end_stages: ends the stages that still run, or the export of one of several tests, which ends its own stages
end_stages() {
	local i
	((${#stage_pids[@]})) && kill "${stage_pids[@]}" 2>/dev/null || return 0
	for ((i = 0; i < patience; i++)); do
		kill -0 "${stage_pids[@]}" 2>/dev/null || return 0
		sleep 0.05
	done
	kill -KILL "${stage_pids[@]}" 2>/dev/null || true
}

# hold_signals, release_signals: around what must not be cut in two
hold_signals() {
	caught=''
	trap 'caught=129' HUP
	trap 'caught=130' INT
	trap 'caught=143' TERM
}

release_signals() {
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	if [[ $caught ]]; then exit "$caught"; fi
}
