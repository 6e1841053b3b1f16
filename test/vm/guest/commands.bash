# commands.bash - in the guest: a scheduler of the kernel, switched by commands, and each way in which a run can end
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

switch=/proc/sys/kernel/sched_schedstats

# told NAME: what the run ended with and left behind, and the switch after it
told() {
	finish
	fact after "$(<$switch)"
} >"/out/$1"

# all NAME [ARG...]: the whole run
all() {
	begin "$@"
	told "$1"
}

is_on() {
	[ "$(<$switch)" = 1 ]
}

# stopped NAME SIGNAL RUN COMMAND...: the run's shell gets the signal when the command succeeds
stopped() {
	begin "$1" "$3"
	await "${@:4}"
	fact before "$(<$switch)" >"/out/$1.before"
	kill "-$2" $run
	told "$1"
}

lost() {
	begin lost switched_works
	await working
	echo 0 >$switch
	told lost
}

already() {
	echo 1 >$switch
	all already switched_passes
	echo 0 >$switch
}

all pass switched_passes
all fail switched_fails
all rounds switched_passes --repeat 2
all badly switched_badly
stopped term TERM switched_works working
stopped kill KILL switched_works working
stopped kill_early KILL switched_late is_on
lost
already
