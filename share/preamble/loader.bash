# --- loader: can the kernel and the dynamic loader start a packed program? With which libraries? ---

# library_environment FILE: sets LIBRARIES to the variables with which a dynamic program finds the packed libraries. If
# its LINKAGE is "alone", the programs that it starts do not get them: before other code of the process runs, the object
# $PRELOAD restores the caller's values.
library_environment() {
	local path preload
	caller_value LD_LIBRARY_PATH
	path=$REPLY
	caller_value LD_PRELOAD
	preload=$REPLY
	LIBRARIES=(${path:+"LD_LIBRARY_PATH=$path"} ${preload:+"LD_PRELOAD=$preload"})
	[[ -d $WORK/tree/lib ]] || return 0
	LIBRARIES+=("LD_LIBRARY_PATH=$WORK/tree/lib${path:+:$path}")
	[[ ${LINKAGE[$1]} == alone ]] || return 0
	LIBRARIES+=("LD_PRELOAD=${FIRST[$1]:-}$PRELOAD${preload:+:$preload}"
		${path:+"KTSTR_LD_LIBRARY_PATH=$path"} ${preload:+"KTSTR_LD_PRELOAD=$preload"})
}

# run_loader LOADER ARG...: sets ANSWER to what it prints; returns its status. It has 30 s, as a file may be on a file
# system that hangs. It is a job of its own: in bash 5.1 wait may not return for a process substitution.
run_loader() {
	local pipe fd pid status=0
	exec {pipe}<> <(:)
	exec {fd}<"/proc/self/fd/$pipe"
	env -i -- LC_ALL=C "${LIBRARIES[@]}" "$@" >"/proc/self/fd/$pipe" 2>&1 </dev/null {pipe}>&- {fd}<&- &
	pid=$!
	exec {pipe}>&- # so the end of the loader is the end of the pipe
	IFS= read -rd '' -t 30 -u "$fd" ANSWER || status=$?
	((status <= 128)) || kill -KILL "$pid" 2>/dev/null || true
	exec {fd}<&-
	wait "$pid" 2>/dev/null && status=0 || status=$?
	return "$status"
}

# ask_loader LOADER FILE: whether it can start the file; sets ANSWER. Asked in this way, the loader lists all that is
# missing and runs nothing.
ask_loader() {
	case $1 in
	*/ld-musl-*) run_loader "$1" --list "$2" ;;
	*) run_loader LD_TRACE_LOADED_OBJECTS=1 LD_WARN=yes "$1" "$2" ;;
	esac
}

# is_dynamic LOADER FILE: whether the file is a program that this loader starts
is_dynamic() {
	local status=0
	LIBRARIES=()
	case $1 in
	*/ld-musl-*)
		run_loader "$1" --list "$2" || true
		[[ ${ANSWER,,} != *'not a valid dynamic program'* ]]
		;;
	*)
		run_loader "$1" --verify "$2" || status=$?
		# an included file may be damaged on purpose, and kill the loader
		((status == 0 || status == 126 || status == 127)) || [[ $status -gt 128 && $2 != "$WORK/tree/include/"* ]]
		;;
	esac
}

