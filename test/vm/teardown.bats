#!/usr/bin/env bats
# However a run is ended, the host is as it was: no scheduler, process, cgroup, directory or sysctl stays

load exports

setup_file() {
	prepare_exports
	export_cases works passes
}

setup() {
	booted teardown
}

teardown() {
	explain
}

# stopped NAME STATUS: under way, then ended with that, and nothing left
stopped() {
	told "$1" attached=enabled dirty_ratio=17 cell=/sys/fs/cgroup/cells/one "status=$2" left=
}

# bats test_tags=promise:takes-all-away
@test "teardown: INT to its process group, as from a terminal" {
	stopped int 130
}

# bats test_tags=promise:takes-all-away
@test "teardown: TERM" {
	stopped term 143
}

# bats test_tags=promise:takes-all-away
@test "teardown: HUP to its process group, as from a connection that ends" {
	stopped hup 129
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9 of the shell: the janitor takes all away" {
	stopped kill 137
	said kill 'the run was killed: cleaning up'
}

# bats test_tags=promise:takes-all-away
@test "teardown: TERM, INT and HUP one after the other" {
	stopped again 143
}

# bats test_tags=promise:takes-all-away
@test "teardown: TERM at any time while it begins" {
	local n
	for n in 0 1 2 3; do
		told early_term$n status=143 left=
	done
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9 at any time while it begins" {
	local n
	for n in 0 1 2 3; do
		told early_kill$n status=137
		# before there is a janitor there is a lock at most, which is free
		grep -Eqx 'left=(file /run/ktstr.lock; )?' "$boot/out/early_kill$n"
	done
}

# bats test_tags=promise:others-left-alone
@test "teardown: a second .run is refused with the first one's PID, and does not disturb it" {
	local first
	first=$(sed -n 's/^first=//p' "$boot/out/second")
	told second second=4 attached_still=enabled seq_rose=0 status=143 left=
	said second "not suitable: another .run is running on this host, PID $first (works.run): wait for its end, as --wait-lock 600 does"
}

# bats test_tags=promise:both-killed
@test "teardown: kill -9 of shell and janitor: the kernel detaches the scheduler; the next run says what to do" {
	told both status=137 state=disabled
	told after_both status=4
	said after_both 'not suitable: the cgroup /sys/fs/cgroup/ktstr* is in use, *'
	told recovered status=0 left=
}
