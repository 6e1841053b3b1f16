#!/usr/bin/env bats
# fleet.bats - a .run on other hosts, by the commands that ktstr-run(7) shows: ssh, GNU parallel, Ansible

load fake_fleet

# on_host itself fails where a process or a cgroup is left; sessions take a moment to end
export HOST_PATIENCE=150

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir tmp
	export TMPDIR=$PWD/tmp HOME=$PWD/home
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

# started HOST: the test works there, in 60 s at most: ansible has much to do before
started() {
	local i
	for ((i = 0; i < 6; i++)); do
		! wait_for test -e "hosts.d/$1/root/started" || return 0
	done
	return 1
}

# idle HOST: no run is there, and nothing of one
idle() {
	[ -z "$(find "hosts.d/$1/tmp" -name 'ktstr.*')" ] && ssh "root@$1" '[ ! -e /run/ktstr.lock ]'
}

@test "fleet: ssh with a pipe: nothing is copied, options arrive, the status and the outputs come back" {
	export_fair 'echo "$@"'
	fake_fleet host
	run -0 --separate-stderr as_documented '^ktstr-export -o -'
	expect output "run --ktstr-test-fn fair --duration 30 --watchdog-timeout 5"
	expect stderr ends "fair.run: pass"
	for status in 1 2 4; do
		echo "$status" >hosts.d/host/root/verdict
		run "-$status" as_documented '^ktstr-export -o -'
	done
	expect value "$(ls hosts.d/host/root)" verdict
}

@test "fleet: ssh with a copied file: checked, run, standard output and error apart" {
	export_fair 'echo "$@"'
	fake_fleet host
	run -0 as_documented '^scp'
	expect output ends "this host is suitable, and the archive is as it was exported"
	expect value "$(cat fair.out)" "run --ktstr-test-fn fair --duration 30 --watchdog-timeout 5"
	expect value "$(tail -n 1 fair.log)" "./fair.run: pass"
	echo enabled >hosts.d/host/kernel/sched_ext/state
	run -4 as_documented '^scp'
	expect output has "sched_ext is enabled"
}

@test "fleet: 255 is ssh's: no connection, a host of another key, a shell that was killed" {
	export_fair 'touch ~/started; sleep 66.25'
	fake_fleet host
	run -255 ssh root@nowhere.invalid bash -s <fair.run
	sed -i 's/^host /other /; s/^\[host\]/[other]/' known_hosts
	run -255 ssh root@host bash -s <fair.run
	expect no-file hosts.d/host/root/started
	sed -i 's/^other /host /; s/^\[other\]/[host]/' known_hosts
	ssh root@host bash -s <fair.run >out 2>&1 &
	local job=$! status=0
	started host
	ssh root@host 'read -r pid rest </run/ktstr.lock && kill -KILL "$pid"'
	wait "$job" || status=$?
	expect status 255
	wait_for idle host
}

@test "fleet: an export that fails sends nothing, and its status 0 comes without a line that says pass" {
	export_fair
	fake_fleet host
	rm fair.ktstr
	run -1 as_documented '^ktstr-export -o -'
	run -0 bash -c "$(documented '^ktstr-export -o -')"
	run -1 grep pass <<<"$output"
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
		rm -f hosts.d/host/root/{started,finished}
		cp fair.run hosts.d/host/root
		case $way in
		pipe) ssh root@host bash -s <fair.run >out 2>&1 & ;;
		file) ssh root@host ./fair.run >out 2>&1 </dev/null & ;;
		esac
		started host
		kill -KILL $!
		sleep 1
		run -1 idle host
		wait_for test -e hosts.d/host/root/finished
		wait_for idle host
	done
}

@test "fleet: a dropped connection without a terminal: a test that writes goes on to its end, too" {
	export_fair 'touch ~/started; while [ ! -e ~/dropped ]; do sleep 0.1; done' 'echo line; sleep 0.5; touch ~/finished'
	fake_fleet host
	for option in '' --ktap; do
		rm -f hosts.d/host/root/{started,dropped,finished}
		ssh root@host "bash -s -- $option 2>log; echo \$? >status" <fair.run >out 2>&1 &
		started host
		kill -KILL $!
		sleep 1
		touch hosts.d/host/root/dropped
		wait_for idle host
		expect value "$(cat hosts.d/host/root/status)" 0
		expect file hosts.d/host/root/finished
	done
}

@test "fleet: a dropped connection with a terminal: HUP ends the run at once" {
	export_fair 'touch ~/started; sleep 65.25; touch ~/finished'
	fake_fleet host
	cp fair.run hosts.d/host/root
	as_documented '^ssh -tt root@host' </dev/null >out 2>&1 &
	started host
	pkill -KILL -f -- "-F $PWD/ssh_config -tt root@host"
	wait_for idle host
	run -1 pgrep -f 'sleep 65.25'
	expect no-file hosts.d/host/root/finished
}

