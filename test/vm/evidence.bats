#!/usr/bin/env bats
# What a run that did not pass leaves and says, on a real kernel

load exports

setup_file() {
	prepare_exports
	export_cases error stall exit fails hang passes works
}

setup() {
	booted evidence
}

teardown() {
	explain
}

# ended_so NAME STATUS VERDICT: with this status, and a last line with this verdict; nothing but evidence is left
ended_so() {
	told "$1" "status=$2" left=
	local last
	last=$(tail -n 1 "$boot/out/$1.err")
	# shellcheck disable=SC2053 # a pattern
	[[ $last == "/host/"*".run: "$3 ]] || {
		echo "wanted: $3, but: $last"
		return 1
	}
}

# holds NAME FILE PATTERN: the evidence has a file with such a line
holds() {
	grep -qE -- "$3" "$boot/out/$1.evidence/$2" || {
		echo "no such line in $2: $3"
		head -n 50 "$boot/out/$1.evidence/$2"
		return 1
	}
}

@test "evidence: an error of the scheduler is on the screen with its reason and backtrace, and the dump is kept" {
	ended_so error 3 'scheduler failed: *'
	told error files=1 'mode=600 root'
	said error 'kernel: *sched_ext: BPF scheduler "*" disabled (*)'
	holds error result '^verdict scheduler-failed$'
	holds error result '^signature '
	holds error kernel.log 'sched_ext: BPF scheduler'
	holds error dump 'triggered exit kind'
	holds error dump 'CPU states'
}

@test "evidence: a stall: the dump has the task, and the scheduler's log the reason" {
	ended_so stall 3 'scheduler failed: *runnable task stall*'
	holds stall dump 'runnable task stall'
	holds stall scheduler.log 'EXIT: runnable task stall'
	holds stall result '^sched-ext attached enabled '
	said stall 'evidence: /var/tmp/ktstr-evidence/stall.vm.*.evidence.tar.gz'
}

@test "evidence: a scheduler that exits" {
	ended_so exits 3 'scheduler failed: it ended with *'
	told exits files=1
	holds exits result '^host-restored yes$'
}

@test "evidence: a test that fails, or hangs, has the kernel dump the scheduler while it is attached" {
	ended_so fails 1 'fail*'
	holds fails dump 'CPU states'
	holds fails result '^verdict fail$'
	holds fails events '^[0-9.]+ SCX_EV_'
	holds fails result '^event SCX_EV_'
	ended_so hang 1 'fail: the test was still running after *'
	holds hang dump 'CPU states'
}

@test "evidence: a pass leaves none, unless it is asked for" {
	ended_so passes 0 pass
	told passes files=0
	ended_so always 0 pass
	told always files=1
	holds always result '^verdict pass$'
	holds always result '^program scheduler scx_fifo [0-9a-f]{64}$'
	local file
	for file in result test.log scheduler.log kernel.log info proc.before/stat proc.after/vmstat host/settings host/cpuinfo events; do
		[ -e "$boot/out/always.evidence/$file" ] || {
			echo "not there: $file"
			return 1
		}
	done
}

@test "evidence: --evidence-omit leaves the dump and the kernel log out" {
	[ ! -e "$boot/out/omitted.evidence/dump" ]
	[ ! -e "$boot/out/omitted.evidence/kernel.log" ]
	holds omitted result '^missing dump omitted$'
}

@test "evidence: a run that is stopped, also by kill -9, keeps it" {
	ended_so term 143 'interrupted: SIGTERM: the host is as it was'
	holds term result '^verdict interrupted$'
	holds term dump 'CPU states'
	told killed status=137 left= files=1
	[[ $(tail -n 1 "$boot/out/killed.err") == *": interrupted: the run was killed: the host is as it was" ]]
	holds killed result '^verdict interrupted$'
}

@test "evidence: what the kernel finds wrong with itself is the cause, and its taint is recorded" {
	ended_so oops 130 'interrupted: SIGINT: the host is as it was'
	said oops 'kernel: *WARNING: CPU: 0 PID: 1 at kernel/sched/made_up.c:1'
	holds oops result '^taint 0 512$'
	holds oops kernel.log 'made_up.c'
}

@test "evidence: without tracefs the dump is missing, and the result says so" {
	ended_so no_tracefs 3 'scheduler failed: *'
	holds no_tracefs result '^missing dump '
}

@test "evidence: it goes to a file or to standard output, and a full disk changes no verdict" {
	told to_file status=3 left= listed=1
	told to_stdout results=1
	told full status=3 left= there=
	said full 'the evidence could not be kept: */tmp/small/*'
}

@test "evidence: a run that the host's end cut off is named by the next one" {
	ended_so after_panic 0 pass
	said after_panic 'note: a run before this one did not finish *: /var/tmp/ktstr-evidence/a.vm.20261126T000000Z.unfinished'
}

@test "evidence: no tracefs instance is left" {
	expect value "$(<"$boot/out/instances")" ''
}
