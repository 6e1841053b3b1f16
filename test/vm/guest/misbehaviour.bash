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

# other NAME ARG...: a scheduler of somebody else's, under a name that tells nothing
other() {
	cp scx_fifo /tmp/busybody
	/tmp/busybody 2>/out/other.log &
	other=$!
}

# other_goes: it was left alone, and ends now
other_goes() {
	fact other $other
	fact still "$(state)"
	kill $other
	tell_status $other other_ended
	await disabled
	rm /tmp/busybody
}

# in_its_place NAME RUN ARG...: another attaches while this run's scheduler is there and does not
in_its_place() {
	begin "$@"
	await pgrep -x scx_noattach >/dev/null
	sleep 1
	other
	await ended
	other_goes
	finish
}

# meanwhile: another attaches while a test without a scheduler runs
meanwhile() {
	begin alone alone
	await working
	other
	await ended
	other_goes
	finish
}

# pinned_before: a scheduler that only a pin holds is in the way
pinned_before() {
	./scx_pin --leave 2>/out/other.log
	await enabled
	ran conflict_pinned passes
	fact still "$(state)"
	rm /sys/fs/bpf/fifo_link
	await disabled
}

# pin_killed: the shell of a run is killed, whose scheduler has pinned its link
pin_killed() {
	begin pin_killed pin_works
	await working
	kill -KILL $run
	finish
}

for what in stall stall_leave detach detach_leave reattach exit stubborn; do
	timed $what
done
for what in pin pin_leave fork error error_leave ejects_late no_link no_link_killed partial partial_fails partial_ext attaches attaches_leaves; do
	timed $what
done
ran error_early error_early --attach-timeout 2
ran pin_large pin_large --attach-timeout 60
in_its_place in_its_place noattach >/out/in_its_place
meanwhile >/out/alone
pinned_before >/out/pinned_before
pin_killed >/out/pin_killed
ran noattach noattach --attach-timeout 2
hotplug >/out/hotplug
sysrq >/out/sysrq
conflict >/out/conflicts
