#!/usr/bin/env bats
# include-dir.bats - directories that are packed whole: what of them is packed, refused, and unpacked
# shellcheck disable=SC2016,SC2154 # scripts are written for others; run sets stderr

load run_helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp
	script t 'exit 0'
}

# define LINE...: the file t.ktstr of a test t with these lines
define() {
	printf '%s\n' 'test t' 'binary ./t' 'topology 1n1l1c1t' "$@" >t.ktstr
}

# a_tree DIRECTORY: makes one with files, an empty directory and links
a_tree() {
	mkdir -p "$1/sub/deep" "$1/empty"
	echo data >"$1/sub/f"
	echo hidden >"$1/.hidden"
	printf '#!/bin/sh\necho ran\n' >"$1/run"
	chmod 0700 "$1/run"
	chmod 0600 "$1/sub/f"
	ln -s ../sub/f "$1/empty/to-file"
	ln -s ../empty/to-file "$1/sub/to-link"
	ln -s sub "$1/to-directory"
	ln -s .. "$1/sub/up"
}

# what_is_in DIRECTORY: prints each name in it, with its kind, and where links lead or what files hold
what_is_in() {
	(cd "$1" && find . -mindepth 1 \( -type d -printf '%P/\n' -o -type l -printf '%P -> %l\n' -o -printf '%P ' -exec cat {} \; \) | sort)
}

@test "include-dir: files, directories and links of the tree are in the manifest, in the order of their bytes" {
	a_tree data
	define 'include-dir ./data'
	run -0 --separate-stderr bash -c "ktstr-manifest t | grep -A99 needs-bytes"
	expect output "needs-bytes 49152
file ktstr $PWD/t 0755
file include/data/.hidden $PWD/data/.hidden 0644
file include/data/run $PWD/data/run 0755
file include/data/sub/f $PWD/data/sub/f 0644
directory include/data 0755
directory include/data/empty 0755
directory include/data/sub 0755
directory include/data/sub/deep 0755
link include/data/empty/to-file ../sub/f
link include/data/sub/to-link ../empty/to-file
link include/data/sub/up ..
link include/data/to-directory sub"
	expect stderr ""
}

@test "include-dir: the path is relative to the definition, may end in slashes, and may be a link" {
	local path
	mkdir -p elsewhere/real there
	echo x >elsewhere/real/f
	ln -s ../elsewhere/real there/data
	for path in data ./data data/ ./data// "$PWD/there/data" ../there/data; do
		printf '%s\n' 'test t' 'binary ../t' "include-dir $path" 'include-dir data' >there/t.ktstr
		run -0 ktstr-manifest -f there/t.ktstr t
		expect value "$(grep -E '^(directory|link|file include)' <<<"$output")" \
			"file include/data/f $PWD/elsewhere/real/f 0644"$'\n''directory include/data 0755'
	done
}

@test "include-dir: the defaults of a file and the test's own are all packed" {
	mkdir one two
	printf '%s\n' 'include-dir one' 'test t' 'binary ./t' 'include-dir two' >t.ktstr
	run -0 ktstr-manifest t
	expect output ends $'\ndirectory include/one 0755\ndirectory include/two 0755'
}

# refuses LINE MESSAGE: the definition with LINE as its last is refused with the message
refuses() {
	define "$1"
	run -1 --separate-stderr ktstr-manifest t
	expect output ""
	expect stderr "ktstr-manifest: ./t.ktstr:4: ${1%% *}: $2"
}

