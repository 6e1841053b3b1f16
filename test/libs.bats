#!/usr/bin/env bats
# libs.bats - ktstr-libs: which libraries are packed, compared with what the dynamic loader says

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	unset LD_LIBRARY_PATH
	mkdir -p a b
}

# manifest NAME PATH...: prints a manifest of these files
manifest() {
	printf '%s\n' 'manifest 1' 'test t' 'scheduler eevdf' 'topology 1n1l1c1t' 'duration 1' 'watchdog 1' 'git unknown'
	printf 'file %s %s 0755\n' "$@"
}

# library FILE [ARG...]: a shared library whose function has the name of the file without lib and .so, and whose
# DT_SONAME is the file's name; later arguments are the linker's
library() {
	local name=${1##*/}
	printf 'int %s(void) { return 0; }\n' "$(function_of "$name")" |
		${CC:-cc} -shared -fPIC -x c - -x none -Wl,--no-as-needed "-Wl,-soname,$name" -o "$@"
}

function_of() {
	local name=${1##*/lib}
	name=${name#lib}
	echo "${name%%.so*}"
}

# program FILE [ARG...]: one that needs the libraries among the linker's arguments
program() {
	echo 'int main(void) { return 0; }' |
		${CC:-cc} -x c - -x none -Wl,--no-as-needed -Wl,--allow-shlib-undefined "${@:2}" -o "$1"
}

# old RPATH rather than RUNPATH, and the other way round
rpath() {
	printf -- '-Wl,--disable-new-dtags,-rpath,%s' "$1"
}

runpath() {
	printf -- '-Wl,--enable-new-dtags,-rpath,%s' "$1"
}

# packed: prints the added files of the manifest on standard input, as NAME PATH
packed() {
	sed -n 's/^file lib\/\([^ ]*\) \([^ ]*\) 0755$/\1 \2/p'
}

# loaded PROGRAM: what the dynamic loader itself says, in the same form, but for glibc's own
loaded() {
	LD_TRACE_LOADED_OBJECTS=1 "$1" | sed -n 's/^\t\([^ ]*\) => \([^ ]*\) .*/\1 \2/p' | grep -vE '^(lib(c|m|pthread|dl|rt|resolv|util|anl|mvec)\.so)' |
		while read -r name path; do
			echo "$name $(readlink -f "$path")"
		done
}

# same_as_loader PROGRAM: the same libraries, paths and order; libgcc_s may be what glibc loads later
same_as_loader() {
	loaded "$1" >by_loader
	manifest ktstr "$1" | ktstr-libs | packed >by_us
	grep -q '^libgcc_s' by_loader || sed -i '/^libgcc_s\.so\.1 /d' by_us
	diff -u by_loader by_us
}

# fails MESSAGE: the last run failed with this one line and no output
fails() {
	[ "$output" = "" ]
	# shellcheck disable=SC2053 # a pattern
	[[ $stderr == $1 ]] || {
		echo "said: $stderr"
		return 1
	}
}

# bats test_tags=promise:right-libraries
@test "libs: the libraries of programs of this system are those of ldd, in its order" {
	local count=0 path
	for path in /usr/bin/git /usr/bin/bsdtar /usr/bin/gdb /usr/bin/qemu-system-x86_64 /usr/bin/ssh /usr/bin/bash /usr/bin/strace \
		/usr/bin/clang /usr/bin/python3 /usr/bin/pigz /usr/bin/perl /usr/bin/make /usr/bin/tar /usr/bin/as; do
		[ -x $path ] || continue
		same_as_loader "$(readlink -f $path)"
		[ -z "$(loaded $path)" ] || count=$((count + 1))
	done
	expect value "$count" -ge 3
}

@test "libs: needs-glibc is the highest version symbol that readelf shows in any of the files" {
	local path file version
	for path in /usr/bin/bash /usr/bin/bsdtar; do
		[ -x $path ] || continue
		manifest ktstr $path | ktstr-libs >out
		version=$(for file in $path $(packed <out | cut -d' ' -f2); do
			readelf -VW "$file" 2>/dev/null
		done | grep -oE 'Name: GLIBC_[0-9.]+  Flags: none' | grep -oE '[0-9.]+' | sort -V | tail -n 1)
		grep -qxE "needs-glibc $version( lib/.*)?" out
	done
}

@test "libs: all else passes through, in its order; needs-glibc comes before the files, libraries after them" {
	library a/libone.so.1
	program p a/libone.so.1 "$(rpath "$PWD/a")"
	{
		manifest ktstr "$PWD/p" include/p "$PWD/p"
		echo '# a comment'
		printf 'sysctl a.b ""\nx-mine a\\040b\nrun-arg \\012\nx-none\n'
	} >in
	ktstr-libs <in >out
	diff <(grep -v '^#' in) <(grep -vE '^(needs-glibc |file lib/)' out)
	expect value "$(tail -n 1 out)" "file lib/libone.so.1 $PWD/a/libone.so.1 0755"
	expect value "$(grep -A1 needs-glibc out | tail -n 1)" "file ktstr $PWD/p 0755"
	ktstr-libs <out | cmp - out
	ktstr-pack -t <out | tar -tf - | grep -qx lib/libone.so.1
	ktstr-preamble <out | grep -qx "NEED_GLIBC=$(sed -n 's/^needs-glibc //p' out)"
}

@test "libs: a diamond, each library once, breadth first" {
	library a/libbottom.so
	library a/libleft.so a/libbottom.so "$(runpath '$ORIGIN')"
	library a/libright.so a/libbottom.so "$(runpath '$ORIGIN')"
	program p a/libleft.so a/libright.so "$(runpath '$ORIGIN/a')"
	same_as_loader "$PWD/p"
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed | cut -d' ' -f1 | xargs)" 'libleft.so libright.so libbottom.so'
}

@test "libs: DT_RPATH serves what the libraries need, DT_RUNPATH does not" {
	library a/libinner.so
	library b/libouter.so a/libinner.so
	program old b/libouter.so "$(rpath "$PWD/a:$PWD/b")"
	same_as_loader "$PWD/old"
	manifest ktstr "$PWD/old" | ktstr-libs | packed | grep -qx "libinner.so $PWD/a/libinner.so"
	program new b/libouter.so "$(runpath "$PWD/a:$PWD/b")"
	loaded "$PWD/new" >/dev/null
	ldd new | grep -q 'libinner.so => not found'
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/new")
	fails "ktstr-libs: <stdin>:8: ktstr: $PWD/b/libouter.so needs libinner.so, which was not found in /etc/ld.so.cache, /*"
}

@test "libs: a library's DT_RUNPATH takes it off the DT_RPATH of who loaded it" {
	library a/libinner.so
	library b/libouter.so a/libinner.so "$(runpath /nowhere)"
	program p b/libouter.so "$(rpath "$PWD/a:$PWD/b")"
	ldd p | grep -q 'libinner.so => not found'
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	fails "*libouter.so needs libinner.so, which was not found in /nowhere, /etc/ld.so.cache, *"
}

@test "libs: DT_RPATH comes before LD_LIBRARY_PATH, that before DT_RUNPATH" {
	local kind dir
	mkdir env
	for dir in a b env; do
		library $dir/libone.so
	done
	for kind in rpath runpath; do
		program $kind a/libone.so "$($kind "$PWD/a")"
		LD_LIBRARY_PATH=$PWD/none:$PWD/env same_as_loader "$PWD/$kind"
	done
	expect value "$(manifest ktstr "$PWD/rpath" | LD_LIBRARY_PATH=$PWD/env ktstr-libs | packed)" "libone.so $PWD/a/libone.so"
	expect value "$(manifest ktstr "$PWD/runpath" | LD_LIBRARY_PATH=$PWD/env ktstr-libs | packed)" "libone.so $PWD/env/libone.so"
	program none a/libone.so
	for dir in "$PWD/env" env "x;$PWD/env" "" ":" "x:" '$ORIGIN/env' '${ORIGIN}/env'; do
		echo "LD_LIBRARY_PATH=$dir"
		(cd env && LD_LIBRARY_PATH=$dir run ktstr-libs < <(manifest ktstr "$BATS_TEST_TMPDIR/none")
			if [[ $(LD_LIBRARY_PATH=$dir ldd ../none) == *'libone.so => not found'* ]]; then
				expect status 1
			else
				expect status 0
			fi)
	done
}

@test "libs: \$ORIGIN, \$LIB and \$PLATFORM, in braces or not, through a symbolic link to the program" {
	local lib path platform
	lib=$(readlink -f "$(ldd /bin/sh | grep -oE '/[^ ]*/ld-linux[^ ]*')")
	platform=$("$lib" --list-diagnostics 2>/dev/null | sed -n 's/^dl_platform="\(.*\)"$/\1/p')
	lib=$("$lib" --list-diagnostics 2>/dev/null | sed -n 's/^dl_dst_lib="\(.*\)"$/\1/p')
	mkdir -p "x/${lib:-none}" "x/$(uname -m)-y" link
	library "x/${lib:-none}/libtwo.so"
	library "x/$(uname -m)-y/libthree.so"
	# on some processors the loader has another name for it (haswell), which is not what is packed by
	for platform in ${platform:-haswell xeon_phi}; do # before 2.33 it does not tell
		[ "$platform" = "$(uname -m)" ] || ln -s "$(uname -m)-y" "x/$platform-y"
	done
	library x/libone.so
	# shellcheck disable=SC2016
	program x/p x/libone.so "x/$(uname -m)-y/libthree.so" "$(runpath '${ORIGIN}/.:$ORIGIN/$PLATFORM-y:$ORIGINAL:${PLATFORM:$')"
	ln -s ../x/p link/p
	same_as_loader "$PWD/x/p"
	diff <(loaded link/p) <(manifest ktstr "$PWD/link/p" | ktstr-libs | packed)
	[ -n "$lib" ] || skip "this glibc does not tell what \$LIB is"
	# shellcheck disable=SC2016
	program x/p "x/$lib/libtwo.so" "$(rpath '$ORIGIN/$LIB')"
	same_as_loader "$PWD/x/p"
	expect value "$(loaded x/p)" is-not ''
}

# with_cache FILE COMMAND...: runs it where that file is /etc/ld.so.cache
with_cache() {
	unshare -m bash -c 'mount --bind "$1" /etc/ld.so.cache && shift && exec "$@"' with_cache "$@"
}

# need_caches: prepares that: a library that only a cache knows of, and a program that needs it
need_caches() {
	PATH=$PATH:/usr/sbin:/sbin
	need unshare ldconfig
	[ "$(id -u)" = 0 ] || skip "needs root to mount a cache"
	echo >mine
	with_cache mine true 2>/dev/null || skip "needs a mount namespace (unshare -m)"
	library a/libone.so.1
	echo "$PWD/a" >conf
	program p a/libone.so.1
	program nodefault a/libone.so.1 -Wl,-z,nodefaultlib
	manifest ktstr "$PWD/p" >in
}

@test "libs: the cache is read in each format that ldconfig writes, and may be out of date" {
	need_caches
	local format
	for format in new compat; do
		ldconfig -X -f conf -C mine -c $format
		with_cache mine bash -c 'LD_TRACE_LOADED_OBJECTS=1 ./p' | grep -q "libone.so.1 => $PWD/a/libone.so.1"
		expect value "$(with_cache mine ktstr-libs <in | packed)" "libone.so.1 $PWD/a/libone.so.1"
	done
	manifest ktstr "$PWD/nodefault" | with_cache mine ktstr-libs | packed | grep -q libone.so.1
	cp a/libone.so.1 b
	mv a/libone.so.1 a/moved
	run -1 --separate-stderr with_cache mine ktstr-libs <in
	fails "*p needs libone.so.1, which was not found in /etc/ld.so.cache, *"
	expect value "$(LD_LIBRARY_PATH=$PWD/b with_cache mine ktstr-libs <in | packed)" "libone.so.1 $PWD/b/libone.so.1"
}

@test "libs: a cache that is cut short or spoilt is none" {
	need_fast ktstr-libs
	need_caches
	need python3
	ldconfig -X -f conf -C good
	cat >spoil.py <<-'END'
		import os, struct, subprocess
		good = open("good", "rb").read()
		cache = os.open("mine", os.O_RDWR)
		seen = set()
		def attempt(data):
		    os.ftruncate(cache, 0)
		    os.pwrite(cache, data, 0)
		    r = subprocess.run(["ktstr-libs"], stdin=open("in"), capture_output=True, text=True, timeout=20)
		    # the loader reads it as well: those before glibc 2.33 or so may die of it
		    if r.returncode == subprocess.run(["ktstr-libs", "--version"], stdout=-3).returncode == -11: return
		    assert r.returncode in (0, 1) and "Sanitizer" not in r.stderr and "runtime error" not in r.stderr, r
		    assert (r.returncode == 0) == ("lib/libone.so.1" in r.stdout), r
		    seen.add(r.returncode)
		attempt(good)
		# the header, the entry of the library and its strings, and here and there in the rest
		name = good.index(b"libone.so.1\0")
		entry = next(at for at in range(48, len(good), 24) if struct.unpack_from("<I", good, at + 4)[0] == name)
		near = [*range(64), *range(entry, entry + 24), *range(name - 4, name + 12)]
		for size in near + list(range(64, len(good), len(good) // 100)): attempt(good[:size])
		for at in near:
		    for value in (0, 0xff): attempt(good[:at] + bytes([value]) + good[at + 1:])
		attempt(b"ld.so-1.7.0\0" + b"\xff" * 64)
		assert seen == {0, 1}
	END
	run -0 with_cache mine python3 spoil.py
}

@test "libs: -z nodefaultlib leaves out the system's directories, and what of the cache is in them" {
	program p -l:libz.so.1 -Wl,-z,nodefaultlib 2>/dev/null || skip "needs libz.so.1: apt-get install zlib1g-dev"
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	fails "*p needs libz.so.1, which was not found in /etc/ld.so.cache: install it, *"
	LD_TRACE_LOADED_OBJECTS=1 ./p | grep -q 'libz.so.1 => not found'
}

@test "libs: a candidate for another machine is passed over, and named where there is no other" {
	need aarch64-linux-gnu-gcc
	library b/libone.so
	echo 'int one;' | aarch64-linux-gnu-gcc -nostdlib -shared -fPIC -x c - -o a/libone.so
	program p b/libone.so "$(runpath "$PWD/a:$PWD/b")"
	same_as_loader "$PWD/p"
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed)" "libone.so $PWD/b/libone.so"
	rm b/libone.so
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	fails "*p needs libone.so, which was not found in $PWD/a, $PWD/b, * (for another machine: $PWD/a/libone.so): install it, *"
}

@test "libs: what is no library and would be loaded is an error, as it is for the loader" {
	library a/libone.so
	program p a/libone.so "$(runpath "$PWD/a")"
	printf 'INPUT(libone.so.1)\n' >a/libone.so
	run -127 ./p
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	fails "ktstr-libs: $PWD/a/libone.so: this is no shared library, or a damaged one, and the dynamic loader comes upon it: *"
	rm a/libone.so
	mkdir a/libone.so
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	fails "ktstr-libs: $PWD/a/libone.so: this is no shared library*"
}

# bats test_tags=promise:right-libraries
@test "libs: every missing library is named, with who wants it, and nothing is printed" {
	library a/libone.so
	library a/libtwo.so
	library b/libthree.so a/libtwo.so
	program p a/libone.so b/libthree.so "$(runpath "$PWD/b")"
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect output ""
	expect value "${#stderr_lines[@]}" 2
	expect value "${stderr_lines[0]}" begins "ktstr-libs: <stdin>:8: ktstr: $PWD/p needs libone.so, which was not found in $PWD/b, /etc/ld.so.cache, "
	expect value "${stderr_lines[0]}" ends ": install it, link with -Wl,-rpath,DIR or -static, or pack no libraries (ktstr-export --no-libs)"
	expect value "${stderr_lines[1]}" begins "ktstr-libs: <stdin>:8: ktstr: $PWD/b/libthree.so needs libtwo.so, "
}

@test "libs: a library that is needed by its path is an error" {
	echo 'int one;' | ${CC:-cc} -shared -x c - -o a/libone.so # without soname
	program p "$PWD/a/libone.so"
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	fails "ktstr-libs: <stdin>:8: ktstr: $PWD/p needs $PWD/a/libone.so by its path, *"
}

# bats test_tags=promise:right-libraries
@test "libs: two packed files that need different files of one name are an error, the same file is packed once" {
	library a/libone.so
	cp a/libone.so b
	program p a/libone.so "$(runpath "$PWD/a")"
	program q a/libone.so "$(runpath "$PWD/b")"
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p" scheduler "$PWD/q")
	fails "ktstr-libs: lib/libone.so: $PWD/p needs $PWD/a/libone.so and $PWD/q needs $PWD/b/libone.so: one directory of libraries serves both: *"
	ln -sf ../a/libone.so b/libone.so
	manifest ktstr "$PWD/p" scheduler "$PWD/q" | ktstr-libs >out
	expect value "$(packed <out)" "libone.so $PWD/a/libone.so"
}

@test "libs: one program's first library of a name serves all of it, as in the loader" {
	library a/libone.so
	cp a/libone.so b
	library b/libtwo.so b/libone.so "$(runpath "$PWD/b")"
	program p b/libtwo.so a/libone.so "$(runpath "$PWD/a:$PWD/b")"
	same_as_loader "$PWD/p"
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed | grep -c libone)" 1
}

@test "libs: a library needed under two names is packed under both, with a warning" {
	library a/libone.so.1
	ln -s libone.so.1 a/libone.so
	printf 'int one(void);int two(void) { return one(); }' | ${CC:-cc} -shared -fPIC -x c - -o a/libtwo.so
	echo 'int x;' | ${CC:-cc} -shared -fPIC -Wl,-soname,libone.so -x c - -o b/libone.so
	library a/libtwo.so b/libone.so
	program p a/libone.so.1 a/libtwo.so "$(rpath "$PWD/a")"
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect value "$(packed <<<"$output" | cut -d' ' -f1 | xargs)" 'libone.so.1 libtwo.so libone.so'
	expect stderr begins "ktstr-libs: warning: $PWD/a/libone.so: $PWD/a/libtwo.so needs it as libone.so as well as libone.so.1: "
}

@test "libs: records of libraries that stand already are taken, with what they need" {
	library a/libinner.so
	library a/libone.so a/libinner.so "$(runpath '$ORIGIN')"
	library b/libone.so
	program p b/libone.so "$(runpath "$PWD/b")"
	manifest ktstr "$PWD/p" lib/libone.so "$PWD/a/libone.so" | ktstr-libs >out
	expect value "$(packed <out)" "libone.so $PWD/a/libone.so
libinner.so $PWD/a/libinner.so"
	ktstr-libs <out | cmp - out
	# one that nothing needs by name, as for dlopen(3)
	manifest ktstr /bin/true lib/libone.so "$PWD/a/libone.so" | ktstr-libs >out
	packed <out | grep -qx "libinner.so $PWD/a/libinner.so"
	echo data >data
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p" lib/libone.so "$PWD/data")
	fails "ktstr-libs: $PWD/data: this is no shared library*"
}

@test "libs: what a library of the manifest needs may come from the program's DT_RPATH" {
	library a/libinner.so
	library b/libone.so a/libinner.so
	program p b/libone.so "$(rpath "$PWD/a:$PWD/b")"
	manifest ktstr "$PWD/p" | ktstr-libs >out
	ktstr-libs <out | cmp - out
	manifest ktstr "$PWD/p" lib/libone.so "$PWD/b/libone.so" | ktstr-libs | packed | grep -qx "libinner.so $PWD/a/libinner.so"
}

@test "libs: a needs-glibc that asks for more stays, one that asks for less is raised in its place" {
	local version
	for version in 2.5 2.1.999 1.99; do
		run -0 ktstr-libs < <(manifest ktstr /bin/bash | sed "2a needs-glibc $version")
		[[ ${lines[2]} == 'needs-glibc 2.'[1-9][0-9] ]]
		expect value "$(grep -c needs-glibc <<<"$output")" 1
	done
	for version in 2.999 3 10.1 2.100.1; do
		run -0 ktstr-libs < <(manifest ktstr /bin/bash | sed "2a needs-glibc $version")
		expect line 2 "needs-glibc $version"
	done
	run -0 ktstr-libs < <(manifest ktstr "$BATS_TEST_FILENAME" | sed "2a needs-glibc 2.4")
	expect line 2 "needs-glibc 2.4"
}

@test "libs: needs-glibc names the file that needs it, where the test binary needs less" {
	local row='' name files wanted
	# as if of glibc 2.30 and 2.31: the linker takes the versions from these
	for version in 30 31; do
		printf 'int new_%s;\n' $version >new.c
		printf 'GLIBC_2.%s { global: *; };\n' $version >map
		${CC:-cc} -shared -fPIC new.c -Wl,-soname,libm.so.6,--version-script=map -o m$version.so
		printf 'extern int new_%s; int use%s(void) { return new_%s; }\n' $version $version $version >use.c
		${CC:-cc} -shared -fPIC use.c m$version.so -Wl,-soname,libnew$version.so -o a/libnew$version.so
	done
	for version in 30 31; do
		printf 'extern int new_%s; int main(void) { return new_%s; }\n' $version $version >main.c
		for name in "" new30 new31; do
			${CC:-cc} -nostartfiles -nostdlib -shared -fPIC main.c m$version.so \
				-Wl,--no-as-needed ${name:+a/lib$name.so} "$(rpath "$PWD/a")" -o p$version$name
		done
	done
	while read -r wanted files; do
		wanted=${wanted/,/ }
		# shellcheck disable=SC2086
		[ "needs-glibc $wanted" = "$(manifest $files | ktstr-libs | grep ^needs-glibc)" ] ||
			row+="$wanted $files: $(manifest $files | ktstr-libs 2>&1 | grep -v ^file)"$'\n'
	done <<-END
		2.30 ktstr $PWD/p30
		2.31 ktstr $PWD/p31
		2.31 ktstr $PWD/p31new31
		2.31 ktstr $PWD/p31new30
		2.31,lib/libnew31.so ktstr $PWD/p30new31
		2.31,scheduler ktstr $PWD/p30new31 scheduler $PWD/p31
		2.31,scheduler ktstr $PWD/p30new30 scheduler $PWD/p31
		2.31,lib/libnew31.so ktstr $PWD/p30 include/x $PWD/p30new31
		2.31,include/x ktstr $PWD/p30 include/x $PWD/p31
	END
	printf '%s' "$row"
	expect value "$row" ''
	manifest ktstr "$PWD/p30new31" | ktstr-libs >out
	ktstr-libs <out | cmp - out # what it says already stays
	run -0 ktstr-preamble <out
	expect output has $'\nNEED_GLIBC=2.31\nNEED_GLIBC_FILE=lib/libnew31.so\n'
}

@test "libs: packed relative relocations need glibc 2.36, weak symbols nothing" {
	echo 'int main(void) { static int *p[] = { 0, (int *)&p, (int *)&p }; return p[1] == 0; }' >p.c
	${CC:-cc} -pie -fPIE -Wl,-z,pack-relative-relocs p.c -o p 2>/dev/null || skip "needs a linker with -z pack-relative-relocs"
	readelf -V p | grep -q GLIBC_ABI_DT_RELR || skip "needs a linker that asks for GLIBC_ABI_DT_RELR"
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | grep needs-glibc)" 'needs-glibc 2.36'
}

# unwinds FUNCTION FILE [ARG...]: a program that calls it in a thread, and ends with 0
unwinds() {
	local call
	case $1 in
	pthread_exit) call='pthread_exit(NULL)' ;;
	pthread_cancel) call='pthread_cancel(pthread_self()); for (;;) pause()' ;;
	thrd_exit) call='thrd_exit(0)' ;;
	backtrace) call='void *frames[9]; backtrace(frames, 9)' ;;
	pthread_join) call='(void)0' ;;
	esac
	cat >"$2.c" <<-END
		#define _GNU_SOURCE
		#include <execinfo.h>
		#include <pthread.h>
		#include <threads.h>
		#include <unistd.h>
		static void *body(void *unused) { $call; return unused; }
		int $(function_of "$2")(void) { pthread_t t; return pthread_create(&t, NULL, body, NULL) || pthread_join(t, NULL); }
		#ifndef NO_MAIN
		int main(void) { return $(function_of "$2")(); }
		#endif
	END
	${CC:-cc} -pthread "$2.c" "${@:3}" -o "$2"
}

