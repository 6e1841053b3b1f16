#!/usr/bin/env bats
# sign.bats - ktstr-export --sign: a signature beside the .run, and what checking it finds out

load helper

setup() {
	need ssh-keygen
	cd "$BATS_TEST_TMPDIR"
	mkdir tmp
	export TMPDIR=$PWD/tmp
	unset SSH_AUTH_SOCK DISPLAY SSH_ASKPASS SSH_ASKPASS_REQUIRE
	printf '#!/bin/sh\nexit "${RC:-0}"\n' >t
	chmod +x t
	printf 'test a\nbinary t\n' >t.ktstr
	make_key key
}

teardown() {
	[ ! -e agent.pid ] || kill "$(cat agent.pid)"
}

# make_key FILE [TYPE [PASSPHRASE]]
make_key() {
	rm -f "$1" "$1.pub"
	ssh-keygen -q -t "${2:-ed25519}" -a 1 -N "${3:-}" -C "$1" -f "$1"
}

# check [FILE]: what the documents tell an operator to do, who trusts key
check() {
	echo "ktstr@example.org namespaces=\"ktstr-run\" $(cat key.pub)" >allowed_signers
	ssh-keygen -Y verify -f allowed_signers -I ktstr@example.org -n ktstr-run \
		-s "${1:-a.run}.sig" <"${1:-a.run}"
}

# nothing_left: no file of an export is here or in TMPDIR
nothing_left() {
	local left
	left=$(find . \( -name '.*.run.*' -o -name 'ktstr-export.*' -o -name '*.run' -o -name '*.run.sig' \) -print)
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
}

# old_pair: a .run and its signature, of which untouched tells whether they are as they were
old_pair() {
	ktstr-export -q --sign key a
	check
	mkdir old
	cp -p a.run a.run.sig old
	printf 'duration 77\n' >>t.ktstr
}

untouched() {
	cmp old/a.run a.run
	cmp old/a.run.sig a.run.sig
	check
	[ "$(find . -name '.*.run.*' -o -name 'ktstr-export.*')" = '' ]
}

# run_typing KEYS COMMAND: on a terminal, where the keys are typed once a passphrase is asked for; sets
# status, and log has what the terminal showed.
run_typing() {
	local pid i
	rm -f log
	timeout 30 script -qefc "$2" log <typed >/dev/null &
	pid=$!
	exec 9>typed
	for ((i = 0; i < 100; i++)); do
		! grep -q 'Enter passphrase' log 2>/dev/null || break
		sleep 0.1
	done
	printf '%b' "$1" >&9
	status=0
	wait $pid || status=$?
	exec 9>&-
}

# change_byte FILE OFFSET: makes it another one
change_byte() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# bats test_tags=promise:signature-fits
@test "sign: the signature is beside the .run, checked as documented, by every kind of key" {
	local kind
	for kind in ed25519 ecdsa rsa; do
		make_key key $kind
		(
			umask 077
			run -0 --separate-stderr ktstr-export --sign key a
			expect output ""
			[[ $stderr =~ ^wrote\ a.run\ \([0-9]+\ bytes\),\ signed:\ a.run.sig$ ]]
		)
		expect value "$(stat -c %a a.run a.run.sig)" $'755\n644'
		run -0 check
		expect output begins 'Good "ktstr-run" signature for ktstr@example.org with '
		grep -qa sha512 <(sed '/^-/d' a.run.sig | base64 -d)
	done
	expect value "$(find . -name '.*.run.*' -o -name 'ktstr-export.*')" ''
}

@test "sign: the .run is the same as without, and -o names both files" {
	mkdir -- -x
	ktstr-export -q a
	run -0 --separate-stderr ktstr-export -q --sign=key -o -x/-y a
	expect value "$output$stderr" ""
	cmp a.run ./-x/-y
	expect value "$(ls -A ./-x)" $'-y\n-y.sig'
	check ./-x/-y
}

