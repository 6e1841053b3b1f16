#!/usr/bin/env bats
# packages.bats - what make packages says before it begins; test/packages itself needs minutes and is a step of .ci/run

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	need dpkg-checkbuilddeps
	cp -r "$TOP/debian" "$TOP/test" .
	mkdir bin none
	: >none/status # of a system where nothing is installed
	PATH=$PWD/bin:$PATH
}

all='apt-get install build-essential debhelper libarchive-dev libdeflate-dev pkg-config zlib1g-dev bats lintian rpm'

@test "packages: make packages names all that is missing in one command, and makes nothing" {
	printf '#!/bin/sh\nexec %q --admindir=%q "$@"\n' "$(type -P dpkg-checkbuilddeps)" "$PWD/none" >bin/dpkg-checkbuilddeps
	chmod +x bin/dpkg-checkbuilddeps
	run -1 --separate-stderr test/packages
	expect stderr "packages: missing: $all"
	expect output ''
	[ ! -e build ]
}

@test "packages: without dpkg-dev make packages names all that it may need" {
	ln -s "$(type -P apt-get)" "$(type -P bash)" "$(type -P awk)" "$(type -P dirname)" "$(type -P sed)" bin
	run -1 --separate-stderr env PATH="$PWD/bin" bash test/packages
	expect stderr "packages: missing: $all"
	rm bin/apt-get
	run -1 --separate-stderr env PATH="$PWD/bin" bash test/packages
	expect stderr "packages: these are Debian's packages: there is no apt-get here"
}
