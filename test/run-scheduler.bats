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
	HOST_PATIENCE=30 scheduler_failed "it*ended with SIGKILL*" # before it was attached, or at once, or into the run
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
	export_scheduler "${attach[@]}" 'exit 3'
	run -3 --separate-stderr on_host ./t.run --quiet
	expect stderr ends "it ended with status 3, and the scheduler fake_1.0, which none of its processes holds, is attached"
	echo disabled >"$HOST/kernel/sched_ext/state"
	rm -r "$HOST/kernel/sched_ext/root"
	echo 7 >"$HOST/kernel/sched_ext/enable_seq"
	script sched "${attach[@]}" "$(kernel_says enable_seq 9)" "${stay[@]}"
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
		one attaches and detaches between two looks|3|${failed}(it is detached again, and enable_seq went from 7 to 8), * s into the run|ATTACH DETACH|WAIT
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
@test "scheduler: what it pins in bpffs is named and removed, and nothing else there" {
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
