#!/usr/bin/env bats
# A scheduler and a test that are linked with shared libraries, on a host that has none of these

load exports

setup_file() {
	prepare_exports
	"${CC:-cc}" -I "$VM/../../lib/harness" -o libraries libraries.c "$PROGRAMS/../lib/libktstr.a" -lelf -lzstd -lbpf
	export_c ./libraries libraries
	local host=$BATS_FILE_TMPDIR/host
	ktstr-export -q --no-libs -b ./libraries -o "$host/bare.run" libraries
	ktstr-export -q --no-libs -b ./libraries -o "$host/bare_alone.run" libraries_alone
	# a program of this machine that its host has not, started by a script
	cp "$(type -P bsdtar || type -P git)" ./tool
	printf '%s\n' '#!/bin/bash' 'exec tool --version' >version.bash
	chmod +x version.bash
	printf '%s\n' 'test tool' 'binary ./version.bash' 'include ./tool' 'topology 1n1l1c1t' 'run-arg x' >tool.ktstr
	ktstr-export -q -f tool.ktstr -o "$host/tool.run" tool
}

setup() {
	booted libs
}

teardown() {
	explain
}

@test "libs: the host has none of the libraries, and no getconf" {
	told host here=0 getconf=
}

# bats test_tags=promise:right-libraries
@test "libs: packed, they serve the scheduler, which attaches, and the test, which passes" {
	told libraries status=0 left=
	said libraries 'test libraries, scheduler fifo, git *' pass
	local name
	for name in libelf.so.1 libz.so.1 libzstd.so.1 libbpf.so.1; do
		bash "$BATS_FILE_TMPDIR/host/libraries.run" --list | grep -qx "lib/$name"
	done
}

# bats test_tags=promise:right-libraries
@test "libs: the host's glibc is checked before that" {
	told check status=0
	said check 'ok: glibc 2.*'
}

# bats test_tags=promise:startable
@test "libs: not packed, neither the scheduler nor the test is started, and what is missing is named" {
	told bare status=4 left=
	said bare '*the test libraries cannot be started on this host: the library lib*.so.1* is not found: *'
	told bare_alone status=4 left=
	said bare_alone '*the test libraries cannot be started on this host: the library lib*.so.1* is not found: *'
}

@test "libs: those of an included program serve it as well" {
	told tool status=0 left=
	grep -qE '(bsdtar|git version) [0-9]' "$boot/out/tool.out"
}
