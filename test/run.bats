#!/usr/bin/env bats
# run.bats - the .run: arguments, what the test sees, its status, integrity, inspection, output

load run_helper

# bats test_tags=promise:only-status-0-passes
@test "run: the test's own status comes out: pass, fail, inconclusive, skip" {
	export_test 'exit "$RC"'
	RC=0 run -0 --separate-stderr on_host ./t.run
	expect output ""
	expect stderr ends "./t.run: pass"
	RC=1 run -1 on_host ./t.run
	RC=2 run -2 on_host ./t.run
	RC=4 run -4 on_host ./t.run
	nothing_left
}

# bats test_tags=promise:only-status-0-passes
@test "run: a status that no test has, and a signal, are failures" {
	export_test 'if [ "$RC" = 9 ]; then kill -SEGV $$; fi; exit "$RC"'
	for RC in 3 5 64 65 77 126 127 193 255; do
		export RC
		run -1 --separate-stderr on_host ./t.run
		case $RC in
		126 | 127) [[ $stderr == *"./t.run: fail: the test ended with status $RC, as a program that cannot be started does" ]] ;;
		*) [[ $stderr == *"./t.run: fail: the test ended with status $RC, which no test has" ]] ;;
		esac
	done
	RC=9 run -1 --separate-stderr on_host ./t.run
	expect stderr ends "./t.run: fail: the test was killed by SIGSEGV"
	nothing_left
}

@test "run: the test sees what the documents promise, and a standard input that is empty" {
	script tool 'echo tool of mine'
	export_test 'set -e; [[ $PATH == "$KTSTR_DIR/include:"* ]]; [ "$(tool)" = "tool of mine" ]' \
		'[ "$(ls "$KTSTR_INCLUDE_DIR")" = tool ]; [ -z "${KTSTR_SCHED_PID+x}${SCHED_PID+x}${LD_LIBRARY_PATH+x}" ]' \
		'mkdir "$KTSTR_CGROUP_ROOT/mine"; [[ $KTSTR_CGROUP_ROOT == */ktstr ]]' \
		'[ "$KTSTR_DURATION_SECS $KTSTR_WATCHDOG_SECS" = "12 5" ]' \
		'[ "$(cat)" = "" ]' '[ "$*" = "run --ktstr-test-fn t --duration 12 --watchdog-timeout 5" ]' \
		'[ "$(stat -c %a "${KTSTR_DIR%/*}")" = 700 ]; [ "$(umask)" = 0022 ]' \
		'[ "$(ps -o pgid= -p $$)" -eq $$ ]'
	echo 'include ./tool' >>t.ktstr
	ktstr-export -q t
	umask 777
	run -0 env -u LD_LIBRARY_PATH bash -c 'true'
	umask 022
	run -0 on_host env -u LD_LIBRARY_PATH ./t.run <<<typed
	nothing_left
}

# linked_with_library: t and sched, programs that need a library that is gone once the test t is exported with
# the given options of ktstr-export
linked_with_library() {
	mkdir libs
	echo 'int here(void) { return 42; }' | ${CC:-cc} -shared -fPIC -Wl,-soname,libhere.so.3 -x c - -o libs/libhere.so.3
	printf '%s\n' 'int here(void);' 'int main(void) { return here() == 42 ? 0 : 9; }' >t.c
	printf '%s\n' '#include <unistd.h>' 'int here(void);' 'int main(int c, char **v) { return here() != 42 ||' \
		'execl("/bin/bash", "bash", "-c", "exec \"${0%bin/scheduler/*}tree/include/attach\"", v[0], NULL); }' >s.c
	${CC:-cc} t.c libs/libhere.so.3 -Wl,-rpath,"$PWD/libs" -o t
	${CC:-cc} s.c libs/libhere.so.3 -Wl,-rpath,"$PWD/libs" -o sched
	script attach 'echo "$LD_LIBRARY_PATH" >"$OUT"' "${attach[@]}" "${stay[@]}"
	printf 'test t\nbinary t\ntopology 1n1l1c1t\nscheduler fake ./sched\ninclude ./attach\n' >t.ktstr
	ktstr-export -q "$@" t
	rm -r libs
	run -127 ./t
}

@test "run: packed libraries serve the test and the scheduler, on a host that has none of them" {
	linked_with_library
	./t.run --list | grep -qx lib/libhere.so.3
	OUT=$PWD/out run -0 on_host ./t.run
	[ "$(<out)" = "" ] # of a script that the scheduler has started
	nothing_left
}

