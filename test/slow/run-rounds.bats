#!/usr/bin/env bats
# run-rounds.bats - series of rounds: --repeat, --for, --until-fail, --baseline, --no-scheduler

load ../run_helper

# rounds_test LINE...: exports the test t, whose lines find the number of the round in n, counted in the file count
rounds_test() {
	script t "n=\$((\$(cat $PWD/count 2>/dev/null) + 1)); echo \$n >$PWD/count" "$@"
	printf 'test t\nbinary t\ntopology 1n1l1c1t\n' >t.ktstr
	ktstr-export -q t
}

# rounds_scheduler LINE...: the same, with a scheduler of these lines, which find the number of its start in n. The test
# t that is there stays.
rounds_scheduler() {
	script sched "n=\$((\$(cat $PWD/starts 2>/dev/null) + 1)); echo \$n >$PWD/starts" "$@"
	printf 'test t\nbinary t\ntopology 1n1l1c1t\nscheduler fake ./sched\n' >t.ktstr
	ktstr-export -q t
}

# again: what the tests of this file count begins anew
again() {
	rm -f count starts
}

# series_evidence: unpacks the only evidence file that is there to the directory evidence
series_evidence() {
	local files=("$HOST"/var-tmp/ktstr-evidence/*.evidence.tar.gz)
	expect value "${#files[@]}" 1
	rm -rf evidence
	mkdir evidence
	tar -xzf "${files[0]}" -C evidence --strip-components=1
	mv "${files[0]}" all.evidence.tar.gz
}

@test "rounds: each says how it ended, equal failures are grouped, and the status is the worst" {
	rounds_test 'echo "at $n"; ((n % 3)) || { echo "value $n is wrong"; exit 1; }'
	run -1 --separate-stderr on_host ./t.run --repeat 7
	expect stderr has "./t.run: round 1 of 7: pass"
	expect stderr has "./t.run: round 3 of 7: fail: value 3 is wrong"
	expect stderr has "./t.run: test: value 3 is wrong"
	expect stderr has-not "./t.run: test: value 6 is wrong" # its signature has been explained
	expect stderr has "./t.run: 2 rounds (3, 6): fail: value N is wrong"
	expect value "${stderr_lines[-1]}" "./t.run: fail: 5 of 7 passed, 2 failed"
	expect output has "at 7"
	nothing_left
	again
	run -1 --separate-stderr on_host ./t.run --repeat 3 --quiet
	expect stderr has-not "round 1 of 3"
	expect stderr has "round 3 of 3: fail"
	again
	run -0 --separate-stderr on_host ./t.run --repeat 2 --quiet
	expect stderr "./t.run: pass: 2 of 2 passed"
}

@test "rounds: the status is the worst one, in the order of 1, 2, 4, 0" {
	local statuses wanted word text
	rounds_test "read -ra all <$PWD/statuses; exit \${all[n - 1]}"
	while IFS='|' read -r statuses wanted word text; do
		again
		echo "$statuses" >statuses
		run --separate-stderr on_host ./t.run --quiet --repeat "$(wc -w <statuses)"
		[[ $status == "$wanted" && ${stderr_lines[-1]} == "./t.run: $word: $text" ]] || {
			echo "$statuses: $stderr"
			return 1
		}
	done <<-'END'
		0 0|0|pass|2 of 2 passed
		0 4 0|4|skip|2 of 3 passed, 1 skipped
		4 4|4|skip|0 of 2 passed, 2 skipped
		0 4 2 0|2|inconclusive|2 of 4 passed, 1 inconclusive, 1 skipped
		2 1 4 0|1|fail|1 of 4 passed, 1 failed, 1 inconclusive, 1 skipped
		77 0|1|fail|1 of 2 passed, 1 failed
	END
}

@test "rounds: a test that fails is worse than a scheduler that fails, and that is worse than an inconclusive test" {
	script t "n=\$(cat $PWD/starts); exit \$((n == 2 ? 0\$(cat $PWD/second) : 0))"
	rounds_scheduler '((n != 1)) || exit 9' "${attach[@]}" "${stay[@]}"
	echo 1 >second
	run -1 on_host ./t.run --quiet --repeat 3
	expect line -1 "./t.run: fail: 1 of 3 passed, 1 failed, 1 scheduler failed"
	again
	echo 2 >second
	run -3 on_host ./t.run --quiet --repeat 3
	expect line -1 "./t.run: scheduler failed: 1 of 3 passed, 1 inconclusive, 1 scheduler failed"
}

@test "rounds: what a test prints is text for every bash, and no code" {
	rounds_test "echo 'value \$(touch made) a[0]] \"is wrong'; exit 1"
	# before 5.2, bash expands the subscripts within (( )) once more
	sed -i '/^readonly ENGINE_VERSION/s/^/BASH_COMPAT=5.1; /' t.run
	run -1 --separate-stderr on_host ./t.run --repeat 12
	expect stderr has "12 rounds (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...): fail: value \$(touch made) a[N]] \"is wrong"
	[ ! -e made ]
}

@test "rounds: a reader that leaves, or a full disk, ends no series" {
	rounds_test 'exit 0'
	run -0 on_host bash -c './t.run --ktap --repeat 3 | head -n 1; exit "${PIPESTATUS[0]}"'
	expect output has "./t.run: pass: 3 of 3 passed"
	expect value "$(<count)" 3
	again
	run -0 on_host bash -c './t.run --ktap --repeat 3 >/dev/full'
	expect output "./t.run: pass: 3 of 3 passed"
	expect value "$(<count)" 3
}

@test "rounds: a scheduler that fails ends its round and not the series" {
	script t 'sleep 0.3'
	rounds_scheduler '((n != 2)) || { echo "start $n fails"; exit 9; }' "${attach[@]}" "${stay[@]}"
	run -3 --separate-stderr on_host ./t.run --repeat 3
	expect stderr has "round 1 of 3: pass"
	expect stderr has "round 2 of 3: scheduler failed: it ended with status 9 before it was attached"
	expect stderr has "round 3 of 3: pass"
	expect value "${stderr_lines[-1]}" "./t.run: scheduler failed: 2 of 3 passed, 1 scheduler failed"
	expect value "$(<"$HOST/kernel/sched_ext/enable_seq")" 9 # two fresh attaches
	# a failure of the test is worse
	again
	script t "((\$(cat $PWD/starts) != 3)) || exit 1"
	rounds_scheduler '((n != 2)) || exit 9' "${attach[@]}" "${stay[@]}"
	run -1 --separate-stderr on_host ./t.run --repeat 3
	expect value "${stderr_lines[-1]}" "./t.run: fail: 1 of 3 passed, 1 failed, 1 scheduler failed"
	nothing_left
}

@test "rounds: --until-fail ends with the first round that does not pass" {
	rounds_test '((n < 4)) || exit 1'
	run -1 --separate-stderr on_host ./t.run --until-fail
	expect value "${stderr_lines[-1]}" "./t.run: fail: 3 of 4 passed, 1 failed"
	again
	run -0 --separate-stderr on_host ./t.run --until-fail --repeat 3
	expect value "${stderr_lines[-1]}" "./t.run: pass: 3 of 3 passed"
	again
	script t
	rounds_scheduler '((n < 3)) || exit 1' "${attach[@]}" "${stay[@]}"
	run -3 --separate-stderr on_host ./t.run --until-fail --repeat=5
	expect value "${stderr_lines[-1]}" "./t.run: scheduler failed: 2 of 3 passed, 1 scheduler failed; 2 did not run"
	nothing_left
}

@test "rounds: --for begins rounds until its time is over" {
	local start=$SECONDS
	rounds_test 'sleep 0.3'
	run -0 --separate-stderr on_host ./t.run --for 6
	expect value $((SECONDS - start)) -lt 40
	expect value "${stderr_lines[1]}" matches '^\./t\.run: round 1 \([0-9] of 6 s\): pass$'
	expect value "${stderr_lines[-1]}" matches '^\./t\.run: pass: ([2-9]|[1-9][0-9]) of \1 passed$'
	again
	run -0 --separate-stderr on_host ./t.run --for 60 --repeat 2
	expect value "${stderr_lines[-1]}" "./t.run: pass: 2 of 2 passed"
}

@test "rounds: options that cannot be followed are refused before anything is done" {
	local row wanted
	rounds_test
	while IFS='|' read -r row wanted; do
		# shellcheck disable=SC2086 # words
		run -64 --separate-stderr on_host ./t.run $row
		[[ $stderr == "./t.run: $wanted" ]] || {
			echo "$row: $stderr"
			return 1
		}
		expect no-file count
	done <<-'END'
		--repeat 0|--repeat: not a number of rounds from 1 to 10000: 0
		--repeat -1|--repeat: not a number of rounds from 1 to 10000: -1
		--repeat 10001|--repeat: not a number of rounds from 1 to 10000: 10001
		--repeat 99999999999999999999|--repeat: not a number of rounds from 1 to 10000: 99999999999999999999
		--repeat x[$(id)]|--repeat: not a number of rounds from 1 to 10000: x[$(id)]
		--repeat|--repeat: needs a value (see --help)
		--for 0|--for: not a whole number of seconds from 1 to 999999999: 0
		--for 1.5|--for: not a whole number of seconds from 1 to 999999999: 1.5
		--check --repeat 2|--repeat, --for, --until-fail and --baseline are for a run: --check has no rounds
		--until-fail --verify|--repeat, --for, --until-fail and --baseline are for a run: --verify has no rounds
		--baseline|--baseline: no scheduler is packed that it could leave out: use --repeat
		--baseline --no-scheduler|--no-scheduler and --baseline exclude each other: --baseline has rounds with and without the scheduler
	END
	rounds_scheduler
	run -64 --separate-stderr on_host ./t.run --baseline --repeat 5001
	expect stderr "./t.run: --repeat: with --baseline not more than 5000 rounds of each: 5001"
	script t
	printf 'test t\nbinary t\ntopology 1n1l1c1t\nattaches-schedulers\n' >t.ktstr
	ktstr-export -q t
	run -64 --separate-stderr on_host ./t.run --no-scheduler
	expect stderr "./t.run: this test attaches schedulers itself: it has no rounds without one"
}

@test "rounds: with --ktap each is a point, and what did not run is skipped" {
	local text
	rounds_test 'echo "ok 1 not mine"; ((n != 2)) || exit 1'
	run -1 --separate-stderr on_host ./t.run --repeat 4 --ktap --until-fail
	expect line 0 "KTAP version 1"
	expect line 1 "1..4"
	text=$(grep -v '^#' <<<"$output")
	expect value "$text" $'KTAP version 1\n1..4\nok 1 t round 1\nnot ok 2 t round 2\nok 3 t round 3 # SKIP not run\nok 4 t round 4 # SKIP not run'
	expect output has "# ok 1 not mine"
	expect stderr "./t.run: fail: 1 of 2 passed, 1 failed; 2 did not run"
	again
	run -1 --separate-stderr on_host ./t.run --ktap --until-fail
	text=$(grep -v '^#' <<<"$output")
	expect value "$text" $'KTAP version 1\nok 1 t round 1\nnot ok 2 t round 2\n1..2'
	# a host that is not suitable, and a file that is damaged
	run -4 --separate-stderr on_host bash -c 'echo enabled >/sys/kernel/sched_ext/state; exec ./t.run --ktap --repeat 2'
	echo disabled >"$HOST/kernel/sched_ext/state"
	text=$(grep -v '^#' <<<"$output")
	expect value "$text" matches $'^KTAP version 1\n1..2\nok 1 t # SKIP sched_ext is enabled .*\nok 2 t round 2 # SKIP not run$'
	echo QUJD >>t.run
	run -65 --separate-stderr on_host ./t.run --ktap --repeat 2
	text=$(grep -v '^#' <<<"$output")
	expect value "$text" $'KTAP version 1\n1..2\nnot ok 1 t\nok 2 t round 2 # SKIP not run'
}

@test "rounds: prove reads what they print" {
	need prove
	rounds_test '((n != 2)) || exit 1'
	run -1 on_host prove -e '' ./t.run :: --ktap --repeat 3
	expect output has "Failed test:  2"
	again
	run -0 on_host prove -e '' ./t.run :: --ktap --repeat 1
	again
	script t
	ktstr-export -q t
	run -0 on_host prove -e '' ./t.run :: --ktap --for 1
	expect output has "Result: PASS"
}

@test "rounds: a signal ends the round and the series, and what ran so far is said" {
	local name number
	while read -r name number; do
		again
		rm -f started
		rounds_test "((n < 4)) || { touch $PWD/started; sleep 73.25; }"
		begin_run --repeat 6
		kill "-$name" "$PID"
		ended_with $((128 + number))
		expect value "$(tail -n 1 err)" "$PWD/t.run: interrupted: 3 of 4 passed, 1 interrupted; 2 did not run; SIG$name: the host is as it was"
		nothing_left
		series_evidence
		run -0 ktstr-results -f tsv -c verdict all.evidence.tar.gz
		expect output $'verdict\npass\npass\npass\ninterrupted'
	done <<-'END'
		INT 2
		TERM 15
		HUP 1
	END
}

@test "rounds: ^C of a terminal in round 4" {
	rounds_test "((n < 4)) || { touch $PWD/started; sleep 73.25; }"
	set -m # a process group, as a terminal signals it
	on_host "$PWD/t.run" --repeat 6 >out 2>err &
	JOB=$!
	set +m
	wait_for test -e started
	kill -INT -- "-$JOB"
	ended_with 130
	expect value "$(tail -n 1 err)" has "3 of 4 passed, 1 interrupted; 2 did not run; SIGINT"
	nothing_left
}

@test "rounds: kill -9 of the series, of the round's shell, and of both, in round 4" {
	local whom round
	for whom in series round both; do
		again
		rm -f started
		script t "n=\$(cat $PWD/starts); ((n < 4)) || { touch $PWD/started; sleep 73.25; }"
		rounds_scheduler "${attach[@]}" "${stay[@]}"
		HOST_PATIENCE=200 begin_run --repeat 6 --ktap
		the_kernel
		round=$(cut -d ' ' -f 4 "/proc/$(pgrep -f 'sleep 73.25')/stat")
		round=$(cut -d ' ' -f 4 "/proc/$round/stat") # the shell that started the test
		case $whom in
		series) kill -KILL "$PID" ;;
		round) kill -KILL "$round" ;;
		both) kill -KILL "$PID" "$round" ;;
		esac
		ended_with 137
		wait_for gone "$PWD/t.run"
		expect value "$(tail -n 1 err)" has "t.run: interrupted: 3 of 4 passed, 1 interrupted; 2 did not run; "
		expect value "$(grep -E '^(not )?ok [3-5] ' out)" \
			$'ok 3 t round 3\nnot ok 4 t round 4\nok 5 t round 5 # SKIP not run'
		nothing_left
		series_evidence
		run -0 ktstr-results -f tsv -c round,verdict all.evidence.tar.gz
		expect line 4 $'4\tinterrupted'
	done
}

@test "rounds: kill -9 of a round's shell and of its janitor is no host that is as it was" {
	local janitor round
	rounds_test "((n < 2)) || { touch $PWD/started; sleep 74.25; }"
	begin_run --repeat 3
	read -r janitor _ <"$(echo tmp/ktstr.*/janitor)"
	round=$(cut -d ' ' -f 4 "/proc/$janitor/stat")
	kill -KILL "$janitor" "$round"
	wait "$JOB" || true
	expect value "$(<err)" has "ERROR: a round and its janitor were killed: what the round has changed is not undone"
	expect value "$(<err)" has-not "the host is as it was"
}

