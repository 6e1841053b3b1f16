# --- programs: the names of the packed programs, and whether they can be started ---

# name_program DIRECTORY FILE NAME: sets REPLY to a path that starts the packed FILE under its own NAME, which ps shows
# and some programs look at. env(1) takes a name with = for a variable: then it is FILE.
name_program() {
	local name=$3
	if [[ ! $name || $name == *=* ]]; then name=$2; fi
	REPLY=$WORK/bin/$1/$name
	{ mkdir -p "$WORK/bin/$1" && ln -s -- "$WORK/tree/$2" "$REPLY"; } 2>/dev/null || disk_full
}

name_programs() {
	name_program test ktstr "$TEST_PROGRAM"
	TEST_PATH=$REPLY
	has_scheduler || return 0
	name_program scheduler scheduler "$SCHED_PROGRAM"
	SCHED_PATH=$REPLY
}

# add_arguments DIRECTORY WORD...: adds the words to COMMAND, each {include/NAME} in them as the path of that packed file
add_arguments() {
	local directory=$1 rest word part
	shift
	for rest; do
		word=''
		while [[ $rest == *'{include/'*'}'* ]]; do
			part=${rest%%'{include/'*}
			rest=${rest:${#part}+1} # not by a pattern, which takes long in a long word
			word+=$part$directory/
			part=${rest%%'}'*}
			word+=$part
			rest=${rest:${#part}+1}
		done
		COMMAND+=("$word$rest")
	done
}

# check_program FILE: ends the run if this packed program cannot be started on this host
check_program() {
	local magic='' loader problem=''
	LINKAGE[$1]=none
	IFS= read -rN 4 -d '' magic 2>/dev/null <"$WORK/tree/$1" || true
	if [[ $magic == '#!'* ]]; then
		check_script "$1"
		return
	fi
	[[ $magic == $'\x7fELF' ]] || return 0
	LINKAGE[$1]=static
	[[ $1 == include/* ]] || check_kernel "$1"
	for loader in "${NEED_INTERPRETERS[@]}"; do
		[[ $loader == /*/ld*.so* ]] || continue
		grep -qF -- "$loader" "$WORK/tree/$1" || continue
		is_dynamic "$loader" "$WORK/tree/$1" || continue
		check_dynamic "$1" "$loader"
		problem=$REPLY
		[[ $problem ]] || break
	done
	if [[ $problem ]]; then
		cannot_start "$1" "$problem: install what is missing, or export the test" \
			"again with its libraries, on a system that is as old as this one"
	fi
}

# check_script FILE: checks the interpreter of an included script; preflight has checked those of the others
check_script() {
	local path rest
	IFS=$' \t' read -r path rest 2>/dev/null <"$WORK/tree/$1" || true
	path=${path#'#!'}
	[[ $path ]] || path=${rest%%[[:blank:]]*}
	if [[ $path == /* && ! (-f $path && -x $path) ]]; then
		cannot_start "$1" "its interpreter $path is not found, or not executable: install it"
	fi
}

# cannot_start FILE MESSAGE
cannot_start() {
	local file=$1 name=${1#include/}
	shift
	case $file in
	ktstr) name="the test ${TEST_PROGRAM:-$name}" ;;
	scheduler) name="the scheduler ${SCHED_PROGRAM:-$name}" ;;
	*) name="the included program $name" ;;
	esac
	die "$STATUS_UNSUITABLE" "$name cannot be started on this host: $*"
}

# wrap_program FILE: moves the program to bin/include, and replaces it by a script that starts it with the packed
# libraries
wrap_program() {
	local real=$WORK/bin/$1 preload='' shell
	# a path that is the same for other users and in other PID namespaces
	shell=$(readlink "/proc/$$/exe") || shell=''
	[[ $shell -ef /proc/$$/exe && $shell != *[[:space:]]* ]] || shell=$BASH
	if [[ ${LINKAGE[$1]} == alone ]]; then preload=${FIRST[$1]:-}$PRELOAD; fi
	{
		mkdir -p "${real%/*}" && mv -- "$WORK/tree/$1" "$real" &&
			printf '#!%s -p\nlibraries=%q preload=%q program=%q\n' "$shell" "$WORK/tree/lib" "$preload" "$real" >"$WORK/tree/$1" &&
			cat >>"$WORK/tree/$1" <<-'EOF' && chmod 755 "$WORK/tree/$1"
				if [[ $preload ]]; then
					[[ ! ${LD_LIBRARY_PATH:-} ]] || export KTSTR_LD_LIBRARY_PATH=$LD_LIBRARY_PATH
					[[ ! ${LD_PRELOAD:-} ]] || export KTSTR_LD_PRELOAD=$LD_PRELOAD
					export LD_PRELOAD=$preload${LD_PRELOAD:+:$LD_PRELOAD}
				fi
				export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
				exec -a "$0" "$program" "$@"
			EOF
	} 2>/dev/null || disk_full
}

# check_size WHAT: ends the run if the kernel does not take the arguments of COMMAND with this environment
check_size() {
	local program padding said
	program=$(type -P true) || return 0
	printf -v padding '%16384s' '' # stands for what is added to the environment
	said=$( (exec env -i -- "${CALLERS_ENVIRONMENT[@]}" "$program" "$padding" "${COMMAND[@]}") 2>&1) || true
	if [[ $said == *'Argument list too long'* ]]; then
		die "$STATUS_UNSUITABLE" "the arguments of the $1 are too long for this kernel, with this environment:" \
			"give the test a file (include FILE), or start the run in a smaller environment (env -i)"
	fi
}

# check_packed_programs: ends the run if a packed program cannot be started, before anything is started
check_packed_programs() {
	local name
	for name in "$WORK"/tree/{ktstr,scheduler,include/**}; do
		[[ -f $name && -x $name && ! -L $name ]] || continue # what a link leads to is in the archive, too
		name=${name#"$WORK/tree/"}
		check_program "$name"
		[[ ${USES_LIBRARIES[$name]:-} ]] || continue
		[[ ${LINKAGE[$name]} == alone ]] ||
			say "warning: the packed libraries reach the programs that $name starts, too: $PRELOAD does not serve it"
		if [[ $name == include/* ]]; then wrap_program "$name"; fi
	done
	test_command "$WORK/tree" "$TEST_PATH"
	check_size test
	for name in "${SCHED_ENABLE[@]}" "${SCHED_DISABLE[@]}"; do
		COMMAND=(bash -p -c "$name" bash)
		check_size 'commands of the scheduler'
	done
	has_scheduler || return 0
	scheduler_command "$WORK/tree" "$SCHED_PATH"
	check_size scheduler
}

# make_denied: makes a directory for PATH, after that of the packed programs, with a script for each of them. If the test
# becomes another user, which cannot reach the packed programs, the script fails and records that, so that no program of
# the host runs in their place.
make_denied() {
	local name denied=$WORK.denied made=''
	if [[ $DROPS_ROOT ]]; then return 0; fi
	for name in "$WORK"/tree/include/*; do
		[[ -f $name ]] || continue
		[[ $made ]] || { mkdir -m 755 -- "$denied" && : >"$denied/.denied" && chmod 622 "$denied/.denied"; } 2>/dev/null || disk_full
		made=1
		cat 2>/dev/null >"$denied/${name##*/}" <<-'EOF' || disk_full
			#!/bin/sh
			name=${0##*/} user=$(id -u 2>/dev/null)
			echo "$name: user ${user:-?} cannot reach this packed program: the test's definition lacks the record drops-root" >&2
			{ echo "$name ${user:-?}" >>"${0%/*}/.denied"; } 2>/dev/null
			exit 126
		EOF
		chmod 755 "$denied/${name##*/}"
	done
	if [[ $made ]]; then DENIED=$denied; fi
}

# forget_denied: what an earlier round has recorded is no warning of this one
forget_denied() {
	if [[ $DENIED ]]; then { : >"$DENIED/.denied"; } 2>/dev/null || true; fi
}

# tell_denied: warns of what the scripts of make_denied recorded. Anybody can write there, so it is only a warning.
tell_denied() {
	local name='' user=''
	[[ $DENIED ]] || return 0
	{ read -rn 300 name user <"$DENIED/.denied"; } 2>/dev/null || return 0
	say "warning: user $user could not reach the packed program $name, which was not run: export the test again with the record drops-root"
}

# serve_libraries FILE: adds to ENVIRONMENT what the packed program needs for its libraries
serve_libraries() {
	[[ ${LINKAGE[$1]} != none && ${LINKAGE[$1]} != static ]] || return 0
	library_environment "$1"
	ENVIRONMENT+=("${LIBRARIES[@]}")
}
