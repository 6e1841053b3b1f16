# --- arguments: the command line ---

usage() {
	cat <<-'EOF'
		usage: ktstr-export [-o FILE] [-b BINARY]... [-f FILE]... [-1..-9] [-j N]
		                    [--engine NAME] [--decompress CMD] [--no-verify] [--no-libs]
		                    [--sign KEY] [--allow-commands] [-q] [-n]
		                    NAME... | --all
		NAME may be a pattern, such as 'net_*'. Each test makes a file of its own.
		  -a, --all            export all tests that ktstr-manifest --list shows
		  -o, --output FILE    write FILE (default: NAME.run; -: standard output), or
		                       DIR/NAME.run if that is DIR/, a directory with a slash
		  -b, --binary BINARY  look for the test in this test binary
		  -f, --file FILE      look in these definitions (-: standard input)
		  -1 .. -9             how hard to compress (6)
		  -j, --jobs N         compress with N threads (one for each CPU)
		  --engine NAME        compress with this engine (see ktstr-pack --version)
		  --decompress CMD     what a host decompresses it with, where KTSTR_PACK names
		                       a packer that is not gzip's: words such as 'zstd -dc',
		                       separated by blanks, without quotes; it is tried here
		  --no-verify          do not try --decompress here, as with a key that only the
		                       host has
		  --no-libs            do not pack the shared libraries that the programs need
		  --allow-commands     take tests with shell commands, which the .run runs as
		                       root, that switch on a scheduler in the kernel, and off
		                       again
		  --sign KEY           write a signature as well, FILE.sig: by this private key,
		                       or by that of this public key, which ssh-agent has (see
		                       ssh-keygen(1))
		  -q, --quiet          do not show how far it is, nor say what was written
		  -n, --dry-run        print the pipeline instead of running it
		  -h, --help           show this help
		  -V, --version        show the version
		A stage is another program where one of these is set: KTSTR_MANIFEST,
		KTSTR_LIBS, KTSTR_PACK, KTSTR_B64, KTSTR_PREAMBLE (words separated by blanks, or
		the path of a program).
		Whoever gets both files checks them before running anything, with a file of the
		keys that are trusted, which came by another way (see ktstr-run(7)):
		  ssh-keygen -Y verify -f allowed_signers -I IDENTITY -n ktstr-run \
		          -s NAME.run.sig < NAME.run
		Status: 0 done, 1 failed, 2 the test cannot be exported, 64 misused; of a stage
		that failed, its own. With several tests: that of the first that failed, but 2
		only if the others were exported.
	EOF
}

parse_arguments() {
	local option taken='' REPLY
	names=() patterns=() all='' several='' target='' key='' quiet='' no_libs='' no_verify='' reads_input=''
	sources=() packing=() decompress=() heading=()
	while (($#)); do
		option=$1
		shift
		case $option in
		-[obfj] | --output | --binary | --file | --jobs | --engine | --decompress | --sign)
			(($#)) || die "$STATUS_MISUSED" "$option: needs a value (see --help)"
			take_value "$option" "$1"
			shift
			;;
		-[obfj]?*) take_value "${option:0:2}" "${option:2}" ;;
		--output=* | --binary=* | --file=* | --jobs=* | --engine=* | --decompress=* | --sign=*)
			take_value "${option%%=*}" "${option#*=}"
			;;
		-[1-9]) packing+=("$option") ;;
		-a | --all) all=1 ;;
		--no-libs) no_libs=1 ;;
		--no-verify) no_verify=1 ;;
		--allow-commands) sources+=(--allow-commands) ;;
		-q | --quiet) quiet=1 ;;
		-n | --dry-run) dry_run=1 ;;
		-h | --help) put "$(usage)"; exit ;;
		-V | --version) put "$PROGRAM $VERSION"; exit ;;
		--)
			while (($#)); do
				take_name "$1"
				shift
			done
			;;
		-?*)
			suggest "$option" "$(usage)"
			die "$STATUS_MISUSED" "unknown option: $option$REPLY (see --help)"
			;;
		*) take_name "$option" ;;
		esac
	done
	check_decompress
	check_names
	if [[ $key && $target == - ]]; then
		die "$STATUS_MISUSED" "--sign: standard output has no place for a signature: name a file with -o"
	fi
}