# opened PROGRAM: the libgcc_s that the loader opens while it runs
opened() {
	LD_DEBUG=files "$1" 2>&1 | sed -n 's/.*calling init: \(.*libgcc_s.*\)/\1/p' | sort -u | xargs -r readlink -f
}

@test "libs: libgcc_s is packed where glibc loads it by itself, as a run shows" {
	local name args
	for name in pthread_exit pthread_cancel thrd_exit backtrace pthread_join; do
		while read -ra args; do
			unwinds $name p "${args[@]}"
			[ "$(opened ./p)" = "$(manifest ktstr "$PWD/p" | ktstr-libs | packed | sed -n 's/^libgcc_s.so.1 //p')" ] || {
				echo "$name ${args[*]}: opened $(opened ./p)"
				false
			}
			[ $name = pthread_join ] || [ -n "$(opened ./p)" ]
		done <<-'EOF'
			-O2
			-s
			-no-pie
			-s -Wl,--hash-style=sysv
			-s -Wl,--hash-style=gnu,-z,now
			-rdynamic -Wl,--hash-style=both
		EOF
	done
	for linker in gold lld; do
		type -P ld.$linker >/dev/null || continue
		unwinds pthread_exit p -fuse-ld=$linker -s
		manifest ktstr "$PWD/p" | ktstr-libs | packed | grep '^libgcc_s.so.1 '
	done
}