@test "run: without their libraries neither is started, and what is missing is named" {
	linked_with_library --no-libs
	run -4 on_host ./t.run
	expect line -1 begins "./t.run: unsuitable: the test t cannot be started on this host: the library libhere.so.3 is not found: "
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "run: what the test leaves in its cgroup and in the background is ended and removed" {
	export_test 'mkdir -p "$KTSTR_CGROUP_ROOT/a/b"; (setsid sleep 93.25 &)' \
		'sleep 93.25 & echo $! >"$KTSTR_CGROUP_ROOT/a/b/cgroup.procs"'
	run -0 on_host ./t.run
	run -1 pgrep -f 'sleep 93.25'
	nothing_left
}

@test "run: --duration and --watchdog-timeout reach the test, in both forms; bad values are refused" {
	export_test 'echo "$@"'
	run -0 --separate-stderr on_host ./t.run --duration 30 --watchdog-timeout=007 --quiet
	expect output "run --ktstr-test-fn t --duration 30 --watchdog-timeout 7"
	expect stderr "./t.run: pass"
	for value in 0 -1 5x 99999999999 "1 2" '$(id)'; do
		run -64 ./t.run --duration "$value"
		expect output "./t.run: --duration: not a whole number of seconds from 1 to 999999999: $value"
		run -64 ./t.run "--watchdog-timeout=$value"
		run -64 ./t.run "--attach-timeout=$value"
		run -64 ./t.run "--wait-lock=$value"
	done
	nothing_left
}

@test "run: a missing value, an unknown option, an operand and two actions are misuse, in one line" {
	export_test
	for args in --duration '--duration=' --tmpdir --extract '--extract=' --nonsense operand -x \
		'--check --info' '--verify --extract d' '--ktap --check' '--verify --ktap' '--ktap -x'; do
		# shellcheck disable=SC2086 # words
		run -64 ./t.run $args
		expect value "${#lines[@]}" 1
		expect output begins "./t.run: "
	done
	run -64 ./t.run --durations=3
	expect output "./t.run: unknown argument: --durations=3: did you mean --duration? (see --help)"
	run -64 ./t.run --print
	expect output "./t.run: unknown argument: --print: did you mean --print-command? (see --help)"
	run -64 ./t.run --chekc --quiet
	expect output "./t.run: unknown argument: --chekc: did you mean --check? (see --help)"
	run -64 ./t.run --nonsense
	expect output "./t.run: unknown argument: --nonsense (see --help)"
}

# bats test_tags=promise:as-exported
@test "run: what is frozen cannot be overridden" {
	export_test
	for option in --cpus --topology --affinity; do
		run -64 ./t.run "$option" 1
		expect output "./t.run: $option is frozen, so that what ran there runs here: export the test again to change it"
		run -64 ./t.run "$option=1"
	done
}

@test "run: the banner names test, scheduler and git state and says what is attached; --quiet drops it" {
	export_test
	run -0 --separate-stderr on_host ./t.run
	expect stderr begins "./t.run: test t, scheduler eevdf, git unknown
./t.run: "
	expect stderr has-not "attaches a BPF scheduler"
	run -0 --separate-stderr on_host ./t.run --quiet
	expect stderr "./t.run: pass"
}

@test "run: --help lists every option and status, on standard output" {
	export_test
	run -0 --separate-stderr ./t.run --help
	expect stderr ""
	for word in --duration --watchdog-timeout --attach-timeout --wait-lock --tmpdir --keep --ktap --quiet --check \
		--info --list --verify --extract --print-command --help --manual "bash ./t.run" "0 pass" "1 fail" "2 inconclusive" \
		"3 the scheduler" "4 skipped" "64 misused" "65 this file" "128+N"; do
		grep -q -- "$word" <<<"$output"
	done
}

# bats test_tags=promise:only-status-0-passes
@test "run: a test that outlives duration, watchdog and 10 s is killed with its children and has failed" {
	export_test 'trap "" TERM; sleep 97.25 & while :; do sleep 97.25; done'
	local start=$SECONDS
	run -1 on_host ./t.run --duration 1 --watchdog-timeout 1
	expect output ends "./t.run: fail: the test was still running after 12 s"
	((SECONDS - start < 25))
	run -1 pgrep -f 'sleep 97.25'
	nothing_left
}

@test "run: by any route: a pipe, a path with blanks, a read-only directory, another shell's -s" {
	export_test 'exit "$RC"'
	RC=2 run -2 on_host bash -s -- --quiet <t.run
	RC=2 run -2 on_host bash -c 'cat t.run | bash -s -- --quiet'
	mkdir 'a b'
	mv t.run 'a b/x y.run'
	RC=2 run -2 on_host './a b/x y.run'
	RC=2 run -2 on_host bash 'a b/x y.run'
	cd 'a b'
	RC=2 run -2 on_host bash 'x y.run'
	cd ..
	nothing_left
}

@test "run: over ssh's way, with a header of which bash has read a block ahead" {
	# an archive larger than any buffer
	head -c 3000000 /dev/urandom >big
	export_test 'cmp -n 3000000 "$KTSTR_INCLUDE_DIR/big" '"$BATS_TEST_TMPDIR/big"
	echo 'include ./big' >>t.ktstr
	ktstr-export -q t
	run -0 on_host bash -s -- --quiet <t.run
	run -0 on_host bash -c 'cat t.run | bash -s -- --quiet'
	nothing_left
}

@test "run: without bash it says so, with status 64" {
	export_test
	for shell in dash "busybox sh"; do
		need "${shell%% *}"
		# shellcheck disable=SC2086 # two words
		run -64 $shell ./t.run
		expect output "./t.run: needs bash: bash FILE.run"
	done
}

@test "run: what the author says of the test is in --help and --info" {
	export_test
	printf '%s\n' 'about Wakeups\040are\040fair\040(\303\244)' 'contact a@b.example' | sed 's/.303.244/\xc3\xa4/' >>t.ktstr
	ktstr-export -q t
	run -0 ./t.run --help
	expect output has $'\nAbout: Wakeups are fair (ä)\nContact: a@b.example\n'
	run -0 ./t.run --info
	expect output has $'KTSTR_ABOUT=Wakeups are fair (ä)\nKTSTR_CONTACT=a@b.example\n'
	export_test
	run -0 ./t.run --help
	expect output has-not About:
}

# --- integrity ---

# damaged FILE MESSAGE: is refused with it, by --verify, --check and a run, and runs nothing
damaged() {
	run -65 bash "$1" --verify
	expect line -1 "$1: this file is damaged: $2"
	run -65 on_host bash "$1" --check
	expect line -1 "$1: this file is damaged: $2"
	run -65 on_host bash -s -- --check <"$1"
	expect line -1 ends ": this file is damaged: $2"
	run -65 on_host bash "$1"
	run -65 on_host bash -s <"$1"
	[ ! -e ran ]
	nothing_left
}

# bats test_tags=promise:damage-starts-nothing
@test "run: a payload that is cut short, grew, or was changed is told apart, with status 65" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	local size characters
	size=$(stat -c %s t.run)
	characters=$(sed '1,/^__ARCHIVE__$/d' t.run | tr -d '\n' | wc -c)
	head -c $((size - 20)) t.run >cut.run
	damaged cut.run "it is cut short, 19 of $characters characters are missing: copy it again"
	sed '/^__ARCHIVE__$/q' t.run >empty.run
	damaged empty.run "it is cut short, $characters of $characters characters are missing: copy it again"
	sed '/^EXIT STATUS/q' t.run >manual.run
	damaged manual.run "it is cut short, $characters of $characters characters are missing: copy it again"
	run -65 --separate-stderr bash manual.run --manual
	expect output ends $'\nEXIT STATUS'
	expect stderr "manual.run: this file is damaged: it is cut short: copy it again"
	{ cat t.run; echo QUJD; } >long.run
	damaged long.run "4 characters were appended: copy it again"
	{ cat t.run; echo 'hello, world'; } >noise.run
	damaged noise.run "12 characters were appended: copy it again"
}