# check_decompress: fails unless --decompress goes with a packer, and can be tried where it is to be
check_decompress() {
	if [[ ! ${heading[*]} ]]; then
		[[ ! $no_verify ]] || die "$STATUS_MISUSED" "--no-verify: goes with --decompress, which is then not tried"
		return 0
	fi
	[[ ${KTSTR_PACK:-} ]] ||
		die "$STATUS_MISUSED" "--decompress: set KTSTR_PACK to what compresses so: ktstr-pack makes gzip's format"
	[[ $no_verify ]] ||
		check_program "${decompress[0]}" '--decompress: ' ', needed to check the archive (or give --no-verify)'
}

# check_names: fails unless the names, and what there is for them, fit together. Sets several.
check_names() {
	local count=$((${#names[@]} + ${#patterns[@]}))
	if [[ $all ]]; then
		((count == 0)) || die "$STATUS_MISUSED" "--all takes no name (see --help)"
	elif ((count == 0)); then
		# a value that is missing takes the name
		if [[ $taken ]]; then die "$STATUS_MISUSED" "$taken as its file: give the name of a test (see --help)"; fi
		die "$STATUS_MISUSED" "give the name of a test (see --help)"
	fi
	if [[ $all || ${patterns[*]} ]] || ((count > 1)); then several=1; fi
	[[ $several ]] || return 0
	if [[ $target && $target != */ ]]; then
		die "$STATUS_MISUSED" "-o $target: is one file, and there may be several tests: give a directory, -o DIR/"
	fi
	if [[ $dry_run && $reads_input ]]; then
		die "$STATUS_MISUSED" "--dry-run: standard input can be read for one test only: give a file, -f FILE"
	fi
}

take_value() {
	[[ $2 ]] || die "$STATUS_MISUSED" "$1: needs a value (see --help)"
	case $1 in
	-o | --output) target=$2 ;;
	-b | --binary) sources+=(-b "$2") ;;
	-f | --file)
		sources+=(-f "$2") taken="$1 took $2"
		if [[ $2 == - ]]; then reads_input=1; fi
		;;
	-j | --jobs)
		[[ $2 =~ ^[0-9]+$ ]] || die "$STATUS_MISUSED" "$1: not a number: $2 (see --help)"
		packing+=(-j "$2")
		;;
	--engine) packing+=(--engine "$2") ;;
	--decompress)
		read -rd '' -a decompress <<<"$2" || true
		((${#decompress[@]})) || die "$STATUS_MISUSED" "--decompress: names no program: '$2'"
		heading=(--decompress "$2")
		;;
	--sign) key=$2 ;;
	esac
}

take_name() {
	if is_pattern "$1"; then
		patterns+=("$1")
		return
	fi
	if ! is_name "$1" && [[ -f $1 ]]; then
		die "$STATUS_FAILED" "no test can have this name: $1 (did you mean -b $1 NAME?)"
	fi
	add_name "$1"
}

# is_pattern TEXT: may match a name
is_pattern() {
	local LC_ALL=C
	[[ $1 == *['*?[']* && $1 =~ ^[][A-Za-z0-9_.:*?!^-]+$ ]]
}

# is_name TEXT: the name becomes a file's: the registry has no other names than these
is_name() {
	local LC_ALL=C # in Turkish, i is not between a and z
	[[ $1 =~ ^[A-Za-z0-9_:][A-Za-z0-9_.:-]*$ ]]
}

# add_name NAME: adds it to names, once
add_name() {
	is_name "$1" || die "$STATUS_FAILED" "no test can have this name: $1"
	[[ ! ${is_named[$1]:-} ]] || return 0
	is_named[$1]=1
	names+=("$1")
}
