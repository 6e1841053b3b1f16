#!/usr/bin/env bats
# sysfs.bats - the topology check, whatever the kernel's files hold
# shellcheck disable=SC2016,SC2059 # contents are written as they are, and are formats

load ../run_helper

@test "topology: whatever a file of sysfs holds, there is a finding and no error of the script" {
	needs_topology 1n1l2c1t
	local file content path
	for file in cpu/online cpu/cpu1/topology/core_cpus_list cpu/cpu1/topology/thread_siblings_list \
		cpu/cpu0/topology/physical_package_id cpu/cpu0/topology/package_cpus_list cpu/cpu0/topology/core_siblings_list \
		cpu/cpu0/cache/index3/level cpu/cpu0/cache/index3/type cpu/cpu0/cache/index3/shared_cpu_list \
		cpu/cpu1/cache/index3/shared_cpu_list node/node0/cpulist node/has_cpu; do
		path=$HOST/system/$file
		[ ! -e "$path" ] || cp "$path" kept
		for content in missing directory '' '\n' 0-1 -1 '-1\n' 'x\n' '0-\n' '3-0\n' '1-2-3\n' ',\n' '08\n' '0,,1\n' \
			'0-99999999999999999999\n' '99999\n' '7\n' '4-8\n' '1\n' 'a[$(touch ran)]\n' '0-1 \n' '0-1\r\n' '\0377\n'; do
			rm -rf "$path"
			case $content in
			missing) ;;
			directory) mkdir "$path" ;;
			*) printf -- "$content" >"$path" ;;
			esac
			run on_host ./t.run --check
			[[ ($status == 0 || $status == 4) && $output != *"error of this script"* && $output != *"line "* ]] || {
				echo "$file: $content: $status: $output"
				return 1
			}
			expect no-file ran
		done
		rm -rf "$path"
		[ ! -e kept ] || mv kept "$path"
	done
	accepted
	rm "$HOST/system/cpu/online"
	refused "no usable CPU found in /sys/devices/system/cpu/online, needed to know the topology: mount -t sysfs sysfs /sys"
}
