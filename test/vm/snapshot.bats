#!/usr/bin/env bats
# The host before and after a run: cgroups, sysctls, sched_ext, mounts and files are the same, however it ends

load exports

setup_file() {
	prepare_exports
	export_cases changes refused busy wide exit detach stall noattach
}

setup() {
	booted snapshot
}

teardown() {
	explain
}

@test "snapshot: the test does change the host while it runs" {
	told meanwhile 'controllers=cpuset cpu io memory' 'cells=cpuset cpu io,cpu io,cpu io,cpu io,' dirty=67108864,0 background=4194304,0 overcommit=100000,0 \
		'printk=4 4 1 7' cell=0
}

# bats test_tags=promise:takes-all-away
@test "snapshot: the host is the same after each way in which a run can end" {
	local name status
	while read -r name status; do
		told "$name" "status=$status" left= differs= || {
			echo "$name"
			return 1
		}
	done <<-END
		pass 0
		fail 1
		inconclusive 2
		skip 4
		odd 1
		crash 1
		hang 1
		exit 3
		detach 3
		stall 3
		noattach 3
		sysrq 3
		refused 4
		unsuitable 4
		damaged 65
		check 0
		int 130
		term 143
		hup 129
		kill 137
	END
}

@test "snapshot: a sysctl that the kernel would not set back is refused before anything is started" {
	said refused '*the sysctl vm/drop_caches cannot be set back from 1: no test may set it'
}

# bats test_tags=promise:takes-all-away
@test "snapshot: a controller that others have come to use stays enabled, which is said" {
	told others status=0 cpus=0
	said others 'note: the controller cpuset, which was not in /sys/fs/cgroup/cgroup.subtree_control, is left there: others use it now'
	# and the comparison sees it
	grep -q '^differs=.*/sys/fs/cgroup/cgroup.subtree_control:cpuset; .*/sys/fs/cgroup/others; ' "$boot/out/others"
}

# bats test_tags=promise:others-left-alone
@test "snapshot: a controller that others have enabled further down stays enabled, and this is no error" {
	told below status=0 left='cgroup /sys/fs/cgroup/above/; cgroup /sys/fs/cgroup/above/below/; ' 'controllers=cpuset cpu'
	said below 'note: the controller cpu, which was not in /sys/fs/cgroup/cgroup.subtree_control, is left there: others use it now'
}

# bats test_tags=promise:others-left-alone
@test "snapshot: a cgroup of others that cannot have a controller below it is named, and all is as before" {
	told busy status=4 left= 'controllers=cpuset cpu,'
	said busy 'unsuitable: the controller memory cannot be enabled in the cgroup /sys/fs/cgroup/busy (Device or resource busy): *'
	told threaded status=4 left= 'controllers=cpuset cpu,'
	said threaded 'unsuitable: the controller memory cannot be enabled in the cgroup /sys/fs/cgroup/busy (No such file or directory): *'
}
