# fake_fleet.bash - fake hosts that answer ssh: each has an sshd of its own on a loopback address of its
# own, and beside what a fake host has its own /root, and a user who may use sudo. ssh, scp and sftp know
# them by their names, and nobody else can log in: the keys are made for the test.
# shellcheck disable=SC2016,SC2034 # scripts are written, and variables set, for others

# shellcheck source=test/run_helper.bash
. "${BASH_SOURCE[0]%/*}/../run_helper.bash"

SSHD_PORT=22022
FLEET=() # jobs, of one host each

# fake_fleet NAME...: starts them, in the directory hosts.d/NAME each, and lists them in the file hosts
fake_fleet() {
	local name
	need ssh scp ssh-keygen
	SSHD=$(PATH=$PATH:/usr/sbin:/usr/local/sbin type -P sshd) || skip "needs sshd: apt-get install openssh-server"
	ssh-keygen -qt ed25519 -N '' -f key
	ssh-keygen -qt ed25519 -N '' -f host_key
	write_accounts
	mkdir hosts.d bin home
	write_ssh_config
	for name; do
		start_host "$name"
	done
	for name; do
		wait_for ssh "root@$name" true 2>/dev/null || {
			cat "hosts.d/$name/sshd.log"
			return 1
		}
	done
}

# need_sudo: skips the test where there is none, or where none but root can be in it: a chroot's / of mode 0700
need_sudo() {
	need sudo setpriv
	[ "$(id -u)" = 0 ] || skip "needs root"
	as_nobody test -x / || skip "none but root may enter / here"
}

# write_accounts: the hosts' passwd, shadow and sudoers: root and user, not locked, as sshd wants it
write_accounts() {
	{ cat /etc/passwd; echo 'user:x:12345:12345::/run/user:/bin/bash'; } >passwd
	{ sed 's/^root:[^:]*/root:*/' /etc/shadow; echo 'user:*:19000::::::'; } >shadow
	echo 'user ALL=(ALL) NOPASSWD: ALL' >sudoers
	chmod 600 shadow
	chmod 440 sudoers
}

# write_ssh_config: how the clients, which come first on PATH, find the hosts
write_ssh_config() {
	local client
	printf '%s\n' "IdentityFile $PWD/key" "IdentitiesOnly yes" "IdentityAgent none" "Port $SSHD_PORT" \
		"UserKnownHostsFile $PWD/known_hosts" "GlobalKnownHostsFile /dev/null" "CheckHostIP no" \
		"StrictHostKeyChecking yes" >ssh_config
	for client in ssh scp sftp; do
		script "bin/$client" "exec $(type -P "$client") -F $PWD/ssh_config \"\$@\""
	done
	PATH=$PWD/bin:$PATH
}

# start_host NAME: its sshd, in its namespaces; its job is in FLEET
start_host() {
	local directory=$PWD/hosts.d/$1 address=127.$((RANDOM % 254 + 1)).$((RANDOM % 256)).$((RANDOM % 254 + 1))
	mkdir "$directory"
	HOST_DIRECTORY=$directory fake_host
	usable_cpus
	mkdir "$HOST/root" "$HOST/tmp"
	printf '%s\n' "ListenAddress $address:$SSHD_PORT" "HostKey $PWD/host_key" "AuthorizedKeysFile /run/sshd/keys" \
		"PidFile $HOST/sshd.pid" "StrictModes no" "UsePAM no" "PasswordAuthentication no" \
		"KbdInteractiveAuthentication no" "PermitRootLogin prohibit-password" "PermitUserRC no" \
		"Subsystem sftp internal-sftp" "SetEnv TMPDIR=$HOST/tmp" >"$HOST/sshd_config"
	printf 'Host %s\n\tHostName %s\n\tHostKeyAlias %s\n' "$1" "$address" "$1" >>ssh_config
	echo "[$1]:$SSHD_PORT $(cat host_key.pub)" >>known_hosts
	echo "$1 $(cat host_key.pub)" >>known_hosts
	echo "$1" >>hosts
	on_host bash -c 'mkdir /run/sshd /run/user && cp key.pub /run/sshd/keys && chown 12345 /run/user &&
		mount --bind "$1/root" /root && mount --bind passwd /etc/passwd && mount --bind shadow /etc/shadow || exit
		[ ! -e /etc/sudoers ] || mount --bind sudoers /etc/sudoers || exit
		cd / && exec "$2" -D -E "$1/sshd.log" -f "$1/sshd_config"' start_host "$HOST" "$SSHD" \
		>"$HOST/on_host.log" 2>&1 3>&- &
	FLEET+=($!)
}

# usable_cpus: gives the host those CPUs that this process may use: a session of sshd sees its real ones
usable_cpus() {
	local list cpu
	list=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status)
	fake_cpus "$list"
	fake_llc "$list"
	numbers "$list"
	for cpu in "${NUMBERS[@]}"; do
		fake_core "$cpu"
	done
}

# stop_fleet: ends every sshd; fails where a host has a process, a cgroup or a file of a run left
stop_fleet() {
	local job left status=0
	for left in home/.ansible/cp/*; do # connections that ansible shares
		[ ! -S "$left" ] || ssh -O exit -S "$left" host 2>/dev/null || true
	done
	for left in hosts.d/*/sshd.pid; do
		[ ! -e "$left" ] || kill "$(cat "$left")"
	done
	for job in "${FLEET[@]}"; do
		wait "$job" || {
			echo "a host ended with status $?"
			status=1
		}
	done
	for left in hosts.d/*/tmp/*; do
		[ ! -e "$left" ] || {
			echo "left: $left"
			status=1
		}
	done
	((status == 0)) || cat hosts.d/*/on_host.log
	return "$status"
}