# bats test_tags=promise:damage-starts-nothing
@test "run: a flipped bit anywhere in the payload is found" {
	need python3
	export_test "touch $BATS_TEST_TMPDIR/ran"
	local size header i bit
	size=$(stat -c %s t.run)
	header=$(sed '/^__ARCHIVE__$/q' t.run | wc -c)
	for ((i = 0; i < 40; i++)); do
		bit=$((RANDOM % (8 * (size - header))))
		[ "$i" != 0 ] || bit=$((8 * (76) + 2)) # the end of the first line becomes a character
		[ "$i" != 1 ] || bit=$((8 * (size - header - 1) + 1)) # that of the last line as well
		python3 - "$header" "$bit" <<-'EOF'
			import sys
			header, bit = int(sys.argv[1]), int(sys.argv[2])
			data = bytearray(open("t.run", "rb").read())
			data[header + bit // 8] ^= 1 << bit % 8
			open("flipped.run", "wb").write(data)
		EOF
		run bash flipped.run --verify
		[ "$status:${lines[-1]}" = "65:t.run: this file is damaged: bytes below __ARCHIVE__ were changed: copy it again" ] || {
			echo "bit $bit: $status $output"
			# a line's end that became another white space byte says the same to base64
			[ "$status" = 0 ] && cmp <(sed '1,/^__ARCHIVE__$/d' t.run | base64 -d) \
				<(sed '1,/^__ARCHIVE__$/d' flipped.run | base64 -di)
		}
	done
	expect no-file ran
}

# bats test_tags=promise:damage-starts-nothing
@test "run: bytes changed within a file, which unpack all the same, are found before anything is started" {
	head -c 300000 /dev/urandom >big
	export_test "touch $BATS_TEST_TMPDIR/ran"
	echo 'include ./big' >>t.ktstr
	ktstr-export -q t
	local middle
	middle=$(($(wc -l <t.run) - 2000))
	sed "${middle}s/^./A/" t.run >changed.run
	cmp -s t.run changed.run && sed "${middle}s/^./B/" t.run >changed.run
	damaged changed.run "bytes below __ARCHIVE__ were changed: copy it again"
	run -65 --separate-stderr on_host bash changed.run --quiet
	expect stderr ends $'\n'"changed.run: damaged: this file is damaged: bytes below __ARCHIVE__ were changed: copy it again"
}

@test "run: a header that was edited still finds its archive" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	sed '/^TEST_DURATION_SECS=/a# a line of mine, and __ARCHIVE__ in it\necho mine' t.run >edited.run
	run -0 on_host bash edited.run --quiet
	expect line 0 mine
	expect file ran
	nothing_left
}

