#!/usr/bin/env bats
# How a .run comes to a host, whole or damaged, and where it unpacks

load exports

setup_file() {
	prepare_exports
	export_cases passes where
}

setup() {
	booted files
}

teardown() {
	explain
}

# damaged NAME MESSAGE: 65, and no scheduler was attached
damaged() {
	told "$1" status=65 left=
	said "$1" "*this file is damaged: $2"
}

@test "files: read from a pipe, and from standard input" {
	told pipe status=0 left=
	told stdin status=0 left=
}

# bats test_tags=promise:damage-starts-nothing
@test "files: cut short, in the payload or the header, or read so from a pipe" {
	damaged cut 'it is cut short, * of * characters are missing: copy it again'
	told header status=65 left=
	grep -q 'this file is damaged: it is cut short: copy it again' "$boot/out/header.err"
	damaged pipe_cut 'it is cut short, * of * characters are missing: copy it again'
}

# bats test_tags=promise:damage-starts-nothing
@test "files: with bytes appended, or changed" {
	damaged long '4 characters were appended: copy it again'
	damaged changed 'bytes below __ARCHIVE__ were changed: copy it again'
}

# bats test_tags=promise:damage-starts-nothing
@test "files: with line endings changed, all of them or those of the payload" {
	told crlf status=65 left=
	grep -q 'this file is damaged: its line endings were changed to CR LF: copy it again, as binary' "$boot/out/crlf.err"
	damaged half 'its line endings were changed to CR LF: copy it again, as binary'
}

@test "files: a noexec /tmp: it unpacks elsewhere, or says why it cannot" {
	told noexec status=0 left=
	expect value "$(<"$boot/out/noexec.out")" begins /var/tmp/ktstr.
	expect value "$(<"$boot/out/noexec.out")" ends /tree
	told noexec_only status=4 left=
	said noexec_only 'not suitable: no directory found that has * MiB free and can be executed from: /tmp (nothing can be executed there, as with noexec): give one with --tmpdir DIR'
}

# bats test_tags=promise:disk-not-filled
@test "files: a full /tmp, and one that is too small: it unpacks elsewhere, or says why it cannot" {
	told small status=0 left=
	expect value "$(<"$boot/out/small.out")" begins /var/tmp/ktstr.
	expect value "$(<"$boot/out/small.out")" ends /tree
	told full status=0 left=
	expect value "$(<"$boot/out/full.out")" begins /var/tmp/ktstr.
	expect value "$(<"$boot/out/full.out")" ends /tree
	told full_only status=4 left=
	said full_only 'not suitable: no directory found that has * MiB free and can be executed from: /tmp (0 MiB free): give one with --tmpdir DIR'
}

# bats test_tags=promise:no-verdict
@test "files: a /tmp with room for bytes and none for files: no verdict, whatever cannot be made" {
	local inodes
	for inodes in 3 4 5 6 7 8 9; do
		told inodes$inodes status=4 left=
		grep -q 'is its disk full?\|not suitable: no directory found' "$boot/out/inodes$inodes.err"
	done
	told inodes64 status=0 left=
}
