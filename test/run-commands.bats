#!/usr/bin/env bats
# run-commands.bats - a scheduler of the kernel, switched on and off by commands: in each ending it is off again

load run_helper

export HOST_PATIENCE=150

# the switch: a file of the fake sysfs. Each command says in $LOG that it ran.
SWITCH=/sys/kernel/switch

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp LOG=$PWD/log
	fake_host
	echo off >"$HOST/kernel/switch"
	: >"$LOG"
}

# record KEYWORD TEXT: a record with one field more
record() {
	echo "$1 ${2// /\\040}"
}

# switched TEST-LINE [RECORD...]: exports the test t of that line, whose scheduler is switched by these records; if there
# are none, by commands that work
switched() {
	script t "echo test >>$LOG" "$1"
	shift
	(($#)) || set -- "$(record enable "echo on >>$LOG; echo on >$SWITCH")" "$(record disable "echo off >>$LOG; echo off >$SWITCH")" \
		"enabled-when $SWITCH on"
	printf '%s\n' 'test t' 'binary t' 'topology 1n1l1c1t' 'scheduler builtin' "$@" >t.ktstr
	ktstr-export -q --allow-commands t
	: >"$LOG"
	echo off >"$HOST/kernel/switch"
}

# is_off: the switch is off, and nothing is left
is_off() {
	[ "$(cat "$HOST/kernel/switch")" = off ]
	nothing_left
}

# logged WORD...: what ran, in this order
logged() {
	expect value "$(tr '\n' ' ' <"$LOG")" "$* "
}

# bats test_tags=promise:takes-all-away
@test "commands: on before the test, off after it, whatever the test says" {
	local status
	for status in 0 1 2 4; do
		switched "[ \"\$(cat $SWITCH)\" = on ] && exit $status; exit 9"
		run "-$status" --separate-stderr on_host ./t.run
		logged on test off
		is_off
	done
}

@test "commands: all run in their order, as programs of their own, with the packed files and the caller's environment" {
	printf '%s\n' '#!/bin/sh' 'echo "helper $A" >>"$LOG"' >helper
	chmod +x helper
	script f 'echo function >>"$LOG"'
	switched 'exit 0' 'include ./helper' "$(record enable 'A=2; f() { :; }; helper')" "$(record enable "f 2>/dev/null || echo \$A >>\"\$LOG\"; echo on >$SWITCH")" \
		"$(record disable 'echo 1 >>"$LOG"')" "$(record disable "pwd >>\"\$LOG\"; [[ ! -v SCHED_ENABLE ]] && grep -c '/ktstr.run/scheduler$' /proc/self/cgroup >>\"\$LOG\"; echo off >$SWITCH")" \
		"enabled-when $SWITCH on"
	run -0 --separate-stderr on_host env A=1 LOG="$LOG" BASH_ENV="$PWD/f" ./t.run
	# the first bash of the .run reads BASH_ENV, and so does the test, a script
	logged function 'helper 2' 1 'function test' 1 "$PWD" 1
	is_off
}

# bats test_tags=promise:takes-all-away, promise:attached-all-the-time
@test "commands: a table of what goes wrong: the status, the reason, what ran, and the switch is off" {
	local name status reason ran test enable disable when good_on="echo on >>$LOG; echo on >$SWITCH" good_off="echo off >>$LOG; echo off >$SWITCH"
	while IFS='|' read -r name status reason ran test enable disable when; do
		switched "$test" "$(record enable "${enable:-$good_on}")" "$(record enable 'echo last >>"$LOG"')" "$(record disable "${disable:-$good_off}")" \
			"$(record disable 'echo done >>"$LOG"')" "${when:-enabled-when $SWITCH on}"
		run --separate-stderr on_host env LOG="$LOG" ./t.run --attach-timeout 1 --duration 1 --watchdog-timeout 1
		expect status "$status" || { echo "$name: $stderr"; return 1; }
		expect stderr has "$reason" || { echo "$name"; return 1; }
		expect value "$(tr '\n' ' ' <"$LOG")" "$ran " || { echo "$name"; return 1; }
		[[ $name == *stays ]] || is_off
		[[ $name != *stays ]] || nothing_left
	done <<-END
		enable fails|3|scheduler failed: it could not be switched on: it ended with status 5: echo on >$SWITCH; exit 5|off done|exit 0|echo on >$SWITCH; exit 5
		enable is killed|3|it could not be switched on: it ended with SIGKILL|off done|exit 0|echo on >$SWITCH; kill -KILL \$\$
		enable is too late|3|it could not be switched on: it did not end within 1 s: echo on >$SWITCH; sleep 101.25|off done|exit 0|echo on >$SWITCH; sleep 101.25
		enable does nothing|3|it is not on after the commands that switch it on: $SWITCH is 'off', not 'on'|last off done|exit 0|true
		the file is not there|3|it is not on after the commands that switch it on: /sys/kernel/none is not there|on last off done|exit 0|||enabled-when /sys/kernel/none on
		it has another line|3|$SWITCH is 'on' and more, not 'on'|last off done|exit 0|echo on >$SWITCH; echo more >>$SWITCH
		lost while the test runs|3|scheduler failed: the scheduler was switched off while the test ran ($SWITCH is 'off', not 'on')|on last test off done|echo off >$SWITCH.new; mv $SWITCH.new $SWITCH; sleep 3.1; exit 0
		lost at its end|3|the scheduler was switched off while the test ran|on last test off done|echo off >$SWITCH; exit 0
		disable fails|70|ERROR: a command that switches the scheduler off failed: it ended with status 6: echo off >$SWITCH; exit 6|on last test done|exit 0||echo off >$SWITCH; exit 6
		disable does nothing, it stays|70|ERROR: the scheduler builtin is still on after the commands that switch it off: $SWITCH is 'on'|on last test done|exit 0||true
		no proof, and a pass|2|inconclusive: nothing proves that the scheduler was on|on last test off done|exit 0|||x-none
		no proof, and a fail|1|t.run: fail|on last test off done|exit 1|||x-none
	END
}

@test "commands: in a run without the scheduler it must be off, before and while the test runs" {
	switched "echo on >$SWITCH; sleep 2.2; exit 0" "$(record enable "echo on >$SWITCH")" "$(record disable "echo off >$SWITCH")" "enabled-when $SWITCH on"
	run -3 --separate-stderr on_host ./t.run --no-scheduler
	expect stderr has "the scheduler builtin was switched on while the test ran without it"
	echo on >"$HOST/kernel/switch"
	run -4 --separate-stderr on_host ./t.run --no-scheduler
	expect stderr has "the scheduler builtin is on already, as $SWITCH is 'on': switch it off first"
}

@test "commands: --check says what it does not know" {
	switched 'exit 0' "$(record enable true)" "$(record disable true)" "enabled-when /sys/kernel/none on"
	run -0 on_host ./t.run --check
	expect output has "note: it was not checked whether the scheduler builtin is on: /sys/kernel/none cannot be read"
	expect output has-not "builtin is not on"
}

# own_cgroup WORDS: a command that finds the cgroup v2 mount, m, and does this with the scheduler's cgroup, c
own_cgroup() {
	echo "while read -r _ m t _; do [[ \$t == cgroup2 ]] && break; done </proc/self/mounts; c=\$m/ktstr.run/scheduler; $1"
}

@test "commands: a disable runs though its cgroup was left frozen, with others below it" {
	switched 'exit 0' "$(record enable "echo on >$SWITCH")" "$(record enable "$(own_cgroup 'mkdir $c/sub; echo 1 >$c/cgroup.freeze; sleep 9')")" \
		"$(record disable "echo off >$SWITCH")" "enabled-when $SWITCH on"
	run -3 --separate-stderr on_host ./t.run --attach-timeout 1
	expect stderr has "it could not be switched on: it did not end within 1 s"
	is_off
}

@test "commands: one that leaves its cgroup and runs too long switches nothing on afterwards" {
	switched 'exit 0' "$(record enable "$(own_cgroup "echo \$\$ >\$m/cgroup.procs; (sleep 1.8; echo on >$SWITCH) & wait")")" \
		"$(record disable "echo off >$SWITCH; sleep 2.2")" "enabled-when $SWITCH on"
	run -3 --separate-stderr on_host ./t.run --attach-timeout 1
	expect stderr has "it did not end within 1 s"
	is_off
}

@test "commands: a disable that does not end is ended after 10 s, and the others run" {
	switched 'exit 0' "$(record enable "echo on >$SWITCH")" "$(record disable "sleep 102.25")" "$(record disable "echo off >$SWITCH")" "enabled-when $SWITCH on"
	run -70 --separate-stderr on_host ./t.run
	expect stderr has "ERROR: a command that switches the scheduler off failed: it did not end within 10 s: sleep 102.25"
	is_off
}

# bats test_tags=promise:others-left-alone
@test "commands: a host on which it is on already is not suitable, and it stays on" {
	switched 'exit 0'
	echo on >"$HOST/kernel/switch"
	run -4 --separate-stderr on_host ./t.run
	expect stderr has "not suitable: the scheduler builtin is on already, as $SWITCH is 'on': switch it off first"
	run -4 --separate-stderr on_host ./t.run --check
	expect value "$(cat "$HOST/kernel/switch")" on
	expect value "$(cat "$LOG")" ''
	echo off >"$HOST/kernel/switch"
	run -0 --separate-stderr on_host ./t.run --check
	expect stderr has 'ok: the scheduler builtin is not on'
	expect value "$(cat "$LOG")" ''
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "commands: TERM, INT and HUP while the test runs and while it is switched on: off, once" {
	local signal
	for signal in TERM INT HUP; do
		rm -f started
		switched "touch $PWD/started; sleep 103.25"
		begin_run
		kill "-$signal" "$PID"
		ended_with $((128 + $(kill -l "$signal")))
		logged on test off
		is_off
	done
	rm -f started
	switched 'exit 0' "$(record enable "echo on >$SWITCH; touch $PWD/started; sleep 104.25")" "$(record disable "sleep 0.5; echo off >>$LOG; echo off >$SWITCH")" "enabled-when $SWITCH on"
	begin_run
	kill -TERM "$PID"
	sleep 0.3
	kill -TERM "$PID" 2>/dev/null || true
	ended_with 143
	logged off
	is_off
}

# bats test_tags=promise:takes-all-away
@test "commands: kill -9 of the shell while it is switched on, while the test runs, and while it is switched off: the janitor switches it off" {
	switched "touch $PWD/started; sleep 105.25"
	begin_run
	kill -KILL "$PID"
	ended_with 137
	logged on test off
	is_off
	rm started
	switched 'exit 0' "$(record enable "touch $PWD/started; sleep 2.5; echo on >$SWITCH; sleep 106.25")" "$(record disable "echo off >>$LOG; echo off >$SWITCH")" \
		"enabled-when $SWITCH on"
	begin_run
	kill -KILL "$PID"
	ended_with 137
	logged off
	sleep 2.5 # what switches it on is gone
	is_off
	rm started
	switched 'exit 0' "$(record enable "echo on >$SWITCH")" "$(record disable 'echo first >>"$LOG"')" \
		"$(record disable "touch $PWD/started; sleep 0.5; echo off >>\"\$LOG\"; echo off >$SWITCH")" "enabled-when $SWITCH on"
	on_host env LOG="$LOG" "$PWD/t.run" >out 2>err &
	# shellcheck disable=SC2034 # for ended_with
	JOB=$!
	wait_for test -e started
	kill -KILL "$(pgrep -of "^bash $PWD/t.run")"
	ended_with 137
	expect value "$(grep -c first "$LOG")" 1 # each that has ended runs once
	is_off
}

# bats test_tags=promise:takes-all-away
@test "commands: a shell that is stopped: the janitor kills it and switches it off" {
	switched "touch $PWD/started; sleep 107.25"
	begin_run --duration 100
	kill -STOP "$PID"
	ended_with 137
	grep -q 'gave no sign of life' err
	logged on test off
	is_off
}

@test "commands: what they print is in the scheduler's log, also what the janitor's print, and none of it is the test's output" {
	switched 'exit 1' "$(record enable "echo it goes on; echo on >$SWITCH")" "$(record disable "echo it goes off >&2; echo off >$SWITCH")" "enabled-when $SWITCH on"
	run -1 --separate-stderr on_host ./t.run --evidence-to "$PWD/e.tar.gz"
	expect output ''
	expect value "$(tar -xzOf e.tar.gz --wildcards '*/scheduler.log' | tr '\n' ' ')" 'it goes on it goes off '
	switched "touch $PWD/started; sleep 108.25" "$(record enable "echo it goes on; echo on >$SWITCH")" "$(record disable "echo it goes off; echo off >$SWITCH")" \
		"enabled-when $SWITCH on"
	begin_run --evidence-to "$PWD/f.tar.gz"
	kill -KILL "$PID"
	ended_with 137
	expect value "$(tar -xzOf f.tar.gz --wildcards '*/scheduler.log' | tr '\n' ' ')" 'it goes on it goes off '
	run -1 grep disable.log <(tar -tzf f.tar.gz)
	is_off
}

@test "commands: each round switches it on and off, and rounds without a scheduler do not" {
	switched 'exit 0'
	run -0 --separate-stderr on_host ./t.run --repeat 3
	logged on test off on test off on test off
	: >"$LOG"
	run -0 --separate-stderr on_host ./t.run --baseline --repeat 2
	logged on test off test test on test off
	expect stderr has 'builtin: 2 of 2 pass; default: 2 of 2 pass'
	: >"$LOG"
	run -0 --separate-stderr on_host ./t.run --no-scheduler
	logged test
	is_off
}

# bats test_tags=promise:takes-all-away
@test "commands: kill -9 of the shell of a series, and of a round: it is off" {
	switched "touch $PWD/started; sleep 109.25"
	begin_run --repeat 2
	kill -KILL "$PID"
	ended_with 137
	logged on test off
	is_off
}

# bats test_tags=promise:looking-changes-nothing
@test "commands: --print-command and --info show them, and nothing runs" {
	switched 'exit 0'
	run -0 --separate-stderr on_host ./t.run --print-command
	expect line 1 has "'bash' '-p' '-c' 'echo on >>$LOG; echo on >$SWITCH' 'bash' <"
	expect line 2 has "\"\$DIR\"'/ktstr' 'run'"
	expect line 3 has "'bash' '-p' '-c' 'echo off >>$LOG; echo off >$SWITCH' 'bash' <"
	run -0 --separate-stderr on_host ./t.run --print-command --no-scheduler
	expect value "${#lines[@]}" 2
	run -0 --separate-stderr on_host ./t.run --info
	expect output has "SCHED_ENABLE='echo on >>$LOG; echo on >$SWITCH'"
	expect output has "SCHED_DISABLE='echo off >>$LOG; echo off >$SWITCH'"
	expect output has "SCHED_ENABLED_FILE=$SWITCH"
	expect output has "SCHED_ENABLED_VALUE=on"
	expect value "$(cat "$LOG")" ''
	is_off
}

@test "commands: the lines of --print-command switch it on, run the test and switch it off, in the directory of --extract" {
	switched "[ \"\$(cat $SWITCH)\" = on ]" "$(record enable "tool on; echo on >$SWITCH")" "$(record disable "tool off; echo off >$SWITCH")" \
		"enabled-when $SWITCH on" 'include ./tool' || true
	script tool "echo \"\$1\" >>$LOG; test -e \"\$KTSTR_DIR/ktstr\""
	ktstr-export -q --allow-commands t
	./t.run --extract d
	./t.run --print-command >lines
	run -0 on_host bash -c 'cd d && exec bash -s <../lines'
	expect output "status 0"
	logged on test off
	is_off
}
