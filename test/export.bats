#!/usr/bin/env bats
# export.bats - ktstr-export: the pipeline, its stages, and nothing half-made

load export_helper

setup() {
	small_test
}

# nothing_left: no file of an export is here or in TMPDIR
nothing_left() {
	local left
	left=$(find . \( -name '.*.run.*' -o -name 'ktstr-export.*' -o -name '*.run' \) -print)
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
}

@test "export: writes NAME.run, executable whatever the umask, and says so in one line" {
	umask 077
	run -0 --separate-stderr ktstr-export a
	expect output ""
	expect stderr "wrote a.run ($(stat -c %s a.run) bytes, 1 include file)"
	expect value "$(stat -c %a a.run)" 755
	bash -n a.run
	printf "%s\n" "test bare" "binary t" >bare.ktstr
	run -0 --separate-stderr ktstr-export -f bare.ktstr bare
	expect stderr "wrote bare.run ($(stat -c %s bare.run) bytes)"
	run -0 ktstr-export -q a
	expect output ""
}

# bats test_tags=promise:same-bytes
@test "export: the bytes below the marker are those of the pipeline, and the same each time" {
	ktstr-export -q a
	sed '1,/^__ARCHIVE__$/d' a.run >below
	ktstr-manifest a | ktstr-pack | ktstr-b64 | cmp - below
	cp a.run first
	touch -d 2001-01-01 t data
	ktstr-export -q -o - a | cmp - first
}

@test "export: the header is ktstr-preamble's, with size and SHA-256 of the archive" {
	ktstr-export -q a
	ktstr-manifest a | ktstr-pack >archive
	ktstr-manifest a | ktstr-preamble --sha256 "$(sha256sum archive | cut -c-64)" --size "$(stat -c %s archive)" >header
	head -c "$(stat -c %s header)" a.run | cmp - header
}