# bats test_tags=promise:signature-fits
@test "sign: a changed byte is found, in the header, in the payload, appended, and a cut" {
	local size header offset
	ktstr-export -q --sign key a
	cp a.run good
	size=$(stat -c %s good)
	header=$(sed '/^__ARCHIVE__$/q' good | wc -c)
	for offset in 0 1000 $((header - 2)) $((header + 1)) $((size - 1)); do
		cp good a.run
		change_byte a.run "$offset"
		run ! check
		expect output has "Could not verify signature."
	done
	{ cat good; echo; } >a.run
	run ! check
	head -c $((size - 1)) good >a.run
	run ! check
	sed 's/^exit # what follows.*/&./' good >a.run
	run ! check
	cp good a.run
	check
}

# bats test_tags=promise:signature-fits
@test "sign: of another key, for another use, of another .run or damaged is no good signature" {
	make_key other
	ktstr-export -q --sign key a
	cp a.run.sig good.sig
	ktstr-export -q --sign other a
	run ! check
	expect output has "Could not verify signature."
	# what check-novalidate says of it is why the documents say that it is not enough
	run -0 ssh-keygen -Y check-novalidate -n ktstr-run -s a.run.sig <a.run
	rm a.run.sig
	ssh-keygen -q -Y sign -f key -n file -- a.run
	run ! check
	cp good.sig a.run.sig
	check
	change_byte a.run.sig 240
	run ! check
	cp good.sig a.run.sig
	printf 'duration 77\n' >>t.ktstr
	ktstr-export -q -o a.run a
	run ! check
}

@test "sign: a key with a passphrase is asked for on the terminal, whatever standard input is" {
	need script
	make_key key ed25519 secret
	mkfifo typed
	run_typing 'secret\n' 'ktstr-export -q --sign key a'
	expect status 0
	check
	# with DISPLAY ssh-keygen would have a window asked for where its standard input is no terminal
	run_typing 'secret\n' 'cat t.ktstr | DISPLAY=:99 SSH_ASKPASS=false ktstr-export -q --sign key -o b.run -f - a'
	expect status 0
	check b.run
	cp a.run.sig old.sig
	run_typing 'wrong\n' 'ktstr-export -q --sign key a'
	expect status 1
	grep -q 'incorrect passphrase' log
	cmp old.sig a.run.sig
	# ^C at the question ends it, and leaves a terminal that shows what is typed
	run_typing '\003' 'trap : INT; env --default-signal=INT ktstr-export -q --sign key a; echo status $?; sleep 0.5; stty -a'
	grep -q 'status 130' log
	grep -qE '(^| )echo ' log
	cmp old.sig a.run.sig
	expect value "$(find . -name '.*.run.*' -o -name 'ktstr-export.*')" ''
}

@test "sign: without a terminal SSH_ASKPASS is asked for the passphrase, and without that nothing is written" {
	need setsid
	make_key key ed25519 secret
	run -1 setsid -w ktstr-export --sign key a </dev/null
	expect line -1 "ktstr-export: --sign: ssh-keygen does not sign with key: nothing was written"
	nothing_left
	printf '#!/bin/sh\necho secret\n' >ask
	chmod +x ask
	SSH_ASKPASS=./ask SSH_ASKPASS_REQUIRE=force run -0 setsid -w ktstr-export -q --sign key a </dev/null
	check
}

@test "sign: by a key that ssh-agent has, named by its public half" {
	need ssh-agent ssh-add
	make_key other
	eval "$(ssh-agent -s -a "$PWD/agent.socket")"
	echo "$SSH_AGENT_PID" >agent.pid
	ssh-add -q key
	rm key
	ktstr-export -q --sign key.pub a
	check
	rm other a.run a.run.sig
	run -1 ktstr-export -q --sign other.pub a
	expect output ends "ktstr-export: --sign: ssh-keygen does not sign with other.pub: nothing was written"
	nothing_left
	SSH_AUTH_SOCK='' run -1 ktstr-export -q --sign key.pub a
	nothing_left
}

