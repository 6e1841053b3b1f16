#!/usr/bin/env bats
# expect.bats - the helper that tests assert with: what differs fails the test, and is shown

load helper

# each row: what is expected of the values below, and passes; then the same with another value, which must fail
rows() {
	cat <<'ROWS'
status 3|status 4
output 'one two'|output 'one'
output is-not one|output is-not 'one two'
output has 'e t'|output has '*'
output has-not '*'|output has-not two
output begins one|output begins two
output ends two|output ends one
output matches '^one +two$'|output matches '^two'
stderr 'a*c'|stderr abc
line 1 second|line 1 first
line -1 begins sec|line -1 begins fir
line 7 ''|line 7 x
value 10 -gt 9|value 9 -gt 10
value '' ''|value '' x
file here|file nowhere
no-file nowhere|no-file here
no-file dir/nowhere|no-file link
ROWS
}

@test "expect: each form passes where it fits, and fails and shows both where it does not" {
	# shellcheck disable=SC2034 # which expect reads
	local good bad lines row status=3 output='one two' stderr='a*c' shown
	cd "$BATS_TEST_TMPDIR"
	touch here
	ln -s nothing link
	lines=(first second)
	while IFS='|' read -r good bad; do
		row="expect $good" && eval "$row" || { echo "does not pass: $row"; return 1; }
		row="expect $bad"
		if shown=$(eval "$row"); then echo "passes: $row" && return 1; fi
		[[ $shown == *"wanted: "*"got: "* ]] || { echo "shows: $shown"; return 1; }
	done < <(rows)
}

@test "expect: a failing one fails its test, and prints wanted and got" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' "load $BATS_TEST_DIRNAME/helper" '@test "inner" {' 'run echo "it is"' 'expect output "it was"' 'true' '}' >inner.bats
	run env -u BATS_RUN_TMPDIR bats --tap inner.bats
	[ "$status" = 1 ]
	[[ $output == *"not ok 1 inner"*"wanted: 'it was'"*"got:    'it is'"* ]]
}

@test "expect: what it does not know is no pass" {
	run expect nothing is 3
	[ "$status" = 2 ]
	run expect value x resembles x
	[ "$status" = 2 ]
	run expect value x
	[ "$status" = 2 ]
}
