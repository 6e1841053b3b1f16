# --- pipeline: what makes a .run ---

# check_header, check_text SIZE: fail unless the header, or the text for an archive of SIZE, is one, as another program
# may stand in for a stage
check_header() {
	[[ $(tail -c 13 <"$work/run" && echo .) == $'\n__ARCHIVE__\n.' ]] ||
		die "$STATUS_FAILED" "${preamble[0]}: the header does not end in the line __ARCHIVE__"
}

# check_place: fails if an included directory holds what is being made
check_place() {
	# what ktstr-manifest has imported is in the work directory, and is complete
	if grep -F -- "/${work##*/}/" "$work/manifest" | grep -qvF -- "/${work##*/}/ktstr-import."; then
		die "$STATUS_FAILED" "$output: it would be in a directory that the test includes: name another place with -o"
	fi
}

# The pipeline. The header names the archive's checksum, so the archive is made first. Nothing is
# given away before all of it is good.
run_pipeline() {
	local size sum text bytes
	if [[ $no_libs ]]; then
		stage '' manifest "${manifest[@]}"
	else
		stage '' found "${manifest[@]}"
		stage found manifest "${libs[@]}"
	fi
	check_place
	make_text
	stage manifest run "${preamble[@]}" --sha256 "$sum" --size "$size"
	check_header
	copy "$text" run
	bytes=$(($(wc -c <"$work/run")))
	if [[ $output == - ]]; then
		copy run ''
	else
		if [[ $key ]]; then sign; fi
		put_in_place
		warn_of_old_signature
	fi
	[[ $quiet ]] || say_what_was_written "$bytes"
}
