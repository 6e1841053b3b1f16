#!/usr/bin/env bats
# run-preflight.bats - the .run's checks of the host, all of them before anything is changed

load run_helper

# bats test_tags=promise:looking-changes-nothing
@test "preflight: --check says what was found, ends 0 and runs nothing" {
	export_scheduler "touch $BATS_TEST_TMPDIR/ran"
	run -0 on_host ./t.run --check
	for line in "ok: root" "ok: programs" "ok: machine $(uname -m)" "ok: sched_ext" \
		"ok: no sched_ext scheduler is attached" "ok: cgroup v2 at $REAL_CGROUP" \
		"ok: LLC 0-1: 2 cores of at least 1 threads, needed 1" \
		"ok: 1 NUMA nodes, needed 1; 1 LLCs that fit, needed 1" "ok: work directory in $TMPDIR"; do
		grep -qxF "./t.run: $line" <<<"$output"
	done
	accepted
}

# bats test_tags=promise:looking-changes-nothing
@test "preflight: --check is of use without root" {
	as_nobody
	export_test "touch $BATS_TEST_TMPDIR/ran"
	chmod 1777 tmp
	run -0 on_host setpriv --reuid 65534 --clear-groups bash ./t.run --check
	expect output has "note: not root: what only root can see was not checked"
	run -4 on_host setpriv --reuid 65534 --clear-groups bash ./t.run --quiet
	expect line 0 "./t.run: not suitable: user ID 65534 found, root needed: sudo bash ./t.run"
}

# bats test_tags=promise:refuses-at-once
@test "preflight: every failing check is reported, at once" {
	export_scheduler
	sed -i "s/^topology.*/topology 2n4l8c2t/" t.ktstr
	ktstr-export -q t
	rm -r "$HOST/kernel/btf"
	echo enabled >"$HOST/kernel/sched_ext/state"
	echo 'quiet isolcpus=1' >"$HOST/cmdline"
	run -4 on_host ./t.run --quiet
	expect value "${#lines[@]}" 6
	expect output has "no /sys/kernel/btf/vmlinux found"
	expect output has "isolcpus=1 found"
	expect output has "sched_ext is enabled"
	expect output has "host has 0 LLCs"
	expect output has "host has 1 NUMA nodes"
	expect value "$(ls -A tmp)" ''
}

# bats test_tags=promise:refuses-at-once
@test "preflight: root without the capabilities is no root, where a scheduler is to be attached" {
	need setpriv
	export_scheduler "${attach[@]}" "${stay[@]}"
	export HOST_ALLOWED=real
	# by numbers, as older ones do not know the names: 39 is bpf, 38 perfmon
	run -4 on_host setpriv --bounding-set=-sys_admin,-cap_39 ./t.run --quiet
	expect line 0 "./t.run: not suitable: root without CAP_SYS_ADMIN CAP_BPF found (a container?), needed to attach a scheduler: run it on the host itself"
	run -4 on_host setpriv --bounding-set=-cap_38 ./t.run --quiet
	expect output has "root without CAP_PERFMON found"
	run -0 on_host setpriv --bounding-set=-sys_boot ./t.run --quiet
	export_test
	run -0 on_host setpriv --bounding-set=-cap_38 ./t.run --quiet
}

# bats test_tags=promise:refuses-at-once
@test "preflight: a kernel without sched_ext or BTF, in lockdown, or with isolated CPUs takes no scheduler" {
	export_scheduler
	echo '[none] integrity confidentiality' >"$HOST/kernel/security/lockdown"
	accepted
	echo 'none integrity [confidentiality]' >"$HOST/kernel/security/lockdown"
	refused "kernel lockdown in confidentiality mode found, which refuses BPF schedulers: boot without it"
	rm "$HOST/kernel/security/lockdown" "$HOST/kernel/btf/vmlinux"
	refused "no /sys/kernel/btf/vmlinux found, needed to load BPF schedulers: boot a kernel with CONFIG_DEBUG_INFO_BTF"
	echo >"$HOST/kernel/btf/vmlinux"
	for word in isolcpus=1 isolcpus=domain,1 isolcpus=nohz,domain,1-3; do
		echo "a $word b" >"$HOST/cmdline"
		refused "$word found on the kernel's command line, with which no sched_ext scheduler attaches: boot without it"
	done
	echo 'isolcpus=nohz,managed_irq,1' >"$HOST/cmdline"
	accepted
	rm -r "$HOST/kernel/sched_ext"
	refused "no /sys/kernel/sched_ext/state and enable_seq found in kernel $(uname -r), sched_ext needed: boot 6.12 or later with CONFIG_SCHED_CLASS_EXT"
}

# needs_kernel RECORD...: an export of a test that wants it
needs_kernel() {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	printf '%s\n' "$@" >>t.ktstr
	ktstr-export -q t
}

# bats test_tags=promise:refuses-at-once
@test "preflight: a kernel that is too old or too new is refused, with what was found and is needed" {
	local least last release wanted
	while read -r least last release wanted; do
		fake_sysctl kernel/osrelease "$release"
		needs_kernel "kernel $least${last:+ ${last#-}}"
		case $wanted in
		yes) accepted ;;
		old) refused "kernel $release found, $least or later needed: boot such a kernel" ;;
		new) refused "kernel $release found, $last or earlier needed: boot such a kernel" ;;
		esac
	done <<-'EOF'
		6.12 6.14 6.12.0-rc3-cloud-amd64 yes
		6.12 6.14 6.14.99 yes
		6.12 6.14 6.15.0-rc1 new
		6.12 6.14 7.0 new
		6.12 6.14 6.11.99-generic old
		6.12 6.14 6.9.1 old
		6.12.5 6.12.5 6.12.5+ yes
		6.12.5 6.12.5 6.12.6 new
		6.12.5 6.12.5 6.12 old
		6.9 7 7.2.13+deb14-cloud-amd64 yes
		6.9 7 8.0.0 new
		7.8 7.8 7.08.1 yes
		6.12 7 custom old
		6.12 7 v8.1 old
	EOF
	# whatever a kernel is called, who needs none of these takes it
	fake_sysctl kernel/osrelease custom
	export_test
	accepted
	needs_kernel 'kernel 6.12 7'
	run -4 on_host ./t.run --ktap
	expect output has "# SKIP kernel custom found, 6.12 or later needed: boot such a kernel"
	run -0 ./t.run --info
	expect output has $'NEED_KERNEL_MIN=6.12\nNEED_KERNEL_MAX=7\n'
}

