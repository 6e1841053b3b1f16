#!/usr/bin/env bats
# ktstr-b64: base64, both ways
# shellcheck disable=SC2016,SC2154 # the inner bash expands; run sets stderr

load helper

# encodes TEXT [ARG...]: what ktstr-b64 ARG... makes of TEXT
encodes() {
	printf %s "$1" | ktstr-b64 "${@:2}"
}

# refuses FORMAT WHAT [ARG...]: decoding what printf FORMAT writes fails with just the message WHAT
refuses() {
	run -1 bash -c 'printf "$1" | ktstr-b64 -d "${@:2}" 2>&1 >/dev/null' - "$1" "${@:3}"
	[ "$output" = "ktstr-b64: standard input: $2" ]
}

@test "b64: encodes the vectors of RFC 4648" {
	expect value "$(encodes '' -w 0)" ''
	expect value "$(encodes f -w 0)" 'Zg=='
	expect value "$(encodes fo -w 0)" 'Zm8='
	expect value "$(encodes foo -w 0)" 'Zm9v'
	expect value "$(encodes foob -w 0)" 'Zm9vYg=='
	expect value "$(encodes fooba -w 0)" 'Zm9vYmE='
	expect value "$(encodes foobar -w 0)" 'Zm9vYmFy'
}

@test "b64: decodes the vectors of RFC 4648" {
	expect value "$(encodes '' -d)" ''
	expect value "$(encodes Zg== -d)" f
	expect value "$(encodes Zm8= -d)" fo
	expect value "$(encodes Zm9v -d)" foo
	expect value "$(encodes Zm9vYg== -d)" foob
	expect value "$(encodes Zm9vYmE= -d)" fooba
	expect value "$(encodes Zm9vYmFy -d)" foobar
}

@test "b64: knows all 64 characters" {
	local all=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
	expect value "$(encodes $all -d | base64 -w 0)" $all
	expect value "$(encodes $all -d | ktstr-b64 -w 0)" $all
}

@test "b64: empty input gives no output, either way" {
	expect value "$(ktstr-b64 </dev/null | wc -c)" -eq 0
	expect value "$(ktstr-b64 -w 0 </dev/null | wc -c)" -eq 0
	expect value "$(ktstr-b64 -d </dev/null | wc -c)" -eq 0
}

@test "b64: lines have 76 columns, and the last one ends in a newline" {
	head -c 115 /dev/zero | ktstr-b64 >"$BATS_TEST_TMPDIR/text"
	expect value "$(awk '{ printf "%d ", length($0) }' "$BATS_TEST_TMPDIR/text")" '76 76 4 '
	expect value "$(wc -c <"$BATS_TEST_TMPDIR/text")" -eq 159
}

@test "b64: -w sets the columns, and -w 0 writes no newline at all" {
	expect value "$(encodes foobar -w 3 | od -An -c | tr -d ' ')" 'Zm9\nvYm\nFy\n'
	expect value "$(encodes foobar --wrap=8 | od -An -c | tr -d ' ')" 'Zm9vYmFy\n'
	expect value "$(encodes foobar -w0 | od -An -c | tr -d ' ')" 'Zm9vYmFy'
}

@test "b64: writes what coreutils and python write, and reads it back, for all short lengths" {
	need_fast ktstr-b64
	need python3 base64
	python3 - <<-'END'
		import base64, random, subprocess
		def call(data, *args):
		    return subprocess.run(args, input=data, stdout=subprocess.PIPE, check=True).stdout
		random.seed(1)
		for length in range(132): # two lines of 76, and each length of the parts that are taken at once
		    data = random.randbytes(length)
		    plain = base64.b64encode(data)
		    for wrap in (0, 76) if length > 24 else (0, 1, 2, 3, 4, 5, 7, 8, 76):
		        wide = wrap or len(plain) or 1
		        lines = [plain[i:i + wide] for i in range(0, len(plain), wide)]
		        text = b"".join(line + (b"\n" if wrap else b"") for line in lines)
		        assert call(data, "ktstr-b64", "-w", str(wrap)) == text, (length, wrap)
		        if wrap < 8:
		            assert call(data, "base64", "-w", str(wrap)) == text, (length, wrap)
		        assert call(text, "ktstr-b64", "-d") == data, (length, wrap)
	END
}

@test "b64: agrees with coreutils on both sides of every buffer's end" {
	need base64
	local file=$BATS_TEST_TMPDIR/bytes size wrap
	for size in 12287 12288 12289 49152 49153 65535 65536 65537 131072 1000000; do
		head -c $size /dev/urandom >"$file"
		for wrap in 0 1 76 1001; do
			base64 -w $wrap "$file" >"$file.text"
			ktstr-b64 -w $wrap <"$file" | cmp - "$file.text"
			ktstr-b64 -d <"$file.text" | cmp - "$file"
		done
	done
}

@test "b64: input that comes in small pieces decodes the same" {
	local i
	expect value "$(for i in Z m 9 v Y m F y; do printf %s $i; sleep 0.01; done | ktstr-b64 -d)" foobar
}

