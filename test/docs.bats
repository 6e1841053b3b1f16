#!/usr/bin/env bats
# docs.bats - SECURITY.md and README.md say what is so

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	page=$TOP/SECURITY.md
}

@test "docs: every promise of SECURITY.md has tests, and every tag names a promise" {
	local file=$BATS_TEST_TMPDIR/more.bats
	run -0 --separate-stderr "$TOP/test/promises"
	expect stderr ''
	expect value "$(grep -c '^[a-z]' <<<"$output")" -ge 20
	expect value "$(grep -c '^  test/' <<<"$output")" -ge 150
	sed 's/^## What it does not/- `never-kept`: Nobody tests this.\n\n&/' "$page" >promise.md
	run -1 --separate-stderr "$TOP/test/promises" promise.md
	expect stderr 'promises: never-kept: no test has this tag'
	printf '# bats %s=promise:never-made\n@test "%s" {\n' test_tags 'a title' >"$file"
	run -1 --separate-stderr "$TOP/test/promises" "$page" "$TOP"/test/*.bats "$TOP"/test/{slow,vm}/*.bats "$file"
	expect value "${stderr//"$file"/FILE}" $'promises: never-made: no promise of SECURITY.md has this name:\n  FILE: a title'
}

@test "docs: SECURITY.md names the functions of the header, in the order in which they are called" {
	local name named called
	named=$(sed -n '/^## What a .run does/,/^`--check`/p' "$page" | grep -E '^[0-9]\.|;' | grep -oE '`[a-z]+_[a-z_]+`|^[0-9]\. `[a-z]+`' | grep -oE '[a-z]+[a-z_]*')
	expect value "$(wc -l <<<"$named")" -ge 10
	for name in $named; do
		grep -qx "$name() {" "$TOP/share/preamble"/*.bash
	done
	called=$(sed -n -e '/^run() {/,/^}/p' -e '/^run_round() {/,/^}/p' "$TOP/share/preamble/main.bash" | grep -oE '[a-z]+[a-z_]*' | grep -xF "$named" | awk '!seen[$0]++')
	expect value "$called" "$(grep -vx cleanup <<<"$named")"
}

@test "docs: how a signature is checked works as SECURITY.md and README.md say" {
	need ssh-keygen
	local document
	printf '#!/bin/sh\n' >t
	chmod +x t
	printf 'test spread\nbinary t\n' >t.ktstr
	ssh-keygen -q -t ed25519 -N '' -C key -f key
	ktstr-export -q --sign key spread
	cp spread.run NAME.run
	cp spread.run.sig NAME.run.sig
	printf '%s namespaces="ktstr-run" %s\n' IDENTITY "$(cat key.pub)" exporter@example.org "$(cat key.pub)" >allowed_signers
	for document in SECURITY README; do
		grep '^    ssh-keygen -Y verify ' "$TOP/$document.md" >check.bash
		expect value "$(wc -l <check.bash)" 1
		run -0 bash -e check.bash
		expect output begins 'Good "ktstr-run" signature for '
	done
	echo >>NAME.run
	echo >>spread.run
	for document in SECURITY README; do
		run ! bash -e <(grep '^    ssh-keygen -Y verify ' "$TOP/$document.md")
	done
}
