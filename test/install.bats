#!/usr/bin/env bats
# install.bats - what make install puts where, used as a stranger would; what make uninstall takes away

load helper
load typing

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
	for file in bin/ktstr-manifest bin/ktstr-import bin/ktstr-libs bin/ktstr-pack bin/ktstr-b64 bin/ktstr-preamble bin/ktstr-results bin/ktstr-export \
		share/ktstr/preamble.bash share/ktstr/engine.sha256 share/ktstr/engine.sed lib/ktstr/preload.so lib/libktstr.a lib/pkgconfig/ktstr.pc include/ktstr.h \
		share/man/man1/ktstr-export.1 share/man/man3/libktstr.3 share/man/man5/ktstr-manifest.5 \
		share/bash-completion/completions/ktstr-export share/zsh/site-functions/_ktstr \
		share/doc/ktstr-tools/README.md share/doc/ktstr-tools/LICENSE \
		share/doc/ktstr-tools/examples/fair.c share/doc/ktstr-tools/examples/load.ktstr; do
		[ -f "$PREFIX/$file" ]
	done
	[ -x "$PREFIX/share/doc/ktstr-tools/examples/load.bash" ]
}

@test "install: man ktstr opens the overview, and man libktstr the library" {
	need man
	run -0 man -M "$PREFIX/share/man" -w ktstr
	expect output "$PREFIX/share/man/man7/ktstr.7"
	run -0 man -M "$PREFIX/share/man" -w libktstr
	expect output "$PREFIX/share/man/man3/libktstr.3"
}

@test "install: ktstr-export works from anywhere, through a link, and makes what the build tree makes" {
	cp "$PREFIX"/share/doc/ktstr-tools/examples/load.* .
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
		compile "$PREFIX/share/doc/ktstr-tools/examples/$example.c" "$example"
		run -0 "./$example" --ktstr-list
		expect output "$example"
	done
}

@test "install: bash-completion and zsh find the completion of every program by its name" {
	need zsh
	local program common=/usr/share/bash-completion/bash_completion
	[ -e "$common" ] || skip "needs bash-completion: apt-get install bash-completion"
	for program in "$PREFIX"/bin/*; do
		rc_file "PATH=$PREFIX/bin:\$PATH" "XDG_DATA_DIRS=$PREFIX/share" ". $common"
		run -0 type_in_bash "${program##*/} --vers"$'\t'
		expect output "${program##*/} --version "
		rc_file
		run -0 type_in_zsh "${program##*/} --vers"$'\t' "$PREFIX/share/zsh/site-functions"
		expect output "${program##*/} --version "
	done
}

# make_tree TARGET [ARG...]: in the copy, as it was built
make_tree() {
	make -s -C "$BATS_FILE_TMPDIR/tree" PREFIX="$PREFIX" CC="${CC:-cc}" \
		${KTSTR_TEST_CFLAGS+CFLAGS="$KTSTR_TEST_CFLAGS"} "$@" >/dev/null
}

@test "install: DESTDIR comes before every path, and nothing is written elsewhere" {
	cp -a "$PREFIX" before
	make_tree install DESTDIR="$PWD/dest"
	[ -x "dest$PREFIX/bin/ktstr-pack" ]
	run -1 grep -r "$PWD/dest" dest
	diff -r before "$PREFIX"
	diff -r "$PREFIX" "dest$PREFIX"
	expect value "$(find dest -mindepth 1 ! -path "dest$PREFIX/*" ! -type d)" ""
}

@test "install: of a user who is not root, and by several jobs at once" {
	as_nobody
	install -d -o 65534 mine
	as_nobody make -s -j 4 -C "$BATS_FILE_TMPDIR/tree" install PREFIX="$PREFIX" DESTDIR="$PWD/mine" -o all >/dev/null
	diff -r "$PREFIX" "mine$PREFIX"
}

@test "install: uninstall removes what was installed, and leaves all else as it was" {
	local directory
	make_tree install DESTDIR="$PWD/dest"
	while IFS= read -r directory; do
		case $directory in
		*/share/ktstr | */lib/ktstr | */ktstr-tools | */ktstr-tools/examples) continue ;; # ours alone
		esac
		mkdir -p "before/${directory#dest/}"
		[[ $directory == */man? ]] || echo other >"before/${directory#dest/}/ktstr-other" # some stay empty
	done < <(find dest -type d | sort)
	cp -a before after
	make_tree install DESTDIR="$PWD/after"
	expect value "$(find after -type f | wc -l)" -gt 40
	make_tree uninstall DESTDIR="$PWD/after"
	diff -r before after
}

@test "install: uninstall leaves a file of yours among ours, and is content where nothing is installed" {
	make_tree install DESTDIR="$PWD/dest"
	touch "dest$PREFIX/share/doc/ktstr-tools/examples/mine.c"
	make_tree uninstall DESTDIR="$PWD/dest"
	expect value "$(find dest ! -type d)" "dest$PREFIX/share/doc/ktstr-tools/examples/mine.c"
	run -0 make_tree uninstall DESTDIR="$PWD/dest"
	expect output ''
}

@test "install: another mandir, docdir, bashdir or zshdir is used" {
	make_tree install DESTDIR="$PWD/dest" mandir=/m docdir=/d bashdir=/b zshdir=/z
	expect file dest/m/man1/ktstr-pack.1
	expect file dest/d/examples/fair.c
	expect file dest/b/ktstr-pack
	expect file dest/z/_ktstr
	make_tree uninstall DESTDIR="$PWD/dest" mandir=/m docdir=/d bashdir=/b zshdir=/z
	expect value "$(find dest ! -type d)" ''
}

@test "install: places of one's own are in the .pc file, in full where they are not below PREFIX" {
	make -s -C "$BATS_FILE_TMPDIR/tree" PREFIX=/p libdir=/l includedir=/p/inc build/lib/pkgconfig/ktstr.pc
	run -0 head -n 3 "$BATS_FILE_TMPDIR/tree/build/lib/pkgconfig/ktstr.pc"
	expect output 'prefix=/p
libdir=/l
includedir=${prefix}/inc'
}

@test "install: without libarchive's header the build says which package to install" {
	cp "$TOP/Makefile" .
	run -2 --separate-stderr make -s CC="${CC:-cc} -nostdinc" build/has_libarchive
	expect stderr begins "archive.h is missing: install libarchive-dev (Debian) or libarchive-devel (Fedora)"$'\n'
}

@test "install: a relative place and one with blanks are refused before anything is made" {
	local arguments
	run -2 make -s -C "$BATS_FILE_TMPDIR/tree" install PREFIX=here
	expect output has "bindir does not begin with /: here/bin"
	for arguments in "PREFIX=$PWD/a b" "DESTDIR=$PWD/a b" "libdir=$PWD/a b"; do
		for target in install uninstall; do
			run -2 make -s -C "$BATS_FILE_TMPDIR/tree" "$target" "$arguments"
			expect output has "has a blank in its name: "
		done
	done
	expect value "$(find . -mindepth 1)" ''
}