@test "run: pigz inflates where it is found" {
	export_test '[ -e "$KTSTR_DIR/../../../inflated" ]'
	mkdir bin
	script bin/pigz '[ "$*" = -dc ] || exit' "touch $BATS_TEST_TMPDIR/inflated" 'exec gzip -dc'
	PATH=$PWD/bin:$PATH run -0 on_host ./t.run --quiet
	nothing_left
}

@test "run: --info and --list quote on a terminal without UTF-8 what it could obey, and nowhere else" {
	local option
	script t 'exit 0'
	echo >$'\u00db2J'
	printf '%s\n' 'test t' 'binary t' $'about \u00db2J' $'include ./\u00db2J' >t.ktstr
	ktstr-export -q t
	for option in --info --list --help; do
		LC_ALL=C run -0 on_terminal ./t.run $option
		expect output has-not $'\u00db'
		expect output has '2J'
		LC_ALL=C run -0 ./t.run $option
		expect output has $'\u00db2J'
	done
}

# bats test_tags=promise:no-verdict
@test "run: what is printed where it cannot be written is an error of 70, and never the status of a test" {
	export_test
	local option
	[ -c /dev/full ] || skip "needs /dev/full"
	for option in --help --manual --info --list --print-command; do
		run -70 bash -c "./t.run $option >/dev/full"
		expect output "./t.run: standard output cannot be written: is it closed, or its disk full?"
		run -70 bash -c "./t.run $option >&-"
		expect output "./t.run: standard output cannot be written: is it closed, or its disk full?"
		run -0 bash -c "./t.run $option | head -n 1"
	done
	run -64 bash -c './t.run --ktap >&-'
	expect output "./t.run: --ktap: standard output is closed"
	run -64 on_terminal ./t.run --evidence-to -
	expect output has "./t.run: --evidence-to -: standard output is a terminal: redirect it to a file"
}

# bats test_tags=promise:damage-starts-nothing
@test "run: line endings changed on the way are named as that" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	sed 's/$/\r/' t.run >crlf.run
	for shell in bash dash; do
		run -65 "$shell" crlf.run
		expect output ends "this file is damaged: its line endings were changed to CR LF: copy it again, as binary"
		expect value "${#lines[@]}" 1
	done
	# only below the header
	sed '1,/^__ARCHIVE__$/!s/$/\r/' t.run >half.run
	damaged half.run "its line endings were changed to CR LF: copy it again, as binary"
}

# bats test_tags=promise:damage-starts-nothing
@test "run: a file cut short anywhere in its script runs nothing and is damaged" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	local lines_in_header started cut
	lines_in_header=$(sed '/^exit #/q' t.run | wc -l)
	started=$(grep -n '# again, for bash -s$' t.run) # before, the pipe's first bash reads
	for ((cut = 3; cut < lines_in_header - 1; cut += cut < 150 ? 3 : 101)); do
		head -n "$cut" t.run >cut.run
		run bash cut.run
		expect value "cut at line $cut: $status" "cut at line $cut: 65"
		if ((cut < ${started%%:*} - 1 || cut >= ${started%%:*})); then
			run bash -s -- --verify < <(head -n "$cut" t.run)
			expect value "the pipe cut at line $cut: $status" "the pipe cut at line $cut: 65"
			expect output has "this file is damaged: it is cut short"
		fi
	done
	expect no-file ran
}

@test "run: without sha256sum the size and what gzip checks are checked, and it says so" {
	export_test
	# shellcheck disable=SC2016
	local hide='mount --bind "$(type -P false)" "$(type -P sha256sum)"; exec "$@"'
	run -0 on_host bash -c "$hide" hide ./t.run --verify
	expect output has "warning: SHA-256 not checked"
	expect output has "only what gzip checks and the size are"
	sed '$s/^./A/' t.run >flipped.run
	cmp -s t.run flipped.run && sed '$s/^./B/' t.run >flipped.run
	run -65 on_host bash -c "$hide" hide bash flipped.run --verify
	run -0 on_host bash -c "$hide" hide ./t.run --check
	expect output has "only what gzip checks and the size are"
	run -65 on_host bash -c "$hide" hide bash flipped.run --check
}

@test "run: one that was exported without a checksum says so" {
	export_test
	{
		ktstr-manifest t | ktstr-preamble
		ktstr-manifest t | ktstr-pack | ktstr-b64
	} >bare.run
	run -0 on_host bash bare.run
	expect output has "warning: SHA-256 not checked"
	sed '$d' bare.run >cut.run
	run -65 bash cut.run --verify
	expect line -1 "cut.run: this file is damaged: copy it again"
}

# --- another compressor ---

# export_with COMPRESS DECOMPRESS LINE...: exports the test t, compressed by another program
export_with() {
	script packer 'set -o pipefail' "ktstr-pack --tar | $1"
	script t "${@:3}"
	printf 'test t\nbinary t\ntopology 1n1l1c1t\n' >t.ktstr
	KTSTR_PACK=./packer ktstr-export -q --decompress "$2" t
}