@test "libs: libgcc_s is packed for a library that unwinds, once, and not for a function of the program's own" {
	unwinds pthread_cancel a/libcancel.so -shared -fPIC -DNO_MAIN -Wl,-soname,libcancel.so
	program p a/libcancel.so "$(runpath "$PWD/a")"
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p" include/x "$PWD/p")
	expect value "$(packed <<<"$output" | cut -d' ' -f1)" $'libcancel.so\nlibgcc_s.so.1'
	# one that the manifest has itself
	manifest ktstr /bin/true lib/libcancel.so "$PWD/a/libcancel.so" | ktstr-libs | packed | grep '^libgcc_s.so.1 '
	# one that is linked
	unwinds pthread_exit p -Wl,--no-as-needed -l:libgcc_s.so.1
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed | grep -c libgcc_s)" 1
	echo 'void pthread_exit(void *x) { (void)x; for (;;); } int main(int n, char **v) { if (n > 9) pthread_exit(v); return 0; }' |
		${CC:-cc} -fno-builtin -rdynamic -x c - -o p
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed)" ''
	unwinds pthread_exit p -static
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed)" ''
}

@test "libs: the libgcc_s of glibc's own is that of DT_RPATH, not of DT_RUNPATH, as for the loader" {
	local found
	unwinds pthread_exit p
	found=$(opened ./p)
	cp "$found" a/libgcc_s.so.1
	unwinds pthread_exit p "$(rpath "$PWD/a")"
	expect value "$(opened ./p)" "$PWD/a/libgcc_s.so.1"
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed)" "libgcc_s.so.1 $PWD/a/libgcc_s.so.1"
	unwinds pthread_exit p "$(runpath "$PWD/a")"
	expect value "$(opened ./p)" "$found"
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | packed)" "libgcc_s.so.1 $found"
	expect value "$(manifest ktstr "$PWD/p" | LD_LIBRARY_PATH=$PWD/a ktstr-libs | packed)" "libgcc_s.so.1 $PWD/a/libgcc_s.so.1"
	# one that is missing is said with who wants it
	unwinds pthread_exit p -Wl,-z,nodefaultlib
	echo >b/libgcc_s.so.1
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p" lib/libgcc_s.so.1 "$PWD/gone")
	expect stderr has "lib/libgcc_s.so.1"
}