@test "include-dir: paths that are no directory with a name are refused" {
	local path no_name='the path ends in no name, which the directory needs in the archive: name it from the directory above'
	mkdir -p d/e
	echo >f
	ln -s nowhere dangling
	refuses 'include-dir ./missing' "./missing: No such file or directory"
	refuses 'include-dir dangling' "dangling: a link that leads to nothing"
	refuses 'include-dir ./f' "./f: not a directory (a file is packed by the record include)"
	refuses 'include-dir ./f/' "./f/: Not a directory"
	refuses 'include-dir /dev/null' "/dev/null: not a directory (a file is packed by the record include)"
	for path in . ./ .. d/e/.. d/.; do
		refuses "include-dir $path" "$path: $no_name"
	done
	refuses 'include-dir /' "/: $no_name"
	refuses 'include-dir ""' 'the path is empty'
	refuses 'include-dir a b' "surplus field: 2 given, at most 1 taken (write a space within a field as \\040)"
	refuses 'include ./d' "./d: Is a directory (a directory is packed by the record include-dir)"
}

@test "include-dir: one name for two things is an error that names both" {
	mkdir -p x/data y/data
	echo >y/file
	mkdir x/file
	define 'include-dir x/data' 'include-dir y/data'
	run -1 ktstr-manifest t
	expect output "ktstr-manifest: ./t.ktstr:5: include-dir: $PWD/x/data and $PWD/y/data would both be include/data: rename one"
	define 'include-dir x/file' 'include y/file'
	run -1 ktstr-manifest t
	expect output "ktstr-manifest: ./t.ktstr:4: include-dir: $PWD/y/file and $PWD/x/file would both be include/file: rename one"
	define 'scheduler s ./t' 'config-file y/file' 'include-dir x/file'
	run -1 ktstr-manifest t
	expect output "ktstr-manifest: ./t.ktstr:6: include-dir: $PWD/y/file and $PWD/x/file would both be include/file: rename one"
	define 'scheduler s ./t' 'config-content file text' 'include-dir x/file'
	run -1 ktstr-manifest t
	expect output "ktstr-manifest: ./t.ktstr:6: include-dir: $PWD/x/file and config-content on line 5 would both be include/file: rename one"
}