# bats test_tags=promise:refuses-at-once
@test "preflight: a word that the kernel's command line lacks is named" {
	local line word
	needs_kernel 'kernel-arg threadirqs' 'kernel-arg dyndbg=file\040x\040+p'
	echo 'a=1 threadirqs dyndbg="file x +p" quiet' >"$HOST/cmdline"
	accepted
	echo '"dyndbg=file x +p" threadirqs' >"$HOST/cmdline"
	accepted
	echo 'threadirqs dyndbg="file x +p' >"$HOST/cmdline"
	accepted
	echo 'threadirqs dyndbg=file x +p' >"$HOST/cmdline"
	refused "'dyndbg=file x +p' not found on the kernel's command line, needed there: boot with it"
	echo 'threadirqs=1 xthreadirqs "threadirqs dyndbg=file" dyndbg="file x +p"' >"$HOST/cmdline"
	refused "'threadirqs' not found on the kernel's command line, needed there: boot with it"
	needs_kernel 'kernel-arg threadirqs'
	for line in '' THREADIRQS 'thread irqs' 'threadirqs*' 'a="b threadirqs' 'x="threadirqs "'; do
		echo "$line" >"$HOST/cmdline"
		refused "'threadirqs' not found on the kernel's command line, needed there: boot with it"
	done
	printf threadirqs >"$HOST/cmdline" # no newline
	accepted
	for word in '*' 'a?c' '[a]' '\044(reboot)' '\046'; do # a name and no pattern
		echo 'abc a' >"$HOST/cmdline"
		needs_kernel "kernel-arg $word"
		run -4 on_host ./t.run --check
	done
	needs_kernel 'kernel-arg threadirqs' 'kernel-arg dyndbg=file\040x\040+p'
	run -0 ./t.run --info
	expect output has "NEED_KERNEL_ARGS='threadirqs' 'dyndbg=file x +p'"
}

@test "preflight: a test without a scheduler needs none of that" {
	export_test
	rm -r "$HOST/kernel/sched_ext" "$HOST/kernel/btf"
	echo 'isolcpus=1' >"$HOST/cmdline"
	accepted
	run -0 on_host ./t.run
}

# attached_is MESSAGE: what is said of the attached scheduler
attached_is() {
	refused "sched_ext is $(<"$HOST/kernel/sched_ext/state") with the scheduler simple_1.0_x86_64, none may be attached: it is $1"
}

# bats test_tags=promise:others-left-alone
@test "preflight: another scheduler that is attached is named with its process and how to stop it" {
	export_test
	mkdir "$HOST/kernel/sched_ext/root"
	echo simple_1.0_x86_64 >"$HOST/kernel/sched_ext/root/ops"
	cp "$(type -P sleep)" scx_simple
	./scx_simple 91.25 & # a name alone proves nothing
	for state in enabled enabling disabling; do
		echo "$state" >"$HOST/kernel/sched_ext/state"
		attached_is "held by no process and no pin in bpffs that are seen here (perhaps a container's): to force it out: echo S > /proc/sysrq-trigger"
	done
	kill $!
	# each holds a struct_ops link, under whatever name
	script holder "$(holds)" 'for i in {1..600}; do sleep 0.1; done'
	cp holder simple
	# shellcheck disable=SC2016 # expanded by the inner shell
	said() {
		run -4 on_host bash -c 'cgroup=$(awk "\$3 == \"cgroup2\" { print \$2; exit }" /proc/mounts)
			pids=
			for name; do "./$name" & pids+=" $!"; done
			[ ! "$UNIT" ] || { mkdir -p "$cgroup/$UNIT"; echo $! >"$cgroup/$UNIT/cgroup.procs"; }
			for pid in $pids; do until mountpoint -q /proc/$pid/fdinfo; do sleep 0.05; done; done
			echo "pids:$pids"; ./t.run --quiet; s=$?; kill $pids; wait
			until [ ! "$UNIT" ] || (cd "$cgroup" && rmdir -p -- "$UNIT"); do sleep 0.05; done 2>/dev/null; exit $s' said "$@"
		read -r _ first second <<<"${lines[0]}"
	}
	UNIT='' said ./holder
	expect line -1 ends ": it is of PID $first (holder): kill $first"
	UNIT='' said ./holder ./simple
	expect line -1 ends ": it is of PID $second (simple): kill $second"
	UNIT='' said ./holder ./holder
	[[ ${lines[-1]} == *": it is of PID $first (holder): kill $first, or PID $second (holder): kill $second" ||
		${lines[-1]} == *": it is of PID $second (holder): kill $second, or PID $first (holder): kill $first" ]]
	export UNIT
	UNIT=scx.service said ./holder
	expect line -1 ends "(holder) in scx.service: systemctl stop scx.service"
	# a name that is no harm to who pastes the command
	UNIT='-a b$(c);d.service' said ./holder
	expect line -1 ends 'systemctl stop -- -a\ b\$\(c\)\;d.service'
	# a unit of a user's systemd, or of a container's, is not the host's of that name
	for UNIT in user.slice/user@1.service/app.slice/sshd.service system.slice/docker-1.scope/system.slice/cron.service; do
		said ./holder
		expect line -1 ends ": it is of PID $first (holder): kill $first"
	done
	UNIT=system.slice/a.slice/b.service said ./holder
	expect line -1 ends "(holder) in b.service: systemctl stop b.service"
	# nor is a process's own name a command
	cp holder 'x): id #('
	UNIT='' said 'x): id #('
	expect line -1 ends ": it is of PID $first ($(printf %q 'x): id #(')): kill $first"
	UNIT=scx_loader.service said ./holder
	expect line -1 ends "(holder) in scx_loader.service: scxctl stop"
}