# bats test_tags=promise:signs-both
@test "sign: what keeps it from signing is said, leaves nothing, and an old pair as it was" {
	local key
	mkdir directory bin
	echo rubbish >rubbish
	make_key open
	chmod 644 open
	for key in nosuch directory rubbish open; do
		run -1 ktstr-export -q --sign $key a
		expect line -1 begins "ktstr-export: --sign: "
		expect line -1 has "$key"
		nothing_left
	done
	for program in bash env readlink mktemp cat rm mv tail wc sha256sum chmod grep sleep ln; do
		ln -s "$(type -P $program)" bin
	done
	PATH=$PWD/bin run -1 "$TOP/build/bin/ktstr-export" -q --sign key a
	expect output "ktstr-export: --sign: ssh-keygen: not found: install OpenSSH's client programs"
	nothing_left
	old_pair
	for key in nosuch directory rubbish open; do
		run -1 ktstr-export -q --sign $key a
		untouched
	done
	PATH=$PWD/bin run -1 "$TOP/build/bin/ktstr-export" -q --sign key a
	untouched
}

# bats test_tags=promise:signs-both
@test "sign: what ssh-keygen left half-made is not given out" {
	local real stub
	mkdir bin
	old_pair
	real=$(type -P ssh-keygen)
	for stub in 'exit 0' 'echo rubbish >"$file.sig"' \
		'"$real" "$@" && head -c 200 "$file.sig" >cut && cat cut >"$file.sig"' \
		'"$real" "$@"; exit 255' 'kill -KILL $$'; do
		printf '%s\n' '#!/bin/bash' "real=$real file=\${!#}" \
			'[ "$2" != check-novalidate ] || exec "$real" "$@"' "$stub" >bin/ssh-keygen
		chmod +x bin/ssh-keygen
		PATH=$PWD/bin:$PATH run ktstr-export -q --sign key a
		[ "$status" = 1 ] || [[ $stub == kill* && $status == 137 && $output == *"ssh-keygen: killed by SIGKILL" ]]
		expect output is-not ''
		untouched
	done
}

# bats test_tags=promise:signs-both
@test "sign: a signal while it signs leaves nothing, and an old pair as it was" {
	local signal pid i status
	mkdir bin
	old_pair
	printf '#!/bin/sh\n: >started\nexec sleep 30\n' >bin/ssh-keygen
	chmod +x bin/ssh-keygen
	for signal in TERM INT HUP; do
		rm -f started
		PATH=$PWD/bin:$PATH env --default-signal=INT ktstr-export -q --sign key a &
		pid=$!
		for ((i = 0; i < 100; i++)); do
			[ ! -e started ] || break
			sleep 0.05
		done
		kill "-$signal" $pid
		status=0
		wait $pid || status=$?
		expect status $((128 + $(kill -l "$signal")))
		untouched
	done
}

# bats test_tags=promise:signs-both
@test "sign: a signal between the two renames changes nothing: both are done" {
	mkdir bin
	old_pair
	printf '%s\n' '#!/bin/bash' "$(type -P mv) \"\$@\" || exit" \
		'[[ ${!#} != a.run.sig ]] || { cmp -s old/a.run a.run && : >between; kill -TERM $(cat pid); sleep 0.2; }' >bin/mv
	chmod +x bin/mv
	run -0 env PATH="$PWD/bin:$PATH" bash -c 'echo $$ >pid; exec ktstr-export -q --sign key a'
	expect file between
	check
	run -1 cmp -s old/a.run a.run
	expect value "$(find . -name '.*.run.*' -o -name 'ktstr-export.*')" ''
}

