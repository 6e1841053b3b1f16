# --- several: many tests by one command ---

# find_tests: adds to names what --all and patterns stand for. Fails where they stand for nothing, or not all is known.
find_tests() {
	local found status=0
	stage "$input" listed "${finder[@]}" --list -- "${patterns[@]}" || status=$?
	while IFS=$'\t' read -r found _; do
		add_name "$found"
	done <"$work/listed"
	((${#names[@]})) || die "$((status ? status : STATUS_FAILED))" "there is no test to export"
	return "$status"
}

# note_status STATUS: keeps in status that of the first test that failed, but what cannot be exported counts least
note_status() {
	if ((status == 0 || status == 2 && $1)); then status=$1; fi
}

# print_several: what export_each does, as one command in parentheses
# shellcheck disable=SC2016
print_several() {
	printf '(\nstatus=%d\n' "$status"
	printf 'note() { case $1,$status in 64,* | 129,* | 130,* | 143,*) exit "$1" ;; 0,*) ;; *,0 | *,2) status=$1 ;; esac; }\n'
	for name in "${names[@]}"; do
		(export_test "$name") || true # it has printed what fails as it did
		printf 'note "$?"\n'
	done
	printf 'exit "$status"\n)\n'
}

# export_each: the tests one after the other, each in a process of its own, so that nothing but that ends if it fails.
# Sets status.
export_each() {
	local failed exported=0
	patience=200 # such a process has to end its own stages
	for name in "${names[@]}"; do
		failed=0
		hold_signals # until clean_up knows of it
		{
			if [[ $input ]]; then exec <"$work/$input"; fi
			shared=$work
			export_test "$name"
		} <&0 &
		stage_pids=($!) stage_names=("$name")
		release_signals
		wait "$!" || failed=$?
		stage_pids=() stage_names=()
		note_status "$failed"
		if ((failed == STATUS_MISUSED)); then break; fi # so are all the others
		if ((failed)); then say "$name: not exported (status $failed)"; else exported=$((exported + 1)); fi
	done
	((status == 0)) || say "$exported of ${#names[@]} tests exported$not_found"
}

# export_several: exits with the status of all
export_several() {
	local input='' status=0 not_found=''
	name=tests output=${target}tests.run
	make_work
	if [[ $reads_input ]]; then
		copy '' definitions
		input=definitions
	fi
	if [[ $all || ${patterns[*]} ]]; then
		find_tests || {
			status=$?
			not_found=', but not all that was asked for was found'
		}
	fi
	if [[ $dry_run ]]; then
		print_several
	else
		export_each
	fi
	exit "$status"
}
