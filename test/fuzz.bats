#!/usr/bin/env bats
# fuzz.bats - the fuzzing targets with every seed and every input that once crashed; files cut short

load helper

setup() {
	PATH=$TOP/build/test:$PATH
	cd "$BATS_TEST_TMPDIR"
}

# replay TARGET: gives it its corpus; the input at fault is the last one named
replay() {
	local files=("$TOP/test/fuzz/corpus/$1"/*)
	run -0 "$TOP/build/test/fuzz/$1" "${files[@]}"
	[ "${#files[@]}" -gt 5 ]
	[ "${#lines[@]}" = "${#files[@]}" ]
}

@test "fuzz: every target has a test here and a corpus, and no corpus is without a target" {
	local target tests corpora
	tests=$(sed -n 's/^\treplay \([a-z0-9]*\)$/\1/p' "$BATS_TEST_FILENAME" | sort)
	corpora=$(ls "$TOP/test/fuzz/corpus")
	expect value "$tests" "$corpora"
	expect value "$(sed -n 's/^FUZZ = //p' "$TOP/Makefile" | tr ' ' '\n' | sort)" "$corpora"
	for target in $tests; do
		expect file "$TOP/test/fuzz/$target.c"
	done
}

@test "fuzz: records are read alike from memory and streams, and come back as they were written" {
	replay record
}

@test "fuzz: definitions are found by name and come back as they were written" {
	replay definition
}

# bats test_tags=promise:values-are-data
@test "fuzz: values of manifests can be quoted, names in them lead nowhere else" {
	replay manifest
}

# bats test_tags=promise:values-are-data
@test "fuzz: any bytes are one quoted word and one line of a message" {
	replay quote
}

@test "fuzz: the ELF reader answers with what stands in the file" {
	replay elf
}

@test "fuzz: the reader of the loader's cache finds what a plain walk finds" {
	replay ldcache
}

@test "fuzz: base64 does what a plain implementation does, with every kernel" {
	replay base64
}

@test "fuzz: zlib inflates what each engine made, with any number of threads" {
	replay gzip
}

# bats test_tags=promise:evidence-is-data
@test "fuzz: evidence is read whole or not at all, and each format shows it as plain text" {
	replay evidence
}

# bats test_tags=promise:import-is-data
@test "fuzz: headers of .run files of others become definitions that read back, or are refused" {
	replay import
}

# bats test_tags=promise:import-is-data
@test "fuzz: archives of others make what they say, in their directory" {
	replay untar
}

@test "fuzz: the seeds that are no text are those that make-seeds makes" {
	need python3
	mkdir fuzz
	cp "$TOP/test/fuzz/make-seeds" fuzz
	fuzz/make-seeds
	expect value "$(ls fuzz/corpus | tr '\n' ' ')" "base64 elf evidence gzip ldcache untar "
	run diff -r fuzz/corpus "$TOP/test/fuzz/corpus"
	expect value "$(grep -v "^Only in $TOP/test/fuzz/corpus" <<<"$output")" ''
}

@test "fuzz: a target that finds something ends, and names the input" {
	printf 'a' >input
	cat >target.c <<-'EOF2'
		#include "fuzz.h"
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
		{
			REQUIRE(size == 0 || data[0] != 'a');
			return 0;
		}
	EOF2
	"${CC:-cc}" $KTSTR_TEST_CFLAGS -D_GNU_SOURCE -I"$TOP/lib" -I"$TOP/test/fuzz" -o target target.c \
		"$TOP/build/obj/test/fuzz/fuzz.o" "$TOP/build/obj/test/fuzz/replay.o" "$TOP/build/lib/tools.a"
	run -0 ./target /dev/null
	run -134 ./target /dev/null input
	expect output has $'\ninput\n'
	expect output has "does not hold: size == 0 || data[0] != 'a'"
}

# bats test_tags=promise:unknown-programs
@test "elf: a file cut short at any offset has no answer, or that of the whole" {
	run -0 cut elf "$TOP/build/examples/fair" "$TOP"/test/fuzz/corpus/elf/*
	[[ $output =~ examples/fair:\ ([0-9]+)\ cuts,\ ([0-9]+)\ answered ]]
	expect value "${BASH_REMATCH[1]}" "$(stat -c %s "$TOP/build/examples/fair")"
	expect value "${BASH_REMATCH[2]}" -gt 0
	expect value "${BASH_REMATCH[2]}" -lt "${BASH_REMATCH[1]}"
}

@test "record: a text cut short at any offset has the records of the lines that are whole" {
	local corpus=$TOP/test/fuzz/corpus/manifest
	run -0 --separate-stderr cut records "$corpus"/{every-record,least,shell-injection}
	expect value "${#lines[@]}" 3
}

@test "definitions: a file cut short at any offset is refused, or has the tests before the cut" {
	local corpus=$TOP/test/fuzz/corpus/definition
	run -0 --separate-stderr cut definitions "$corpus"/{every-record,load.ktstr,defaults-overridden}
	expect value "${#lines[@]}" 3
}

@test "elf: a file of very many segments of notes is read no longer than others" {
	need python3
	python3 - >big <<-'EOF2'
		import struct, sys
		count, notes = 65535, 1 << 20
		ident = b"\x7fELF\2\1\1" + bytes(9)
		header = struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, count, 0, 0, 0)
		segment = struct.pack("<IIQQQQQQ", 4, 4, 64 + 56 * count, 0, 0, notes, notes, 4)
		sys.stdout.buffer.write(ident + header + segment * count + bytes(notes))
	EOF2
	chmod +x big
	run -0 --separate-stderr timeout 10 ktstr-manifest --list
	expect output ""
}

@test "elf: a file that names one long string very many times takes no more memory than others" {
	need python3
	python3 - >big <<-'EOF2'
		import struct, sys
		names, count, at = b"a" * (1 << 20) + b"\0", 65530, 64 + 2 * 56
		dynamic = struct.pack("<QQQQ", 5, 0x1000, 10, len(names)) + struct.pack("<QQ", 1, 0) * count + bytes(16)
		ident = b"\x7fELF\2\1\1" + bytes(9)
		header = struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
		load = struct.pack("<IIQQQQQQ", 1, 4, at, 0x1000, 0, len(names), len(names), 4)
		segment = struct.pack("<IIQQQQQQ", 2, 4, at + len(names), 0, 0, len(dynamic), len(dynamic), 8)
		sys.stdout.buffer.write(ident + header + load + segment + names + dynamic)
	EOF2
	chmod +x big
	printf '%s\n' 'manifest 1' 'test a' 'scheduler eevdf' 'topology 1n1l1c1t' 'duration 1' 'watchdog 1' 'git unknown' \
		"file ktstr $PWD/big 0755" >manifest
	run -1 timeout 10 ktstr-libs <manifest
	expect output has "a damaged ELF file"
}