@test "run: an archive of another compressor is verified, unpacked and run" {
	need zstd xz
	for name in zstd xz; do
		export_with "$name -q" "$name -dc" 'exit "${RC:-0}"'
		RC=2 run -2 on_host ./t.run --quiet
		RC=2 run -2 on_host bash -s -- --quiet <t.run
		run -0 on_host ./t.run --check
		expect output has "./t.run: ok: $name, which decompresses the archive"
		run -0 ./t.run --verify
		run -0 ./t.run --extract "$name.d"
		cmp t "$name.d/ktstr"
		run -0 ./t.run --info
		grep -qxF "DECOMPRESS='$name' '-dc'" <<<"$output"
	done
	nothing_left
}

@test "run: what decompresses the archive is looked for before anything is done" {
	need zstd
	mkdir bin
	script bin/unpacker 'exec zstd "$@"'
	PATH=$PWD/bin:$PATH export_with 'zstd -q' 'unpacker -dc' "touch $BATS_TEST_TMPDIR/ran"
	local missing="program unpacker not found, needed to unpack: install it"
	run -4 on_host ./t.run
	expect output has "./t.run: not suitable: $missing"
	run -4 on_host ./t.run --check
	expect output ends "./t.run: not suitable: $missing"
	for action in --verify '--extract d'; do
		# shellcheck disable=SC2086 # words
		run -4 ./t.run $action
		expect output "./t.run: $missing"
	done
	expect no-file ran
	expect no-file d
	PATH=$PWD/bin:$PATH run -0 on_host ./t.run --quiet
	expect file ran
	nothing_left
}

@test "run: a program that does not decompress the archive is no damage, and nothing is started" {
	need zstd
	mkdir bin
	export_with 'zstd -q' 'zstd -dc' "touch $BATS_TEST_TMPDIR/ran"
	script bin/zstd 'echo zstd: too old >&2; exit 1'
	PATH=$PWD/bin:$PATH run -4 on_host ./t.run --quiet
	expect output has "could not be unpacked into "
	expect output ends "(zstd: too old)"
	expect no-file ran
	nothing_left
}

@test "run: a damaged archive of another compressor is found, with sha256sum and without" {
	need zstd
	head -c 100000 /dev/urandom >big
	export_with 'zstd -q' 'zstd -dc' "touch $BATS_TEST_TMPDIR/ran"
	echo 'include ./big' >>t.ktstr
	KTSTR_PACK=./packer ktstr-export -q --decompress 'zstd -dc' t
	local middle
	middle=$(($(wc -l <t.run) - 700))
	sed "${middle}s/^./A/" t.run >changed.run
	cmp -s t.run changed.run && sed "${middle}s/^./B/" t.run >changed.run
	damaged changed.run "bytes below __ARCHIVE__ were changed: copy it again"
	local hide='mount --bind "$(type -P false)" "$(type -P sha256sum)"; exec "$@"'
	run -0 on_host bash -c "$hide" hide ./t.run --verify
	expect output has "warning: SHA-256 not checked"
	expect output has "only what zstd checks and the size are"
	run -65 on_host bash -c "$hide" hide bash changed.run --verify
	expect line -1 "changed.run: this file is damaged: bytes below __ARCHIVE__ were changed: copy it again"
	run -65 on_host bash -c "$hide" hide bash changed.run
	expect no-file ran
	run -0 on_host bash -c "$hide" hide bash t.run --quiet
	expect file ran
}

@test "run: no function of the caller decompresses the archive" {
	need zstd
	export_with 'zstd -q' 'zstd -dc'
	zstd() { touch "$BATS_TEST_TMPDIR/called"; }
	export -f zstd
	run -0 on_host ./t.run --quiet
	unset -f zstd
	expect no-file called
	nothing_left
}

# --- inspection ---