# bats test_tags=promise:others-left-alone
@test "preflight: another scheduler that only a pin in bpffs holds" {
	export_test
	echo enabled >"$HOST/kernel/sched_ext/state"
	run on_host bash -c 'mountpoint -q /sys/fs/bpf || exit 96
		mkdir /sys/fs/bpf/a; for i in "a/one (1)" two three four; do ln -s x "/sys/fs/bpf/$i"; done; ./t.run --quiet'
	[ "$status" != 96 ] || skip "needs a bpffs (mount -t bpf none /sys/fs/bpf)"
	expect status 4
	expect output ends "none may be attached: it is held by no process, and so by a pin in bpffs, perhaps /sys/fs/bpf/a/one\ \(1\): rm /sys/fs/bpf/a/one\ \(1\), or /sys/fs/bpf/four: rm /sys/fs/bpf/four, or /sys/fs/bpf/three: rm /sys/fs/bpf/three, or one of 1 more"
}

@test "preflight: who is not root is told that only root can find the attached scheduler's process" {
	export_test
	echo enabled >"$HOST/kernel/sched_ext/state"
	as_nobody
	run -4 on_host setpriv --reuid 65534 --regid 65534 --clear-groups bash ./t.run --check
	expect output has "none may be attached: it is of a process that only root can find: run this as root"
}

@test "preflight: of several cgroup v2 mounts the usual one counts, whichever was first" {
	[[ $REAL_CGROUP == /sys/fs/cgroup* ]] || skip "needs cgroup v2 in its usual place"
	needs_topology 1n1l1c1t
	mkdir elsewhere
	run -0 on_host bash -c 'umount -l "$1" && mount -t cgroup2 none elsewhere && mount -t cgroup2 none "$1" || exit 98
		exec ./t.run --check' bash "$REAL_CGROUP"
	expect output has "ok: cgroup v2 at $REAL_CGROUP"$'\n'
}

# bats test_tags=promise:others-left-alone
@test "preflight: a cgroup of the name that a run needs is left alone where it is in use" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'm='"$REAL_CGROUP"'; mkdir -p $m/ktstr/theirs
		./t.run --quiet; s=$?; rmdir $m/ktstr/theirs $m/ktstr || exit 98; exit $s'
	expect output begins "./t.run: not suitable: the cgroup $REAL_CGROUP/ktstr is in use"
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'm='"$REAL_CGROUP"'; mkdir -p $m/ktstr
		sleep 90.25 & echo $! >$m/ktstr/cgroup.procs; ./t.run --quiet; s=$?; kill $! || exit 98; wait; rmdir $m/ktstr; exit $s'
	expect output has "the cgroup $REAL_CGROUP/ktstr is in use"
	# empty and unused, it is used, and stays: this run did not make it
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'm='"$REAL_CGROUP"'; mkdir -p $m/ktstr
		./t.run --quiet; s=$?; rmdir $m/ktstr || exit 98; exit $s'
	expect file ran
	export_test 'mkdir -p "$KTSTR_CGROUP_ROOT/a/b"'
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'm='"$REAL_CGROUP"'; mkdir -p $m/ktstr
		./t.run --quiet; s=$?; rmdir $m/ktstr || exit 98; exit $s'
}

# bats test_tags=promise:others-left-alone
@test "preflight: a controller that the host does not have, or that a cgroup with processes cannot enable, is named" {
	export_test "touch $BATS_TEST_TMPDIR/ran"
	sed -i '/^test /a cgroup-controllers cpu cpuset io' t.ktstr
	ktstr-export -q t
	echo cpu io >controllers
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'mount --bind controllers "$1/cgroup.controllers" && ./t.run --quiet' x "$REAL_CGROUP"
	expect output begins "./t.run: not suitable: controllers cpu io found in $REAL_CGROUP/cgroup.controllers, cpu cpuset io needed: \
boot without cgroup_disable=, and with no cgroup v1 that has cpuset"
	echo >controllers
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'mount --bind controllers "$1/cgroup.controllers" && ./t.run --quiet' x "$REAL_CGROUP"
	expect output has "controllers none found in"
	expect output has "that has cpu cpuset io"
	# it has them, but the mount's root is a container's, with processes in it
	echo cpuset io memory cpu >controllers
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'mount --bind controllers "$1/cgroup.controllers" && ./t.run --check' x "$REAL_CGROUP"
	expect output has "ok: cgroup v2 at $REAL_CGROUP with cpu cpuset io"$'\n'
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'mount --bind controllers "$1/cgroup.controllers" && ./t.run --quiet' x "$REAL_CGROUP"
	expect output has "the controller cpu cannot be enabled in the cgroup $REAL_CGROUP ("
	expect no-file ran
}

# bats test_tags=promise:others-left-alone
@test "preflight: a process in that cgroup counts in a PID namespace where it has no number, too" {
	unshare -pf --mount-proc true 2>/dev/null || skip "needs a PID namespace with a /proc of its own"
	export_test
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'm='"$REAL_CGROUP"'; mkdir -p $m/ktstr
		sleep 90.25 & echo $! >$m/ktstr/cgroup.procs; unshare -pf --mount-proc ./t.run --quiet; s=$?; kill $! || exit 98
		wait; rmdir $m/ktstr; exit $s'
	expect output has "the cgroup $REAL_CGROUP/ktstr is in use"
}

@test "preflight: a /run that cannot be written is a problem" {
	export_test
	run -4 on_host bash -c 'mount -o remount,ro /run; ./t.run --quiet'
	expect line 0 "./t.run: not suitable: /run is no directory that can be written, needed for a lock: mount it writable"
}