@test "export: the archive lists the same in tar programs we did not write" {
	need bsdtar busybox python3
	ktstr-export -q a
	sed '1,/^__ARCHIVE__$/d' a.run | base64 -d >archive.tar.gz
	gzip -t archive.tar.gz
	[ "$(tar -tvzf archive.tar.gz --numeric-owner --utc --full-time | sed 's/  */ /g')" = \
		"-rwxr-xr-x 0/0 $(stat -c %s t) 1970-01-01 00:00:00 ktstr
-rwxr-xr-x 0/0 5 1970-01-01 00:00:00 include/data" ]
	expect value "$(bsdtar -tf archive.tar.gz)" $'ktstr\ninclude/data'
	expect value "$(busybox tar -tzf archive.tar.gz)" $'ktstr\ninclude/data'
	[ "$(python3 -c 'import tarfile
for m in tarfile.open("archive.tar.gz"): print(m.name, oct(m.mode), m.uid, m.gid, m.mtime, m.size)')" = \
		"ktstr 0o755 0 0 0 $(stat -c %s t)
include/data 0o755 0 0 0 5" ]
}

@test "export: a stage can be another program, with arguments, or a path with blanks" {
	need base64
	ktstr-export -q -o plain.run a
	KTSTR_B64='base64 -w 76' ktstr-export -q -o other.run a
	cmp plain.run other.run
	mkdir 'my tools'
	printf '#!/bin/sh\nktstr-manifest "$@" | sed s/^duration.*/duration\\ 77/\n' >'my tools/m'
	chmod +x 'my tools/m'
	KTSTR_MANIFEST='my tools/m' ktstr-export -q a
	grep -qx TEST_DURATION_SECS=77 a.run
	KTSTR_PACK='ktstr-pack -1' KTSTR_PREAMBLE=ktstr-preamble ktstr-export -q a
	KTSTR_PACK=no-such-stage run -1 ktstr-export a
	expect output "ktstr-export: KTSTR_PACK: no-such-stage: not found"
	KTSTR_PACK=' ' run -1 ktstr-export a
	expect output "ktstr-export: KTSTR_PACK: names no program: ' '"
	echo >no-x
	ln -s nowhere dangling
	KTSTR_PACK=./no-x run -1 ktstr-export a
	expect output "ktstr-export: KTSTR_PACK: ./no-x: not executable: chmod +x it"
	KTSTR_PACK=./dangling run -1 ktstr-export a
	expect output "ktstr-export: KTSTR_PACK: ./dangling: a link that leads to nothing"
	KTSTR_PACK='./my\tools' run -1 ktstr-export a
	expect output 'ktstr-export: KTSTR_PACK: ./my\tools: not found'
	mkdir tools
	KTSTR_PACK=./tools run -1 ktstr-export a
	expect output "ktstr-export: KTSTR_PACK: ./tools: is a directory"
}

# bats test_tags=promise:whole-or-nothing
@test "export: a stage that prints nothing, or not what it should, makes no .run" {
	printf '#!/bin/sh\necho no marker\n' >other
	chmod +x other
	for output_file in a.run -; do
		KTSTR_PACK=true run -1 --separate-stderr ktstr-export -o $output_file a
		expect value "$output$stderr" "ktstr-export: true: printed no archive"
		for program in true ./other; do
			KTSTR_PREAMBLE=$program run -1 --separate-stderr ktstr-export -o $output_file a
			expect value "$output$stderr" "ktstr-export: $program: the header does not end in the line __ARCHIVE__"
			KTSTR_B64=$program run -1 --separate-stderr ktstr-export -o $output_file a
			expect output ''
			expect stderr begins "ktstr-export: $program: printed "
			expect stderr has " bytes, where "
			expect stderr ends " or more are the archive as base64"
		done
		nothing_left
	done
}

@test "export: a message that cannot be written is no failure" {
	run -0 bash -c 'ktstr-export a 2>&-'
	bash -n a.run
	run -0 bash -c 'ktstr-export -o b.run a 2>/dev/full'
	run -0 bash -c 'ktstr-export -q -o c.run a <&- >&- 2>&-'
	cmp a.run b.run
	cmp a.run c.run
	run -0 --separate-stderr ktstr-export -o - a
	expect stderr "wrote standard output ($(stat -c %s a.run) bytes, 1 include file)"
}

# pack_with COMMAND: makes ./packer, which compresses with it
pack_with() {
	printf '%s\n' '#!/bin/bash' 'set -o pipefail' "ktstr-pack --tar | $1" >packer
	chmod +x packer
}

@test "export: another compressor goes with --decompress, which the header has" {
	need zstd xz tar
	pack_with 'zstd -q'
	KTSTR_PACK=./packer ktstr-export -q --decompress 'zstd -dc' a
	grep -qx 'DECOMPRESS=(zstd -dc)' a.run
	sed '1,/^__ARCHIVE__$/d' a.run | base64 -d | zstd -dc | cmp - <(ktstr-manifest a | ktstr-pack --tar)
	pack_with xz
	KTSTR_PACK=./packer ktstr-export -q --decompress='xz -dc' a
	sed '1,/^__ARCHIVE__$/d' a.run | base64 -d | xz -dc | cmp - <(ktstr-manifest a | ktstr-pack --tar)
	KTSTR_PACK=./packer ktstr-export -n --decompress 'xz -dc' -o b.run a >pipeline
	bash -e pipeline
	cmp a.run b.run
}

@test "export: an archive that a host would not decompress makes no .run" {
	need zstd xz tar
	pack_with 'zstd -q'
	KTSTR_PACK=./packer run -1 ktstr-export a
	expect output "ktstr-export: ./packer: printed no gzip archive: name with --decompress what decompresses it"
	KTSTR_PACK='ktstr-pack -t' run -1 ktstr-export a
	expect output "ktstr-export: ktstr-pack: printed no gzip archive: name with --decompress what decompresses it"
	for command in 'xz -dc' cat 'zstd -t' false; do
		KTSTR_PACK=./packer run -1 ktstr-export --decompress "$command" a
		expect line -1 "ktstr-export: --decompress '$command': makes no tar archive of what ./packer printed: it must undo what that does (if only the host can: --no-verify)"
	done
	pack_with 'zstd -q | head -c 60'
	KTSTR_PACK=./packer run -1 ktstr-export --decompress 'zstd -dc' a
	nothing_left
}

@test "export: --decompress names a program that is here, and goes with KTSTR_PACK" {
	run -64 ktstr-export --decompress 'cat' a
	expect output "ktstr-export: --decompress: set KTSTR_PACK to what compresses so: ktstr-pack makes gzip's format"
	export KTSTR_PACK='ktstr-pack -t'
	run -1 ktstr-export --decompress 'no-such -dc' a
	expect output "ktstr-export: --decompress: no-such: not found, needed to check the archive (or give --no-verify)"
	run -64 ktstr-export --decompress ' ' a
	expect output "ktstr-export: --decompress: names no program: ' '"
	nothing_left
	ktstr-export -q --decompress $'\tcat\n-u ' a
	grep -qx 'DECOMPRESS=(cat -u)' a.run
}

@test "export: --no-verify leaves out trying --decompress, whose key only the host has" {
	need tar
	# what age and gpg do: only the host has the key
	printf '#!/bin/sh\n[ -e host ] && exec tr b-za a-z\n' >open
	chmod +x open
	pack_with 'tr a-z b-za'
	export KTSTR_PACK=./packer
	run -1 ktstr-export --decompress ./open a
	expect line -1 has "--no-verify"
	nothing_left
	ktstr-export -q --no-verify --decompress ./open a
	grep -qx 'DECOMPRESS=(./open)' a.run
	touch host
	sed '1,/^__ARCHIVE__$/d' a.run | base64 -d | ./open | cmp - <(ktstr-manifest a | ktstr-pack --tar)
	rm host
	run -0 bash -c "ktstr-export -n -o b.run --no-verify --decompress ./open a | sh"
	cmp a.run b.run
	ktstr-export -q --decompress 'not-here -d' --no-verify -o c.run a
	grep -qx 'DECOMPRESS=(not-here -d)' c.run
	pack_with 'cat >/dev/null' # an empty archive is none with it, too
	run -1 ktstr-export -q --no-verify --decompress ./open a
	expect line -1 "ktstr-export: ./packer: printed no archive"
	KTSTR_PACK='' run -64 ktstr-export --no-verify a
	expect output "ktstr-export: --no-verify: goes with --decompress, which is then not tried"
}

@test "export: levels are handed on" {
	yes | head -c 100000 >data
	ktstr-export -q -1 -o 1.run a
	ktstr-export -q -9 -o 9.run a
	expect value "$(stat -c %s 9.run)" -lt "$(stat -c %s 1.run)"
}

@test "export: threads and engine are handed on, and refused by ktstr-pack" {
	ktstr-export -q -o one.run -j1 --engine zlib a
	ktstr-export -q -o two.run --jobs=2 --engine=zlib a
	cmp one.run two.run
	ktstr-manifest a | ktstr-pack --engine zlib | ktstr-b64 | cmp - <(sed '1,/^__ARCHIVE__$/d' one.run)
	run -64 ktstr-export -j 0 a
	expect output "ktstr-pack: -j: not a number from 1 to 1024: 0 (see --help)"
	run -64 ktstr-export --engine none a
	expect output "ktstr-pack: --engine: not built in (see --version): none (see --help)"
	expect no-file a.run
}

# bats test_tags=promise:whole-or-nothing
@test "export: its status is that of the first stage that failed, and nothing is left" {
	run -1 ktstr-export nosuch
	printf 'host-only\n' >>t.ktstr
	run -2 ktstr-export a
	nothing_left
	for stage in KTSTR_LIBS KTSTR_PACK KTSTR_B64 KTSTR_PREAMBLE; do
		printf '#!/bin/sh\nhead -c 10; exit 7\n' >broken
		chmod +x broken
		printf 'test a\nbinary t\n' >t.ktstr
		run -7 env "$stage=./broken" ktstr-export a
		nothing_left
	done
}

# bats test_tags=promise:whole-or-nothing
@test "export: a failure leaves the old file as it was" {
	echo old >a.run
	KTSTR_B64=false run -1 ktstr-export a
	expect value "$(cat a.run)" old
	expect value "$(find . -name '.a.run.*')" ''
}

# bats test_tags=promise:whole-or-nothing
@test "export: a signal ends it at once and leaves no file" {
	printf '#!/bin/sh\necho $$ >pid; mv pid started; exec sleep 30\n' >slow
	chmod +x slow
	for signal in TERM INT HUP; do
		rm -f started
		(trap - INT; KTSTR_PACK=./slow exec env --default-signal=INT ktstr-export a) &
		local pid=$! i
		for ((i = 0; i < 100; i++)); do
			[ ! -e started ] || break
			sleep 0.05
		done
		kill "-$signal" "$pid"
		local status=0 start=$SECONDS
		wait "$pid" || status=$?
		expect status $((128 + $(kill -l "$signal")))
		((SECONDS - start < 20)) # the stage takes 30
		nothing_left
		for ((i = 0; i < 100; i++)); do
			kill -0 "$(cat started)" 2>/dev/null || break
			sleep 0.05
		done
		((i < 100)) || {
			echo "the stage outlived $signal"
			return 1
		}
	done
}

# bats test_tags=promise:whole-or-nothing
@test "export: a signal while the work directory is made leaves none" {
	mkdir bin
	local real
	real=$(type -P mktemp)
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/bash' "made=\$($real \"\$@\")" 'kill -TERM $(cat pid)' 'sleep 0.2; echo "$made"' >bin/mktemp
	chmod +x bin/mktemp
	run -143 env PATH="$PWD/bin:$PATH" bash -c 'echo $$ >pid; exec ktstr-export a'
	nothing_left
}

@test "export: what is no regular file is not replaced" {
	mkdir d
	run -1 ktstr-export -o d a
	expect output "ktstr-export: d: Is a directory: give -o d/"
	run -1 ktstr-export -o /dev/null a
	expect output "ktstr-export: /dev/null: is not a regular file (for standard output: -o -)"
	[ -c /dev/null ]
	run -1 ktstr-export -o new/ a
	expect output "ktstr-export: new/: No such file or directory"
	expect no-file new
	run -1 ktstr-export -o gone/x.run a
	expect output "ktstr-export: gone/x.run: No such file or directory"
	nothing_left
}

@test "export: a link is replaced, not what it leads to" {
	echo old >file
	ln -s file link
	ktstr-export -q -o link a
	[ ! -L link ]
	bash -n link
	expect value "$(cat file)" old
}

@test "export: TMPDIR and the output may begin with a dash" {
	mkdir -- -x
	TMPDIR=-x ktstr-export -q -o -x/-y.run a
	bash -n ./-x/-y.run
	expect value "$(ls ./-x)" -y.run
}

# bats test_tags=promise:whole-or-nothing
@test "export: a full disk is an error" {
	run -1 bash -c 'ktstr-export -o - a 2>&1 >/dev/full'
	expect output 'cat: write error: No space left on device
ktstr-export: standard output: not written'
	nothing_left
	for args in --help --version '-n a'; do
		run -1 bash -c "ktstr-export $args 2>&1 >/dev/full"
		expect output "ktstr-export: standard output: No space left on device"
	done
	run -0 --separate-stderr bash -c 'ktstr-export --help | true'
	expect stderr ''
}

@test "export: standard output is appended to, never truncated, and no terminal" {
	need script
	echo before >log
	ktstr-export -q -o - a >>log
	expect value "$(head -n 1 log)" before
	run -64 on_terminal ktstr-export -o - a
	expect output has "a .run is not written to a terminal"
}

@test "export: what the demo shows is what it ran, in any directory, and can be pasted" {
	local demo
	mkdir -p stubs "it's/share/examples" "it's/build/bin" "it's/build/examples"
	cp "$TOP/share/examples/demo" "it's/share/examples"
	printf '#!/bin/sh\necho 0\n' >stubs/id # or it would not begin
	printf '#!/bin/sh\necho listed "$@"\n' >"it's/build/bin/ktstr-manifest"
	printf '#!/bin/sh\nprintf "#!/bin/sh\\necho ran\\n" >"$1.run"\nchmod +x "$1.run"\n' >"it's/build/bin/ktstr-export"
	chmod +x stubs/id "it's/build/bin/"*
	PATH=$PWD/stubs:$PATH run -0 "it's/share/examples/demo"
	expect file "it's/build/examples/fair.run"
	expect line 3 'listed --list'
	demo=$output
	rm "it's/build/examples/fair.run"
	sed -n 's/^\$ //p' <<<"$demo" >typed
	cd "it's"
	run -0 bash -e ../typed
	expect output "$(sed '/^\$ /d; $d' <<<"$demo")"
	expect output has ran
	run -0 tail -n 1 <<<"$demo"
	expect output begins 'It is build/examples/fair.run: '
}

@test "export: the demo asks for root before it begins" {
	mkdir stubs
	printf '#!/bin/sh\necho 1000\n' >stubs/id
	chmod +x stubs/id
	PATH=$PWD/stubs:$PATH run -1 "$TOP/share/examples/demo"
	expect output "demo: a .run needs root: sudo make demo"
}

@test "export: shared libraries are packed, --no-libs leaves them out, and KTSTR_LIBS is another program" {
	echo 'int one;' | ${CC:-cc} -shared -x c - -Wl,-soname,libone.so -o libone.so
	echo 'int main(void) { return 0; }' | ${CC:-cc} -Wl,--no-as-needed,-rpath,"$PWD" -x c - -x none libone.so -o t
	ktstr-export -q a
	expect value "$(bash a.run --list)" $'ktstr\ninclude/data\nlib/ktstr-preload.so\nlib/libone.so'
	grep -qE '^NEED_GLIBC=2\.[0-9]+' a.run
	ktstr-manifest a | ktstr-libs | ktstr-pack | ktstr-b64 | cmp - <(sed '1,/^__ARCHIVE__$/d' a.run)
	ktstr-export -q -o b.run --no-libs a
	expect value "$(bash b.run --list)" $'ktstr\ninclude/data'
	grep -qx "NEED_GLIBC=''" b.run
	KTSTR_LIBS=cat ktstr-export -q -o c.run a
	cmp b.run c.run
	KTSTR_LIBS=no-such ktstr-export -q -o c.run --no-libs a
	cmp b.run c.run
	for options in '' --no-libs; do
		# shellcheck disable=SC2086
		ktstr-export -n $options -o d.run a | bash -e
		[ -n "$options" ] || cmp a.run d.run
		[ -z "$options" ] || cmp b.run d.run
	done
	rm ./*.run libone.so
	run -1 --separate-stderr ktstr-export a
	expect stderr has "ktstr-libs: <stdin>:12: ktstr: $PWD/t needs libone.so, which was not found in "
	nothing_left
}

@test "export: definitions come from standard input, too" {
	run -0 ktstr-export -q -f - -o b.run b <<<$'test b\nbinary t'
	grep -qx KTSTR_TEST_NAME=b b.run
	mv b.run real.run
	sh -c "$(ktstr-export -n -f - -o b.run b)" <<<$'test b\nbinary t'
	cmp b.run real.run
}

@test "export: --dry-run prints a pipeline that makes the same file" {
	mkdir work
	ktstr-export -q -o plain.run a
	ktstr-export -n -o work.run a >pipeline
	bash -e pipeline
	cmp plain.run work.run
	[ -x work.run ]
	ktstr-export -n -o - a | bash -e | cmp plain.run -
}

@test "export: the printed pipeline ends as the real one does where a stage has nothing to do with it" {
	local args real
	mkdir d
	echo mine | tee found manifest archive >/dev/null
	while read -ra args; do
		run ktstr-export "${args[@]}"
		real=$status
		run as_printed bash "${args[@]}"
		[ "$status" = "$real" ] && [ "$status" != 0 ] || {
			echo "${args[*]}: real $real, printed $status"
			false
		}
		nothing_left
	done <<-'EOF'
		nosuch
		rejected
		../a
		--all nosuch
		-n -f - a b
		x*
		--nonsense a
		-o d a
		-o gone/x.run a
		-o gone/ a
		-o x a b
		-b nosuch a
		-f nosuch a
		-j 0 a
		--engine none a
		--decompress gzip a
		--sign nosuch a
	EOF
	printf 'binary t\ntest a\ntest rejected\nhost-only\n' >t.ktstr
	run -2 as_printed bash rejected
	KTSTR_B64=no-such run -1 as_printed bash a
	nothing_left
	expect value "$(cat found manifest archive)" $'mine\nmine\nmine'
}

@test "export: misuse is status 64 and one line" {
	for args in "" "-o" "-j" "--engine=" "--output=" "-x a" "--sha256 a" "--all a" "-a x*" "-o x a b" "-o x x*" "-o - -a"; do
		# shellcheck disable=SC2086
		run -64 ktstr-export $args
		expect value "${#lines[@]}" 1
	done
	run -64 ktstr-export -j lat
	expect output "ktstr-export: -j: not a number: lat (see --help)"
	run -64 ktstr-export -f lat
	expect output "ktstr-export: -f took lat as its file: give the name of a test (see --help)"
	run -1 ktstr-export -- ../a
	expect output "ktstr-export: no test can have this name: ../a"
	run -1 ktstr-export ./t
	expect output "ktstr-export: no test can have this name: ./t (did you mean -b ./t NAME?)"
	run -0 ktstr-export --help
	expect output begins "usage: ktstr-export "
	run -0 ktstr-export --version
	expect output "ktstr-export $(ktstr-manifest --version | cut -d' ' -f2)"
}

@test "export: no argument reaches the terminal with controls, in any locale: it is escaped as by ktstr-manifest" {
	local all='' byte locale wanted
	for byte in {1..255}; do # with a blank, so that no two make one character
		printf -v byte '\\%03o' "$byte"
		printf -v byte "$byte"
		all+="$byte "
	done
	all+=$'\u9b\ue9\uad\u61c\u200b\u200f\u2028\u202e\u2066\ufeff\u8c03\U1f600 \xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x80'
	run -1 ktstr-manifest -b "/no/$all" a
	wanted=${output#*: }
	wanted=${wanted%: No such file or directory}
	for locale in C C.UTF-8; do
		LC_ALL=$locale run -1 ktstr-export "/no/$all"
		expect output "ktstr-export: no test can have this name: $wanted"
		LC_ALL=$locale run -64 ktstr-export $'-\e[31m\x9b'
		expect output 'ktstr-export: unknown option: -\033[31m\233 (see --help)'
		LC_ALL=$locale run -1 ktstr-export -o $'a\u9b\u202e/' a
		expect output 'ktstr-export: a\302\233\342\200\256/: No such file or directory'
		rm -f ./*.sig
		LC_ALL=$locale run -0 ktstr-export -o $'o\e\u9b\u202e.run' a
		expect output begins 'wrote o\033\302\233\342\200\256.run ('
		touch $'o\e\u9b\u202e.run.sig'
		LC_ALL=$locale run -0 ktstr-export -o $'o\e\u9b\u202e.run' a
		expect output has 'warning: o\033\302\233\342\200\256.run.sig is not known to fit'
		LC_ALL=$locale run -0 ktstr-export -n -o $'o\e\u9b\u202e.run' a
		run -1 env LC_ALL=C grep -a $'[^\t -~]' <<<"$output"
	done
}
