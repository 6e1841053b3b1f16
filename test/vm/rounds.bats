#!/usr/bin/env bats
# Series of rounds on a real kernel: what each does to the next, whose fault a failure is, and what the results tell

load exports

setup_file() {
	local name
	prepare_exports
	"${CC:-cc}" -O1 -o jitter jitter.c
	echo "${KTSTR_VM_ROUNDS:-4}" >"$BATS_FILE_TMPDIR/host/rounds"
	export_cases slow fails third fourth second_stalls passes scheduler_at_fault grows
	for name in jitter_long jitter_short; do
		ktstr-export -q -f $name.ktstr -o "$BATS_FILE_TMPDIR/host/$name.run" jitter
	done
}

setup() {
	booted rounds
}

teardown() {
	explain
}

# last NAME TEXT: the last line of the series says so
last() {
	expect value "$(tail -n 1 "$boot/out/$1.err")" ends "$2"
}

@test "rounds: a test that fails in each third round" {
	told third status=1 left=
	said third 'round 1 of 3: pass' 'round 3 of 3: fail: value 3 is wrong' '1 round (3): fail: value N is wrong'
	last third '.run: fail: 2 of 3 passed, 1 failed'
	expect value "$(ktstr-results -f tsv -c round,verdict "$boot/out/third.tar.gz" | tr '\n\t' ' ,')" \
		'round,verdict 1,pass 2,pass 3,fail '
	told until_fail status=1 left=
	last until_fail '.run: fail: 1 of 2 passed, 1 failed'
}

@test "rounds: a scheduler that stalls on its second start ends that round, and with --until-fail the series" {
	told stalls status=3 left=
	said stalls 'round 1 of 3: pass' 'round 2 of 3: scheduler failed: *runnable task stall*' 'round 3 of 3: pass'
	last stalls '.run: scheduler failed: 2 of 3 passed, 1 scheduler failed'
	told until_stall status=3 left=
	expect value "$(grep -v '^#' "$boot/out/until_stall.out")" $'KTAP version 1\nok 1 second_stalls round 1\nnot ok 2 second_stalls round 2\n1..2'
}

@test "rounds: --for, ^C and kill -9 in round 4" {
	told for status=0 left=
	expect value "$(tail -n 1 "$boot/out/for.err")" matches '\.run: pass: ([0-9]+) of \1 passed$'
	told interrupted status=130 left=
	last interrupted '.run: interrupted: 3 of 4 passed, 1 interrupted; 2 did not run; SIGINT: the host is as it was'
	told killed status=137 left=
	last killed '.run: interrupted: 3 of 4 passed, 1 interrupted; 2 did not run; the run was killed: the host is as it was'
	expect value "$(ktstr-results -f tsv -c verdict "$boot/out/killed.tar.gz" | tr '\n' ' ')" 'verdict pass pass pass interrupted '
	told state state=disabled
}

@test "rounds: a baseline tells whether the scheduler alone is at fault" {
	told at_fault status=1 left=
	said at_fault "the test does not fail under the kernel's default: only rounds under fifo did not pass"
	last at_fault '.run: fail: fifo: 0 of 1 pass; default: 1 of 1 pass'
	told both_fail status=1 left=
	said both_fail "the test also fails under the kernel's default, without fifo (1 of 1): that is no fault of the scheduler"
	last both_fail '.run: fail: fifo: 0 of 1 pass; default: 0 of 1 pass'
}

@test "rounds: the results of two schedulers compare as their slices do" {
	run -0 ktstr-results --compare "$boot/out/long" -- "$boot/out/short"
	echo "$output"
	expect output matches 'late \(ms\): better'
}

@test "rounds: a task above the scheduler's class disturbs a round, which its result tells" {
	run -0 ktstr-results -f tsv -c disturbed "$boot/out/disturbed.tar.gz"
	expect output matches 'the fifo task [0-9]+ \(bash\) used'
}

@test "rounds: nothing grows from one to the next" {
	told grows status=0 left=
	local first last
	expect value "$(wc -l <"$boot/out/things")" "${KTSTR_VM_ROUNDS:-4}"
	expect value "$(sort -u "$boot/out/things" | wc -l)" 1
	first=$(awk 'NR == 2 { print $2 }' "$boot/out/memory") last=$(awk 'END { print $2 }' "$boot/out/memory")
	echo "memory of the series' shell in kB: $first, $last"
	expect value $((last - first)) -lt 1000
}
