# --- printed-pipeline: the pipeline as commands, for --dry-run ---

# print_stage FROM TO COMMAND...: one stage, between files in the pipeline's own directory
print_stage() {
	local from=${1:+" < \"\$work/$1\""} to=$2
	quote "${@:3}"
	# shellcheck disable=SC2016 # these are for the reader's shell, here and below
	printf '%s%s > "$work/%s" || exit\n' "$REPLY" "$from" "$to"
}

# shellcheck disable=SC2016
# print_check: what check_archive does
print_check() {
	if [[ $no_verify ]]; then
		printf '[ -s "$work/archive" ] || fail "no archive"\n'
	elif ((${#decompress[@]})); then
		printf '[ -s "$work/archive" ] || fail "no archive"\n'
		print_stage archive tar "${decompress[@]}"
		printf 'tar -tf - < "$work/tar" > "$work/list" || fail "no tar archive in the archive"\n'
	else
		printf '[ "$(head -c 2 < "$work/archive" | od -An -tx1)" = " 1f 8b" ] || fail "no gzip archive"\n'
	fi
}

# shellcheck disable=SC2016
# print_end: how the .run, and its signature, get to where they belong
print_end() {
	local REPLY
	if [[ $output == - ]]; then
		printf 'cat < "$work/run"\n'
		return
	fi
	if [[ $key ]]; then
		quote "${signer[@]}"
		printf '%s -- "$work/run" || exit\n' "$REPLY"
		printf 'ssh-keygen -Y check-novalidate -n %s -s "$work/run.sig" < "$work/run" > "$work/list" || exit\n' "$NAMESPACE"
		quote "$output.sig"
		printf 'chmod 644 -- "$work/run.sig" && mv -f -- "$work/run.sig" %s || exit\n' "$REPLY"
	fi
	quote "$output"
	printf 'chmod 755 -- "$work/run" && mv -f -- "$work/run" %s\n' "$REPLY"
}

# shellcheck disable=SC2016
# print_pipeline: what run_pipeline does, for any POSIX shell. It is one command in parentheses: a shell reads
# all of it before it runs any, its status is that of what failed, and its trap leaves nothing.
print_pipeline() {
	local REPLY
	work_template
	quote "$REPLY"
	printf '(\nwork=$(mktemp -d -- %s) || exit\n' "$REPLY"
	cat <<-'EOF'
		trap 'rm -rf -- "$work"' EXIT
		trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
		KTSTR_IMPORT_DIR=$work && export KTSTR_IMPORT_DIR
		fail() { echo "ktstr-export: $1" >&2; exit 1; }
	EOF
	if [[ $no_libs ]]; then
		print_stage '' manifest "${manifest[@]}"
	else
		print_stage '' found "${manifest[@]}"
		print_stage found manifest "${libs[@]}"
	fi
	print_stage manifest archive "${pack[@]}"
	print_check
	printf 'sum=$(sha256sum < "$work/archive") && size=$(wc -c < "$work/archive") || exit\n'
	quote "${preamble[@]}"
	printf '%s --sha256 "${sum%%%% *}" --size "$((size))" < "$work/manifest" > "$work/run" || exit\n' "$REPLY"
	cat <<-'EOF'
		[ "$(tail -c 13 < "$work/run" && echo .)" = "$(printf '\n__ARCHIVE__\n.')" ] || fail "no header"
	EOF
	print_stage archive text "${b64[@]}"
	cat <<-'EOF'
		[ "$(wc -c < "$work/text")" -ge "$(((size * 4 + 2) / 3))" ] || fail "too little text for the archive"
		cat < "$work/text" >> "$work/run" || exit
	EOF
	print_end
	printf ')\n'
}
