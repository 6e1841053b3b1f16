#!/usr/bin/env bats
# run-scheduler.bats - the .run and its scheduler: attached all the time, or no verdict of the test's

load run_helper

# A test that takes a while, so that something can happen meanwhile, and then passes.
long_test() {
	script t "read -r -t 30 </dev/zero || true; sleep 30; exit 0"
}

# scheduler_failed MESSAGE: status 3 with it, whatever the test said, and nothing left behind
scheduler_failed() {
	run -3 --separate-stderr on_host ./t.run --quiet --attach-timeout 2
	# shellcheck disable=SC2053 # a pattern
	[[ ${stderr_lines[-1]} == "./t.run: scheduler failed: "$1 ]] || {
		echo "$stderr"
		return 1
	}
	nothing_left
}

@test "scheduler: the test runs under it: it is there before the test and gone after it" {
	# shellcheck disable=SC2016
	script t 'read -r state </sys/kernel/sched_ext/state; kill -0 "$KTSTR_SCHED_PID" && [ "$SCHED_PID" = "$KTSTR_SCHED_PID" ] && [ "$state" = enabled ]'
	export_scheduler "${attach[@]}" "${stay[@]}"
	run -0 on_host ./t.run
	nothing_left
	RC=1
	export RC
	script t 'exit 1'
	ktstr-export -q t
	run -1 on_host ./t.run
	nothing_left
}

# bats test_tags=promise:values-are-data
@test "scheduler: its arguments arrive byte for byte, paths of packed files as extracted" {
	echo conf >'con fig'
	export_scheduler "printf '%s\\0' \"\$@\" >$BATS_TEST_TMPDIR/args; cat \"\$2\" >$BATS_TEST_TMPDIR/conf" \
		"echo \"\$SCX_TIMEOUT_MS\" >$BATS_TEST_TMPDIR/timeout" "${attach[@]}" "${stay[@]}"
	cat >>t.ktstr <<-'EOF'
		config-file con\040fig
		sched-arg it's\040"x"\040$(id)`id`\134
		sched-arg ""
		sched-arg a\012__ARCHIVE__\012b
		sched-arg é\303\250\377*
	EOF
	ktstr-export -q t
	run -0 on_host ./t.run --watchdog-timeout 9
	mapfile -d '' args <args
	expect value "${#args[@]}" 6
	expect value "${args[0]}" --config
	expect value "${args[1]}" begins /
	expect value "${args[1]}" ends "/include/con fig"
	expect value "$(cat conf)" conf
	printf '%s\0' $'it\'s "x" $(id)`id`\\' '' $'a\n__ARCHIVE__\nb' $'é\303\250\377*' >wanted
	printf '%s\0' "${args[@]:2}" | cmp - wanted
	expect value "$(cat timeout)" 9000
}

@test "scheduler: its environment says where the unpacked files are, as the test's does" {
	echo data >data
	# shellcheck disable=SC2016
	export_scheduler 'cmp "$KTSTR_INCLUDE_DIR/data" "$KTSTR_DIR/include/data" && cmp "$0" "$KTSTR_DIR/scheduler" || exit 5' \
		"printf '%s\n' \"\$KTSTR_DIR\" \"\$KTSTR_INCLUDE_DIR\" >$PWD/scheduler.seen" "${attach[@]}" "${stay[@]}"
	script t "printf '%s\n' \"\$KTSTR_DIR\" \"\$KTSTR_INCLUDE_DIR\" >$PWD/test.seen"
	echo 'include ./data' >>t.ktstr
	ktstr-export -q t
	run -0 on_host env KTSTR_DIR=/callers KTSTR_INCLUDE_DIR=/callers ./t.run
	expect value "$(head -n 1 scheduler.seen)" matches "^$PWD/tmp/ktstr\.[^/]*/tree$"
	cmp scheduler.seen test.seen
	nothing_left
}