@test "libs: GLIBC_PRIVATE is warned of" {
	printf '%s\n' 'int __libc_early_init(int);' 'int main(void) { return __libc_early_init(0); }' |
		${CC:-cc} -x c - -o p 2>/dev/null || skip "needs a linker that links private symbols"
	readelf -V p | grep -q GLIBC_PRIVATE
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect stderr begins "ktstr-libs: warning: $PWD/p: uses private symbols of glibc (GLIBC_PRIVATE of libc.so.6): "
}

@test "libs: static programs, scripts, data, object files and glibc's own libraries add nothing" {
	echo 'int main(void) { return 0; }' >p.c
	${CC:-cc} -static p.c -o static
	${CC:-cc} -static-pie p.c -o static-pie
	${CC:-cc} -c p.c -o p.o
	: >empty
	manifest ktstr "$PWD/static" include/1 "$PWD/static-pie" include/2 "$PWD/p.o" include/3 "$PWD/empty" \
		include/4 "$BATS_TEST_FILENAME" include/5 "$PWD/p.c" >in
	run -0 --separate-stderr ktstr-libs <in
	expect stderr ""
	expect output "$(<in)"
	program p -lm -lpthread -ldl -lrt -lresolv -lutil -lanl
	run -0 ktstr-libs < <(manifest ktstr "$PWD/p")
	expect output has-not lib/
	expect output has needs-glibc
}