@test "rounds: what a round does to the next is nothing" {
	rounds_test 'cd "$KTSTR_DIR"; echo "m $n" >>"$KTSTR_METRICS"' \
		'case $n in' \
		'1) echo changed >include/data ;;' \
		'2) rm include/data ;;' \
		'3) touch include/more; mkdir $KTSTR_CGROUP_ROOT/left ;;' \
		'4) chmod 600 include/data ;;' \
		'5) rm -f "$KTSTR_METRICS"; mkfifo "$KTSTR_METRICS" ;;' \
		'6) rm -rf "$KTSTR_METRICS"; mkdir -p "$KTSTR_METRICS/x" ;;' \
		'esac' \
		"ls -l include | sed 's/ [A-Z][a-z][a-z] .*:../ /' >$PWD/seen.\$n; cat include/data >>$PWD/seen.\$n" \
		'[ ! -d $KTSTR_CGROUP_ROOT/left ] || ((n == 3))'
	echo original >data
	echo 'include ./data' >>t.ktstr
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --repeat 8 --evidence always
	expect stderr has "note: round 1 changed the unpacked files: they are unpacked again"
	expect stderr has "note: round 2 changed"
	expect stderr has "note: round 3 changed"
	expect stderr has "note: round 4 changed"
	expect stderr has-not "note: round 5 changed"
	expect stderr has-not "note: round 8 changed"
	expect value "$(<seen.7)" "$(<seen.8)"
	expect value "$(tail -n 1 seen.8)" original
	series_evidence
	run -0 ktstr-results -f tsv -c round,metric:m all.evidence.tar.gz
	expect line 1 $'1\t1'
	expect line 7 $'7\t7'
	expect line 8 $'8\t8'
	nothing_left
}

