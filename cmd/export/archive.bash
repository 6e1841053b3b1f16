# --- archive: the text of the archive ---

# shows_progress: where somebody sees it, our own ktstr-pack says how far it is; not with the .run on
# standard output, where the program that reads it may be asking for a password on the same terminal
shows_progress() {
	[[ -t 2 && ! $quiet && $output != - && ! ${KTSTR_PACK:-} ]]
}

# identify: sets REPLY to a name for the archive of the files as they are now: the records that ktstr-pack reads, and
# of each file what tells it from another, and from itself once it changed. Fails if a change could have the same
# name: a file that was just written may be written again before its time of change moves on.
identify() {
	local keyword path changed now LC_ALL=C paths=()
	printf -v now '%(%s)T' -1
	while read -r keyword _ path _; do
		[[ $keyword == file ]] || continue # directories and links are in their records
		printf -v path %b "$path" # octal escapes
		paths+=("$path")
	done <"$work/manifest"
	printf '%s\0' "${paths[@]}" | xargs -0 stat -L -c '%Z %z %y %s %i %d' -- >"$work/files" 2>/dev/null || return
	while read -r changed _; do
		((changed + 2 < now)) || return
	done <"$work/files"
	grep -E '^(file|content|directory|link|scheduler)[[:blank:]]' <"$work/manifest" >>"$work/files" || return
	REPLY=$(sha256sum <"$work/files") && REPLY=${REPLY%% *}
}

# check_archive: fails unless the archive, which may come from another program, is what a host will decompress
check_archive() {
	local magic LC_ALL=C
	if ((${#decompress[@]})); then
		[[ ! $no_verify ]] || return 0
		if ! stage archive tar "${decompress[@]}" || ! stage tar list tar -tf -; then
			die "$STATUS_FAILED" "--decompress '${decompress[*]}': makes no tar" \
				"archive of what ${pack[0]} printed: it must undo what that does (if only the host can: --no-verify)"
		fi
		rm -- "$work/tar" # it may be large
		return
	fi
	IFS= read -rN 2 magic <"$work/archive" || true
	[[ $magic == $'\x1f\x8b' ]] ||
		die "$STATUS_FAILED" "${pack[0]}: printed no gzip archive: name with --decompress what decompresses it"
}

check_text() {
	local size=$(($(wc -c <"$work/text"))) least=$((($1 * 4 + 2) / 3))
	((size >= least)) ||
		die "$STATUS_FAILED" "${b64[0]}: printed $size bytes, where $least or more are the archive as base64"
}

# make_archive: makes text, which is the archive as base64; sets size and sum of the archive
make_archive() {
	if shows_progress; then pack+=(--progress); fi
	stage manifest archive "${pack[@]}"
	size=$(($(wc -c <"$work/archive")))
	((size)) || die "$STATUS_FAILED" "${pack[0]}: printed no archive"
	check_archive
	# both read all of the archive: at the same time
	start archive text "${b64[@]}"
	start archive sum sha256sum
	finish
	check_text "$size"
	read -r sum _ <"$work/sum"
}

# make_text: make_archive, or the text of an earlier test that packed the same files. Only our own programs promise
# that the same files make the same text.
make_text() {
	local REPLY archive
	text=text
	if [[ ! $shared || ${KTSTR_PACK:-} || ${KTSTR_B64:-} ]] || ! identify; then
		make_archive
		return
	fi
	archive=$REPLY
	if [[ -e $shared/$archive.text ]]; then
		text=../$archive.text
		read -r size sum <"$shared/$archive"
		return
	fi
	make_archive
	if ! identify || [[ $REPLY != "$archive" ]]; then return 0; fi # a file changed meanwhile
	printf '%s %s\n' "$size" "$sum" >"$shared/$archive"
	rename "$work/text" "$shared/$archive.text" # the last step: what has this name is whole
	text=../$archive.text
}
