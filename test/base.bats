#!/usr/bin/env bats
# base.bats - the record grammar, shell quoting, numbers

load helper

setup() {
	PATH=$TOP/build/test:$PATH
	cd "$BATS_TEST_TMPDIR"
}

# both_readers: standard input through the reader of memory and that of streams, which must agree
both_readers() {
	local memory stream status=0
	cat >input
	memory=$(base memory <input 2>&1) || status=$?
	stream=$(base stream <input 2>&1) || [ $? = "$status" ]
	[ "$memory" = "$stream" ]
	printf '%s\n' "$memory"
	return "$status"
}

@test "record: fields are cut at blanks, comments and empty lines are skipped" {
	run -0 both_readers <<-'EOF'
		# a comment

		 	one	 a
		  # another
		many
		many a b	c 
		x-mine any number of fields here
	EOF
	expect output $'one a\nmany\nmany a b c\nx-mine any number of fields here'
}

@test "record: escapes stand for bytes and come back as they were" {
	run -0 both_readers <<<'many \040\011\012 \134\001\177 é\303\251#'
	expect output 'many \040\011\012 \134\001\177 éé#'
}

@test "record: two quotes are the empty field, and can be written as themselves" {
	run -0 both_readers <<<'many "" \042\042 a""'
	expect output 'many "" \042\042 a""'
}

@test "record: a carriage return before the newline is dropped, also without a newline" {
	run -0 both_readers < <(printf 'one a\r\nmany b\r')
	expect output $'one a\nmany b'
}

@test "record: empty input has no records" {
	run -0 both_readers </dev/null
	expect output ""
}

@test "record: what breaks the grammar is named with its line" {
	local bad
	while IFS='|' read -r bad message; do
		run -1 both_readers < <(printf "many\n$bad\nmany\n")
		[ "$output" = $'many\nbase: <stdin>:2: '"$message" ] ||
			[ "$output" = "base: <stdin>:2: $message"$'\nmany' ] || {
			echo "for $bad: $output"
			false
		}
	done <<-'EOF'
		two|two: unknown keyword (one of your own begins with x-)
		one|one: missing field: 0 given, 1 needed
		one a b|one: surplus field: 2 given, at most 1 taken (write a space within a field as \040)
		many a b c d|many: surplus field: 4 given, at most 3 taken (write a space within a field as \040)
		one \\\\04|bad escape: after a backslash come three octal digits, 001 to 377 (\134 is a backslash)
		one \\\\n|bad escape: after a backslash come three octal digits, 001 to 377 (\134 is a backslash)
		one \\\\000|bad escape: after a backslash come three octal digits, 001 to 377 (\134 is a backslash)
		one \\\\400|bad escape: after a backslash come three octal digits, 001 to 377 (\134 is a backslash)
		one a\000b|NUL byte: this is not a text file
		one a\001b|control byte in a field: write it as a backslash and three octal digits
		one a\rb|control byte in a field: write it as a backslash and three octal digits
	EOF
}

@test "record: a keyword that stands once is refused the second time" {
	run -1 both_readers <<<$'many\none a\nmany\none b'
	expect output has "<stdin>:4: one: may stand only once, and is on line 2 already"
}

@test "record: a keyword that no rule has is taken where the reader says so, and only if it is plain" {
	run -0 base unknown <<<$'later a b\none 1\nlater'
	expect output $'later a b\none 1\nlater'
	run -1 base memory <<<'later a b'
	expect output begins "base: <stdin>:1: later: unknown keyword"
	run -1 base unknown <<<$'la\\164er a'
	expect output begins "base: <stdin>:1: la\\164er: unknown keyword"
	run -1 base unknown <<<$'one 1\none 2' # the rules still hold
	expect output begins "base: <stdin>:2: one: may stand only once"
}

@test "record: a message is one line, whatever bytes the input has" {
	run -1 both_readers < <(printf 'tw\033[31mo\n')
	expect output has 'tw\033[31mo: unknown keyword'
	expect value "${#lines[@]}" 1
}

@test "record: what a terminal would obey or could not show is in octal in a message" {
	run -1 both_readers < <(printf 'a\302\233b\233c\342\200\256é\n')
	expect output has ':1: a\302\233b\233c\342\200\256é: unknown keyword'
}

@test "record: a byte order mark is named" {
	run -1 both_readers < <(printf '\357\273\277one a\n')
	expect output "base: <stdin>:1: begins with a byte order mark: save it without"
}

@test "record: a field of 1 MiB and 100000 records are read" {
	{
		printf 'one '
		head -c 1048576 /dev/zero | tr '\0' a
		echo
		yes 'many a' | head -n 100000
	} >big
	base memory <big | cmp - big
	base stream <big | cmp - big
}

@test "quote: bash reads every byte back" {
	local i byte
	for ((i = 1; i < 256; i++)); do
		printf -v byte '\\%03o' "$i"
		printf "a$byte" >wanted
		eval "printf %s $(base quote <wanted)" | cmp - wanted
	done
}

@test "quote: random bytes and UTF-8 come back from bash" {
	local i
	for ((i = 0; i < 50; i++)); do
		head -c 300 /dev/urandom | tr -d '\0' >wanted
		expect value "$(base quote <wanted | wc -l)" 0
		printf 'printf %%s %s' "$(base quote <wanted)" | bash | cmp - wanted
		printf 'printf %%s %s' "$(base quote <wanted)" | LC_ALL=C bash | cmp - wanted
	done
}