@test "fleet: with a terminal output and error are one stream, and the status comes back" {
	export_fair 'echo line'
	fake_fleet host
	cp fair.run hosts.d/host/root
	echo 2 >hosts.d/host/root/verdict
	run -2 --separate-stderr as_documented '^ssh -tt root@host'
	expect output has $'\nline\r\n'
	expect output matches $'fair.run: (\e\[[0-9]*m)?inconclusive(\e\[m)?: line\r$'
}

@test "fleet: a run that nobody is connected to is ended as the manual page says" {
	export_fair 'touch ~/started; sleep 64.25'
	fake_fleet host
	ssh root@host bash -s <fair.run >out 2>&1 &
	started host
	kill -KILL $!
	run -4 ssh root@host bash -s -- --check <fair.run
	expect output has "another .run is running on this host"
	run -0 as_documented 'ktstr.lock'
	wait_for idle host
	run -1 pgrep -f 'sleep 64.25'
}

# bats test_tags=promise:damage-starts-nothing
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
	wait_for test -s hosts.d/host/root/status
	expect value "$(cat hosts.d/host/root/status)" 65
	grep -q 'this file is damaged: it is cut short' hosts.d/host/root/log
	expect no-file hosts.d/host/root/started
	wait_for idle host
}

@test "fleet: output and status that are kept on the host are there whatever became of the connection" {
	export_fair 'touch ~/started; sleep 1; echo line'
	fake_fleet host
	cp fair.run hosts.d/host/root
	echo 2 >hosts.d/host/root/verdict
	run -0 as_documented 'fair.status$'
	expect output has $'\n# line\n'
	expect output ends $'\nnot ok 1 fair\n2'
	rm hosts.d/host/root/{fair.status,started}
	bash -c "$(documented 'fair.status$' | head -n 1)" &
	started host
	pkill -KILL -f -- "-F $PWD/ssh_config root@host ./fair.run --ktap"
	wait_for test -s hosts.d/host/root/fair.status
	run -0 bash -c "$(documented 'fair.status$' | tail -n 1)"
	expect output has $'\n# line\n'
	expect output ends $'\nnot ok 1 fair\n2'
}

@test "fleet: sudo: through a pipe it must ask for nothing, on a terminal it may" {
	need script
	need_sudo
	export_fair 'touch ~/started; [ "$(id -u)" = 0 ]'
	fake_fleet host
	run -0 bash -euo pipefail -c "$(documented 'sudo -n' | head -n 1)"
	expect output ends "fair.run: pass"
	scp -q fair.run user@host:
	echo 2 >hosts.d/host/root/verdict
	run -2 on_terminal bash -c "$(documented 'sudo -n' | tail -n 1)"
	expect output matches $'fair.run: (\e\[[0-9]*m)?inconclusive'
	# one that wants a password: its status is no verdict
	rm hosts.d/host/root/started
	echo 'user ALL=(ALL) ALL' >sudoers
	run -1 bash -euo pipefail -c "$(documented 'sudo -n' | head -n 1)"
	expect output "sudo: a password is required"
	expect no-file hosts.d/host/root/started
}

@test "fleet: sudo: a dropped connection ends the run with a terminal, and not without" {
	need_sudo
	export_fair 'touch ~/started; sleep 4; touch ~/finished'
	fake_fleet host
	scp -q fair.run user@host:
	ssh -tt user@host sudo ./fair.run >out 2>&1 </dev/null &
	started host
	kill -KILL $!
	wait_for idle host
	expect no-file hosts.d/host/root/finished
	rm hosts.d/host/root/started
	ssh user@host sudo -n bash -s >out 2>&1 <fair.run &
	started host
	kill -KILL $!
	wait_for test -e hosts.d/host/root/finished
	wait_for idle host
}

# --- many hosts ---

# three_hosts: alpha passes, beta fails, gamma is not suitable; on alpha and beta the test waits until it
# has started on the other, too, and is inconclusive where that does not happen
three_hosts() {
	export_fair "started=$PWD/started" 'touch "$started.$$"; for ((i = 0; i < 300; i++)); do' \
		'all=("$started".*); ((${#all[@]} < 2)) || break; sleep 0.05; done; ((i < 300)) || exit 2'
	fake_fleet alpha beta gamma
	echo 1 >hosts.d/beta/root/verdict
	echo enabled >hosts.d/gamma/kernel/sched_ext/state
}

# all_pass: makes it so
all_pass() {
	rm -f started.* hosts.d/beta/root/verdict
	echo disabled >hosts.d/gamma/kernel/sched_ext/state
}

