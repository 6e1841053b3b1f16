#!/usr/bin/env bats
# run-watch.bats - the .run's clock, its janitor, and what stands between the test and its reader

load run_helper

export HOST_PATIENCE=150

# edit SED-COMMAND...: changes t.run, whose waits are long for a test
edit() {
	local command
	for command; do
		cp t.run before.run
		sed -i "$command" t.run
		! cmp -s t.run before.run || {
			echo "changes nothing: $command"
			return 1
		}
	done
}

# ended STATUS: the run ended with it, and left nothing
ended() {
	ended_with "$1"
	nothing_left
}

@test "watch: TSTP, as ^Z sends it, stops nothing" {
	export_test "touch $BATS_TEST_TMPDIR/started; sleep 1; exit 0"
	begin_run
	kill -TSTP "$PID"
	ended 0
	expect value "$(tail -n 1 err)" "$PWD/t.run: pass"
}

# bats test_tags=promise:takes-all-away
@test "watch: a shell that was stopped is killed by the janitor, which takes all away" {
	script t "touch $BATS_TEST_TMPDIR/started; sleep 81.25"
	export_scheduler "${attach[@]}" "${stay[@]}"
	edit 's/SILENT_SECS=10/SILENT_SECS=3/'
	the_kernel
	begin_run
	kill -STOP "$PID"
	ended 137
	expect value "$(<err)" has "$PWD/t.run: the run gave no sign of life for 3 s (was it stopped?): cleaning up"
	run -1 pgrep -f 'sleep 81.25'
	run -1 grep -q pass err
}

# bats test_tags=promise:no-verdict
@test "watch: a shell that does not end in time is killed by the janitor" {
	export_test "touch $BATS_TEST_TMPDIR/started; sleep 82.25"
	printf '%s\n' 'duration 1' 'watchdog 1' >>t.ktstr
	ktstr-export -q t
	edit 's/GRACE_SECS=10/GRACE_SECS=1/' 's/local limit=.* start events$/local limit=9999 start events/'
	begin_run --ktap
	ended 137
	expect value "$(<out)" has "# the run did not end in time: cleaning up"
	expect value "$(tail -n 1 out)" "not ok 1 t"
	run -1 grep -c '^ok' out
}

@test "watch: time in which the host was suspended does not count, a gap of another cause does" {
	mkdir power
	# the host's clock jumps by 500 s under a test that has 3 s; how often it was suspended; the monotonic clock, in s
	local jump what success slept wanted failed=''
	for jump in 'suspended, as both say|1|0|0' 'suspended, as the count alone says|1||0' \
		'suspended, as the clocks alone say||0|0' 'not suspended|0|500|1' 'not suspended, the kernel does not tell|||1' \
		'counted, but no time passed|1|500|1'; do
		IFS='|' read -r what success slept wanted <<<"$jump"
		echo 1000.00 5.00 >power/uptime
		rm -f power/count power/timers
		[ -z "$success" ] || echo 0 >power/count
		[ -z "$slept" ] || printf 'Timer List Version: v0.9\nnow at %s nsecs\n' 1000000000000 >power/timers
		export_test "sleep 0.5" \
			"${success:+echo $success >$PWD/power/count}" \
			"${slept:+printf 'Timer List Version: v0.9\nnow at %s nsecs\n' $((1000 + slept))000000000 >$PWD/power/timers}" \
			"echo 1500.00 6.00 >$PWD/power/uptime.new; mv $PWD/power/uptime.new $PWD/power/uptime; sleep 0.7; exit 0"
		printf '%s\n' 'duration 1' 'watchdog 1' >>t.ktstr
		ktstr-export -q t
		edit "s|/proc/uptime|$PWD/power/uptime|" "s|/sys/power/suspend_stats/success|$PWD/power/count|" \
			"s|/proc/timer_list|$PWD/power/timers|" 's/GRACE_SECS=10/GRACE_SECS=1/'
		run on_host ./t.run --quiet
		[ "$status" = "$wanted" ] || failed+="$what: $status: $output
"
	done
	[ -z "$failed" ] || {
		echo "$failed"
		return 1
	}
}

@test "watch: a terminal with tostop does not stop the test" {
	need script
	export_test 'echo said; exit 0'
	run -0 on_host script -qec "stty tostop; timeout 20 $PWD/t.run --quiet" /dev/null </dev/null
	expect output has said
	expect output matches $'/t.run: (\e\\[[0-9]*m)?pass'
	run -0 on_host script -qec "stty tostop; timeout 20 $PWD/t.run --ktap" /dev/null </dev/null
	expect output has '# said'
	expect output has "ok 1 t"
	nothing_left
}