@test "libs: a program for another machine passes; a warning names what is not packed" {
	need aarch64-linux-gnu-gcc
	[ "$(uname -m)" != aarch64 ] || skip "aarch64 is this machine's own"
	echo 'int one;' | aarch64-linux-gnu-gcc -shared -fPIC -Wl,-soname,libone.so -x c - -o a/libone.so
	echo 'int main(void) { return 0; }' | aarch64-linux-gnu-gcc -Wl,--no-as-needed -x c - -x none a/libone.so -o p
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect stderr begins "ktstr-libs: warning: <stdin>:8: ktstr: $PWD/p: its libraries are not packed, as it is for another kind of machine than this one: the host must have libone.so, "
	expect output has "needs-glibc 2."
	# one that needs only glibc loses nothing
	echo 'int main(void) { return 0; }' | aarch64-linux-gnu-gcc -x c - -o q
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/q")
	expect stderr ""
}

@test "libs: a program whose dynamic loader is not glibc's passes with a warning" {
	library a/libone.so
	program p a/libone.so -Wl,-dynamic-linker,/lib/ld-musl-x86_64.so.1
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect stderr begins "ktstr-libs: warning: <stdin>:8: ktstr: $PWD/p: its libraries are not packed, as its dynamic loader is not glibc's: the host must have libone.so, "
	library a/libc.so
	library b/libtwo.so a/libc.so a/libone.so
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr /bin/true include/libtwo.so "$PWD/b/libtwo.so")
	expect stderr has "as its C library is not glibc: the host must have libone.so, "
}