# use_ansible: with the example where the manual page has it, and with pipelining, which is faster
use_ansible() {
	need ansible ansible-playbook python3
	export ANSIBLE_PIPELINING=1 ANSIBLE_NOCOLOR=1
	cp "$TOP/share/examples/run-on-hosts.yml" .
}

@test "fleet: parallel: which hosts are suitable?" {
	need parallel
	three_hosts
	run -1 as_documented '^parallel.*--check'
	for host in alpha beta; do
		grep -qx "$host"$'\t'"fair.run: this host is suitable, and the archive is as it was exported" <<<"$output"
	done
	grep -q "^gamma"$'\t'"fair.run: not suitable: sched_ext is enabled" <<<"$output"
}

@test "fleet: parallel: a run on all hosts at the same time, the evidence and the verdict of each at home" {
	need parallel
	three_hosts
	mkdir results
	touch results/old
	run -2 as_documented '^parallel -j 0 .ssh -o'
	expect no-file results/old
	run -0 as_documented '^ktstr-results --format ktap'
	expect value "$(awk -F'\t' 'NR > 1 { print $5 }' <<<"$output")" $'pass\nfail\nunsuitable'
	run -0 cat fleet.ktap
	expect line 1 1..3
	expect output has $'\nok 1 fair '
	expect output matches 'not ok 2 fair '
	expect output matches 'ok 3 fair .* # SKIP sched_ext is enabled'
	expect value "$(tail -n 1 results/beta.log)" 'fair.run: fail'
	run -0 as_documented 'ktstr-results --differ'
	expect output has $'verdict\n  1 of 3  fail\n  1 of 3  pass\n  1 of 3  unsuitable'
	all_pass
	run -0 as_documented '^parallel -j 0 .ssh -o'
	run -0 as_documented '^ktstr-results --format ktap'
	run -1 grep '^not ok' fleet.ktap
}

# bats test_tags=promise:no-verdict
@test "fleet: parallel: a host without a verdict is none that passed: no connection, ssh killed, not begun, an empty file" {
	need parallel
	export_fair 'touch ~/started; [ ! -e ~/wait ] || sleep 63.25'
	fake_fleet alpha beta
	printf '%s\n' alpha nowhere.invalid beta >hosts
	touch hosts.d/beta/root/wait
	as_documented '^parallel -j 0 .ssh -o' >out 2>&1 &
	started beta
	pkill -KILL -f -- "-F $PWD/ssh_config .*root@beta"
	wait $! || true
	: >results/never.evidence.tar.gz # as the first lines leave it
	run -1 --separate-stderr bash -c "$(documented '^ktstr-results --format ktap')"
	expect value "$(awk -F'\t' 'NR > 1 { print $5 }' <<<"$output")" $'pass\nno-result\nno-result\nno-result'
	expect value "$(grep -oE '^ktstr-results: [a-z./]+[a-z]' <<<"$stderr" | head -n 3)" $'ktstr-results: results/beta.evidence.tar.gz\nktstr-results: results/never.evidence.tar.gz\nktstr-results: results/nowhere.invalid.evidence.tar.gz'
	run -0 cat fleet.ktap
	expect value "$(grep -E '^(not )?ok|^1' <<<"$output" | cut -d ' ' -f 1-4 | tr '\n' ,)" matches '^1\.\.4,ok 1 fair [^ ,]+,not ok 2 results/beta.evidence.tar.gz,not ok 3 results/never.evidence.tar.gz,not ok 4 results/nowhere.invalid.evidence.tar.gz,$'
	ssh root@beta 'read -r pid rest </run/ktstr.lock && kill "$pid"'
	wait_for idle beta
	echo alpha >hosts
	: >fair.run
	run -0 as_documented '^parallel -j 0 .ssh -o'
	run -1 bash -c "$(documented '^ktstr-results --format ktap')"
	run -0 grep -x 'not ok 1 results/alpha.evidence.tar.gz' fleet.ktap
}

# five_hosts: alpha passes, beta fails, gamma is not suitable, delta is inconclusive, nowhere.invalid is not reached
five_hosts() {
	export_fair
	fake_fleet alpha beta gamma delta
	echo nowhere.invalid >>hosts
	echo 1 >hosts.d/beta/root/verdict
	echo enabled >hosts.d/gamma/kernel/sched_ext/state
	echo 2 >hosts.d/delta/root/verdict
}

# expect_five: the table of their evidence has a row for each; the fake hosts have one name, so the files name them
expect_five() {
	run -1 --separate-stderr ktstr-results -f table -c source,verdict,reason results
	expect value "$(sed -E 's,^results/([^ ]*)\.evidence\.tar\.gz ,\1 ,; s/ +/ /g; s/(sched_ext is enabled) .*/\1/' <<<"$output")" "source verdict reason
alpha pass -
beta fail -
delta inconclusive -
gamma unsuitable sched_ext is enabled
nowhere.invalid no-result the file is empty"
	expect stderr 'ktstr-results: results/nowhere.invalid.evidence.tar.gz: empty: give the evidence or the result of a .run'
	run -1 --separate-stderr ktstr-results -f tsv -c host,verdict results
	expect output ends $'\nnowhere.invalid\tno-result'
}

