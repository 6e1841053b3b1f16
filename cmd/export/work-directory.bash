# --- work-directory: where the parts of a .run are made ---

# work_template: sets REPLY to the template of the work directory's name. It is beside the output, so that the
# last step is a rename, which happens at once or not at all. Of several tests, those of the tests are in one.
work_template() {
	local directory=./
	if [[ $shared ]]; then
		REPLY=$shared/XXXXXXXXXX
		return
	fi
	if [[ $output == - ]]; then
		directory=${TMPDIR:-/tmp}/
	elif [[ $output == */* ]]; then
		directory=${output%/*}/
	fi
	REPLY=$directory.${name:0:200}.run.XXXXXXXXXX
}

make_work() {
	local made what=${target:-$output}
	if [[ $output == - ]]; then what='no temporary directory: set TMPDIR to another'; fi
	work_template
	work='' stage_pids=() stage_names=() patience=20
	trap clean_up EXIT
	hold_signals # until clean_up knows the directory
	made=$(trap '' HUP INT TERM; mktemp -d -- "$REPLY" 2>&1) || die "$STATUS_FAILED" "$what: ${made##*: }"
	work=$made
	export KTSTR_IMPORT_DIR=$work # what ktstr-manifest imports is removed with all else
	release_signals
}

# shellcheck disable=SC2317 # reached through the trap
clean_up() {
	local status=$? || true # after a fork that failed bash lets this command fail
	trap '' INT TERM HUP
	end_stages
	if [[ $work ]]; then rm -rf -- "$work" || say "$work: not removed: remove it"; fi
	exit "$status"
}