@test "b64: newlines may stand between any characters" {
	expect value "$(printf '\n\nZ\nm\n9v\nYg=\n=\n\n' | ktstr-b64 -d)" foob
}

@test "b64: a byte outside of the alphabet is refused with its offset" {
	refuses '!m9v' "byte 0: not base64: '!'"
	refuses 'Zm9vY-Fy' "byte 5: not base64: '-'"
	refuses 'Zm9v\nYm_y' "byte 7: not base64: '_'"
	refuses 'Zm9v YmFy' "byte 4: not base64: ' '"
	refuses 'Zm9v\0YmFy' "byte 4: not base64: '\\000'"
	refuses 'Zm\3519v' "byte 2: not base64: '\\351'"
	refuses 'Zm\1779v' "byte 2: not base64: '\\177'"
}

@test "b64: a carriage return is refused" {
	refuses 'Zm9v\r\n' "byte 4: not base64: '\\015'"
}

@test "b64: accepts the 64 characters and no other byte" {
	need_fast ktstr-b64
	local byte octal accepted=
	for byte in {0..255}; do
		octal=\\$(printf %03o "$byte")
		# shellcheck disable=SC2059
		if printf "AA${octal}A" | ktstr-b64 -d >/dev/null 2>&1; then
			accepted+=$(printf "$octal")
		fi
	done
	expect value "$accepted" +/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz
}

@test "b64: the offset is right far into the input" {
	{
		head -c 99999 /dev/zero | ktstr-b64 # 133332 characters on 1755 lines
		printf 'AAA?'
	} >"$BATS_TEST_TMPDIR/text"
	run -1 --separate-stderr bash -c 'ktstr-b64 -d <"$1" | wc -c; exit ${PIPESTATUS[0]}' - \
		"$BATS_TEST_TMPDIR/text"
	expect output 99999
	expect stderr "ktstr-b64: standard input: byte 135090: not base64: '?'"
}

@test "b64: all that stands before what is wrong is decoded" {
	run -1 --separate-stderr bash -c 'printf "Zm9vYmFyYm!" | ktstr-b64 -d'
	expect output foobar
}

@test "b64: text that ends within a group is refused, with where it ended" {
	local what='the text ends within a group of four characters'
	refuses 'Z' "byte 1: $what"
	refuses 'Zm' "byte 2: $what"
	refuses 'Zm9' "byte 3: $what"
	refuses 'Zm9v\nYm\n' "byte 8: $what"
	refuses 'Zg=' 'byte 3: the text ends within the padding'
	refuses 'Zg=\n' 'byte 4: the text ends within the padding'
}

@test "b64: padding where none can be is refused" {
	refuses '=' "byte 0: '=' where a group of four characters begins"
	refuses 'Z===' "byte 1: '=' where a group of four characters begins"
	refuses 'Zm9v=' "byte 4: '=' where a group of four characters begins"
	refuses 'Zg=v' 'byte 3: text after the padding'
	refuses 'Zg===' "byte 4: '=' after the padding"
	refuses 'Zm8==' "byte 4: '=' after the padding"
}

@test "b64: data after the padding is refused" {
	refuses 'Zg==Zg==' 'byte 4: text after the padding'
	refuses 'Zm8=\n\nZ' 'byte 6: text after the padding'
	refuses 'Zm8=\n!' "byte 5: not base64: '!'"
}

@test "b64: unused bits that are not zero are refused" {
	local what='the last character has bits set that stand for nothing'
	refuses 'Zh==' "byte 1: $what"
	refuses 'Zm9vZ\nv\n==' "byte 6: $what"
	refuses 'Zm9=' "byte 2: $what"
	refuses 'Zm+=' "byte 2: $what"
}

@test "b64: -i skips what is not in the alphabet, when decoding" {
	expect value "$(printf 'Zm-9v\r\n\0Y g=\t=!\n' | ktstr-b64 -di)" foob
	expect value "$(printf 'Zm\3519v' | ktstr-b64 --decode --ignore-garbage)" foo
}

@test "b64: -i forgives nothing else" {
	refuses '*Zm9' 'byte 4: the text ends within a group of four characters' -i
	refuses '*Zg=*=Zg==' 'byte 6: text after the padding' -i
	refuses 'Z*h==' 'byte 2: the last character has bits set that stand for nothing' -i
}

@test "b64: a full disk is an error" {
	run -1 bash -c 'echo hi | ktstr-b64 2>&1 >/dev/full'
	expect output "ktstr-b64: standard output: No space left on device"
	run -1 bash -c 'echo Zm9v | ktstr-b64 -d 2>&1 >/dev/full'
	expect output "ktstr-b64: standard output: No space left on device"
	run -1 bash -c 'head -c 1000000 /dev/zero | ktstr-b64 2>&1 >/dev/full'
	expect output "ktstr-b64: standard output: No space left on device"
	run -1 bash -c 'ktstr-b64 --help 2>&1 >/dev/full'
	expect output "ktstr-b64: standard output: No space left on device"
}

