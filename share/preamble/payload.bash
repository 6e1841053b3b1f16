# --- payload: the archive below the marker ---

# begin_below_script: makes standard input what follows the script in this file. What comes through a pipe, bash has read
# no further; a socket, as sshd gives, could not be opened again.
begin_below_script() {
	if [[ ! $SELF ]]; then return 0; fi
	exec <"$SELF"
	mapfile -n "$SCRIPT_LINES" # in blocks, and faster than line by line
}

# with_text COMMAND...: runs it with the base64 text on standard input: what follows the marker in this file or in the
# pipe, or what keep_text kept of the pipe. bash's read leaves the offset right after the line. Call it in a subshell.
with_text() {
	local line
	if [[ ! $SELF && $WORK ]]; then
		"$@" <"$WORK/text"
		return
	fi
	begin_below_script
	while IFS= read -r line && [[ $line != __ARCHIVE__ ]]; do :; done
	"$@"
}

# diagnose_damage: ends the run, and says how the payload differs from what was exported. ktstr-b64 writes lines of 76
# columns, which give the size of the text; with other lines, only the characters count.
diagnose_damage() {
	local size characters want want_size
	# a pipeline that could not be started gives nothing, as a cut file does
	[[ $(printf x | cat | cat | cat | cat) == x ]] ||
		die "$STATUS_ERROR" "the archive could not be read: no process could be had: raise the limit: ulimit -u"
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

# keep_text: keeps the text that comes through a pipe, as it can be read only once
keep_text() {
	if [[ $SELF ]]; then return 0; fi
	# a signal's last words must not go where sed's do
	sed '1,/^__ARCHIVE__$/d' 2>/dev/null >"$WORK/text" || disk_full
}

# checksum: prints the SHA-256 of standard input; without sha256sum, reads it and prints nothing
checksum() {
	sha256sum || cat >/dev/null
}

# check_archive: ends the run unless the archive is what was exported; sets REPLY to the program that checked it, and
# CHECKED to what is known then
check_archive() {
	local sum why='none was exported'
	CHECKED='the archive is as it was exported'
	sum=$(with_text base64 -d 2>/dev/null | checksum 2>/dev/null) || diagnose_damage
	if [[ $sum && $PAYLOAD_SHA256 ]]; then
		[[ ${sum%% *} == "$PAYLOAD_SHA256" ]] || diagnose_damage
		REPLY=sha256sum
		return
	fi
	CHECKED='the archive can be unpacked'
	REPLY=${DECOMPRESS[0]:-gzip}
	if [[ $PAYLOAD_SHA256 ]]; then why='no sha256sum here'; fi
	say "warning: SHA-256 not checked ($why): only what $REPLY checks${PAYLOAD_SIZE:+ and the size} are"
	if [[ $PAYLOAD_SIZE ]] && ! (($(with_text base64 -d | wc -c) == PAYLOAD_SIZE)); then diagnose_damage; fi
	with_text base64 -d | inflate >/dev/null 2>&1 || diagnose_damage
}

# inflate: decompresses with the frozen command, as a program and never a function; else with pigz, which takes two
# thirds of gzip's time, as it reads, writes and checks in parallel
inflate() {
	if ((${#DECOMPRESS[@]})); then
		"$(type -P -- "${DECOMPRESS[0]}")" "${DECOMPRESS[@]:1}"
	elif type -P pigz >/dev/null; then
		pigz -dc
	else
		gzip -dc
	fi
}

# first_words TEXT: sets REPLY to the first line of TEXT that says why unpacking failed
first_words() {
	while IFS= read -r REPLY; do
		# passes over the checksum, and over what follows from another error
		[[ $REPLY =~ ^[0-9a-f]{64}\  || $REPLY == *roken\ pipe* ]] || return 0
	done <<<"$1"
	REPLY='it was read wrongly'
}

# unpack DIRECTORY: unpacks the archive; if that is not possible there, fails and sets REPLY to why. One pass decodes,
# decompresses, checks and unpacks, so damage is found after the files were written. That does no harm: nothing has run
# them, and tar writes nothing outside the directory. The files belong to the user who unpacks.
unpack() {
	local said failed='' fits=''
	said=$({ with_text base64 -d | tee >(checksum >&3 2>/dev/null) | inflate | tar -xof - -C "$1"; } 3>&1 2>&1) || failed=1
	if [[ $PAYLOAD_SHA256 && $said == *"$PAYLOAD_SHA256"* ]]; then fits=1; fi
	if [[ $failed || ! $fits ]]; then
		check_archive # ends the run if the archive is damaged
		# the archive is good: unpacking failed, or the archive was read wrongly once
		if [[ $failed || $REPLY == sha256sum ]]; then
			first_words "$said"
			REPLY="the archive could not be unpacked into $1: is its disk full? ($REPLY)"
			return 1
		fi
	fi
	check_unpacked "$1"
}

# check_unpacked DIRECTORY: ends the run unless it has the frozen files, links, and directories below include: another
# program than ktstr-pack may have written the archive
check_unpacked() {
	local name file count=0
	for name in "${PACKED_FILES[@]}"; do
		[[ -e $1/$name ]] || die "$STATUS_DAMAGED" "the archive lacks $name: export the test again"
	done
	[[ $PACKED_COUNT ]] || return 0
	for file in "$1"/**; do
		if [[ ! -d $file || -L $file || $file == "$1"/include/?* ]]; then count=$((count + 1)); fi
	done
	((count == PACKED_COUNT)) ||
		die "$STATUS_DAMAGED" "the archive has $count files, and $PACKED_COUNT were to be packed: export the test again"
}

# unpack_here: unpacks into the work directory; else sets REPLY to why it failed
unpack_here() {
	REPLY="$WORK cannot be written (is its disk full?): give another with --tmpdir DIR"
	mkdir "$WORK/tree" "$WORK/tree/include" 2>/dev/null || return 1
	if [[ $DROPS_ROOT ]]; then chmod 711 "$WORK/tree"; fi
	unpack "$WORK/tree"
}

# unpack_somewhere: unpacks into the work directory or, if that fails, into one in the next place
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
