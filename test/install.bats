#!/usr/bin/env bats
# install.bats - what make install puts where, used as a stranger would; what make uninstall takes away

load helper

# Another PREFIX is compiled into libktstr, so the tree is copied: other tests use the one in build/.
setup_file() {
	cp -a "$TOP" "$BATS_FILE_TMPDIR/tree"
	export PREFIX=$BATS_FILE_TMPDIR/prefix
	make -s -C "$BATS_FILE_TMPDIR/tree" install PREFIX="$PREFIX" CC="${CC:-cc}" \
		${KTSTR_TEST_CFLAGS+CFLAGS="$KTSTR_TEST_CFLAGS"} >/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	PATH=/usr/local/bin:/usr/bin:/bin # not the build tree's
	export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig
}

# compile SOURCE.c OUT: as the README tells a stranger to
compile() {
	need pkg-config
	# shellcheck disable=SC2046,SC2086 # flags are words
	${CC:-cc} ${KTSTR_TEST_CFLAGS:-} "$1" $(pkg-config --cflags --libs ktstr) -pthread -o "$2"
}

@test "install: every program, page and example is where the field expects it" {
	for file in bin/ktstr-manifest bin/ktstr-libs bin/ktstr-pack bin/ktstr-b64 bin/ktstr-preamble bin/ktstr-export \
		share/ktstr/preamble.bash lib/libktstr.a lib/pkgconfig/ktstr.pc include/ktstr.h \
		share/man/man1/ktstr-export.1 share/man/man3/ktstr.3 share/man/man5/ktstr-manifest.5 \
		share/ktstr/examples/fair.c share/ktstr/examples/load.ktstr; do
		[ -f "$PREFIX/$file" ]
	done
	[ -x "$PREFIX/share/ktstr/examples/load.bash" ]
}

@test "install: ktstr-export works from anywhere, through a link, and makes what the build tree makes" {
	cp "$PREFIX"/share/ktstr/examples/load.* .
	ln -s "$PREFIX/bin/ktstr-export" link
	./link -q load
	"$TOP/build/bin/ktstr-export" -q -o built.run load
	cmp load.run built.run
}

@test "install: a third-party program, compiled with pkg-config, exports itself" {
	cat >mine.c <<-'EOF'
		#include <ktstr.h>
		KTSTR_TEST(mine, .duration_s = 2) { return ctx->duration_s == 2 ? KTSTR_PASS : KTSTR_FAIL; }
		KTSTR_TEST(rejected, .host_only = true) { return ktstr_fail(ctx, "cannot be"); }
	EOF
	compile mine.c mine
	./mine --ktstr-export-test=mine
	grep -qx KTSTR_TEST_NAME=mine mine.run
	./mine --ktstr-export-test mine --ktstr-export-output=m2.run
	cmp mine.run m2.run
	run -2 ./mine --ktstr-export-test=rejected
	run -1 ./mine --ktstr-export-test=none
}

@test "install: the installed examples compile as they say" {
	for example in fair spread reader; do
		compile "$PREFIX/share/ktstr/examples/$example.c" "$example"
		run -0 "./$example" --ktstr-list
		[ "$output" = "$example" ]
	done
}

@test "install: DESTDIR is in front of every path, uninstall removes what was installed" {
	make -s -C "$BATS_FILE_TMPDIR/tree" install PREFIX="$PREFIX" DESTDIR="$PWD/dest" CC="${CC:-cc}" \
		${KTSTR_TEST_CFLAGS+CFLAGS="$KTSTR_TEST_CFLAGS"} >/dev/null
	[ -x "dest$PREFIX/bin/ktstr-pack" ]
	run -1 grep -r "$PWD/dest" "dest$PREFIX/lib/pkgconfig"
	touch "dest$PREFIX/bin/mine"
	make -s -C "$BATS_FILE_TMPDIR/tree" uninstall PREFIX="$PREFIX" DESTDIR="$PWD/dest" >/dev/null
	[ "$(find dest -type f)" = "dest$PREFIX/bin/mine" ]
}

@test "install: places of one's own are in the .pc file, in full where they are not below PREFIX" {
	make -s -C "$BATS_FILE_TMPDIR/tree" PREFIX=/p libdir=/l includedir=/p/inc build/lib/pkgconfig/ktstr.pc
	run -0 head -n 3 "$BATS_FILE_TMPDIR/tree/build/lib/pkgconfig/ktstr.pc"
	[ "$output" = 'prefix=/p
libdir=/l
includedir=${prefix}/inc' ]
}

@test "install: a relative place and one with blanks are refused before anything is made" {
	local arguments
	run -2 make -s -C "$BATS_FILE_TMPDIR/tree" install PREFIX=here
	[[ $output == *"bindir does not begin with /: here/bin"* ]]
	for arguments in "PREFIX=$PWD/a b" "DESTDIR=$PWD/a b" "libdir=$PWD/a b"; do
		for target in install uninstall; do
			run -2 make -s -C "$BATS_FILE_TMPDIR/tree" "$target" "$arguments"
			[[ $output == *"has a blank in its name: "* ]]
		done
	done
	[ -z "$(find . -mindepth 1)" ]
}