# bats test_tags=promise:values-are-data
@test "quote: a word is printable ASCII, and bash reads it back in every multibyte locale" {
	local i charmap LOCPATH=$BATS_TEST_TMPDIR
	need localedef
	# each byte from 0x80 before each that it could make one character with
	for ((i = 128; i < 256; i++)); do
		printf "\\$(printf %o "$i")%s" \' \\ '`' '"' '$' '|' '[' '~' $'\177' $'\1' 0 A $'\200' $'\240' $'\376'
	done >wanted
	printf $'\001\344\270\255\'$(id)\344\270\255\' \350\260\203\345\272\246\345\231\250\061' >>wanted
	base quote <wanted >word
	run -1 env LC_ALL=C grep -q '[^ -~]' word
	printf 'a=(%s x)\nprintf %%s "${a[0]}"\nexit ${#a[@]}\n' "$(<word)" >script
	export LOCPATH
	# those in which a byte of ASCII can be the end of a character, and UTF-8
	for charmap in zh_CN.{GB18030,GBK} zh_TW.BIG5 zh_HK.BIG5-HKSCS ja_JP.SHIFT_JIS ko_KR.JOHAB en_US.UTF-8; do
		localedef -c -i "${charmap%.*}" -f "${charmap#*.}" "./$charmap" >/dev/null 2>&1 || true
		[ "$(LC_ALL=$charmap locale charmap)" = "${charmap#*.}" ] || skip "needs the locale sources: apt-get install locales"
		LC_ALL=$charmap run -2 bash -c 'bash script >got'
		cmp wanted got || {
			echo "$charmap"
			false
		}
	done
}

# bats test_tags=promise:values-are-data
@test "quote: safe words stay, others are quoted, what could mislead a reader is in octal" {
	local text quoted
	while read -r text quoted; do
		run -0 base quote < <(printf "$text")
		[ "$output" = "$quoted" ] || {
			echo "$text: $output"
			false
		}
	done <<-'EOF'
		spread spread
		a/b.c:d=e a/b.c:d=e
		1n2l4c2t 1n2l4c2t
		\x7e '~'
		\x24x '$x'
		it\x27s 'it'\''s'
		it\x27s\x5c\n $'it\'s\\\012'
		\xc3\xa9 $'\303\251'
		\xc3\xa9\x27s $'\303\251\'s'
		\xe2\x80\xae $'\342\200\256'
		\xc3 $'\303'
		\xed\xa0\x80 $'\355\240\200'
	EOF
	run -0 base quote </dev/null
	expect output "''"
}

@test "number: digits of the base within the range, and nothing else" {
	local base min max text wanted
	while read -r base min max text wanted; do
		run -0 base number "$base" "$min" "$max" "${text//_/ }"
		[ "$output" = "$wanted" ] || {
			echo "$text: $output"
			false
		}
	done <<-'EOF'
		10 1 9 5 5
		10 1 9 0 range
		10 1 9 10 range
		10 0 18446744073709551615 18446744073709551615 18446744073709551615
		10 0 18446744073709551615 18446744073709551616 range
		10 0 9 +5 invalid
		10 0 9 -5 invalid
		10 0 9 _5 invalid
		10 0 9 5_ invalid
		10 0 9 5x invalid
		10 0 99 0x5 invalid
		8 0 999 0755 493
		8 0 999 8 invalid
		16 0 999 ff 255
		16 0 999 0xff invalid
	EOF
	run -0 base number 10 0 9 ""
	expect output invalid
}

# --- options ---

@test "base: what is wrong with an option is said in one way, with the options that it is like" {
	# arguments|message, of ktstr-pack; the others have the same function
	while IFS='|' read -r arguments message; do
		# shellcheck disable=SC2086 # words
		run -64 ktstr-pack $arguments </dev/null
		expect output "ktstr-pack: $message (see --help)"
	done <<-'END'
		--jbs 3|unknown option: --jbs: did you mean --jobs?
		--jbs=3|unknown option: --jbs: did you mean --jobs?
		--progess --tar|unknown option: --progess: did you mean --progress?
		--zzzzzz|unknown option: --zzzzzz
		-x|unknown option: -x
		-tx|unknown option: -x
		--tar -xt|unknown option: -x
		--tar a -xt|unknown option: -x
		-:|unknown option: -:
		-t -pj|-j: needs a value
		--jobs|--jobs: needs a value
		--engine|--engine: needs a value
		--tar=3|--tar: takes no value
	END
	run -64 ktstr-results --c
	expect output begins "ktstr-results: unknown option: --c: did you mean --columns or --compare? (see --help)"
}

@test "base: each program says which option is meant" {
	local program
	for program in b64 export import libs manifest pack preamble results; do
		run -64 "ktstr-$program" --hlep </dev/null
		expect output "ktstr-$program: unknown option: --hlep: did you mean --help? (see --help)"
		run -64 "ktstr-$program" --versoin=1 </dev/null
		expect output begins "ktstr-$program: unknown option: --versoin"
		expect output ends ": did you mean --version? (see --help)"
	done
	run -64 ktstr-export --no-lib --all
	expect output "ktstr-export: unknown option: --no-lib: did you mean --no-libs? (see --help)"
	run -64 ktstr-export --all-of-it
	expect output "ktstr-export: unknown option: --all-of-it (see --help)"
	run -64 ktstr-export -x
	expect output "ktstr-export: unknown option: -x (see --help)"
}