@test "libs: an included program and an included library have theirs packed as well" {
	library a/libone.so
	library b/libtwo.so a/libone.so "$(runpath "$PWD/a")"
	program p b/libtwo.so "$(runpath "$PWD/b")"
	manifest ktstr /bin/true include/p "$PWD/p" | ktstr-libs | packed >out
	diff out <(loaded "$PWD/p")
	manifest ktstr /bin/true include/x "$PWD/b/libtwo.so" | ktstr-libs | packed | grep -qx "libone.so $PWD/a/libone.so"
}

@test "libs: included libraries serve each other and the programs, and are packed for that once more" {
	local row='' wanted files
	mkdir one two
	for file in a b; do # stubs, to link the real ones with: these need each other, and have no DT_RPATH
		library "one/lib$file.so"
		library "one/libv$file.so.1"
	done
	mkdir -p real
	library real/libb.so one/liba.so
	library real/liba.so one/libb.so
	library real/libvb.so.1 one/libva.so.1
	library real/libva.so.1 one/libvb.so.1
	echo 'int bare;' | ${CC:-cc} -shared -fPIC -x c - -o real/libbare.so # has no DT_SONAME
	(cd real && library libc1.so -L. -lbare)
	program needs_a real/liba.so
	while read -r wanted files; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr ktstr-libs < <(manifest ktstr /bin/true $files)
		[ "$(packed <<<"$output" | sed 's/ .*//' | sort | paste -sd,)" = "$wanted" ] || row+="$files: $output"$'\n'
		[ -z "$stderr" ] || row+="$files: $stderr"$'\n'
	done <<-END
		liba.so,libb.so include/liba.so $PWD/real/liba.so include/libb.so $PWD/real/libb.so
		libva.so.1,libvb.so.1 include/va $PWD/real/libva.so.1 include/vb $PWD/real/libvb.so.1
		libbare.so include/libc1.so $PWD/real/libc1.so include/libbare.so $PWD/real/libbare.so
		liba.so,libb.so include/needs_a $PWD/needs_a include/liba.so $PWD/real/liba.so include/libb.so $PWD/real/libb.so
	END
	printf '%s' "$row"
	expect value "$row" ''
	# what is not included is still missing, and no text is a library
	run -1 ktstr-libs < <(manifest ktstr /bin/true include/liba.so "$PWD/real/liba.so")
	expect output has "needs libb.so, which was not found in "
	echo text >libb.so
	run -1 ktstr-libs < <(manifest ktstr /bin/true include/liba.so "$PWD/real/liba.so" include/libb.so "$PWD/libb.so")
	# and as a test opens them, they work
	${CC:-cc} -x c - -o opens -ldl <<-'END'
		#include <dlfcn.h>
		#include <stdio.h>
		int main(int argc, char **argv)
		{
			if (dlopen(argv[1], RTLD_NOW))
				return 0;
			fprintf(stderr, "%s\n", dlerror());
			return 1;
		}
	END
	manifest ktstr "$PWD/opens" include/liba.so "$PWD/real/liba.so" include/libb.so "$PWD/real/libb.so" | ktstr-libs |
		ktstr-pack | tar -xzf - --one-top-level=tree
	LD_LIBRARY_PATH=$PWD/tree/lib ./tree/ktstr "$PWD/tree/include/liba.so"
	run -1 ./tree/ktstr "$PWD/tree/include/liba.so"
}

