#!/usr/bin/env bats
# framework.bats - test binaries of the Rust framework: recognised, listed, asked for their .run, which is imported
#
# The binary is test/rust/sched_basic.rs, an imitation: see there. ./rust is a copy of it.

bats_require_minimum_version 1.5.0
load run_helper

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

# with_scheduler: what ./rust's test sched_basic packs, a scheduler and a file
with_scheduler() {
	script scx_fake "${attach[@]}" "${stay[@]}"
	echo packed >data.txt
}

# without_warning: takes the warning out of stderr that the import gives of each .run of the framework
without_warning() {
	stderr=$(sed '/: warning: .*\.run: such a file does not carry /d' <<<"$stderr")
}

# fails_with STATUS LINE COMMAND...: that status, nothing on standard output, nothing left in TMPDIR
fails_with() {
	run -"$1" --separate-stderr "${@:3}"
	without_warning
	expect output ""
	expect stderr is "ktstr-manifest: $2"
	expect value "$(ls -A tmp)" ""
}

# no_work_left: no directory of an export, nor of an import, is here or in TMPDIR
no_work_left() {
	expect value "$(ls -A tmp; compgen -G '.*.run.*')" ""
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
	((SECONDS < 20)) # an export of each would take minutes
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

@test "framework: a name that is a path leads to no file" {
	foreign linkme_KTSTR_TESTS
	touch victim.run
	run -1 --separate-stderr ktstr-manifest -b ./foreign ../../victim # from the directory in tmp to here
	[ -e victim.run ]
	expect value "$(ls -A tmp)" ''
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
	IMITATE=another fails_with 1 'rust: wrote a .run of fair_only when asked for always_fails' \
		ktstr-manifest -b rust always_fails
	# what is wrong with a .run is said with its line
	IMITATE=rubbish run -1 --separate-stderr ktstr-manifest -b rust fair_only
	expect stderr matches '/fair_only\.run(:[0-9]+)?: '
	expect value "${#stderr_lines[@]}" 1
	expect value "$(ls -A tmp)" ""
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

@test "framework: a manifest names files that stay, in one directory that a note names" {
	rust_binary
	with_scheduler
	run -0 --separate-stderr ktstr-manifest -b rust sched_basic
	local made
	without_warning
	made=$(cd tmp && echo "$PWD"/ktstr-import.*)
	expect stderr is "ktstr-manifest: note: the files that the manifest names are in $made: remove it once they are packed"
	expect value "$(stat -c %a "$made")" 700
	grep -E '^(test|scheduler|topology|duration|watchdog|sched-arg|git|file)' <<<"$output" >got
	cat >wanted <<-EOF
		test sched_basic
		scheduler scx_fake
		topology 1n1l1c1t
		duration 3
		watchdog 4
		git unknown
		sched-arg --slice-us
		sched-arg it's\0405000
		file ktstr $made/test/ktstr 0755
		file scheduler $made/sched/scx_fake 0755
		file include/data.txt $made/include/data.txt 0755
	EOF
	diff wanted got
	cmp rust "$made/test/ktstr"
	cmp scx_fake "$made/sched/scx_fake"
	expect no-file "$made/sched_basic.run"
	ktstr-pack <<<"$output" >archive.tar.gz
	rm -r "$made"
	# whoever names a directory removes it, and needs no note
	mkdir 'a place'
	KTSTR_IMPORT_DIR='a place' run -0 --separate-stderr ktstr-manifest -b rust sched_basic
	without_warning
	expect stderr ""
	expect output has "file ktstr $PWD/a\040place/ktstr-import."
	expect value "$(ls -A tmp)" ""
}

@test "framework: what fails after the import leaves nothing either" {
	rust_binary
	with_scheduler
	run -1 --separate-stderr bash -c 'ktstr-manifest -b rust sched_basic >/dev/full'
	expect value "$(ls -A tmp)" ""
}

@test "framework: the state of the sources is that of the binary's checkout" {
	rust_binary
	need git
	git init -q . && git add rust && git -c user.name=n -c user.email=e commit -qm m
	KTSTR_IMPORT_DIR=tmp run -0 ktstr-manifest -b rust fair_only
	expect output has "git $(git rev-parse --short=7 HEAD)"
}

@test "framework: of two binaries the first has the test, and a warning says which has it, too" {
	rust_binary
	cp rust other
	KTSTR_IMPORT_DIR=tmp run -0 --separate-stderr ktstr-manifest -b rust -b other fair_only
	without_warning
	expect stderr is 'ktstr-manifest: warning: fair_only: in rust, which is taken, and in other, too'
	expect value "$(ls tmp | wc -l)" 1
}

@test "framework: an exported test runs under its scheduler" {
	rust_binary
	with_scheduler
	ktstr-export -q -b rust sched_basic
	no_work_left
	fake_host
	run -0 on_host ./sched_basic.run
	expect output has "state enabled scheduler"
	expect output matches "scx_fake --slice-us it's 5000"
	expect output has "data packed"
	expect output ends "./sched_basic.run: pass"
	nothing_left
	# without one
	ktstr-export -q -b rust fair_only always_fails
	run -0 on_host ./fair_only.run
	run -1 on_host ./always_fails.run
	expect output ends "./always_fails.run: fail"
}

@test "framework: --all exports what can be, and says what cannot, as for tests of ours" {
	rust_binary
	with_scheduler
	mkdir runs
	run -2 --separate-stderr ktstr-export -b rust -o runs/ --all
	expect stderr has "rust: host_side: ktstr export: test 'host_side' is host_only: out of scope"
	expect stderr has 'ktstr-export: map_writer: not exported (status 2)'
	expect stderr ends 'ktstr-export: 3 of 5 tests exported'
	expect value "$(echo $(ls -A runs))" "always_fails.run fair_only.run sched_basic.run"
	expect value "$(ls -A tmp)" ""
}

@test "framework: --dry-run prints a pipeline that makes the same file and leaves nothing" {
	rust_binary
	with_scheduler
	ktstr-export -q -b rust sched_basic
	mv sched_basic.run first.run
	ktstr-export -n -b rust sched_basic >pipeline
	sh pipeline
	cmp first.run sched_basic.run
	no_work_left
	# nor does an export that fails
	IMITATE=rubbish run -1 ktstr-export -b rust fair_only
	no_work_left
	expect no-file fair_only.run
}

@test "framework: four lines of a definition make a test of a binary, without its own export" {
	rust_binary
	with_scheduler
	printf '%s\n' 'test sched_basic' 'binary ./rust' 'scheduler scx_fake scx_fake' 'include ./data.txt' >rust.ktstr
	ktstr-export -q sched_basic
	fake_host
	fake_cpus 0-3
	run -0 on_host ./sched_basic.run
	expect output has "data packed"
	expect output ends "./sched_basic.run: pass"
	nothing_left
}

@test "framework: an export that is ended while the binary writes leaves nothing" {
	rust_binary
	local status=0
	IMITATE=wait ktstr-export -q -b rust fair_only 3>&- &
	wait_for pgrep -f 'rust --ktstr-export-test=fair_only'
	kill -TERM $!
	wait $! || status=$?
	expect status 143
	wait_for gone 'rust --ktstr-export-test=fair_only'
	no_work_left
	expect no-file fair_only.run
}
