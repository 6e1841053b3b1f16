# --- messages: what is said, and how words are shown ---

# as_line TEXT: sets REPLY to it as the other programs print it: one line, with each byte in octal that is no
# UTF-8 or is of a character that moves, hides or reorders what a terminal shows (lib/base/utf8.c)
as_line() {
	local LC_ALL=C rest=$1 number
	local tail=$'[\x80-\xbf]'
	local good=$'^([ -~]+|[\xc2-\xdf]'$tail$'|\xe0[\xa0-\xbf]'$tail$'|[\xe1-\xec\xee\xef]'$tail$tail
	good+=$'|\xed[\x80-\x9f]'$tail$'|\xf0[\x90-\xbf]'$tail$tail$'|[\xf1-\xf3]'$tail$tail$tail$'|\xf4[\x80-\x8f]'$tail$tail')'
	local misleading=$'^(\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf)'
	REPLY=''
	while [[ $rest ]]; do
		if [[ $rest =~ $misleading || ! $rest =~ $good ]]; then
			printf -v number %d "'${rest:0:1}"
			printf -v number '\\%03o' $((number & 255))
			REPLY+=$number
			rest=${rest:1}
		else
			REPLY+=${BASH_REMATCH[0]}
			rest=${rest:${#BASH_REMATCH[0]}}
		fi
	done
}

# say MESSAGE
say() {
	local REPLY
	as_line "$*"
	printf '%s: %s\n' "$PROGRAM" "$REPLY" >&2
}

die() {
	local status=$1
	shift
	say "$*"
	# a shell that reads the pipeline is to fail as well
	if [[ $dry_run && ! -t 1 ]]; then printf '(exit %d)\n' "$status" 2>/dev/null || true; fi
	exit "$status"
}

# put TEXT: prints it on standard output, or says why not. As any program, it ends quietly if its reader left.
put() {
	local cause status=0
	{ cause=$(printf '%s\n' "$1" 2>&1 >&3) || status=$?; } 3>&1
	if [[ $cause ]]; then die "$STATUS_FAILED" "standard output: ${cause##*: }"; fi
	((status == 0)) || exit "$status"
}

# quote WORD...: sets REPLY to them as a shell reads them
quote() {
	local quoted
	printf -v quoted '%q ' "$@"
	as_line "$quoted"
	[[ $REPLY == "$quoted" ]] || LC_ALL=C printf -v quoted '%q ' "$@"
	REPLY=${quoted% }
}
