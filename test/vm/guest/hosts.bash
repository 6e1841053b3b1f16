# hosts.bash - in the guest: which of the exports this host is fit for, and a run of the one that wants all of it
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# check LABEL [COMMAND...]: the fact of --check's status, and what was missed
check() {
	local status=0
	"${@:2}" "/host/$1.run" --check 2>"/out/$1.err" || status=$?
	fact "$1" $status
	sed -n 's/^.*not suitable: //p' "/out/$1.err"
}

for run in /host/*n*l*c*t.run; do
	run=${run##*/}
	check "${run%.run}"
done >/out/fits

ran wide wide

cpus=/sys/devices/system/cpu
if [ -e $cpus/cpu7 ]; then
	echo 0 >$cpus/cpu7/online
	{
		check 1n2l2c2t
		check 1n2l2c1t
	} >/out/offline
	ran wide_offline wide
	echo 1 >$cpus/cpu7/online
	check 1n2l2c1t taskset -c 0-3 >/out/allowed
fi
