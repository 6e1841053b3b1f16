#!/usr/bin/env bats
# run-evidence.bats - what a run says at its end, and the evidence that it leaves

load ../run_helper

# the directory of the host in which evidence is kept
kept() {
	KEPT=$HOST/var-tmp/ktstr-evidence
}

# open_evidence [FILE]: unpacks the only evidence file that is there, or this one, to the directory evidence
open_evidence() {
	local files=("$@")
	kept
	(($#)) || files=("$KEPT"/*.evidence.tar.gz)
	expect value "${#files[@]}" 1
	rm -rf evidence
	mkdir evidence
	tar -xzf "${files[0]}" -C evidence --strip-components=1
	rm "${files[0]}"
}

# recorded RECORD...: the result has these records
recorded() {
	local record
	for record; do
		grep -qxF -- "$record" evidence/result || {
			echo "not recorded: $record; but:"
			cat evidence/result
			return 1
		}
	done
}

@test "evidence: the last line of standard error has the file as it was called, the verdict and the reason" {
	local row call lines wanted
	export_test 'echo why; exit "${RC:-0}"'
	cp t.run 'a b.run'
	echo QUJD >>'a b.run'
	mkdir bin
	ln -s ../t.run bin/called.run
	while IFS='|' read -r row call wanted; do
		run --separate-stderr on_host bash -c "$call"
		[[ ${stderr_lines[-1]} == "$wanted" ]] || {
			echo "$row: wanted: $wanted, got: ${stderr_lines[-1]}"
			return 1
		}
	done <<-'END'
		pass|./t.run|./t.run: pass
		quiet pass|./t.run --quiet|./t.run: pass
		fail|RC=1 bin/called.run|bin/called.run: fail: why
		inconclusive|RC=2 bash t.run|t.run: inconclusive: why
		skip|RC=4 bash -s <t.run|t.run: skip: why
		a status that no test has|RC=77 ./t.run|./t.run: fail: the test ended with status 77, which no test has
		damaged|bash "a b.run"|a b.run: damaged: this file is damaged: 4 characters were appended: copy it again
		unsuitable|echo enabled >/sys/kernel/sched_ext/state; ./t.run|./t.run: unsuitable: sched_ext is enabled with the scheduler ?, none may be attached: it is held by no process and no pin in bpffs that are seen here (perhaps a container's): to force it out: echo S > /proc/sysrq-trigger
	END
}

@test "evidence: a run that a signal ends says that the host is as it was" {
	local name
	export_test "touch $BATS_TEST_TMPDIR/started; sleep 71.25"
	for name in INT TERM HUP; do
		rm -f started
		begin_run
		kill "-$name" "$PID"
		ended_with "$((128 + $(kill -l "$name")))"
		expect value "$(tail -n 1 err)" "$PWD/t.run: interrupted: SIG$name: the host is as it was"
		open_evidence
		recorded 'verdict interrupted' "reason SIG$name" "signature SIG$name" 'host-restored yes'
	done
	nothing_left
}

@test "evidence: a signal while the scheduler attaches, and one in a quiet or KTAP run, end so as well" {
	local arguments last='interrupted: SIGINT: the host is as it was'
	export_scheduler "touch $PWD/started; sleep 71.75"
	for arguments in '' --quiet --ktap '--keep --evidence never'; do
		rm -f started
		# shellcheck disable=SC2086 # words
		begin_run --attach-timeout 60 $arguments
		kill -INT "$PID"
		ended_with 130
		expect value "$(tail -n 1 err)" "$PWD/t.run: $last"
		case $arguments in
		--quiet) expect value "$(grep -vc ': evidence: ' err)" 1 ;;
		--ktap) expect value "$(tail -n 2 out)" "# $last"$'\n''not ok 1 t' ;;
		--keep*) rm -r tmp/ktstr.* ;;
		esac
	done
	nothing_left
}

@test "evidence: after a signal the run does not hide what others have changed meanwhile" {
	script t "touch $PWD/started; sleep 72.75"
	export_scheduler "${attach[@]}" "trap '$(kernel_says enable_seq 9); exit 0' TERM INT" 'while :; do sleep 0.05; done'
	begin_run
	kill -TERM "$PID"
	ended_with 143
	expect value "$(<err)" has "which is not this run's, is attached, and left alone"
	expect value "$(tail -n 1 err)" "$PWD/t.run: interrupted: SIGTERM: the host is as it was, but for what others have changed (see above)"
}

