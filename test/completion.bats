#!/usr/bin/env bats
# completion.bats - what TAB completes in bash and in zsh; every option is known wherever options are named

load helper
load typing

setup() {
	cd "$BATS_TEST_TMPDIR"
	completions=$TOP/share/completions
}

# both KEYS: types them in bash and in zsh; both have to end with one command line, which it prints
both() {
	local in_zsh
	rc_file ". $completions/ktstr.bash"
	type_in_bash "$1" | one_blank >in_bash
	rc_file
	in_zsh=$(type_in_zsh "$1" "$completions" | one_blank)
	cat in_bash
	[ "$in_zsh" = "$(cat in_bash)" ] || echo "in zsh: $in_zsh"
}

one_blank() {
	tr -s ' ' | sed 's/ $//'
}

# definitions NAME...: a file of definitions with these tests
definitions() {
	echo binary /bin/true
	printf 'test %s\n' "$@"
}

programs() {
	sed -nE 's/^(PROGRAMS|SCRIPTS) = //p' "$TOP/Makefile" | tr ' ' '\n'
}

# expand_options: each option in a line of its own, once, from lines that may have -[abc] and -1 .. -9
expand_options() {
	grep -oE -- '-\[[^]]+\]|--[a-z][a-z0-9-]*|-1 *(\.\.|No \.\.) *-9|-[A-Za-z0-9]' | while IFS= read -r option; do
		case $option in
		--*) echo "$option" ;;
		-1*-9 | '-[1-9]') printf '%s\n' -{1..9} ;;
		-\[*) grep -oE '[^][-]' <<<"$option" | sed 's/^/-/' ;;
		*) echo "$option" ;;
		esac
	done | sort -u
}

helped() {
	"$1" --help | grep -oE '^(  |      )(-[A-Za-z0-9], --[a-z0-9-]+|-1 \.\. -9|--[a-z0-9-]+|-[A-Za-z0-9])\b' | expand_options
}

# what command_option is given, or the patterns of a script's parse_arguments
parsed() {
	local source=$TOP/cmd/$1.c short
	if [ -e "$source" ]; then
		short=$(tr -d '\n' <"$source" | sed -nE 's/.*command_option\(argc, argv,\s*"([^"]*)".*/\1/p')
		{
			grep -o '[^:+]' <<<"$short" | sed 's/^/-/'
			sed -n '/longopts\[\] = {/,/};/p' "$source" | grep -oE '\{ "[^"]+"' | sed 's/{ "/--/; s/"//'
		} | expand_options
	else
		sed -n '/^parse_arguments/,/^}/p' "$TOP/cmd/export/arguments.bash" | sed -nE 's/^\s+(-[^)]*)\).*/\1/p' | expand_options
	fi
}

documented() {
	grep '^\.It Fl' "$TOP/man/$1.1" | sed -E 's/Fl /-/g; s/, -([a-z])/, --\1/g; s/Ar [^ ]*//g' | expand_options
}

completed_in_bash() {
	rc_file ". $completions/ktstr.bash"
	type_in_bash "$1 -"$'\030*' | sed "s/^$1//" | expand_options
}

completed_in_zsh() {
	rc_file
	type_in_zsh "$1 -"$'\030*' "$completions" | sed "s/^$1//" | expand_options
}

# same_options WHERE...: there each program has the options of its --help
same_options() {
	local program where
	[ -n "$(programs)" ]
	for program in $(programs); do
		helped $program >expected
		grep -qx -- --help expected
		for where; do
			$where $program >found
			echo "$program: $where"
			diff -u expected found
		done
	done
}

@test "options: of each program its source, --help, page and completion in bash name the same" {
	same_options parsed documented completed_in_bash
}

@test "options: of each program --help and completion in zsh name the same" {
	need zsh
	same_options completed_in_zsh
}

@test "completion: of options and engines, in a word of their own and after =" {
	need zsh
	run -0 both $'ktstr-export --qu\t'
	expect output "ktstr-export --quiet"
	run -0 both $'ktstr-pack --engine z\t'
	expect output "ktstr-pack --engine zlib"
	run -0 both $'ktstr-pack --engine=z\t'
	expect output "ktstr-pack --engine=zlib"
	run -0 both $'ktstr-export --engine nothing-like-it\t'
	expect output "ktstr-export --engine nothing-like-it"
}

@test "completion: of formats, columns and files for ktstr-results" {
	need zsh
	touch host.evidence.tar.gz
	run -0 both $'ktstr-results -f js\t'
	expect output "ktstr-results -f json"
	run -0 both $'ktstr-results --format=ts\t'
	expect output "ktstr-results --format=tsv"
	run -0 both $'ktstr-results --group sig\t'
	expect output "ktstr-results --group signature"
	run -0 both $'ktstr-results -c host,verd\t'
	expect output "ktstr-results -c host,verdict"
	run -0 both $'ktstr-results ho\t'
	expect output "ktstr-results host.evidence.tar.gz"
}