@test "watch: shell and janitor run under SCHED_RR, the test and the scheduler as the caller does" {
	need chrt
	chrt -r 1 true 2>/dev/null || skip "needs the right to SCHED_RR"
	renice -n 0 -p "$BASHPID" >/dev/null # a run with another nice value keeps its policy
	script t 'chrt -p $$ | grep -q SCHED_OTHER && chrt -p $KTSTR_SCHED_PID | grep -q SCHED_OTHER || exit 1' \
		"touch $BATS_TEST_TMPDIR/started; sleep 1"
	export_scheduler "${attach[@]}" "${stay[@]}"
	begin_run
	local pid policy seen=0
	for pid in $(pgrep -f "^bash $PWD/t.run"); do
		policy=$(chrt -p "$pid" 2>/dev/null) || continue # a subshell that has ended
		expect value "$policy" has SCHED_RR
		seen=$((seen + 1))
	done
	((seen >= 2))
	ended 0
	# a policy that the caller chose stays
	export_test 'chrt -p $$ | grep -q SCHED_BATCH && chrt -p $PPID | grep -q SCHED_BATCH'
	run -0 on_host chrt -b 0 ./t.run --quiet
}

@test "watch: with --ktap 60 MB of output pass in the time that the test has" {
	export_test 'yes "a line of output" | head -c 60000000; printf "\n\nno newline"'
	printf '%s\n' 'duration 20' 'watchdog 1' >>t.ktstr
	ktstr-export -q t
	on_host ./t.run --ktap >out 2>/dev/null
	expect value "$(tail -n 1 out)" "ok 1 t"
	expect value "$(grep -c '^# a line of output$' out)" 3529411
	expect value "$(grep -c '^# no newline$' out)" 1
	run -1 grep -cvE '^(# .+|KTAP version 1|1\.\.1|ok 1 t)$' out
}

