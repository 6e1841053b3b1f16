#!/usr/bin/env bash
# shellcheck disable=SC2317 # the traps reach what shellcheck takes for unreachable
case ${BASH_VERSION:+${BASH_SOURCE-}} in '' | "$0") ;; *) (POSIXLY_CORRECT=1 && return 0) 2>/dev/null && printf '%s\n' "${BASH_SOURCE-}: do not source it, as it would end this shell: bash ${BASH_SOURCE-}" >&2 && return 64 ;; esac; case ${BASH_VERSION:-} in ?*) POSIXLY_CORRECT=1 && set +vxkH ;; esac; trap 'printf "%s\n" "$0: this file is damaged: it is cut short: copy it again" >&2; exit 65' EXIT #
# A test of a Linux scheduler in one file, made by ktstr-export: this script, then the line
# __ARCHIVE__, then the test's files as a compressed tar archive in base64.
#
# It runs as root. Before you run it on a machine that matters, read everything above the line
# __ARCHIVE__:  sed '/^__ARCHIVE__$/q' FILE.run | less
#
# Where a FILE.run.sig came with it, check first who made it, with a file of the keys that you trust,
# which came to you by another way (ktstr-run(7) says more):
#   ssh-keygen -Y verify -f allowed_signers -I IDENTITY -n ktstr-run -s FILE.run.sig < FILE.run
#
# It first checks that the host is fit and changes nothing where it is not. Then it unpacks into a
# directory of its own, attaches the packed sched_ext scheduler where there is one, runs the test,
# and takes all of it away again, however it ends: a second process, the janitor, does that where
# this one is killed. Read main, at the end, first.
#
# The lines down to "Frozen at export" are for any shell, for a file that was damaged in transit, and
# for whatever the caller's environment has set. The first line of commands turns off the options of
# bash that would change how the lines below it are read; in its POSIX mode exec, set, trap and unset
# come before the caller's functions of these names. (With noexec or onecmd, bash reads no command.)
LINE_END='
' #
case $LINE_END in ??*) printf '%s\n' "$0: this file is damaged: its line endings were changed to CR LF: copy it again, as binary" >&2 && trap - EXIT && exit 65 ;; esac #
case ${BASH_VERSION:-} in
'')
	trap - EXIT
	echo "$0: needs bash: bash $0" >&2
	exit 64
	;;
[1-4].*)
	trap - EXIT
	echo "$0: needs bash 5.0 or later, this is bash $BASH_VERSION: run it with a newer one" >&2
	exit 64
	;;
esac

# Bash takes variables, options, functions and a locale from its caller's environment, and each can
# change what a script does. So this script starts itself once more, in an empty environment. The
# caller's environment comes through a pipe: it is for the test and the scheduler alone. BASH is
# not asked for its path, and BASH_SOURCE only where $0 is no file: the caller may have set BASH_ARGV0,
# which changes BASH, and BASH_SOURCE.
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

# --- Frozen at export -----------------------------------------------------------------------------

KTSTR_TEST_NAME=@KTSTR_TEST_NAME@
KTSTR_SCHED_NAME=@KTSTR_SCHED_NAME@
KTSTR_GIT_HASH=@KTSTR_GIT_HASH@
NEED_LLCS=@NEED_LLCS@
NEED_CORES_PER_LLC=@NEED_CORES_PER_LLC@
NEED_THREADS_PER_CORE=@NEED_THREADS_PER_CORE@
NEED_NUMA_NODES=@NEED_NUMA_NODES@
TEST_DURATION_SECS=@TEST_DURATION_SECS@
TEST_WATCHDOG_SECS=@TEST_WATCHDOG_SECS@

# The scheduler's arguments, and which of them (counted from 0) are names of packed files.
SCHED_ARGS=(@SCHED_ARGS@)
SCHED_ARG_PATHS=(@SCHED_ARG_PATHS@)
# A cgroup that is there before the scheduler starts.
CGROUP_PARENT=@CGROUP_PARENT@
# Key, value, key, value: set for the time of the run.
SYSCTLS=(@SYSCTLS@)
# The test's arguments; none: those of a ktstr test binary.
RUN_ARGS=(@RUN_ARGS@)
# 1: the test attaches schedulers of its own; it becomes another user. Else empty.
ATTACHES_SCHEDULERS=@ATTACHES_SCHEDULERS@
DROPS_ROOT=@DROPS_ROOT@
# What the test and the scheduler are called, in the archive ktstr and scheduler (empty: none).
TEST_PROGRAM=@TEST_PROGRAM@
SCHED_PROGRAM=@SCHED_PROGRAM@
# The packed files, the disk space they take, and what runs them.
PACKED_FILES=(@PACKED_FILES@)
PACKED_BYTES=@PACKED_BYTES@
NEED_MACHINES=(@NEED_MACHINES@)
NEED_INTERPRETERS=(@NEED_INTERPRETERS@)
# The oldest glibc (empty: any), and which packed file needs it (empty: the test binary, or not known).
NEED_GLIBC=@NEED_GLIBC@
NEED_GLIBC_FILE=@NEED_GLIBC_FILE@
# Size and SHA-256 of the compressed archive (empty: not known).
PAYLOAD_SIZE=@PAYLOAD_SIZE@
PAYLOAD_SHA256=@PAYLOAD_SHA256@
# The program that decompresses it, and its arguments; none: it is gzip's.
DECOMPRESS=(@DECOMPRESS@)

# --- This run -------------------------------------------------------------------------------------

SELF=${BASH_SOURCE[0]:-} # empty where bash reads this script from a pipe
CALLERS_TMPDIR=''
UTF8=0 # whether the caller's terminal takes it
PROGRAM=$KTSTR_TEST_NAME.run
ACTION=run
OPERAND=''
QUIET=0
KTAP=0
KEEP=0
TMP_DIRECTORY=''
ATTACH_SECS=10
WAIT_LOCK_SECS=0

PROBLEMS=()     # why this host is not suitable
REASON=''       # of the end, for KTAP
LEFT=0          # whether it ended on purpose: an error of this script is no verdict
DIFFERS=0       # whether something on the host is not as it was before this run
CGROUP_MOUNT='' # of cgroup v2
TEST_ROOT='' RUN_CGROUP='' TEST_CGROUP='' SCHED_CGROUP='' # set by remember, below that
SEQ_BEFORE=''   # enable_seq before this run's scheduler,
HOTPLUG_BEFORE=''
TEST_PATH='' SCHED_PATH='' # at which they are started
DENIED=''    # a directory of what other users find in place of packed programs
# of each packed program: alone, shared or none (how it has the packed libraries), or static
declare -A LINKAGE=() USES_LIBRARIES=() FIRST=() # and what is to be preloaded before $PRELOAD
TEST_OUT=1      # where the test's standard output goes
TICK='' JOURNAL='' JANITOR='' SHELL_START='' WATCHED='' RAISED='' DIAGNOSTICS='' SETPRIV=''
SCHED_OUT='' SCHED_LOG='' # where the scheduler prints to, and who keeps it
SUSPENDED=0 CLOCK='' SUSPENDS='' SLEPT='' # see now
BEATS=0
LOCK_FD='' TRACE_FD='' # what is locked
HELD=0 STOPPED='' # signals that are held back, and the status that one asks for
OTHER_RUN=''      # who holds the lock
declare -A OURS=()      # start times of processes that were seen to be of this run
declare -A LEFT_ALONE=() # what is not of this run in its cgroups
KNOWN=''          # the struct_ops links that processes held before the scheduler started
HOLDERS=()        # the scheduler's processes that hold it
SCHED_ENDED=''    # how the process that was started as the scheduler ended
ALONE=''          # enable_seq at the start of a test that nobody may attach a scheduler to
PARTIAL=0 SAMPLES=0 ON_EXT=0 # whether the scheduler has only tasks of SCHED_EXT; looks for one of the test's
DEFER=0 DEFERRED=() # messages that wait

# What cleanup has to take away: written by remember alone.
WORK='' OLD_WORK='' SCHED_PID='' SCHED_START='' TEST_PID='' TEST_START='' LOCKED=''
PROVED=''        # the links by which the attached scheduler was proved to be this run's
FOREIGN=0        # whether the attached scheduler is another's
PINS_BEFORE=() PINS_KNOWN=0 # what was in bpffs before the scheduler started
MADE_CGROUPS=()  # the last one first
USED_CGROUPS=()  # that were there and empty
SAVED_CONTROLLERS=() # cgroup, those enabled for what is below it before this run, cgroup, ...
SAVED_SYSCTLS=() # key, value before this run, key, value before this run, ...

readonly SCX=/sys/kernel/sched_ext LOCK=/run/ktstr.lock
readonly STATUS_FAIL=1 STATUS_UNSURE=2 STATUS_SCHEDULER=3 STATUS_UNSUITABLE=4 STATUS_MISUSED=64 STATUS_DAMAGED=65
readonly STATUS_ERROR=70 # of this script
readonly PRELOAD=ktstr-preload.so # in lib/: keeps the packed libraries to the packed programs
readonly LOG_HALF=2097152 # bytes that are kept of the beginning, and of the end, of the scheduler's output
readonly GRACE_SECS=10 # over duration and watchdog, before a test is taken for hung
readonly POLL_SECS=0.2 # how often sched_ext is looked at while the test runs
readonly SILENT_SECS=10 # without a sign of life from the shell, before the janitor takes over
readonly TEARDOWN_SECS=120 # what teardown takes at most, and more

# --- Messages -------------------------------------------------------------------------------------

# Escape sequences of terminals (ECMA-48): control sequences, strings up to their end, and the short ones.
readonly ESCAPE=$'\e(\\[[0-?]*[ -/]*[@-~]|[]PX^_][^\a\e]*(\a|\e\\\\)|[ -/]*[0-~])'

# as_line TEXT: sets REPLY to it as one line without what a terminal would obey: escape sequences, such as those
# that colour a scheduler's output, are left out, other control characters are question marks, and so is all
# that is not ASCII where the caller's locale is not UTF-8.
as_line() {
	REPLY=${1:0:4096} # bash takes minutes for very long ones
	REPLY=${REPLY//[$'\n\t']/ }
	while [[ $REPLY =~ $ESCAPE ]]; do
		REPLY=${REPLY//"${BASH_REMATCH[0]}"/}
	done
	REPLY=${REPLY//[[:cntrl:]]/?}
	if ((UTF8)); then
		REPLY=${REPLY//$'\302'[$'\200'-$'\237']/?} # U+0080 to U+009F
	else
		REPLY=${REPLY//[$'\200'-$'\377']/?}
	fi
}

# say MESSAGE: one line for people, on standard error; in a KTAP document it is a diagnostic. Whether
# anybody is there to read it must not change what is done, and nobody who does not read may keep a
# scheduler attached: from the first cgroup on messages wait until the host is as it was.
say() {
	local REPLY
	as_line "$*"
	if ((DEFER)); then
		DEFERRED+=("$REPLY")
	elif ((KTAP)); then
		printf '# %s\n' "$REPLY" 2>/dev/null || true
	else
		printf '%s: %s\n' "$PROGRAM" "$REPLY" >&2 || true
	fi
}

# host_differs MESSAGE: something is not as it was before this run, which is then no pass
host_differs() {
	DIFFERS=1
	say "ERROR: $*"
}

say_deferred() {
	local line
	DEFER=0
	for line in "${DEFERRED[@]}"; do
		say "$line"
	done
}

# leave STATUS: ends on purpose; the EXIT trap cleans up
leave() {
	LEFT=1 HELD=1 # a second signal does not end the cleanup before it has begun
	exit "$1"
}

# die STATUS MESSAGE
die() {
	local status=$1
	shift
	REASON=$*
	say "$@"
	leave "$status"
}

print_help() {
	cat <<-EOF
		usage: $PROGRAM [OPTION...]
		Runs the test $KTSTR_TEST_NAME under the scheduler $KTSTR_SCHED_NAME on this host, as root.

		  --duration SECS          how long the test works ($TEST_DURATION_SECS)
		  --watchdog-timeout SECS  the scheduler's watchdog ($TEST_WATCHDOG_SECS)
		  --attach-timeout SECS    how long the scheduler may take to attach ($ATTACH_SECS)
		  --wait-lock SECS         wait that long for the end of another .run (default: do not)
		  --tmpdir DIR             unpack in DIR (default: the first that is fit of \$TMPDIR, /tmp,
		                           /var/tmp, /dev/shm, /run and this file's own directory)
		  --keep                   keep the unpacked files and the scheduler's log, and say where
		  --ktap                   print a KTAP document on standard output
		  --quiet                  no banner; errors are still shown
		instead of running it, without root:
		  --check                  only check whether this host is suitable: status 0 or 4
		  --info                   print the frozen values
		  --list                   list the packed files
		  --verify                 check that this file is not damaged
		  --extract DIR            unpack into DIR, which must be new or empty
		  --print-command          print the command lines of the scheduler and the test
		  --help                   show this help

		Who made it? This file cannot say: check its signature, where there is one, before you run it
		in any way, with the keys that you trust in a file (see ktstr-run(7)):
		  ssh-keygen -Y verify -f allowed_signers -I IDENTITY -n ktstr-run -s NAME.run.sig < NAME.run

		Frozen at export: the scheduler, its arguments, and the topology:
		$NEED_NUMA_NODES NUMA nodes, $NEED_LLCS LLCs, each with $NEED_CORES_PER_LLC cores of $NEED_THREADS_PER_CORE threads.

		Status: 0 pass, 1 fail, 2 inconclusive, 3 the scheduler failed: it was not attached for the
		whole run, 4 skipped: this host is not suitable or the test says so, 64 misused, 65 this file
		is damaged, 70 an error of this script, 128+N ended by signal N.
	EOF
}

print_banner() {
	((KTAP)) && printf 'KTAP version 1\n1..1\n'
	((QUIET)) && return
	say "test $KTSTR_TEST_NAME, scheduler $KTSTR_SCHED_NAME, git $KTSTR_GIT_HASH"
	say "this runs as root and may attach a BPF scheduler: read everything above __ARCHIVE__ first"
}

# print_verdict STATUS: the last line of a KTAP document
print_verdict() {
	local reason REPLY
	as_line "$REASON"
	reason=$REPLY
	((KTAP)) || return 0
	case $1 in
	0) printf 'ok 1 %s\n' "$KTSTR_TEST_NAME" ;;
	"$STATUS_UNSUITABLE") printf 'ok 1 %s # SKIP %s\n' "$KTSTR_TEST_NAME" "${reason//#/\\#}" ;;
	*) printf 'not ok 1 %s\n' "$KTSTR_TEST_NAME" ;;
	esac
}

# now: sets REPLY to hundredths of a second since boot. A clock that is set does not move it, and time in
# which the host was suspended does not count. A gap alone is no proof of that: the scheduler under test
# may have kept this process from running.
now() {
	local clock suspends slept before=${CLOCK:-0}
	read -r clock _ </proc/uptime
	CLOCK=$((10#${clock/./}))
	if ((CLOCK - before > 200)); then
		suspends=$SUSPENDS slept=$SLEPT
		read_suspends
		if [[ $slept && $SLEPT ]]; then
			((SLEPT - slept < 100)) || SUSPENDED=$((SUSPENDED + SLEPT - slept))
		elif [[ $suspends && $SUSPENDS != "$suspends" ]]; then
			SUSPENDED=$((SUSPENDED + CLOCK - before))
		fi
	fi
	REPLY=$((CLOCK - SUSPENDED))
}

# read_suspends: sets SUSPENDS to how often the host was suspended, and SLEPT to the hundredths of a second
# by which the clock of /proc/uptime, which counts that time, is before the monotonic one, which does not.
# Each is empty where the kernel does not tell.
read_suspends() {
	local line=''
	SUSPENDS='' SLEPT=''
	read -r SUSPENDS 2>/dev/null </sys/power/suspend_stats/success || true
	while read -r line && [[ $line != 'now at '* ]]; do :; done 2>/dev/null </proc/timer_list || true
	[[ ! $line =~ ^now\ at\ ([0-9]+)\ nsecs ]] || SLEPT=$((CLOCK - BASH_REMATCH[1] / 10000000))
}

# seconds_since TIME: sets REPLY to seconds with one digit after the point
seconds_since() {
	local tenths
	now
	tenths=$(((REPLY - $1) / 10))
	REPLY=$((tenths / 10)).$((tenths % 10))
}

# signal_name STATUS: sets REPLY to how a process of this status ended
signal_name() {
	REPLY="status $1"
	if (($1 > 128)) && kill -l "$(($1 - 128))" >/dev/null 2>&1; then
		REPLY="SIG$(kill -l "$(($1 - 128))")"
	fi
}

# --- Arguments ------------------------------------------------------------------------------------

# parse_seconds OPTION VALUE: sets REPLY to VALUE as a decimal number
parse_seconds() {
	[[ $2 =~ ^0*[1-9][0-9]{0,8}$ ]] ||
		die "$STATUS_MISUSED" "$1: not a whole number of seconds from 1 to 999999999: $2"
	REPLY=$((10#$2))
}

# set_action ACTION: what is done instead of running the test
set_action() {
	[[ $ACTION == run || $ACTION == "$1" ]] || die "$STATUS_MISUSED" "--$ACTION and --$1 exclude each other"
	ACTION=$1
}

# take_value OPTION VALUE
take_value() {
	[[ $2 ]] || die "$STATUS_MISUSED" "$1: needs a value (see --help)"
	case $1 in
	--duration)
		parse_seconds "$@"
		TEST_DURATION_SECS=$REPLY
		;;
	--watchdog-timeout)
		parse_seconds "$@"
		TEST_WATCHDOG_SECS=$REPLY
		;;
	--attach-timeout)
		parse_seconds "$@"
		ATTACH_SECS=$REPLY
		;;
	--wait-lock)
		parse_seconds "$@"
		WAIT_LOCK_SECS=$REPLY
		;;
	--tmpdir) TMP_DIRECTORY=$2 ;;
	--extract)
		set_action extract
		OPERAND=$2
		;;
	esac
}

parse_arguments() {
	local option ktap=0
	while (($#)); do
		option=$1
		shift
		case $option in
		--duration | --watchdog-timeout | --attach-timeout | --wait-lock | --tmpdir | --extract)
			(($#)) || die "$STATUS_MISUSED" "$option: needs a value (see --help)"
			take_value "$option" "$1"
			shift
			;;
		--duration=* | --watchdog-timeout=* | --attach-timeout=* | --wait-lock=* | --tmpdir=* | \
			--extract=*)
			take_value "${option%%=*}" "${option#*=}"
			;;
		--check | --info | --list | --verify | --print-command) set_action "${option#--}" ;;
		--keep) KEEP=1 ;;
		--ktap) ktap=1 ;;
		--quiet) QUIET=1 ;;
		-h | --help)
			print_help
			leave 0
			;;
		--cpus | --cpus=* | --topology | --topology=* | --affinity | --affinity=*)
			die "$STATUS_MISUSED" "${option%%=*} is frozen, so that what ran there runs here:" \
				"export the test again to change it"
			;;
		*) die "$STATUS_MISUSED" "unknown argument: $option (see --help)" ;;
		esac
	done
	((!ktap)) || [[ $ACTION == run ]] || die "$STATUS_MISUSED" "--ktap is for a run: --$ACTION has no verdict"
	KTAP=$ktap
}