@test "include-dir: links that leave the tree, lead nowhere or in a circle are refused with path and target" {
	local row target why out='the target is outside of the packed directory' nothing='nothing is there'
	local absolute='the target is absolute: make it relative' loop='Too many levels of symbolic links' no='Not a directory'
	local after="the target has '..' after another component: write it without"
	mkdir -p d/a/b other
	echo >d/file
	echo >other/file
	ln -s b d/a/to-b
	ln -s . d/a/here
	for row in "/etc/passwd $absolute" "$PWD/d/file $absolute" "../../../other/file $out" "../../../d/file $out" "../../.. $out" \
		"../../../../../../../etc/passwd $out" "x/../../../../other $after" "../here/../../../../other $after" \
		"../to-b/../../.. $after" "../missing/../b $after" "missing $nothing" "../../file/x $no" "../../file/ $no" \
		"link $loop" "../b/link $loop" "../to-b/link/x $loop"; do
		target=${row%% *} why=${row#* }
		ln -sfn "$target" d/a/b/link
		refuses 'include-dir d' "$PWD/d/a/b/link: a link to $target: $why"
	done
	for target in ../to-b ../../file ../here/here/to-b . .. ../.. ../../ ./../../file; do
		ln -sfn "$target" d/a/b/link
		define 'include-dir d'
		run -0 ktstr-manifest t
		expect output has $'\n'"link include/d/a/b/link $target"
	done
	# one that is right by itself, and leads out through one that is not
	ln -sfn to-out d/a/b/link
	ln -s ../../../other d/a/b/to-out
	refuses 'include-dir d' "$PWD/d/a/b/to-out: a link to ../../../other: $out"
}

@test "include-dir: arguments may have the paths of what is in the tree" {
	local name
	a_tree data
	for name in data data/sub/f data/sub data/empty/to-file; do
		define 'include-dir data' "run-arg f:{include/$name}"
		run -0 bash -c 'ktstr-manifest t | ktstr-libs | ktstr-preamble'
	done
	for name in data/missing data/sub/ data/sub/f/x; do
		define 'include-dir data' "run-arg f:{include/$name}"
		run -1 ktstr-manifest t
		expect output "ktstr-manifest: ./t.ktstr:5: run-arg: include/$name: nothing with this name is packed: include it"
	done
}

@test "include-dir: what is neither file, directory nor link is refused by its path" {
	mkdir -p d/sub
	mkfifo d/sub/fifo
	refuses 'include-dir d' "$PWD/d/sub/fifo: neither a regular file nor a directory nor a link"
	rm d/sub/fifo
	if command -v python3 >/dev/null; then
		python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("d/sub/s")'
		refuses 'include-dir d' "$PWD/d/sub/s: neither a regular file nor a directory nor a link"
		rm d/sub/s
	fi
	mknod d/sub/null c 1 3 || skip "may not make a device here"
	refuses 'include-dir d' "$PWD/d/sub/null: neither a regular file nor a directory nor a link"
}

@test "include-dir: what cannot be read is refused by its path" {
	mkdir -p d/sub
	echo >d/sub/f
	define 'include-dir d'
	as_nobody
	chmod 0 d/sub/f
	run -1 as_nobody ktstr-manifest t
	expect output "ktstr-manifest: ./t.ktstr:4: include-dir: $PWD/d/sub/f: Permission denied"
	chmod 0 d/sub
	run -1 as_nobody ktstr-manifest t
	expect output "ktstr-manifest: ./t.ktstr:4: include-dir: $PWD/d/sub: Permission denied"
}

@test "include-dir: names and targets of any bytes come through, messages about them are one line" {
	local odd=$'a b\n\t\\\033\377é'
	mkdir -p "d/$odd"
	echo x >"d/$odd/f"
	ln -s "$odd/f" d/l
	define 'include-dir d'
	ktstr-manifest t | ktstr-pack | tar -xzf - -C tmp
	expect value "$(what_is_in tmp/include/d)" "$(what_is_in d)"
	ln -sfn "$odd/none" d/l
	run -1 --separate-stderr ktstr-manifest t
	expect value "$(wc -l <<<"$stderr")" 1
	expect stderr has '/d/l: a link to a b\012\011\\033\377é/none: nothing is there'
}

@test "include-dir: hard links are packed as files, each" {
	mkdir d
	echo same >d/a
	ln d/a d/b
	define 'include-dir d'
	ktstr-manifest t | ktstr-pack | tar -xzf - -C tmp
	expect value "$(cat tmp/include/d/a tmp/include/d/b)" $'same\nsame'
	expect value "$(stat -c %h tmp/include/d/a)" 1
}

# --- archives ---

@test "include-dir: every reader extracts the tree, also long names and targets" {
	local reader long='' i
	a_tree data
	for ((i = 0; i < 12; i++)); do long+=$(printf '%030d' "$i")/; done
	mkdir -p "data/$long" "data/$(printf '%0120d' 0)" "data/$(printf '%091d' 0)" "data/$(printf '%087d' 0)/$(printf '%0154d' 0)"
	echo far >"data/${long}f"
	ln -s "${long}f" data/long-target
	ln -s "$(printf '%091d' 0)" "data/$(printf '%0200d' 1)"
	ln -s "$(for ((i = 0; i < 50; i++)); do printf ./; done)" data/target-of-100
	ln -s "$(for ((i = 0; i < 50; i++)); do printf ./; done)." data/target-of-101
	define 'include-dir data'
	ktstr-manifest t | ktstr-pack -t >archive.tar
	for reader in tar bsdtar 'busybox tar'; do
		command -v "${reader%% *}" >/dev/null || continue
		rm -rf extracted
		mkdir extracted
		$reader -xf archive.tar -C extracted
		expect value "$reader $(what_is_in extracted/include/data)" "$reader $(what_is_in data)"
		expect value "$reader $($reader -tf archive.tar | sort)" "$reader $(
			{ echo ktstr && find data -type d -printf 'include/%p/\n' -o -printf 'include/%p\n'; } | sort
		)"
	done
	if command -v python3 >/dev/null; then
		rm -rf extracted
		python3 -c 'import tarfile; tarfile.open("archive.tar").extractall("extracted")' 2>/dev/null
		expect value "python $(what_is_in extracted/include/data)" "python $(what_is_in data)"
	fi
	# links are last: no reader can write through one
	expect value "$(tar -tvf archive.tar | awk '{ print substr($1, 1, 1) }' | uniq | tr -d '\n')" -dl
}

