# --- work-directory: where the archive is unpacked ---

# free_bytes DIRECTORY: sets REPLY to the free bytes there, or to nothing if df does not tell
free_bytes() {
	local line
	REPLY=''
	while IFS= read -r line; do
		if [[ $line =~ [[:blank:]][0-9]+[[:blank:]]+[0-9]+[[:blank:]]+([0-9]+)[[:blank:]]+([0-9]+%|-)[[:blank:]] ]]; then
			REPLY=$((BASH_REMATCH[1] * 1024))
		fi
	done < <(df -Pk -- "$1" 2>/dev/null)
}

# can_execute DIRECTORY: whether a program can run there, by running one: mount options do not tell all
can_execute() {
	{ printf '#!%s\nexit 0\n' "$BASH" >"$1/probe" && chmod 700 "$1/probe" && "$1/probe"; } 2>/dev/null
}

# list_places: sets PLACES to the directories in which a work directory may be made
list_places() {
	PLACES=("$CALLERS_TMPDIR" /tmp /var/tmp /dev/shm /run)
	if [[ $SELF == */* ]]; then PLACES+=("${SELF%/*}/"); fi
	if [[ $SELF && $SELF != */* ]]; then PLACES+=(.); fi
	if [[ $TMP_DIRECTORY ]]; then PLACES=("$TMP_DIRECTORY"); fi
}

# is_passable PATH: whether the modes of this absolute directory and of all above it let other users pass; else sets
# REPLY to the first that does not
is_passable() {
	local mode
	REPLY=$1
	while [[ $REPLY ]]; do
		mode=$(ls -ld -- "$REPLY/." 2>/dev/null) || mode=''
		[[ ${mode:9:1} == [xt] ]] || return 1
		REPLY=${REPLY%/*}
	done
}

# make_work_directory: makes WORK in the first of PLACES that has room for the files and can run them; leaves the later
# ones in PLACES
make_work_directory() {
	local bytes=$((PACKED_BYTES + 1048576)) place path tried='' mode=700
	if [[ $DROPS_ROOT ]]; then mode=711; fi
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
		if [[ $place == *[:\;\$=]* ]]; then # they mean something in LD_LIBRARY_PATH, in PATH, or to env(1)
			tried+=" $place (a name with : ; \$ or = cannot be used)"
			continue
		fi
		if [[ $DROPS_ROOT ]] && ! is_passable "$place"; then
			tried+=" $place ($REPLY cannot be passed by the user that the test becomes)"
			continue
		fi
		path=${place%/}/ktstr.$$-$RANDOM$RANDOM$RANDOM
		hold_signals
		remember work "$path" # before mkdir: the janitor must know it if this shell is killed right after
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
	if [[ $OLD_WORK ]]; then rm -rf -- "$OLD_WORK" || host_differs "$OLD_WORK could not be removed"; fi
	[[ $WORK ]] || return 0
	while read -r _ mount _; do # rm must not enter what a test left mounted there
		[[ $mount/ == */"${WORK##*/}"/* || $mount/ == */"${WORK##*/}.denied"/* ]] || continue
		host_differs "$mount is still mounted: umount it, then remove $WORK"
		return 0
	done </proc/self/mounts
	if ((KEEP)) && [[ $ACTION == run && -d $WORK/tree ]]; then
		say "kept: $WORK"
	else
		rm -rf -- "$WORK" || host_differs "$WORK could not be removed"
	fi
	if [[ -e $WORK.denied ]]; then rm -rf -- "$WORK.denied" || host_differs "$WORK.denied could not be removed"; fi
}
