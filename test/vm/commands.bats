#!/usr/bin/env bats
# A scheduler that is built into the kernel, for which a sysctl stands: however a run ends, it is off again

load exports

setup_file() {
	local name
	prepare_exports
	for name in passes fails works late badly; do
		ktstr-export -q --allow-commands -f commands.ktstr -o "$BATS_FILE_TMPDIR/host/switched_$name.run" "switched_$name"
	done
}

setup() {
	booted commands
}

teardown() {
	explain
}

# bats test_tags=promise:takes-all-away
@test "commands: off after a pass, a fail, rounds, and commands that the kernel refuses" {
	told pass status=0 after=0 left=
	told fail status=1 after=0 left=
	told rounds status=0 after=0 left=
	told badly status=3 after=0 left=
	said badly 'scheduler failed: it could not be switched on: it ended with status 1: echo 7 >*'
}

# bats test_tags=promise:takes-all-away
@test "commands: off after TERM, and after kill -9 of the shell while it is on and while it is switched on" {
	told term.before before=1
	told term status=143 after=0 left=
	told kill.before before=1
	told kill status=137 after=0 left=
	said kill 'the run was killed: cleaning up'
	told kill_early.before before=1
	told kill_early status=137 after=0 left=
}

# bats test_tags=promise:attached-all-the-time
@test "commands: switched off by somebody while the test runs, the scheduler has failed" {
	told lost status=3 after=0 left=
	said lost 'scheduler failed: the scheduler was switched off while the test ran (/proc/sys/kernel/sched_schedstats is * not *'
}

# bats test_tags=promise:others-left-alone
@test "commands: on before the run: not suitable, and it stays on" {
	told already status=4 after=1 left=
	said already 'unsuitable: the scheduler schedstats is on already*'
}
