# run_helper.bash - what the tests of the .run share: exports of small tests and schedulers
# shellcheck disable=SC2016,SC2034 # scripts are written, and variables set, for others

# shellcheck source=test/helper.bash
. "${BASH_SOURCE[0]%/*}/helper.bash"
# shellcheck source=test/fake_host.bash
. "${BASH_SOURCE[0]%/*}/fake_host.bash"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp
	fake_host
}

# script FILE LINE...: an executable bash script of these lines
script() {
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$1"
	chmod +x "$1"
}

# export_test LINE...: exports the test t, a script of these lines, without scheduler, on one CPU
export_test() {
	script t "$@"
	printf 'test t\nbinary t\ntopology 1n1l1c1t\n' >t.ktstr
	ktstr-export -q t
}

# export_scheduler LINE...: the same, with a scheduler that is a script of these lines; the test is
# the script t, where there is one, else one that passes
export_scheduler() {
	script sched "$@"
	[ -e t ] || script t 'exit "${RC:-0}"'
	printf 'test t\nbinary t\ntopology 1n1l1c1t\nscheduler fake ./sched\n' >t.ktstr
	ktstr-export -q t
}

# needs_topology LABEL: an export of a test that wants it
needs_topology() {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	sed -i "s/^topology.*/topology $1/" t.ktstr
	ktstr-export -q t
}

# refused MESSAGE: the host is not suitable because of this alone, and nothing was run
refused() {
	run -4 --separate-stderr on_host ./t.run --quiet
	[ "$stderr" = "./t.run: not suitable: $1"$'\n'"./t.run: unsuitable: $1" ] || {
		echo "$stderr"
		return 1
	}
	run -4 on_host ./t.run --check
	[[ $output == *"./t.run: not suitable: $1" ]]
	[ ! -e ran ]
	[ -z "$(ls -A tmp)" ]
}

# accepted: --check says so, and changes nothing
accepted() {
	run -0 on_host ./t.run --check
	expect line -1 "./t.run: this host is suitable, and the archive is as it was exported"
	[ ! -e ran ]
	nothing_left
}

scx=/sys/kernel/sched_ext

# kernel_says FILE VALUE: prints the command that has the fake sysfs say so. A file of sysfs is never seen
# empty while it changes, as one is that a shell writes to: the new one is renamed into place.
kernel_says() {
	echo "echo $2 >$scx/new.\$\$; mv $scx/new.\$\$ $scx/$1"
}

# holds LINE...: prints the command that has its process hold a struct_ops link, or else what has these lines,
# and nothing more, in what the fake host's /proc/PID/fdinfo shows. Descriptor 1 is as it is.
holds() {
	(($#)) || set -- 'link_type:\tstruct_ops' 'link_id:\t$$' 'map_id:\t5'
	printf 'd=/run/fdinfo.$$; mkdir -p $d; ln -sf /proc/$$/task/$$/fdinfo/1 $d/1; '
	printf 'printf "%%b\\n" "pos:\\t0"'
	printf ' "%s"' "$@"
	printf ' >$d/9; mountpoint -q /proc/$$/fdinfo || mount --bind $d /proc/$$/fdinfo\n'
}

# kernel_logs TEXT: prints the command that has the fake host's kernel log say so
kernel_logs() {
	printf 'echo %q >>/dev/kmsg\n' "sched_ext: $1"
}

# what schedulers do, as lines of a script: attach, detach, and stay until a signal comes
attach=("$(holds)" "mkdir -p $scx/root; echo fake_1.0 >$scx/root/ops" "$(kernel_says state enabled)"
	"$(kernel_says enable_seq "\$((\$(<$scx/enable_seq) + 1))")")
detach=("rm -rf $scx/root; $(kernel_says state disabled)")
stay=("trap '${detach[*]}; exit 0' TERM INT" 'while :; do sleep 0.05; done')

# the_kernel: detaches a scheduler that was killed, in the background, as the kernel does
the_kernel() {
	{
		wait_for grep -q enabled "$HOST/kernel/sched_ext/state"
		while pgrep -f "$PWD/tmp/ktstr.*/bin/scheduler/"; do sleep 0.05; done
		echo disabled >"$HOST/kernel/sched_ext/state"
	} >/dev/null 2>&1 3>&- &
}

# gone PATTERN: no process has a command line like this
gone() {
	! pgrep -f "$1" >/dev/null
}

# nothing_left: no directory of a run; on_host has looked for processes and cgroups
nothing_left() {
	[ -z "$(ls -A tmp)" ]
	[ ! -e "$HOST/kernel/sched_ext" ] || [ "$(cat "$HOST/kernel/sched_ext/state")" = disabled ]
}

# wait_for COMMAND...: until it succeeds, 10 s at most
wait_for() {
	local i
	for ((i = 0; i < 200; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	echo "waited for: $*"
	return 1
}

# begin_run [ARG...]: runs t.run in the background, as JOB, until its test has made the file started; PID is its shell
begin_run() {
	on_host "$PWD/t.run" "$@" >out 2>err &
	JOB=$!
	wait_for test -e started
	PID=$(pgrep -of "^bash $PWD/t.run")
}

# ended_with STATUS: the run that began so ended with it; else shows what it printed
ended_with() {
	local status=0
	wait "$JOB" || status=$?
	[ "$status" = "$1" ] || {
		echo "status $status"
		cat out err
		return 1
	}
}
