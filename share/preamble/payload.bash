# --- payload: the archive below the marker ---

# with_text COMMAND...: runs it with the base64 text on standard input. The text is below the marker in this file, or
# in what comes through the pipe; keep_text may have kept that. After bash's read the offset is right behind the line.
with_text() {
	local line source=${SELF:-/dev/stdin}
	if [[ ! $SELF && $WORK ]]; then
		"$@" <"$WORK/text"
		return
	fi
	{
		while IFS= read -r line && [[ $line != __ARCHIVE__ ]]; do :; done
		"$@"
	} <"$source"
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
	local said failed='' fits=''
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
	check_unpacked "$1"
}

# check_unpacked DIRECTORY: the archive may be whole and yet not what the frozen values say, if another program
# than ktstr-pack wrote it
check_unpacked() {
	local name file count=0
	for name in "${PACKED_FILES[@]}"; do
		[[ -e $1/$name ]] || die "$STATUS_DAMAGED" "the archive lacks $name: export the test again"
	done
	[[ $PACKED_COUNT ]] || return 0
	for file in "$1"/**; do
		[[ -d $file && ! -L $file ]] || count=$((count + 1))
	done
	((count == PACKED_COUNT)) ||
		die "$STATUS_DAMAGED" "the archive has $count files, and $PACKED_COUNT were to be packed: export the test again"
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