@test "preflight: no cgroup v2 mount is a problem, one at another place is not" {
	export_test
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'umount -l "$1"; ./t.run --quiet' x "$REAL_CGROUP"
	expect output has "no cgroup v2 mount found, one needed: mount -t cgroup2 none /sys/fs/cgroup"
	mkdir "else where"
	# shellcheck disable=SC2016
	run -0 on_host bash -c 'umount -l "$1"; mount -t cgroup2 none "else where"; ./t.run --quiet' x "$REAL_CGROUP"
}

# bats test_tags=promise:refuses-at-once
@test "preflight: programs of another machine, or without what starts them, are refused" {
	need gcc
	export_test
	gcc -x c - -o prog <<<'int main(void) { return 0; }' 2>/dev/null
	sed -i "s|^binary .*|binary ./prog|" t.ktstr
	ktstr-manifest t >m
	ktstr-preamble <m | sed 's/^NEED_MACHINES=.*/NEED_MACHINES=(sparc64)/' >t.run
	run -4 on_host bash t.run --check
	expect output has "machine $(uname -m) found, sparc64 needed by the packed programs: export it on such a machine"
	ktstr-preamble <m | sed 's|^NEED_INTERPRETERS=.*|NEED_INTERPRETERS=(/lib/ld-none.so.1)|' >t.run
	run -4 on_host bash t.run --check
	expect output has "/lib/ld-none.so.1 not found, needed to start a packed program"
	ktstr-pack <m | ktstr-b64 | cat <(ktstr-preamble <m) - >t.run
	grep -qx "NEED_MACHINES=($(uname -m))" t.run
	grep -q "^NEED_INTERPRETERS=(/lib" t.run
	run -0 on_host bash t.run --check
}

@test "preflight: the host's glibc must be as new as needs-glibc says" {
	need getconf
	export_test
	local host
	host=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
	for version in 2.5 2.17 "$host"; do
		{ ktstr-manifest t; echo "needs-glibc $version"; } >m
		ktstr-pack <m | ktstr-b64 | cat <(ktstr-preamble <m) - >t.run
		run -0 on_host bash t.run --check
		expect output has "ok: glibc $host"
	done
	for version in 2.999 3.0; do
		{ ktstr-manifest t; echo "needs-glibc $version"; } | ktstr-preamble >t.run
		run -4 on_host bash t.run --check
		expect output has "glibc $host found, glibc $version or later needed"
	done
}

@test "preflight: the file that needs a newer glibc is named, with --no-libs where that leaves it out" {
	need getconf
	export_test
	local host file message
	host=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
	while IFS='|' read -r file message; do
		{ ktstr-manifest t; echo "needs-glibc 2.999 $file"; echo "file lib/libx.so.6 /bin/true 0755"; } | ktstr-preamble >t.run
		run -4 on_host bash t.run --check
		[[ "$output" == *"not suitable: glibc $host found, glibc 2.999 or later needed$message"* ]] || {
			echo "row: $file: $output"
			false
		}
	done <<-'END'
		lib/libx.so.6| by lib/libx.so.6: export it on a system that is as old as this one, or with --no-libs
		ktstr| by ktstr: export it on a system that is as old as this one
		|: export it on a system that is as old as this one
	END
}

@test "preflight: glibc's version is found without getconf, and a host without glibc is refused" {
	export_test
	local loader host
	loader=$(LD_TRACE_LOADED_OBJECTS=1 "$BASH" | grep -oE '/[^ ]*/ld[^ /]*\.so[^ ]*')
	host=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
	{ ktstr-manifest t; echo "needs-glibc 2.5"; } >m
	ktstr-pack <m | ktstr-b64 | cat <(ktstr-preamble <m) - >plain.run
	printf '#!/bin/sh\nexit 1\n' >./getconf
	chmod +x getconf
	sed "s|^NEED_INTERPRETERS=.*|NEED_INTERPRETERS=(/bin/sh $loader)|" plain.run >t.run
	PATH=$PWD:$PATH run on_host bash t.run --check
	if "$loader" --version >/dev/null 2>&1; then # since 2.33
		expect output has "ok: glibc $host"
	fi
	# an older one: of this shell's memory map only what /proc says is known
	printf '%s\n' "7f0000000000-7f0000001000 r-xp 00000000 fe:01 42   /lib/x86_64-linux-gnu/libm-2.99.so" \
		"7f0000000000-7f0000001000 r-xp 00000000 fe:01 42   /lib/x86_64-linux-gnu/libc-2.31.so" >maps
	PATH=$PWD:$PATH run -0 on_host bash -c 'mount --bind maps /proc/$$/maps && exec bash plain.run --check'
	expect output has "ok: glibc 2.31"
	# musl's loader and getconf say something else
	printf '#!/bin/sh\necho "musl libc (x86_64)"; echo undefined\n' >./getconf
	cp getconf ld-musl-x86_64.so.1
	sed "s|^NEED_INTERPRETERS=.*|NEED_INTERPRETERS=($PWD/ld-musl-x86_64.so.1)|" plain.run >t.run
	: >maps
	PATH=$PWD:$PATH run -4 on_host bash -c 'mount --bind maps /proc/$$/maps && exec bash t.run --check'
	expect output has "not suitable: no glibc found, glibc 2.5 or later needed: link the programs statically"
}

@test "preflight: missing programs are named" {
	export_test
	mkdir bin
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'for p in tar gzip; do f=$(type -P $p); cp "$f" bin/; done
		mount -t tmpfs none /usr/local; mkdir new; for p in awk bash cat env mkdir rm rmdir sed wc base64 df uname chmod tee tr grep head tail; do cp "$(type -P $p)" new/; done
		b=$PWD/new; mount --bind new /usr/bin || exit 97; PATH=$b bash ./t.run --quiet'
	expect output has "programs not found: gzip tar: install"
}

# --- the work directory ---

