# --- environment: what this script takes from its caller's environment ---

# read_callers_environment: takes what this script uses as well out of CALLERS_ENVIRONMENT, and removes from it what
# env(1) does not take for a variable
read_callers_environment() {
	local entry all=("${CALLERS_ENVIRONMENT[@]}") lang='' ctype='' locale=''
	CALLERS_ENVIRONMENT=()
	for entry in "${all[@]}"; do
		case $entry in
		PATH=*) PATH=${entry#*=} ;;
		LANG=*) lang=${entry#*=} ;;
		LC_CTYPE=*) ctype=${entry#*=} ;;
		LC_ALL=*) locale=${entry#*=} ;;
		TMPDIR=*) CALLERS_TMPDIR=${entry#*=} ;;
		HOME=*) export HOME=${entry#*=} ;; # where a decompressor may keep keys
		esac
		if [[ $entry == ?*=* ]]; then CALLERS_ENVIRONMENT+=("$entry"); fi
	done
	locale=${locale:-${ctype:-$lang}}
	if [[ ${locale,,} == *utf-8* || ${locale,,} == *utf8* ]]; then UTF8=1; fi
}

# find_programs: keeps only the absolute directories of PATH: root must not run programs of the current directory
find_programs() {
	local directory rest=$PATH: absolute=''
	while [[ $rest ]]; do
		directory=${rest%%:*}
		rest=${rest#*:}
		if [[ $directory == /* ]]; then absolute+=$directory:; fi
	done
	PATH=$absolute/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

# caller_value NAME: sets REPLY to the caller's variable, or to nothing
caller_value() {
	local entry
	REPLY=''
	for entry in "${CALLERS_ENVIRONMENT[@]}"; do
		if [[ $entry == "$1="* ]]; then REPLY=${entry#*=}; fi
	done
}