@test "libs: a file that is not there or damaged: error for a program, warning for an included file" {
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/none")
	fails "ktstr-libs: <stdin>:8: ktstr: $PWD/none: No such file or directory"
	head -c 4096 /bin/bash >short.elf
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/short.elf")
	fails "ktstr-libs: <stdin>:8: ktstr: $PWD/short.elf: a damaged ELF file: build it again"
	run -0 --separate-stderr ktstr-libs < <(manifest ktstr "$BATS_TEST_FILENAME" include/cut "$PWD/short.elf")
	expect stderr "ktstr-libs: warning: <stdin>:9: include/cut: $PWD/short.elf: a damaged ELF file: its libraries are not packed"
}

@test "libs: what says where the programs come from is passed on as it is" {
	local names='^(about|contact|build-id|git-scheduler) ' said
	said=$'about it\\040is\ncontact a@b.example\nbuild-id ktstr 0aff\nbuild-id scheduler 12\ngit-scheduler 0123abc-dirty'
	program p
	{
		manifest ktstr "$PWD/p"
		printf '%s\n' "$said"
	} >in
	run -0 ktstr-libs <in
	expect value "$(grep -E "$names" <<<"$output")" "$said"
}

@test "libs: very many files take no longer than their number" {
	need_fast ktstr-libs
	manifest ktstr /bin/bash >in
	seq -f 'file include/%.0f /bin/bash 0755' 20000 >>in
	run -0 timeout 300 bash -c 'ktstr-libs <in | wc -l' # a quarter of a minute; with sanitizers on a busy machine, a whole one
	expect output -ge 20009
}

@test "libs: a library that cannot be opened, for another reason than that it is not there, is an error" {
	library b/libone.so
	program p b/libone.so "$(runpath "$PWD/a:$PWD/b")"
	ln -s libone.so a/libone.so # in a circle, which the loader does not pass over
	run -127 ./p
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect output ""
	expect stderr "ktstr-libs: $PWD/a/libone.so: Too many levels of symbolic links"
	rm a/libone.so
	run -0 packed < <(manifest ktstr "$PWD/p" | ktstr-libs)
	expect output "libone.so $PWD/b/libone.so"
}

@test "libs: a record of a library whose file is not there says so" {
	library a/libone.so
	program p a/libone.so "$(runpath "$PWD/a")"
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p" lib/libone.so "$PWD/none")
	expect stderr "ktstr-libs: <stdin>: lib/libone.so: $PWD/none: No such file or directory"
}

@test "libs: a program that is cut short within its header is damaged, and not passed on" {
	local size
	program p
	for size in 4 16 40 63; do
		head -c $size p >short
		run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/short")
		expect output ""
		expect stderr ends "ktstr: $PWD/short: a damaged ELF file: build it again"
	done
	head -c 3 p >short # which nobody can tell from a text
	run -0 ktstr-libs < <(manifest ktstr "$PWD/short")
}

@test "libs: directories without end are not looked into" {
	library a/libone.so
	program p a/libone.so "$(runpath "$(printf '%070000d' 0)")"
	run -1 --separate-stderr ktstr-libs < <(manifest ktstr "$PWD/p")
	expect stderr ends "ktstr: $PWD/p: a damaged ELF file: build it again"
}

@test "libs: a needs-glibc that is no version is refused" {
	local version
	for version in ... 2..36 2.36. .36 2.x 18446744073709551616.0; do
		run -1 --separate-stderr ktstr-libs < <(manifest ktstr /bin/true | sed "\$ i needs-glibc $version")
		expect stderr ends "needs-glibc: not a version such as 2.36: $version"
	done
}

