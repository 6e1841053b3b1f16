#!/usr/bin/env bats
# run-attached.bats - whose scheduler is attached, and what ended it: tables of many cases, in which the host's other
# programs, the kernel and the scheduler itself do what they can

load ../run_helper

# each_case FUNCTION: with each line of standard input in words that | separates; says which one failed
each_case() {
	local words
	while IFS= read -r words; do
		IFS='|' read -ra words <<<"$words"
		echo 7 >"$HOST/kernel/sched_ext/enable_seq"
		echo disabled >"$HOST/kernel/sched_ext/state"
		rm -rf "$HOST/kernel/sched_ext/root"
		: >"$HOST/kmsg"
		rm -f started
		"$1" "${words[@]}" || {
			printf 'case: %s: status %s\n%s\n' "${words[0]}" "$status" "$output"
			return 1
		}
	done
}

# ended STATUS PATTERN: how "run" did
ended() {
	# shellcheck disable=SC2053 # a pattern
	[[ $status == "$1" && $output == $2 ]]
}

# beside COMMAND...: runs it on the host while the script other does, which is ended afterwards, by this
beside() {
	on_host bash -c './other & other=$!; "$@"; s=$?; kill $other || s=97; wait; exit $s' beside "$@" 3>&-
}

partial_switch() { # NAME SWITCH_ALL STATUS MESSAGES TEST
	# the kernel's field 41
	local ext='awk "{ \$41 = 7; print }" /proc/$$/stat >/run/stat; mount --bind /run/stat /proc/$$/task/$$/stat; sleep 0.7'
	script t "${5//EXT/$ext}"
	export_scheduler "${attach[@]}" "${stay[@]}"
	echo "$2" >"$HOST/kernel/sched_ext/switch_all"
	run on_host ./t.run --quiet
	ended "$3" "$4"
}

# bats test_tags=promise:partial-switch
@test "scheduler: a partial switch is said, and a pass needs a task of the test with the policy SCHED_EXT" {
	local partial='*warning: the scheduler switches only tasks of the policy SCHED_EXT*'
	each_case partial_switch <<-EOF
		all are switched|1|0|./t.run: pass|exit 0
		a task has it|0|0|$partial: pass|EXT; exit 0
		a task has it, and fails|0|1|$partial: fail|EXT; exit 1
		no task has it|0|2|$partial: inconclusive: *no task of the test was seen with it*|sleep 0.7; exit 0
		no task has it, which ends at once|0|2|$partial: inconclusive: *no task of the test was seen with it*|exit 0
		no task has it, and fails|0|1|$partial*no task of the test was seen with it*: fail*|sleep 0.7; exit 1
	EOF
}