@test "completion: of the names of the tests in this directory, where a name is to stand" {
	need zsh
	definitions first second >a.ktstr
	run -0 both $'ktstr-export \030*'
	expect output "ktstr-export first second"
	run -0 both $'ktstr-export first s\t'
	expect output "ktstr-export first second"
	run -0 both $'ktstr-manifest -b none f\t'
	expect output "ktstr-manifest -b none first"
	run -0 both $'ktstr-manifest --list first s\t'
	expect output "ktstr-manifest --list first second"
	run -0 both $'ktstr-pack f\t'
	expect output "ktstr-pack f"
}

@test "completion: of the names in the files and test binaries that the command line names" {
	need zsh
	local option
	mkdir 'a b' ~+/home
	definitions here >a.ktstr
	definitions there >'a b/c$d.ktstr'
	cp "$TOP/build/examples/spread" 'a b/t&'
	export HOME=$PWD/home
	cp "$TOP/build/examples/fair" home
	for option in "-f 'a b/c\$d.ktstr'" '-fa\ b/c\$d.ktstr' '--file="a b/c\$d.ktstr"' "--file a' 'b/c\\\$d.ktstr"; do
		run -0 both "ktstr-export $option -q "$'\t'
		expect output "ktstr-export $option -q there"
	done
	for option in '-b "a b/t&"' '-ba\ b/t\&' "--binary='a b/t&'"; do
		run -0 both "ktstr-manifest $option "$'\t'
		expect output "ktstr-manifest $option spread"
	done
	run -0 both $'ktstr-export -b ~/fair -f a.ktstr \030*'
	expect output "ktstr-export -b ~/fair -f a.ktstr fair here"
}

@test "completion: a program that is not marked as a test binary is not run at the press of a key" {
	need zsh
	printf '#!/bin/sh\ntouch was-run\necho no\n' >script
	chmod +x script
	run -0 both $'ktstr-export -b ./script \t'
	expect output "ktstr-export -b ./script"
	expect no-file was-run
	ktstr-manifest -b ./script --list || true # but here
	expect file was-run
}

@test "completion: a pipe is not read, what takes long is given up, and nothing is said" {
	need zsh
	mkfifo pipe.ktstr
	mkdir bin
	printf '#!/bin/sh\nexec sleep 60\n' >bin/ktstr-manifest
	chmod +x bin/ktstr-manifest
	run -0 both $'ktstr-export -f pipe.ktstr \t'
	expect output "ktstr-export -f pipe.ktstr"
	PATH=$PWD/bin:$PATH run -0 both $'ktstr-export \t'
	expect output "ktstr-export"
	run -1 grep -a Terminated screen
}

@test "completion: names with a colon are one word; what could be a command is no name" {
	need zsh
	definitions group:one group:two >a.ktstr
	run -0 both $'ktstr-export group:o\t'
	expect output "ktstr-export group:one"
	mkdir bin
	printf '#!/bin/sh\n%s\n' 'printf "%s\tx\n" "\$(touch ran)" "x;touch ran" "a b" "\`touch ran\`" good' >bin/ktstr-manifest
	chmod +x bin/ktstr-manifest
	bin/ktstr-manifest | grep -qF '$(touch ran)'
	PATH=$PWD/bin:$PATH run -0 both $'ktstr-export \030*'
	expect output "ktstr-export good"
	expect no-file ran
}

@test "completion: of files that fit: programs for -b, definitions for -f, any for -o, and directories" {
	need zsh
	mkdir -p 'd e'
	touch text.ktstr text text.sh text.run 'd e/x.ktstr' 'd e/run&it' 'd e/y'
	chmod +x text.sh 'd e/run&it'
	run -0 both $'ktstr-export -b te\t'
	expect output "ktstr-export -b text.sh"
	run -0 both $'ktstr-export -f te\t'
	expect output "ktstr-export -f text.ktstr"
	run -0 both $'ktstr-export --file=te\t'
	expect output "ktstr-export --file=text.ktstr"
	run -0 both $'ktstr-export -o text.r\t'
	expect output "ktstr-export -o text.run"
	run -0 both $'ktstr-export --sign text.r\t'
	expect output "ktstr-export --sign text.run"
	run -0 both $'ktstr-preamble --decompress sha512su\t'
	expect output "ktstr-preamble --decompress sha512sum"
	run -0 both $'ktstr-preamble --template text.s\t'
	expect output "ktstr-preamble --template text.sh"
	run -0 both $'ktstr-export -f d\tx\t'
	expect output 'ktstr-export -f d\ e/x.ktstr'
	run -0 both $'ktstr-export -f d\\ e/\t'
	expect output 'ktstr-export -f d\ e/x.ktstr'
	run -0 both $'ktstr-manifest --binary=d\\ e/r\t'
	expect output 'ktstr-manifest --binary=d\ e/run\&it'
}
