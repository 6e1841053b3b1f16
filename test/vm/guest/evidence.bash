# evidence.bash - in the guest: runs that end in every way, and what evidence each leaves
# shellcheck shell=bash
# shellcheck source=test/vm/guest/runs.bash
. /host/runs.bash

# open_evidence NAME: unpacks the one evidence file that is there to /out/NAME.evidence, and takes it away
open_evidence() {
	local files=(/var/tmp/ktstr-evidence/*)
	fact files "${#files[@]}" >>"/out/$1"
	[ "${#files[@]}" = 1 ] || return 0
	fact mode "$(stat -c '%a %U' "${files[0]}")" >>"/out/$1"
	fact size "$(wc -c <"${files[0]}")" >>"/out/$1"
	mkdir "/out/$1.evidence"
	tar -xzf "${files[0]}" -C "/out/$1.evidence" --strip-components=1
	rm "${files[0]}"
}

# case_of NAME RUN [ARG...]: one run and its evidence
case_of() {
	ran "$@"
	open_evidence "$1"
}

# stopped NAME SIGNAL: a run that is stopped while its test works
stopped() {
	{
		begin "$1" works
		await working
		sleep 1
		kill "-$2" "$run"
		finish
	} >"/out/$1"
	for ((i = 0; i < 100; i++)); do # the janitor may still be at work
		[ -e /run/ktstr.lock ] || break
		sleep 0.2
	done
	open_evidence "$1"
}

case_of no_tracefs error
mount -t tracefs none /sys/kernel/tracing
case_of error error
case_of stall stall
case_of exits exit
case_of fails fails
case_of hang hang
case_of passes passes
case_of always passes --evidence always
case_of omitted error --evidence-omit dump,kernel
stopped term TERM
# the kernel finds something wrong with itself while the test works
{
	begin oops works
	await working
	echo 'WARNING: CPU: 0 PID: 1 at kernel/sched/made_up.c:1' >/dev/kmsg
	echo 512 >/proc/sys/kernel/tainted
	kill -INT "$run"
	finish
} >/out/oops
open_evidence oops
stopped killed KILL
ran to_file error --evidence-to /out/new.tar.gz
fact listed "$(tar -tzf /out/new.tar.gz | grep -c '/result$')" >>/out/to_file

bash -s -- --quiet --evidence-to - </host/fails.run 2>/out/to_stdout.err | tar -xzf - -C /tmp --wildcards '*/result'
fact results "$(grep -lx "result 1" /tmp/*/result | grep -c .)" >/out/to_stdout
rm -r /tmp/fails.*
mkdir /tmp/small
mount -t tmpfs -o size=8k none /tmp/small
ran full error --evidence-to /tmp/small/
fact there "$(ls -A /tmp/small)" >>/out/full
umount /tmp/small
mkdir -m 700 /var/tmp/ktstr-evidence 2>/dev/null
echo 'result 1' >/var/tmp/ktstr-evidence/a.vm.20261126T000000Z.started
case_of after_panic passes
ls /sys/kernel/tracing/instances >/out/instances