# bats test_tags=promise:disk-not-filled
@test "preflight: the work directory is where there is room and where programs can be executed" {
	export_test 'echo "$KTSTR_DIR"'
	run -0 --separate-stderr on_host ./t.run
	expect output begins "$TMPDIR/ktstr."
	expect output ends /tree
	# shellcheck disable=SC2016
	run -0 --separate-stderr on_host bash -c 'mount -t tmpfs -o noexec none "$TMPDIR"; ./t.run'
	expect output begins /tmp/ktstr.
	expect output ends /tree
	# shellcheck disable=SC2016
	run -0 --separate-stderr on_host bash -c 'mount -t tmpfs -o size=100k none "$TMPDIR"; ./t.run'
	expect output begins /tmp/ktstr.
	expect output ends /tree
	TMPDIR=/nonexistent run -0 --separate-stderr on_host ./t.run
	expect output begins /tmp/ktstr.
	expect output ends /tree
	mkdir 'an other'
	run -0 --separate-stderr on_host ./t.run --tmpdir 'an other'
	expect output begins "$PWD/an other/ktstr."
	expect output ends /tree
	expect value "$(ls -A 'an other')" ''
	nothing_left
}

# bats test_tags=promise:disk-not-filled
@test "preflight: the work directory needs room for the files, and from a pipe for its text" {
	head -c 3000000 /dev/urandom >big
	export_test
	echo 'include ./big' >>t.ktstr
	ktstr-export -q t
	mkdir small
	# shellcheck disable=SC2016
	local small='mount -t tmpfs -o size=$1 none small; shift; exec "$@"'
	run -0 on_host bash -c "$small" small 5m ./t.run --quiet --tmpdir small
	run -4 on_host bash -c "$small" small 3m ./t.run --quiet --tmpdir small
	expect output has "has 4 MiB free and can be executed from: small (3 MiB free): "
	run -0 on_host bash -c "$small" small 9m bash -s -- --quiet --tmpdir small <t.run
	run -4 on_host bash -c "$small" small 7m bash -s -- --quiet --tmpdir small <t.run
	expect output has "has 9 MiB free and can be executed from: small (7 MiB free): "
}

@test "preflight: where no directory is fit each is named with the reason" {
	export_test
	mkdir small
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'mount -t tmpfs -o size=100k none small; ./t.run --quiet --tmpdir small'
	expect line 0 "./t.run: not suitable: no directory found that has 2 MiB free and can be executed from: small (0 MiB free): give one with --tmpdir DIR"
	# shellcheck disable=SC2016
	run -4 on_host bash -c 'mount -t tmpfs -o noexec none small; ./t.run --quiet --tmpdir=small'
	expect output ends "/small (nothing can be executed there, as with noexec): give one with --tmpdir DIR"
	run -64 on_host ./t.run --quiet --tmpdir gone
	expect output "./t.run: --tmpdir: there is no directory gone: make it, or name another"
}

# bats test_tags=promise:no-verdict
@test "preflight: a file system without room for another file is no suitable one, and no verdict" {
	export_scheduler "${attach[@]}" "${stay[@]}"
	mkdir small
	for inodes in 3 4 5 6 7 8 9 10; do
		# shellcheck disable=SC2016
		run on_host bash -c 'mount -t tmpfs -o nr_inodes=$1 none small; ./t.run --quiet --tmpdir small' x "$inodes"
		[ "$status" = 4 ] || ((inodes > 6 && status == 0))
	done
}

@test "preflight: a place that refuses chown, as NFS with root_squash, is as good as another" {
	need strace
	export_test 'echo "$KTSTR_DIR"'
	mkdir bin
	script bin/tar "exec strace -f -qq -o /dev/null -e inject=chown,fchown,lchown,fchownat:error=EPERM $(type -P tar) \"\$@\""
	# it refuses it, where it is asked to
	tar -cf some.tar --owner 1000 t
	run -2 bin/tar -xf some.tar -C tmp
	rm tmp/t
	PATH=$PWD/bin:$PATH run -0 --separate-stderr on_host ./t.run --quiet
	expect output begins "$TMPDIR/ktstr."
	expect output ends /tree
	expect stderr "./t.run: pass"
	nothing_left
}

@test "preflight: where it cannot be unpacked the next place is taken, and the last one's reason is tar's" {
	export_test 'echo "$KTSTR_DIR"'
	mkdir bin
	# shellcheck disable=SC2016
	script bin/tar 'if [[ $* != *"$(cat good)"* ]]; then cat >/dev/null; echo "tar: t: Cannot change mode" >&2; exit 2; fi' \
		"exec $(type -P tar) \"\$@\""
	echo /dev/shm/ >good
	for how in './t.run --quiet' 'bash -s -- --quiet <t.run'; do
		run -0 --separate-stderr on_host env PATH="$PWD/bin:$PATH" bash -c "mount -t tmpfs none /dev/shm; $how"
		expect output begins /dev/shm/ktstr.
		expect output ends /tree
		expect stderr has "t.run: warning: the archive could not be unpacked into $TMPDIR/ktstr."
		expect stderr has "/tree: is its disk full? (tar: t: Cannot change mode): /tmp is tried"
		expect stderr has ": /dev/shm is tried"
	done
	echo nowhere >good
	run -4 on_host env PATH="$PWD/bin:$PATH" ./t.run --quiet
	expect line -1 begins "./t.run: unsuitable: the archive could not be unpacked into $PWD/"
	expect line -1 ends "/tree: is its disk full? (tar: t: Cannot change mode)"
	expect value "$(ls -d ktstr.* /tmp/ktstr.*-*/tree 2>/dev/null)" ''
	nothing_left
}

@test "preflight: --keep keeps the directory and says where" {
	export_test
	run -0 on_host ./t.run --keep
	local kept
	kept=$(sed -n 's|^./t.run: kept: ||p' <<<"$output")
	cmp t "$kept/tree/ktstr"
	rm -rf "$kept"
	nothing_left
}