@test "b64: a reader that left ends it without a word" {
	run -1 bash -c '{ trap "" PIPE; exec ktstr-b64 </dev/zero; } | head -c0; exit ${PIPESTATUS[0]}'
	expect output ''
}

@test "b64: SIGPIPE is left alone" {
	run -141 bash -c 'env --default-signal=PIPE ktstr-b64 </dev/zero | head -c0; exit ${PIPESTATUS[0]}'
	expect output ''
}

@test "b64: input that cannot be read is an error" {
	run -1 bash -c 'ktstr-b64 </'
	expect output "ktstr-b64: standard input: Is a directory"
	run -1 bash -c 'ktstr-b64 -d <&-'
	expect output "ktstr-b64: standard input: Bad file descriptor"
}

@test "b64: closed standard output is an error" {
	run -1 bash -c 'echo hi | ktstr-b64 >&-'
	expect output "ktstr-b64: standard output: Bad file descriptor"
}

@test "b64: decoded bytes are no terminal's" {
	need script
	run -64 on_terminal ktstr-b64 -d
	expect output begins "ktstr-b64: decoded data is not written to a terminal: "
}

@test "b64: misuse is status 64 and one line on standard error" {
	local arguments
	for arguments in -x --wrong '-w x' '-w -1' '-w 99999999999999999999' -w 'file' '-d -- -'; do
		# shellcheck disable=SC2086
		run -64 --separate-stderr ktstr-b64 $arguments </dev/null
		expect output ''
		expect value "${stderr_lines[0]}" begins "ktstr-b64: "
		expect value "${#stderr_lines[@]}" 1
	done
}

@test "b64: --help and --version go to standard output" {
	run -0 --separate-stderr ktstr-b64 --help
	expect line 0 begins "usage: ktstr-b64 "
	expect stderr ''
	run -0 --separate-stderr ktstr-b64 -V
	[[ $output =~ ^ktstr-b64\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "b64: memory does not grow with the input" {
	need_bare ktstr-b64
	local text
	text='ulimit -v 16384; head -c 200M /dev/zero | ktstr-b64 -w 0 | ktstr-b64 -d | cmp -n 200M - /dev/zero'
	run -0 bash -c "set -o pipefail; $text"
}

# kernels COMMAND...: each of the words is a variant that the command, a build of test/unit/base64.c, found
# good; that it could not try some is said
kernels() {
	run -0 "$@"
	printf '# b64: %s\n' "${lines[@]}" >&3
	[[ ${lines[-1]} = 'scalar: ok' ]]
	[ "$(grep -vcE '^[a-z0-9]+: (ok|not on this CPU)$' <<<"$output")" = 0 ]
}

@test "b64: all variants for this CPU agree with a plain implementation, and on every error" {
	kernels "$TOP/build/test/base64" check
	local flag
	for flag in avx2:avx2 avx512_vbmi:vbmi; do
		[ "$(uname -m)" = x86_64 ] || break
		if grep -qw "${flag%:*}" /proc/cpuinfo; then
			grep -qx "${flag#*:}: ok" <<<"$output"
		fi
	done
}

@test "b64: so do those for aarch64, emulated" {
	command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null &&
		[ -e /usr/aarch64-linux-gnu/lib/libc.a ] ||
		skip "needs an ARM: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
	cd "$TOP"
	aarch64-linux-gnu-gcc -static -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -Ilib \
		-o "$BATS_TEST_TMPDIR/base64" test/unit/base64.c lib/archive/base64*.c \
		lib/base/{output,file,report,utf8}.c
	kernels qemu-aarch64 "$BATS_TEST_TMPDIR/base64" check
	expect line 0 'neon: ok'
}

@test "b64: pipes are made to hold 1 MiB, larger ones stay as they are" {
	need python3
	python3 - <<-'END'
		import fcntl, os, subprocess
		SET, GET = 1031, 1032
		def pipe(size, wanted):
		    r, w = os.pipe()
		    fcntl.fcntl(w, SET, wanted) # not everybody may have such a pipe
		    fcntl.fcntl(w, SET, size)
		    return r, w
		for size, wanted in ((4096, 1 << 20), (65536, 1 << 20), (1 << 21, 1 << 21)):
		    try:
		        r, w = pipe(size, wanted)
		        r2, w2 = pipe(size, wanted)
		    except PermissionError:
		        continue
		    os.write(w, b"foobar")
		    os.close(w)
		    subprocess.run(["ktstr-b64"], stdin=r, stdout=w2, check=True)
		    assert os.read(r2, 100) == b"Zm9vYmFy\n"
		    assert fcntl.fcntl(r, GET) == wanted, (size, fcntl.fcntl(r, GET))
		    assert fcntl.fcntl(r2, GET) == wanted, (size, fcntl.fcntl(r2, GET))
	END
}