# bats test_tags=promise:values-are-data
@test "scheduler: packed files stand within its arguments and the test's, and all other braces stay" {
	local wanted args here=$BATS_TEST_TMPDIR
	echo '[{"name":"layers"}]' >'lay ers.json'
	echo data >'$(id){'
	script t "printf '%s\\0' \"\$@\" >$here/test-args; cat \"\${1#*=}\" >$here/data; cat \"\$KTSTR_INCLUDE_DIR/lay ers.json\" >$here/layers"
	export_scheduler "printf '%s\\0' \"\$@\" >$here/args; cat \"\${1#f:}\" >$here/conf; cat \"\${4#*=}\" >$here/inline" "${attach[@]}" "${stay[@]}"
	cat >>t.ktstr <<-'END'
		config-file ./lay\040ers.json f:{file} {"file":"{file}","again":"{file}"} --help-stats
		config-content in\040line text\012\303\251 --in={file}
		sched-arg {"a":{"include/x":"}"}}
		sched-arg {include/$(id){}{include/lay\040ers.json}
		include ./$(id){
		run-arg --in={include/$(id){}
		run-arg {}{file}{include
	END
	ktstr-export -q t
	run -0 on_host ./t.run
	mapfile -d '' args <args
	wanted=${args[0]#f:} wanted=${wanted%/*}
	expect value "$wanted" begins "$here/tmp/ktstr."
	printf '%s\0' "f:$wanted/lay ers.json" "{\"file\":\"$wanted/lay ers.json\",\"again\":\"$wanted/lay ers.json\"}" --help-stats \
		"--in=$wanted/in line" '{"a":{"include/x":"}"}}' "$wanted/\$(id){$wanted/lay ers.json" | cmp - args
	printf '%s\0' "--in=$wanted/\$(id){" '{}{file}{include' | cmp - test-args
	cmp 'lay ers.json' conf
	cmp 'lay ers.json' layers
	cmp '$(id){' data
	expect value "$(cat inline)" $'text\né'
	run -0 ./t.run --list
	expect output has $'include/in line\n'
	run -0 ./t.run --print-command
	expect line 2 has "\"\$DIR\"'/scheduler' 'f:'\"\$DIR\"'/include/lay ers.json' '{\"file\":\"'\"\$DIR\"'/include/lay ers.json\",\"again\":\"'\"\$DIR\"'/include/lay ers.json\"}' '--help-stats' '--in='\"\$DIR\"'/include/in line' '{\"a\":{\"include/x\":\"}\"}}' \"\$DIR\"'/include/\$(id){'\"\$DIR\"'/include/lay ers.json' <"
	expect line 4 has "\"\$DIR\"'/ktstr' '--in='\"\$DIR\"'/include/\$(id){' '{}{file}{include' <"
	nothing_left
}

# bats test_tags=promise:values-are-data
@test "scheduler: the lines of --print-command do in the directory of --extract what a run does" {
	local here=$BATS_TEST_TMPDIR what
	echo data >data
	echo 'exit 9' >tool
	# shellcheck disable=SC2016
	local seen=('[ -z "$(cat)" ] && cmp "$KTSTR_INCLUDE_DIR/data" "$KTSTR_DIR/include/data" || exit 9'
		'words=("${@//"$KTSTR_DIR"/DIR}" "${KTSTR_INCLUDE_DIR#"$KTSTR_DIR"}")')
	# shellcheck disable=SC2016
	script t "${seen[@]}" 'tool=$(type -P tool); read -r state </sys/kernel/sched_ext/state' \
		'words+=("${tool#"$KTSTR_DIR"}" "$KTSTR_DURATION_SECS" "$KTSTR_WATCHDOG_SECS" "$state")' \
		"printf '%s\\0' \"\${words[@]}\" >$here/test.seen" 'kill -0 "$KTSTR_SCHED_PID" && kill -0 "$SCHED_PID" && exit "${RC:-0}"'
	export_scheduler "${seen[@]}" "printf '%s\\0' \"\${words[@]}\" \"\$SCX_TIMEOUT_MS\" >$here/scheduler.seen" "${attach[@]}" "${stay[@]}"
	for what in sched-arg run-arg; do
		printf "$what %s\n" '{include/data}' 'it\047s\040"x"\040$(id)`id`\134' '""' 'a\012__ARCHIVE__\012b' 'é\303\250\377*\001' '$DIR' '<0>{include/data}<0><1>'
	done >>t.ktstr
	printf '%s\n' 'include ./data' 'include ./tool' >>t.ktstr
	ktstr-export -q t
	run -0 on_host ./t.run --watchdog-timeout 9 --duration 3
	mkdir run
	mv ./*.seen run
	expect value "$(tail -zn 1 run/test.seen | tr '\0' ' ')" 'enabled '
	expect value "$(tail -zn 1 run/scheduler.seen | tr '\0' ' ')" '9000 '
	what="a \$(id) 'dir\""
	./t.run --extract "$what"
	./t.run --watchdog-timeout 9 --duration 3 --print-command >lines
	run -0 on_host bash -c 'cd "$1" && RC=2 exec bash -s <"$2"' paste "$what" "$here/lines"
	expect output has "status 2"
	cmp run/test.seen test.seen
	cmp run/scheduler.seen scheduler.seen
	# one that does not attach
	printf '#!/bin/sh\nexit 1\n' >"$what/scheduler"
	rm test.seen
	run on_host bash -c 'cd "$1" && exec bash -s <"$2"' paste "$what" "$here/lines"
	expect output has "this scheduler is not attached: the test was not run"
	expect no-file test.seen
	echo enabled >"$HOST/kernel/sched_ext/state" # another one
	run on_host bash -c 'cd "$1" && exec bash -s <"$2"' paste "$what" "$here/lines"
	expect output has "this scheduler is not attached: the test was not run"
	echo disabled >"$HOST/kernel/sched_ext/state"
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "scheduler: cgroup-parent is there before it starts, and gone with all below it" {
	export_scheduler "mkdir \$(awk '\$3 == \"cgroup2\" { print \$2; exit }' /proc/mounts)\$2/cell" \
		"[ \$? = 0 ] || exit 5" "${attach[@]}" "${stay[@]}"
	printf '%s\n' 'cgroup-parent /a/b' 'sched-arg --cell-parent-cgroup' 'sched-arg /a/b' >>t.ktstr
	ktstr-export -q t
	run -0 on_host ./t.run
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "scheduler: workload-root-cgroup is the test's, with cgroup-parent beside, above, below or at it, and gone at the end" {
	local root parent
	# shellcheck disable=SC2016
	script t 'sleep 81.75 & mkdir -p "$KTSTR_CGROUP_ROOT/a/b"; echo $! >"$KTSTR_CGROUP_ROOT/a/b/cgroup.procs"' \
		"echo \"\$KTSTR_CGROUP_ROOT\" >$PWD/root; [ ! -e $REAL_CGROUP/ktstr ]"
	while read -r root parent; do
		export_scheduler "[ -d '$REAL_CGROUP$root' ] && [ -d '$REAL_CGROUP$parent' ] || exit 5" "${attach[@]}" "${stay[@]}"
		printf '%s\n' "workload-root-cgroup $root" "cgroup-parent $parent" >>t.ktstr
		ktstr-export -q t 2>/dev/null
		run -0 on_host ./t.run
		expect value "$(cat root)" "$REAL_CGROUP$root"
		nothing_left
	done <<-'END'
		/w/x /p
		/w/x /w
		/w/x /w/x
		/w/x /w/x/y/z
		/ktstr.runs /ktstr.runs/ktstr.run
	END
}

# bats test_tags=promise:others-left-alone
@test "scheduler: a workload-root-cgroup of others is no place for a run, one that is empty stays" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	echo 'workload-root-cgroup /theirs/w' >>t.ktstr
	ktstr-export -q t
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'm=$1/theirs; mkdir -p $m/w
		sleep 81.75 & echo $! >$m/w/cgroup.procs; ./t.run --quiet; s=$?; kill $! || s=98; wait; rmdir $m/w $m || s=99; exit $s' \
		x "$REAL_CGROUP"
	expect output begins "./t.run: not suitable: the cgroup $REAL_CGROUP/theirs/w is in use, and is what a run needs for itself: \
stop who uses it, or export the test with another workload-root-cgroup"
	expect no-file ran
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'm=$1/theirs; mkdir -p $m/w; sleep 81.75 & echo $! >$m/cgroup.procs
		./t.run --quiet; s=$?; kill $! || s=98; wait; rmdir $m/w $m || s=99; exit $s' x "$REAL_CGROUP"
	expect file ran
	nothing_left
}

# bats test_tags=promise:others-left-alone
@test "scheduler: cgroups that were there before, above and beside its own, stay with what is in them" {
	export_scheduler "${attach[@]}" "${stay[@]}"
	echo 'cgroup-parent /theirs/ours/cell' >>t.ktstr
	ktstr-export -q t
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'm=$(awk "\$3 == \"cgroup2\" { print \$2; exit }" /proc/mounts)
		mkdir -p $m/theirs/beside; sleep 84.25 & echo $! >$m/theirs/beside/cgroup.procs; ./t.run; s=$?
		[ ! -e $m/theirs/ours ] || s=97; kill $! || s=98; wait; rmdir $m/theirs/beside $m/theirs || s=99; exit $s'
	# and one that is there as a whole
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'm=$(awk "\$3 == \"cgroup2\" { print \$2; exit }" /proc/mounts)/theirs/ours/cell
		mkdir -p $m; sleep 84.25 & echo $! >$m/cgroup.procs; ./t.run; s=$?
		kill $! || s=98; wait; rmdir $m ${m%/*} ${m%/*/*} || s=99; exit $s'
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "scheduler: sysctls are set before it starts, and set back last" {
	export_scheduler 'grep -qx 17 /proc/sys/vm/dirty_ratio || exit 5' "${attach[@]}" "${stay[@]}"
	echo 'sysctl vm.dirty_ratio 17' >>t.ktstr
	ktstr-export -q t
	run -0 on_host ./t.run
	expect value "$(sysctl_now vm/dirty_ratio)" 20
	sed -i 's/^sysctl.*/sysctl vm.dirty_ratio 17\nsysctl vm.no_such 1/' t.ktstr
	ktstr-export -q t
	run -4 on_host ./t.run
	expect output ends "this kernel has no sysctl vm.no_such that can be set"
	expect value "$(sysctl_now vm/dirty_ratio)" 20
	sed -i 's/^sysctl vm.no_such.*/sysctl kernel.msgmax much/' t.ktstr
	ktstr-export -q t
	run -4 on_host ./t.run
	expect output ends "the kernel refuses much for the sysctl kernel.msgmax"
	expect value "$(sysctl_now vm/dirty_ratio)" 20
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "scheduler: a sysctl that cannot be set back ends the run before anything was started" {
	local row key value message
	export_test "touch $BATS_TEST_TMPDIR/started"
	fake_sysctl vm/swappiness $'1\n2'
	fake_sysctl kernel/core_pattern "$(printf 'x%.0s' {1..1000})"
	while IFS='|' read -r row key value message; do
		printf '%s\n' 'test t' 'binary t' 'topology 1n1l1c1t' "sysctl $key $value" >t.ktstr
		ktstr-export -q t
		run -4 on_host ./t.run --quiet
		[ "$output" = "./t.run: unsuitable: $message" ] && [ ! -e started ] || {
			echo "$row: $output"
			return 1
		}
		nothing_left
	done <<-END
		its own value is refused|kernel.sem_next_id|5|the sysctl kernel/sem_next_id cannot be set back: the kernel refuses -1, the value that it has
		one that is written only|vm.compact_memory|1|this kernel has no sysctl vm.compact_memory that can be set
		more than a line|vm.swappiness|5|the sysctl vm/swappiness has more than one line, or a long one, and cannot be set back as a whole
		a long line|kernel.core_pattern|5|the sysctl kernel/core_pattern has more than one line, or a long one, and cannot be set back as a whole
		only goes up|kernel.tainted|512|the sysctl kernel/tainted cannot be set back from 512: no test may set it
		one way|kernel.yama.ptrace_scope|3|the sysctl kernel/yama/ptrace_scope cannot be set back from 3: no test may set it
		sets others, too|net.ipv4.ip_forward|1|the sysctl net/ipv4/ip_forward changes others with it, which cannot be set back: no test may set it
	END
}

@test "scheduler: sysctls of several values, and those that are set twice, are as they were" {
	fake_sysctl vm/swappiness 60
	export_test 'cat /proc/sys/kernel/sem /proc/sys/vm/swappiness >seen'
	printf '%s\n' 'sysctl kernel.sem 100\040200\04030\04040' 'sysctl vm.swappiness 1' 'sysctl vm/swappiness 2' >>t.ktstr
	ktstr-export -q t
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'cat /proc/sys/kernel/sem >before; ./t.run --quiet; s=$?; cmp before /proc/sys/kernel/sem && exit $s'
	expect value "$(cat seen)" $'100\t200\t30\t40\n2'
	expect value "$(sysctl_now vm/swappiness)" 60
}

# bats test_tags=promise:takes-all-away
@test "scheduler: a sysctl that could not be set back is an error of the host, and no pass" {
	# the test puts another in its place that takes what it likes
	fake_sysctl vm/swappiness 60
	export_test 'mount --bind /proc/sys/kernel/version /proc/sys/vm/swappiness'
	echo 'sysctl vm.swappiness 1' >>t.ktstr
	ktstr-export -q t
	run -70 on_host ./t.run --quiet
	[[ ${lines[0]} == "./t.run: ERROR: the sysctl vm/swappiness could not be set back to 60: it is #"* || ${lines[1]} == "./t.run: ERROR: the sysctl vm/swappiness could not be set back to 60: it is #"* ]]
	expect line -1 ends "no verdict, which would have been pass"
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: it ends before it is attached: status and last lines are shown" {
	export_scheduler 'for i in {1..30}; do echo line $i; done; echo verifier says no >&2; exit 7'
	scheduler_failed "it ended with status 7 before it was attached"
	expect stderr has "./t.run: scheduler: line 30
./t.run: scheduler: verifier says no
"
	expect stderr has-not "line 21"$'\n'
	expect stderr has "line 22"
	script sched 'kill -ABRT $$'
	ktstr-export -q t
	scheduler_failed "it ended with SIGABRT before it was attached"
	for status in 0 127 193 255; do
		script sched "exit $status"
		ktstr-export -q t
		scheduler_failed "it ended with status $status before it was attached"
	done
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: one that attaches and dies at once is not taken for another's" {
	# the kernel takes a moment to detach it
	export_scheduler "${attach[@]}" "$(kernel_says state disabling); (sleep 0.7; ${detach[*]}) & disown" 'kill -KILL $$'
	HOST_PATIENCE=30 scheduler_failed '*ended with SIGKILL*'
	# as it depends on when the .run looks
	expect value "${stderr_lines[-1]}" matches ': (it ended with SIGKILL before it was attached|it was attached and ejected at once, before the test began, and its process ended with SIGKILL|its process ended with SIGKILL, [0-9]\.[0-9] s into the run)$'
}

@test "scheduler: --ktap under one, that passes, that fails" {
	script t 'echo under it; exit "${RC:-0}"'
	export_scheduler "${attach[@]}" 'echo chatter' "${stay[@]}"
	run -0 --separate-stderr timeout 30 bash -c "$(declare -p HOST NAMESPACES REAL_CGROUP; declare -f on_host); on_host ./t.run --ktap --quiet"
	expect output "KTAP version 1
1..1
# under it
ok 1 t"
	expect stderr "./t.run: pass"
	script sched 'echo no; exit 255'
	ktstr-export -q t
	run -3 --separate-stderr on_host ./t.run --ktap --quiet --evidence never
	expect output "KTAP version 1
1..1
# scheduler: no
# scheduler failed: it ended with status 255 before it was attached
not ok 1 t"
	nothing_left
}

# bats test_tags=promise:disk-not-filled
@test "scheduler: what prints without end does not fill the disk" {
	script t 'sleep 3'
	export_scheduler "${attach[@]}" "trap '${detach[*]}; exit 0' TERM INT" \
		'while :; do printf "%1000000s\n" "noise"; done'
	on_host ./t.run --quiet >out 2>err &
	JOB=$!
	local largest=0 size
	while kill -0 "$JOB" 2>/dev/null; do
		size=$(du -sk tmp | cut -f1)
		((size <= largest)) || largest=$size
		sleep 0.1
	done
	ended_with 0
	expect value "$largest" -lt 400000
	nothing_left
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: alive and never attached, with a name in root/ops or without, is no attachment" {
	export_scheduler "${stay[@]}"
	scheduler_failed "it is alive, but not attached after 2 s (sched_ext is disabled)"
	script sched "mkdir $scx/root; echo fake >$scx/root/ops; $(kernel_says state enabling)" "${stay[@]}"
	ktstr-export -q t
	scheduler_failed "it is alive, but not attached after 2 s (sched_ext is enabling)"
	# enabled, but the count of enables does not go up: not a successful enable
	script sched "$(kernel_says state enabled)" "${stay[@]}"
	ktstr-export -q t
	scheduler_failed "it is alive, but not attached after 2 s (sched_ext is enabled)"
}

@test "scheduler: an enable that is late, but within the time, is waited for" {
	export_scheduler 'sleep 1.2' "${attach[@]}" "${stay[@]}"
	run -0 on_host ./t.run --attach-timeout 5
	script sched "$(kernel_says state enabled); sleep 1" "${attach[0]}" "${attach[3]}" "${stay[@]}"
	ktstr-export -q t
	run -0 on_host ./t.run
	nothing_left
}

# bats test_tags=promise:others-left-alone
@test "scheduler: another one that is attached in its place is named" {
	export_scheduler "${attach[@]:1}" 'exit 3' # never held by it
	run -3 --separate-stderr on_host ./t.run --quiet
	expect stderr ends "it ended with status 3, and the scheduler fake_1.0, which none of its processes holds, is attached"
	echo disabled >"$HOST/kernel/sched_ext/state"
	rm -r "$HOST/kernel/sched_ext/root"
	echo 7 >"$HOST/kernel/sched_ext/enable_seq"
	script sched "${attach[@]:0:3}" "$(kernel_says enable_seq 9)" "${stay[@]}"
	ktstr-export -q t
	scheduler_failed "more than one scheduler was attached after it was started (enable_seq went from 7 to 9)"
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: detached while the test runs, its process alive: the test is stopped at once" {
	long_test
	export_scheduler "${attach[@]}" 'sleep 0.7' "${detach[@]}" "${stay[@]}"
	local start=$SECONDS
	scheduler_failed "it was detached (sched_ext is disabled), and its process is alive, [0-9].[0-9] s into the run"
	((SECONDS - start < 40)) # the test takes 60
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: detached and attached again while the test runs is no whole run" {
	long_test
	export_scheduler "${attach[@]}" 'sleep 0.7' "${detach[@]}" "${attach[@]}" "$(kernel_says enable_seq 9)" "${stay[@]}"
	scheduler_failed "it was attached again (enable_seq went from 8 to 9), [0-9].[0-9] s into the run"
}

@test "scheduler: detached because a CPU came or went says so" {
	long_test
	echo 3 >"$HOST/kernel/sched_ext/hotplug_seq"
	export_scheduler "${attach[@]}" 'sleep 0.7' "$(kernel_says hotplug_seq 4)" "${detach[@]}" "${stay[@]}"
	scheduler_failed "it was detached (sched_ext is disabled), and its process is alive, [0-9].[0-9] s into the run, after a CPU came or went"
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: its process ends while the test runs, with whatever status" {
	long_test
	export_scheduler "${attach[@]}" 'sleep 0.7; echo EXIT: runnable task stall' 'exit 0'
	the_kernel
	scheduler_failed "its process ended with status 0, [0-9].[0-9] s into the run"
	expect stderr has "./t.run: scheduler: EXIT: runnable task stall"
}

# bats test_tags=promise:attached-all-the-time
@test "scheduler: detached at the very end counts, though the test has passed" {
	script t "$(kernel_says state disabled); exit 0"
	export_scheduler "${attach[@]}" "${stay[@]}"
	scheduler_failed "it was detached (sched_ext is disabled), and its process is alive, [0-9].[0-9] s into the run"
	script t "$(kernel_says enable_seq 9); exit 1"
	ktstr-export -q t
	echo 7 >"$HOST/kernel/sched_ext/enable_seq"
	scheduler_failed "it was attached again (enable_seq went from 8 to 9), [0-9].[0-9] s into the run"
}

@test "scheduler: the kernel log's lines since its start are shown, with the reason" {
	long_test
	echo 'sched_ext: BPF scheduler "old" disabled (an old reason)' >"$HOST/kmsg"
	export_scheduler "${attach[@]}" "$(kernel_logs 'BPF scheduler "fake" disabled (runnable task stall)')" \
		'sleep 0.5' "${detach[@]}" "${stay[@]}"
	scheduler_failed "it was detached (sched_ext is disabled), and its process is alive, [0-9].[0-9] s into the run (runnable task stall)"
	expect stderr has './t.run: kernel: '
	expect stderr has 'sched_ext: BPF scheduler "fake" disabled (runnable task stall)'
	expect stderr has-not "an old reason"
}

# bats test_tags=promise:takes-all-away
@test "scheduler: one that ignores INT and TERM is killed" {
	export_scheduler "trap '' INT TERM" "${attach[@]}" 'while :; do sleep 0.2; done'
	# the kernel detaches it when it is killed; here this does
	the_kernel
	HOST_PATIENCE=30 run -0 on_host ./t.run
	expect output has "warning: the scheduler ignored INT and TERM: it is killed"
	nothing_left
}

# bats test_tags=promise:forced-out
@test "scheduler: sched_ext that stays enabled after its end is no pass and a loud error, with what to do" {
	export_scheduler "${attach[@]}" 'trap "exit 0" INT TERM; while :; do sleep 0.05; done'
	run -70 on_host ./t.run
	expect output has "ERROR: sched_ext is still enabled (scheduler fake_1.0) after this run's scheduler was ended; it is held by no process "
	expect output has ": to force it out: echo S > /proc/sysrq-trigger"
	expect output has-not ": pass"
}

# bats test_tags=promise:takes-all-away
@test "scheduler: what it leaves in the background is ended" {
	export_scheduler "${attach[@]}" '(setsid sleep 89.25 &)' "${stay[@]}"
	run -0 on_host ./t.run
	run -1 pgrep -f 'sleep 89.25'
	nothing_left
}

@test "scheduler: watching it takes no process" {
	need strace
	script t 'sleep 4'
	export_scheduler "${attach[@]}" 'trap "'"${detach[*]}"'; exit 0" INT TERM; sleep 60 & wait'
	HOST_PATIENCE=50 run -0 on_host strace -D -f -qq -tt -e trace=fork,vfork,clone,clone3,execve -o trace bash ./t.run --quiet
	# from the start of the test's sleep to its end
	sed -n '/execve(.*"sleep", "4"/,/CLD_EXITED/p' trace >meanwhile
	(($(wc -l <meanwhile) >= 2))
	run -1 grep -c 'clone\|fork' meanwhile
}

# bats test_tags=promise:disk-not-filled
@test "scheduler: one that fails, ignores signals and prints as fast as it can is ended, and its log stays small" {
	export_scheduler 'trap "" INT TERM; exec yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
	on_host timeout 60 ./t.run --quiet --attach-timeout 1 >out 2>&1 &
	local job=$! largest=0 size status=0
	while kill -0 "$job" 2>/dev/null; do
		size=$(du -sk tmp | cut -f1)
		((size <= largest)) || largest=$size
		sleep 0.1
	done
	wait "$job" || status=$?
	expect status 3
	echo "$largest KiB"
	expect value "$largest" -lt 12000 # 4 MiB are kept
	expect value "$(grep -c 'scheduler: aaaa' out)" -le 20
	nothing_left
}

@test "scheduler: very long lines of its, and of controls, are cut" {
	export_scheduler 'head -c 1000000 /dev/zero | tr "\0" "\033"; echo; head -c 1000000 /dev/zero | tr "\0" "\t"; exit 1'
	run -3 on_host timeout 30 ./t.run --quiet
	expect line -1 begins "./t.run: scheduler failed: it ended with status 1 before it was attached"
	expect value "${#output}" -lt 20000
}

@test "scheduler: a cgroup-parent is a name and no pattern" {
	export_scheduler "${attach[@]}" "${stay[@]}"
	script t "[ -d '$REAL_CGROUP/z*' ]"
	touch z1 z2
	echo 'cgroup-parent /z*' >>t.ktstr
	ktstr-export -q t
	run -0 on_host ./t.run --quiet
}
