# --- work-directory: where the files are unpacked ---

# free_bytes DIRECTORY: sets REPLY to how much fits there; empty: df does not say
free_bytes() {
	local line
	REPLY=''
	while IFS= read -r line; do
		[[ $line =~ [[:blank:]][0-9]+[[:blank:]]+[0-9]+[[:blank:]]+([0-9]+)[[:blank:]]+([0-9]+%|-)[[:blank:]] ]] &&
			REPLY=$((BASH_REMATCH[1] * 1024))
	done < <(df -Pk -- "$1" 2>/dev/null)
	return 0
}

# can_execute DIRECTORY: tries it: mount options alone do not tell. What it leaves goes with the directory.
can_execute() {
	{ printf '#!%s\nexit 0\n' "$BASH" >"$1/probe" && chmod 700 "$1/probe" && "$1/probe"; } 2>/dev/null
}

# list_places: sets PLACES to where a work directory may be
list_places() {
	PLACES=("$CALLERS_TMPDIR" /tmp /var/tmp /dev/shm /run)
	[[ $SELF != */* ]] || PLACES+=("${SELF%/*}/")
	[[ ! $SELF || $SELF == */* ]] || PLACES+=(.)
	[[ ! $TMP_DIRECTORY ]] || PLACES=("$TMP_DIRECTORY")
}

# is_passable PATH: whether other users can pass this absolute directory and all above it, by their
# modes; else sets REPLY to the one that they cannot
is_passable() {
	local mode
	REPLY=$1
	while [[ $REPLY ]]; do
		mode=$(ls -ld -- "$REPLY/." 2>/dev/null) || mode=''
		[[ ${mode:9:1} == [xt] ]] || return 1
		REPLY=${REPLY%/*}
	done
}

# make_work_directory: makes WORK on the first of PLACES that can hold the files and execute from it; leaves in
# PLACES those behind it
make_work_directory() {
	local bytes=$((PACKED_BYTES + 1048576)) place path tried='' mode=700
	[[ ! $DROPS_ROOT ]] || mode=711
	[[ $SELF ]] || bytes=$((bytes + ${PAYLOAD_SIZE:-$PACKED_BYTES} * 3 / 2)) # as text
	while ((${#PLACES[@]})); do
		place=${PLACES[0]}
		PLACES=("${PLACES[@]:1}")
		[[ $place ]] || continue
		if ! [[ -d $place && -w $place ]]; then
			tried+=" $place (not a writable directory)"
			continue
		fi
		free_bytes "$place"
		if [[ $REPLY ]] && ((REPLY < bytes)); then
			tried+=" $place ($((REPLY / 1048576)) MiB free)"
			continue
		fi
		[[ $place == /* ]] || place=$PWD/$place
		if [[ $place == *[:\;\$=]* ]]; then # in LD_LIBRARY_PATH, PATH, or an operand of env(1)
			tried+=" $place (a name with : ; \$ or = cannot be used)"
			continue
		fi
		if [[ $DROPS_ROOT ]] && ! is_passable "$place"; then
			tried+=" $place ($REPLY cannot be passed by the user that the test becomes)"
			continue
		fi
		path=${place%/}/ktstr.$$-$RANDOM$RANDOM$RANDOM
		hold_signals
		remember work "$path" # first: nobody would know of it if this shell were killed after mkdir
		if ! mkdir -m "$mode" -- "$path" 2>/dev/null; then
			remember work ''
			tried+=" $place (cannot be written)"
		elif ! can_execute "$path"; then
			rm -rf -- "$path"
			remember work ''
			tried+=" $place (nothing can be executed there, as with noexec)"
		fi
		release_signals
		if [[ $WORK == "$path" ]]; then
			fine "work directory in $place"
			return
		fi
	done
	problem "no directory found that has $((bytes / 1048576 + 1)) MiB free and can be executed from:$tried:" \
		"give one with --tmpdir DIR"
}

disk_full() {
	die "$STATUS_UNSUITABLE" "$WORK cannot be written (is its disk full?): give another with --tmpdir DIR"
}

remove_work() {
	local mount
	[[ ! $OLD_WORK ]] || rm -rf -- "$OLD_WORK"
	[[ $WORK ]] || return 0
	while read -r _ mount _; do # what a test left mounted there is not ours: rm would go into it
		[[ $mount/ == */"${WORK##*/}"/* || $mount/ == */"${WORK##*/}.denied"/* ]] || continue
		host_differs "$mount is still mounted: umount it, then remove $WORK"
		return 0
	done </proc/self/mounts
	if ((KEEP)) && [[ $ACTION == run && -d $WORK/tree ]]; then
		say "kept: $WORK"
	else
		rm -rf -- "$WORK" || host_differs "$WORK could not be removed"
	fi
	[[ ! -e $WORK.denied ]] || rm -rf -- "$WORK.denied" || say "error: $WORK.denied could not be removed"
}
