#!/usr/bin/env bats
# dist.bats - the tarball of the sources, what is made from it, and the one place that has the version

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	version=$(sed -n 's/^VERSION = //p' "$TOP/Makefile")
	name=ktstr-tools-$version
}

# repository: a repository with one commit, of what is here now
repository() {
	need git tar
	mkdir tree
	(cd "$TOP" && if [ -e .git ]; then git ls-files -z; else find . -path ./build -prune -o -type f -print0; fi |
		xargs -0 cp --parents -t "$BATS_TEST_TMPDIR/tree")
	git -C tree -c init.defaultBranch=main init -q
	git -C tree add -A
	git -C tree -c user.name=x -c user.email=x@localhost commit -qm x --date=2020-02-02T20:20:20Z
}

@test "dist: the same commit gives the same bytes: later, elsewhere, under another umask, beside other files" {
	repository
	cp -a tree 'other place'
	make -s -C tree dist
	sleep 1.1
	touch 'other place/stray' 'other place/Makefile'
	(cd 'other place' && umask 077 && git config tar.umask 0 && LC_ALL=C TZ=Asia/Tokyo make -s dist)
	cmp "tree/build/$name.tar.gz" "other place/build/$name.tar.gz"
	run -0 tar -tf "tree/build/$name.tar.gz"
	expect value "$(grep -v '/$' <<<"$output" | sed "s|^$name/||" | sort)" "$(git -C tree ls-files | sort)"
	expect value "$(grep -v "^$name/" <<<"$output")" ""
}

@test "dist: an unpacked tarball builds, tests and installs without git, and gives the same tarball" {
	repository
	make -s -C tree dist
	mkdir unpacked
	tar -xzf "tree/build/$name.tar.gz" -C unpacked
	cd "unpacked/$name"
	make -s -j 2 install PREFIX=/usr DESTDIR="$PWD/build/root" CC="${CC:-cc}" CFLAGS=-O0 >/dev/null
	run -0 build/root/usr/bin/ktstr-pack --version
	expect output begins "ktstr-pack $version "
	make -s dist
	cmp "build/$name.tar.gz" "$BATS_TEST_TMPDIR/tree/build/$name.tar.gz"
	# bats leaves its own directory on PATH, and variables, which a second one must not find
	run -0 env -i HOME="$HOME" PATH=/usr/local/bin:/usr/bin:/bin make -s check TESTS=test/dist.bats \
		BATS_FLAGS='--tap -f version' CC="${CC:-cc}" CFLAGS=-O0
	expect output has "ok 1 "
}

@test "dist: the version stands in the Makefile, and the programs, the package and the changelog agree" {
	local program
	[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
	for program in "$TOP"/build/bin/*; do
		run -0 "$program" --version
		expect value "$output " begins "${program##*/} $version "
	done
	grep -qx "Version: $version" "$TOP/build/lib/pkgconfig/ktstr.pc"
	run -0 head -n 1 "$TOP/debian/changelog"
	expect output begins "ktstr-tools ($version) "
	grep -qxE "Version: +(0|$version)" "$TOP/rpm/ktstr-tools.spec" # 0: make dist writes it
	[ ! -e "$TOP/CHANGELOG.md" ] || grep -qE "^## \[?(Unreleased|$version)\b" "$TOP/CHANGELOG.md"
	# and nowhere else
	run -1 grep -rnF "$version" "$TOP/cmd" "$TOP/lib" "$TOP/man" "$TOP/share" "$TOP/README.md"
}

@test "dist: the tarball's spec has the version, so rpmbuild needs nothing but the tarball" {
	need rpmspec
	repository
	make -s -C tree dist
	tar -xOf "tree/build/$name.tar.gz" "$name/rpm/ktstr-tools.spec" >new.spec
	run -0 rpmspec --query --queryformat '%{NAME} %{VERSION}\n' new.spec
	expect output "ktstr-tools $version"$'\n'"libktstr-devel $version"
	# and for dnf builddep the one of the tree can be read
	run -0 rpmspec --query --buildrequires "$TOP/rpm/ktstr-tools.spec"
	expect output has 'pkgconfig(libarchive)'
}

