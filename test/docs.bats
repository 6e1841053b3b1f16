#!/usr/bin/env bats
# docs.bats - SECURITY.md and README.md say what is so

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	page=$TOP/SECURITY.md
}

@test "docs: every test that SECURITY.md names is in the tree with exactly that title" {
	local file title count=0
	while IFS=$'\t' read -r file title; do
		grep -qxF -- "@test \"$title\" {" "$TOP/$file" || {
			echo "$file has no test: $title"
			return 1
		}
		count=$((count + 1))
	done < <(sed -nE 's/^  - `(test\/[a-z\/-]+\.bats)`: `([^`]+)`$/\1\t\2/p' "$page")
	echo "$count tests"
	# a line that names a file and is none of these would be passed over
	[ "$count" -ge 50 ]
	[ "$count" = "$(grep -c '\.bats' "$page")" ]
}

@test "docs: every promise of SECURITY.md names a test" {
	run -0 awk '
		/^## / { inside = $0 == "## What it promises" }
		!inside { next }
		/^- / || /^#/ { if (promise != "" && !tests) print promise; promise = /^- / ? $0 : ""; tests = 0 }
		/^- / { count++ }
		/^  - `test/ { tests++ }
		END { if (promise != "" && !tests) print promise; if (count < 15) print "only " count " promises" }' "$page"
	[ "$output" = "" ]
}

@test "docs: SECURITY.md names the functions of the header, in the order in which they are called" {
	local name named called
	named=$(sed -n '/^## What a .run does/,/^`--check`/p' "$page" | grep -E '^[0-9]\.|;' | grep -oE '`[a-z]+_[a-z_]+`|^[0-9]\. `[a-z]+`' | grep -oE '[a-z]+[a-z_]*')
	[ "$(wc -l <<<"$named")" -ge 10 ]
	for name in $named; do
		grep -qx "$name() {" "$TOP/share/preamble"/*.bash
	done
	called=$(sed -n '/^run() {/,/^}/p' "$TOP/share/preamble/main.bash" | grep -oE '[a-z]+[a-z_]*' | grep -xF "$named" | awk '!seen[$0]++')
	[ "$called" = "$(grep -vx cleanup <<<"$named")" ]
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
		[ "$(wc -l <check.bash)" = 1 ]
		run -0 bash -e check.bash
		[[ $output == 'Good "ktstr-run" signature for '* ]]
	done
	echo >>NAME.run
	echo >>spread.run
	for document in SECURITY README; do
		run ! bash -e <(grep '^    ssh-keygen -Y verify ' "$TOP/$document.md")
	done
}