# --- topology ---

@test "topology: a host of 1 CPU" {
	fake_cpus 0
	fake_llc 0
	fake_core 0
	needs_topology 1n1l1c1t
	accepted
	needs_topology 1n1l2c1t
	refused "host has 0 LLCs with at least 2 cores of 1 threads, test needs 1: run it on a larger host"
	needs_topology 1n1l1c2t
	refused "host has 0 LLCs with at least 1 cores of 2 threads, test needs 1: run it on a larger host"
}

# bats test_tags=promise:as-exported
@test "topology: LLCs of unequal size count where they are large enough" {
	fake_cpus 0-11
	fake_llc 0-7
	fake_llc 8-11
	for cpu in 0-1 2-3 4-5 6-7 8-9 10-11; do fake_core "$cpu"; done
	needs_topology 1n2l2c2t
	accepted
	needs_topology 1n2l4c2t
	refused "host has 1 LLCs with at least 4 cores of 2 threads, test needs 2: run it on a larger host"
	run -4 on_host ./t.run --check
	expect output has "ok: LLC 0-7: 4 cores of at least 2 threads, needed 4"
	expect output has "too small: LLC 8-11: 2 cores of at least 2 threads, needed 4"
}

@test "topology: hybrid cores: those without a second thread do not count where two are needed" {
	fake_cpus 0-11
	fake_llc 0-11
	fake_core 0-1
	fake_core 2-3
	for cpu in 4 5 6 7 8 9 10 11; do fake_core "$cpu"; done
	needs_topology 1n1l2c2t
	accepted
	needs_topology 1n1l3c2t
	refused "host has 0 LLCs with at least 3 cores of 2 threads, test needs 1: run it on a larger host"
	needs_topology 1n1l10c1t
	accepted
}

# bats test_tags=promise:as-exported
@test "topology: offline CPUs and those this process may not use do not count" {
	fake_cpus 0-7
	fake_llc 0-3
	fake_llc 4-7
	for cpu in 0-1 2-3 4-5 6-7; do fake_core "$cpu"; done
	needs_topology 1n2l2c2t
	accepted
	echo 0-5,7 >"$HOST/system/cpu/online"
	refused "host has 1 LLCs with at least 2 cores of 2 threads, test needs 2: 1 CPUs are offline: bring them online: echo 1 > /sys/devices/system/cpu/cpu6/online"
	echo 0-7 >"$HOST/system/cpu/online"
	HOST_ALLOWED=0-3 refused "host has 1 LLCs with at least 2 cores of 2 threads, test needs 2: run it on a larger host, or without taskset or cpuset: this process may use the CPUs 0-3 of 0-7"
	needs_topology 1n2l2c1t
	echo 0-2,4,6-7 >"$HOST/system/cpu/online"
	accepted
}

@test "topology: no L3: an L2 is the LLC; an L4, an L1 and instruction caches are not" {
	fake_cpus 0-3
	fake_cache 1 Data 0 0
	fake_cache 1 Instruction 1 0
	fake_cache 2 Unified 2 0-1
	fake_cache 2 Unified 2 2-3
	fake_cache 4 Unified 4 0-3
	for cpu in 0 1 2 3; do fake_core "$cpu"; done
	needs_topology 1n2l2c1t
	accepted
	fake_cache 3 Instruction 5 0-3
	accepted
	# the number of an index says nothing
	fake_cache 3 Unified 0 0-3
	refused "host has 1 LLCs with at least 2 cores of 1 threads, test needs 2: run it on a larger host"
}

@test "topology: an L3 beside an L4 is the LLC" {
	fake_cpus 0-3
	fake_llc 0-1
	fake_llc 2-3
	fake_cache 4 Unified 4 0-3
	for cpu in 0 1 2 3; do fake_core "$cpu"; done
	needs_topology 1n2l2c1t
	accepted
}

@test "topology: no caches at all: one LLC for each package, with a warning" {
	fake_cpus 0-3
	for cpu in 0 1 2 3; do fake_core "$cpu"; done
	echo 1 >"$HOST/system/cpu/cpu2/topology/physical_package_id"
	echo 1 >"$HOST/system/cpu/cpu3/topology/physical_package_id"
	needs_topology 1n2l2c1t
	accepted
	run -0 on_host ./t.run --check
	expect output has "warning: no cache is described in sysfs: each package is taken for one LLC"
}

@test "topology: core_id may repeat: cores are told apart by the list of their CPUs" {
	fake_cpus 0-3
	fake_llc 0-3
	for cpu in 0 1 2 3; do
		fake_core "$cpu"
		echo 0 >"$HOST/system/cpu/cpu$cpu/topology/core_id"
	done
	needs_topology 1n1l4c1t
	accepted
	rm "$HOST"/system/cpu/cpu*/topology/core_cpus_list
	for cpu in 0 1; do echo 0-1 >"$HOST/system/cpu/cpu$cpu/topology/thread_siblings_list"; done
	for cpu in 2 3; do echo 2-3 >"$HOST/system/cpu/cpu$cpu/topology/thread_siblings_list"; done
	needs_topology 1n1l2c2t
	accepted
	needs_topology 1n1l3c1t
	refused "host has 0 LLCs with at least 3 cores of 1 threads, test needs 1: run it on a larger host"
}

@test "topology: NUMA nodes count where they have CPUs that are usable" {
	needs_topology 2n2l1c1t
	fake_llc 0
	fake_llc 1
	fake_node 0 0
	fake_node 1 1
	fake_node 2 ''
	accepted
	echo >"$HOST/system/node/has_cpu" # as kernels 3.10 and 5.3 have it
	accepted
	fake_node 0 0-1
	fake_node 1 ''
	refused "host has 1 NUMA nodes with CPUs, test needs 2: run it on another host"
	rm -r "$HOST/system/node"
	mkdir "$HOST/system/node"
	refused "host has 1 NUMA nodes with CPUs, test needs 2: run it on another host"
	needs_topology 1n2l1c1t
	accepted
	# what taskset leaves
	fake_cpus 0-3
	for cpu in 0 1 2 3; do fake_core "$cpu"; fake_llc "$cpu"; done
	fake_node 0 0-1
	fake_node 1 2-3
	needs_topology 2n2l1c1t
	accepted
	HOST_ALLOWED=0-1 refused "host has 1 NUMA nodes with CPUs, test needs 2: run it on another host, or without taskset or cpuset: this process may use the CPUs 0-1 of 0-3"
}