# bats test_tags=promise:looking-changes-nothing
@test "run: --info, --list, --print-command, --manual, --verify and --extract need no root and run nothing" {
	script sched
	echo x >conf
	export_test "touch $BATS_TEST_TMPDIR/ran"
	printf '%s\n' 'scheduler s ./sched' 'sched-arg a\040b' 'config-file conf' >>t.ktstr
	ktstr-export -q t
	as_nobody
	chmod 1777 tmp
	run -0 as_nobody ./t.run --info
	for line in KTSTR_TEST_NAME=t KTSTR_SCHED_NAME=s NEED_LLCS=1 TEST_DURATION_SECS=12 \
		"SCHED_ARGS='--config' '{include/conf}' 'a b'" "PACKED_FILES='ktstr' 'scheduler' 'include'" PACKED_COUNT=3; do
		grep -qxF -- "$line" <<<"$output"
	done
	run -0 as_nobody ./t.run --list
	expect output $'ktstr\nscheduler\ninclude/conf'
	run -0 as_nobody ./t.run --print-command
	expect output 'DIR=$PWD # cd first to the directory that --extract has made
BEFORE=$(cat /sys/kernel/sched_ext/state)
KTSTR_DIR="$DIR" KTSTR_INCLUDE_DIR="$DIR/include" SCX_TIMEOUT_MS=5000 "$DIR"'"'/scheduler' '--config' "'"$DIR"'"'/include/conf' 'a b' </dev/null &
"'while kill -0 $! 2>/dev/null && ! grep -qsx enabled /sys/kernel/sched_ext/state; do sleep 0.1; done
if [ "$BEFORE" != enabled ] && grep -qsx enabled /sys/kernel/sched_ext/state; then PATH="$DIR/include:$PATH" KTSTR_DIR="$DIR" KTSTR_INCLUDE_DIR="$DIR/include" KTSTR_DURATION_SECS=12 KTSTR_WATCHDOG_SECS=5 KTSTR_SCHED_PID=$! SCHED_PID=$! "$DIR"'"'/ktstr' 'run' '--ktstr-test-fn' 't' '--duration' '12' '--watchdog-timeout' '5' </dev/null; "'echo "status $?"; else echo '"'this scheduler is not attached: the test was not run'"'; fi
kill $! 2>/dev/null; wait $!'
	as_nobody ./t.run --manual | diff "$TOP/share/preamble/manual.txt" -
	run -0 as_nobody ./t.run --verify
	expect output "./t.run: the archive is as it was exported"
	run -0 as_nobody ./t.run --extract tmp/out
	cmp t tmp/out/ktstr
	cmp conf tmp/out/include/conf
	[ -x tmp/out/scheduler ]
	run -64 as_nobody ./t.run --extract tmp/out
	expect output "./t.run: --extract: tmp/out is not empty"
	rm -rf tmp/out
	expect no-file ran
	nothing_left
}

# bats test_tags=promise:damage-starts-nothing
@test "run: --check calls no damaged file suitable: what the host lacks comes first" {
	export_test
	sed '$d' t.run >cut.run
	echo enabled >"$HOST/kernel/sched_ext/state"
	run -4 on_host bash cut.run --check
	expect output has-not "suitable, and"
	echo disabled >"$HOST/kernel/sched_ext/state"
	run -65 on_host bash cut.run --check
	expect output has-not "suitable, and"
	nothing_left
}

@test "run: --check, --verify and --extract work from a pipe" {
	export_test
	run -0 on_host bash -c 'cat t.run | bash -s -- --check'
	expect line -1 "t.run: this host is suitable, and the archive is as it was exported"
	run -0 bash -c 'cat t.run | bash -s -- --verify'
	run -0 bash -c 'cat t.run | bash -s -- --extract out'
	cmp t out/ktstr
	nothing_left
}

@test "run: --list, --manual and --verify by any route, also through a socket as sshd has it" {
	need python3
	export_test
	local option
	for option in --list --manual --verify; do
		bash t.run $option >wanted 2>&1
		bash -s -- $option <t.run 2>&1 | diff wanted -
		cat t.run | bash -s -- $option 2>&1 | diff wanted -
		python3 - $option <<-'EOF' | diff wanted -
			import socket, subprocess, sys, threading
			ours, its = socket.socketpair()
			def send():
			    try:
			        ours.sendall(open("t.run", "rb").read())
			    except OSError:
			        pass # it has read enough
			    ours.close()
			threading.Thread(target=send).start()
			run = subprocess.Popen(["bash", "-s", "--", sys.argv[1]], stdin=its, stderr=subprocess.STDOUT)
			its.close()
			sys.exit(run.wait())
		EOF
	done
}

# bats test_tags=promise:looking-changes-nothing
@test "run: --check, --verify and --extract that a signal ends say how the host is" {
	local action pid size status
	need zstd
	mkdir bin
	script bin/unpacker "touch $PWD/started; until [ -e $PWD/go ]; do sleep 0.05; done" 'exec zstd "$@"'
	touch go # ktstr-export tries it
	PATH=$PWD/bin:$PATH export_with 'zstd -q' 'unpacker -dc'
	size=$(stat -c %s t.run)
	for action in --check --verify '--extract d'; do
		rm -rf started go d
		# shellcheck disable=SC2016,SC2086 # the inner bash expands; words
		(
			head -c $((size - 10)) t.run
			if [[ $action != --extract* ]]; then
				wait_for compgen -G "$PWD/tmp/ktstr.*/text" && touch started
				wait_for test -e go
			fi
			tail -c 10 t.run
		) | on_host env PATH="$PWD/bin:$PATH" bash -s -- $action >out 2>&1 &
		JOB=$!
		wait_for test -e started
		pid=$(pgrep -of "^bash -s -- --callers-environment=[0-9]* $action")
		kill -TERM "$pid"
		touch go
		status=0
		wait "$JOB" || status=$?
		expect value "$status" 143
		case $action in
		--extract*) expect value "$(tail -n 1 out)" "t.run: interrupted: SIGTERM: what is in d may not be complete: remove it" ;;
		*) expect value "$(tail -n 1 out)" "t.run: interrupted: SIGTERM: the host is as it was" ;;
		esac
		expect value "$(<out)" has-not "as it was exported"
		nothing_left
	done
}