# bats test_tags=promise:signs-both
@test "sign: killed between the two renames leaves a pair that does not pass for good" {
	mkdir bin
	old_pair
	printf '%s\n' '#!/bin/bash' '[[ $1 == --help || ${!#} != a.run ]] || { kill -KILL $(cat pid); exit 1; }' \
		"exec $(type -P mv) \"\$@\"" >bin/mv
	chmod +x bin/mv
	run -137 env PATH="$PWD/bin:$PATH" bash -c 'echo $$ >pid; exec ktstr-export -q --sign key a'
	cmp old/a.run a.run
	run ! check
	ktstr-export -q --sign key a
	check
}

@test "sign: where the .run cannot be replaced after the signature was it says so" {
	mkdir bin
	old_pair
	printf '%s\n' '#!/bin/bash' '[[ $1 == --help || ${!#} != a.run ]] || { echo "mv: no" >&2; exit 1; }' \
		"exec $(type -P mv) \"\$@\"" >bin/mv
	chmod +x bin/mv
	PATH=$PWD/bin:$PATH run -1 ktstr-export -q --sign key a
	expect output $'mv: no\nktstr-export: a.run: not replaced, and a.run.sig was: export it again'
	cmp old/a.run a.run
	run ! check
	expect value "$(find . -name '.*.run.*' -o -name 'ktstr-export.*')" ''
}

@test "sign: what is at the signature's place and no file is not replaced" {
	mkdir a.run.sig
	run -1 ktstr-export --sign key a
	expect output "ktstr-export: a.run.sig: Is a directory"
	rmdir a.run.sig
	mkfifo a.run.sig
	run -1 ktstr-export --sign key a
	expect output begins "ktstr-export: a.run.sig: is not a regular file"
	expect no-file a.run
	rm a.run.sig
	echo old >file
	ln -s file a.run.sig
	ktstr-export -q --sign key a
	[ ! -L a.run.sig ]
	check
	expect value "$(cat file)" old
}

# bats test_tags=promise:signs-both
@test "sign: a signature that is left beside an unsigned .run is warned of, kept, and does not fit" {
	old_pair
	run -0 ktstr-export -q a
	expect output "ktstr-export: warning: a.run.sig is not known to fit this a.run: sign it with --sign KEY, or remove that"
	cmp old/a.run.sig a.run.sig
	run ! check
	# the same bytes as those that were signed: there is nothing to warn of
	sed -i '/^duration/d' t.ktstr
	run -0 ktstr-export -q a
	expect output ""
	untouched
}

@test "sign: misuse is status 64 and says what to do" {
	run -64 --separate-stderr ktstr-export --sign key -o - a
	expect value "$output$stderr" "ktstr-export: --sign: standard output has no place for a signature: name a file with -o"
	for args in "--sign" "--sign="; do
		run -64 ktstr-export $args
		expect output "ktstr-export: --sign: needs a value (see --help)"
	done
	nothing_left
}

@test "sign: --dry-run prints what makes the same .run and a good signature" {
	mkdir work 'my keys'
	mv key 'my keys'
	ktstr-export -q -o plain.run a
	ktstr-export -n --sign 'my keys/key' a >pipeline
	expect no-file a.run
	expect no-file a.run.sig
	bash -e pipeline
	cmp plain.run a.run
	check
	echo old >a.run.sig
	bash -e pipeline </dev/null
	check
}

# bats test_tags=promise:signature-fits
@test "sign: --help of ktstr-export and of the .run say how to check, and it works as they say" {
	local help
	make_key other
	for help in "ktstr-export --help" "bash ./a.run --help"; do
		ktstr-export -q --sign key a
		echo "IDENTITY namespaces=\"ktstr-run\" $(cat key.pub)" >allowed_signers
		$help | grep -A 1 '^ *ssh-keygen -Y verify' | sed 's/NAME\.run/a.run/g' >check.bash
		[ -s check.bash ]
		run -0 bash -e check.bash
		expect output begins 'Good "ktstr-run" signature for IDENTITY'
		ktstr-export -q --sign other a
		run ! bash -e check.bash
	done
}
