# topology.bash - in the guest: "NUMA nodes, LLCs, cores, threads, memory of each node" as /sys has them
# shellcheck shell=bash

# distinct FILE...: how many different lines
distinct() {
	cat "$@" | sort -u | wc -l
}

cpu=/sys/devices/system/cpu
{
	cat /sys/devices/system/node/has_cpu
	distinct $cpu/cpu[0-9]*/cache/index3/shared_cpu_list
	distinct $cpu/cpu[0-9]*/topology/core_cpus_list
	cat $cpu/online
	cat /sys/devices/system/node/node*/cpulist
} | paste -sd ' '