@test "dist: make help names the targets, and make alone does not stop at help" {
	local target
	run -0 make -s -C "$TOP" help
	expect line 0 begins "ktstr tools: "
	for target in $(sed -n 's/^\.PHONY: //p' "$TOP/Makefile"); do
		case $target in
		all | help | FORCE) ;;
		*) grep -qw "$target" <<<"$output" || { echo "not named: $target"; false; } ;;
		esac
	done
	run -0 make -s -n -C "$TOP" --trace
	expect output has-not "'/^#/!q"
}

@test "make: the jobs and the settings of a make check do not reach the make of a test" {
	printf '%s\n' "load $TOP/test/helper" '@test inner {' "make -s -j2 -C '$TOP' help" '}' >inner.bats
	MAKEFLAGS=' -j2 --jobserver-auth=3,4 -- PREFIX=relative' MAKELEVEL=1 MFLAGS=-j2 run -0 bats --tap inner.bats
	expect output has "ok 1 inner"
}

@test "make: it names what it makes, V=1 shows the commands, -s nothing, and warnings are always seen" {
	local file=build/obj/lib/base/quote.o
	repository
	cd tree
	run -0 make CC="${CC:-cc}" $file
	expect output $file
	run -0 make CC="${CC:-cc}" V=1 -B $file
	expect output has " -c -o $file lib/base/quote.c"
	expect output has-not $'\n'$file
	run -0 make CC="${CC:-cc}" -rs -j 2 -B $file
	expect output ''
	run -0 make CC="${CC:-cc}" -s CPPFLAGS=-D_GNU_SOURCE=2 $file
	expect output has redefined
}

# objects DIRECTORY: builds there, from the sources of this tree, one of each kind of what is compiled
objects() {
	make -s -C "$1" CC="${CC:-cc}" ${KTSTR_TEST_CFLAGS+CFLAGS="$KTSTR_TEST_CFLAGS"} \
		build/obj/lib/base/quote.o build/lib/libktstr.a build/examples/reader build/lib/ktstr/preload.so >/dev/null
}

@test "make: the same bytes in every directory, through a link and with a quote and blanks in its name" {
	[[ ${KTSTR_TEST_CFLAGS:-} != *-fsanitize* ]] || skip "sanitizers name the directory"
	repository
	mkdir "it's  far"
	cp -a tree "it's  far/away"
	ln -s "it's  far/away" link
	objects tree
	(cd link && objects .)
	for file in obj/lib/base/quote.o lib/libktstr.a examples/reader lib/ktstr/preload.so; do
		cmp "tree/build/$file" "link/build/$file"
		run -1 grep -c "$PWD" "tree/build/$file"
	done
}

@test "make: what the compiler has against smashed stacks and stray branches is used, and asked for nowhere else" {
	need readelf
	[ "$(uname -m)" = x86_64 ] || skip "is for x86-64"
	run -0 readelf -n "$TOP/build/obj/lib/base/quote.o"
	expect output has IBT
	expect output has SHSTK
	run -0 readelf -n "$TOP/build/obj/lib/harness/run.o"
	expect output has IBT
	expect output has SHSTK
	run -0 make -n -B -C "$TOP" build/bin/ktstr-b64
	expect output has " -fstack-clash-protection -fcf-protection "
	# a compiler that knows neither, as those for other machines
	printf '#!/bin/sh\ncase $* in *-fstack-clash*|*-fcf-*) exit 1;; esac\n' >cc
	chmod +x cc
	run -0 make -n -B -C "$TOP" CC="$PWD/cc" build/bin/ktstr-b64
	expect output has " -fstack-protector-strong "
	expect output has-not -fcf-
	expect output has-not -fstack-clash
}

@test "make: no function is called that glibc 2.31 lacks" {
	need nm
	local new=(sigabbrev_np sigdescr_np strerrorname_np strerrordesc_np mallinfo2 _Fork closefrom close_range
		timespec_getres execveat epoll_pwait2 posix_spawn_file_actions_addclosefrom_np arc4random arc4random_buf
		arc4random_uniform pidfd_open pidfd_getfd pidfd_getpid pidfd_send_signal pidfd_spawn pidfd_spawnp
		process_madvise strlcpy strlcat __strlcpy_chk __strlcat_chk fsopen fsmount move_mount open_tree mount_setattr)
	run -0 nm -uA "$TOP"/build/lib/*.a "$TOP"/build/obj/cmd/*.o
	run -1 grep -wF "$(printf ' U %s\n' "${new[@]}")" <<<"$output"
	expect output ''
}
