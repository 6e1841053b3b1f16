# Bash takes variables, options, functions and a locale from its caller's environment. Each of them can change what
# a script does. So this script starts itself once more, in an empty environment. The caller's environment comes
# through a pipe, for the test and the scheduler alone. BASH is not asked for the path of bash, nor is BASH_SOURCE if
# $0 is a file: a caller who sets BASH_ARGV0 changes both.
unset -f builtin exec trap
unset CALLERS_ENVIRONMENT FD
set +o posix # in which bash 5.0 has no <( )
case ${1:-} in
--callers-environment=*) ;;
*)
	if ! builtin mapfile -td '' CALLERS_ENVIRONMENT </proc/self/environ; then
		trap - EXIT
		printf '%s\n' "$0: not suitable: /proc/self/environ cannot be read, which the test's environment comes from: mount -t proc proc /proc" >&2
		exit 4
	fi
	exec {FD}< <(builtin printf '%s\0' "${CALLERS_ENVIRONMENT[@]}") || FD=''
	trap - EXIT
	case $FD in '')
		printf '%s\n' "$0: no process or file descriptor could be had: raise the limit: ulimit -u, ulimit -n" >&2
		exit 70
		;;
	esac
	case $- in
	*s*) # from standard input, where the next bash reads on from here
		exec -c -a bash /proc/self/exe -s -- "--callers-environment=$FD" "$@"
		;;
	esac
	SELF=$0
	[[ -e $SELF ]] || SELF=${BASH_SOURCE[0]:-} # found on PATH
	if [[ $- != *c* && -f $SELF ]]; then
		exec -c -a bash /proc/self/exe "${SELF/#-/./-}" "--callers-environment=$FD" "$@"
	fi
	printf '%s\n' "$0: cannot read itself from bash -c or a pipe of that name: bash FILE.run, or bash -s < FILE.run" >&2
	exit 64
	;;
esac
trap 'printf "%s\n" "$0: this file is damaged: it is cut short: copy it again" >&2; exit 65' EXIT # again, for bash -s
BASH=/proc/$$/exe # this one, and not the first that is called bash
{ printf bash >"/proc/$$/comm"; } 2>/dev/null || true # for ps, where it would be exe
set -euo pipefail
FD=${1#*=}
shift
if ! mapfile -td '' -u "$FD" CALLERS_ENVIRONMENT 2>/dev/null; then
	trap - EXIT
	printf '%s\n' "$0: --callers-environment is what this script gives itself: leave it out" >&2
	exit 64
fi
exec {FD}<&-
export LC_ALL=C PATH