# bats test_tags=promise:no-verdict
@test "fleet: a table of five hosts, by ssh alone, by parallel, and by ansible's playbook" {
	local way
	five_hosts
	for way in '^for host in' parallel ansible; do
		case $way in
		parallel)
			type -P parallel >/dev/null || continue
			way='^parallel -j 0 .ssh -o'
			;;
		ansible)
			type -P ansible-playbook >/dev/null || continue
			use_ansible
			way='^ansible-playbook'
			;;
		esac
		echo "$way"
		rm -rf results
		run as_documented "$way"
		expect status -ne 0
		expect_five
	done
}

@test "fleet: ansible: a run on all hosts at the same time in one command, nothing left there" {
	use_ansible
	three_hosts
	run -2 as_documented '^ansible all'
	expect output has "alpha | CHANGED"
	expect output has "beta | FAILED"
	expect output has "gamma | FAILED"
	expect output has "ok 1 fair # SKIP sched_ext is enabled"
	run -0 find hosts.d/*/root -name '*.run'
	expect output ""
	all_pass
	run -0 as_documented '^ansible all'
}

@test "fleet: ansible: a run that ansible no longer waits for is ended" {
	use_ansible
	export_fair 'touch ~/started; sleep 80.25'
	fake_fleet host
	for way in '^ansible all' '^ansible-playbook'; do
		rm -rf hosts.d/host/root/started results
		setsid bash -c "$(documented "$way")" >out 2>&1 &
		started host
		kill -INT -- -$!
		wait $! || true
		wait_for idle host
		run -1 pgrep -f 'sleep 80.25'
	done
	ls hosts.d/host/tmp/copied.run.*/test.run
	rm -r hosts.d/host/tmp/*
}

@test "fleet: ansible: the playbook runs it on all hosts at the same time, skip is no failure, nothing left there" {
	use_ansible
	three_hosts
	run -2 as_documented '^ansible-playbook'
	grep -qE '^alpha .*failed=0' <<<"$output"
	grep -qE '^beta .*failed=1' <<<"$output"
	grep -qE '^gamma .*failed=0' <<<"$output"
	for verdict in 'alpha: pass' 'beta: fail' 'gamma: skip'; do
		grep -qF "\"$verdict\"" <<<"$output"
	done
	expect value "$(tail -n 1 results/alpha.ktap)" "ok 1 fair"
	expect value "$(tail -n 1 results/beta.ktap)" "not ok 1 fair"
	expect value "$(tail -n 1 results/gamma.ktap)" begins "ok 1 fair # SKIP sched_ext is enabled"
	grep -q 'this host is suitable' results/alpha.check
	grep -q 'not suitable: sched_ext is enabled' results/gamma.check
	expect file results/alpha.log
}

@test "fleet: ansible: the playbook passes options on, and runs it as root where only a user may log in" {
	use_ansible
	need_sudo
	export_fair '[ "$(id -u)" = 0 ] && echo "$@"'
	fake_fleet host
	run -0 bash -c "$(documented '^ansible-playbook' | sed 's/-u root/-u user -b/')"
	grep -qx '# run --ktstr-test-fn fair --duration 30 --watchdog-timeout 5' results/host.ktap
	expect value "$(tail -n 1 results/host.ktap)" "ok 1 fair"
}

@test "fleet: ansible: the playbook fails for an inconclusive test and a host that does not answer" {
	use_ansible
	export_fair
	fake_fleet host
	echo nowhere.invalid >>hosts
	echo 2 >hosts.d/host/root/verdict
	run -4 as_documented '^ansible-playbook'
	grep -qF '"host: inconclusive"' <<<"$output"
	expect value "$(tail -n 1 results/host.ktap)" "not ok 1 fair"
	expect value "$(ls results)" $'host.check\nhost.evidence.tar.gz\nhost.ktap\nhost.log\nnowhere.invalid.evidence.tar.gz'
}

@test "fleet: ansible: the playbook fails for a file that is damaged, or empty, and keeps what an earlier call kept" {
	use_ansible
	export_fair
	fake_fleet host
	sed -i '$d' fair.run
	run -2 as_documented '^ansible-playbook'
	expect output has "this file is damaged: it is cut short"
	expect value "$(find results ! -empty)" results
	run -2 as_documented '^ansible-playbook'
	expect output has "$PWD/results is there: move it away"
	rm -r results
	: >fair.run
	run -2 as_documented '^ansible-playbook'
	run -1 grep -r '^ok' results
}