# --- Is this host fit? ----------------------------------------------------------------------------

# problem MESSAGE: what was found, what is needed, what to do
problem() {
	PROBLEMS+=("$*")
}

# fine MESSAGE: what --check shows of a check that passed
fine() {
	[[ $ACTION != check ]] || say "ok: $*"
}

has_file() {
	local name
	for name in "${PACKED_FILES[@]}"; do
		[[ $name != "$1" ]] || return 0
	done
	return 1
}

check_bash() {
	((BASH_VERSINFO[0] >= 5)) || problem "bash $BASH_VERSION found, 5.0 or later needed: install it"
}

# A container's root has user ID 0 and not what the kernel asks for.
check_privileges() {
	local key value effective=0 bit missing='' names=([21]=CAP_SYS_ADMIN [38]=CAP_PERFMON [39]=CAP_BPF)
	if ((EUID != 0)); then
		if [[ $ACTION == check ]]; then
			say "note: not root: what only root can see was not checked"
		else
			problem "user ID $EUID found, root needed: sudo $0"
		fi
		return
	fi
	while read -r key value; do
		[[ $key == CapEff: ]] || continue
		effective=$((16#$value))
		break
	done </proc/self/status
	for bit in "${!names[@]}"; do
		((effective >> bit & 1)) || missing+=" ${names[bit]}"
	done
	if has_file scheduler && [[ $missing ]]; then
		problem "root without$missing found (a container?), needed to attach a scheduler:" \
			"run it on the host itself"
	else
		fine "root"
	fi
}

check_programs() {
	local program missing='' gzip=gzip
	((${#DECOMPRESS[@]} == 0)) || gzip='' # not needed
	for program in awk base64 cat chmod env grep $gzip head mkdir rm rmdir sed tail tar tee tr wc; do
		type -P "$program" >/dev/null || missing+=" $program"
	done
	if [[ $missing ]]; then
		problem "programs not found:$missing: install coreutils, awk, grep, sed, gzip and tar, or busybox with links"
	else
		fine "programs"
	fi
	check_decompressor
}

check_decompressor() {
	((${#DECOMPRESS[@]})) || return 0
	if type -P -- "${DECOMPRESS[0]}" >/dev/null; then
		fine "${DECOMPRESS[0]}, which decompresses the archive"
	else
		problem "program ${DECOMPRESS[0]} not found, needed to unpack: install it"
	fi
}

# The packed programs must be of this machine's kind, and what runs them must be there.
check_machine() {
	local machine host path before=${#PROBLEMS[@]}
	if [[ -r /proc/sys/kernel/arch ]]; then # since Linux 6.1
		read -r host </proc/sys/kernel/arch
	else
		host=$(uname -m 2>/dev/null) || host=''
	fi
	for machine in ${host:+"${NEED_MACHINES[@]}"}; do
		case $host:$machine in
		"$machine:$machine" | x86_64:i686 | i?86:i686 | arm*:armv7l | aarch64:armv7l) ;;
		*) problem "machine $host found, $machine needed by the packed programs: export it on such a machine" ;;
		esac
	done
	for path in "${NEED_INTERPRETERS[@]}"; do
		has_file "include/$path" || type -P -- "$path" >/dev/null || problem "$path not found, needed to start a packed program:" \
			"install it, or link the program statically and export it again"
	done
	((${#PROBLEMS[@]} > before)) || fine "machine ${host:-unknown}"
}

# version_number TEXT: sets REPLY to a number that is greater for a later version such as 2.36
version_number() {
	local minor=$1.0
	minor=${minor#*.}
	REPLY=$((10#0${1%%.*} * 10000 + 10#0${minor%%.*}))
}

# find_glibc: sets REPLY to the version of this host's glibc; empty where it has none. getconf is not
# everywhere (busybox): the dynamic loader says its version since 2.33, and until then the library,
# which this shell may have loaded, has it in its name.
find_glibc() {
	local line='' path
	read -r line < <(getconf GNU_LIBC_VERSION 2>/dev/null) || true
	[[ ! $line =~ ^glibc\ ([0-9]+\.[0-9]+) ]] || {
		REPLY=${BASH_REMATCH[1]}
		return
	}
	for path in "${NEED_INTERPRETERS[@]}"; do
		[[ $path == */ld*.so.* && -x $path ]] || continue
		read -r line < <("$path" --version 2>/dev/null </dev/null) || true
		[[ ! $line =~ ^ld\.so\ .*\ ([0-9]+\.[0-9]+)(\.[0-9]+)*\.?$ ]] || {
			REPLY=${BASH_REMATCH[1]}
			return
		}
	done
	REPLY=''
	while read -r line; do
		[[ $line =~ /libc-([0-9]+\.[0-9]+)[0-9.]*\.so$ ]] || continue
		REPLY=${BASH_REMATCH[1]}
		break
	done 2>/dev/null <"/proc/$$/maps" || true
}

check_glibc() {
	local version have need by or=''
	[[ $NEED_GLIBC ]] || return 0
	find_glibc
	version=$REPLY
	version_number "${version:-0}"
	have=$REPLY
	version_number "$NEED_GLIBC"
	need=$REPLY
	if [[ ! $version ]]; then
		problem "no glibc found, glibc $NEED_GLIBC or later needed: link the programs statically and" \
			"export them again"
	elif ((have >= need)); then
		fine "glibc $version"
	else
		by=${NEED_GLIBC_FILE:+ by $NEED_GLIBC_FILE}
		# a library of the host needs no more than the host's glibc
		[[ $NEED_GLIBC_FILE != lib/* ]] || or=', or with --no-libs'
		problem "glibc $version found, glibc $NEED_GLIBC or later needed$by:" \
			"export it on a system that is as old as this one$or"
	fi
}

check_sched_ext() {
	local word list before=${#PROBLEMS[@]}
	has_file scheduler || return 0
	if [[ ! -r $SCX/state || ! -r $SCX/enable_seq ]]; then
		problem "no $SCX/state and enable_seq found in kernel $(uname -r), sched_ext needed:" \
			"boot 6.12 or later with CONFIG_SCHED_CLASS_EXT"
		return
	fi
	if read -r word 2>/dev/null </proc/sys/net/core/bpf_jit_enable && [[ $word == 0 ]]; then
		problem "net.core.bpf_jit_enable is 0, with which no sched_ext scheduler loads:" \
			"sysctl net.core.bpf_jit_enable=1"
	fi
	[[ -r /sys/kernel/btf/vmlinux ]] || problem "no /sys/kernel/btf/vmlinux found, needed to load BPF" \
		"schedulers: boot a kernel with CONFIG_DEBUG_INFO_BTF"
	for word in $(</proc/cmdline); do
		[[ $word == isolcpus=* ]] || continue
		list=${word#*=}
		# it isolates scheduling domains if the CPUs have no flag before them, or this one
		if [[ $list == [0-9]* || ,$list, == *,domain,* ]]; then
			problem "$word found on the kernel's command line, with which no sched_ext scheduler" \
				"attaches: boot without it"
		fi
	done
	if [[ -r /sys/kernel/security/lockdown ]] &&
		[[ $(</sys/kernel/security/lockdown) == *'[confidentiality]'* ]]; then
		problem "kernel lockdown in confidentiality mode found, which refuses BPF schedulers: boot without it"
	fi
	((${#PROBLEMS[@]} > before)) || fine "sched_ext"
}

# find_holdings: sets HOLDINGS to "PID link_id ID" for each struct_ops link that a process has open, or,
# where the kernel shows no links at all, to "PID map_id ID" for each struct_ops map. The link is what
# attaches a scheduler: a map alone may be loaded and not attached.
find_holdings() {
	local file name value wanted='' shown='' links=() maps=()
	while IFS=$':\t' read -r file name value; do # /proc/PID/fdinfo/FD:NAME:VALUE
		file=${file#/proc/}
		case $name in
		link_type)
			shown=1 wanted=''
			[[ $value != struct_ops ]] || wanted=link_id
			;;
		map_type)
			wanted=''
			[[ $value != 26 ]] || wanted=map_id # BPF_MAP_TYPE_STRUCT_OPS
			;;
		*)
			[[ $name == "$wanted" ]] || continue # a link has the ID of its map, too
			[[ $wanted != link_id ]] || links+=("${file%%/*} link_id $value")
			[[ $wanted != map_id ]] || maps+=("${file%%/*} map_id $value")
			wanted=''
			;;
		esac
	done < <(grep -rsHE '^(link_type|link_id|map_type|map_id):' /proc/[0-9]*/fdinfo 2>/dev/null)
	HOLDINGS=("${links[@]}")
	[[ $shown ]] || HOLDINGS=("${maps[@]}")
}

# read_pids CGROUP: sets PIDS to the processes in it and below it
read_pids() {
	local file pid
	PIDS=()
	shopt -s globstar nullglob
	for file in "$1"/**/cgroup.procs; do
		while read -r pid; do
			[[ $pid == 0 ]] || PIDS+=("$pid") # 0: of another PID namespace
		done 2>/dev/null <"$file" || true
	done
}

# is_held: whether a process of the scheduler's cgroup holds a link that came since the scheduler was
# started, and nobody else holds another such link. Sets HOLDERS to these processes and HELD_LINKS to
# their links; else REPLY to the PIDs of the others.
is_held() {
	local entry pid link ours
	read_pids "$SCHED_CGROUP"
	ours=" ${PIDS[*]}"
	find_holdings
	read_pids "$SCHED_CGROUP" # again, for a process that came or went meanwhile
	ours+=" ${PIDS[*]} "
	HOLDERS=() HELD_LINKS='' REPLY=''
	for entry in "${HOLDINGS[@]}"; do
		pid=${entry%% *} link=${entry#* }
		[[ $ours == *" $pid "* && $KNOWN != *"[$link]"* ]] || continue
		HOLDERS+=("$pid")
		HELD_LINKS+="[$link]"
	done
	find_others "$HELD_LINKS"
	((${#HOLDERS[@]})) && [[ ! $REPLY ]]
}

# find_others LINKS: sets REPLY to the PIDs that hold a link of HOLDINGS that is not one of LINKS and came
# since the scheduler was started. Of a map nothing tells whether it is attached: there every one counts.
find_others() {
	local entry pid link
	REPLY=''
	for entry in "${HOLDINGS[@]}"; do
		pid=${entry%% *} link=${entry#* }
		[[ $1 != *"[$link]"* ]] || continue
		[[ $KNOWN != *"[$link]"* || $link == map_id* ]] || continue
		[[ ! -d /proc/$pid || " $REPLY " == *" $pid "* ]] || REPLY+="${REPLY:+ }$pid"
	done
}

# has_name PID OPS: whether the process's name goes with the scheduler's: scx_simple, simple_1.0.8_x86
has_name() {
	local name=''
	read -r name 2>/dev/null <"/proc/$1/comm" || true
	name=${name#scx_}
	[[ $name && ($2 == "$name" || $2 == "$name"[!A-Za-z]*) ]]
}

# describe_process PID: sets REPLY to it, its systemd unit and the command that stops it
describe_process() {
	local name='' line unit=''
	read -r name 2>/dev/null <"/proc/$1/comm" || true
	while IFS= read -r line; do
		[[ $line != *.service ]] || printf -v unit %q "${line##*/}"
	done 2>/dev/null <"/proc/$1/cgroup" || true
	[[ $unit != -* ]] || unit="-- $unit"
	case $unit in
	scx_loader.service) REPLY="PID $1 ($name) in $unit: scxctl stop" ;;
	?*) REPLY="PID $1 ($name) in $unit: systemctl stop $unit" ;;
	*) REPLY="PID $1 ($name): kill $1" ;;
	esac
}

# describe_processes PID...: sets REPLY to all of them
describe_processes() {
	local pid text=''
	for pid; do
		describe_process "$pid"
		text+="${text:+, or }$REPLY"
	done
	REPLY=$text
}

# describe_holder OPS: sets REPLY to who has the attached scheduler, and the command that stops it. Who
# holds a struct_ops link may hold one of TCP's: of several the one counts whose name is the scheduler's.
describe_holder() {
	local entry pid pids=() named=()
	find_holdings
	for entry in "${HOLDINGS[@]}"; do
		pid=${entry%% *}
		[[ " ${pids[*]} " != *" $pid "* ]] || continue
		pids+=("$pid")
		! has_name "$pid" "$1" || named+=("$pid")
	done
	((${#named[@]} == 0)) || pids=("${named[@]}")
	if ((${#pids[@]})); then
		describe_processes "${pids[@]}"
		REPLY="of $REPLY"
		return
	elif ((EUID)); then
		REPLY="of a process that only root can find: run this as root"
		return
	fi
	list_pins
	describe_pins
	if [[ $REPLY ]]; then
		REPLY="held by no process, and so by a pin in bpffs, perhaps $REPLY"
	else
		REPLY="held by no process and no pin in bpffs that are seen here (perhaps a container's):"
		REPLY+=" to force it out: echo S > /proc/sysrq-trigger"
	fi
}

# list_pins: sets PINS to all that is in the bpffs that are mounted, a directory before what is in it
list_pins() {
	local mount type
	PINS=()
	shopt -s globstar nullglob
	while read -r _ mount type _; do
		[[ $type == bpf ]] || continue
		printf -v mount '%b' "${mount//\\/\\0}" # \040 is a space there
		PINS+=("$mount"/**/*)
	done </proc/self/mounts
}

# describe_pins: sets REPLY to a few of PINS, with the command that removes them
describe_pins() {
	local path text='' count=0
	for path in "${PINS[@]}"; do
		# these two are the kernel's own
		[[ ! -d $path && $path != */maps.debug && $path != */progs.debug ]] || continue
		count=$((count + 1))
		printf -v REPLY %q "$path"
		((count > 3)) || text+="${text:+, or }$path: rm $REPLY"
	done
	((count <= 3)) || text+=", or one of $((count - 3)) more"
	REPLY=$text
}

# A test without a scheduler of its own, too, is to run under the one that its export names.
check_conflict() {
	local state ops=''
	# the scheduler of another .run is not to be stopped by itself
	[[ -r $SCX/state && ! $OTHER_RUN ]] || return 0
	read -r state <"$SCX/state"
	if [[ $state == disabled ]]; then
		fine "no sched_ext scheduler is attached"
		return
	fi
	[[ ! -r $SCX/root/ops ]] || read -r ops <"$SCX/root/ops" || true
	describe_holder "$ops"
	problem "sched_ext is $state with the scheduler ${ops:-?}, none may be attached: it is $REPLY"
}

# find_cgroup_mount: sets CGROUP_MOUNT: to /sys/fs/cgroup, on hybrid hosts /sys/fs/cgroup/unified, else to the
# first there is: what is mounted elsewhere may be a container's, or a part of the tree
find_cgroup_mount() {
	local mount type
	while read -r _ mount type _; do
		[[ $type == cgroup2 ]] || continue
		[[ $CGROUP_MOUNT ]] || printf -v CGROUP_MOUNT '%b' "${mount//\\/\\0}" # \040 is a space there
		[[ $mount == /sys/fs/cgroup || $mount == /sys/fs/cgroup/unified ]] || continue
		CGROUP_MOUNT=$mount
		break
	done </proc/self/mounts
}

check_cgroup() {
	local cgroup quoted before=${#PROBLEMS[@]}
	find_cgroup_mount
	if [[ ! $CGROUP_MOUNT ]]; then
		problem "no cgroup v2 mount found, one needed: mount -t cgroup2 none /sys/fs/cgroup"
		return
	fi
	remember mount "$CGROUP_MOUNT"
	((EUID == 0)) || return 0
	if [[ ! -w $CGROUP_MOUNT/cgroup.procs ]]; then
		problem "cgroup v2 at $CGROUP_MOUNT found, and not writable: run it outside the container"
		return
	fi
	for cgroup in "$TEST_ROOT" "$RUN_CGROUP"; do
		if [[ ! $OTHER_RUN ]] && is_in_use "$cgroup"; then
			printf -v quoted %q "$cgroup"
			problem "the cgroup $cgroup is in use, and is what a run needs for itself:" \
				"stop who uses it, or remove it: find $quoted -depth -type d -exec rmdir {} +"
		fi
	done
	((${#PROBLEMS[@]} > before)) || fine "cgroup v2 at $CGROUP_MOUNT"
}

# is_in_use CGROUP: whether it has processes, in this PID namespace or another, or cgroups below it
is_in_use() {
	local line child
	[[ -d $1 ]] || return 1
	for child in "$1"/*/; do
		[[ ! -d $child ]] || return 0
	done
	while read -r line; do
		[[ $line != 'populated 0' ]] || return 1
	done 2>/dev/null <"$1/cgroup.events"
	return 0
}

# process_fields PID: sets FIELDS to those of its stat after the name: its state, its parent, ...
process_fields() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
	# shellcheck disable=SC2206 # words; after the name, which may hold blanks
	FIELDS=(${stat##*) })
}

# process_start PID: sets REPLY to its start time, which tells it from a later one of the same PID, and
# STATE to its state, such as Z for a zombie; fails where there is no such process
process_start() {
	local FIELDS
	[[ $1 == [0-9]* ]] && process_fields "$1" || return 1
	STATE=${FIELDS[0]} REPLY=${FIELDS[19]}
}

# lock_holder: sets REPLY to "PID NAME" of the run that holds the lock; fails where none does. A run
# is its shell and its janitor: either may be alive alone.
lock_holder() {
	local pid start name
	[[ -r $LOCK ]] || return 1
	while read -r pid start name; do
		if process_start "$pid" && [[ $REPLY == "$start" ]]; then
			REPLY="$pid ($name)"
			return 0
		fi
	done <"$LOCK"
	return 1
}

# find_tracefs: sets REPLY to the root directory of tracefs. That is one and the same for all containers of a
# host, however many mounts of it there are.
find_tracefs() {
	for REPLY in /sys/kernel/tracing /sys/kernel/debug/tracing; do
		[[ ! -f $REPLY/README ]] || return 0
	done
	return 1
}

# try_lock: locks the file, and tracefs where there is one. Fails with 1 where another run has locked them, with
# 2 where the file cannot be made. Who held the lock before has removed the file: what is locked must still be
# what others will open.
try_lock() {
	if ! type -P flock >/dev/null; then # a file of one's own, which a dead run leaves
		if (set -C && : >"$LOCK"); then
			LOCKED=1
			return
		fi
		[[ -e $LOCK ]] || return 2
		return 1
	fi
	while [[ ! $LOCKED ]]; do
		exec {LOCK_FD}<>"$LOCK" || return 2
		flock -n "$LOCK_FD" || {
			exec {LOCK_FD}>&-
			LOCK_FD=''
			return 1
		}
		if [[ /proc/self/fd/$LOCK_FD -ef $LOCK ]]; then
			LOCKED=1
		else
			exec {LOCK_FD}>&-
		fi
	done
	find_tracefs || return 0
	[[ $TRACE_FD ]] || exec {TRACE_FD}<"$REPLY"
	flock -n "$TRACE_FD"
}

# find_other_run: sets OTHER_RUN to who holds the lock, which may be a run that is about to say so
find_other_run() {
	local i
	for ((i = 0; i < 10; i++)); do
		if lock_holder; then
			OTHER_RUN=", PID $REPLY"
			return
		fi
		[[ ! $LOCKED ]] || break
		pause 0.1
	done
	if [[ $LOCKED ]]; then
		OTHER_RUN=' in another container'
	elif type -P flock >/dev/null; then
		OTHER_RUN=' and about to begin'
	else
		OTHER_RUN=" or was killed: without flock(1) this cannot be told (is none running? then: rm $LOCK)"
	fi
}

# take_lock: one run at a time. The file is locked for those who share /run with this run, and names its
# processes; tracefs is locked for all others.
take_lock() {
	local start said='' status
	((EUID == 0)) || return 0
	if ! [[ -d ${LOCK%/*} && -w ${LOCK%/*} ]]; then
		problem "${LOCK%/*} is no directory that can be written, needed for a lock: mount it writable"
		return
	elif [[ -L $LOCK || (-e $LOCK && ! -f $LOCK) ]]; then
		problem "$LOCK, needed for a lock, is no regular file: remove it"
		return
	fi
	now
	start=$REPLY
	umask 077 # nobody else may open it, and so hold it
	hold_signals
	while :; do
		status=0
		try_lock 2>/dev/null || status=$?
		((status)) || break
		if ((status == 2)); then
			problem "$LOCK cannot be made, needed for a lock (is ${LOCK%/*} full?): make room"
			break
		fi
		find_other_run
		now
		if ((REPLY - start >= 100 * WAIT_LOCK_SECS)); then
			report_other_run
			break
		fi
		[[ $said ]] || say "waiting up to $WAIT_LOCK_SECS s: another .run is running on this host$OTHER_RUN"
		said=1
		release_signals
		pause 0.5
		hold_signals
		OTHER_RUN=''
	done
	umask 022
	release_signals
}

report_other_run() {
	local pid=${OTHER_RUN#, PID }
	if [[ $pid != "$OTHER_RUN" ]]; then
		problem "another .run is running on this host$OTHER_RUN: wait for its end, or stop it: kill ${pid%% *}"
	else
		problem "another .run is running on this host$OTHER_RUN: wait for its end"
	fi
}

# name_holders: the lock says who holds it
name_holders() {
	local pid lines=''
	[[ $LOCKED && ! $OTHER_RUN ]] || return 0
	for pid in $$ $JANITOR; do
		! process_start "$pid" || lines+="$pid $REPLY $PROGRAM"$'\n'
	done
	{ printf '%s' "$lines" >"$LOCK"; } 2>/dev/null ||
		problem "$LOCK cannot be written, needed for a lock (is ${LOCK%/*} full?): make room"
}

# check_lock: without taking it
check_lock() {
	if lock_holder; then
		OTHER_RUN=", PID $REPLY"
	elif ((EUID == 0)) && type -P flock >/dev/null && find_tracefs; then
		exec {TRACE_FD}<"$REPLY"
		flock -n "$TRACE_FD" 2>/dev/null || OTHER_RUN=' in another container'
		exec {TRACE_FD}<&-
		TRACE_FD=''
	fi
	[[ ! $OTHER_RUN ]] || report_other_run
}

# check_container: sysctls and the scheduler are the whole host's, and a lock in /run may be a container's. Without
# tracefs they are for the host itself: the first PID namespace, whose inode is fixed, and its init's /run.
check_container() {
	((EUID == 0)) || return 0
	has_file scheduler || ((${#SYSCTLS[@]})) || return 0
	if type -P flock >/dev/null && find_tracefs; then return 0; fi
	[[ $(readlink /proc/self/ns/pid) != 'pid:[4026531836]' || ! /proc/1/root/run -ef /run ]] 2>/dev/null || return 0
	problem "no tracefs to lock, or no flock to do it, and the /run of a container found: another container could run" \
		"a test at the same time: mount -t tracefs none /sys/kernel/tracing, or run it on the host itself"
}

# --- Topology: the host's, as schedulers see it ---------------------------------------------------

# allowed_cpus: sets REPLY to the list of CPUs that this process may use
allowed_cpus() {
	local key
	while IFS=$':\t' read -r key REPLY; do
		[[ $key != Cpus_allowed_list ]] || return 0
	done </proc/self/status
}

# probe_cpus ONLINE: sets REPLY to the list of CPUs that the test may use. The test runs in a cgroup below the mount's
# root, where a cpuset of the caller has no effect. A process that moves there reads what is left: the caller's taskset.
probe_cpus() {
	local before after
	allowed_cpus
	if [[ $REPLY == "$1" ]] || ((EUID != 0)) || [[ ! $CGROUP_MOUNT ]]; then return; fi
	if [[ $REPLY =~ ^0-([0-9]+)$ ]] && ((BASH_REMATCH[1] >= 10#${1##*[,-]})); then return; fi # all that are online
	{ read -r before && read -r after; } < <(
		allowed_cpus
		echo "$REPLY"
		{ echo "$BASHPID" >"$CGROUP_MOUNT/cgroup.procs"; } 2>/dev/null || exit
		allowed_cpus
		echo "$REPLY"
	) || return 0
	[[ $after == "$before" ]] || REPLY=$after
}

# TOPOLOGY: an awk program whose arguments are THREADS ALLOWED ONLINE NODE...; it prints the topology, a fact a line:
# "nodes N" (NUMA nodes that have usable CPUs), "no-caches" (where no cache is known of a CPU), "llc NODE CORES NAME" for
# each LLC with its number of cores of at least THREADS usable threads, and "end". ALLOWED and ONLINE are lists of CPUs,
# as 0-3,8. NODE is a directory of sysfs.
#
# One process of awk reads all files: bash needs ten times as long. A file may be missing, empty or wrong: then
# its fact is not known, which is no error. The kernel and schedulers split a cache that spans NUMA nodes or
# packages, so an LLC is told by its node, package and list. A core is told by the list of its CPUs, because core_id
# repeats from package to package.
# shellcheck disable=SC2016 # awk expands it
readonly TOPOLOGY='
# first_line(path): its first line, without the blanks at its end; empty where there is none
function first_line(path, line) {
	line = ""
	IS_THERE = (getline line < path) >= 0
	close(path)
	sub(/[ \t\r]+$/, "", line)
	return line
}

function is_list(text) {
	return text ~ /^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/ && text !~ /[0-9][0-9][0-9][0-9][0-9][0-9]/
}

function list_in(path, line) {
	line = first_line(path)
	return is_list(line) ? line : ""
}

# expand(list, cpus): sets cpus[1], cpus[2], ... to the CPUs of list, and returns how many there are
function expand(list, cpus, ranges, ends, count, n, i, cpu) {
	count = 0
	n = split(is_list(list) ? list : "", ranges, ",")
	for (i = 1; i <= n; i++) {
		if (split(ranges[i], ends, "-") == 1)
			ends[2] = ends[1]
		for (cpu = ends[1] + 0; cpu <= ends[2] + 0; cpu++)
			cpus[++count] = cpu
	}
	return count
}

# llc_list(cpu): the CPUs of its last-level cache, as the kernel lists them. That is level 3, else
# level 2: more CPUs share an L4 than what schedulers call an LLC.
function llc_list(cpu, list, best, index_, path, level, shared) {
	list = ""
	best = 0
	for (index_ = 0; index_ < 10; index_++) {
		path = CPUS "cpu" cpu "/cache/index" index_
		level = first_line(path "/level")
		if (level != "3" && (level != "2" || best == 3) || first_line(path "/type") == "Instruction")
			continue
		shared = list_in(path "/shared_cpu_list")
		if (shared != "") {
			list = shared
			best = level
		}
	}
	return list
}

# usable_threads(cpu): marks the usable CPUs of its core as seen, and returns how many they are. A CPU without
# any file of topology is none of a core.
function usable_threads(cpu, path, list, known, members, n, i, threads) {
	path = CPUS "cpu" cpu "/topology/"
	list = list_in(path "core_cpus_list")
	known = IS_THERE
	if (list == "") { # before Linux 5.3
		list = list_in(path "thread_siblings_list")
		known = known || IS_THERE
	}
	PACKAGE = first_line(path "physical_package_id")
	known = known || IS_THERE
	if (PACKAGE !~ /^(-1|[0-9]+)$/)
		PACKAGE = 0
	SEEN[cpu] = threads = 1
	n = expand(list, members)
	for (i = 1; i <= n; i++)
		if (members[i] in USABLE && !(members[i] in SEEN)) {
			SEEN[members[i]] = 1
			threads++
		}
	return known ? threads : 0
}

BEGIN {
	CPUS = "/sys/devices/system/cpu/"
	n = expand(ARGV[2], cpus)
	for (i = 1; i <= n; i++)
		allowed[cpus[i]] = 1
	online = expand(ARGV[3], cpus)
	for (i = 1; i <= online; i++)
		if (cpus[i] in allowed)
			USABLE[cpus[i]] = 1

	for (i = 4; i < ARGC; i++) {
		node = ARGV[i]
		sub(/.*[^0-9]/, "", node)
		n = expand(list_in(ARGV[i] "/cpulist"), members)
		for (j = 1; j <= n; j++)
			if (members[j] in USABLE) {
				node_of[members[j]] = node
				with_cpus[node] = 1
			}
	}
	nodes = 0
	for (node in with_cpus)
		nodes++
	print "nodes " (nodes ? nodes : 1) # a kernel without NUMA has no directory of nodes

	for (i = 1; i <= online; i++) {
		cpu = cpus[i]
		if (!(cpu in USABLE) || cpu in SEEN)
			continue
		if (!(cpu in llc_of)) {
			llc_of[cpu] = list = llc_list(cpu)
			n = expand(list, members)
			for (j = 1; j <= n; j++)
				if (!(members[j] in llc_of))
					llc_of[members[j]] = list
		}
		threads = usable_threads(cpu)
		name = llc_of[cpu]
		if (name == "") {
			without = 1
			name = "of package " PACKAGE
		}
		node = (cpu in node_of) ? node_of[cpu] : 0
		key = node " " PACKAGE " " name
		if (!(key in cores)) {
			cores[key] = 0
			order[++llcs] = key
		}
		if (threads > 0 && threads >= ARGV[1] + 0)
			cores[key]++
	}
	if (without)
		print "no-caches"
	for (i = 1; i <= llcs; i++) {
		key = order[i]
		split(key, parts, " ")
		name = key
		sub(/^[^ ]* [^ ]* /, "", name)
		print "llc " parts[1] " " cores[key] " " name
	}
	print "end"
}'

# not_enough HOST WHAT...: a problem: this host has only WHAT. Says how to bring offline CPUs online, else to use HOST.
not_enough() {
	local directory range cpu smt='' first='' offline=0 advice="run it on $1 host"
	local -A is_online=()
	for range in ${online//,/ }; do
		for ((cpu = 10#${range%%-*}; cpu <= 10#${range##*-}; cpu++)); do is_online[$cpu]=1; done
	done
	for directory in /sys/devices/system/cpu/cpu[0-9]*; do
		cpu=${directory##*/cpu}
		[[ ! ${is_online[$cpu]:-} && $cpu != *[!0-9]* ]] || continue
		offline=$((offline + 1))
		first=${first:-$cpu}
	done
	if ((offline)); then
		advice="$offline CPUs are offline: bring them online: echo 1 > /sys/devices/system/cpu/cpu$first/online"
		{ read -r smt </sys/devices/system/cpu/smt/control; } 2>/dev/null || true
		[[ $smt != off ]] || advice="$offline CPUs are offline: turn SMT on: echo on > /sys/devices/system/cpu/smt/control"
	fi
	shift
	problem "host has $*: $advice"
}

# check_llc NODE CORES NAME: counts it where it fits: in fitting, and in in_node[NODE]
check_llc() {
	local found="LLC $3: $2 cores of at least $NEED_THREADS_PER_CORE threads, needed $NEED_CORES_PER_LLC"
	if (($2 >= NEED_CORES_PER_LLC)); then
		fitting=$((fitting + 1))
		in_node[$1]=$((${in_node[$1]:-0} + 1))
		fine "$found"
	elif [[ $ACTION == check ]]; then
		say "too small: $found"
	fi
}

check_topology() {
	local online='' report fact value cores name nodes=0 fitting=0 nodes_fit=0 each=$((NEED_LLCS / NEED_NUMA_NODES))
	local -A in_node=()
	type -P awk >/dev/null || return 0 # check_programs has said so
	{ read -r online </sys/devices/system/cpu/online; } 2>/dev/null || true # its last line may lack the newline
	if [[ ! $online =~ ^[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*$ ]]; then
		problem "no usable CPU found in /sys/devices/system/cpu/online, needed to know the topology:" \
			"mount -t sysfs sysfs /sys"
		return
	fi
	probe_cpus "$online"
	report=$(exec awk "$TOPOLOGY" "$NEED_THREADS_PER_CORE" "$REPLY" "$online" /sys/devices/system/node/node[0-9]*) || true
	if [[ $report != *$'\nend' ]]; then
		problem "awk cannot read the topology in /sys/devices/system, and has said why"
		return
	fi
	while read -r fact value cores name; do
		case $fact in
		nodes) nodes=$value ;;
		no-caches) say "warning: no cache is described in sysfs: each package is taken for one LLC" ;;
		llc) check_llc "$value" "$cores" "$name" ;;
		esac
	done <<<"$report"
	for value in "${in_node[@]}"; do
		((value < each)) || nodes_fit=$((nodes_fit + 1))
	done
	if ((fitting < NEED_LLCS)); then
		not_enough "a larger" "$fitting LLCs with at least $NEED_CORES_PER_LLC cores of $NEED_THREADS_PER_CORE threads," \
			"test needs $NEED_LLCS"
	fi
	if ((nodes < NEED_NUMA_NODES)); then
		not_enough another "$nodes NUMA nodes with CPUs, test needs $NEED_NUMA_NODES"
	elif ((fitting >= NEED_LLCS && NEED_NUMA_NODES > 1 && nodes_fit < NEED_NUMA_NODES)); then
		not_enough another "$nodes_fit NUMA nodes with at least $each such LLCs each, test needs $NEED_NUMA_NODES"
	elif ((fitting >= NEED_LLCS)); then
		fine "$nodes NUMA nodes, needed $NEED_NUMA_NODES; $fitting LLCs that fit, needed $NEED_LLCS"
	fi
	if [[ $ACTION == check ]] && ((EUID != 0)); then
		say "note: which CPUs the test may use is an estimate without root, as its cgroup is another"
	fi
}

# --- The work directory ---------------------------------------------------------------------------

# free_bytes DIRECTORY: sets REPLY to how much fits there; empty: df does not say
free_bytes() {
	local line
	REPLY=''
	while IFS= read -r line; do
		[[ $line =~ [[:blank:]][0-9]+[[:blank:]]+[0-9]+[[:blank:]]+([0-9]+)[[:blank:]]+([0-9]+%|-)[[:blank:]] ]] &&
			REPLY=$((BASH_REMATCH[1] * 1024))
	done < <(df -Pk -- "$1" 2>/dev/null)
	return 0
}

# can_execute DIRECTORY: tries it: mount options alone do not tell. What it leaves goes with the directory.
can_execute() {
	{ printf '#!%s\nexit 0\n' "$BASH" >"$1/probe" && chmod 700 "$1/probe" && "$1/probe"; } 2>/dev/null
}

# list_places: sets PLACES to where a work directory may be
list_places() {
	PLACES=("$CALLERS_TMPDIR" /tmp /var/tmp /dev/shm /run)
	[[ $SELF != */* ]] || PLACES+=("${SELF%/*}/")
	[[ ! $SELF || $SELF == */* ]] || PLACES+=(.)
	[[ ! $TMP_DIRECTORY ]] || PLACES=("$TMP_DIRECTORY")
}

# is_passable PATH: whether other users can pass this absolute directory and all above it, by their
# modes; else sets REPLY to the one that they cannot
is_passable() {
	local mode
	REPLY=$1
	while [[ $REPLY ]]; do
		mode=$(ls -ld -- "$REPLY/." 2>/dev/null) || mode=''
		[[ ${mode:9:1} == [xt] ]] || return 1
		REPLY=${REPLY%/*}
	done
}

# make_work_directory: makes WORK on the first of PLACES that can hold the files and execute from it; leaves in
# PLACES those behind it
make_work_directory() {
	local bytes=$((PACKED_BYTES + 1048576)) place path tried='' mode=700
	[[ ! $DROPS_ROOT ]] || mode=711
	[[ $SELF ]] || bytes=$((bytes + ${PAYLOAD_SIZE:-$PACKED_BYTES} * 3 / 2)) # as text
	while ((${#PLACES[@]})); do
		place=${PLACES[0]}
		PLACES=("${PLACES[@]:1}")
		[[ $place ]] || continue
		if ! [[ -d $place && -w $place ]]; then
			tried+=" $place (not a writable directory)"
			continue
		fi
		free_bytes "$place"
		if [[ $REPLY ]] && ((REPLY < bytes)); then
			tried+=" $place ($((REPLY / 1048576)) MiB free)"
			continue
		fi
		[[ $place == /* ]] || place=$PWD/$place
		if [[ $place == *[:\;\$=]* ]]; then # in LD_LIBRARY_PATH, PATH, or an operand of env(1)
			tried+=" $place (a name with : ; \$ or = cannot be used)"
			continue
		fi
		if [[ $DROPS_ROOT ]] && ! is_passable "$place"; then
			tried+=" $place ($REPLY cannot be passed by the user that the test becomes)"
			continue
		fi
		path=${place%/}/ktstr.$$-$RANDOM$RANDOM$RANDOM
		hold_signals
		remember work "$path" # first: nobody would know of it if this shell were killed after mkdir
		if ! mkdir -m "$mode" -- "$path" 2>/dev/null; then
			remember work ''
			tried+=" $place (cannot be written)"
		elif ! can_execute "$path"; then
			rm -rf -- "$path"
			remember work ''
			tried+=" $place (nothing can be executed there, as with noexec)"
		fi
		release_signals
		if [[ $WORK == "$path" ]]; then
			fine "work directory in $place"
			return
		fi
	done
	problem "no directory found that has $((bytes / 1048576 + 1)) MiB free and can be executed from:$tried:" \
		"give one with --tmpdir DIR"
}

# hold_signals, release_signals: around what must not be cut in two
hold_signals() {
	HELD=1
}

release_signals() {
	HELD=0
	[[ ! $STOPPED ]] || leave "$STOPPED"
}

# stop STATUS: what a signal does
stop() {
	STOPPED=$1
	((HELD)) || leave "$1"
}

# pause SECONDS: without a process of its own where a run is set up. A signal is held back until read
# is over: within it bash has SIGCHLD blocked, and would be blind to the end of every process.
pause() {
	local held=$HELD
	hold_signals
	((++BEATS % 10)) || remember beat # the janitor hears that this shell lives
	if [[ $TICK ]]; then
		read -rt "$1" -u "$TICK" || true
	else
		sleep "$1"
	fi
	((held)) || release_signals
}

# --- The payload ----------------------------------------------------------------------------------

# with_text COMMAND...: runs it with the base64 text on standard input: what is below the marker in this
# file, where bash's read leaves the offset behind the line that it has read, or what came through the pipe
with_text() {
	local line
	{
		[[ ! $SELF ]] || while IFS= read -r line && [[ $line != __ARCHIVE__ ]]; do :; done
		"$@"
	} <"${SELF:-$WORK/text}"
}

# diagnose_damage: says in which way the payload is not what was exported. The sizes are those that
# ktstr-b64's lines of 76 columns give; of other lines the characters are counted.
diagnose_damage() {
	local size characters want want_size
	if (($(with_text tr -dc '\r' | wc -c))); then
		die "$STATUS_DAMAGED" "this file is damaged: its line endings were changed to CR LF: copy it again, as binary"
	fi
	[[ $PAYLOAD_SIZE ]] || die "$STATUS_DAMAGED" "this file is damaged: copy it again"
	# shellcheck disable=SC2017 # whole groups of three bytes
	want=$(((PAYLOAD_SIZE + 2) / 3 * 4))
	want_size=$((want + (want + 75) / 76))
	size=$(with_text wc -c)
	characters=$(with_text tr -d '\n' | wc -c)
	if ((size == want_size || characters == want)); then
		die "$STATUS_DAMAGED" "this file is damaged: bytes below __ARCHIVE__ were changed: copy it again"
	elif ((characters < want)); then
		die "$STATUS_DAMAGED" "this file is damaged: it is cut short, $((want - characters)) of $want" \
			"characters are missing: copy it again"
	fi
	die "$STATUS_DAMAGED" "this file is damaged: $((characters - want)) characters were appended: copy it again"
}

disk_full() {
	die "$STATUS_UNSUITABLE" "$WORK cannot be written (is its disk full?): give another with --tmpdir DIR"
}

# keep_text: what came through the pipe comes only once
keep_text() {
	[[ $SELF ]] || { sed '1,/^__ARCHIVE__$/d' >"$WORK/text"; } 2>/dev/null || disk_full
}

# checksum: SHA-256 of standard input, which is read to its end; where there is no sha256sum, nothing
checksum() {
	sha256sum || cat >/dev/null
}

# check_archive: whether it is what was exported; sets REPLY to what says so
check_archive() {
	local sum
	sum=$(with_text base64 -d 2>/dev/null | checksum 2>/dev/null) || diagnose_damage
	if [[ $sum && $PAYLOAD_SHA256 ]]; then
		[[ ${sum%% *} == "$PAYLOAD_SHA256" ]] || diagnose_damage
		REPLY=sha256sum
		return
	fi
	REPLY=${DECOMPRESS[0]:-gzip}
	say "warning: SHA-256 not checked (no sha256sum here, or none exported): only what $REPLY checks and the size are"
	[[ ! $PAYLOAD_SIZE ]] || (($(with_text base64 -d | wc -c) == PAYLOAD_SIZE)) || diagnose_damage
	with_text base64 -d | inflate >/dev/null 2>&1 || diagnose_damage
}

# inflate: by the program that was frozen, and no function of its name; else where there is pigz it takes
# two thirds of the time: it reads, writes and checks in threads of their own
inflate() {
	if ((${#DECOMPRESS[@]})); then
		"$(type -P -- "${DECOMPRESS[0]}")" "${DECOMPRESS[@]:1}"
	elif type -P pigz >/dev/null; then
		pigz -dc
	else
		gzip -dc
	fi
}

# first_words TEXT: sets REPLY to the line of TEXT that says why it was not unpacked
first_words() {
	while IFS= read -r REPLY; do
		[[ $REPLY =~ ^[0-9a-f]{64}\  || $REPLY == *roken\ pipe* ]] || return 0 # the checksum, and what follows from it
	done <<<"$1"
	REPLY='it was read wrongly'
}

# unpack DIRECTORY: the archive; fails where that was not to be done there, and sets REPLY to why. It is decoded, inflated and checked in one pass: what was not exported
# comes to be known after it was unpacked. That does no harm: it is started by nobody, and tar writes
# nothing outside of the directory. The files are root's, or of whom the file system makes them.
unpack() {
	local name said failed='' fits=''
	said=$({ with_text base64 -d | tee >(checksum >&3 2>/dev/null) | inflate | tar -xof - -C "$1"; } 3>&1 2>&1) || failed=1
	[[ ! $PAYLOAD_SHA256 || $said != *"$PAYLOAD_SHA256"* ]] || fits=1
	if [[ $failed || ! $fits ]]; then
		check_archive # says what is wrong with it, if anything is
		# else unpacking failed, or what was unpacked was read wrongly
		if [[ $failed || $REPLY == sha256sum ]]; then
			first_words "$said"
			REPLY="the archive could not be unpacked into $1: is its disk full? ($REPLY)"
			return 1
		fi
	fi
	for name in "${PACKED_FILES[@]}"; do
		[[ -f $1/$name ]] || die "$STATUS_DAMAGED" "the archive lacks $name: export the test again"
	done
}

# unpack_here: into the work directory; else sets REPLY to why it failed
unpack_here() {
	REPLY="$WORK cannot be written (is its disk full?): give another with --tmpdir DIR"
	mkdir "$WORK/tree" "$WORK/tree/include" 2>/dev/null || return 1
	[[ ! $DROPS_ROOT ]] || chmod 711 "$WORK/tree"
	unpack "$WORK/tree"
}

# unpack_somewhere: into the work directory, or else into one in the next place
unpack_somewhere() {
	local why old
	until unpack_here; do
		why=$REPLY
		old=$WORK
		remember old_work "$old"
		remember work ''
		make_work_directory
		[[ $WORK ]] || die "$STATUS_UNSUITABLE" "$why"
		say "warning: $why: ${WORK%/*} is tried"
		[[ $SELF ]] || cat "$old/text" 2>/dev/null >"$WORK/text" || disk_full
		rm -rf -- "$old"
		remember old_work ''
	done
}

# --- The packed programs --------------------------------------------------------------------------

# name_program DIRECTORY FILE NAME: sets REPLY to a path at which the packed FILE can be started under
# its own NAME: programs of many names go by it, and ps shows it. env(1) takes what has = for a variable.
name_program() {
	local name=$3
	[[ $name && $name != *=* ]] || name=$2
	REPLY=$WORK/bin/$1/$name
	{ mkdir -p "$WORK/bin/$1" && ln -s -- "$WORK/tree/$2" "$REPLY"; } 2>/dev/null || disk_full
}

name_programs() {
	name_program test ktstr "$TEST_PROGRAM"
	TEST_PATH=$REPLY
	has_file scheduler || return 0
	name_program scheduler scheduler "$SCHED_PROGRAM"
	SCHED_PATH=$REPLY
}

# caller_value NAME: sets REPLY to what the caller has in that variable; empty: nothing
caller_value() {
	local entry
	REPLY=''
	for entry in "${CALLERS_ENVIRONMENT[@]}"; do
		[[ $entry != "$1="* ]] || REPLY=${entry#*=}
	done
}

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

# run_loader LOADER ARG...: sets ANSWER to what it prints; returns its status. It has 30 s: a file may
# be on a file system that hangs.
run_loader() {
	local fd pid status=0
	exec {fd}< <(exec env -i -- LC_ALL=C "${LIBRARIES[@]}" "$@" 2>&1 </dev/null)
	pid=$!
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
	if has_file "lib/$PRELOAD"; then
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

# check_program FILE: a packed program that cannot be started on this host is no verdict. Of what is
# included, which may be anything, only what is a program is looked at.
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
	[[ ! $problem ]] || cannot_start "$1" "$problem: install what is missing, or export the test" \
		"again with its libraries, on a system that is as old as this one"
}

# check_script FILE: an interpreter of an included script; those of the others were looked for before
check_script() {
	local path rest
	IFS=$' \t' read -r path rest 2>/dev/null <"$WORK/tree/$1" || true
	path=${path#'#!'}
	[[ $path ]] || path=${rest%%[[:blank:]]*}
	[[ $path != /* || (-f $path && -x $path) ]] ||
		cannot_start "$1" "its interpreter $path is not found, or not executable: install it"
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

# wrap_program FILE: puts a script in its place that starts it with the packed libraries. Its own name
# and directory are bin/include then.
wrap_program() {
	local real=$WORK/bin/$1 preload='' shell
	# by a path that other users, and other PID namespaces, have as well
	shell=$(readlink "/proc/$$/exe") || shell=''
	[[ $shell -ef /proc/$$/exe && $shell != *[[:space:]]* ]] || shell=$BASH
	[[ ${LINKAGE[$1]} != alone ]] || preload=${FIRST[$1]:-}$PRELOAD
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

# check_size WHAT: the arguments of COMMAND must be ones that this kernel takes, beside the environment
check_size() {
	local program padding said
	program=$(type -P true) || return 0
	printf -v padding '%16384s' '' # for what is added to the environment
	said=$( (exec env -i -- "${CALLERS_ENVIRONMENT[@]}" "$program" "$padding" "${COMMAND[@]}") 2>&1) || true
	[[ $said != *'Argument list too long'* ]] ||
		die "$STATUS_UNSUITABLE" "the arguments of the $1 are too long for this kernel, with this environment:" \
			"give the test a file (include FILE), or start the run in a smaller environment (env -i)"
}

# check_packed_programs: what exec or a dynamic loader refuses is no verdict, and known before a start
check_packed_programs() {
	local name
	for name in "${PACKED_FILES[@]}"; do
		case $name in
		ktstr | scheduler) ;;
		include/*) [[ -x $WORK/tree/$name ]] || continue ;;
		*) continue ;;
		esac
		check_program "$name"
		[[ ! ${USES_LIBRARIES[$name]:-} ]] || [[ ${LINKAGE[$name]} == alone ]] ||
			say "warning: the packed libraries reach the programs that $name starts, too: $PRELOAD does not serve it"
		[[ $name != include/* || ! ${USES_LIBRARIES[$name]:-} ]] || wrap_program "$name"
	done
	test_command "$WORK/tree" "$TEST_PATH"
	check_size test
	has_file scheduler || return 0
	scheduler_command "$WORK/tree" "$SCHED_PATH"
	check_size scheduler
}

# make_denied: a test that becomes another user does not reach the packed programs, and would run the
# host's of the same names. So the next directory of its PATH, beside the work directory, has a script
# for each, that says so and writes it down.
make_denied() {
	local name denied=$WORK.denied made=''
	[[ ! $DROPS_ROOT ]] || return 0
	for name in "${PACKED_FILES[@]}"; do
		[[ $name == include/* ]] || continue
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
	[[ ! $made ]] || DENIED=$denied
}

# tell_denied: what that directory has noted. Anybody can write there, so it is no more than a warning.
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

# --- What is made is remembered, by the janitor, too ----------------------------------------------

# remember WHAT [VALUE [VALUE]]: for cleanup, here and in the janitor
remember() {
	case $1 in
	work) WORK=$2 ;;
	old_work) OLD_WORK=$2 ;;
	mount)
		CGROUP_MOUNT=$2 TEST_ROOT=$2/ktstr RUN_CGROUP=$2/ktstr.run
		TEST_CGROUP=$RUN_CGROUP/test SCHED_CGROUP=$RUN_CGROUP/scheduler
		;;
	controllers) SAVED_CONTROLLERS=("$2" "$3" "${SAVED_CONTROLLERS[@]}") ;;
	cgroup) MADE_CGROUPS=("$2" "${MADE_CGROUPS[@]}") ;;
	unmade) MADE_CGROUPS=("${MADE_CGROUPS[@]:1}") ;; # the last one was not to be had
	used) USED_CGROUPS+=("$2") ;;
	sysctl) SAVED_SYSCTLS=("$2" "$3" "${SAVED_SYSCTLS[@]}") ;;
	scheduler) SCHED_PID=$2 SCHED_START=${3:-} ;;
	pins) ! { mapfile -td '' PINS_BEFORE <"$WORK/pins"; } 2>/dev/null || PINS_KNOWN=1 ;;
	known) KNOWN=$2 ;;
	proved) PROVED=$2 ;;
	foreign) FOREIGN=1 ;;
	detached) SEQ_BEFORE='' PINS_KNOWN=0 ;; # there is nothing more to be done
	sequence) SEQ_BEFORE=$2 ;;
	test) TEST_PID=$2 TEST_START=${3:-} ;;
	watched) WATCHED=$2 ;; # the seconds that what begins now may take; empty: the janitor only waits
	beat) ;;
	esac
	# where the janitor was killed there is nobody to be told
	[[ ! $JOURNAL ]] || { printf '%s\0' "$1" "${2:-}" "${3:-}" >&"$JOURNAL"; } 2>/dev/null || true
}

# kill_process START PID: kills the process that began then, and waits for its end
kill_process() {
	local i
	for ((i = 0; i < 100; i++)); do
		if ! process_start "$2" || [[ $REPLY != "$1" || $STATE == [ZX] ]]; then return 0; fi
		kill -KILL "$2" 2>/dev/null || true
		pause 0.1
	done
	return 1
}

# raise_priority: who watches must not depend on the scheduler that is watched. Another policy or nice value
# than the usual one was chosen by the caller, and stays.
raise_priority() {
	local stat fields
	type -P chrt >/dev/null || return 0
	read -r stat <"/proc/$BASHPID/stat"
	# shellcheck disable=SC2206 # words; after the name, which may hold blanks
	fields=(${stat##*) })
	[[ ${fields[16]} == 0 && ${fields[38]} == 0 ]] || return 0
	! chrt -r -p 1 "$BASHPID" >/dev/null 2>&1 || RAISED=1
}

# janitor: reads what the run remembers. If that ends without "finished", the run was killed: the janitor kills
# what is left of it and cleans up. While the run has a scheduler or a test it does the same if the shell gives
# no sign of life, as when it was stopped, or takes longer than it said. What was remembered before the janitor
# started it has from the fork.
janitor() {
	local what a b status began=0 silent=0 late=0 # in seconds
	trap '' INT TERM HUP TSTP TTOU PIPE
	exec {TICK}<> <(:) # a pipe of its own, to wait for
	raise_priority
	REASON=''
	while [[ ! $REASON ]]; do
		status=0
		IFS= read -r -d '' -t 1 what || status=$?
		if ((status == 0)); then
			if ! IFS= read -r -d '' a || ! IFS= read -r -d '' b; then break; fi # it died within a word
			[[ $what != finished ]] || exit 0
			remember "$what" "$a" "$b"
			silent=0
			[[ $what != watched ]] || { now && began=$REPLY late=0; }
			continue
		fi
		((status > 128)) || break # not the time, but the end of who writes
		[[ $WATCHED ]] || continue
		# counted here, one by one: after a time in which nothing ran the shell has its turn first
		now
		((REPLY - began <= 100 * WATCHED)) || late=$((late + 1))
		silent=$((silent + 1))
		if ((silent >= SILENT_SECS)); then
			REASON="the run gave no sign of life for $SILENT_SECS s (was it stopped?)"
		elif ((late >= 5)); then
			REASON="the run did not end in time"
		fi
	done
	DEFER=1
	# only one of the two cleans up
	kill_process "$SHELL_START" "$$" || say "error: PID $$, the shell of this run, does not die"
	REASON=${REASON:-the run was killed}
	say "$REASON: cleaning up"
	LEFT=1
	cleanup 137
}

# start_janitor: before anything is made that it would have to take away. What is locked it has locked, too:
# the lock is free when both are gone.
start_janitor() {
	local pipe
	! setpriv --pdeathsig KILL true 2>/dev/null || SETPRIV=$(type -P setpriv)
	process_start $$ && SHELL_START=$REPLY
	hold_signals # until it is listened to
	exec {pipe}<> <(:) # without a name; it can be opened again for one end of it
	set -m # a process group of its own: what is sent to the run's does not reach it
	janitor <"/proc/self/fd/$pipe" {pipe}>&- &
	JANITOR=$!
	set +m
	exec {JOURNAL}>"/proc/self/fd/$pipe" {pipe}>&- {TICK}<> <(:)
	release_signals
}

# start_reader COMMAND...: starts it, in a process group of its own, to read from a pipe; sets READER to its PID
# and REPLY to the descriptor that is written to
start_reader() {
	local pipe fd
	hold_signals # until it is listened to
	exec {pipe}<> <(:)
	set -m
	read_pipe "$@" <"/proc/self/fd/$pipe" {pipe}>&- &
	READER=$!
	set +m
	exec {fd}>"/proc/self/fd/$pipe" {pipe}>&-
	release_signals
	REPLY=$fd
}

# read_pipe COMMAND...: where the shell dies the reader lives until all who write have ended
read_pipe() {
	trap '' INT TERM HUP TTOU
	close_own
	raise_priority # a scheduler that waits for its reader must not wait for itself
	"$@"
}

# end_reader PID: waits until it has read all; not for ever, as somebody else may still write
end_reader() {
	local i
	for ((i = 0; i < 20; i++)); do
		is_group_alive "$1" || return 0
		pause 0.1
	done
	disown "$1" 2>/dev/null || true
	kill -KILL -- "-$1" 2>/dev/null || true
	return 1
}

# close_own: for what is started: it may hold neither the locks nor the janitor's pipe
close_own() {
	local fd
	for fd in $JOURNAL $TICK $LOCK_FD $TRACE_FD $SCHED_OUT; do
		exec {fd}>&-
	done
	# it is standard output already, or not for this one
	((TEST_OUT == 1)) || exec {TEST_OUT}>&-
}

# use_cgroup PATH: a cgroup for this run alone
use_cgroup() {
	if is_in_use "$1"; then
		die "$STATUS_UNSUITABLE" "the cgroup $1 came into use"
	fi
	[[ ! -d $1 ]] || remember used "$1"
	make_cgroup "$1"
}

# make_cgroup PATH: makes it and its parents below the mount
make_cgroup() {
	local part parts path=$CGROUP_MOUNT
	keep_controllers "$path"
	IFS=/ read -ra parts <<<"${1#"$CGROUP_MOUNT"}"
	for part in "${parts[@]}"; do
		[[ $part ]] || continue
		path+=/$part
		if [[ -d $path ]]; then
			keep_controllers "$path"
			continue
		fi
		hold_signals
		remember cgroup "$path" # first: nobody would know of it if this shell were killed after mkdir
		mkdir "$path" || {
			remember unmade
			die "$STATUS_UNSUITABLE" "the cgroup $path cannot be made"
		}
		release_signals
	done
}

# keep_controllers CGROUP: the test or the scheduler may enable more of them, in a cgroup that is not theirs, for what
# is below it
keep_controllers() {
	local i list=''
	for ((i = 0; i < ${#SAVED_CONTROLLERS[@]}; i += 2)); do
		[[ ${SAVED_CONTROLLERS[i]} != "$1" ]] || return 0
	done
	for i in "${MADE_CGROUPS[@]}"; do
		[[ $i != "$1" ]] || return 0
	done
	read -r list 2>/dev/null <"$1/cgroup.subtree_control" || true
	remember controllers "$1" "$list"
}

# sysctl_name KEY: sets REPLY to its file below /proc/sys. A key's dots are slashes; where it has slashes its dots
# are dots, as sysctl(8) reads it.
sysctl_name() {
	REPLY=$1
	[[ $1 == */* ]] || REPLY=${1//.//}
}

# read_sysctl NAME: sets REPLY to its value; fails where it cannot be read
read_sysctl() {
	{ REPLY=$(<"/proc/sys/$1"); } 2>/dev/null
}

write_sysctl() {
	{ printf '%s\n' "$2" >"/proc/sys/$1"; } 2>/dev/null
}

# sysctl_twin NAME: sets REPLY to the one of which the kernel makes 0 when this one is written; else fails
sysctl_twin() {
	case $1 in
	vm/dirty*_bytes) REPLY=${1%bytes}ratio ;;
	vm/dirty*_ratio) REPLY=${1%ratio}bytes ;;
	vm/overcommit_kbytes) REPLY=vm/overcommit_ratio ;;
	vm/overcommit_ratio) REPLY=vm/overcommit_kbytes ;;
	*) return 1 ;;
	esac
}

# check_way_back NAME VALUE: a value that the kernel lets nobody take back, or that changes more than is known here
check_way_back() {
	case $1:$2 in
	kernel/tainted:* | kernel/modules_disabled:* | kernel/kexec_load_disabled:* | kernel/usermodehelper/*:* | \
		kernel/unprivileged_bpf_disabled:1 | kernel/yama/ptrace_scope:3 | vm/drop_caches:* | kernel/ns_last_pid:*)
		die "$STATUS_UNSUITABLE" "the sysctl $1 cannot be set back from $2: no test may set it"
		;;
	net/ipv4/ip_forward:* | net/ipv[46]/conf/*/forwarding:* | net/ipv6/conf/all/*:* | net/ipv6/conf/*/disable_ipv6:* | \
		fs/binfmt_misc/*:*)
		die "$STATUS_UNSUITABLE" "the sysctl $1 changes others with it, which cannot be set back: no test may set it"
		;;
	esac
}

# keep_sysctl NAME: its value is remembered; sets REPLY to it
keep_sysctl() {
	read_sysctl "$1" || die "$STATUS_UNSUITABLE" "the sysctl $1 cannot be read, and so not be set back"
	if [[ $REPLY == *$'\n'* ]] || ((${#REPLY} >= 1000)); then
		die "$STATUS_UNSUITABLE" "the sysctl $1 has more than one line, or a long one, and cannot be set back as a whole"
	fi
	remember sysctl "$1" "$REPLY"
}

# save_sysctl NAME: so that it can be set back. Of twins one is in use; the other one reads 0, cannot always be set
# to that, and is 0 again when the one in use is set back, which is therefore what is done first.
save_sysctl() {
	local name one in_use=("$1") unused=() value REPLY
	if [[ $1 == kernel/watchdog ]]; then # it stands for two, of which one may be off
		unused=("$1") in_use=(kernel/soft_watchdog kernel/nmi_watchdog)
	elif sysctl_twin "$1"; then
		unused=("$REPLY")
		if read_sysctl "$1" && [[ $REPLY == 0 ]] && read_sysctl "${unused[0]}" && [[ $REPLY != 0 ]]; then
			in_use=("${unused[0]}") unused=("$1")
		fi
	fi
	for one in "${unused[@]}"; do
		[[ ! -e /proc/sys/$one ]] || keep_sysctl "$one"
	done
	for one in "${in_use[@]}"; do
		[[ -e /proc/sys/$one ]] || continue
		keep_sysctl "$one"
		value=$REPLY
		# before it gets another value, the kernel must take the one that it has
		write_sysctl "$one" "$value" ||
			die "$STATUS_UNSUITABLE" "the sysctl $one cannot be set back: the kernel refuses $value, the value that it has"
		read_sysctl "$one" || REPLY='not known'
		[[ $REPLY == "$value" ]] ||
			die "$STATUS_UNSUITABLE" "the sysctl $one does not keep its value: it was $value, was set to that, and is $REPLY"
	done
}

set_sysctls() {
	local i key name
	for ((i = 0; i < ${#SYSCTLS[@]}; i += 2)); do
		key=${SYSCTLS[i]}
		sysctl_name "$key"
		name=$REPLY
		check_way_back "$name" "${SYSCTLS[i + 1]}"
		[[ -f /proc/sys/$name && -w /proc/sys/$name ]] ||
			die "$STATUS_UNSUITABLE" "this kernel has no sysctl $key that can be set"
		save_sysctl "$name"
		write_sysctl "$name" "${SYSCTLS[i + 1]}" ||
			die "$STATUS_UNSUITABLE" "the kernel refuses ${SYSCTLS[i + 1]} for the sysctl $key"
	done
}

# --- Teardown: each step has a bound, and none stops the next ones ---------------------------------

# is_group_alive PID: whether its process group has a member
is_group_alive() {
	kill -0 -- "-$1" 2>/dev/null
}

# end_group PID SIGNAL SECONDS: sends it, and waits that long for the group's end
end_group() {
	local i
	is_group_alive "$1" || return 0
	kill "-$2" -- "-$1" 2>/dev/null || true
	for ((i = 0; i < 10 * $3; i++)); do
		is_group_alive "$1" || return 0
		pause 0.1
	done
	return 1
}

# is_ours PID: whether a process is of this run, or gone: the test, the scheduler, one that is or was below them, or
# one that has this run's KTSTR_DIR in its environment, as what they leave in the background has
is_ours() {
	local pid=$1 variables=() entry FIELDS
	((pid)) || return 1 # of another PID namespace
	process_fields "$pid" || return 0
	[[ ${OURS[$pid]:-} != "${FIELDS[19]}" ]] || return 0
	while ((pid > 1)) && process_fields "$pid"; do
		case "$pid ${FIELDS[19]}" in
		"$TEST_PID $TEST_START" | "$SCHED_PID $SCHED_START") return 0 ;;
		esac
		pid=${FIELDS[1]}
	done
	mapfile -td '' variables 2>/dev/null <"/proc/$1/environ" || true
	for entry in "${variables[@]}"; do
		[[ $entry != "KTSTR_DIR=$WORK/tree" ]] || return 0
	done
	return 1
}

# note_ours CGROUP: while their parents are alive
note_ours() {
	local file pid FIELDS
	shopt -s globstar nullglob
	for file in "$1"/**/cgroup.procs; do
		while read -r pid; do
			if is_ours "$pid" && process_fields "$pid"; then OURS[$pid]=${FIELDS[19]}; fi
		done 2>/dev/null <"$file" || true # it may be gone
	done
}

# kill_cgroup CGROUP [all]: kills what is in it and below it, and waits until it is empty. A process that has come in
# from outside is left alone, but in the cgroup that nobody but this run knows of.
kill_cgroup() {
	local i pid file line mine foreign=()
	[[ -d $1 ]] || return 0
	shopt -s globstar nullglob
	for ((i = 0; i < 50; i++)); do
		line=''
		while read -r line; do
			[[ $line != 'populated 0' ]] || return 0
		done 2>/dev/null <"$1/cgroup.events" || return 0
		mine=() foreign=()
		for file in "$1"/**/cgroup.procs; do
			while read -r pid; do
				if [[ $1/ == "$RUN_CGROUP"/* ]] || is_ours "$pid"; then
					mine+=("$pid")
				else
					foreign+=("$pid")
				fi
			done 2>/dev/null <"$file" || true
		done
		if ((${#foreign[@]} == 0)) && [[ -w $1/cgroup.kill ]]; then
			{ echo 1 >"$1/cgroup.kill"; } 2>/dev/null || true
		else # also before Linux 5.14
			for pid in "${mine[@]}"; do
				((!pid)) || kill -KILL "$pid" 2>/dev/null || true # 0: of another PID namespace
			done
		fi
		((${#mine[@]} || i < 10 || ${#foreign[@]} == 0)) || break # one that ends has no environment any more
		pause 0.1
	done
	for pid in "${foreign[@]}"; do
		[[ ! ${LEFT_ALONE[$1 $pid]:-} ]] || continue
		LEFT_ALONE[$1 $pid]=1
		line=''
		read -r line 2>/dev/null <"/proc/$pid/comm" || true
		host_differs "PID $pid (${line:-of another PID namespace}), which is not of this run, came into its cgroup $1:" \
			"it is left alone, and so is the cgroup"
	done
	((${#foreign[@]})) || host_differs "processes are left in the cgroup $1"
}

# remove_below PATH: the cgroups that were made below it
remove_below() {
	local i directories
	shopt -s globstar nullglob
	directories=("$1"/*/**/)
	for ((i = ${#directories[@]} - 1; i >= 0; i--)); do
		rmdir -- "${directories[i]%/}" 2>/dev/null ||
			{ pause 0.2; rmdir -- "${directories[i]%/}" 2>/dev/null; }
	done
}

remove_cgroup() {
	remove_below "$1"
	local left
	[[ -d $1 ]] || return 0
	! rmdir -- "$1" 2>/dev/null || return 0
	for left in "${!LEFT_ALONE[@]}"; do
		[[ ${left% *}/ != "$1"/* ]] || return 0 # which was said
	done
	host_differs "the cgroup $1 could not be removed"
}

# is_used CGROUP CONTROLLER: whether a cgroup below it has a setting of the controller that a new one has not
is_used() {
	local child file probe=$1/ktstr.new theirs initial used=1
	remember cgroup "$probe"
	mkdir "$probe" 2>/dev/null || {
		remember unmade
		return 0
	}
	for child in "$1"/*/; do
		for file in "$child$2".*; do
			case $file in
			*.effective | *.stat | *.current | *.peak | *.events | *.local | *.pressure | *.numa_stat | *.usage) continue ;;
			esac
			mapfile -t theirs 2>/dev/null <"$file" || continue
			mapfile -t initial 2>/dev/null <"$probe/${file##*/}" || continue
			[[ ${theirs[*]} == "${initial[*]}" ]] || used=0
		done
	done
	rmdir "$probe"
	remember unmade
	return "$used"
}

# restore_controllers: in cgroups that were there before this run. When one is disabled those below lose what
# they have set by it.
restore_controllers() {
	local i path one now
	shopt -s nullglob
	for ((i = 0; i < ${#SAVED_CONTROLLERS[@]}; i += 2)); do
		path=${SAVED_CONTROLLERS[i]} now=''
		[[ -d $path ]] || continue
		read -r now 2>/dev/null <"$path/cgroup.subtree_control" || true
		for one in $now; do
			[[ " ${SAVED_CONTROLLERS[i + 1]} " != *" $one "* ]] || continue
			if is_used "$path" "$one"; then
				say "note: the controller $one, which was not in $path/cgroup.subtree_control, is left there: others use it now"
			elif ! { echo "-$one" >"$path/cgroup.subtree_control"; } 2>/dev/null; then
				host_differs "the controller $one was not in $path/cgroup.subtree_control, and cannot be taken out of it"
			fi
		done
		for one in ${SAVED_CONTROLLERS[i + 1]}; do
			[[ " $now " != *" $one "* ]] || continue
			{ echo "+$one" >"$path/cgroup.subtree_control"; } 2>/dev/null ||
				host_differs "the controller $one was in $path/cgroup.subtree_control, and cannot be put into it again"
		done
	done
}

# end_test_group SIGNAL: sends it to the test's process group, and waits 2 s for its end. Another process may have
# the test's PID by now, but not while the group has a member.
end_test_group() {
	! process_start "$TEST_PID" || [[ $REPLY == "$TEST_START" ]] || return 0
	end_group "$TEST_PID" "$1" 2 || true
}

end_test() {
	[[ $TEST_PID ]] || return 0
	disown "$TEST_PID" 2>/dev/null || true # or bash announces how it ended
	[[ ! $WATCHED ]] || remember watched "$TEARDOWN_SECS"
	note_ours "$TEST_ROOT"
	end_test_group TERM
	kill_cgroup "$TEST_CGROUP"
	kill_cgroup "$TEST_ROOT"
	end_test_group KILL
	remember test ''
}

# end_processes SIGNAL SECONDS: sends it to what is in the scheduler's cgroup, and waits that long for its end
end_processes() {
	local i
	read_pids "$SCHED_CGROUP"
	((!${#PIDS[@]})) || kill "-$1" "${PIDS[@]}" 2>/dev/null || true
	for ((i = 0; i < 10 * $2; i++)); do
		read_pids "$SCHED_CGROUP"
		((${#PIDS[@]})) || return 0
		pause 0.1
	done
	return 1
}

# stop_scheduler: the kernel detaches a scheduler when the last process that holds it ends
stop_scheduler() {
	local end=(end_processes)
	[[ $SCHED_PID ]] || return 0
	disown "$SCHED_PID" 2>/dev/null || true
	# one that went and left its child with the scheduler has no process group that is still its own
	if process_start "$SCHED_PID" && [[ $REPLY == "$SCHED_START" ]]; then end=(end_group "$SCHED_PID"); fi
	"${end[@]}" INT 5 || "${end[@]}" TERM 3 || {
		say "warning: the scheduler ignored INT and TERM: it is killed"
		"${end[@]}" KILL 5 || true # kill_cgroup says what is left
	}
	kill_cgroup "$SCHED_CGROUP"
	remember scheduler ''
}

# new_pins: sets PINS to what came to bpffs since the scheduler was started
new_pins() {
	local path new=()
	local -A known=()
	for path in "${PINS_BEFORE[@]}"; do
		known[":$path"]=1
	done
	list_pins
	for path in "${PINS[@]}"; do
		[[ ${known[":$path"]:-} ]] || new+=("$path")
	done
	PINS=("${new[@]}")
}

# remove_pin PATH: only where it is in a bpffs: something else may be mounted over one
remove_pin() {
	local type
	type=$(stat -f -c %t -- "${1%/*}") && [[ $type == cafe4a11 ]] || return
	if [[ -d $1 && ! -L $1 ]]; then
		rmdir -- "$1"
	else
		rm -f -- "$1"
	fi
}

# remove_pins: a link that is pinned keeps a scheduler attached without any process
remove_pins() {
	local i path
	((PINS_KNOWN && !FOREIGN)) || return 0
	new_pins
	for ((i = ${#PINS[@]} - 1; i >= 0; i--)); do
		path=${PINS[i]}
		[[ -e $path || -L $path ]] || continue # it was there under two names
		if remove_pin "$path" 2>/dev/null; then
			say "warning: the scheduler left $path in bpffs: it is removed"
		else
			host_differs "the scheduler left $path in bpffs, and it could not be removed"
		fi
	done
}

# force_out: by SysRq-S, and only a scheduler that is provably this run's: the one that was proved, with no
# enable since, and nobody holds another, as far as all processes of the host are seen
force_out() {
	local i name='' first
	[[ $PROVED && -w /proc/sysrq-trigger ]] && ((!FOREIGN)) || return 1
	read -r name 2>/dev/null </proc/2/comm || true
	[[ $name == kthreadd ]] || return 1 # not the host's first PID namespace
	shopt -s nullglob
	first=(/proc/1/fdinfo/*)
	((${#first[@]})) || return 1 # without CAP_SYS_PTRACE not all is seen
	find_holdings
	find_others "$PROVED"
	[[ ! $REPLY ]] || return 1
	read_attachment
	[[ $STATE == enabled ]] && ((SEQ == SEQ_BEFORE + 1)) || return 1
	echo S >/proc/sysrq-trigger
	say "warning: the scheduler $OPS stayed attached without a process: it is forced out by SysRq-S"
	for ((i = 0; i < 50; i++)); do
		read_attachment
		[[ $STATE == enabled ]] || [[ $STATE == disabling ]] || return 0
		pause 0.1
	done
	return 1
}

# wait_until_disabled: where this run or its test has attached a scheduler. Fails where it took more than
# the end of its processes.
wait_until_disabled() {
	local i whose="this run's scheduler was"
	[[ $SEQ_BEFORE ]] && ((!FOREIGN)) || return 0
	for ((i = 0; i < 100; i++)); do
		read_attachment
		[[ $STATE != disabled && $STATE ]] || return 0
		pause 0.1
	done
	if [[ $ATTACHES_SCHEDULERS == 1 ]]; then
		whose="the test's schedulers were"
	else
		! force_out || return 1
		find_holdings
		find_others "$PROVED"
		if [[ $REPLY ]] || ((${SEQ:-0} != SEQ_BEFORE + 1)); then
			remember foreign
			say "the scheduler ${OPS:-?}, which is not this run's, is attached, and left alone"
			return 1
		fi
	fi
	describe_holder "$OPS"
	host_differs "sched_ext is still $STATE (scheduler ${OPS:-?}) after $whose ended; it is $REPLY"
	return 1
}

# restore_sysctls: those that are not what they were, which is looked at after that as well
restore_sysctls() {
	local i name old REPLY
	for ((i = 0; i < ${#SAVED_SYSCTLS[@]}; i += 2)); do
		name=${SAVED_SYSCTLS[i]} old=${SAVED_SYSCTLS[i + 1]}
		if read_sysctl "$name" && [[ $REPLY == "$old" ]]; then continue; fi
		write_sysctl "$name" "$old" || true
		read_sysctl "$name" || REPLY='not known'
		[[ $REPLY == "$old" ]] || host_differs "the sysctl $name could not be set back to $old: it is $REPLY"
	done
}

remove_work() {
	local mount
	[[ ! $OLD_WORK ]] || rm -rf -- "$OLD_WORK"
	[[ $WORK ]] || return 0
	while read -r _ mount _; do # what a test left mounted there is not ours: rm would go into it
		[[ $mount/ == */"${WORK##*/}"/* || $mount/ == */"${WORK##*/}.denied"/* ]] || continue
		host_differs "$mount is still mounted: umount it, then remove $WORK"
		return 0
	done </proc/self/mounts
	if ((KEEP)) && [[ $ACTION == run && -d $WORK/tree ]]; then
		say "kept: $WORK"
	else
		rm -rf -- "$WORK" || host_differs "$WORK could not be removed"
	fi
	[[ ! -e $WORK.denied ]] || rm -rf -- "$WORK.denied" || say "error: $WORK.denied could not be removed"
}

# cleanup [STATUS]: the EXIT trap, and the janitor's work. A second signal does not stop it.
cleanup() {
	# where no process was to be had bash takes this for what failed, and must not end here
	local status=${1:-$?} path || true
	trap '' INT TERM HUP
	set +e
	STOPPED=''
	if ((!LEFT)); then
		say "an error of this script (status $status): no verdict"
		status=$STATUS_ERROR
	fi
	[[ ! $WATCHED ]] || remember watched "$TEARDOWN_SECS"
	end_test
	stop_scheduler
	remove_pins
	wait_until_disabled
	for path in "${MADE_CGROUPS[@]}" "${USED_CGROUPS[@]}"; do
		kill_cgroup "$path"
	done
	[[ ! $WATCHED ]] || remember watched '' # what is left to do harms nobody, however long it takes
	finish_diagnostics
	finish_log
	restore_sysctls
	for path in "${MADE_CGROUPS[@]}"; do
		remove_cgroup "$path"
	done
	for path in "${USED_CGROUPS[@]}"; do
		remove_below "$path"
	done
	restore_controllers
	remove_work
	if [[ $JOURNAL ]]; then
		remember finished
		exec {JOURNAL}>&-
		wait "$JANITOR" 2>/dev/null
	fi
	# last: another run may begin now. The lock of one that is killed before this is free.
	[[ ! $LOCKED ]] || rm -f -- "$LOCK" || host_differs "$LOCK could not be removed"
	[[ ! $TRACE_FD ]] || exec {TRACE_FD}<&-
	if ((DIFFERS && status < STATUS_MISUSED)); then
		say "this host is not as it was before the run (see above): no verdict, which would have been status $status"
		status=$STATUS_ERROR
	fi
	say_deferred
	print_verdict "$status"
	trap - EXIT
	exit "$status"
}

# --- The scheduler --------------------------------------------------------------------------------

# launch CGROUP COMMAND...: becomes the command, in the cgroup, with the caller's environment and what
# the array ENVIRONMENT adds to it. For a process in the background.
launch() {
	local command
	# first: a cgroup may refuse a process of this policy. A test that keeps it is not on the scheduler.
	[[ ! $RAISED ]] || chrt -o -p 0 "$BASHPID" >/dev/null 2>&1 || {
		echo "the usual scheduling policy could not be set again" >"$WORK/not-launched"
		exit 126
	}
	{ echo "$BASHPID" >"$1/cgroup.procs"; } 2>/dev/null || {
		echo "no process could be put into the cgroup $1" >"$WORK/not-launched"
		exit 126
	}
	shift
	umask 022
	close_own
	trap - TSTP
	trap '' TTOU # a terminal that is set so would stop what prints in the background
	command=(env -i -- "${CALLERS_ENVIRONMENT[@]}" "${ENVIRONMENT[@]}" "$@")
	# dies with this run's shell even where the janitor is gone as well
	[[ ! $SETPRIV ]] || command=("$SETPRIV" --pdeathsig KILL -- "${command[@]}")
	exec "${command[@]}"
}

# check_launched: what launch could not do is no matter of the scheduler's or the test's
check_launched() {
	[[ ! -e $WORK/not-launched ]] || die "$STATUS_UNSUITABLE" "$(<"$WORK/not-launched")"
}

# kernel_log: the kernel log's sched_ext lines, all of them
kernel_log() {
	dmesg 2>/dev/null | grep -e sched_ext -e sub-scheduler || true
}

# read_kernel_log: sets KERNEL_LINES to those that came after the scheduler was started, and REPLY to why it
# was disabled, as the first of them that tells says it
read_kernel_log() {
	local line lines=()
	REPLY='' KERNEL_LINES=()
	mapfile -t lines < <(kernel_log)
	for line in "${lines[@]}"; do
		KERNEL_LINES+=("$line")
		[[ $line != "$LAST_KERNEL_LINE" ]] || KERNEL_LINES=()
	done
	for line in "${KERNEL_LINES[@]}"; do
		[[ $REPLY || $line != *disabled\ \(* ]] || REPLY=${line##*disabled (}
	done
	REPLY=${REPLY%)*}
}

# fail_scheduler MESSAGE: with what the kernel said until now, and the scheduler until its end
fail_scheduler() {
	local line lines=() reason
	[[ ! $ALONE ]] || die "$STATUS_SCHEDULER" "$*"
	remember watched "$TEARDOWN_SECS"
	read_kernel_log
	reason=$REPLY
	stop_scheduler
	finish_log
	mapfile -t lines < <(tail -n 20 "$WORK/scheduler.log")
	for line in "${lines[@]}"; do
		say "scheduler: $line"
	done
	for line in "${KERNEL_LINES[@]}"; do
		say "kernel: $line"
	done
	die "$STATUS_SCHEDULER" "the scheduler $KTSTR_SCHED_NAME failed: $*${reason:+ ($reason)}"
}

# scheduler_command DIRECTORY [PATH]: sets the array COMMAND, with packed files in the directory, and
# the scheduler's path where it is started under another one
scheduler_command() {
	local i
	COMMAND=("${2:-$1/scheduler}" "${SCHED_ARGS[@]}")
	for i in "${SCHED_ARG_PATHS[@]}"; do
		COMMAND[i + 1]=$1/${SCHED_ARGS[i]}
	done
}

# note_pins: what is in bpffs before the scheduler starts, in a file for the janitor
note_pins() {
	list_pins
	{ printf '%s\0' "${PINS[@]}" >"$WORK/pins"; } 2>/dev/null || disk_full
	remember pins
}

# note_holdings: the links that are held before the scheduler starts
note_holdings() {
	local entry
	find_holdings
	for entry in "${HOLDINGS[@]}"; do
		KNOWN+="[${entry#* }]"
	done
	remember known "$KNOWN"
}

start_scheduler() {
	local state seq
	has_file scheduler || return 0
	note_pins
	note_holdings
	LAST_KERNEL_LINE=$(kernel_log)
	LAST_KERNEL_LINE=${LAST_KERNEL_LINE##*$'\n'}
	{ : >"$WORK/scheduler.log" && : >"$WORK/scheduler.log.end" && : >"$WORK/scheduler.log.count"; } 2>/dev/null ||
		disk_full
	scheduler_command "$WORK/tree" "$SCHED_PATH"
	[[ ! -r $SCX/hotplug_seq ]] || read -r HOTPLUG_BEFORE <"$SCX/hotplug_seq"
	read -r seq <"$SCX/enable_seq"
	read -r state <"$SCX/state"
	[[ $state == disabled ]] || die "$STATUS_UNSUITABLE" "sched_ext became $state: somebody else attaches a scheduler"
	remember sequence "$seq"
	ENVIRONMENT=("SCX_TIMEOUT_MS=$((TEST_WATCHDOG_SECS * 1000))")
	serve_libraries scheduler
	start_reader keep_ends "$WORK/scheduler.log"
	SCHED_OUT=$REPLY SCHED_LOG=$READER
	remember watched $((ATTACH_SECS + GRACE_SECS))
	hold_signals # until cleanup knows of it
	set -m # a process group of its own
	launch "$SCHED_CGROUP" "${COMMAND[@]}" </dev/null >&"$SCHED_OUT" 2>&1 &
	process_start $! || REPLY=''
	remember scheduler $! "$REPLY"
	set +m
	exec {SCHED_OUT}>&-
	SCHED_OUT=''
	release_signals
}

# has_ended: whether the scheduler's process has ended; sets SCHED_ENDED to how
has_ended() {
	local status=0 REPLY
	[[ ! $SCHED_ENDED ]] || return 0
	! kill -0 "$SCHED_PID" 2>/dev/null || return 1
	wait "$SCHED_PID" 2>/dev/null || status=$?
	check_launched
	signal_name "$status"
	SCHED_ENDED=$REPLY
}

# keep_ends FILE: keeps the beginning of standard input in FILE, the end in FILE.end, and in FILE.count the
# number of bytes after the beginning: a scheduler that prints without end does not fill the disk
keep_ends() {
	head -c "$LOG_HALF" >"$1" || true
	{ tee >(wc -c >"$1.count") | tail -c "$LOG_HALF" >"$1.end"; } || true
	cat >/dev/null # where the disk is full who writes is read to the end all the same
} 2>/dev/null

# finish_log: after the scheduler's end: makes one file of the log's parts
finish_log() {
	local log=$WORK/scheduler.log left
	[[ $SCHED_LOG ]] || return 0
	end_reader "$SCHED_LOG" || true
	SCHED_LOG=''
	left=$(wc -c <"$log.end") && left=$(($(<"$log.count") - left)) || left=0
	{
		((left <= 0)) || printf '\n(%d bytes left out)\n' "$left"
		cat "$log.end"
	} >>"$log" || true # a full disk is no reason to say less
	rm -f -- "$log.end" "$log.count"
} 2>/dev/null

# read_attachment: sets STATE, SEQ and OPS to what the kernel says now
read_attachment() {
	STATE='' SEQ='' OPS=''
	read -r STATE <"$SCX/state" || true
	read -r SEQ <"$SCX/enable_seq" || true
	[[ ! -r $SCX/root/ops ]] || read -r OPS 2>/dev/null <"$SCX/root/ops" || true
}

# wait_for_attach: attached is: enabled, one enable more than before, and held by a process of the
# scheduler's cgroup. The name in root/ops proves nothing: it is there before the enable is complete.
wait_for_attach() {
	local start
	has_file scheduler || return 0
	now
	start=$REPLY
	while :; do
		has_ended || true # first: bash has a word of its own about one that was killed
		read_attachment
		((${SEQ:-0} <= SEQ_BEFORE + 1)) || fail_scheduler "more than one scheduler was attached after it was started" \
			"(enable_seq went from $SEQ_BEFORE to $SEQ)"
		if ((${SEQ:-0} == SEQ_BEFORE + 1)); then
			read_attachment # the state is older than the number, which goes up last
			[[ $STATE == enabled ]] || fail_ejected
			! is_held || break
			[[ ! $REPLY ]] || fail_foreign "$REPLY"
		fi
		is_scheduler_alive || fail_unattached
		now
		((REPLY - start < 100 * ATTACH_SECS)) || fail_late
		pause 0.1
	done
	remember proved "$HELD_LINKS"
	check_full_switch
}

# is_scheduler_alive: it, or what it started: a loader may leave its child with the scheduler
is_scheduler_alive() {
	has_ended || return 0
	read_pids "$SCHED_CGROUP"
	((${#PIDS[@]}))
}

# fail_foreign PIDS: these hold a link that came since the scheduler was started
fail_foreign() {
	local pids
	remember foreign
	read -ra pids <<<"$1"
	describe_processes "${pids[@]}"
	fail_scheduler "the scheduler ${OPS:-?}, which is attached, is not this run's: it is of $REPLY"
}

# fail_late: the time in which it should have attached is over
fail_late() {
	local how="it is alive, but"
	! has_ended || how="it ended with $SCHED_ENDED, what it started is alive, but"
	if [[ $STATE != enabled ]] || ((${SEQ:-0} != SEQ_BEFORE + 1)); then
		fail_scheduler "$how not attached after $ATTACH_SECS s (sched_ext is ${STATE:-gone})"
	fi
	fail_unheld "$how no process of it holds the scheduler ${OPS:-?}, which is attached"
}

# fail_unheld MESSAGE: of a scheduler that is attached and that no process holds: it is this run's only
# where something was pinned
fail_unheld() {
	new_pins
	describe_pins
	[[ ! $REPLY ]] || fail_scheduler "$*: it is pinned in bpffs, perhaps as $REPLY"
	remember foreign
	fail_scheduler "$*"
}

# fail_ejected: it was enabled, and is not any more. Who has ended by then may be ended by that.
fail_ejected() {
	local i how="its process is alive" word=ejected
	is_held || [[ ! $REPLY ]] || fail_foreign "$REPLY"
	for ((i = 0; i < 5; i++)); do
		if has_ended && { ((${#HOLDERS[@]} == 0)) || holder_ended; }; then
			how="its process ended with $SCHED_ENDED"
			break
		fi
		pause 0.1
	done
	read_kernel_log
	[[ $REPLY != unregistered\ from\ user* ]] || word=detached
	fail_scheduler "it was attached and $word at once, before the test began, and $how"
}

# fail_unattached: its process ended. What is attached then, after the time that detaching takes, is
# another's, and not to be touched by this run.
fail_unattached() {
	local how=$SCHED_ENDED i
	for ((i = 0; i < 20; i++)); do
		read_attachment
		if [[ $STATE == disabled ]]; then
			((${SEQ:-0} != SEQ_BEFORE + 1)) || fail_ejected
			fail_scheduler "it ended with $how before it was attached"
		fi
		pause 0.1
	done
	((${SEQ:-0} != SEQ_BEFORE + 1)) || is_held || [[ ! $REPLY ]] || fail_foreign "$REPLY"
	fail_unheld "it ended with $how, and the scheduler ${OPS:-?}, which none of its processes holds, is attached"
}

check_full_switch() {
	local full=1
	[[ ! -r $SCX/switch_all ]] || read -r full <"$SCX/switch_all"
	((!full)) || return 0
	PARTIAL=1
	say "warning: the scheduler switches only tasks of the policy SCHED_EXT: others are not on it"
}

# sample_policies: whether a task of the test has the policy SCHED_EXT, where others are not on the
# scheduler. No fork: it runs while the test is measured, until one was seen.
sample_policies() {
	local cgroup pid stat file fields
	((PARTIAL && !ON_EXT)) || return 0
	SAMPLES=$((SAMPLES + 1))
	for cgroup in "$TEST_CGROUP" "$TEST_ROOT"; do
		read_pids "$cgroup"
		for pid in "${PIDS[@]}"; do
			for file in "/proc/$pid/task/"*/stat; do
				read -r stat 2>/dev/null <"$file" || continue
				# shellcheck disable=SC2206 # words; after the name, which may hold blanks
				fields=(${stat##*) })
				[[ ${fields[38]:-} == 7 ]] || continue # field 41
				ON_EXT=1
				return 0
			done
		done
	done
}

# holder_ended: whether no process is left that holds the scheduler; sets REPLY to how it ended, else to
# nothing. It looks for others, which forks, only where those that did are gone.
holder_ended() {
	local pid
	REPLY=''
	for pid in "${HOLDERS[@]}"; do
		! kill -0 "$pid" 2>/dev/null || return 1
	done
	has_ended || true
	! is_held || return 1
	REPLY="the process of it that held it ended"
	[[ ! $SCHED_ENDED ]] || REPLY="its process ended with $SCHED_ENDED"
}

# detached_how: sets REPLY. A process that ends because it was detached takes a moment, and how it
# ends tells more; so does a scheduler that attaches again.
detached_how() {
	local i state=$STATE
	for ((i = 0; i < 5; i++)); do
		! holder_ended || return 0
		pause 0.1
	done
	read_attachment
	REPLY="it was detached (sched_ext is ${state:-gone}), and its process is alive"
	((${SEQ:-0} <= SEQ_BEFORE + 1)) || attached_again
}

attached_again() {
	REPLY="it was attached again (enable_seq went from $((SEQ_BEFORE + 1)) to $SEQ)"
}

# is_still_attached: else sets REPLY to what happened. No fork: it runs while the test is measured.
is_still_attached() {
	if [[ ! $SCHED_PID ]]; then
		is_still_alone
		return
	fi
	read_attachment
	if ((${SEQ:-0} > SEQ_BEFORE + 1)); then
		attached_again
	elif holder_ended; then
		return 1
	elif [[ $STATE != enabled ]] || ((${SEQ:-0} != SEQ_BEFORE + 1)); then
		detached_how
	else
		return 0
	fi
	return 1
}

# check_detached: the last part of the proof, after the test and before its verdict: with its processes the
# attached scheduler goes. Else it was another's.
check_detached() {
	local seq=$((SEQ_BEFORE + 1))
	[[ $SCHED_PID ]] || return 0
	remember watched "$TEARDOWN_SECS"
	check_subschedulers
	stop_scheduler
	remove_pins
	if ! wait_until_disabled; then
		remember detached
		fail_scheduler "a scheduler stayed attached after all of its processes were ended: whether the test ran under this run's is unproved"
	fi
	read_attachment
	remember detached
	((${SEQ:-0} == seq)) || fail_scheduler "another scheduler was attached as it ended (enable_seq went from $seq to ${SEQ:-?})"
}

# check_subschedulers: those below cgroups change neither state nor enable_seq. The kernel log alone tells
# that one was ejected; where a process outside of the scheduler's attaches them, too, it may be that one's.
check_subschedulers() {
	local line pids
	read_kernel_log
	for line in "${KERNEL_LINES[@]}"; do
		[[ $line == *sub-scheduler*disabled\ \(* && $line != *disabled\ \(unregistered\ from\ user* ]] || continue
		is_held || [[ ! $REPLY ]] || {
			read -ra pids <<<"$REPLY"
			describe_processes "${pids[@]}"
			say "warning: a sub-scheduler was ejected, perhaps that of $REPLY"
			return 0
		}
		fail_scheduler "a sub-scheduler was ejected while the test ran"
	done
}

# --- A test without a scheduler -------------------------------------------------------------------

# note_alone: a test without a scheduler runs under none at all, unless it attaches some itself
note_alone() {
	! has_file scheduler && [[ -r $SCX/state ]] || return 0
	read_attachment
	[[ $STATE == disabled ]] || die "$STATUS_UNSUITABLE" "sched_ext became $STATE: somebody else attaches a scheduler"
	if [[ $ATTACHES_SCHEDULERS == 1 ]]; then
		remember sequence "${SEQ:-0}" # what it attaches is gone at the end
	else
		ALONE=${SEQ:-0}
	fi
}

# is_still_alone: else sets REPLY to who came. No fork where nobody did.
is_still_alone() {
	[[ $ALONE ]] || return 0
	read_attachment
	[[ $STATE != disabled || ${SEQ:-0} != "$ALONE" ]] || return 0
	if [[ $STATE == disabled ]]; then
		REPLY="it is detached again, and enable_seq went from $ALONE to ${SEQ:-0}"
	else
		describe_holder "$OPS"
		REPLY="the scheduler ${OPS:-?}, and it is $REPLY"
	fi
	REPLY="another scheduler was attached while the test ran ($REPLY)"
	return 1
}

# --- The test -------------------------------------------------------------------------------------

# test_command DIRECTORY [PATH]: the same for the test
test_command() {
	COMMAND=("${2:-$1/ktstr}" "${RUN_ARGS[@]}")
	((${#RUN_ARGS[@]})) || COMMAND+=(run --ktstr-test-fn "$KTSTR_TEST_NAME" --duration "$TEST_DURATION_SECS"
		--watchdog-timeout "$TEST_WATCHDOG_SECS")
}

# start_diagnostics: in a KTAP document what the test prints is no verdict
start_diagnostics() {
	((KTAP)) || return 0
	start_reader print_diagnostics
	TEST_OUT=$REPLY DIAGNOSTICS=$READER
}

# print_diagnostics: each line of standard input as a diagnostic, without empty lines. No loop of bash, which
# would read byte by byte: the test waits for its reader. The last line may lack its newline, which echo gives
# it. Where nobody reads what is printed the rest is read all the same.
print_diagnostics() {
	local by_lines=()
	! type -P stdbuf >/dev/null || by_lines=(stdbuf -oL)
	{ cat; echo; } | { "${by_lines[@]}" sed -e '/./!d' -e 's/^/# /' 2>/dev/null || cat >/dev/null; }
}

finish_diagnostics() {
	((TEST_OUT != 1)) || return 0
	exec {TEST_OUT}>&-
	TEST_OUT=1
	# what was killed may have ended within a line
	end_reader "$DIAGNOSTICS" || { echo; } 2>/dev/null || true
}

start_test() {
	local scheduler=$SCHED_PID
	note_alone
	[[ ! $SCHED_ENDED ]] || scheduler=${HOLDERS[0]}
	test_command "$WORK/tree" "$TEST_PATH"
	ENVIRONMENT=("PATH=$WORK/tree/include:${DENIED:+$DENIED:}$PATH" "KTSTR_DIR=$WORK/tree" "KTSTR_INCLUDE_DIR=$WORK/tree/include"
		"KTSTR_CGROUP_ROOT=$TEST_ROOT" "KTSTR_DURATION_SECS=$TEST_DURATION_SECS"
		"KTSTR_WATCHDOG_SECS=$TEST_WATCHDOG_SECS" ${scheduler:+"KTSTR_SCHED_PID=$scheduler"})
	serve_libraries ktstr
	remember watched $((TEST_DURATION_SECS + TEST_WATCHDOG_SECS + 2 * GRACE_SECS))
	hold_signals
	set -m
	launch "$TEST_CGROUP" "${COMMAND[@]}" </dev/null >&"$TEST_OUT" &
	process_start $! || REPLY=''
	remember test $! "$REPLY"
	set +m
	release_signals
}

# watch_test: waits for the test's end. A verdict counts only if the scheduler stayed attached for the whole
# run. Sets REPLY to the test's status.
watch_test() {
	local limit=$((TEST_DURATION_SECS + TEST_WATCHDOG_SECS + GRACE_SECS)) start what='' status=0 after
	now
	start=$REPLY
	while is_still_attached || { what=$REPLY && false; } && kill -0 "$TEST_PID" 2>/dev/null; do
		now
		if ((REPLY - start >= 100 * limit)); then
			end_test
			die "$STATUS_FAIL" "fail: the test was still running after $limit s"
		fi
		sample_policies
		pause "$POLL_SECS"
	done
	seconds_since "$start"
	after=$REPLY
	[[ $what ]] || wait "$TEST_PID" 2>/dev/null || status=$?
	end_test # and what it left in the background
	if [[ ! $what ]]; then
		check_launched
		is_still_attached || what=$REPLY # whatever it says: until all of it was gone
	fi
	if [[ $what ]]; then
		what+=", $after s into the run"
		if [[ $HOTPLUG_BEFORE ]] && read -r REPLY <"$SCX/hotplug_seq" && ((REPLY != HOTPLUG_BEFORE)); then
			what+=", after a CPU came or went"
		fi
		fail_scheduler "$what"
	fi
	check_detached
	finish_diagnostics
	REPLY=$status
}

# conclude STATUS: says how the test ended, and ends with the status that stands for it
conclude() {
	tell_denied
	if ((PARTIAL && !ON_EXT)); then
		REASON="the scheduler switches only tasks of the policy SCHED_EXT, and no task of the test was seen with it ($SAMPLES looks)"
		[[ $1 != 0 ]] || die "$STATUS_UNSURE" "inconclusive: $REASON"
		say "warning: $REASON"
	fi
	case $1 in
	0) say "pass" ;;
	1) say "fail" ;;
	2) say "inconclusive" ;;
	4)
		REASON="the test says so"
		say "skip"
		;;
	126 | 127)
		# of its own: what cannot be started was found out before
		die "$STATUS_FAIL" "fail: the test ended with status $1, as a program that cannot be started does"
		;;
	*)
		signal_name "$1"
		[[ $REPLY != SIG* ]] || die "$STATUS_FAIL" "fail: the test was killed by $REPLY"
		die "$STATUS_FAIL" "fail: the test ended with status $1, which no test has"
		;;
	esac
	leave "$1"
}

# --- Without running anything ---------------------------------------------------------------------

print_info() {
	local name
	for name in KTSTR_TEST_NAME KTSTR_SCHED_NAME KTSTR_GIT_HASH NEED_LLCS NEED_CORES_PER_LLC \
		NEED_THREADS_PER_CORE NEED_NUMA_NODES TEST_DURATION_SECS TEST_WATCHDOG_SECS CGROUP_PARENT \
		NEED_GLIBC NEED_GLIBC_FILE PACKED_BYTES PAYLOAD_SIZE PAYLOAD_SHA256; do
		shown "${!name}"
		printf '%s=%s\n' "$name" "$REPLY"
	done
	printf 'DECOMPRESS=%s\n' "${DECOMPRESS[*]@Q}"
	printf 'SCHED_ARGS=%s\n' "${SCHED_ARGS[*]@Q}"
	printf 'RUN_ARGS=%s\n' "${RUN_ARGS[*]@Q}"
	printf 'ATTACHES_SCHEDULERS=%s\n' "$ATTACHES_SCHEDULERS"
	printf 'DROPS_ROOT=%s\n' "$DROPS_ROOT"
	printf 'TEST_PROGRAM=%s\n' "${TEST_PROGRAM@Q}"
	printf 'SCHED_PROGRAM=%s\n' "${SCHED_PROGRAM@Q}"
	printf 'SYSCTLS=%s\n' "${SYSCTLS[*]@Q}"
	printf 'PACKED_FILES=%s\n' "${PACKED_FILES[*]@Q}"
	printf 'NEED_MACHINES=%s\n' "${NEED_MACHINES[*]}"
	printf 'NEED_INTERPRETERS=%s\n' "${NEED_INTERPRETERS[*]@Q}"
}

# Text in UTF-8 without control characters.
readonly UTF8_TEXT=$'^([ -~]|[\303-\337][\200-\277]|\302[\240-\277]|\340[\240-\277][\200-\277]|[\341-\357][\200-\277][\200-\277]|[\360-\364][\200-\277][\200-\277][\200-\277])*$'

# shown TEXT: sets REPLY to it, quoted where it is not such text or the terminal would not show it
shown() {
	REPLY=$1
	if [[ ! $1 =~ $UTF8_TEXT ]] || { [[ -t 1 && $1 == *[$'\200'-$'\377']* ]] && ((!UTF8)); }; then
		REPLY=${1@Q}
	fi
}

list() {
	local name REPLY
	for name in "${PACKED_FILES[@]}"; do
		shown "$name"
		printf '%s\n' "$REPLY"
	done
}

print_command() {
	if has_file scheduler; then
		scheduler_command KTSTR_DIR
		printf '%s\n' "${COMMAND[*]@Q}"
	fi
	test_command KTSTR_DIR
	printf '%s\n' "${COMMAND[*]@Q}"
}

# verify: checks the archive, with a work directory for what comes through a pipe
verify() {
	check_programs
	list_places
	((${#PROBLEMS[@]})) || make_work_directory
	((${#PROBLEMS[@]} == 0)) || die "$STATUS_UNSUITABLE" "${PROBLEMS[0]}"
	keep_text
	check_archive
}

extract() {
	local file
	[[ ! -e $OPERAND && ! -L $OPERAND || -d $OPERAND ]] || die "$STATUS_MISUSED" "--extract: $OPERAND is not a directory"
	for file in "$OPERAND"/* "$OPERAND"/.[!.]*; do
		[[ ! -e $file ]] || die "$STATUS_MISUSED" "--extract: $OPERAND is not empty"
	done
	verify
	mkdir -p -- "$OPERAND" || die "$STATUS_UNSUITABLE" "--extract: $OPERAND cannot be made"
	unpack "$OPERAND" || die "$STATUS_UNSUITABLE" "$REPLY"
}

# --- All of it ------------------------------------------------------------------------------------

# preflight: all that can be known before anything is changed, but for the lock, which a run has from the
# start, and the work directory, which comes last
preflight() {
	local one
	[[ $ACTION == run ]] || check_lock
	check_bash
	check_privileges
	check_programs
	check_container
	check_machine
	check_glibc
	check_sched_ext
	check_conflict
	check_cgroup
	check_topology
	list_places
	make_work_directory
	for one in "${PROBLEMS[@]}"; do
		say "not suitable: $one"
	done
	((${#PROBLEMS[@]} == 0)) || {
		REASON=${PROBLEMS[0]}
		leave "$STATUS_UNSUITABLE"
	}
}

run() {
	now
	read_suspends
	print_banner
	take_lock
	start_janitor
	name_holders
	preflight
	start_diagnostics
	keep_text
	unpack_somewhere
	name_programs
	check_packed_programs
	make_denied
	DEFER=1
	use_cgroup "$TEST_ROOT"
	use_cgroup "$RUN_CGROUP"
	make_cgroup "$TEST_CGROUP"
	make_cgroup "$SCHED_CGROUP"
	[[ ! $CGROUP_PARENT ]] || make_cgroup "$CGROUP_MOUNT/$CGROUP_PARENT"
	set_sysctls
	raise_priority
	umask 077 # logs are root's; see launch
	start_scheduler
	wait_for_attach
	start_test
	watch_test
	conclude "$REPLY"
}

# read_callers_environment: takes out of it what is for this script, too, and leaves out of it what
# env(1) would not take for a variable
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
		HOME=*) export HOME=${entry#*=} ;; # where a decompressor may have its keys
		esac
		[[ $entry != ?*=* ]] || CALLERS_ENVIRONMENT+=("$entry")
	done
	locale=${locale:-${ctype:-$lang}}
	[[ ${locale,,} != *utf-8* && ${locale,,} != *utf8* ]] || UTF8=1
}

# find_programs: makes PATH one of absolute directories: what is there under an empty or a relative name, as
# the current directory is, must not be run as root
find_programs() {
	local directory rest=$PATH: absolute=''
	while [[ $rest ]]; do
		directory=${rest%%:*}
		rest=${rest#*:}
		[[ $directory != /* ]] || absolute+=$directory:
	done
	PATH=$absolute/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

# act: what makes something that is to be cleaned up
act() {
	trap cleanup EXIT
	trap 'stop 129' HUP
	trap 'stop 130' INT
	trap 'stop 143' TERM
	trap '' TSTP # ^Z would leave a scheduler attached, or stop what unpacks, for as long as one likes
	trap : PIPE # a reader that left must not stop the cleanup; programs get the default again
	case $ACTION in
	run) run ;;
	check)
		preflight
		say "this host is suitable"
		;;
	verify)
		verify
		say "this file is as it was exported"
		;;
	extract) extract ;;
	esac
	leave 0
}

main() {
	trap - EXIT
	umask 022
	read_callers_environment
	find_programs
	parse_arguments "$@"
	case $ACTION in # these make nothing, and end as any program does where their reader left
	info) print_info ;;
	list) list ;;
	print-command) print_command ;;
	*) act ;;
	esac
	trap - EXIT
	exit 0
}

main "$@"
exit # what follows is no script
__ARCHIVE__