# fits LABEL STATUS: --check ends with it; collects what does not in $failed
fits() {
	needs_topology "$1"
	run on_host ./t.run --check
	[ "$status" = "$2" ] || failed+="$what: $1: $status, not $2: ${lines[-1]}
"
}

@test "topology: a cache that spans NUMA nodes is one LLC for each of them, and so it is without caches" {
	local failed='' what cpu
	for what in L3 none; do
		fake_cpus 0-7
		for cpu in 0 1 2 3 4 5 6 7; do fake_core "$cpu"; done
		[ "$what" = none ] || fake_llc 0-7
		fake_node 0 0-3
		fake_node 1 4-7
		fits 1n1l8c1t 4
		fits 2n2l4c1t 0
		fits 1n2l4c1t 0
		fits 2n2l5c1t 4
		fits 1n3l1c1t 4
	done
	[ -z "$failed" ] || { echo "$failed"; return 1; }
}

@test "topology: one list of CPUs in two packages is two LLCs" {
	local failed='' what=packages cpu
	fake_cpus 0-3
	fake_llc 0-3
	fake_node 0 0-3
	for cpu in 0 1 2 3; do fake_core "$cpu"; done
	for cpu in 2 3; do echo 1 >"$HOST/system/cpu/cpu$cpu/topology/physical_package_id"; done
	fits 1n2l2c1t 0
	fits 1n1l3c1t 4
	for cpu in 0 1; do echo 0-1 >"$HOST/system/cpu/cpu$cpu/topology/package_cpus_list"; done
	for cpu in 2 3; do echo 2-3 >"$HOST/system/cpu/cpu$cpu/topology/package_cpus_list"; done
	fits 1n2l2c1t 0
	fits 1n1l3c1t 4
	[ -z "$failed" ] || { echo "$failed"; return 1; }
}

@test "topology: each of the nodes needs its share of the LLCs; one node demands no placement" {
	local failed='' what=placement cpu
	fake_cpus 0-7
	for cpu in 0 1 2 3 4 5 6 7; do fake_core "$cpu"; done
	for cpu in 0-1 2-3 4-5 6-7; do fake_llc "$cpu"; done
	fake_node 0 0-5
	fake_node 1 6-7
	fits 2n4l2c1t 4
	fits 2n2l2c1t 0
	fits 1n4l2c1t 0
	run on_host ./t.run --check
	needs_topology 2n4l2c1t
	refused "host has 1 NUMA nodes with at least 2 such LLCs each, test needs 2: run it on another host"
	fake_node 0 0-3
	fake_node 1 4-7
	fits 2n4l2c1t 0
	fake_node 0 0-1
	for cpu in 1 2 3; do fake_node $cpu $((2 * cpu))-$((2 * cpu + 1)); done
	fits 1n4l2c1t 0
	fits 2n4l2c1t 4
	[ -z "$failed" ] || { echo "$failed"; return 1; }
}

@test "topology: what a file of sysfs holds is a number or nothing, and never run" {
	local file
	needs_topology 1n1l2c1t
	for file in cpu/online cpu/cpu1/topology/core_cpus_list cpu/cpu0/topology/physical_package_id \
		cpu/cpu0/cache/index3/level node/node0/cpulist; do
		echo 'a[$(touch ran)]' >"$HOST/system/$file"
		run on_host ./t.run --check
		[[ ($status == 0 || $status == 4) && $output != *"error of this script"* && $output != *"line "* ]] || {
			echo "$file: $status: $output"
			return 1
		}
		expect no-file ran
	done
}

@test "topology: what one file lacks another tells, or the CPU itself" {
	local failed='' what
	what='a cache that omits its own CPU'
	echo 1 >"$HOST/system/cpu/cpu0/cache/index3/shared_cpu_list"
	fits 1n1l2c1t 0
	fake_llc 0-1
	what='no list of a core'
	: >"$HOST/system/cpu/cpu0/topology/core_cpus_list"
	fits 1n1l2c1t 0
	what='no package'
	: >"$HOST/system/cpu/cpu0/topology/physical_package_id"
	fits 1n1l2c1t 0
	what='a CPU without topology is no core'
	rm -r "$HOST/system/cpu/cpu0/topology"
	fits 1n1l2c1t 4
	fits 1n1l1c1t 0
	[ -z "$failed" ] || { echo "$failed"; return 1; }
}

@test "topology: CPUs that are offline are named with what brings them online" {
	needs_topology 1n1l2c1t
	echo 0 >"$HOST/system/cpu/online"
	refused "host has 0 LLCs with at least 2 cores of 1 threads, test needs 1: 1 CPUs are offline: bring them online: echo 1 > /sys/devices/system/cpu/cpu1/online"
	mkdir "$HOST/system/cpu/smt"
	echo off >"$HOST/system/cpu/smt/control"
	refused "host has 0 LLCs with at least 2 cores of 1 threads, test needs 1: 1 CPUs are offline: turn SMT on: echo on > /sys/devices/system/cpu/smt/control"
	echo forceoff >"$HOST/system/cpu/smt/control"
	refused "host has 0 LLCs with at least 2 cores of 1 threads, test needs 1: 1 CPUs are offline: turn SMT on: boot without nosmt=force"
}