# spelled LINES: sets REPLY to them with what the words in capitals stand for
spelled() {
	local attaches enables stays
	printf -v attaches '%s\n' "${attach[@]}"
	printf -v enables '%s\n' "${attach[@]:1}"
	printf -v stays '%s\n' "${stay[@]}"
	REPLY=${1//EJECTED/"${attach[0]}; $(kernel_says enable_seq 8)"}
	REPLY=${REPLY//ATTACH/"$attaches"}
	REPLY=${REPLY//ENABLE/"$enables"}
	REPLY=${REPLY//DETACH/"${detach[*]}"}
	REPLY=${REPLY//HOLD_MAP/"$(holds 'map_type:\t26' 'map_id:\t$$')"}
	REPLY=${REPLY//HOLD_OTHER/"$(holds 'link_type:\ttracing' 'link_id:\t$$')"}
	REPLY=${REPLY//HOLD/"$(holds)"}
	REPLY=${REPLY//STAY/"$stays"}
	REPLY=${REPLY//PARENT_ENDS/'if [ ! "${CHILD:-}" ]; then CHILD=1 env --default-signal=INT $SESSION "$0" & exit 0; fi'}
	REPLY=${REPLY//STARTED/"until [ -e $PWD/started ]; do sleep 0.05; done; sleep 0.3"}
	REPLY=${REPLY//WAIT/'sleep 60 & trap "kill $!" TERM; wait'}
}

whose() { # NAME STATUS MESSAGES SCHEDULER OTHER
	spelled "$5"
	script other "$REPLY"
	spelled "$4"
	export_scheduler "touch $PWD/started" "$REPLY"
	rm -f started
	run beside ./t.run --quiet --attach-timeout 2
	ended "$2" "$3"
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: it is this run's only where a process of its cgroup holds the link and no other came to hold one" {
	local failed='*: scheduler failed: ' others
	others="${failed}the scheduler fake_1.0, which is attached, is not this run's: it is of PID * (other): kill *"
	each_case whose <<-EOF
		it|0|*: pass|ATTACH STAY|WAIT
		another attaches while it waits|3|$others|STAY|STARTED; ATTACH WAIT
		another attaches, it has a link whose enable failed|3|$others|HOLD; STAY|STARTED; ATTACH WAIT
		another had a link before|0|*: pass|sleep 0.5; ATTACH STAY|HOLD; WAIT
		another comes to have a link|3|$others|sleep 1; ATTACH STAY|STARTED; HOLD; WAIT
		one that nobody holds|3|${failed}it is alive, but no process of it holds the scheduler fake_1.0, which is attached|STAY|STARTED; ENABLE WAIT
		its parent ends, the child has it|0|*: pass|PARENT_ENDS; ATTACH STAY|WAIT
		its parent ends, the child in another session has it|0|*: pass|SESSION=setsid; PARENT_ENDS; ATTACH STAY|WAIT
		its parent ends, the child does not attach|3|${failed}it ended with status 0, what it started is alive, but not attached after 2 s (sched_ext is disabled)|PARENT_ENDS; STAY|WAIT
		a map, where links are shown|3|${failed}it is alive, but no process of it holds the scheduler fake_1.0, which is attached|HOLD_MAP; ENABLE STAY|HOLD_OTHER; WAIT
	EOF
}

@test "scheduler: where the kernel shows no links it holds the map, and nobody else has one" {
	! grep -rqs '^link_type:' /proc/[0-9]*/fdinfo || skip "needs a host where no process has a BPF link"
	each_case whose <<-EOF
		a map|0|*: pass|HOLD_MAP; ENABLE STAY|WAIT
		another has one, too|3|*the scheduler fake_1.0, which is attached, is not this run's: it is of PID * (other): kill *|HOLD_MAP; ENABLE STAY|HOLD_MAP; WAIT
	EOF
}

ejected() { # NAME MESSAGE SCHEDULER TEST
	spelled "$4"
	script t "$REPLY"
	spelled "$3"
	export_scheduler "$REPLY"
	local start=$SECONDS
	run on_host ./t.run --quiet
	ended 3 "*: scheduler failed: $2" && ((SECONDS - start < 20)) && nothing_left
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: an ejection counts from the attach to the end of all of the test, and is said at once" {
	local stalls exits
	stalls=$(kernel_logs 'BPF scheduler "fake" disabled (runnable task stall)')
	exits=$(kernel_logs 'BPF scheduler "fake" disabled (unregistered from user space)')
	each_case ejected <<-EOF
		at once|it was attached and ejected at once, before the test began, and its process is alive (runnable task stall)|EJECTED; $stalls; STAY|exit 0
		at once, and ends|it was attached and ejected at once, before the test began, and its process ended with status 0 (runnable task stall)|EJECTED; $stalls|exit 0
		at once, by itself|it was attached and detached at once, before the test began, and its process ended with status 0 (unregistered from user space)|EJECTED; $exits|exit 0
		at once, the child|it was attached and ejected at once, before the test began, and its process is alive|PARENT_ENDS; EJECTED; STAY|exit 0
		after the test, while a leftover of it lives|it was detached (sched_ext is disabled), and its process is alive, * s into the run|ATTACH STAY|(trap '' TERM; sleep 0.8; DETACH; sleep 60) & exit 0
		the child of one whose parent ended|it was detached (sched_ext is disabled), and its process is alive, * s into the run|PARENT_ENDS; ATTACH sleep 1; DETACH; STAY|sleep 3
		a sub-scheduler|a sub-scheduler was ejected while the test ran (runtime error)|ATTACH STAY|$(kernel_logs 'BPF sub-scheduler "below" disabled (runtime error)')
	EOF
}

# expects TEXT: has t.run expect an ejection for it, as a record of its definition says
expects() {
	echo "expect-scheduler-error $1" >>t.ktstr
	ktstr-export -q t
}

as_expected() { # NAME TEXT STATUS MESSAGE SCHEDULER TEST
	local on off=${detach[*]}
	on=$(kernel_logs 'BPF scheduler "fake_1.0" enabled (partial)')
	spelled "${6//OFF/"$off"}"
	script t "$REPLY"
	spelled "${5//ON/"$on"}"
	export_scheduler "$REPLY"
	expects "$2"
	local start=$SECONDS
	run on_host ./t.run --quiet
	ended "$3" "*./t.run: $4" && ((SECONDS - start < 12)) && nothing_left
}

# bats test_tags=promise:ejected-as-expected
@test "scheduler: one that is expected to be ejected passes only where the kernel log says that it was, and why" {
	local stalls error exits quits other expects='the test expects an ejection for: '
	stalls=$(kernel_logs 'BPF scheduler "fake_1.0" disabled (runnable task stall)')$'; '$(kernel_logs 'fake_1.0: sleep[7] failed to run for 5.01s')
	error=$(kernel_logs 'BPF scheduler "fake_1.0" disabled (runtime error)')
	exits=$(kernel_logs 'BPF scheduler "fake_1.0" disabled (unregistered from user space)')
	quits=$(kernel_logs 'BPF scheduler "fake_1.0" disabled (unregistered from BPF)')
	other=$(kernel_logs 'BPF scheduler "fake_1.01" enabled')$'; '$(kernel_logs 'BPF scheduler "fake_1.01" disabled (runnable task stall)')
	stalls=${stalls//$'\n'/} other=${other//$'\n'/}
	each_case as_expected <<-EOF
		the reason|runnable\\040task|0|pass|ON; ATTACH sleep 1; $stalls; DETACH; STAY|sleep 9
		the detail|sleep[7]\\040failed|0|pass|ON; ATTACH sleep 1; $stalls; DETACH; STAY|sleep 9
		its process ends with it|stall|0|pass|ON; ATTACH sleep 1; $stalls; DETACH; exit 1|sleep 9
		while a child holds it|stall|0|pass|PARENT_ENDS; ON; ATTACH sleep 1; $stalls; DETACH; STAY|sleep 9
		after the test, while a leftover of it lives|stall|0|pass|ON; ATTACH STAY|(trap '' TERM; sleep 0.8; $stalls; OFF; sleep 9) & exit 0
		at the end of the test, which passes|stall|0|pass|ON; ATTACH STAY|$stalls; OFF; exit 0
		at the end of the test, which fails|stall|1|fail|ON; ATTACH STAY|$stalls; OFF; exit 1
		at the end of the test, which skips|stall|4|skip: *|ON; ATTACH STAY|$stalls; OFF; exit 4
		after the test has failed|stall|1|fail|ON; ATTACH STAY|(sleep 1; $stalls; OFF) & exit 1
		another reason|task\\040stall|1|fail: the scheduler was ejected for another reason (runtime error): ${expects}task stall|ON; ATTACH sleep 1; $error; DETACH; STAY|sleep 9
		no pattern|run*stall|1|fail: the scheduler was ejected for another reason (runnable task stall: sleep[[]7] failed to run for 5.01s): ${expects}run*|ON; ATTACH sleep 1; $stalls; DETACH; STAY|sleep 9
		not at all|stall|1|fail: the scheduler was not ejected while the test ran: ${expects}stall|ON; ATTACH STAY|sleep 0.5
		not at all, and the test fails|stall|1|fail: it did not|ON; ATTACH STAY|echo it did not; exit 1
		not at all, and the test is unsure|stall|2|inconclusive: noise|ON; ATTACH STAY|echo noise; exit 2
		by itself|unregistered|1|fail: the scheduler was not ejected, it detached itself (unregistered from user space): ${expects}unregistered|ON; ATTACH sleep 1; $exits; DETACH; STAY|sleep 9
		by itself, its BPF part|unregistered|1|fail: the scheduler was not ejected, it detached itself (unregistered from BPF): ${expects}unregistered|ON; ATTACH sleep 1; $quits; DETACH; STAY|sleep 9
		before that, an enable failed for it|stall|1|fail: the scheduler was ejected for another reason (runtime error): *|$stalls; ON; ATTACH sleep 1; $error; DETACH; STAY|sleep 9
		after that, an enable fails|stall|0|pass|ON; ATTACH sleep 1; $stalls; $error; DETACH; STAY|sleep 9
		after that, an enable fails for it|stall|1|fail: the scheduler was ejected for another reason (runtime error): *|ON; ATTACH sleep 1; $error; $stalls; DETACH; STAY|sleep 9
		another of a longer name|stall|2|inconclusive: the scheduler was detached, and the kernel log does not say why (can dmesg read it, does it hold enough?): ${expects}stall|ON; ATTACH sleep 1; $other; DETACH; STAY|sleep 9
		the log is silent|stall|2|inconclusive: the scheduler was detached, and the kernel log does not say why *|ON; ATTACH sleep 1; DETACH; STAY|sleep 9
		the log has lost the attach|stall|2|inconclusive: the scheduler was detached, and the kernel log does not say why *|ON; ATTACH sleep 1; : >/dev/kmsg; $stalls; DETACH; STAY|sleep 9
		the log was cleared|stall|2|inconclusive: the scheduler was detached, and the kernel log does not say why *|ON; ATTACH sleep 1; $stalls; : >/dev/kmsg; DETACH; STAY|sleep 9
		attached again|stall|3|scheduler failed: it was attached again (enable_seq went from 8 to 9), * s into the run (runnable task stall)|ON; ATTACH sleep 1; $stalls; DETACH; ON; ATTACH STAY|sleep 9
		attached again, and ejected|stall|3|scheduler failed: it was attached again (enable_seq went from 8 to 9), * s into the run (runnable task stall)|ON; ATTACH sleep 1; $stalls; DETACH; ATTACH DETACH; STAY|sleep 9
		never attached|stall|3|scheduler failed: it ended with status 1 before it was attached (runnable task stall)|$stalls; exit 1|exit 0
		at once, before it is proved|stall|3|scheduler failed: it was attached and ejected at once, before the test began, and its process is alive (runnable task stall)|ON; EJECTED; $stalls; STAY|exit 0
	EOF
}

# bats test_tags=promise:ejected-as-expected
@test "scheduler: an expected ejection is no pass where the kernel log cannot be read, nor where the host is not as it was" {
	local stalls
	stalls=$(kernel_logs 'BPF scheduler "fake_1.0" disabled (runnable task stall)')
	script t 'mount --bind /proc/sys/kernel/version /proc/sys/vm/swappiness' 'sleep 9'
	fake_sysctl vm/swappiness 60
	export_scheduler "$(kernel_logs 'BPF scheduler "fake_1.0" enabled')" "${attach[@]}" 'sleep 1' "$stalls" "${detach[@]}" "${stay[@]}"
	echo 'sysctl vm.swappiness 1' >>t.ktstr
	expects stall
	run -70 on_host ./t.run --quiet
	expect line -1 ends "no verdict, which would have been pass"
	echo 7 >"$HOST/kernel/sched_ext/enable_seq"
	script t 'sleep 9'
	printf '%s\n' '#!/bin/sh' 'exit 1' >"$HOST/dmesg"
	ktstr-export -q t
	run -2 on_host ./t.run --quiet
	expect line -1 begins "./t.run: inconclusive: the scheduler was detached, and the kernel log does not say why"
	nothing_left
}

@test "scheduler: an expected ejection is said and recorded, in rounds, too, which all have the scheduler" {
	local option
	script t 'sleep 9'
	export_scheduler "$(kernel_logs 'BPF scheduler "fake_1.0" enabled')" "${attach[@]}" 'sleep 1' \
		"$(kernel_logs 'BPF scheduler "fake_1.0" disabled (runnable task stall)')" "${detach[@]}" "${stay[@]}"
	expects 'task\040stall'
	run -0 on_host ./t.run --evidence-to e.tar.gz
	expect output has $'\n./t.run: the scheduler was ejected, as the test expects: runnable task stall\n'
	expect line -1 "./t.run: pass"
	tar -xzOf e.tar.gz --wildcards '*/result' | grep -xF 'ejection task\040stall runnable\040task\040stall'
	run -0 ktstr-results --format json e.tar.gz
	expect output has '"ejection": {"expected": "task stall", "found": "runnable task stall"}'
	run -0 on_host ./t.run --quiet --repeat 2
	expect output "./t.run: pass: 2 of 2 passed"
	for option in --no-scheduler --baseline; do
		run -64 on_host ./t.run "$option"
		expect output "./t.run: this test expects that its scheduler is ejected: it has no rounds without one"
	done
	run -0 ./t.run --info
	expect output has $'\nSCHED_EXPECTED_ERROR=task stall\n'
	nothing_left
}

@test "scheduler: a sub-scheduler that ends by itself, or before this run, is no ejection" {
	script t "$(kernel_logs 'BPF sub-scheduler "below" disabled (unregistered from user space)')"
	export_scheduler "${attach[@]}" "${stay[@]}"
	echo 'sched_ext: BPF sub-scheduler "old" disabled (runtime error)' >"$HOST/kmsg"
	run -0 on_host ./t.run --quiet
	nothing_left
}

alone() { # NAME STATUS MESSAGES TEST OTHER
	spelled "$5"
	script other "$REPLY"
	spelled "$4"
	export_test "$REPLY"
	[[ $1 != attaches-schedulers:* ]] || sed -i 's/^ATTACHES_SCHEDULERS=.*/ATTACHES_SCHEDULERS=1/' t.run
	run beside ./t.run --quiet
	ended "$2" "$3"
}

# bats test_tags=promise:no-other-scheduler
@test "scheduler: a test without one is watched: no other attaches while it runs" {
	local failed='*: another scheduler was attached while the test ran '
	each_case alone <<-EOF
		none|0|*: pass|sleep 0.5|WAIT
		one attaches|3|${failed}(the scheduler fake_1.0, and it is of PID * (other): kill *), [0-9].[0-9] s into the run|touch $PWD/started; sleep 4|STARTED; ATTACH WAIT
		one attaches, and its link is not seen|3|${failed}(the scheduler fake_1.0, and it is held by no process *), * s into the run|touch $PWD/started; sleep 4|STARTED; ENABLE WAIT
		one attaches and detaches between two looks|3|${failed}(it is detached again, and enable_seq went from 7 to 8), * s into the run|$(kernel_says enable_seq 8)|WAIT
		one is about to attach|3|${failed}(*), * s into the run|$(kernel_says state enabling); sleep 4|WAIT
		one attaches at the end|3|${failed}(*), * s into the run|ATTACH exit 0|WAIT
		attaches-schedulers: one attaches and detaches|0|*: pass|ATTACH sleep 0.7; DETACH|WAIT
		attaches-schedulers: one detaches late|0|*: pass|ATTACH exit 0|sleep 1.5; DETACH; WAIT
		attaches-schedulers: one fails|1|*: fail|ATTACH DETACH; exit 1|WAIT
		attaches-schedulers: one stays attached|70|*ERROR: sched_ext is still enabled (scheduler fake_1.0) after the test's schedulers were ended; *this host is not as it was*|ATTACH exit 0|WAIT
	EOF
}

@test "scheduler: a test without one on a kernel without sched_ext, or with no way to count, is not watched" {
	export_test 'exit 0'
	rm "$HOST/kernel/sched_ext/enable_seq"
	run -0 on_host ./t.run --quiet
	rm -r "$HOST/kernel/sched_ext"
	run -0 on_host ./t.run --quiet
}

# with_bpffs COMMAND...: on the host, where something is pinned before; what is there afterwards goes to the file pins
with_bpffs() {
	on_host bash -c 'mountpoint -q /sys/fs/bpf || exit 96; mkdir /sys/fs/bpf/theirs; ln -s old /sys/fs/bpf/theirs/link
		rm -f pinned; { until [ -e pinned ] || [ -L /sys/fs/bpf/ours ]; do sleep 0.05; done; while [ -L /sys/fs/bpf/ours ]; do sleep 0.1; done
			'"${detach[*]}"'; } & kernel=$!
		"$@"; s=$?; for i in {1..200}; do [ ! -e /run/ktstr.lock ] || sleep 0.1; done; (cd /sys/fs/bpf; echo **) >pins; kill $kernel 2>/dev/null; wait; exit $s' with_bpffs "$@" 3>&-
}

pinned() { # NAME STATUS MESSAGES SCHEDULER
	spelled "$4"
	export_scheduler "$REPLY"
	run with_bpffs "${RUN[@]}"
	[[ $status != 96 ]] || skip "needs a bpffs (mount -t bpf none /sys/fs/bpf)"
	ended "$2" "$3" && nothing_left && [[ $(<pins) == *theirs* && $(<pins) != *ours* ]]
}

# bats test_tags=promise:others-left-alone
@test "scheduler: what keeps it attached in bpffs is named and removed, and what was there before is not" {
	local removed='*warning: the scheduler left /sys/fs/bpf/ours in bpffs: it is removed*' RUN=(./t.run --quiet --attach-timeout 2)
	local pin="ln -s x /sys/fs/bpf/ours; : >$BATS_TEST_TMPDIR/pinned" ended='trap "exit 0" TERM INT; while :; do sleep 0.05; done'
	each_case pinned <<-EOF
		its link, and is ended|0|$removed: pass|ATTACH $pin; $ended
		its link, and ends|3|$removed*: scheduler failed: it ended with status 0, and the scheduler fake_1.0, which none of its processes holds, is attached: it is pinned in bpffs, perhaps as /sys/fs/bpf/ours: rm /sys/fs/bpf/ours|ENABLE $pin
		its link, and closes it|3|$removed*: scheduler failed: it is alive, but no process of it holds the scheduler fake_1.0, which is attached: it is pinned in bpffs, perhaps as /sys/fs/bpf/ours: rm /sys/fs/bpf/ours|ENABLE $pin; $ended
		a directory of maps, too|0|*/sys/fs/bpf/oursmaps/a in bpffs: it is removed*/sys/fs/bpf/oursmaps in bpffs: it is removed*$removed: pass|ATTACH $pin; mkdir /sys/fs/bpf/oursmaps; ln -s x /sys/fs/bpf/oursmaps/a; $ended
		its link, and the run is killed|137|$removed|ATTACH $pin; kill -9 \$PPID; $ended
	EOF
}

# bats test_tags=promise:others-left-alone
@test "scheduler: what came to bpffs while it ran is named, and left there if nothing keeps it attached" {
	script t 'mkdir /sys/fs/bpf/others; ln -s x /sys/fs/bpf/others/map' # as another program would do
	export_scheduler "${attach[@]}" "${stay[@]}"
	run with_bpffs ./t.run --quiet
	[[ $status != 96 ]] || skip "needs a bpffs (mount -t bpf none /sys/fs/bpf)"
	expect status 0
	expect line 0 "./t.run: warning: new in bpffs, and left there, as it may be another program's: /sys/fs/bpf/others, and 1 more"
	expect line 1 "./t.run: pass"
	expect value "$(<pins)" has others
	nothing_left
}

# bats test_tags=promise:others-left-alone
@test "scheduler: what came to bpffs is left there if another scheduler attached while this run's was ended" {
	script other "until [ -e $PWD/ending ]; do sleep 0.05; done; ln -s x /sys/fs/bpf/others" "${attach[@]}" "${stay[@]}"
	script t 'exit 0'
	export_scheduler "trap 'touch $PWD/ending' INT" 'trap "exit 0" TERM; while :; do sleep 0.05; done'
	run with_bpffs bash -c './other & other=$!; "$@"; s=$?; kill $other; wait; exit $s' beside ./t.run --quiet --attach-timeout 2
	[[ $status != 96 ]] || skip "needs a bpffs (mount -t bpf none /sys/fs/bpf)"
	expect status 3
	expect value "$(<pins)" has others
	expect output has-not 'it is removed'
}
