#!/usr/bin/env bats
# run-teardown.bats - the .run ends: by itself, by a signal, killed: and nothing is left on the host

load run_helper

# on_host itself fails where a process or a cgroup is left; a killed run's janitor takes a moment
export HOST_PATIENCE=150

# NAP: the processes of this test, which no test that runs at the same time has
printf -v NAP 'sleep 88.1%03d' "${BATS_TEST_NUMBER:-0}"

# start_run: a run with scheduler, sysctl and a test that works on, in the background; PID is its shell
start_run() {
	script t 'mkdir -p "$KTSTR_CGROUP_ROOT/a/b"' "(setsid $NAP &)" \
		"$NAP"' & echo $! >"$KTSTR_CGROUP_ROOT/a/b/cgroup.procs"' "${1:-}" \
		"touch $BATS_TEST_TMPDIR/started; $NAP; $NAP"
	export_scheduler "${attach[@]}" "${stay[@]}"
	printf '%s\n' 'cgroup-parent /x/y' 'sysctl vm.dirty_ratio 17' ${MORE:+"$MORE"} >>t.ktstr
	ktstr-export -q t
	begin_run
}

# ended STATUS: the run ended with it, and left nothing
ended() {
	ended_with "$1"
	[ "$(sysctl_now vm/dirty_ratio)" = 20 ]
	wait_for gone "$PWD" # what was killed takes a moment to go
	nothing_left
}

@test "teardown: what runs on a fake host reaches neither the sysctls nor the kernel log of the real one" {
	local file
	for file in vm/swappiness vm/dirty_expire_centisecs kernel/core_pattern; do
		run -1 on_host bash -c "cat /proc/sys/$file >/proc/sys/$file"
	done
	on_host bash -c 'echo 17 >/proc/sys/vm/dirty_ratio; echo 4096 >/proc/sys/kernel/msgmax; echo fake >/dev/kmsg'
	expect value "$(sysctl_now vm/dirty_ratio)" 17
	expect value "$(cat "$HOST/kmsg")" fake
	expect value "$(cat /proc/sys/kernel/msgmax)" is-not 4096
}

# bats test_tags=promise:takes-all-away
@test "teardown: TERM, INT and HUP end the test and the scheduler, with status 128+N" {
	for signal in TERM INT HUP; do
		rm -f started
		start_run
		kill "-$signal" "$PID"
		ended $((128 + $(kill -l "$signal")))
	done
}

# bats test_tags=promise:takes-all-away
@test "teardown: a second signal, and a third, do not break it" {
	start_run 'trap "" TERM'
	kill -TERM "$PID"
	sleep 0.3
	kill -INT "$PID"
	kill -TERM "$PID"
	sleep 0.3
	kill -HUP "$PID"
	ended 143
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9 of the shell: the janitor does it" {
	start_run
	the_kernel
	kill -KILL "$PID"
	ended 137
	grep -q "./t.run: the run was killed: cleaning up" err
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9: the janitor empties and removes a workload-root-cgroup, too" {
	MORE='workload-root-cgroup /x/w/w' start_run
	the_kernel
	kill -KILL "$PID"
	ended 137
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9 right after a cgroup was made: the janitor knows of it" {
	local name
	export_test 'exit 0'
	mkdir bin
	for name in ktstr ktstr.run test; do
		script bin/mkdir "$(type -P mkdir) \"\$@\" || exit" "[[ \$1 != */$name ]] || kill -KILL \$PPID"
		run -137 --separate-stderr on_host env PATH="$PWD/bin:$PATH" ./t.run
		expect stderr has "the run was killed: cleaning up"
		nothing_left
	done
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9 right after the work directory was made: the janitor knows of it" {
	export_test 'exit 0'
	mkdir bin
	script bin/mkdir "$(type -P mkdir) \"\$@\" || exit" "[[ \$* != -m\ 700*/ktstr.* || \$* == */evidence* ]] || kill -KILL \$PPID"
	run -137 --separate-stderr on_host env PATH="$PWD/bin:$PATH" ./t.run
	expect stderr has "the run was killed: cleaning up"
	nothing_left
}

