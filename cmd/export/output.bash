# --- output: the .run and its signature: where they go, and how they get there ---

# choose_output: sets output to where the .run of name goes
choose_output() {
	output=${target:-$name.run}
	if [[ $output == - ]]; then
		if [[ -t 1 ]]; then die "$STATUS_MISUSED" "a .run is not written to a terminal: redirect it"; fi
		return 0
	fi
	if [[ $output == */ ]]; then output+=$name.run; fi
	check_target "$output"
	if [[ $key ]]; then check_target "$output.sig"; fi
}

# What is there is replaced only where it is a file: a device would be gone for everyone.
check_target() {
	local hint=''
	if [[ $1 == "$target" ]]; then hint=": give -o $1/"; fi
	if [[ -d $1 ]]; then die "$STATUS_FAILED" "$1: Is a directory$hint"; fi
	if [[ -e $1 && ! -f $1 ]]; then die "$STATUS_FAILED" "$1: is not a regular file (for standard output: -o -)"; fi
}

# check_key: before there is work that would be lost
check_key() {
	[[ $key ]] || return 0
	type -P ssh-keygen >/dev/null ||
		die "$STATUS_FAILED" "--sign: ssh-keygen: not found: install OpenSSH's client programs"
	[[ -e $key ]] || die "$STATUS_FAILED" "--sign: $key: No such file or directory"
	if [[ -d $key ]]; then die "$STATUS_FAILED" "--sign: $key: Is a directory"; fi
}

# rename FROM TO: replaces TO, and never moves into a directory that TO has become
rename() {
	local options=-f
	if [[ $(mv --help 2>&1) == *-T* ]]; then options=-fT; fi
	mv "$options" -- "$1" "$2"
}

# fits SIGNATURE FILE: whether it is a signature of these bytes, whoever made it
fits() {
	ssh-keygen -Y check-novalidate -n "$NAMESPACE" -s "$1" <"$2" >/dev/null 2>&1
}

# sign: makes run.sig. ssh-keygen asks for a passphrase where its standard input is a terminal, whatever ours is.
sign() {
	local input=/dev/null
	{ : </dev/tty; } 2>/dev/null && input=/dev/tty
	stage '' signed "${signer[@]}" -- "$work/run" <"$input" ||
		die "$STATUS_FAILED" "--sign: ssh-keygen does not sign with $key: nothing was written"
	fits "$work/run.sig" "$work/run" ||
		die "$STATUS_FAILED" "--sign: what ssh-keygen wrote is no signature of $output: nothing was written"
	chmod 0644 -- "$work/run.sig"
}

# put_in_place: the signature first: who sees the new .run sees what it is checked with. Between the two
# renames the old .run does not fit the new signature, which is an error to whoever checks it just then.
put_in_place() {
	chmod 0755 -- "$work/run"
	trap '' HUP INT TERM # from here on it is as good as done
	if [[ $key ]]; then rename "$work/run.sig" "$output.sig"; fi
	rename "$work/run" "$output" || die "$STATUS_FAILED" "$output: not replaced${key:+, and $output.sig was: export it again}"
}

# warn_of_old_signature: it is not ours to remove, and to check it fails
warn_of_old_signature() {
	[[ ! $key && -e $output.sig ]] && ! fits "$output.sig" "$output" || return 0
	say "warning: $output.sig is not known to fit this $output: sign it with --sign KEY, or remove that" || true
}

# say_what_was_written SIZE: the file is there, whether or not this can be said
say_what_was_written() {
	local REPLY what=$output includes
	if [[ $output == - ]]; then what='standard output'; fi
	includes=$(grep -cE '^(file|content|link) include/' <"$work/manifest") || true
	case $includes in
	0) includes='' ;;
	1) includes=', 1 include file' ;;
	*) includes=", $includes include files" ;;
	esac
	as_line "$what ($1 bytes$includes)${key:+, signed: $output.sig}"
	printf 'wrote %s\n' "$REPLY" >&2 || true
}
