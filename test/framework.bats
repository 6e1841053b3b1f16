#!/usr/bin/env bats
# framework.bats - test binaries of the Rust framework: recognised, listed, asked for their .run, which is imported
#
# The binary is test/rust/sched_basic.rs, an imitation: see there. ./rust is a copy of it.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
	export RUST=$BATS_FILE_TMPDIR/sched_basic
	! command -v rustc >/dev/null || rustc --edition 2021 -O -o "$RUST" "$BATS_TEST_DIRNAME/rust/sched_basic.rs"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp
}

# rust_binary: makes ./rust
rust_binary() {
	need rustc
	cp "$RUST" rust
}

# fails_with STATUS LAST-LINE COMMAND...: that status, nothing on standard output, nothing left in TMPDIR
fails_with() {
	run -"$1" --separate-stderr "${@:3}"
	expect output ""
	expect stderr is "ktstr-manifest: $2"
	expect value "$(ls -A tmp)" ""
}

# listed NAME...: these were listed; the linker decides in which order
listed() {
	expect value "$(sort <<<"$output")" "$(printf '%s\t-\t-\trust\n' "$@")"
}

# foreign NAME [FLAG...]: an ELF program with a section of this name, which makes the file RAN if it is run
foreign() {
	printf '%s\n' '#include <stdio.h>' '#include <stdlib.h>' \
		"__attribute__((section(\"$1\"), used)) static int mark = 1;" \
		'int main(void) { fclose(fopen("RAN", "w")); return 1; }' | ${CC:-cc} -x c - -o foreign "${@:2}"
}

@test "framework: --list shows each test once, without what only its .run says" {
	rust_binary
	run -0 --separate-stderr ktstr-manifest -b rust --list
	expect stderr ""
	listed always_fails fair_only host_side map_writer sched_basic
	run -0 --separate-stderr ktstr-manifest -b rust --list '*_side' 'fair*'
	listed fair_only host_side
	# what the user has set for cargo nextest is for that
	KTSTR_CARGO_TEST_MODE=0 KTSTR_KERNEL_LIST='a=/a;b=/b' KTSTR_BUDGET_SECS=1 run -0 ktstr-manifest -b rust --list
	expect value "${#lines[@]}" 5
	KTSTR_TEST_BINARY=./rust run -0 ktstr-manifest --list
	expect value "${#lines[@]}" 5
}

@test "framework: --list of older versions, of several kernels, and of 300 tests" {
	rust_binary
	IMITATE=old run -0 --separate-stderr ktstr-manifest -b rust --list
	listed always_fails fair_only host_side map_writer sched_basic
	IMITATE=kernels run -0 --separate-stderr ktstr-manifest -b rust --list
	listed always_fails fair_only host_side map_writer sched_basic
	SECONDS=0
	IMITATE=many run -0 ktstr-manifest -b rust --list
	expect value "${#lines[@]}" 300
	((SECONDS < 5))
}

@test "framework: a list that is none is one line" {
	rust_binary
	local question='rust: --list'
	IMITATE=bad fails_with 1 "$question: a test's name is made of letters, digits, '_', '.', ':' and '-': a b" \
		ktstr-manifest -b rust --list
	IMITATE=nul fails_with 1 "$question printed a NUL byte" ktstr-manifest -b rust --list
	IMITATE=fails fails_with 1 'rust: is not a test binary: ended with status 101 when asked for --list' \
		ktstr-manifest -b rust --list
}

@test "framework: a test that is not there, or that the binary rejects" {
	rust_binary
	fails_with 1 'nosuch: no such test in rust (--list shows those there are)' ktstr-manifest -b rust nosuch
	fails_with 1 'fair_onyl: no such test in rust; did you mean "fair_only"?' ktstr-manifest -b rust fair_onyl
	fails_with 2 "rust: host_side: ktstr export: test 'host_side' is host_only: out of scope" ktstr-manifest -b rust host_side
	fails_with 2 "rust: map_writer: ktstr export: test 'map_writer' uses bpf_map_write: out of scope" \
		ktstr-manifest -b rust map_writer
	IMITATE=silent fails_with 2 'rust: fair_only: it cannot be exported, and the binary does not say why' \
		ktstr-manifest -b rust fair_only
}

@test "framework: each other end of the binary is one line, and leaves nothing" {
	rust_binary
	local asked='--ktstr-export-test=fair_only' kind message
	while IFS=: read -r kind message; do
		IMITATE=$kind fails_with 1 "rust: $message" timeout 20 ktstr-manifest -b rust fair_only
	done <<-EOF
		nothing:wrote no .run, and says that it did: asked for $asked
		link:what it wrote is not a regular file: asked for $asked
		directory:what it wrote is not a regular file: asked for $asked
		signal:killed by signal 6 (Aborted) when asked for $asked
		panic:ended with status 101 when asked for $asked: thread 'main' panicked
		flood:more than 1 MiB in answer to $asked: it was killed
	EOF
	IMITATE=hang KTSTR_EXPORT_SECONDS=1 fails_with 1 "rust: no answer within 1 s to $asked: it was killed" \
		timeout 20 ktstr-manifest -b rust fair_only
	run -1 pgrep -f 'sleep 314\.25'
}

