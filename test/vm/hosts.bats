#!/usr/bin/env bats
# Which hosts a .run takes: topologies met and missed, CPUs that are offline or isolated

load exports

# one that a host meets, and for each dimension one that it misses
labels=(1n1l1c1t 1n1l2c1t 1n2l2c1t 1n2l2c2t 1n2l3c1t 1n2l2c3t 1n3l1c1t 1n4l2c1t 2n2l1c1t 2n4l2c1t 2n4l2c2t 3n3l1c1t 1n5l1c1t)

setup_file() {
	prepare_exports
	export_cases wide passes
	local label
	for label in "${labels[@]}"; do
		printf '%s\n' "test $label" 'binary ./work.bash' "topology $label" 'scheduler fifo scx_fifo' \
			'run-arg exit' 'run-arg 0' >label.ktstr
		ktstr-export -q -f label.ktstr -o "$BATS_FILE_TMPDIR/host/$label.run" "$label" || return
	done
}

teardown() {
	explain
}

# host TOPOLOGY
host() {
	booted "$1" hosts --topology "$1"
}

# missed LABEL MESSAGE: alone
missed() {
	told fits "$1=4"
	[ "$(grep -A 1 "^$1=" "$boot/out/fits" | tail -n 1)" = "$2" ]
}

@test "hosts: one CPU" {
	host 1n1l1c1t
	told fits 1n1l1c1t=0
	missed 1n1l2c1t "host has 0 LLCs with at least 2 cores of 1 threads, test needs 1: run it on a larger host"
	told wide status=4 left=
}

@test "hosts: 2 LLCs with threads: met, and missed in each dimension" {
	host 1n2l2c2t
	told fits 1n1l1c1t=0 1n1l2c1t=0 1n2l2c1t=0 1n2l2c2t=0
	missed 1n3l1c1t "host has 2 LLCs with at least 1 cores of 1 threads, test needs 3: run it on a larger host"
	missed 1n2l3c1t "host has 0 LLCs with at least 3 cores of 1 threads, test needs 2: run it on a larger host"
	missed 1n2l2c3t "host has 0 LLCs with at least 2 cores of 3 threads, test needs 2: run it on a larger host"
	missed 2n2l1c1t "host has 1 NUMA nodes with CPUs, test needs 2: run it on another host"
	told wide status=0 left=
}

@test "hosts: a CPU that was taken offline before the run does not count" {
	host 1n2l2c2t
	told offline 1n2l2c2t=4 1n2l2c1t=0
	grep -qx 'host has 1 LLCs with at least 2 cores of 2 threads, test needs 2: 1 CPUs are offline: bring them online: echo 1 > /sys/devices/system/cpu/cpu7/online' "$boot/out/offline"
	told wide_offline status=0 left=
}

@test "hosts: CPUs that the run may not use do not count" {
	host 1n2l2c2t
	told allowed 1n2l2c1t=4
	grep -qx 'host has 1 LLCs with at least 2 cores of 1 threads, test needs 2: run it on a larger host, or without taskset or cpuset: this process may use the CPUs 0-3 of 0-7' "$boot/out/allowed"
}

# bats test_tags=promise:as-exported
@test "hosts: 2 NUMA nodes with 4 LLCs: met, and missed in each dimension" {
	host 2n4l2c1t
	told fits 1n1l1c1t=0 1n1l2c1t=0 1n2l2c1t=0 1n3l1c1t=0 1n4l2c1t=0 2n2l1c1t=0 2n4l2c1t=0
	missed 1n5l1c1t "host has 4 LLCs with at least 1 cores of 1 threads, test needs 5: run it on a larger host"
	missed 2n4l2c2t "host has 0 LLCs with at least 2 cores of 2 threads, test needs 4: run it on a larger host"
	missed 3n3l1c1t "host has 2 NUMA nodes with CPUs, test needs 3: run it on another host"
	told wide status=0 left=
}

@test "hosts: CPUs isolated at boot: refused, and by the kernel too" {
	booted isolated isolated --append isolcpus=1
	told isolated status=4 left=
	said isolated "not suitable: isolcpus=1 found on the kernel's command line, *: boot without it"
	told attaches attaches=0
}

@test "hosts: CPUs without a tick take a scheduler all the same" {
	booted nohz isolated --append isolcpus=nohz,managed_irq,1
	told isolated status=0 left=
	told attaches attaches=2
}