# bats test_tags=promise:looking-changes-nothing
@test "run: --extract refuses what is no new or empty directory, and what it unpacks is checked first" {
	export_test
	echo file >file
	run -64 ./t.run --extract file
	expect output "./t.run: --extract: file is not a directory"
	ln -s nowhere link
	run -64 ./t.run --extract link
	mkdir hidden
	touch hidden/.x
	run -64 ./t.run --extract hidden
	{ cat t.run; echo QUJD; } >long.run
	run -65 bash long.run --extract new
	expect no-file new
	run -0 ./t.run --extract 'new dir/'
	cmp t 'new dir/ktstr'
}

# bats test_tags=promise:callers-environment
@test "run: shell options, functions and variables of the caller do not change what it does" {
	export_test
	sed() { echo bad; }
	export -f sed
	run -0 on_host env SHELLOPTS=noclobber BASHOPTS=failglob GLOBIGNORE='*' CDPATH=/ BASH_ENV=/dev/null IFS=x \
		TAR_OPTIONS=--bad GZIP=--bad PIGZ=--bad POSIXLY_CORRECT=1 LC_ALL=C bash ./t.run --quiet
	run -0 on_host env SHELLOPTS=noglob TMPDIR=-x LC_ALL=xx_YY bash ./t.run --quiet
	unset -f sed
	nothing_left
}

# bats test_tags=promise:callers-environment
@test "run: where PATH is empty no program is taken from the current directory" {
	local program
	export_test
	for program in base64 cat chmod df gzip flock mkdir readlink rm sed sha256sum tar tee tr true uname wc; do
		script "$program" "echo $program >>$BATS_TEST_TMPDIR/taken"
	done
	run -0 on_host env PATH= /bin/bash ./t.run --quiet
	expect no-file taken
	nothing_left
}

@test "run: busybox applets and bash are enough" {
	need busybox
	busybox --list | grep -qx base64 || skip "needs a busybox with base64: apt-get install busybox-static"
	export_test '[ "$1" = run ]'
	mkdir applets
	busybox --install -s "$PWD/applets" 2>/dev/null
	rm -f applets/bash
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'mkdir /run/bin; cp "$(type -P bash)" "$(type -P busybox)" /run/bin; rm -f applets/sh
		b=$PWD/applets; for d in /usr/sbin /sbin /usr/local/bin; do mount -t tmpfs none $d; done
		PATH=$b:/run/bin; "$b/mount" --bind /run/bin /usr/bin; exec bash ./t.run --quiet'
	expect line -1 "./t.run: pass"
	nothing_left
}

# --- output ---

# bats test_tags=promise:no-verdict
@test "run: --ktap prints a document with the verdict, all else as diagnostics" {
	export_test 'echo ok 1 not a verdict; echo "Bail out!"; printf "no newline"; exit "$RC"'
	RC=0 run -0 --separate-stderr on_host ./t.run --ktap --quiet
	expect output "KTAP version 1
1..1
# ok 1 not a verdict
# Bail out!
# no newline
ok 1 t"
	expect stderr "./t.run: pass"
	RC=1 run -1 --separate-stderr on_host ./t.run --ktap --quiet
	expect line -1 "not ok 1 t"
	expect line -2 "# fail: no newline"
	expect value "${stderr_lines[-1]}" "./t.run: fail: no newline"
	RC=2 run -2 --separate-stderr on_host ./t.run --ktap --quiet
	expect line -2 "# inconclusive: no newline"
	expect line -1 "not ok 1 t"
	RC=4 run -4 --separate-stderr on_host ./t.run --ktap --quiet
	expect line -1 "ok 1 t # SKIP no newline"
	export_test 'exit 4'
	run -4 --separate-stderr on_host ./t.run --ktap --quiet
	expect line -1 "ok 1 t # SKIP the test says so"
	nothing_left
}

# bats test_tags=promise:no-verdict
@test "run: --ktap says why a host is not suitable, and that a damaged file or a killed run is not ok" {
	export_test 'sleep 92.25'
	echo enabled >"$HOST/kernel/sched_ext/state"
	run -4 --separate-stderr on_host ./t.run --ktap
	expect line -1 begins "ok 1 t # SKIP sched_ext is enabled with the scheduler ?, none may be attached"
	expect value "$(grep -vc '^#' <<<"$output")" 3
	echo disabled >"$HOST/kernel/sched_ext/state"
	{ cat t.run; echo QUJD; } >long.run
	run -65 --separate-stderr on_host bash long.run --ktap
	expect line -1 "not ok 1 t"
	on_host "$PWD/t.run" --ktap >out 2>err &
	local pid=$! status=0
	wait_for pgrep -f 'sleep 92.25'
	pkill -TERM -f "^bash $PWD/t.run .*--ktap"
	wait "$pid" || status=$?
	expect status 143
	expect value "$(tail -n 1 out)" "not ok 1 t"
	nothing_left
}

