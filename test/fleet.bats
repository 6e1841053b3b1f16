#!/usr/bin/env bats
# fleet.bats - a .run on other hosts, by the commands that ktstr-run(7) shows: ssh, GNU parallel, Ansible

load fake_fleet

# on_host itself fails where a process or a cgroup is left; sessions take a moment to end
export HOST_PATIENCE=150

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir tmp
	export TMPDIR=$PWD/tmp HOME=$PWD/home
	FLEET=()
	unset SSH_ASKPASS DISPLAY "${!ANSIBLE_@}" "${!PARALLEL_@}" PARALLEL
}

teardown() {
	stop_fleet
}

# export_fair LINE...: exports the test fair: a script of these lines, whose verdict is in the file verdict
# of root's home on the host, or pass
export_fair() {
	script fair "$@" '[ ! -e ~/verdict ] || exit "$(cat ~/verdict)"'
	printf 'test fair\nbinary fair\ntopology 1n1l1c1t\n' >fair.ktstr
	ktstr-export -q fair
}

# documented PATTERN [SECTION]: prints the block of the manual page in which it matches a line
documented() {
	local block number=1
	while block=$(example ktstr-run.7 $number "${2:-ON OTHER HOSTS}") && [ -n "$block" ]; do
		! grep -qE -- "$1" <<<"$block" || {
			printf '%s\n' "$block"
			return
		}
		number=$((number + 1))
	done
	echo "no block with $1" >&2
	return 1
}

# as_documented PATTERN: runs that block
as_documented() {
	bash -euo pipefail -c "$(documented "$1")"
}

# started HOST: the test works there
started() {
	wait_for test -e "hosts/$1/root/started"
}

# idle HOST: no run is there, and nothing of one
idle() {
	[ -z "$(ls -A "hosts/$1/tmp")" ] && ssh "root@$1" '[ ! -e /run/ktstr.lock ]'
}

@test "fleet: ssh with a pipe: nothing is copied, options arrive, the status and the outputs come back" {
	export_fair 'echo "$@"'
	fake_fleet host
	run -0 --separate-stderr as_documented '^ktstr-export -o -'
	[ "$output" = "run --ktstr-test-fn fair --duration 30 --watchdog-timeout 5" ]
	[[ $stderr == *"fair.run: pass" ]]
	for status in 1 2 4; do
		echo "$status" >hosts/host/root/verdict
		run "-$status" as_documented '^ktstr-export -o -'
	done
	[ "$(ls hosts/host/root)" = verdict ]
}

@test "fleet: ssh with a copied file: checked, run, standard output and error apart" {
	export_fair 'echo "$@"'
	fake_fleet host
	run -0 as_documented '^scp'
	[[ $output == *"this host is suitable" ]]
	[ "$(cat fair.out)" = "run --ktstr-test-fn fair --duration 30 --watchdog-timeout 5" ]
	[ "$(tail -n 1 fair.log)" = "fair.run: pass" ]
	echo enabled >hosts/host/kernel/sched_ext/state
	run -4 as_documented '^scp'
	[[ $output == *"sched_ext is enabled"* ]]
}

@test "fleet: 255 is ssh's: no connection, a host of another key, a shell that was killed" {
	export_fair 'touch ~/started; sleep 84.25'
	fake_fleet host
	run -255 ssh root@nowhere.invalid bash -s <fair.run
	sed -i 's/^host /other /; s/^\[host\]/[other]/' known_hosts
	run -255 ssh root@host bash -s <fair.run
	[ ! -e hosts/host/root/started ]
	sed -i 's/^other /host /; s/^\[other\]/[host]/' known_hosts
	ssh root@host bash -s <fair.run >out 2>&1 &
	local job=$! status=0
	started host
	ssh root@host 'read -r pid rest </run/ktstr.lock && kill -KILL "$pid"'
	wait "$job" || status=$?
	[ "$status" = 255 ]
	wait_for idle host
}

@test "fleet: 127 is a host without bash" {
	export_fair
	fake_fleet host
	run -127 ssh root@host 'PATH=/nowhere bash -s' <fair.run
}

@test "fleet: a dropped connection without a terminal: the run goes on to its end, and takes all away" {
	# nothing is written: nothing tells it
	export_fair 'touch ~/started; sleep 3; touch ~/finished'
	fake_fleet host
	for way in pipe file; do
		rm -f hosts/host/root/{started,finished}
		cp fair.run hosts/host/root
		case $way in
		pipe) ssh root@host bash -s <fair.run >out 2>&1 & ;;
		file) ssh root@host ./fair.run >out 2>&1 </dev/null & ;;
		esac
		started host
		kill -KILL $!
		sleep 1
		run -1 idle host
		wait_for test -e hosts/host/root/finished
		wait_for idle host
	done
}

