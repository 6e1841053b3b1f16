# --- arguments: the command line ---

print_help() {
	local about='' REPLY
	shown "$KTSTR_ABOUT"
	if [[ $KTSTR_ABOUT ]]; then about+=$'\n'"About: $REPLY"; fi
	shown "$KTSTR_CONTACT"
	if [[ $KTSTR_CONTACT ]]; then about+=$'\n'"Contact: $REPLY"; fi
	cat <<-EOF
		usage: $PROGRAM [OPTION...]
		       bash $PROGRAM [OPTION...]   if the file may not be executed: mail
		       drops the x bit, and a mount may have noexec
		Runs the test $KTSTR_TEST_NAME under the scheduler $KTSTR_SCHED_NAME on this host, as root.$about

		  --duration SECS          how long the test works ($TEST_DURATION_SECS)
		  --watchdog-timeout SECS  the scheduler's watchdog ($TEST_WATCHDOG_SECS)
		  --attach-timeout SECS    how long the scheduler may take to attach ($ATTACH_SECS)
		  --wait-lock SECS         wait that long for the end of another .run
		                           (default: do not)
		  --tmpdir DIR             unpack in DIR (default: the first that is fit of
		                           \$TMPDIR, /tmp, /var/tmp, /dev/shm, /run and this
		                           file's own directory)
		  --repeat N               run N rounds, each with a new attach; the status is
		                           the worst
		  --for SECS               run rounds until this time is over
		  --until-fail             run rounds until one does not pass
		  --no-scheduler           run it under the kernel's default instead of the
		                           packed scheduler
		  --baseline               run rounds with and without the packed scheduler,
		                           in turn
		  --keep                   keep the unpacked files and the scheduler's log, and
		                           say where
		  --evidence WHEN          keep evidence: failure (the default), always or
		                           never
		  --evidence-to PLACE      keep it always, and here: a new file, a directory,
		                           or - for standard output
		                           (default: in $EVIDENCE_DIRECTORY)
		  --evidence-omit LIST     leave parts of it out:
		                           dump,kernel,test,scheduler,proc,host
		  --ktap                   print a KTAP document on standard output
		  --quiet                  no banner; errors are still shown
		instead of running it, without root:
		  --check                  only check this host, then this file:
		                           status 0, 4 or 65
		  --info                   print the frozen values
		  --list                   list the packed files
		  --verify                 check that the archive is as it was exported
		  --extract DIR            unpack into DIR, which must be new or empty
		  --print-command          print the commands of the scheduler and the test
		  --help                   show this help
		  --manual                 print the manual, ktstr-run(7), as text

		Who made it? This file cannot say: check its signature, where there is one,
		before you run it in any way, with the keys that you trust in a file:
		  ssh-keygen -Y verify -f allowed_signers -I IDENTITY -n ktstr-run \\
		          -s NAME.run.sig < NAME.run

		Frozen at export: the scheduler, its arguments, and the topology:
		$NEED_NUMA_NODES NUMA nodes, $NEED_LLCS LLCs, each with $NEED_CORES_PER_LLC cores of $NEED_THREADS_PER_CORE threads.

		Status: 0 pass, 1 fail, 2 inconclusive, 3 the scheduler failed: it was not
		attached for the whole run, 4 skipped: this host is not suitable or the test
		says so, 64 misused, 65 this file is damaged, 70 an error of this script,
		128+N ended by signal N.
	EOF
}

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
	--tmpdir | --evidence-to) USED_OPTIONS+=("$1") ;; # a path may name a user
	*) USED_OPTIONS+=("$1=$2") ;;
	esac
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
	--repeat)
		if [[ ! $2 =~ ^0*[1-9][0-9]{0,4}$ ]] || ((10#$2 > ROUNDS_MAX)); then
			die "$STATUS_MISUSED" "--repeat: not a number of rounds from 1 to $ROUNDS_MAX: $2"
		fi
		REPEAT=$((10#$2))
		;;
	--for)
		parse_seconds "$@"
		FOR_SECS=$REPLY
		;;
	--wait-lock)
		parse_seconds "$@"
		WAIT_LOCK_SECS=$REPLY
		;;
	--tmpdir)
		[[ -d $2 ]] || die "$STATUS_MISUSED" "--tmpdir: there is no directory $2: make it, or name another"
		TMP_DIRECTORY=$2
		;;
	--evidence)
		[[ $2 == failure || $2 == always || $2 == never ]] ||
			die "$STATUS_MISUSED" "--evidence: not failure, always or never: $2"
		EVIDENCE_WHEN=$2
		;;
	--evidence-to) EVIDENCE_TO=$2 ;;
	--evidence-omit) omit_evidence "$2" ;;
	--extract)
		set_action extract
		OPERAND=$2
		;;
	esac
}

# take_flag OPTION: an option of a run that has no value
take_flag() {
	case $1 in
	--keep) KEEP=1 ;;
	--ktap) ktap=1 ;; # of parse_arguments
	--quiet) QUIET=1 ;;
	--until-fail) UNTIL_FAIL=1 ;;
	--no-scheduler) NO_SCHEDULER=1 ;;
	--baseline) BASELINE=1 ;;
	esac
	USED_OPTIONS+=("$1")
}