@test "rounds: a warning of a packed program that a round could not reach is not said again" {
	rounds_test '((n != 2)) || echo "data 65534" >"$(cut -d: -f2 <<<"$PATH")/.denied"'
	echo original >data
	echo 'include ./data' >>t.ktstr
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --repeat 4
	expect value "$(grep -c 'could not reach the packed program data' <<<"$stderr")" 1
}

@test "rounds: programs of the archive that a round changed are what was packed, in the next" {
	rounds_test 'tool; echo "#!/bin/sh" >"$KTSTR_INCLUDE_DIR/tool"'
	script tool 'echo tool'
	echo 'include ./tool' >>t.ktstr
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --repeat 3
	expect output $'tool\ntool\ntool'
}

@test "rounds: those that did not pass are kept whole, ten of them, and of the others the result" {
	rounds_test '((n % 2)) || exit 1'
	run -1 on_host ./t.run --repeat 24 --quiet
	series_evidence
	expect value "$(ls evidence | wc -l)" 26 # the host and the frozen values, too
	expect file evidence/host/cpuinfo
	expect file evidence/info
	expect value "$(ls evidence/round-0001)" result
	expect file evidence/round-0002/test.log
	expect file evidence/round-0020/proc.after/stat
	expect value "$(ls evidence/round-0022)" result
	run -0 ktstr-results --group verdict all.evidence.tar.gz
	expect output has '12 of 24: fail'
	expect output has '12 of 24: pass'
	run -0 ktstr-results -f tsv -c round,status,scheduler all.evidence.tar.gz
	expect line 24 matches $'^24\t1\teevdf$'
	again
	run -1 on_host ./t.run --repeat 2 --evidence never
	expect value "$(ls "$HOST/var-tmp/ktstr-evidence" 2>/dev/null)" ''
	again
	run -1 --separate-stderr on_host bash -c './t.run --repeat 2 --evidence-to - | ktstr-results -f tsv -c verdict; exit ${PIPESTATUS[0]}'
	expect output $'verdict\npass\nfail'
}