@test "libs: an ELF file cut short at every offset, and with every byte of its tables spoilt, ends well" {
	need_fast ktstr-libs
	library a/libone.so
	echo 'void pthread_exit(void *); int main(int n, char **v) { if (n > 9) pthread_exit(v); return 0; }' >p.c
	${CC:-cc} p.c a/libone.so -Wl,--no-as-needed a/libone.so "$(runpath "$PWD/a")" -s -Wl,-z,noseparate-code -o p
	cat >hostile.py <<-'END'
		import os, subprocess, sys
		whole = open("p", "rb").read()
		head = "manifest 1\ntest t\nscheduler eevdf\ntopology 1n1l1c1t\nduration 1\nwatchdog 1\ngit unknown\n"
		def variants():
		    for size in range(len(whole)):
		        if size < 4200 or size > len(whole) - 1500: yield whole[:size]
		    dynamic = whole.index(b"libone.so") & ~15
		    places = list(range(64 + 56 * 13)) + list(range(dynamic - 64, min(dynamic + 1024, len(whole))))
		    end = whole.rindex((1).to_bytes(8, "little"), 0, len(whole) - 64)
		    places += range(max(0, end - 512), min(end + 512, len(whole)))
		    for at in sorted(set(places)):
		        for value in (0, 0x7f, 0xff):
		            if value != whole[at]: yield whole[:at] + bytes([value]) + whole[at + 1:]
		count = 0
		batch = []
		def flush():
		    global batch
		    manifest = head + "".join("file %s %s/v/%d 0755\n" % ("ktstr" if i == 0 else "include/%d" % i, os.getcwd(), i)
		                               for i in range(len(batch) + 1))
		    r = subprocess.run(["ktstr-libs"], input=manifest, text=True, capture_output=True, timeout=60)
		    # found wanting or taken: never killed by a signal, nothing of a sanitizer
		    if r.returncode not in (0, 1) or "runtime error" in r.stderr or "Sanitizer" in r.stderr or \
		       (r.returncode == 1) != (r.stdout == "") or not r.returncode and not r.stdout.startswith(head):
		        sys.exit("status %s: %s" % (r.returncode, r.stderr[:2000]))
		    batch = []
		os.mkdir("v")
		open("v/0", "w").write("#!/bin/sh\n")
		for data in variants():
		    count += 1
		    open("v/%d" % (len(batch) + 1), "wb").write(data)
		    batch.append(data)
		    if len(batch) == 50: flush()
		flush()
		print(count)
	END
	need python3
	run -0 python3 hostile.py
	expect output -gt 8000
}

@test "libs: tables that lead in circles, far away or nowhere end with a message" {
	need python3
	library a/libone.so
	program p a/libone.so "$(runpath "$PWD/a")"
	cat >spoil.py <<-'END'
		import struct, sys
		data = bytearray(open("p", "rb").read())
		phoff, = struct.unpack_from("<Q", data, 32)
		count, = struct.unpack_from("<H", data, 56)
		loads = []
		for i in range(count):
		    kind, flags, offset, address, _, size = struct.unpack_from("<IIQQQQ", data, phoff + 56 * i)
		    if kind == 1: loads.append((offset, address, size))
		    if kind == 2: dynamic, header = offset, phoff + 56 * i
		def at(address): return [o + address - a for o, a, s in loads if a <= address < a + s][0]
		tags = {}
		i = dynamic
		while True:
		    tag, value = struct.unpack_from("<QQ", data, i)
		    if not tag: break
		    tags.setdefault(tag, (i, value))
		    i += 16
		what = sys.argv[1]
		verneed = at(tags[0x6ffffffe][1])
		if what == "strtab": struct.pack_into("<Q", data, tags[5][0] + 8, 1 << 40)
		if what == "strsz": struct.pack_into("<Q", data, tags[10][0] + 8, (1 << 64) - 1)
		if what == "needed": struct.pack_into("<Q", data, tags[1][0] + 8, (1 << 64) - 1)
		if what == "dynamic": struct.pack_into("<Q", data, header + 32, 1 << 62)
		if what == "far": struct.pack_into("<I", data, verneed + 12, 0xffffffff)
		if what == "file": struct.pack_into("<I", data, verneed + 4, 0xffffffff)
		if what == "chain":
		    # a million libraries, each with as many versions as come after it
		    stack = [i for i in range(count) if struct.unpack_from("<I", data, phoff + 56 * i)[0] == 0x6474e551][0]
		    size = 16 * 1000000
		    struct.pack_into("<IIQQQQQ", data, phoff + 56 * stack, 1, 4, len(data), 1 << 40, 0, size, size)
		    struct.pack_into("<Q", data, tags[0x6ffffffe][0] + 8, 1 << 40)
		    data += struct.pack("<HHIII", 1, 1, 0, 16, 16) * 1000000
		open("spoilt", "wb").write(data)
	END
	for what in strtab strsz needed dynamic far file chain; do
		python3 spoil.py $what
		run -1 --separate-stderr timeout 10 ktstr-libs < <(manifest ktstr "$PWD/spoilt")
		fails "ktstr-libs: <stdin>:8: ktstr: $PWD/spoilt: a damaged ELF file: build it again"
	done
}

@test "libs: with libraries comes the object that keeps them to the packed programs, once, and needs nothing" {
	local object=$TOP/build/lib/ktstr/preload.so
	library a/libone.so.1
	program p a/libone.so.1 "$(rpath "$PWD/a")"
	program alone
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | grep -c "^file lib/ktstr-preload.so $object 0644$")" 1
	expect value "$(manifest ktstr "$PWD/p" | ktstr-libs | ktstr-libs | grep -c ktstr-preload)" 1
	expect value "$(manifest ktstr "$PWD/alone" lib/plugin.so "$PWD/a/libone.so.1" | ktstr-libs | grep -c ktstr-preload)" 1
	expect value "$(manifest ktstr "$PWD/alone" | ktstr-libs | grep -c ktstr-preload)" 0
	need readelf
	run -0 readelf -dW --dyn-syms "$object"
	expect output has-not NEEDED
	expect output has-not @GLIBC
	expect output has INITFIRST
	need_bare ktstr-libs
	# installed by half
	mkdir -p half/bin
	cp "$(type -P ktstr-libs)" half/bin
	run -1 half/bin/ktstr-libs < <(manifest ktstr "$PWD/p")
	expect output ends "half/bin/../lib/ktstr/preload.so: it belongs to ktstr-libs: install that again: No such file or directory"
}