# bats test_tags=promise:both-killed
@test "teardown: kill -9 of shell and janitor together: the scheduler and the test die all the same" {
	setpriv --pdeathsig KILL true 2>/dev/null || skip "needs setpriv --pdeathsig"
	start_run
	local job=$JOB
	# shellcheck disable=SC2046 # PIDs
	kill -KILL $(pgrep -f "^bash $PWD/t.run")
	wait_for gone "$PWD/tmp/ktstr.*/bin/scheduler/"
	wait_for gone "$PWD/tmp/ktstr.*/bin/test/"
	# what no process is left to undo: sysctls, cgroups, directory. The next run's own is not harmed by it.
	HOST_PATIENCE=1
	pkill -KILL -f "$NAP"
	wait "$job" || true
}

# bats test_tags=promise:no-verdict
@test "teardown: kill -9 of a run with --ktap is not ok" {
	export_test "touch $BATS_TEST_TMPDIR/started; sleep 85.25"
	on_host "$PWD/t.run" --ktap >out 2>err &
	local job=$! status=0
	wait_for test -e started
	kill -KILL "$(pgrep -of "^bash $PWD/t.run")"
	wait "$job" || status=$?
	expect status 137
	expect value "$(tail -n 1 out)" "not ok 1 t"
	run -1 grep -c '^ok' out
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "teardown: kill -9 while it cleans up: the janitor goes on, and the next run is not disturbed" {
	export_test 'mkdir "$KTSTR_CGROUP_ROOT/a"'
	# the shell waits there until it is killed; the janitor does not
	sed -i "s|^remove_work() {$|&\n\tif [[ ! -e $BATS_TEST_TMPDIR/cleaning ]]; then : >'$BATS_TEST_TMPDIR/cleaning'; sleep 10; fi|" t.run
	on_host "$PWD/t.run" >out 2>err &
	local job=$!
	wait_for test -e cleaning
	sleep 0.3
	kill -KILL "$(pgrep -of "^bash $PWD/t.run")"
	wait "$job" || true
	nothing_left
}

@test "teardown: a killed janitor's run still has its verdict" {
	export_test "touch $BATS_TEST_TMPDIR/started; sleep 2; exit 2"
	on_host "$PWD/t.run" >out 2>err &
	local job=$! status=0
	wait_for test -e started
	kill -KILL "$(pgrep -nf "^bash $PWD/t.run")"
	wait "$job" || status=$?
	expect status 2
	nothing_left
}

# bats test_tags=promise:takes-all-away
@test "teardown: a janitor that was killed leaves the work to the shell" {
	start_run
	local janitor
	janitor=$(pgrep -f "^bash $PWD/t.run" | grep -vx "$PID" | head -n 1)
	kill -KILL "$janitor"
	kill -TERM "$PID"
	ended 143
}

# intruders: processes that are moved into the run's cgroup, in mid-run, from outside: a child of this shell, one
# whose parent is gone, and one without an environment
intruders() {
	local outside=$REAL_CGROUP/intruders.$$
	mkdir "$outside"
	bash -c 'echo $$ >"$1/cgroup.procs"; shift; sleep 83.25 & echo $! >>intruders; (setsid sleep 83.25 & echo $! >>intruders)
		env -i setsid sleep 83.25 & echo $! >>intruders; wait' x "$outside" 3>&- &
	wait_for eval '[ "$(grep -c . intruders)" = 3 ]'
	nsenter -t "$PID" -m -r -w bash -c 'm=$(awk "\$3 == \"cgroup2\" { print \$2; exit }" /proc/mounts)
		mkdir -p $m/ktstr/a/c; while read -r pid; do echo $pid >$m/ktstr/${1:-}/cgroup.procs; done <intruders' x "${1:-}"
}

# withdraw: they are all alive: and now they leave
withdraw() {
	local pid
	while read -r pid; do
		kill "$pid" || return
	done <intruders
	rm intruders
	sleep 0.2
	rmdir "$REAL_CGROUP/intruders.$$"
}

# bats test_tags=promise:others-left-alone
@test "teardown: a process from outside that came into the run's cgroup is named and left alone, what is the test's is not" {
	local signal pid
	for signal in TERM KILL; do
		rm -f started
		start_run "env -i setsid $NAP & env -i $NAP"' & mkdir "$KTSTR_CGROUP_ROOT/b"; echo $! >"$KTSTR_CGROUP_ROOT/b/cgroup.procs"'
		intruders a/c
		[ "$signal" = TERM ] || the_kernel
		kill "-$signal" "$PID"
		local status=0
		# on_host finds what was left, and would kill it
		wait_for grep -q 'is left alone' err
		wait_for gone "$PWD"
		while read -r pid; do
			grep -qx "$PWD/t.run: ERROR: PID $pid (sleep), which is not of this run, came into its cgroup .*/ktstr: it is left alone, and so is the cgroup" err
			grep -q 'sleep' "/proc/$pid/comm"
		done <intruders
		expect value "$(grep -c ERROR err)" 3
		run -1 pgrep -f "$NAP"
		withdraw
		HOST_PATIENCE=1 wait "$JOB" || status=$?
		nothing_left
	done
}

# bats test_tags=promise:takes-all-away
@test "teardown: a closed terminal ends it" {
	need script
	script t "touch $BATS_TEST_TMPDIR/started; sleep 87.25"
	export_scheduler "${attach[@]}" "${stay[@]}"
	on_host script -qec "$PWD/t.run" /dev/null </dev/null >out 2>&1 &
	local job=$!
	wait_for test -e started
	pkill -KILL -f "^script -qec $PWD/t.run"
	wait "$job" || true
	cat out
	ls -lR tmp
	run -1 pgrep -f 'sleep 87.25'
	nothing_left
}

# bats test_tags=promise:takes-all-away,promise:no-verdict
@test "teardown: an error of the script itself cleans up, too, and is no verdict" {
	script t 'sleep 86.25'
	export_scheduler "${attach[@]}" "${stay[@]}"
	sed 's/^start_test() {$/&\n\tfalse/' t.run >broken.run
	local status=0
	on_host bash broken.run >out 2>&1 || status=$?
	expect status 70
	grep -qx "broken.run: error: an error of this script (status 1): no verdict" out
	nothing_left
}

# bats test_tags=promise:others-left-alone
@test "teardown: a second .run is refused with the first one's PID, and does not disturb it" {
	start_run
	cp t.run second.run
	run -4 nsenter -t "$PID" -m -r -w bash "$PWD/second.run" --quiet
	expect line 0 "$PWD/second.run: not suitable: another .run is running on this host, PID $PID (t.run): wait for its end, as --wait-lock 600 does"
	kill -0 "$PID"
	expect value "$(cat "$HOST/kernel/sched_ext/state")" enabled
	kill -TERM "$PID"
	ended 143
}

@test "teardown: the lock of a run that is dead is taken over, that of a PID used again as well" {
	export_test
	for holder in '999999 1 x.run' "$$ 1 x.run" '' 'garbage'; do
		# shellcheck disable=SC2016
		run -0 on_host bash -c 'echo "$1" >/run/ktstr.lock; ./t.run && [ -z "$(ls -d /run/ktstr*)" ]' x "$holder"
	done
}

# bats test_tags=promise:refuses-at-once
@test "teardown: a /run in which no lock can be made ends a run with one line, and nothing is changed" {
	export_test
	local row
	while IFS='|' read -r row prepare message; do
		run -4 on_host bash -c "$prepare; find /run >before; ./t.run --quiet; s=\$?; find /run | diff before - || exit 99; exit \$s"
		# shellcheck disable=SC2053 # a pattern
		[[ ${lines[0]} == "./t.run: not suitable: "$message ]] || {
			echo "$row: $output"
			return 1
		}
		nothing_left
	done <<-'END'
		a directory|mkdir /run/ktstr.lock|/run/ktstr.lock, needed for a lock, is no regular file: remove it
		a link|ln -s /dev/null /run/ktstr.lock|/run/ktstr.lock, needed for a lock, is no regular file: remove it
		a FIFO|mkfifo /run/ktstr.lock|/run/ktstr.lock, needed for a lock, is no regular file: remove it
		no space|mount -t tmpfs -o size=4k none /run; echo >/run/x|/run/ktstr.lock cannot be written, needed for a lock (is /run full?): make room
		no inode|mount -t tmpfs -o nr_inodes=1 none /run|/run/ktstr.lock cannot be made, needed for a lock (is /run full?): make room
		read-only|mount -o remount,ro /run|/run is no directory that can be written, needed for a lock: mount it writable
	END
}

# bats test_tags=promise:others-left-alone
@test "teardown: of two runs in two containers, with a /run of each, one is refused" {
	start_run
	run -4 nsenter -t "$PID" -m -r -w unshare -m --propagation unchanged bash -c 'mount -t tmpfs none /run; ./t.run --quiet; s=$?; ls -A /run; exit $s'
	expect line 0 "./t.run: not suitable: another .run is running on this host in another container: wait for its end, as --wait-lock 600 does"
	run -4 nsenter -t "$PID" -m -r -w unshare -m --propagation unchanged bash -c 'mount -t tmpfs none /run; ./t.run --check'
	expect output has "another .run is running on this host in another container"
	expect output has-not "kill " # nor anything else that would end that run
	expect output has-not "sysrq"
	expect output has-not "in use"
	kill -TERM "$PID"
	ended 143
}

# bats test_tags=promise:others-left-alone
@test "teardown: in a container without tracefs no scheduler is started and no sysctl set; a test alone runs" {
	rm "$HOST/kernel/tracing/README"
	export_test
	run -0 on_host ./t.run --quiet
	echo 'sysctl vm.dirty_ratio 17' >>t.ktstr
	ktstr-export -q t
	run -4 on_host ./t.run --quiet
	expect output ends "mount -t tracefs none /sys/kernel/tracing, or run it on the host itself"
	export_scheduler "${attach[@]}" "${stay[@]}"
	run -4 on_host ./t.run --quiet
	expect output ends "mount -t tracefs none /sys/kernel/tracing, or run it on the host itself"
	nothing_left
}

# bats test_tags=promise:others-left-alone
@test "teardown: --wait-lock waits for the end of another run, as long as it is told" {
	start_run
	run -4 nsenter -t "$PID" -m -r -w ./t.run --quiet --wait-lock 1
	expect line 0 "./t.run: waiting up to 1 s: another .run is running on this host, PID $PID (t.run)"
	expect line 1 "./t.run: not suitable: another .run is running on this host, PID $PID (t.run): wait for its end, as --wait-lock 600 does"
	expect value "${#lines[@]}" 3
	kill -TERM "$PID"
	ended 143
	export_test 'touch started.$$; sleep 2'
	# shellcheck disable=SC2016
	run -0 on_host bash -c './t.run --quiet & until [ -e started.* ]; do sleep 0.1; done
		./t.run --quiet --wait-lock=60; s=$?; wait && exit $s'
	expect value "$(grep -c './t.run: pass' <<<"$output")" 2
	expect value "$(grep -c 'waiting up to 60 s' <<<"$output")" 1
	nothing_left
}

@test "teardown: neither the test nor the scheduler nor --ktap's reader holds a lock or the janitor's pipe" {
	script t "for p in \$\$ \$KTSTR_SCHED_PID; do ls -l /proc/\$p/fd >>$BATS_TEST_TMPDIR/fds; done" \
		"for p in \$(pgrep -f '^bash $BATS_TEST_TMPDIR/t.run'); do ls -l /proc/\$p/fd | grep -c 'ktstr.lock'; done >$BATS_TEST_TMPDIR/holders" \
		'exit 0'
	export_scheduler "${attach[@]}" "${stay[@]}"
	HOST_ALLOWED=real run -0 on_host "$PWD/t.run" --ktap --quiet
	grep -q ' 2 -> pipe:' fds
	run -1 grep -E 'ktstr.lock|tracing' fds
	# but for the test's output, and for pipes that this test inherited itself
	readlink /proc/self/fd/* | grep '^pipe:' >inherited || true
	run -1 bash -c "grep -E ' ([3-9]|[1-9][0-9]+) -> pipe:' fds | grep -vFf inherited"
	# the shell and the janitor alone
	[ "$(grep -vx 0 holders | tr '\n' ' ')" = "1 1 " ] || { cat holders; return 1; }
}

# bats test_tags=promise:others-left-alone
@test "teardown: without flock(1) one run at a time all the same" {
	export_test "touch $BATS_TEST_TMPDIR/started; $NAP"
	sed -i 's/type -P flock/false/' t.run
	begin_run
	run -4 nsenter -t "$PID" -m -r -w bash "$PWD/t.run" --quiet
	expect output ends "another .run is running on this host, PID $PID (t.run): wait for its end, as --wait-lock 600 does"
	kill -TERM "$PID"
	ended 143
	run -4 on_host bash -c 'echo 999999 1 x.run >/run/ktstr.lock; ./t.run --quiet'
	expect output has "or was killed: without flock(1) this cannot be told (is none running? then: rm /run/ktstr.lock)"
}

# bats test_tags=promise:others-left-alone
@test "teardown: of runs that start together one runs, wherever the others are" {
	export_test 'sleep 2'
	# the first is slow to say that it holds the lock, the second comes then
	sed -i 's/^name_holders() {$/&\n\tsleep 0.5/; s/^use_cgroup() {$/&\n\tsleep 0.5/' t.run
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'for i in 1 2 3 4 5; do ./t.run --quiet & done; passed=0
		for job in $(jobs -p); do wait $job && passed=$((passed + 1)); done; [ $passed = 1 ]'
	nothing_left
}

@test "teardown: a test that is hit by signals and a full disk of its own leave a clean host" {
	export_test 'kill -KILL $$'
	run -1 on_host ./t.run
	nothing_left
	head -c 4000000 /dev/urandom >big
	export_test
	echo 'include ./big' >>t.ktstr
	ktstr-export -q t
	# df promises more than can be written
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'mkdir full; mount -t tmpfs -o size=20m none full; mkdir fake
		printf "#!/bin/sh\nhead -c 17M /dev/zero >%s/full/filler\nexec /bin/df \"\$@\"\n" "$PWD" >fake/df; chmod +x fake/df
		/bin/df -Pk full >df.txt; printf "#!/bin/sh\ncat %s/df.txt; head -c 17M /dev/zero >%s/full/filler\n" "$PWD" "$PWD" >fake/df
		PATH=$PWD/fake:$PATH ./t.run --quiet --tmpdir full; s=$?; ls full >left; umount full; exit $s'
	expect value "$(cat left)" filler
	nothing_left
}

@test "teardown: what a test left mounted in the work directory is not removed, but named" {
	mkdir precious
	echo x >precious/file
	export_test "mkdir \$KTSTR_DIR/m; mount --bind $PWD/precious \$KTSTR_DIR/m"
	run -70 on_host ./t.run --quiet
	expect output has "./t.run: ERROR: $PWD/tmp/ktstr."
	expect output has "/tree/m is still mounted: umount it, then remove $PWD/tmp/ktstr."
	expect value "$(cat precious/file)" x
}

@test "teardown: a reader that does not read keeps no scheduler attached and nothing else" {
	script t "touch $BATS_TEST_TMPDIR/started; exit 1"
	export_scheduler "${attach[@]}" "${stay[@]}"
	on_host bash -c '{ head -c 65536 /dev/zero; ./t.run --quiet; } 2>&1 | { sleep 8; touch read; grep -ao "./t.run: fail" >said; }' &
	job=$!
	wait_for test -e started
	wait_for nothing_left
	wait_for test ! -e "$HOST/kernel/sched_ext/root"
	expect no-file read
	wait "$job"
	expect value "$(cat said)" "./t.run: fail"
}

@test "teardown: with --ktap it ends though somebody else has its output open" {
	export_test 'setsid bash -c "exec 7>&1; echo \$\$ >'"$REAL_CGROUP"'/cgroup.procs; exec sleep 31.5" & sleep 1; echo hi'
	HOST_PATIENCE=100 on_host bash -c './t.run --ktap 2>/dev/null | cat >out; echo "${PIPESTATUS[0]}" >status; pkill -f "^sleep 31[.]5"' &
	wait_for test -e status
	wait
	expect value "$(cat status)" 0
	expect value "$(tail -n 1 out)" "ok 1 t"
}

# bats test_tags=promise:takes-all-away
@test "teardown: the janitor takes no run for killed whose words come in parts, as on a busy host" {
	# shellcheck disable=SC2016 # the inner bash expands
	run -0 bash -c "$(sed -n '/^janitor() {/,/^}/p' "$TOP/share/preamble/janitor.bash")"'
		raise_priority() { :; }
		remember() { echo "$@"; }
		say() { echo "$@"; }
		kill_process() { :; }
		cleanup() { exit "$1"; }
		WATCHED="" SHELL_PID="" SHELL_START=""
		{ printf "wo"; sleep 1.5; printf "rk\0/tmp/a\0\0fini"; sleep 1.5; printf "shed\0\0\0"; } | janitor ""'
	expect output "work /tmp/a "
}