@test "rounds: a host that differs, becomes unsuitable or is tainted ends the series" {
	fake_sysctl kernel/tainted 0
	rounds_test "((n != 2)) || echo 512 >$HOST/sysctls/kernel:tainted"
	run -2 --separate-stderr on_host ./t.run --repeat 5 --ktap
	expect stderr "./t.run: inconclusive: 2 of 2 passed; 3 did not run; round 2 tainted the kernel (it was 0, and is 512)"
	expect output has "# the series ends: round 2 tainted the kernel (it was 0, and is 512)"
	expect output has $'\nok 2 t round 2\n'
	expect output has $'\nnot ok 3 t\n'
	series_evidence
	[ -e evidence/round-0002/kernel.log ] && [ ! -e evidence/round-0001/kernel.log ]
	again
	echo 0 >"$HOST/sysctls/kernel:tainted"
	run -0 --separate-stderr on_host ./t.run --repeat 2 # nothing is left undone
	again
	rounds_test "((n != 2)) || { f=/proc/sys/vm/dirty_ratio; mount --bind \$f \$f; mount -o remount,bind,ro \$f; }"
	echo 'sysctl vm.dirty_ratio 17' >>t.ktstr
	ktstr-export -q t
	run -70 --separate-stderr on_host ./t.run --repeat 5
	expect stderr has "the series ends: round 2 ended with an error"
	expect value "${stderr_lines[-1]}" has "./t.run: error: 1 of 2 passed, 1 with an error; 3 did not run"
	rm -rf tmp/*
	again
	rounds_test "((n != 2)) || echo enabled >/sys/kernel/sched_ext/state"
	run -3 --separate-stderr on_host ./t.run --repeat 5
	expect stderr has "the series ends: the host has become unsuitable"
	expect value "${stderr_lines[-1]}" "./t.run: scheduler failed: 1 of 3 passed, 1 scheduler failed, 1 unsuitable; 2 did not run"
}

@test "rounds: --no-scheduler runs the test under the kernel's default" {
	rounds_test 'echo "scheduler: ${KTSTR_SCHED_PID:-none}"'
	rounds_scheduler 'touch attached' "${attach[@]}" "${stay[@]}"
	sed -i 's/^SCHED_GIT_HASH=.*/SCHED_GIT_HASH=0123abc/' t.run
	run -0 --separate-stderr on_host ./t.run --no-scheduler --evidence always
	expect output "scheduler: none"
	expect stderr has "test t, scheduler default"
	expect no-file starts
	series_evidence
	expect value "$(grep scheduler evidence/result)" $'option --no-scheduler\nscheduler default'
	run -0 on_host ./t.run --no-scheduler --print-command
	expect value "${#lines[@]}" 2
	# a kernel without sched_ext will do
	rm -r "$HOST/kernel/sched_ext"
	run -0 on_host ./t.run --no-scheduler
	run -4 on_host ./t.run
}

