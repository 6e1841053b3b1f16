# rounds.bash - in the guest: series of rounds
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

PATIENCE=3000 # a series takes its time in an emulated machine

# again: what the tests count begins anew
again() {
	rm -f /out/count /out/starts
}

# series NAME RUN ARG...: a series from its first round to its end
series() {
	again
	ran "$@"
}

# in_fourth NAME SIGNAL [group]: a series of six that is stopped in round 4
in_fourth() {
	again
	{
		begin "$1" fourth --repeat 6 --evidence-to "/out/$1.tar.gz"
		await working || await working
		kill "-$2" -- "${3:+-}$run"
		finish
	} >"/out/$1"
}

mount -t tracefs none /sys/kernel/tracing
series third third --repeat 3 --evidence-to /out/third.tar.gz
again
echo 1 >/out/count
ran until_fail third --until-fail
series stalls second_stalls --repeat 3 --evidence-to /out/stalls.tar.gz
series until_stall second_stalls --until-fail --ktap
series for passes --for 4
in_fourth interrupted INT group
in_fourth killed KILL
series at_fault scheduler_at_fault --baseline
series both_fail fails --baseline
fact state "$(<$scx/state)" >/out/state

# two schedulers, in turn
mkdir /out/long /out/short
for _ in 1 2 3 4; do
	/host/jitter_long.run --quiet --evidence-to /out/long 2>>/out/jitter.err
	/host/jitter_short.run --quiet --evidence-to /out/short 2>>/out/jitter.err
done

# it pauses: an emulated machine stands still if the kernel's own threads get no time
chrt -f 10 bash -c 'while :; do for ((i = 0; i < 5000; i++)); do :; done; sleep 0.1; done' &
ran disturbed slow --evidence-to /out/disturbed.tar.gz
kill %%

series grows grows --repeat "$(cat /host/rounds)"