# bats test_tags=promise:disk-not-filled
@test "watch: a scheduler's output is kept at its beginning and its end, however much there is" {
	local stream kept
	script t 'sleep 3' # the scheduler ends first
	for stream in 1 2; do
		export_scheduler "echo the first >&$stream; yes a-long-line-of-output | head -c 30000000 >&$stream; printf '\\nthe last\\n' >&$stream" \
			"${attach[@]}" 'sleep 0.2' 'exit 5'
		the_kernel
		run -3 on_host ./t.run --keep --attach-timeout 20
		expect output has "scheduler: the last"
		kept=$(echo tmp/ktstr.*)
		kept=$(echo "$kept"/evidence/*)
		expect value "$(head -n 1 "$kept/scheduler.log")" "the first"
		expect value "$(tail -n 1 "$kept/scheduler.log")" "the last"
		grep -aqE '^\([0-9]+ bytes left out\)$' "$kept/scheduler.log"
		(($(wc -c <"$kept/scheduler.log") < 4300000))
		expect no-file "$kept/scheduler.log.end"
		rm -r tmp/ktstr.*
	done
}

@test "watch: a scheduler that prints is not ended by a full disk, and a pass stays one" {
	mkdir small
	script t "head -c 100M /dev/zero >$PWD/small/filler 2>/dev/null; sleep 1; exit 0"
	export_scheduler "${attach[@]}" "trap '${detach[*]}; exit 0' TERM INT" 'line=$(printf %5000d 1)' 'while :; do echo "$line"; sleep 0.05; done'
	# shellcheck disable=SC2016
	run on_host bash -c 'mount -t tmpfs -o size=8m none small; ./t.run --quiet --tmpdir small; s=$?; umount small; exit $s'
	[ "$status" = 0 ] || {
		echo "$output"
		return 1
	}
	expect output ends "./t.run: pass"
}

@test "watch: a reader that leaves --list, --info or --manual is no error of the script" {
	export_test
	local option
	for option in --list --info --print-command --help --manual; do
		run bash -c "{ sleep 0.3; ./t.run $option; echo \"status \$?\" >&2; } 2>said | true; cat said"
		expect output has "status 141"
		expect output has-not "error of this script"
	done
}

# --- progress ---

# on_tty ARG...: runs t.run with these on a terminal of the fake host; sets output to all that came
on_tty() {
	need script
	run on_host env TERM="${TERM_OF_RUN-xterm}" ${NO_COLOR_OF_RUN:+NO_COLOR=1} script -qec "./t.run $*" /dev/null </dev/null
}

@test "watch: on a terminal a line says what the run does, and goes away when the test prints" {
	script t 'sleep 2.5; echo printed; sleep 1.5; exit "${RC:-0}"'
	export_scheduler 'sleep 1.3' "${attach[@]}" "${stay[@]}"
	on_tty --duration 4
	expect output has $'\n\e[K\e[?7lt.run: attaching 1 of 10 s\e[?7h\e[A\r'
	expect output has 't.run: running 1 of 4 s'
	expect output has 't.run: running 2 of 4 s'
	expect output has-not '3 of 4 s'
	expect output matches $'printed\r\n.*\e\[J.*./t.run: \e\[32mpass\e\[m\r$'
	nothing_left
}

@test "watch: no progress and no colour where nobody sees them" {
	local arguments
	export_test 'sleep 1.5; exit 1'
	for arguments in --quiet --ktap; do
		on_tty "$arguments"
		expect output has-not $'\e[K'
	done
	TERM_OF_RUN=dumb on_tty
	expect output has-not $'\e'
	TERM_OF_RUN='' on_tty
	expect output has-not $'\e'
	NO_COLOR_OF_RUN=1 on_tty
	expect output has 'running 1 of 12 s'
	expect output has-not $'\e[3'
	run on_host ./t.run
	expect output has-not $'\e'
}

# bats test_tags=promise:takes-all-away
@test "watch: a terminal that is stopped does not hold the scheduler attached" {
	need python3
	script t "touch $BATS_TEST_TMPDIR/started; sleep 2"
	export_scheduler "${attach[@]}" "${stay[@]}"
	cat >stopped.py <<-'END'
		import os, pty, subprocess, sys, termios, time
		master, slave = pty.openpty()
		run = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=slave)
		while not os.path.exists("started"):
		    time.sleep(0.05)
		termios.tcflow(slave, termios.TCOOFF)
		def state():
		    return open(os.environ["HOST"] + "/kernel/sched_ext/state").read().strip()
		before = state()
		for i in range(200):
		    if state() == "disabled":
		        break
		    time.sleep(0.1)
		print(before, state(), run.poll())
		termios.tcflow(slave, termios.TCOON)
		os.set_blocking(master, False)
		while run.poll() is None:
		    try:
		        os.read(master, 65536)
		    except BlockingIOError:
		        time.sleep(0.05)
		sys.exit(run.returncode)
	END
	export HOST
	run -0 env TERM=xterm python3 stopped.py bash -c "$(declare -p HOST NAMESPACES REAL_CGROUP; declare -f on_host); on_host ./t.run"
	expect output 'enabled disabled None'
	nothing_left
}

# --- where no terminal shows the progress ---

@test "watch: a run that waits for its scheduler says so after a while, once" {
	local said='still attaching the scheduler, for up to 60 s (--attach-timeout)'
	export_scheduler "until grep -q still $PWD/out $PWD/err; do sleep 0.05; done" "${attach[@]}" "${stay[@]}"
	: >out
	on_host ./t.run --attach-timeout 60 >out 2>err
	expect value "$(grep still out err)" "err:./t.run: $said"
	: >err
	on_host ./t.run --attach-timeout 60 --ktap >out 2>err
	expect value "$(grep still out err)" "out:# $said"
	: >out
	on_host ./t.run --attach-timeout 60 --repeat 2 >out 2>err
	expect value "$(grep still out err)" "err:./t.run: round 1: $said"
	nothing_left
}

@test "watch: a quiet run does not say that it waits" {
	export_scheduler 'sleep 4' "${attach[@]}" "${stay[@]}"
	run -0 on_host ./t.run --quiet
	expect output "./t.run: pass"
	nothing_left
}

@test "watch: a run whose scheduler is switched on by commands says so, too" {
	printf '%s\n' 'test t' 'binary t' 'topology 1n1l1c1t' 'scheduler builtin' 'disable true' >t.ktstr
	printf 'enable until\\040grep\\040-q\\040still\\040%s/err;do\\040sleep\\0400.05;done\n' "$PWD" >>t.ktstr
	script t 'exit 1'
	ktstr-export -q --allow-commands t
	on_host ./t.run --attach-timeout 60 2>err || expect value $? 1
	expect value "$(grep still err)" "./t.run: still switching on the scheduler, for up to 60 s (--attach-timeout)"
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "watch: a reader that does not read what the run waits for holds nothing up" {
	local fill="dd if=/dev/zero of=$PWD/pipe bs=4096 oflag=nonblock; touch $PWD/full; sleep 4.75"
	mkfifo pipe
	exec 7<>pipe
	script t "touch $PWD/passed"
	export_scheduler "$fill" "${attach[@]}" "${stay[@]}"
	on_host ./t.run --attach-timeout 60 2>pipe 7>&- &
	JOB=$!
	wait_for test -e full
	wait_for test -e passed
	wait_for grep -q disabled "$HOST/kernel/sched_ext/state"
	exec 8<pipe 7>&- # now the run alone writes there
	timeout 60 cat <&8 >err &
	wait "$JOB"
	wait
	expect value "$(tr -d '\0' <err | tail -n 1)" "./t.run: pass"
	nothing_left
}
