#!/usr/bin/env bats
# readme.bats - what README.md and CONTRIBUTING.md tell a reader to do can be done

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir old new
	cp "$TOP/build/examples/fair" .
	cp fair old
	cp fair new
}

# commands SECTION: the indented lines of that section of the README
commands() {
	awk -v section="## $1" '/^## / { inside = $0 == section } inside && sub(/^    /, "")' "$TOP/README.md"
}

@test "readme: the pipelines run as they stand" {
	need pigz zstd strip
	commands "Everything is a filter" >commands
	expect value "$(grep -c . commands)" -gt 10
	run -0 bash -euo pipefail -c 'diff() { command diff "$@" || [ $? = 1 ]; }
		. ./commands'
	expect output has "fair"$'\t'"eevdf"$'\t'"1n1l1c1t"$'\t'"./fair"
	[[ "$output" != *file\ ktstr* ]] # two builds of one definition do not differ
	run -0 ktstr-manifest --list # and what was stripped is no second test
	expect output $'fair\teevdf\t1n1l1c1t\t./fair'
	run -0 bash fair60.run --info
	expect output has $'\nTEST_DURATION_SECS=60\n'
	run -0 bash fair.run --verify # of the last of them, for zstd
}

@test "readme: the test in C compiles, and describes itself as it says" {
	commands "A test in C" >fairness.c
	echo 'static double measure(int seconds) { return seconds > 0 ? 1 : 0; }' >>fairness.c
	# shellcheck disable=SC2086 # flags are words
	${CC:-cc} ${KTSTR_TEST_CFLAGS:-} -Wall -Wextra -Werror -I"$TOP/lib/harness" fairness.c "$TOP/build/lib/libktstr.a" -o fairness
	run -0 ./fairness --ktstr-describe=fairness
	expect output has "scheduler fifo scx_fifo"
	expect output has "sched-arg --slice-us"
	expect output has "topology 1n2l4c2t"
	run -0 ./fairness run
	expect output has "fairness: pass"
}

@test "readme: the files that it and CONTRIBUTING.md name are there" {
	local file missing=''
	# but for PROGRAM, any of them, and what is installed
	for file in $(cat "$TOP/README.md" "$TOP/CONTRIBUTING.md" | grep -oE '`(cmd|lib|share|test|man|\.ci)/[A-Za-z0-9_./-]*`' |
		tr -d '`' | grep -vE 'PROGRAM|^share/doc') \
		$(grep -oE '\]\([^)]*\)' "$TOP/README.md" | tr -d ']()') \
		$(grep -oE '\]\([^)]*\)' "$TOP/test/bench/README.md" | tr -d ']()' | sed 's,^,test/bench/,'); do
		[ -e "$TOP/$file" ] || missing+=" $file"
	done
	expect value "$missing" ''
}

@test "readme: the chart shows the times of the table" {
	local ms seconds times=()
	mapfile -t times < <(sed -n 's/.*>\([0-9]*\) ms, [0-9.]*x<.*/\1/p' "$TOP/test/bench/export.svg")
	expect value "${#times[@]}" -ge 5
	for ms in "${times[@]}"; do
		ms=$((ms + 5)) # rounded
		seconds=$((ms / 1000)).$((ms / 100 % 10))$((ms / 10 % 10))
		echo "$seconds s"
		grep -q "[^0-9]${seconds/./\\.} s" "$TOP/test/bench/README.md"
	done
}

@test "readme: its benchmark rows have the numbers of the whole table" {
	local number numbers
	numbers=$(sed -n '/^## How fast it is/,/^\[/p' "$TOP/README.md" | grep '^|' | grep -oE '[0-9.]+( (s|ms)|x)')
	expect value "$(wc -l <<<"$numbers")" -ge 9
	while IFS= read -r number; do
		echo "$number"
		grep -qE "(^|[^0-9.])${number/./\\.}([^0-9]|$)" "$TOP/test/bench/README.md"
	done <<<"$numbers"
}