@test "evidence: a test that fails leaves what it printed, the frozen values and the host" {
	local file
	export_test 'echo out; sleep 0.2; echo err >&2; exit 1'
	run -1 on_host ./t.run --duration 5 --tmpdir "$PWD/tmp"
	expect output has "./t.run: evidence: /var/tmp/ktstr-evidence/t."
	kept
	expect value "$(stat -c %a "$KEPT" "$KEPT"/*)" $'700\n600'
	[[ $(tar -tzf "$KEPT"/*.gz | head -n 1) =~ ^t\.[^/]*\.[0-9]{8}T[0-9]{6}Z/ ]]
	open_evidence
	expect value "$(<evidence/test.log)" $'out\nerr'
	recorded 'result 1' 'test t' 'verdict fail' 'status 1' 'reason err' 'file t.run' 'option --duration=5' 'option --tmpdir' \
		"program test t $(sha256sum <t | cut -c-64)" 'topology needed 1n1l1c1t' 'topology found 1n1l2c1t' \
		"kernel $(uname -r) $(uname -v | sed 's/ /\\040/g')" "machine $(uname -m)" 'taint 0 0' 'host-restored yes'
	expect value "$(grep '^duration' evidence/result)" matches '^duration 5 0\.[2-9]$'
	expect value "$(grep '^started' evidence/result)" matches '^started 20[0-9-]{8}T[0-9:]{8}Z [0-9]+\.[0-9]{2}$'
	for file in proc.before proc.after; do
		cmp <(cut -d ' ' -f 1 "evidence/$file/stat") <(cut -d ' ' -f 1 /proc/stat)
	done
	expect value "$(<evidence/host/settings)" has "/sys/devices/system/cpu/online:0-1"
	diff evidence/info <(bash t.run --duration 5 --info)
	nothing_left
}

@test "evidence: a pass, a skip and an unsuitable host leave none, unless it is asked for" {
	export_test 'exit "${RC:-0}"'
	run -0 on_host ./t.run
	RC=4 run -4 on_host ./t.run
	run -1 env RC=1 bash -c "$(declare -p HOST NAMESPACES REAL_CGROUP; declare -f on_host); on_host ./t.run --evidence never"
	echo enabled >"$HOST/kernel/sched_ext/state"
	run -4 on_host ./t.run
	kept
	expect no-file "$KEPT"
	run -4 on_host ./t.run --evidence-to "$PWD/new.gz"
	open_evidence new.gz
	recorded 'verdict unsuitable' 'status 4'
	expect value "$(ktstr-results -c verdict evidence/result | tail -n 1)" unsuitable
	echo disabled >"$HOST/kernel/sched_ext/state"
	run -0 on_host ./t.run --evidence always
	open_evidence
	recorded 'verdict pass' 'status 0'
}

@test "evidence: it goes to a file, a directory, a pipe or standard output" {
	export_test 'echo printed; exit 1'
	mkdir d
	mkfifo p
	run -1 on_host ./t.run --evidence-to=d/
	open_evidence d/*.gz
	recorded 'verdict fail'
	run -1 on_host ./t.run --evidence-to e.gz
	expect value "$(stat -c %a e.gz)" 600
	open_evidence e.gz
	cat p >from_pipe &
	run -1 on_host ./t.run --evidence-to p
	wait $!
	open_evidence from_pipe
	on_host bash -s -- --evidence-to - <t.run >whole 2>err || expect value $? 1
	open_evidence whole
	recorded 'verdict fail' 'option --evidence-to'
	expect value "$(<err)" has printed
	expect value "$(tail -n 1 err)" "t.run: fail: printed"
	kept
	expect no-file "$KEPT"
	nothing_left
}

@test "evidence: options that cannot be followed are refused before anything is done" {
	local row arguments wanted
	export_test "touch $BATS_TEST_TMPDIR/ran"
	: >there
	while IFS='|' read -r arguments wanted; do
		# shellcheck disable=SC2086 # words
		run on_host ./t.run $arguments
		[ "$status" = 64 ] && [ "$output" = "./t.run: $wanted" ] && [ ! -e ran ] || {
			echo "$arguments: $status: $output"
			return 1
		}
	done <<-'END'
		--evidence sometimes|--evidence: not failure, always or never: sometimes
		--evidence-to there|--evidence-to: there is there already: name a new file
		--evidence-to no/where|--evidence-to: there is no directory no/: make it, or name another
		--evidence-to d --evidence never|--evidence never and --evidence-to exclude each other
		--ktap --evidence-to -|--evidence-to - and --ktap exclude each other: both print on standard output
		--evidence-omit dump,all|--evidence-omit: not dump, kernel, test, scheduler, proc or host: all
		--check --evidence always|--evidence is for a run: --check has none
		--evidence-to|--evidence-to: needs a value (see --help)
	END
}

# bats test_tags=promise:evidence-is-private
@test "evidence: a directory that is not root's alone gets none, and the verdict stays" {
	local row prepare
	export_test 'exit 1'
	kept
	while IFS='|' read -r row prepare; do
		rm -rf "$KEPT"
		run -1 on_host bash -c "$prepare; ./t.run --quiet"
		[[ $output == *"the evidence could not be kept: /var/tmp/ktstr-evidence "* && ! $(compgen -G "$KEPT/t.*") && ${lines[-1]} == *": fail" ]] || {
			echo "$row: $output"
			return 1
		}
	done <<-'END'
		another's|mkdir -m 700 /var/tmp/ktstr-evidence; chown 65534 /var/tmp/ktstr-evidence
		open to others|mkdir -m 755 /var/tmp/ktstr-evidence
		a link|mkdir -m 700 /var/tmp/d; ln -sfn d /var/tmp/ktstr-evidence
		a file|: >/var/tmp/ktstr-evidence
		nothing can be made|mount -o bind,ro /var/tmp /var/tmp; mount -o remount,bind,ro /var/tmp
	END
}

# bats test_tags=promise:evidence-is-private
@test "evidence: nothing of the environment and no path of the caller's is in it" {
	export_test 'exit 1'
	mkdir -p canary/tmp
	cp t.run canary/t.run
	run -1 on_host env SECRET=canary USER=canary bash canary/t.run --tmpdir "$PWD/canary/tmp" --evidence-to canary/e.gz
	open_evidence canary/e.gz
	run -1 grep -r canary evidence
}

# bats test_tags=promise:evidence-is-private
@test "evidence: the newest 20 files are kept, and none is overwritten" {
	local i
	export_test 'exit 1'
	kept
	mkdir -m 700 "$KEPT"
	for ((i = 10; i < 40; i++)); do
		touch -d "2026-01-01 00:00:$i" "$KEPT/old.h.$i.evidence.tar.gz"
	done
	: >"$KEPT/notes"
	run -1 on_host ./t.run
	expect value "$(find "$KEPT" -name "*.evidence.*" | wc -l)" 20
	expect no-file "$KEPT/old.h.20.evidence.tar.gz"
	expect file "$KEPT/old.h.21.evidence.tar.gz"
	expect file "$KEPT/notes"
	head -c 210M /dev/zero >"$KEPT/large.h.1.evidence.tar.gz"
	touch -d 2026-02-01 "$KEPT/large.h.1.evidence.tar.gz"
	run -1 on_host ./t.run
	expect value "$(find "$KEPT" -name "*.evidence.*" | wc -l)" 2
}

@test "evidence: two runs within a second have a file each" {
	export_test 'exit 1'
	# the clock of the name stands still
	sed -i "s/^\tTZ=UTC0 printf -v STARTED_UTC.*/\tSTARTED_UTC=2026-11-26T00:00:00Z/" t.run
	run -1 on_host ./t.run
	run -1 on_host ./t.run
	kept
	expect value "$(ls "$KEPT" | sed 's/^t\.[^.]*\.//')" $'20261126T000000Z.2.evidence.tar.gz\n20261126T000000Z.evidence.tar.gz'
}

# bats test_tags=promise:takes-all-away
@test "evidence: a full disk changes no verdict, and leaves nothing half-made" {
	export_test 'exit 1'
	run -1 on_host bash -c 'mount -t tmpfs -o size=4k none /var/tmp; ./t.run; s=$?; find /var/tmp -type f >left; exit $s'
	expect output has "the evidence could not be kept: /var/tmp/ktstr-evidence/t."
	expect output has "cannot be written: is its disk full?"
	expect line -1 "./t.run: fail"
	expect value "$(<left)" ''
}

# bats test_tags=promise:takes-all-away
@test "evidence: the janitor keeps that of a run that was killed" {
	script t "echo working; touch $BATS_TEST_TMPDIR/started; sleep 72.25"
	export_scheduler 'echo sched says' "${attach[@]}" "${stay[@]}"
	the_kernel
	begin_run
	kept
	expect value "$(cat "$KEPT"/*.started)" has 'verdict unfinished'
	kill -KILL "$PID"
	ended_with 137
	for _ in {1..100}; do
		[ -z "$(ls "$KEPT"/*.gz 2>/dev/null)" ] || break
		sleep 0.1
	done
	expect value "$(ls "$KEPT"/*.started 2>/dev/null)" ''
	open_evidence
	recorded 'verdict interrupted' 'status 137' 'reason the\040run\040was\040killed'
	expect value "$(<evidence/test.log)" working
	expect value "$(<evidence/scheduler.log)" 'sched says'
	nothing_left
}

@test "evidence: a run that did not finish is named once by the next one, with its result" {
	export_test
	kept
	mkdir -m 700 "$KEPT"
	echo 'result 1' >"$KEPT/x.h.20261126T000000Z.started"
	run -0 on_host ./t.run
	expect output has "note: a run before this one did not finish (did the host panic, or was it reset?): /var/tmp/ktstr-evidence/x.h.20261126T000000Z.unfinished"
	expect value "$(ls "$KEPT")" x.h.20261126T000000Z.unfinished
	run -0 on_host ./t.run
	expect output has-not "did not finish"
}

@test "evidence: the cause is what the kernel says, with its backtrace, and comes before the evidence" {
	local i
	script t 'echo of the test; sleep 3'
	export_scheduler "${attach[@]}" "$(kernel_logs 'BPF scheduler "fake" disabled (runnable task stall)')" \
		"$(kernel_logs 'fake: t[812] failed to run for 5.023s')" \
		'for i in {1..30}; do echo "   frame_$i+0x1/0x2" >>/dev/kmsg; done; echo "usb 1-1: other" >>/dev/kmsg' \
		'echo first; for i in {1..300}; do echo "dump $i"; done' "${detach[@]}" "${stay[@]}"
	run -3 --separate-stderr on_host ./t.run --quiet
	expect value "${#stderr_lines[@]}" 12
	expect value "${stderr_lines[0]}" './t.run: kernel: sched_ext: BPF scheduler "fake" disabled (runnable task stall)'
	expect value "${stderr_lines[2]}" './t.run: kernel:    frame_1+0x1/0x2'
	expect value "${stderr_lines[9]}" './t.run: kernel:    frame_8+0x1/0x2'
	expect value "${stderr_lines[10]}" begins './t.run: evidence: '
	expect value "${stderr_lines[11]}" begins './t.run: scheduler failed: '
	open_evidence
	expect value "$(head -n 1 evidence/scheduler.log)" first
	expect value "$(wc -l <evidence/scheduler.log)" 301
	expect value "$(grep -c frame_ evidence/kernel.log)" 30
	expect value "$(<evidence/kernel.log)" has 'usb 1-1: other'
}

@test "evidence: without a kernel log the cause is the beginning of the scheduler's dump, or the end of its log" {
	script t 'sleep 3'
	export_scheduler "${attach[@]}" 'printf "%s\n" "DEBUG DUMP" "====" "" "t[812] triggered exit kind 1026:" "  runnable task stall (t[812])" "" "Backtrace:" "  frame+0x1" "" "CPU states" "----"' \
		'for i in {1..300}; do echo "task $i"; done' "${detach[@]}" "${stay[@]}"
	run -3 --separate-stderr on_host ./t.run --quiet
	expect stderr begins "./t.run: scheduler: t[812] triggered exit kind 1026:
./t.run: scheduler:   runnable task stall (t[812])
./t.run: scheduler: Backtrace:
./t.run: scheduler:   frame+0x1
./t.run: evidence: "
	export_scheduler 'for i in {1..30}; do echo "line $i"; done; exit 9'
	run -3 --separate-stderr on_host ./t.run --quiet
	expect value "${stderr_lines[0]}" './t.run: scheduler: line 21'
	expect value "${stderr_lines[9]}" './t.run: scheduler: line 30'
}

@test "evidence: signatures are equal where only numbers differ, but for a status" {
	# shellcheck disable=SC1091
	. "$TOP/share/preamble/result.bash"
	local text first=''
	for text in 'it was ejected (fifo[812] failed to run for 5.023s on CPU 3)' 'it was ejected (fifo[97] failed to run for 5.113s on CPU 0)' \
		'it was ejected (fifo[20113] failed to run for 12s on CPU 11)'; do
		find_signature "$text"
		expect value "$REPLY" 'it was ejected (fifo[N] failed to run for Ns on CPU N)'
	done
	find_signature 'it ended with status 1 before it was attached'
	first=$REPLY
	find_signature 'it ended with status 2 before it was attached'
	expect value "$REPLY" is-not "$first"
	find_signature 'at 0xffff8881deadbeef and ffff8881deadbeef: DSQ 0x1267'
	expect value "$REPLY" 'at N and N: DSQ N'
}

@test "evidence: metrics that are numbers are recorded, and other lines are named and kept as text" {
	# shellcheck disable=SC2016
	export_test 'printf "%s\n" "a 1" "wake/p99 3.2e-1 ms" "	b	-.5	%" "" "no" "c 0x10" "d 1 2 3" "e nan" "bad! 1" >>"$KTSTR_METRICS"; printf "last 7" >>"$KTSTR_METRICS"'
	run -0 on_host ./t.run --evidence always
	expect output has "./t.run: warning: metrics: line 5 is not NAME VALUE [UNIT]: no"
	open_evidence
	recorded 'metric a 1' 'metric wake/p99 3.2e-1 ms' 'metric b -.5 %' 'metric last 7' 'metric-text no' 'metric-text c\0400x10' \
		'metric-text d\0401\0402\0403' 'metric-text e\040nan' 'metric-text bad!\0401'
	expect value "$(grep -c '^metric ' evidence/result)" 4
}

# bats test_tags=promise:disk-not-filled
@test "evidence: a test that prints without end does not fill the disk, and its output is passed on whole" {
	export_test 'echo the first; yes a-long-line-of-output | head -c 30000000; printf "\nthe last\n"; exit 1'
	on_host ./t.run --quiet >out 2>err || expect value $? 1
	expect value "$(wc -c <out)" 30000020
	open_evidence
	expect value "$(head -n 1 evidence/test.log)" 'the first'
	expect value "$(tail -n 1 evidence/test.log)" 'the last'
	grep -qE '^\([0-9]+ bytes left out\)$' evidence/test.log
	expect value "$(wc -c <evidence/test.log)" -lt 4300000
}

@test "evidence: the test's standard output and standard error stay apart, and come at once" {
	# shellcheck disable=SC2016
	export_test 'printf out; echo err >&2; for ((i = 0; i < 100; i++)); do [ ! -e seen ] || exit 0; sleep 0.1; done; exit 1'
	on_host ./t.run --quiet >out 2>err &
	wait_for grep -q out out
	wait_for grep -q err err
	touch seen
	wait $!
	expect value "$(<out)" out
	expect value "$(grep -v t.run err)" err
}

@test "evidence: who reads the run's output may leave: the test goes on, and the log is whole" {
	# shellcheck disable=SC2016
	export_test 'for ((i = 0; i < 20; i++)); do echo "line $i" || exit 1; sleep 0.05; done'
	run -0 bash -c "$(declare -p HOST NAMESPACES REAL_CGROUP; declare -f on_host); set -o pipefail; on_host ./t.run --evidence always | head -n 1"
	open_evidence
	expect value "$(wc -l <evidence/test.log)" 20
	recorded 'verdict pass'
}

@test "evidence: what still writes after the test does not hold the end up" {
	# what holds the pipe is outside of the run's cgroups
	# shellcheck disable=SC2016
	export_test 'echo $$ >pid; sleep 1.5; exit 0'
	on_host ./t.run >out 2>err &
	wait_for test -s pid
	sleep 30 >"/proc/$(<pid)/fd/1" &
	local holder=$! start=$SECONDS
	wait %1
	((SECONDS - start < 12))
	kill "$holder"
	nothing_left
}

@test "evidence: --evidence-omit leaves parts out, and the result says so" {
	script t 'exit 1'
	export_scheduler "${attach[@]}" "${stay[@]}"
	run -1 on_host ./t.run --evidence-omit kernel,test,proc
	open_evidence
	expect value "$(cd evidence && echo *)" 'host info result scheduler.log'
	recorded 'missing kernel omitted' 'missing test omitted' 'missing proc omitted'
}

@test "evidence: event counters and what the kernel said of sched_ext are recorded before and after" {
	# shellcheck disable=SC2016
	script t 'echo "SCX_EV_A 5" >/sys/kernel/sched_ext/root/events; sleep 0.5; exit 1'
	export_scheduler "mkdir $scx/root; echo 'SCX_EV_A 2' >$scx/root/events; echo 1 >$scx/switch_all" "${attach[@]}" "${stay[@]}"
	run -1 on_host ./t.run
	open_evidence
	recorded 'event SCX_EV_A 2 5' 'sched-ext attached enabled 8 fake_1.0 1' 'sched-ext before disabled 7 "" ""'
	expect value "$(grep -c '^time ' evidence/result)" 5
}

@test "evidence: --ktap has the reason as a diagnostic" {
	export_test 'echo the cause; exit 1'
	run -1 --separate-stderr on_host ./t.run --ktap --quiet
	expect line -2 '# fail: the cause'
	expect line -1 'not ok 1 t'
	expect stderr './t.run: fail: the cause'
	nothing_left
}

# --- what must not happen ---

# bats test_tags=promise:others-left-alone
@test "evidence: old files are removed from its directory alone, whatever is in it" {
	local i
	export_test 'exit 1'
	kept
	mkdir -m 700 "$KEPT"
	mkdir "$KEPT/d.h.1.evidence.tar.gz"
	ln -s "$PWD/t" "$KEPT/l.h.1.evidence.tar.gz"
	for i in {1..30}; do
		: >"mine$i"
	done
	run -1 on_host ./t.run
	expect line -1 './t.run: fail'
	expect value "$(echo mine* | wc -w)" 30
	expect file t
	expect file "$KEPT/d.h.1.evidence.tar.gz"
	# somebody takes each file away as soon as it comes
	mkdir bin
	script bin/ls 'rm -f /var/tmp/ktstr-evidence/*; exec /bin/ls "$@"'
	run -1 on_host env PATH="$PWD/bin:$PATH" ./t.run
	expect value "$(echo mine* | wc -w)" 30
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "evidence: what a test puts in the place of its metrics holds nobody up" {
	local what
	for what in 'mkfifo "$KTSTR_METRICS"' 'ln -s /dev/zero "$KTSTR_METRICS"' 'mkdir "$KTSTR_METRICS"' 'head -c 5000000 /dev/zero | tr "\\0" x >"$KTSTR_METRICS"'; do
		export_test 'rm -f "$KTSTR_METRICS"' "$what" 'exit 0'
		run -0 timeout 30 bash -c "$(declare -p HOST NAMESPACES REAL_CGROUP; declare -f on_host); on_host ./t.run --evidence always"
		expect line -1 './t.run: pass'
		open_evidence
		ktstr-results evidence/result >/dev/null
	done
	nothing_left
}

@test "evidence: a reason of any length and any bytes is cut to a line" {
	export_test 'printf "t: fail: "; for ((i = 0; i < 60000; i++)); do printf "1 2 3 "; done; exit 1'
	local start=$SECONDS
	run -1 on_host ./t.run
	((SECONDS - start < 60)) # it took minutes
	export_test 'printf "t: fail: \\e[31mred\\a \\302\\233 x\\n"; exit 1'
	run -1 on_host ./t.run --quiet
	expect line -1 './t.run: fail: red? ? x'
}

@test "evidence: a log is whole if somebody still holds it open, or does not read" {
	# shellcheck disable=SC2016
	export_test 'echo $$ >pid; head -c 6000000 /dev/zero | tr "\0" a; echo; echo the cause; sleep 1.5; exit 1'
	on_host ./t.run >out 2>err &
	wait_for test -s pid
	sleep 30 >"/proc/$(<pid)/fd/1" &
	local holder=$!
	wait %1 || true
	kill "$holder"
	expect value "$(tail -n 1 err)" './t.run: fail: the cause'
	open_evidence
	expect value "$(tail -n 1 evidence/test.log)" 'the cause'
	grep -qE '^\([0-9]+ bytes left out\)$' evidence/test.log
	nothing_left
}

# bats test_tags=promise:evidence-is-private
@test "evidence: a link of another user's in the place of its directory is not followed" {
	export_test
	mkdir victim
	: >victim/service.started
	ln -s "$PWD/victim" "$HOST/var-tmp/ktstr-evidence"
	run -0 on_host ./t.run
	expect file victim/service.started
}

@test "evidence: a test with a very long name runs, and its evidence is kept" {
	local name
	name=$(printf 'n%.0s' {1..245})
	script t 'exit 1'
	printf 'test %s\nbinary t\ntopology 1n1l1c1t\n' "$name" >t.ktstr
	ktstr-export -q -o t.run "$name"
	run -1 on_host ./t.run
	open_evidence
	recorded "test $name" 'verdict fail'
}

# bats test_tags=promise:takes-all-away
@test "evidence: a run that is killed while it packs is cleaned up, and its result can be read" {
	export_test 'exit 1'
	mkfifo p
	on_host bash "$PWD/t.run" --evidence-to p >out 2>err &
	# shellcheck disable=SC2034 # for ended_with
	JOB=$!
	sleep 2 # it waits for a reader of the pipe
	kill -KILL "$(pgrep -of "^bash $PWD/t.run")"
	sleep 1
	cat p >whole
	ended_with 137
	open_evidence whole
	run -0 ktstr-results --format tsv --columns verdict,status evidence/result
	expect output $'verdict\tstatus\ninterrupted\t137'
	nothing_left
}

@test "evidence: standard output that is closed takes none" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	run -64 on_host bash -c './t.run --evidence-to - >&-'
	expect output ends 'standard output or standard error is closed'
	expect no-file ran
}

@test "evidence: each result can be read by ktstr-results, whatever the test, its metrics and its name are" {
	# shellcheck disable=SC2016
	export_test 'printf "%s\n" "p99 1e999 ms" "a 1" >>"$KTSTR_METRICS"; for ((i = 0; i < 300; i++)); do printf "%0300d x\n" 1; done >>"$KTSTR_METRICS"; printf "bad\\tline \\302\n" >>"$KTSTR_METRICS"; printf "\\377 \\t\\\\ \n"; exit 1'
	run -1 on_host ./t.run --quiet
	kept
	run -0 --separate-stderr ktstr-results "$KEPT"
	expect stderr ''
	expect output has 'a=1'
}

@test "evidence: that of a host that is not suitable has all that it lacks" {
	script t
	script sched
	printf '%s\n' 'test t' 'binary t' 'topology 1n1l8c1t' 'scheduler s ./sched' >t.ktstr
	ktstr-export -q t
	rm -r "$HOST/kernel/sched_ext"
	run -4 on_host ./t.run --evidence-to e.evidence.tar.gz
	tar -xzOf e.evidence.tar.gz --wildcards '*/result' >result
	expect value "$(grep -c '^problem ' result)" "$(grep -c ' not suitable: ' <<<"$output")"
	expect value "$(grep -c '^problem ' result)" 2
	expect value "$(sed -n 's/^reason //p' result)" "$(sed -n 's/^problem //p' result | head -n 1)"
	run -0 ktstr-results -f tsv -c verdict --no-heading e.evidence.tar.gz
	expect output unsuitable
}

@test "evidence: what the test prints is in its order, if standard output and error are one file" {
	export_test 'for i in {1..200}; do echo "out $i"; echo "err $i" >&2; done; exit 1'
	run -1 on_host ./t.run --evidence-to e.evidence.tar.gz
	tar -xzOf e.evidence.tar.gz --wildcards '*/test.log' | cmp - <(for i in {1..200}; do printf '%s\n' "out $i" "err $i"; done)
	expect output has $'out 200\nerr 200\n'
	expect line -1 "./t.run: fail: err 200"
	run -1 --separate-stderr on_host ./t.run
	expect value "$(grep -c '^out ' <<<"$output")" 200
	expect value "$(grep -c '^err ' <<<"$stderr")" 200
}