@test "rounds: --baseline tells whose fault it is, with both medians" {
	rounds_test '[ ! "${KTSTR_SCHED_PID:-}" ] || v=4' 'echo "p99 $((n + ${v:-0})) ms" >>"$KTSTR_METRICS"' \
		"[ ! -e $PWD/fails.\${KTSTR_SCHED_PID:+s} ] || { echo wrong; exit 1; }"
	rounds_scheduler "${attach[@]}" "${stay[@]}"
	run -0 --separate-stderr on_host ./t.run --baseline --repeat 4 --evidence always
	expect stderr has "round 1 of 8, fake: pass"
	expect stderr has "round 2 of 8, default: pass"
	expect stderr has "round 3 of 8, default: pass"
	expect stderr has "round 4 of 8, fake: pass"
	expect stderr has "round 5 of 8, fake: pass"
	expect stderr has "./t.run: median of p99: fake 8.5 ms, default 4.5 ms"
	expect value "${stderr_lines[-1]}" "./t.run: pass: fake: 4 of 4 pass; default: 4 of 4 pass"
	series_evidence
	run -0 ktstr-results -f tsv -c round,scheduler all.evidence.tar.gz
	expect line 1 $'1\tfake'
	expect line 2 $'2\tdefault'
	expect value "$(grep -c 'program scheduler' evidence/round-0001/result)" 1
	expect value "$(grep -c 'program scheduler' evidence/round-0002/result)" 0
	again
	touch fails.s
	run -1 --separate-stderr on_host ./t.run --baseline --repeat 2
	expect stderr has "2 rounds (1, 4): fake: fail: wrong"
	expect stderr has "the test does not fail under the kernel's default: only rounds under fake did not pass"
	expect value "${stderr_lines[-1]}" "./t.run: fail: fake: 0 of 2 pass; default: 2 of 2 pass"
	again
	touch fails.
	run -1 --separate-stderr on_host ./t.run --baseline --repeat 2
	expect stderr has "the test also fails under the kernel's default, without fake (2 of 2): that is no fault of the scheduler"
	again
	rm fails.s
	run -0 --separate-stderr on_host ./t.run --baseline # one pair; the status is that of the scheduler's rounds
	expect value "${stderr_lines[-1]}" "./t.run: pass: fake: 1 of 1 pass; default: 0 of 1 pass"
	again
	run -0 --separate-stderr on_host ./t.run --baseline --repeat 2 --ktap
	expect value "$(grep -v '^#' <<<"$output")" $'KTAP version 1\n1..2\nok 1 t round 1\nok 2 t round 4'
	expect output has "# round 2 of 4, default: fail: wrong"
	nothing_left
}