@test "include-dir: the same tree gives the same bytes, however its directories are on the disk" {
	a_tree data
	define 'include-dir data'
	ktstr-manifest t | ktstr-pack >one
	mkdir again
	cp t again
	(cd data && find . | sort -r | tac | cpio -pdm --quiet "$OLDPWD/again/data" 2>/dev/null) || cp -a data again/
	find again -exec touch -h -d 2001-01-01 {} +
	(cd again && ktstr-manifest -f ../t.ktstr t >/dev/null && sed "s|^|x-|;s|x-||" ../t.ktstr >t.ktstr && ktstr-manifest t | ktstr-pack) >two
	cmp one two
}

@test "include-dir: 20000 files and 20000 links take seconds" {
	need_bare ktstr-pack
	local i
	mkdir -p d/{000..199}
	touch d/{000..199}/{00..99}
	define 'include-dir d'
	timeout 20 ktstr-manifest t >manifest
	expect value "$(grep -c '^file include/d/' manifest)" 20000
	for ((i = 0; i < 20000; i++)); do printf 'link include/d/%03d/l%05d ../%03d/%02d\n' $((i % 200)) "$i" $(((i + 7) % 200)) $((i / 200)); done >>manifest
	timeout 20 ktstr-pack <manifest | gzip -dc | tar -tf - | wc -l >count
	expect value "$(<count)" 40202
	timeout 20 ktstr-preamble <manifest >header
	expect value "$(grep ^PACKED_COUNT= header)" PACKED_COUNT=40202
	timeout 20 ktstr-libs <manifest >libs
}

# --- the .run ---

@test "include-dir: the test finds the tree, and only include itself is on PATH" {
	fake_host
	a_tree data
	script t 'set -e; cd "$KTSTR_INCLUDE_DIR/data"; cat sub/to-link; ./run; test -d empty -a -d sub/deep; ls -A | tr "\n" " "' \
		'! command -v run' 'test "$(stat -c %a sub/f run empty | tr "\n" " ")" = "644 755 755 "' 'test "$(readlink sub/up)" = ..' \
		'find . | wc -l'
	define 'include-dir data' 'run-arg x'
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output $'data\nran\n.hidden empty run sub to-directory 11'
}

@test "include-dir: --list, --info and --extract know directories and links" {
	fake_host
	a_tree data
	define 'include-dir data'
	run -0 --separate-stderr ktstr-export t
	expect stderr ends " bytes, 7 include files)"
	run -0 ./t.run --info
	expect output has $'\n'"PACKED_FILES='ktstr' 'include'"$'\nPACKED_COUNT=12'
	run -0 ./t.run --list
	expect value "$(sort <<<"$output")" "$(sort <<-END
		ktstr
		include/data/
		include/data/.hidden
		include/data/empty/
		include/data/empty/to-file
		include/data/run
		include/data/sub/
		include/data/sub/deep/
		include/data/sub/f
		include/data/sub/to-link
		include/data/sub/up
		include/data/to-directory
	END
	)"
	run -0 ./t.run --extract out
	expect value "$(what_is_in out/include/data)" "$(what_is_in data)"
}

