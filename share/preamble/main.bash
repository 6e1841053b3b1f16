# --- main: what a run does, in its order ---

# preflight: checks all that can be known before anything is changed. The work directory is made last, as a check.
preflight() {
	local one
	[[ $ACTION == run ]] || check_lock # first: later checks name nothing of another run that could be stopped
	check_privileges
	check_programs
	check_container
	check_machine
	check_glibc
	check_kernel_version
	check_sched_ext
	check_conflict
	check_commands
	check_cgroup
	check_topology
	list_places
	make_work_directory
	if [[ $OTHER_RUN ]]; then PROBLEMS=("${PROBLEMS[@]:1}" "${PROBLEMS[0]}"); fi # it ends by itself
	for one in "${PROBLEMS[@]}"; do
		say "not suitable: $one"
		record problem "$one"
	done
	if ((${#PROBLEMS[@]})); then
		REASON=${PROBLEMS[0]}
		leave "$STATUS_UNSUITABLE"
	fi
}

run() {
	note_start
	print_banner
	take_lock
	start_janitor
	start_progress
	name_holders
	preflight
	tell_unfinished
	phase unpacking
	keep_text
	unpack_somewhere
	begin_evidence || disk_full
	prepare_programs
	raise_priority
	if is_series; then
		run_series
	else
		run_round
	fi
}

# prepare_programs: what follows each unpacking
prepare_programs() {
	name_programs
	check_packed_programs
	make_denied
}

# run_round: the part of a run that attaches the scheduler and runs the test
run_round() {
	make_metrics
	forget_denied
	DEFER=1
	use_cgroup "$TEST_ROOT"
	use_cgroup "$RUN_CGROUP"
	make_cgroup "$TEST_CGROUP"
	make_cgroup "$SCHED_CGROUP"
	enable_controllers "$TEST_ROOT"
	if [[ $CGROUP_PARENT ]]; then
		make_cgroup "$CGROUP_MOUNT/$CGROUP_PARENT"
		enable_controllers "$CGROUP_MOUNT/$CGROUP_PARENT"
	fi
	set_sysctls
	umask 077 # logs are root's; see launch
	take_snapshot before
	start_trace
	start_test_log
	mark_unfinished
	if has_scheduler; then phase attaching "$ATTACH_SECS"; fi
	start_scheduler
	wait_for_attach
	switch_on
	run_test
	conclude "$REPLY"
}

set_traps() {
	trap cleanup EXIT
	trap 'stop 129' HUP
	trap 'stop 130' INT
	trap 'stop 143' TERM
	trap '' TSTP # a run that ^Z stops would leave its scheduler attached
	trap : PIPE # a reader that left must not end this; started programs get the default again
}

# act: does what must be cleaned up after
act() {
	# a descriptor that the caller has closed cannot be copied for the test
	[[ -e /proc/$$/fd/1 ]] || exec >/dev/null
	[[ -e /proc/$$/fd/2 ]] || exec 2>/dev/null
	set_traps
	case $ACTION in
	run) run ;;
	check)
		preflight
		keep_text
		check_archive # last: no damaged file is called suitable
		say "this host is suitable, and $CHECKED"
		;;
	verify)
		verify
		say "$CHECKED"
		;;
	extract) extract ;;
	esac
	leave 0
}

main() {
	trap - EXIT
	umask 022
	read_callers_environment
	as_line "$PROGRAM"
	PROGRAM=$REPLY
	find_programs
	parse_arguments "$@"
	case $ACTION in # these make nothing, and end as any program does if their reader leaves
	info | list | manual) print_text "print_$ACTION" ;;
	print-command) print_text print_command ;;
	*) act ;;
	esac
	trap - EXIT
	exit 0
}

readonly SCRIPT_LINES=$LINENO
main "$@"
exit # what follows is no script
