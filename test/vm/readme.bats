#!/usr/bin/env bats
# The README's session is what happens
# shellcheck disable=SC2154 # run sets output

load helper

setup_file() {
	prepare
}

# without_numbers: what is another's from run to run and machine to machine: sizes, versions, the git hash
without_numbers() {
	sed -E 's/git ([0-9a-f]{7}(-dirty)?|unknown)/git HASH/; s/[0-9]+(\.[0-9]+)*[^ ]*-amd64/KERNEL/; s/\([0-9]+ bytes/(N bytes/'
}

@test "readme: its session is what the programs and a .run print" {
	run -0 --separate-stderr "$VM/session"
	diff -u <(sed -n '/^<!-- session/,/^<!-- end/p' "$VM/../../README.md" | grep '^    ' | without_numbers) \
		<(without_numbers <<<"$output")
}