@test "include-dir: an archive without an empty directory or a link, or with one more, starts nothing" {
	fake_host
	local change
	a_tree data
	script t 'echo started'
	define 'include-dir data' 'run-arg x'
	for change in 'rmdir include/data/sub/deep' 'rm include/data/to-directory' 'mkdir include/data/more' 'ln -s f include/data/sub/more'; do
		script pack 'rm -rf x; mkdir x; ktstr-pack | tar -xzf - -C x; cd x' "$change" 'tar -czf - *'
		KTSTR_PACK=./pack ktstr-export -q t
		run -65 --separate-stderr on_host ./t.run
		expect output ""
		expect stderr has "files, and 12 were to be packed: export the test again"
	done
}

@test "include-dir: a link or a directory that a round changed is what was packed, in the next" {
	fake_host
	a_tree data
	script t 'cd "$KTSTR_INCLUDE_DIR/data"; ls -A | tr "\n" " "; readlink to-directory; ls -A empty' \
		"n=\$((\$(cat $PWD/count 2>/dev/null) + 1)); echo \$n >$PWD/count" \
		'case $n in 1) ln -sfn empty to-directory ;; 2) rmdir sub/deep ;; 3) mkdir more ;; 4) touch empty/more ;; esac; test -d sub/deep || ((n == 2))'
	define 'include-dir data' 'run-arg x'
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --repeat 5
	expect output "$(for _ in {1..5}; do printf '.hidden empty run sub to-directory sub\nto-file\n'; done)"
	expect value "$(grep -c 'changed the unpacked files' <<<"$stderr")" 4
}

@test "include-dir: a packed program that is not executable on this host is found in a tree too, and its links stay" {
	fake_host
	mkdir -p data/bin
	script data/bin/good 'echo good'
	ln -s good data/bin/link
	script t '"$KTSTR_INCLUDE_DIR"/data/bin/link; test -L "$KTSTR_INCLUDE_DIR"/data/bin/link'
	define 'include-dir data' 'run-arg x'
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output good
	printf '#!/no/such/interpreter\n' >data/bin/bad
	ktstr-export -q t
	run -0 on_host ./t.run # data: nobody may execute it
	chmod +x data/bin/bad
	ktstr-export -q t
	run -4 on_host ./t.run
	expect output has "the included program data/bin/bad cannot be started on this host: its interpreter /no/such/interpreter is not found"
}

@test "include-dir: a program in a tree that needs packed libraries runs by its links" {
	fake_host
	mkdir -p data/bin
	echo 'int f(void) { return 7; }' | cc -shared -fPIC -x c - -o libktstrtree.so -Wl,-soname,libktstrtree.so
	echo 'int f(void); int main(void) { return f(); }' | cc -o data/bin/prog -x c - -x none ./libktstrtree.so -Wl,-rpath,"$PWD"
	ln -s prog data/bin/link
	script t 'cd "$KTSTR_INCLUDE_DIR"/data/bin; ./link; echo $?; ./prog; echo $?; readlink link'
	define 'include-dir data' 'run-arg x'
	ktstr-export -q t
	mv libktstrtree.so gone
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output $'7\n7\nprog'
}

@test "include-dir: a target in a directory that the test includes is refused" {
	a_tree data
	define 'include-dir data'
	run -1 --separate-stderr ktstr-export -o data/sub/out.run t
	expect stderr "ktstr-export: data/sub/out.run: it would be in a directory that the test includes: name another place with -o"
	expect no-file data/sub/out.run
	expect value "$(find data -name '.*.run.*')" ""
	ktstr-export -q -o tmp/out.run t
}

@test "include-dir: exports of several tests pack one tree once, and again after it changed" {
	mkdir d
	echo >d/f
	script t 'exit 0'
	printf '%s\n' 'binary ./t' 'include-dir d' 'test a' 'test b' >t.ktstr
	find t d -exec touch -d '1 minute ago' {} +
	sleep 3
	ktstr-export -q a b
	expect value "$(sed '1,/^__ARCHIVE__$/d' a.run | sha256sum)" "$(sed '1,/^__ARCHIVE__$/d' b.run | sha256sum)"
	ln -s f d/l
	ktstr-export -q a b
	run -0 ./b.run --list
	expect output has include/d/l
}