@test "rounds: from standard input, and with the unpacked files kept" {
	rounds_test 'echo "round $n"'
	run -0 --separate-stderr on_host bash -s -- --repeat 2 --keep <t.run
	expect output $'round 1\nround 2'
	expect stderr matches 'kept: (.*)'
	expect file "$(sed -n 's/.*kept: //p' <<<"$stderr")/tree/ktstr"
}

@test "rounds: what the host did while the test ran is in each result" {
	need chrt
	rounds_test 'i=0; while ((i < 100000)); do ((++i)); done'
	# it pauses: on a host with one CPU nothing else would run
	chrt -f 1 bash -c 'while :; do for ((i = 0; i < 20000; i++)); do :; done; sleep 0.1; done' hog &
	run on_host ./t.run --repeat 2 --evidence always
	kill %1
	expect status 0
	series_evidence
	expect value "$(<evidence/round-0002/result)" matches $'\ncounter busy-us [0-9]+ [0-9]+\n'
	expect value "$(<evidence/round-0002/result)" matches $'\ncounter run-busy-us 0 [0-9]+\n'
	expect value "$(<evidence/round-0002/result)" matches $'\nabove [0-9]+ bash fifo [0-9]+0000\n'
	expect value "$(<evidence/round-0002/result)" matches $'\ncpus 2\n'
}

@test "rounds: nothing grows from one to the next" {
	rounds_test "p=\$(cut -d ' ' -f 4 /proc/\$PPID/stat)" \
		"echo \$(ls /proc/\$p/fd | wc -l) \$(ls $PWD/tmp/* | wc -l) \$(grep -c . /proc/self/cgroup) >>$PWD/grown"
	run -0 on_host ./t.run --repeat 12 --quiet
	expect value "$(sort -u grown | wc -l)" 1
	nothing_left
}