@test "framework: where it writes, and for how long, is checked" {
	rust_binary
	KTSTR_IMPORT_DIR=gone fails_with 1 'gone (KTSTR_IMPORT_DIR): No such file or directory' ktstr-manifest -b rust fair_only
	TMPDIR=gone fails_with 1 'gone (TMPDIR): No such file or directory' ktstr-manifest -b rust fair_only
	local seconds
	for seconds in 0 -1 1s 86401 99999999999999999999; do
		KTSTR_EXPORT_SECONDS=$seconds fails_with 1 "KTSTR_EXPORT_SECONDS: $seconds: give seconds, 1 to 86400" \
			ktstr-manifest -b rust fair_only
	done
}

# bats test_tags=promise:unknown-programs
@test "framework: a binary in a directory is never run" {
	foreign linkme_KTSTR_TESTS
	KTSTR_TEST_PATH=. run -0 --separate-stderr ktstr-manifest --list
	expect output ""
	run -0 --separate-stderr ktstr-manifest --list
	expect no-file RAN
	# named, it is run, by the framework's protocol or by ours
	run -1 --separate-stderr ktstr-manifest -b foreign --list
	expect stderr is 'ktstr-manifest: foreign: is not a test binary: ended with status 1 when asked for --list'
	expect file RAN
	foreign linkme_KTSTR_TESTZ
	run -1 --separate-stderr ktstr-manifest -b foreign --list
	expect stderr ends 'when asked for --ktstr-list'
}

# is_framework: whether ./foreign is asked as the framework's binaries are
is_framework() {
	run --separate-stderr ktstr-manifest -b foreign --list
	[[ $stderr == *'asked for --list'* || $stderr == *'to ask for --list'* ]]
}

# put OFFSET SIZE VALUE: writes a little-endian number into ./foreign
put() {
	local i bytes=''
	for ((i = 0; i < $2; i++)); do printf -v bytes '%s\\x%02x' "$bytes" $(($3 >> (8 * i) & 255)); done
	printf '%b' "$bytes" | dd of=foreign bs=1 seek="$1" conv=notrunc status=none
}

@test "framework: sections are found where the file says, and hostile headers find none" {
	need readelf strip
	local i headers count names at offset size value
	for i in linkme_KTSTR_TESTS linkm2_KTSTR_TESTS; do
		foreign "$i"
		is_framework
		strip foreign
		is_framework
	done
	[ "$(readelf -h foreign | sed -nE 's/ *Class: *//p; s/.*Data: *2.s complement, //p' | tr '\n' ' ')" = "ELF64 little endian " ] ||
		skip "needs a 64-bit little-endian machine"
	cp foreign whole
	headers=$(readelf -hW foreign | sed -nE 's/.*Start of section headers: *([0-9]+).*/\1/p')
	count=$(readelf -hW foreign | sed -nE 's/.*Number of section headers: *([0-9]+).*/\1/p')
	names=$(readelf -hW foreign | sed -nE 's/.*Section header string table index: *([0-9]+).*/\1/p')
	at=$((headers + 64 * names))
	# more sections than the file's header has room for
	put 60 2 0 && put $((headers + 32)) 8 "$count" && put 62 2 65535 && put $((headers + 40)) 4 "$names"
	is_framework
	while read -r offset size value; do
		cp whole foreign
		put "$offset" "$size" "$value"
		if is_framework; then
			echo "byte $offset: $value"
			false
		fi
	done <<-EOF
		40 8 0
		40 8 -1
		40 8 9223372036854775807
		58 2 0
		58 2 63
		60 2 1
		62 2 0
		62 2 65535
		62 2 60000
		$((at + 24)) 8 -1
		$((at + 24)) 8 9223372036854775800
		$((at + 24)) 8 $((1 << 40))
		$((at + 32)) 8 0
		$((at + 32)) 8 12
	EOF
	# the number of sections that a section claims to be is no reason to read for ever
	cp whole foreign
	put 60 2 0 && put $((headers + 32)) 8 -1
	timeout 10 ktstr-manifest -b foreign --list || true
	local length
	length=$(stat -c %s whole)
	for ((i = 0; i < length; i += 97)); do
		head -c "$i" whole >foreign
		run ktstr-manifest -b foreign --list
		expect status 1
	done
}