@test "fleet: a dropped connection without a terminal: a test that writes is ended by SIGPIPE, but not with --ktap" {
	export_fair 'touch ~/started; while [ ! -e ~/dropped ]; do sleep 0.1; done' 'echo line; sleep 0.5; touch ~/finished'
	fake_fleet host
	for option in '' --ktap; do
		rm -f hosts/host/root/{started,dropped,finished}
		ssh root@host "bash -s -- $option 2>log; echo \$? >status" <fair.run >out 2>&1 &
		started host
		kill -KILL $!
		sleep 1
		touch hosts/host/root/dropped
		wait_for idle host
		if [ "$option" ]; then
			[ "$(cat hosts/host/root/status)" = 0 ]
			[ -e hosts/host/root/finished ]
		else
			[ "$(cat hosts/host/root/status)" = 1 ]
			grep -q 'the test was killed by SIGPIPE' hosts/host/root/log
			[ ! -e hosts/host/root/finished ]
		fi
	done
}

@test "fleet: a dropped connection with a terminal: HUP ends the run at once" {
	export_fair 'touch ~/started; sleep 83.25; touch ~/finished'
	fake_fleet host
	cp fair.run hosts/host/root
	as_documented '^ssh -tt root@host' </dev/null >out 2>&1 &
	started host
	pkill -KILL -f -- "-F $PWD/ssh_config -tt root@host"
	wait_for idle host
	run -1 pgrep -f 'sleep 83.25'
	[ ! -e hosts/host/root/finished ]
}

@test "fleet: with a terminal output and error are one stream, and the status comes back" {
	export_fair 'echo line'
	fake_fleet host
	cp fair.run hosts/host/root
	echo 2 >hosts/host/root/verdict
	run -2 --separate-stderr as_documented '^ssh -tt root@host'
	[[ $output == *$'\nline\r\n'*$'fair.run: inconclusive\r' ]]
}

@test "fleet: a run that nobody is connected to is ended as the manual page says" {
	export_fair 'touch ~/started; sleep 82.25'
	fake_fleet host
	ssh root@host bash -s <fair.run >out 2>&1 &
	started host
	kill -KILL $!
	run -4 ssh root@host bash -s -- --check <fair.run
	[[ $output == *"another .run is running on this host"* ]]
	run -0 as_documented 'ktstr.lock'
	wait_for idle host
	run -1 pgrep -f 'sleep 82.25'
}

@test "fleet: a connection that drops while the file is sent: it is damaged, and nothing is started" {
	head -c 3000000 /dev/urandom >big
	export_fair 'touch ~/started'
	echo 'include ./big' >>fair.ktstr
	ktstr-export -q fair
	fake_fleet host
	mkfifo pipe
	ssh root@host 'bash -s 2>log; echo $? >status' <pipe >out 2>&1 &
	exec 5>pipe
	head -c 2000000 fair.run >&5
	wait_for ssh root@host '[ -e /run/ktstr.lock ]'
	kill -KILL $!
	exec 5>&-
	wait_for test -s hosts/host/root/status
	[ "$(cat hosts/host/root/status)" = 65 ]
	grep -q 'this file is damaged: it is cut short' hosts/host/root/log
	[ ! -e hosts/host/root/started ]
	wait_for idle host
}

@test "fleet: output and status that are kept on the host are there whatever became of the connection" {
	export_fair 'touch ~/started; sleep 1; echo line'
	fake_fleet host
	cp fair.run hosts/host/root
	echo 2 >hosts/host/root/verdict
	run -0 as_documented 'fair.status$'
	[[ $output == *$'\n# line\n'*$'\nnot ok 1 fair\n2' ]]
	rm hosts/host/root/{fair.status,started}
	bash -c "$(documented 'fair.status$' | head -n 1)" &
	started host
	pkill -KILL -f -- "-F $PWD/ssh_config root@host ./fair.run --ktap"
	wait_for test -s hosts/host/root/fair.status
	run -0 bash -c "$(documented 'fair.status$' | tail -n 1)"
	[[ $output == *$'\n# line\n'*$'\nnot ok 1 fair\n2' ]]
}

# --- many ---

# three_hosts: alpha passes, beta fails, gamma is not suitable; all at the same time: each waits for the
# other to have started
three_hosts() {
	export_fair "touch $PWD/started.\$\$; for ((i = 0; i < 200; i++)); do" \
		"[ \$(ls $PWD/started.* | wc -l) != 2 ] || break; sleep 0.05; done; ((i < 200)) || exit 2"
	fake_fleet alpha beta gamma
	cp hosts.list hosts
}

@test "fleet: parallel: where would it run?" {
	export_fair
}