@test "topology: where a list is missing or cut the mask is read" {
	local failed='' what cpu cache dir
	fake_cpus 0-7
	for cpu in 0 1 2 3 4 5 6 7; do
		dir=$HOST/system/cpu/cpu$cpu
		mkdir -p "$dir/cache/index3"
		echo 3 >"$dir/cache/index3/level"
		echo Unified >"$dir/cache/index3/type"
		cache=0f
		((cpu < 4)) || cache=f0
		echo "00000000,000000$cache" >"$dir/cache/index3/shared_cpu_map"
		printf '%x\n' $((3 << (cpu & ~1))) >"$dir/topology/thread_siblings"
	done
	rm -rf "$HOST"/system/node/node*
	mkdir -p "$HOST"/system/node/node{0,1}
	echo 0000000f >"$HOST/system/node/node0/cpumap"
	echo f0 >"$HOST/system/node/node1/cpumap"
	what=masks
	fits 2n2l2c2t 0
	fits 1n2l2c2t 0
	fits 1n1l3c1t 4
	fits 1n1l8c1t 4
	what='lists that are cut'
	printf '0,1,2,' >"$HOST/system/node/node0/cpulist"
	printf '4,5,' >"$HOST/system/node/node1/cpulist"
	fits 2n2l2c2t 0
	what='masks that are none'
	for cpu in '' x 00000000g 0,,1 0x1 -1; do
		printf '%s\n' "$cpu" >"$HOST/system/cpu/cpu0/topology/thread_siblings"
		run on_host ./t.run --check
		[[ $output != *"error of this script"* && $output != *"line "* ]] || failed+="$cpu: $output"
	done
	# CPUs above 31
	fake_cpus 30-33
	for cpu in 30 31 32 33; do fake_core "$cpu"; done
	for cpu in 30 31; do mkdir -p "$HOST/system/cpu/cpu$cpu/cache/index2"; done
	for cpu in 30 31 32 33; do
		dir=$HOST/system/cpu/cpu$cpu/cache/index2
		mkdir -p "$dir"
		echo 2 >"$dir/level"
		echo Unified >"$dir/type"
		echo 00000001,80000000 >"$dir/shared_cpu_map"
		((cpu == 31 || cpu == 32)) || printf '%s\n' "$cpu" >"$dir/shared_cpu_list"
	done
	what='CPUs in two words'
	fits 1n3l1c1t 0
	fits 1n1l2c1t 0
	fits 1n2l2c1t 4
	[ -z "$failed" ] || { echo "$failed"; return 1; }
}

@test "topology: no caches, and one package number for all: the lists tell the packages" {
	local failed='' what cpu list
	fake_cpus 0-7
	for cpu in 0 1 2 3 4 5 6 7; do
		fake_core "$cpu"
		list=0-3
		((cpu < 4)) || list=4-7
		echo "$list" >"$HOST/system/cpu/cpu$cpu/topology/package_cpus_list"
	done
	fake_node 0 0-7
	what=books
	fits 1n1l8c1t 4
	fits 1n2l4c1t 0
	for cpu in 0 1 2 3 4 5 6 7; do
		mv "$HOST/system/cpu/cpu$cpu/topology/"{package_cpus_list,core_siblings_list}
	done
	what='the older name'
	fits 1n2l4c1t 0
	[ -z "$failed" ] || { echo "$failed"; return 1; }
}

@test "topology: each awk reads the same" {
	local failed='' what tried=0
	fake_cpus 0-7
	for cpu in 0 1 2 3; do fake_core "$cpu,$((cpu + 4))"; done
	fake_llc 0-1,4-5
	fake_llc 2-3,6-7
	fake_node 0 0-1,4-5
	fake_node 1 2-3,6-7
	mkdir bin
	for what in gawk 'gawk --posix' mawk 'busybox awk' original-awk; do
		type -P "${what%% *}" >/dev/null || continue
		tried=$((tried + 1))
		script bin/awk "exec $(type -P "${what%% *}")$([ "${what#* }" = "$what" ] || echo " ${what#* }") \"\$@\""
		PATH=$PWD/bin:$PATH fits 2n2l2c2t 0
		PATH=$PWD/bin:$PATH fits 2n2l3c1t 4
		PATH=$PWD/bin:$PATH fits 3n3l1c1t 4
	done
	[ -z "$failed" ] || { echo "$failed"; return 1; }
	((tried))
}

@test "topology: an awk that fails is a finding" {
	needs_topology 1n1l1c1t
	mkdir bin
	script bin/awk 'echo "nodes 1"; exit 2'
	PATH=$PWD/bin:$PATH refused "awk cannot read the topology in /sys/devices/system, and has said why"
}

@test "topology: 512 CPUs take no process for each CPU" {
	need strace
	fake_cpus 0-511
	local llc core
	for ((llc = 0; llc < 256; llc += 8)); do fake_llc "$llc-$((llc + 7)),$((llc + 256))-$((llc + 263))"; done
	for ((core = 0; core < 256; core++)); do fake_core "$core,$((core + 256))"; done
	for ((llc = 0; llc < 8; llc++)); do fake_node $llc "$((32 * llc))-$((32 * llc + 31)),$((32 * llc + 256))-$((32 * llc + 287))"; done
	needs_topology 8n32l8c2t
	accepted
	HOST_PATIENCE=50 run -0 on_host strace -D -f -qq -o trace -e trace=fork,vfork,clone,clone3 bash ./t.run --check
	# awk and its subshell, flock, df, mkdir, chmod, a probe, rm, what checks the archive; uname before Linux 6.1
	(($(grep -c "clone\|fork" trace) <= 20))
	# what one CPU's files have told of others is not read again
	HOST_PATIENCE=50 run -0 on_host strace -D -f -qq -o trace -e trace=open,openat bash ./t.run --check
	expect value "$(grep -c 'index3/level' trace)" 32
	expect value "$(grep -c 'core_cpus_list' trace)" 256
	needs_topology 8n32l9c2t
	run -4 on_host ./t.run --quiet
	expect output has "host has 0 LLCs with at least 9 cores of 2 threads, test needs 32"
}
