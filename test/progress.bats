#!/usr/bin/env bats
# progress.bats - the line that shows how far packing is: where it stands, what it says, and that it goes
# shellcheck disable=SC2016,SC2154 # the inner bash expands; run sets stderr

load helper

setup() {
	need script stty
	cd "$BATS_TEST_TMPDIR" || return
	export TERM=xterm
	head -c 2M /dev/urandom >bytes
	echo "file bytes $PWD/bytes 0755" >manifest
}

# Reads what is packed at its own pace, so that packing 2 MiB takes 0.7 s or more; COMMAND comes
# when a third of it has passed.
slowly='slowly() {
	local i
	for ((i = 0; i < 33; i++)); do
		((i != 12)) || eval "${1:-:}"
		dd bs=64K count=1 iflag=fullblock status=none
		sleep 0.02
	done
	cat
}
'

# shown COLUMNS SCRIPT: runs it on a terminal of that width; leaves what it wrote in shown, and each
# redrawn line in lines
shown() {
	run on_terminal bash -c "stty cols $1; $slowly $2"
	shown=$output
	mapfile -t lines < <(printf %s "$shown" | tr '\r' '\n' | sed -n 's/^\(..*\)\x1b\[J$/\1/p')
}

# longest: sets REPLY to the length of the longest line
longest() {
	local line
	REPLY=0
	for line in "${lines[@]}"; do
		((${#line} <= REPLY)) || REPLY=${#line}
	done
}

# is_gone: the last thing that was written takes the line away
is_gone() {
	((${#lines[@]})) && [[ $shown == *$'\e[J\r\r\e[J' ]]
}

@test "progress: percent, all bytes, rate and time left are shown, and percent alone on a narrow terminal" {
	local number='[0-9]+\.[0-9]' width form
	for form in "120|[0-9]+% of 2.0 MiB, $number [KM]iB/s, 0:0[0-9] left" "42|[0-9]+% of 2.0 MiB, $number [KM]iB/s, 0:0[0-9] left" \
		"30|[0-9]+%" "5|[0-9]+%"; do
		width=${form%%|*}
		shown "$width" 'ktstr-pack -p -t <manifest | slowly >out'
		longest
		echo "$width columns: ${lines[-1]}"
		expect value "$REPLY" -lt "$width"
		expect line -1 matches "^${form#*|}$"
		is_gone
		tar -xO -f out | cmp - bytes
	done
}

@test "progress: no terminal is so narrow that a line is broken" {
	local width
	for width in 1 2 3 4; do
		shown "$width" 'ktstr-pack -p -t <manifest | slowly >out'
		longest
		expect value "$REPLY" -lt "$width"
		expect value "$shown" ends $'\e[J'
		expect value "$shown" has-not $'\n'
	done
}

@test "progress: a terminal that does not say how wide it is is taken for one of 80 columns" {
	shown 0 'ktstr-pack -p -t <manifest | slowly >out'
	expect line -1 ends " left"
	longest
	expect value "$REPLY" -lt 80
}

@test "progress: a change of width is followed" {
	local line narrow=''
	shown 100 'ktstr-pack -p -t <manifest | slowly "stty cols 30 <&2" >out'
	expect line 0 ends " left"
	for line in "${lines[@]}"; do
		[[ $line == *" left" ]] || narrow=1
		[[ ! $narrow ]] || ((${#line} < 30))
	done
	[[ $narrow ]]
	is_gone
}

@test "progress: it is redrawn at most ten times a second" {
	local start=${EPOCHREALTIME/./} took
	shown 100 'ktstr-pack -p -t <manifest | slowly >out'
	took=$((${EPOCHREALTIME/./} - start))
	echo "${#lines[@]} lines in $took us"
	((${#lines[@]} >= 2 && (${#lines[@]} - 1) * 100000 <= took))
	printf 'file a %s 0755\n' "$PWD/manifest" >small
	shown 100 'ktstr-pack -p -t <small >out'
	((${#lines[@]} * 100000 <= took)) # a fast one has none, or few
}

@test "progress: all bytes are those of the archive, headers and padding counted" {
	local i name
	printf -v name '%0120d' 0
	for ((i = 0; i < 300; i++)); do
		echo "file $name$i $PWD/small 0755"
	done >manifest
	echo x >small
	shown 120 'ktstr-pack -p -t <manifest | slowly >out'
	expect value "$(stat -c %s out)" $((601 * 1024))
	expect line -1 has " of 601.0 KiB, "
}

@test "progress: the archive is the same with and without" {
	head -c 32M /dev/urandom >bytes # more than waits in ktstr-pack for a reader
	shown 100 'ktstr-pack -p <manifest | slowly >with'
	((${#lines[@]}))
	ktstr-pack <manifest | cmp - with
	shown 100 'ktstr-pack --progress --tar <manifest | slowly >with'
	((${#lines[@]}))
	ktstr-pack -t <manifest | cmp - with
}

@test "progress: nothing is shown without -p, on no terminal, on a dumb one, and in the background" {
	run -0 --separate-stderr bash -c "$slowly"'ktstr-pack -p <manifest | slowly >out'
	expect value "$output$stderr" ''
	shown 100 'ktstr-pack <manifest | slowly >out'
	expect value "$shown" ''
	shown 100 'export TERM=dumb; ktstr-pack -p <manifest | slowly >out'
	expect value "$shown" ''
	shown 100 'unset TERM; ktstr-pack -p <manifest | slowly >out'
	expect value "$shown" ''
	shown 100 'set -m; ktstr-pack -p <manifest 2>/dev/tty | slowly >out & wait'
	expect value "$shown" has-not $'\e'
	gzip -t out
}

@test "progress: a message begins on a clean line" {
	shown 100 'ktstr-pack -p -t <manifest | slowly "echo >>bytes" >out'
	((${#lines[@]}))
	expect value "$shown" has $'\e[J\r\r\e[Jktstr-pack: <stdin>:1: bytes: '
	expect value "$shown" ends "it grew while it was read, or is no file on a disk"$'\r'
	echo "file gone $PWD/gone 0755" >>manifest
	shown 100 'ktstr-pack -p -t <manifest | slowly >out'
	((${#lines[@]}))
	expect value "$shown" has $'\e[J\r\r\e[Jktstr-pack: <stdin>:2: gone: '
	expect value "$shown" ends ": No such file or directory"$'\r'
}

@test "progress: a signal that ends it takes the line away, and is its end" {
	local signal
	for signal in HUP INT QUIT TERM; do
		shown 100 'ulimit -c 0; {
			echo $BASHPID >pid
			exec env --default-signal ktstr-pack -p -t <manifest
		} | slowly "kill -'$signal' \$(cat pid)" >out; exit ${PIPESTATUS[0]}'
		expect status $((128 + $(kill -l $signal)))
		is_gone
	done
	shown 100 'env --default-signal ktstr-pack -p -t <manifest | (slowly "exit") >out; exit ${PIPESTATUS[0]}'
	expect status 141
	is_gone
}

@test "progress: a signal that is ignored stays so" {
	shown 100 '{ echo $BASHPID >pid; trap "" TERM; exec ktstr-pack -p -t <manifest; } |
		slowly "kill \$(cat pid) && echo sent >sent" >out; exit ${PIPESTATUS[0]}'
	expect status 0
	[ -s sent ]
	is_gone
}

# --- in ktstr-export ---

# export_here: makes bin/ with an export whose packer of its own is a stub that says how it was called
export_here() {
	mkdir bin
	cp "$TOP/build/bin/ktstr-export" bin
	printf '%s\n' '#!/bin/sh' 'echo "$*" >>called' 'exec ktstr-pack -1' >bin/ktstr-pack
	printf '#!/bin/sh\n' >t
	chmod +x bin/ktstr-pack t
	printf 'test a\nbinary t\ninclude ./bytes\n' >t.ktstr
}

@test "progress: ktstr-export asks its own packer for it, on a terminal, without -q and with a file to write" {
	export_here
	run -0 on_terminal bin/ktstr-export -2 a
	expect value "$(cat called)" "-2 --progress"
	: >called
	on_terminal bin/ktstr-export -q a
	on_terminal bash -c 'bin/ktstr-export a 2>err'
	on_terminal bash -c 'bin/ktstr-export -o - a >out.run'
	KTSTR_PACK=bin/ktstr-pack on_terminal bin/ktstr-export a
	expect value "$(cat called)" "$(printf '\n\n\n')"
	expect value "$(wc -l <called)" 4
	run -0 on_terminal bin/ktstr-export -n a
	expect output has-not --progress
}

@test "progress: a signal to ktstr-export ends it when the line is gone" {
	truncate -s 8G bytes
	printf '#!/bin/sh\n' >t
	chmod +x t
	printf 'test a\nbinary t\ninclude ./bytes\n' >t.ktstr
	shown 100 'ktstr-export -j1 -9 a & sleep 1; kill $!; wait $!; status=$?; printf ended; exit $status'
	expect status 143
	((${#lines[@]}))
	expect value "$shown" ends $'\e[J\r\r\e[Jended'
}

@test "progress: ktstr-export ends after its packer, however long that takes for it" {
	export_here
	printf '%s\n' '#!/bin/bash' 'trap "sleep 0.5; echo gone >&2; exit" TERM' 'echo >started' \
		'while :; do sleep 0.05; done' >bin/ktstr-pack
	shown 100 'bin/ktstr-export a & until [ -e started ]; do sleep 0.05; done; kill $!; wait $!; echo ended'
	expect value "$shown" $'gone\r\nended\r'
}
