# schedulers.bash - in the guest: what each of our schedulers does, as facts in /out/NAME
# shellcheck shell=bash
# shellcheck source=test/vm/guest/scx.bash
. /host/scx.bash

# launch NAME [ARG...]: in the background, as $pid, its messages in /out/NAME.log
launch() {
	before=$(seq_now)
	"/host/$1" "${@:2}" 2>"/out/$1.log" &
	pid=$!
}

fifo() {
	fact before "$(state)"
	launch scx_fifo --slice-us 5000 'two words' '' --unknown=$'\t*"\\' --args-file /out/fifo.args
	await enabled $((before + 1))
	fact attached "$(state)"
	fact seq_rose $(($(seq_now) - before))
	fact ops "$(cat $scx/root/ops)"
	fact ext_enabled "$(awk '$1 == "ext.enabled" { print $3 }' /proc/self/sched)"
	sleep 1000 & # some other process, to see it outlive the scheduler
	other=$!
	/host/scx_fifo 2>/out/second.log
	fact second $?
	kill -TERM $pid
	tell_status $pid
	await disabled
	fact after "$(state)"
	fact ext_enabled_after "$(awk '$1 == "ext.enabled" { print $3 }' /proc/self/sched)"
	fact other "$(alive $other)"
	kill $other
}

stall() {
	SCX_TIMEOUT_MS=2000 launch scx_stall --after 2
	await enabled $((before + 1))
	fact attached "$(state)"
	await disabled
	fact seq_rose $(($(seq_now) - before))
	fact alive "$(alive $pid)"
	kill $pid
	tell_status $pid
	SCX_TIMEOUT_MS=2000 launch scx_stall --after 0 --leave
	tell_status $pid leaves
	dmesg | grep sched_ext >/out/stall.dmesg
}

detach() {
	launch scx_detach --after 2
	await enabled $((before + 1))
	fact attached "$(state)"
	await disabled
	fact seq_rose $(($(seq_now) - before))
	fact alive "$(alive $pid)"
	kill $pid
	tell_status $pid
	launch scx_detach --after=1 --leave
	tell_status $pid leaves
	fact after "$(state)"
}

reattach() {
	launch scx_reattach --after 2
	await enabled $((before + 1))
	fact attached "$(state)"
	await enabled $((before + 2))
	fact seq_rose $(($(seq_now) - before))
	fact alive "$(alive $pid)"
	kill -INT $pid
	tell_status $pid
	await disabled
	fact after "$(state)"
}

exit_early() {
	launch scx_exit --status 42
	tell_status $pid
	fact seq_rose $(($(seq_now) - before))
}

noattach() {
	launch scx_noattach
	sleep 1
	fact state "$(state)"
	fact seq_rose $(($(seq_now) - before))
	fact alive "$(alive $pid)"
	kill $pid
	tell_status $pid
}

stubborn() {
	launch scx_stubborn
	await enabled $((before + 1))
	kill -TERM $pid
	kill -INT $pid
	kill -HUP $pid
	sleep 1
	fact alive "$(alive $pid)"
	fact attached "$(state)"
	kill -KILL $pid
	tell_status $pid 2>/dev/null
	await disabled
	fact after "$(state)"
}

# the schedulers get SIGINT as a foreground process would: bash has background ones ignore it
set -m
for what in fifo stall detach reattach exit_early noattach stubborn; do
	$what >/out/$what
done
