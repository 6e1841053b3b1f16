# --- main: what it does, in its order ---

check_programs() {
	local program
	for program in cat chmod grep mktemp mv readlink rm sha256sum sleep tail wc; do
		type -P "$program" >/dev/null || die "$STATUS_FAILED" "$program: not found on PATH"
	done
}

# export_test NAME
export_test() {
	name=$1
	choose_output
	manifest=("${finder[@]}" -- "$name")
	if [[ $dry_run ]]; then
		put "$(print_pipeline)"
		return
	fi
	make_work
	run_pipeline
}

# A descriptor that is closed would be the number of the next file that is opened.
open_standard_files() {
	{ : <&0; } 2>/dev/null || exec </dev/null
	{ : >&2; } 2>/dev/null || exec 2>/dev/null
}

main() {
	local own_directory words finder manifest libs pack b64 preamble signer option dry_run='' shared=''
	local names patterns all several target name output key quiet no_libs no_verify reads_input sources packing decompress heading
	local -A is_named=()
	open_standard_files
	for option; do # known before anything fails
		if [[ $option == -n || $option == --dry-run ]]; then dry_run=1; fi
	done
	parse_arguments "$@"
	check_programs
	check_key
	own_directory=$(readlink -f "${BASH_SOURCE[0]}")
	own_directory=${own_directory%/*}
	find_stage ktstr-manifest KTSTR_MANIFEST
	finder=("${words[@]}" "${sources[@]}")
	[[ $no_libs ]] || find_stage ktstr-libs KTSTR_LIBS
	libs=("${words[@]}")
	find_stage ktstr-pack KTSTR_PACK
	pack=("${words[@]}" "${packing[@]}")
	find_stage ktstr-b64 KTSTR_B64
	b64=("${words[@]}")
	find_stage ktstr-preamble KTSTR_PREAMBLE
	preamble=("${words[@]}" "${heading[@]}")
	signer=(ssh-keygen -q -Y sign -f "$key" -n "$NAMESPACE")
	if [[ $several ]]; then export_several; else export_test "${names[0]}"; fi
}

main "$@"
exit
