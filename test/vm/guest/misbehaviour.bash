# misbehaviour.bash - in the guest: schedulers that fail, one that is in the way, a CPU that goes away
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# timed NAME: as ran, with the time that it took
timed() {
	local start=$SECONDS
	ran "$1" "$1"
	fact seconds $((SECONDS - start)) >>"/out/$1"
}

conflict() {
	local other
	./scx_fifo 2>/out/other.log &
	other=$!
	await enabled
	fact other $other
	ran conflict passes
	ran conflict_none where
	fact still "$(state)"
	kill $other
	tell_status $other other_ended
	await disabled
	ran conflict_over passes
}

hotplug() {
	begin hotplug works
	await working
	echo 0 >/sys/devices/system/cpu/cpu1/online
	finish
	echo 1 >/sys/devices/system/cpu/cpu1/online
}

sysrq() {
	begin sysrq works
	await working
	echo S >/proc/sysrq-trigger
	finish
}

for what in stall stall_leave detach detach_leave reattach exit stubborn; do
	timed $what
done
ran noattach noattach --attach-timeout 2
hotplug >/out/hotplug
sysrq >/out/sysrq
conflict >/out/conflicts
