# shellcheck shell=bash
# ktstr.bash - completion for bash: options, files, engines, the names of tests
#
# bash-completion finds it by the name of each program; without bash-completion, source it in ~/.bashrc.
# Nothing that is typed is expanded or run before its time, and no error is shown.

# _ktstr_split LINE: sets words to its words, as the program would see them; the last may be unfinished
_ktstr_split() {
	local line=$1 quote='' within='' char
	words=()
	while [[ $line ]]; do
		char=${line:0:1} line=${line:1}
		if [[ $char == [[:blank:]] && ! $quote ]]; then
			within=''
			continue
		fi
		[[ $within ]] || words+=('')
		within=1
		case $quote$char in
		\' | \") quote=$char char='' ;;
		\'\' | \"\") quote='' char='' ;;
		# between double quotes a backslash stands for itself in front of most
		\\ | \"\\) [[ $quote && $line != ['"\$`']* ]] || { char=${line:0:1} line=${line:1}; } ;;
		esac
		words[${#words[@]} - 1]+=$char
	done
	[[ $within ]] || words+=('')
}

# _ktstr_add_source OPTION VALUE: adds it to sources, where names may be asked for at the press of a key: of a
# file that is there, and of a program only if it carries the mark of a test binary.
_ktstr_add_source() {
	local path=${2/#\~\//$HOME/}
	[[ -f $path ]] || return
	case $1 in
	-b | --binary) ! LC_ALL=C grep -qF .note.ktstr -- "$path" 2>/dev/null || sources+=(-b "$path") ;;
	-f | --file) sources+=(-f "$path") ;;
	esac
}

# _ktstr_walk OPTION...: goes through words. An OPTION that takes a value ends in =. Sets value to the
# last word, or the part of it that is a value, option to the option it belongs to or '', and sources.
_ktstr_walk() {
	local known=" $* " word i
	option='' value='' sources=()
	for ((i = 1; i < ${#words[@]}; i++)); do
		word=${words[i]} value=$word
		if [[ $option ]]; then
			: # the word is its value
		elif [[ $word == --*=* ]]; then
			option=${word%%=*} value=${word#*=}
		elif [[ $word == -[!-]?* && $known == *" ${word:0:2}= "* ]]; then
			option=${word:0:2} value=${word:2}
		elif [[ $known == *" $word= "* ]]; then
			((i == ${#words[@]} - 1)) || option=$word
			continue
		fi
		((i == ${#words[@]} - 1)) || { _ktstr_add_source "$option" "$value"; option=''; }
	done
}

# _ktstr_matching LINE...: adds those that value begins to COMPREPLY
_ktstr_matching() {
	local line
	for line; do
		[[ $line != "$value"* ]] || COMPREPLY+=("$line")
	done
}

# _ktstr_files KIND: adds directories, and executables or definitions, to COMPREPLY
_ktstr_files() {
	local path
	compopt -o filenames 2>/dev/null
	while IFS= read -r path; do
		if [[ -d ${path/#\~\//$HOME/} || $1 == definitions && $path == *.ktstr ||
			$1 == executables && -x ${path/#\~\//$HOME/} ]]; then
			COMPREPLY+=("$path")
		fi
	done < <(compgen -f -- "$value")
}

_ktstr_names() {
	local name names=()
	# a name has none of the letters that mean something to a shell
	while IFS=$'\t' read -r name _; do
		[[ ! $name =~ ^[A-Za-z0-9_:][A-Za-z0-9_.:-]*$ ]] || names+=("$name")
	done < <(timeout 3 ktstr-manifest "${sources[@]}" --list 2>/dev/null </dev/null)
	_ktstr_matching "${names[@]}"
}

_ktstr_engines() {
	local version
	version=$(ktstr-pack --version 2>/dev/null)
	[[ $version =~ \((.*)\) ]] || return
	IFS=', ' read -ra version <<<"${BASH_REMATCH[1]}"
	_ktstr_matching "${version[@]}"
}

# _ktstr_columns: adds the columns of results; value may have others before it, with commas between them
_ktstr_columns() {
	local columns=(host kernel test scheduler verdict reason signature duration metrics cpu machine topology-found governor
		started source file round disturbed)
	_ktstr_matching "${columns[@]/#/"${value%"${value##*,}"}"}"
}

# _ktstr PROGRAM CURRENT: what complete -F calls
_ktstr() {
	local options=() words option value sources broken
	case ${1##*/} in
	ktstr-b64) options=(-d --decode -i --ignore-garbage -w= --wrap=) ;;
	ktstr-export)
		options=(-a --all -o= --output= -b= --binary= -f= --file= -{1..9} -j= --jobs= --engine=
			--decompress= --no-verify --no-libs --allow-commands --sign= -q --quiet -n --dry-run)
		;;
	ktstr-import) options=(-o= --output=) ;;
	ktstr-manifest) options=(-b= --binary= -f= --file= --allow-commands -l --list) ;;
	ktstr-pack) options=(-{1..9} -j= --jobs= --engine= -t --tar -p --progress) ;;
	ktstr-preamble) options=(--template= --sha256= --size= --decompress= --engine) ;;
	ktstr-results)
		options=(-c= --columns= -f= --format= -g= --group= -d --differ -u --undisturbed --compare --plot= --less-is-better= --more-is-better=
			--no-heading)
		;;
	esac
	options+=(-h --help -V --version)
	_ktstr_split "${COMP_LINE:0:COMP_POINT}"
	_ktstr_walk "${options[@]}"
	COMPREPLY=()
	[[ ${1##*/} != ktstr-results || $option != -f ]] || option=--format
	case $option in
	'')
		if [[ $value == -* ]]; then
			_ktstr_matching "${options[@]%=}"
		elif [[ ${1##*/} == ktstr-@(export|manifest) ]]; then
			_ktstr_names
		elif [[ ${1##*/} == ktstr-@(import|results) ]]; then
			compopt -o default 2>/dev/null
		fi
		;;
	-b | --binary) _ktstr_files executables ;;
	-f | --file) _ktstr_files definitions ;;
	--format) _ktstr_matching table tsv records json ktap ;;
	-c | --columns | -g | --group) _ktstr_columns ;;
	-o | --output | --sign | --template) compopt -o default 2>/dev/null ;;
	--engine) _ktstr_engines ;;
	--decompress) mapfile -t COMPREPLY < <(compgen -c -- "$value") ;;
	esac
	# readline takes words apart at = and :, and wants the rest of a word only
	broken=${words[${#words[@]} - 1]}
	COMPREPLY=("${COMPREPLY[@]/#/"${broken%"$value"}"}")
	broken=${broken%"${2//\\/}"}
	COMPREPLY=("${COMPREPLY[@]#"$broken"}")
}

complete -F _ktstr ktstr-b64 ktstr-export ktstr-import ktstr-libs ktstr-manifest ktstr-pack ktstr-preamble ktstr-results
