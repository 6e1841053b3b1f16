# --- suggest: which option is meant by a mistyped one ---

# suggest OPTION HELP: sets REPLY to ": did you mean --X?", of the options in a help text the one that differs the
# least, in one place and in at most two characters, or that the option begins; else to nothing
suggest() {
	local given=${1%%=*} line a b rest least=5
	REPLY=''
	[[ $given == --?* ]] && ((${#given} < 40)) || return 0
	while IFS= read -r line; do
		[[ $line =~ ^\ +(-.,\ )?(--[a-z-]+) ]] || continue
		a=$given b=${BASH_REMATCH[2]}
		while [[ $a && ${a:0:1} == "${b:0:1}" ]]; do a=${a:1} b=${b:1}; done
		while [[ $a && ${a: -1} == "${b: -1}" ]]; do a=${a%?} b=${b%?}; done
		rest=$((${#a} + ${#b}))
		if [[ ! $a ]] && ((${#given} > 4)); then rest=1; fi # it begins so
		if ((${#a} <= 2 && (${#b} <= 2 || rest == 1) && rest < least)); then
			least=$rest REPLY=": did you mean ${BASH_REMATCH[2]}?"
		fi
	done <<<"$2"
}
