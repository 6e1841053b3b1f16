# expect.bash - the assertion of all tests

# expect WHAT [HOW] WANTED: fails, and prints wanted beside got, where they differ
#   WHAT: status, output, stderr, line N (of output), or value TEXT
#   HOW: is (where none is given), is-not, has, has-not, begins, ends, matches (an extended regular expression),
#        or -eq, -ne, -lt, -le, -gt, -ge
# expect file PATH, expect no-file PATH: whether it exists
expect() {
	local what=${1:-} how=is got
	# shellcheck disable=SC2154 # set by run
	case $what in
	status) got=$status ;;
	output) got=$output ;;
	stderr) got=$stderr ;;
	line) got=${lines[$2]-} && what="line $2" && shift ;;
	value) got=$2 && shift ;;
	file | no-file)
		got='no-file'
		if [[ -e $2 || -L $2 ]]; then got='file'; fi
		what="$1 $2"
		set -- "$1" "$1"
		;;
	*) echo "expect: no such thing: $what" && return 2 ;;
	esac
	shift
	if (($# == 2)); then how=$1 && shift; fi
	if (($# != 1)); then echo "expect $what: WANTED is missing, or too many arguments" && return 2; fi
	case $how in
	is) [[ $got == "$1" ]] ;;
	is-not) [[ $got != "$1" ]] ;;
	has) [[ $got == *"$1"* ]] ;;
	has-not) [[ $got != *"$1"* ]] ;;
	begins) [[ $got == "$1"* ]] ;;
	ends) [[ $got == *"$1" ]] ;;
	matches) [[ $got =~ $1 ]] ;;
	-eq | -ne | -lt | -le | -gt | -ge) test "$got" "$how" "$1" ;;
	*) echo "expect $what: no such comparison: $how" && return 2 ;;
	esac && return
	printf '%s\n' "expect $what $how" "  wanted: ${1@Q}" "  got:    ${got@Q}"
	return 1
}