# check_rounds: whether the options about rounds can be followed
check_rounds() {
	if [[ $ACTION != run ]] && is_series; then
		die "$STATUS_MISUSED" "--repeat, --for, --until-fail and --baseline are for a run: --$ACTION has no rounds"
	elif [[ $NO_SCHEDULER && $BASELINE ]]; then
		die "$STATUS_MISUSED" "--no-scheduler and --baseline exclude each other: --baseline has rounds with and without the scheduler"
	elif [[ $ATTACHES_SCHEDULERS && ($NO_SCHEDULER || $BASELINE) ]]; then
		die "$STATUS_MISUSED" "this test attaches schedulers itself: it has no rounds without one"
	elif [[ $SCHED_EXPECTED_ERROR && ($NO_SCHEDULER || $BASELINE) ]]; then
		die "$STATUS_MISUSED" "this test expects that its scheduler is ejected: it has no rounds without one"
	elif [[ $BASELINE ]] && ! has_scheduler && ! has_commands; then
		die "$STATUS_MISUSED" "--baseline: no scheduler is packed that it could leave out: use --repeat"
	elif [[ $BASELINE ]] && ((${REPEAT:-0} > ROUNDS_MAX / 2)); then
		die "$STATUS_MISUSED" "--repeat: with --baseline not more than $((ROUNDS_MAX / 2)) rounds of each: $REPEAT"
	fi
}

# omit_evidence LIST: sets OMITTED
omit_evidence() {
	local part rest=$1,
	while [[ $rest ]]; do
		part=${rest%%,*}
		rest=${rest#*,}
		case $part in
		dump | kernel | test | scheduler | proc | host) OMITTED[$part]=1 ;;
		*) die "$STATUS_MISUSED" "--evidence-omit: not dump, kernel, test, scheduler, proc or host: $part" ;;
		esac
	done
}

# check_evidence_to KTAP: whether the evidence can be written there is known before the run begins
check_evidence_to() {
	local directory=.
	[[ $EVIDENCE_TO ]] || return 0
	if [[ $EVIDENCE_TO == */* ]]; then directory=${EVIDENCE_TO%/*}/; fi
	if [[ $EVIDENCE_WHEN == never ]]; then
		die "$STATUS_MISUSED" "--evidence never and --evidence-to exclude each other"
	elif [[ $EVIDENCE_TO == - ]]; then
		if (($1)); then die "$STATUS_MISUSED" "--evidence-to - and --ktap exclude each other: both print on standard output"; fi
		[[ -e /proc/$$/fd/1 && -e /proc/$$/fd/2 ]] ||
			die "$STATUS_MISUSED" "--evidence-to -: standard output or standard error is closed"
		[[ ! -t 1 ]] || die "$STATUS_MISUSED" "--evidence-to -: standard output is a terminal: redirect it to a file"
		exec {EVIDENCE_FD}>&1 1>&2 # the test prints on standard error
	elif [[ -f $EVIDENCE_TO ]]; then
		die "$STATUS_MISUSED" "--evidence-to: $EVIDENCE_TO is there already: name a new file"
	elif [[ ! -e $EVIDENCE_TO && ! -d $directory ]]; then
		die "$STATUS_MISUSED" "--evidence-to: there is no directory $directory: make it, or name another"
	fi
	EVIDENCE_WHEN=always
}

parse_arguments() {
	local option ktap=0 REPLY
	while (($#)); do
		option=$1
		shift
		case $option in
		--duration | --watchdog-timeout | --attach-timeout | --wait-lock | --tmpdir | --extract | \
			--repeat | --for | --evidence | --evidence-to | --evidence-omit)
			(($#)) || die "$STATUS_MISUSED" "$option: needs a value (see --help)"
			take_value "$option" "$1"
			shift
			;;
		--duration=* | --watchdog-timeout=* | --attach-timeout=* | --wait-lock=* | --tmpdir=* | \
			--repeat=* | --for=* | --extract=* | --evidence=* | --evidence-to=* | --evidence-omit=*)
			take_value "${option%%=*}" "${option#*=}"
			;;
		--check | --info | --list | --verify | --print-command | --manual) set_action "${option#--}" ;;
		--keep | --ktap | --quiet | --until-fail | --no-scheduler | --baseline) take_flag "$option" ;;
		-h | --help)
			print_text print_help
			leave 0
			;;
		--cpus | --cpus=* | --topology | --topology=* | --affinity | --affinity=*)
			die "$STATUS_MISUSED" "${option%%=*} is frozen, so that what ran there runs here:" \
				"export the test again to change it"
			;;
		*)
			suggest "$option" "$(print_help)"
			die "$STATUS_MISUSED" "unknown argument: $option$REPLY (see --help)"
			;;
		esac
	done
	if ((ktap)) && [[ $ACTION != run ]]; then
		die "$STATUS_MISUSED" "--ktap is for a run: --$ACTION has no verdict"
	elif ((ktap)) && [[ ! -e /proc/$$/fd/1 ]]; then
		die "$STATUS_MISUSED" "--ktap: standard output is closed"
	fi
	if [[ $ACTION != run && ($EVIDENCE_TO || $EVIDENCE_WHEN != failure || ${#OMITTED[@]} -gt 0) ]]; then
		die "$STATUS_MISUSED" "--evidence is for a run: --$ACTION has none"
	fi
	check_rounds
	check_evidence_to "$ktap"
	KTAP=$ktap
}