# find_missing STATUS: sets REPLY to what is missing by ANSWER, in one line, or to nothing
find_missing() {
	local line missing=() lines
	mapfile -t lines <<<"$ANSWER"
	REPLY=''
	for line in "${lines[@]}"; do
		line=${line#"${line%%[![:space:]]*}"}
		case $line in
		*' => not found'*) missing+=("${line%% =>*}") ;;
		*'version `'*' not found '* | 'undefined symbol: '* | *': symbol not found' | 'Error loading shared library '* | \
			*'error while loading shared libraries: '*) REPLY=${REPLY:-${line//$WORK\/tree\//}} ;;
		esac
	done
	if ((${#missing[@]})); then
		printf -v REPLY '%s, ' "${missing[@]}"
		REPLY="the library ${REPLY%, } is not found"
	elif [[ ! $REPLY ]] && (($1)); then
		signal_name "$1"
		REPLY="its dynamic loader ended with $REPLY${lines[0]:+ (${lines[0]})}"
	fi
}

# check_dynamic FILE LOADER: sets REPLY to what the file lacks, or to nothing; sets LINKAGE, USES_LIBRARIES and FIRST
check_dynamic() {
	local status=0 uses=''
	LINKAGE[$1]=shared
	if [[ -e $WORK/tree/lib/$PRELOAD ]]; then
		LINKAGE[$1]=alone
		library_environment "$1"
		ask_loader "$2" "$WORK/tree/$1" || status=$?
	fi
	if [[ ${LINKAGE[$1]} == shared || $ANSWER == *"'$PRELOAD' from LD_PRELOAD cannot be preloaded"* ||
		$ANSWER == *"shared library $PRELOAD:"* ]]; then # $PRELOAD is not packed, or is for another machine
		LINKAGE[$1]=shared status=0
		library_environment "$1"
		ask_loader "$2" "$WORK/tree/$1" || status=$?
	fi
	while IFS= read -r REPLY; do
		# AddressSanitizer's library must be loaded first
		if [[ $REPLY =~ ^[[:blank:]]*((libasan|libclang_rt\.asan)[^[:blank:]]*)' => ' ]]; then FIRST[$1]=${BASH_REMATCH[1]}:; fi
		if [[ $REPLY == *"=> $WORK/tree/lib/"* && $REPLY != *"/$PRELOAD "* ]]; then uses=1; fi
	done <<<"$ANSWER"
	if [[ $uses ]]; then
		USES_LIBRARIES[$1]=1
	elif [[ ${LINKAGE[$1]} == shared ]]; then
		LINKAGE[$1]=none # the program needs no variables
	fi
	find_missing "$status"
}

# print_number SIZE VALUE...: prints each value, which is below 256, as a number of SIZE bytes in the byte order ORDER
print_number() {
	local value byte zeros
	printf -v zeros '%*s' $(($1 - 1)) ''
	zeros=${zeros// /'\0000'}
	shift
	for value; do
		printf -v byte '\\0%03o' "$value"
		if [[ $ORDER == little ]]; then
			printf %b "$byte$zeros"
		else
			printf %b "$zeros$byte"
		fi
	done
}

# print_probe FILE: prints the smallest program for the same machine: the ELF header, with one segment that names an
# interpreter which does not exist
print_probe() {
	local class order ORDER=little interpreter=/nonexistent/ktstr
	class=$(head -c 5 "$1" | tail -c 1)
	order=$(head -c 6 "$1" | tail -c 1)
	[[ $order == $'\1' ]] || ORDER=big
	if [[ $class == $'\2' ]]; then # the header up to its entry, offsets, flags, sizes, then the segment
		head -c 32 "$1"
		print_number 8 64 0
		head -c 52 "$1" | tail -c 4
		print_number 2 64 56 1 0 0 0
		print_number 4 3 4
		print_number 8 120 0 0 $((${#interpreter} + 1)) $((${#interpreter} + 1)) 1
	else
		head -c 28 "$1"
		print_number 4 52 0
		head -c 40 "$1" | tail -c 4
		print_number 2 52 32 1 0 0 0
		print_number 4 3 84 0 0 $((${#interpreter} + 1)) $((${#interpreter} + 1)) 4 1
	fi
	printf '%s\0' "$interpreter"
}

# check_kernel FILE: ends the run if the kernel does not execute programs for this machine. The kernel decides before it
# looks for the interpreter, which does not exist, so nothing runs. env(1) would run an unknown program as a shell script.
check_kernel() {
	local said
	{ print_probe "$WORK/tree/$1" >"$WORK/bin/probe" && chmod 700 "$WORK/bin/probe"; } 2>/dev/null || disk_full
	said=$( (exec -c "$WORK/bin/probe") 2>&1) || true
	case $said in
	*'Exec format error'*) cannot_start "$1" "this kernel does not execute programs for its machine: run it on such a machine" ;;
	*'Permission denied'* | *'Operation not permitted'*) cannot_start "$1" "execution is not permitted here:" \
		"does a security module refuse it? see the kernel's log" ;;
	esac
}
