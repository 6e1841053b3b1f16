#!/usr/bin/env bats
# check.bats - what make check prints at its end, and the packages that skipped tests name

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# check ARG...: runs it as a user would: bats leaves its own directory on PATH, and variables
check() {
	run env -i HOME="$HOME" TERM=vt100 PATH=/usr/local/bin:/usr/bin:/bin "$TOP/test/check" "$@"
}

@test "check: says how many passed, failed and were skipped, why, and which packages to install" {
	local tap
	printf '%s\n' "load $TOP/test/helper" '@test "one" { true; }' '@test "two # skip" { false; }' \
		'@test "three" { need cat no-such-program cp bsdtar-2; }' '@test "four # skip" { need bsdtar-2; }' \
		'@test "five" { skip "needs root"; }' '@test "six" { skip; }' '@test "seven" { skip "needs root"; }' >t.bats
	check --tap t.bats
	expect status 1
	expect value "$(tail -n 4 <<<"$output")" 'check: 1 passed, 1 failed, 5 skipped
check: 2 skipped, for lack of packages: apt-get install no-such-program bsdtar-2
check: 2 skipped: needs root
check: 1 skipped: no reason given'
	tap=$(grep -v '^check: ' <<<"$output")
	expect value "$(sed -n 's/^\(1\.\.[0-9]*\|\(not \)*ok [0-9]*\).*/\1/p' <<<"$tap" | xargs)" \
		'1..7 ok 1 not ok 2 ok 3 ok 4 ok 5 ok 6 ok 7'
	expect value "$tap" has "ok 3 three # skip needs no-such-program bsdtar-2: apt-get install no-such-program bsdtar-2"
	check --pretty t.bats
	expect status 1
	expect output has '7 tests, 1 failure, 5 skipped'
	expect output ends $'\ncheck: 1 skipped: no reason given'
}

@test "check: a pass has status 0, and what bats refuses has its status and no summary" {
	echo '@test "one" { true; }' >t.bats
	check --tap t.bats
	expect status 0
	expect output ends $'\ncheck: 1 passed, 0 failed, 0 skipped'
	check --tap no-such.bats
	expect status 1
	expect output has-not 'check:'
}

@test "check: without bats it says how to install it" {
	mkdir none
	run -127 env PATH="$PWD/none" "$BASH" "$TOP/test/check" t.bats
	expect output 'check: bats is missing: apt-get install bats'
}

@test "check: the packages that skipped tests name have the programs" {
	local program programs owners
	[ -d /var/lib/dpkg/info ] || skip "needs Debian"
	mapfile -t programs < <(sed -nE 's/^\t+need ([a-z0-9 -]+)$/\1/p' "$TOP"/test/{,slow/}*.{bats,bash} |
		tr ' ' '\n' | sort -u | grep -vx pkg-config) # which pkgconf has, too
	expect value "${#programs[@]}" -gt 30
	owners=$(cd /var/lib/dpkg/info && grep -E "bin/($(IFS='|' && echo "${programs[*]}"))\$" ./*.list)
	for program in "${programs[@]}"; do
		grep -q "bin/$program\$" <<<"$owners" || continue # not installed
		package_of "$program"
		echo "$program: $REPLY"
		grep -qE "^\./${REPLY%% *}(:[a-z0-9]+)?\.list:.*bin/$program\$" <<<"$owners"
	done
}