@test "run: who reads its messages may leave: the test runs on, and all is cleaned up" {
	export_test "for ((i = 0; i < 5; i++)); do echo line; sleep 0.1; done 2>/dev/null; touch $BATS_TEST_TMPDIR/ran"
	run -0 on_host bash -c './t.run --ktap | head -n 2'
	wait_for test -e ran
	run -0 on_host bash -c './t.run 2>/dev/full'
	nothing_left
}

@test "run: however it is started, what is wrong is said, and no shell is ended by it" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	local failed='' what command wanted
	while IFS='|' read -r what command wanted; do
		run --separate-stderr bash -c "$command"
		# shellcheck disable=SC2053 # a pattern
		[[ $status == 64 && $stderr == $wanted && ! -e ran ]] || failed+="$what: $status: $stderr
"
	done <<-'END'
		sourced|source ./t.run; exit $?|./t.run: do not source it, as it would end this shell: bash FILE.run
		sourced with an option|. ./t.run --check; exit $?|./t.run: do not source it, as it would end this shell: bash FILE.run
		given to -c|bash -c "$(sed -n "1,/^set -euo/p" t.run)"|bash: cannot read itself from bash -c or a pipe of that name: bash FILE.run, or bash -s < FILE.run
		given to -c by name|bash -c "$(sed -n "1,/^set -euo/p" t.run)" t.run --list|t.run: cannot read itself from bash -c or a pipe of that name: bash FILE.run, or bash -s < FILE.run
		a pipe by name|bash <(cat t.run) --extract d|/dev/fd/63: cannot read itself from bash -c or a pipe of that name: bash FILE.run, or bash -s < FILE.run
		standard input by name|bash /dev/stdin < <(cat t.run)|/dev/stdin: cannot read itself from bash -c or a pipe of that name: bash FILE.run, or bash -s < FILE.run
		its own option|bash t.run --callers-environment=77|t.run: --callers-environment is what this script gives itself: leave it out
		an old bash|sed 's/^case ${BASH_VERSION:-} in$/case "4.4.20(1)-release" in/' t.run >old.run; bash old.run|old.run: needs bash 5.0 or later, this is bash *: run it with a newer one
	END
	[ -z "$failed" ] || {
		echo "$failed"
		return 1
	}
	# a shell that sourced it goes on as it was
	run -0 bash -c '. ./t.run 2>/dev/null; trap -p EXIT >set; [ ! -s set ] && [ "${POSIXLY_CORRECT-unset}" = unset ] && echo alive'
	expect line -1 alive
}

@test "run: another shell that sources it goes on" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	local shell tried=0
	for shell in dash 'busybox sh' 'zsh -f'; do
		type -P "${shell%% *}" >/dev/null || continue
		tried=$((tried + 1))
		# shellcheck disable=SC2086 # words
		run --separate-stderr $shell -c '. ./t.run; echo "alive $?"'
		echo "$shell: $output $stderr"
		expect output "alive 64"
		expect stderr "do not source it, as it would end this shell: bash FILE.run"
	done
	expect no-file ran
	((tried)) || skip "needs dash, busybox or zsh"
}

@test "run: what a terminal would obey is not printed" {
	local failed='' text wanted locale
	export_test
	while IFS='|' read -r text wanted; do
		sed -i "1,/^KTSTR_SCHED_NAME=/s/^KTSTR_SCHED_NAME=.*/KTSTR_SCHED_NAME=\$'$text'/" t.run
		run on_host env LC_ALL=C bash ./t.run
		[[ $output == *"./t.run: test t, scheduler $wanted, git "* ]] || failed+="$text: $output"
		run env LC_ALL=C bash ./t.run --info
		[[ $output != *[$'\001'-$'\010\016'-$'\037']* && $output != *$'\233'* ]] || failed+="--info: $text"
	done <<-'END'
		\\e[1;31mred\\e[0m|red
		\\e]0;title\\amore|more
		\\e]8;;x\\e\\\\link|link
		\\eP1$r0m\\e\\\\done|done
		\\e(Bx\\ecy|xy
		a\\ab\\bc|a?b?c
		\\302\\23331m|??31m
		\\23331m|?31m
		\\303\\251|??
	END
	[ -z "$failed" ] || {
		echo "$failed"
		return 1
	}
	sed -i "1,/^KTSTR_SCHED_NAME=/s/^KTSTR_SCHED_NAME=.*/KTSTR_SCHED_NAME=\$'\\\\303\\\\251\\\\302\\\\233'/" t.run
	for locale in LC_ALL=C.UTF-8 LC_CTYPE=de_DE.utf8 LANG=en_US.UTF-8; do
		run on_host env -u LC_ALL "$locale" bash ./t.run
		expect output has "scheduler é?, git "
	done
	printf x >$'a\e[31mb'
	printf 'include ./a\\033[31mb\n' >>t.ktstr
	ktstr-export -q t
	run -0 ./t.run --list
	expect output has "'include/a"
	expect output has "[31mb'"
	expect output has-not $'\e'
}
