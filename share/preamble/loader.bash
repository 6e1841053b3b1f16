# --- loader: can the kernel and the dynamic loader start a packed program? With which libraries? ---

# library_environment FILE: sets LIBRARIES to variables with which a dynamic program finds the packed
# libraries. One whose LINKAGE is "alone" has them for itself: the object $PRELOAD gives its process the
# caller's values back, before other code of it runs, and under these it starts other programs.
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

# ask_loader LOADER FILE: whether it can start the file; sets ANSWER. glibc's lists, where it is asked
# in this way, all that is missing, and begins to run nothing.
ask_loader() {
	case $1 in
	*/ld-musl-*) run_loader "$1" --list "$2" ;;
	*) run_loader LD_TRACE_LOADED_OBJECTS=1 LD_WARN=yes "$1" "$2" ;;
	esac
}

# is_dynamic LOADER FILE: whether the file is a program that this loader starts. musl's says so when it
# is asked for its libraries.
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
		# what is included may be damaged on purpose, and end the loader with a signal
		((status == 0 || status == 126 || status == 127)) || [[ $status -gt 128 && $2 != "$WORK/tree/include/"* ]]
		;;
	esac
}

# find_missing STATUS: sets REPLY to what ANSWER says is missing, in one line; empty: nothing
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

# check_dynamic FILE LOADER: sets REPLY to what it lacks to be started, or to nothing, and LINKAGE[FILE]
check_dynamic() {
	local status=0 uses=''
	LINKAGE[$1]=shared
	if [[ -e $WORK/tree/lib/$PRELOAD ]]; then
		LINKAGE[$1]=alone
		library_environment "$1"
		ask_loader "$2" "$WORK/tree/$1" || status=$?
	fi
	if [[ ${LINKAGE[$1]} == shared || $ANSWER == *"'$PRELOAD' from LD_PRELOAD cannot be preloaded"* ||
		$ANSWER == *"shared library $PRELOAD:"* ]]; then # it is not packed, or for another machine
		LINKAGE[$1]=shared status=0
		library_environment "$1"
		ask_loader "$2" "$WORK/tree/$1" || status=$?
	fi
	while IFS= read -r REPLY; do
		# AddressSanitizer's wants to be the first of all
		[[ ! $REPLY =~ ^[[:blank:]]*((libasan|libclang_rt\.asan)[^[:blank:]]*)' => ' ]] || FIRST[$1]=${BASH_REMATCH[1]}:
		[[ $REPLY != *"=> $WORK/tree/lib/"* || $REPLY == *"/$PRELOAD "* ]] || uses=1
	done <<<"$ANSWER"
	if [[ $uses ]]; then
		USES_LIBRARIES[$1]=1
	elif [[ ${LINKAGE[$1]} == shared ]]; then
		LINKAGE[$1]=none # and so they harm nobody
	fi
	find_missing "$status"
}

# print_number SIZE VALUE...: prints these numbers below 256 as ones of so many bytes, in the order of
# bytes that the fifth byte of ELF says to ORDER
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

# print_probe FILE: prints the smallest program of the same kind: its header, for one segment, that
# names an interpreter which is not there
print_probe() {
	local class order ORDER=little interpreter=/nonexistent/ktstr
	class=$(head -c 5 "$1" | tail -c 1)
	order=$(head -c 6 "$1" | tail -c 1)
	[[ $order == $'\1' ]] || ORDER=big
	if [[ $class == $'\2' ]]; then # identity to entry, segments at, sections at, flags, sizes, the segment
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

# check_kernel FILE: whether the kernel executes a program of this kind here. It refuses before it looks
# for the interpreter, which is not there, so nothing runs. env(1) would give what the kernel does not
# know to a shell, as a script.
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
