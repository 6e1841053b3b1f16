#!/usr/bin/env bats
# ktstr-pack: the files a manifest lists, as an archive
# shellcheck disable=SC2016,SC2154 # the inner bash expands; run sets stderr

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	here=$PWD
	printf 'hello\n' >hello
	printf '#!/bin/sh\n' >script
	: >empty
	head -c 100000 /dev/urandom >bytes
	cat >manifest <<-END
		manifest 1
		file ktstr $here/script 0755
		file include/hello $here/hello 0640
		file include/empty $here/empty 0444
		file lib/bytes $here/bytes 0755
	END
}

# refuses STATUS WHAT: packing standard input fails with just the message WHAT and writes nothing
refuses() {
	run "-$1" --separate-stderr bash -c 'ktstr-pack >out'
	[ "$stderr" = "ktstr-pack: $2" ]
	[ ! -s out ]
}

# refuses_name NAME WHAT: a manifest whose line 2 has this archive name is refused
refuses_name() {
	refuses 1 "<stdin>:2: $2" <<-END
		file good $here/hello 0755
		file $1 $here/hello 0755
	END
}

# fails_on PATH WHAT: packing a file that is at PATH fails with WHAT after the names
fails_on() {
	run -1 --separate-stderr bash -c 'ktstr-pack >out' <<-END
		# a comment, so that lines and records differ
		file include/a $1 0755
	END
	[ "$stderr" = "ktstr-pack: <stdin>:2: include/a: $1: $2" ]
}

# long_name N: an archive name of N bytes without a '/'
long_name() {
	printf "%0$1d" 0
}

# packs_meanwhile COMMAND: packs ./victim, of 4 MiB, and runs COMMAND when it has been read in part;
# nothing more than the pipe holds is taken from the archive until COMMAND is done
packs_meanwhile() {
	head -c 4M /dev/urandom >victim
	touch -d 2001-01-01 victim
	echo "file victim $here/victim 0755" >manifest
	run --separate-stderr bash -c 'ktstr-pack -t <manifest | {
			dd bs=512 count=2 of=/dev/null status=none
			sleep 0.1
			eval "$1"
			cat >/dev/null
		}
		exit ${PIPESTATUS[0]}' - "$1"
}

# list_python: names, modes, owners, times, sizes in standard input, uncompressed, by python
list_python() {
	python3 -c 'if True:
		import sys, tarfile
		for m in tarfile.open(fileobj=sys.stdin.buffer, mode="r|"):
		    print(m.name, "%04o" % m.mode, m.uid, m.gid, repr(m.uname), repr(m.gname), int(m.mtime),
		          m.size, m.isreg())'
}

# readers_agree: each installed reader lists ./archive.tar with the names in ./names, and extracts
# copies of ./hello under them
readers_agree() {
	local reader name
	for reader in 'tar' 'bsdtar' 'busybox tar'; do
		command -v "${reader%% *}" >/dev/null || continue
		$reader -tf archive.tar >listed
		diff names listed
		rm -rf extracted
		mkdir extracted
		$reader -xf archive.tar -C extracted
		while IFS= read -r name; do
			cmp hello "extracted/$name"
		done <names
		[ "$(find extracted -type f | wc -l)" -eq "$(wc -l <names)" ]
	done
	if command -v python3 >/dev/null; then
		list_python <archive.tar | cut -d ' ' -f 1 | diff names -
	fi
}

# engines: those that are built in
engines() {
	ktstr-pack --version | sed 's/.*(//; s/[,)]//g'
}

# packs_names NAME...: copies of ./hello under these names come out of every reader
packs_names() {
	printf '%s\n' "$@" >names
	printf "file %s $here/hello 0755\n" "$@" | ktstr-pack -t >archive.tar
	readers_agree
}

@test "pack: GNU tar reads names, modes, owner, times and sizes" {
	[ "$(ktstr-pack <manifest | TZ=UTC tar -tvzf - --numeric-owner --full-time | tr -s ' ')" = \
		"-rwxr-xr-x 0/0 10 1970-01-01 00:00:00 ktstr
-rw-r----- 0/0 6 1970-01-01 00:00:00 include/hello
-r--r--r-- 0/0 0 1970-01-01 00:00:00 include/empty
-rwxr-xr-x 0/0 100000 1970-01-01 00:00:00 lib/bytes" ]
}

@test "pack: python reads names, modes, owner, times and sizes" {
	need python3
	expect value "$(ktstr-pack <manifest | gzip -d | list_python)" "ktstr 0755 0 0 '' '' 0 10 True
include/hello 0640 0 0 '' '' 0 6 True
include/empty 0444 0 0 '' '' 0 0 True
lib/bytes 0755 0 0 '' '' 0 100000 True"
}

@test "pack: bsdtar reads names, modes, owner and sizes" {
	need bsdtar
	[ "$(ktstr-pack <manifest | TZ=UTC bsdtar -tvf - | tr -s ' ')" = \
		"-rwxr-xr-x 0 0 0 10 Jan 1 1970 ktstr
-rw-r----- 0 0 0 6 Jan 1 1970 include/hello
-r--r--r-- 0 0 0 0 Jan 1 1970 include/empty
-rwxr-xr-x 0 0 0 100000 Jan 1 1970 lib/bytes" ]
}

@test "pack: busybox tar reads names, modes, owner, times and sizes" {
	need busybox
	[ "$(ktstr-pack <manifest | TZ=UTC busybox tar -tvzf - | tr -s ' ')" = \
		"-rwxr-xr-x 0/0 10 1970-01-01 00:00:00 ktstr
-rw-r----- 0/0 6 1970-01-01 00:00:00 include/hello
-r--r--r-- 0/0 0 1970-01-01 00:00:00 include/empty
-rwxr-xr-x 0/0 100000 1970-01-01 00:00:00 lib/bytes" ]
}

@test "pack: every reader extracts the same bytes" {
	local reader
	ktstr-pack -t <manifest >archive.tar
	for reader in 'tar' 'bsdtar' 'busybox tar' 'python3 -m tarfile'; do
		command -v "${reader%% *}" >/dev/null || continue
		rm -rf extracted
		mkdir extracted
		case $reader in
		python*) $reader -e archive.tar extracted ;;
		*) $reader -xf archive.tar -C extracted ;;
		esac
		cmp script extracted/ktstr
		cmp hello extracted/include/hello
		cmp empty extracted/include/empty
		cmp bytes extracted/lib/bytes
	done
}

@test "pack: what it writes are whole blocks, and two of zeros end it" {
	ktstr-pack -t <manifest >archive.tar
	expect value "$(wc -c <archive.tar)" -eq $((512 * (2 + 2 + 1 + 1 + 196 + 2)))
	expect value "$(tail -c 1024 archive.tar | tr -d '\0' | wc -c)" -eq 0
	run -0 --separate-stderr tar -tf archive.tar
	expect stderr ''
}

@test "pack: gzip finds one member, without name, flags and time" {
	ktstr-pack <manifest >archive.tgz
	gzip -t archive.tgz
	expect value "$(head -c 10 archive.tgz | od -An -tx1)" ' 1f 8b 08 00 00 00 00 00 00 03'
	cmp <(gzip -dc archive.tgz) <(ktstr-pack --tar <manifest)
}

@test "pack: every level gives the same archive, and -6 is what it takes by itself" {
	need_fast ktstr-pack
	local level
	for level in 1 2 3 4 5 6 7 8 9; do
		ktstr-pack -$level <manifest >level$level
		gzip -dc level$level | cmp - <(ktstr-pack -t <manifest)
	done
	ktstr-pack <manifest | cmp - level6
	ktstr-pack -1 -6 <manifest | cmp - level6
}

# bats test_tags=promise:same-bytes
@test "pack: the bytes do not depend on the number of threads" {
	need_fast ktstr-pack
	local engine level jobs
	head -c 3000000 /dev/urandom >random
	seq 600000 >text
	printf "file %s $here/%s 0755\n" random random text text zeros empty >manifest
	for engine in $(engines); do
		for level in 1 6 9; do
			ktstr-pack --engine "$engine" -$level -j 1 <manifest >one
			gzip -dc one | cmp - <(ktstr-pack -t <manifest)
			for jobs in 2 3 8; do
				ktstr-pack --engine "$engine" -$level --jobs $jobs <manifest | cmp - one
			done
		done
	done
}

@test "pack: every reader takes what every engine wrote, of one member or of many" {
	local engine reader
	head -c 2500000 /dev/urandom >bytes
	for engine in $(engines); do
		ktstr-pack --engine "$engine" <manifest >archive.tgz
		for reader in 'gzip -dc' 'pigz -dc' 'busybox gzip -dc' 'bsdcat' 'libdeflate-gzip -dc' 'python3 -m gzip -d'; do
			command -v "${reader%% *}" >/dev/null || continue
			case $reader in # two that do not read standard input
			python*) cp archive.tgz copy.gz && $reader copy.gz && mv copy archive.tar ;;
			*) $reader <archive.tgz >archive.tar ;;
			esac
			cmp archive.tar <(ktstr-pack -t <manifest)
		done
		for reader in tar bsdtar 'busybox tar'; do
			command -v "${reader%% *}" >/dev/null || continue
			rm -rf extracted
			mkdir extracted
			$reader -xzf archive.tgz -C extracted
			cmp bytes extracted/lib/bytes
			cmp hello extracted/include/hello
		done
	done
}

@test "pack: blocks end where a file does, or one byte before or after" {
	local engine block size
	for engine in $(engines); do
		for block in 131072 1048576; do
			# what is packed has a header in front, and is padded; two empty blocks end it
			for size in $((block - 512 - 1024)) $((block - 512 - 1025)) $((block - 512 - 1023)) \
				$((2 * block - 512 - 1024)); do
				head -c "$size" /dev/urandom >victim
				echo "file victim $here/victim 0755" >manifest
				ktstr-pack --engine "$engine" -1 <manifest | gzip -dc | cmp - <(ktstr-pack -t <manifest)
			done
		done
	done
}

@test "pack: where no threads can be had it works without" {
	need_bare ktstr-pack
	need setpriv
	as_nobody
	head -c 3000000 /dev/urandom >random
	echo "file random $here/random 0644" >manifest
	ktstr-pack -j 8 <manifest >with
	chmod a+r manifest random
	as_nobody bash -c 'ulimit -u 1; exec ktstr-pack -j 8' <manifest | cmp - with
}

@test "pack: engines and numbers of threads that are none are refused" {
	local jobs
	for jobs in 0 -1 1025 x 2x ''; do
		run -64 --separate-stderr ktstr-pack -j "$jobs" </dev/null
		expect stderr "ktstr-pack: -j: not a number from 1 to 1024: $jobs (see --help)"
	done
	run -64 --separate-stderr ktstr-pack --engine zstd </dev/null
	expect stderr "ktstr-pack: --engine: not built in (see --version): zstd (see --help)"
}

@test "pack: higher levels are smaller" {
	echo "file text $BASH 0644" >manifest
	expect value "$(ktstr-pack -9 <manifest | wc -c)" -lt "$(ktstr-pack -1 <manifest | wc -c)"
}

# bats test_tags=promise:same-bytes
@test "pack: the same files give the same bytes, whoever owns them and however old they are" {
	ktstr-pack <manifest >first
	touch -d 2001-01-01 hello
	chmod 600 hello
	TZ=Asia/Tokyo LC_ALL=C ktstr-pack <manifest >second
	cmp first second
}

@test "pack: names of up to 100 bytes, and those that split at a slash, need no extension" {
	local d50 d100
	d50=$(long_name 50) d100=$(long_name 100)
	packs_names "$(long_name 99)" "$d100" "a/$(long_name 98)" "a/$(long_name 99)" "b/$d100" \
		"$d50$d50$d50/x" "$(long_name 155)/y" "$(long_name 155)/$d100" "$d50/$d50/$d50/$d50/z"
	expect value "$(wc -c <archive.tar)" -eq $((512 * (2 * 9 + 2)))
}

@test "pack: longer names come out of every reader" {
	local d100
	d100=$(long_name 100)
	packs_names "$(long_name 101)" "a/$(long_name 101)" "$(long_name 156)/x" \
		"$(long_name 255)" "$(long_name 200)/$(long_name 200)" \
		"$d100/$d100/$d100/$d100/$d100/$d100/$d100/$d100/$d100/$d100/$d100"
}

@test "pack: long names that differ at their end only stay different" {
	packs_names "$(long_name 150)1" "$(long_name 150)2"
}

@test "pack: busybox, which skips pax headers, has a long name, too" {
	need busybox
	local length name
	for length in 101 511 512 2000; do
		name=$(long_name "$length")
		echo "file $name $here/hello 0755" | ktstr-pack -t >archive.tar
		expect value "$(busybox tar -tf archive.tar)" "$name"
	done
}

@test "pack: directories, links and contents come out of every reader" {
	local d reader
	d=include/$(long_name 100)
	cat >tree <<-END
		directory include/t 0755
		directory include/t/none 0700
		content include/t/a\\040b 0640 one\\012two\\303\\250
		content include/empty 0755 ""
		link include/t/l a\\040b
		link include/t/none/up ../././a\\040b
		directory $d 0755
		directory $d/$(long_name 99) 0755
		link $d/$(long_name 99)/$(long_name 101) ../$(long_name 98)/$(long_name 120)
		link $d/short $(long_name 101)
		link $d/fits $(long_name 100)
	END
	ktstr-pack -t <tree >archive.tar
	for reader in 'tar' 'bsdtar' 'busybox tar' 'python3 -m tarfile'; do
		command -v "${reader%% *}" >/dev/null || continue
		rm -rf out
		mkdir out
		if [[ $reader == python* ]]; then
			python3 -m tarfile -e archive.tar out
		else
			$reader -xf archive.tar -C out
		fi
		expect value "$(cd out && find . -printf '%y %m %p %l\n' | sort)" "$(sort <<-END
			d $(stat -c %a out) .$(printf ' ')
			d $(stat -c %a out/include) ./include$(printf ' ')
			d 755 ./include/t$(printf ' ')
			d 700 ./include/t/none$(printf ' ')
			f 640 ./include/t/a b$(printf ' ')
			f 755 ./include/empty$(printf ' ')
			l 777 ./include/t/l a b
			l 777 ./include/t/none/up ../././a b
			d 755 ./$d$(printf ' ')
			d 755 ./$d/$(long_name 99)$(printf ' ')
			l 777 ./$d/$(long_name 99)/$(long_name 101) ../$(long_name 98)/$(long_name 120)
			l 777 ./$d/short $(long_name 101)
			l 777 ./$d/fits $(long_name 100)
		END
		)"
		cmp "out/include/t/a b" <(printf 'one\ntwo\303\250')
		expect value "$(<out/include/t/none/up)" "$(printf 'one\ntwo\303\250')"
		[ ! -s out/include/empty ]
	done
}

# bats test_tags=promise:values-are-data
@test "pack: a link that leads out, and a file below a link, are refused with their line" {
	local record message
	while IFS='|' read -r record message; do
		run -1 --separate-stderr bash -c 'ktstr-pack -t >out' <<<"$record"
		expect stderr "ktstr-pack: <stdin>:1: link: $message: ${record#link }"
		[ ! -s out ]
	done <<-'END'
		link include/t/l /etc/passwd|the target is absolute: make it relative
		link include/t/l ""|the target is empty
		link include/t/l ../x|the target is outside of the packed directory
		link include/t/a/b/l ../../../x|the target is outside of the packed directory
		link include/t/a/l .././.././x|the target is outside of the packed directory
		link include/t/a/l b/../x|the target has '..' after another component: write it without
		link include/t/a/l ../b/..|the target has '..' after another component: write it without
		link include/l x|a link stands below include/DIRECTORY/
		link lib/t/l x|a link stands below include/DIRECTORY/
		link ktstr x|a link stands below include/DIRECTORY/
		link include/t/../l x|the name has a component '..': it would lead out of the archive
		link /include/t/l x|the name is absolute: leave out the leading '/'
	END
	refuses 1 "<stdin>:2: include/t/l: a link, but include/t/l/x on line 1 needs a directory" <<-END
		file include/t/l/x $here/hello 0755
		link include/t/l .
	END
	refuses 1 "<stdin>:2: include/t/l/x: needs a directory, but include/t/l on line 1 is a link" <<-END
		link include/t/l .
		file include/t/l/x $here/hello 0755
	END
	refuses 1 "<stdin>:2: include/t: the name is on line 1 already" <<-END
		directory include/t 0755
		directory include/t 0755
	END
	refuses 1 "<stdin>:2: directory: not an octal mode up to 0777: include/t 1777" <<-END
		directory include/s 0755
		directory include/t 1777
	END
	refuses 1 "<stdin>:2: content: not an octal mode up to 0777: include/t 8 text" <<-END
		directory include/s 0755
		content include/t 8 text
	END
}

@test "pack: names may be UTF-8, hold spaces, and begin with a dash or a dot" {
	printf '%s\n' 'größe/日本語' 'with space' '-dash' '.hidden' '..two' 'a.' 'x/...' >names
	while IFS= read -r name; do
		printf 'file %s %s 0755\n' "${name// /\\040}" "$here/hello"
	done <names | ktstr-pack -t >archive.tar
	if command -v busybox >/dev/null; then
		busybox tar -xOf archive.tar -- größe/日本語 'with space' | cmp - <(cat hello hello)
	fi
	tar --quoting-style=literal -tf archive.tar | diff names -
	if command -v bsdtar >/dev/null; then
		bsdtar -tf archive.tar | diff names -
	fi
	if command -v python3 >/dev/null; then
		python3 -c 'import tarfile
for name in tarfile.open("archive.tar").getnames(): print(name)' | diff names -
	fi
}

@test "pack: a long UTF-8 name comes out of every reader" {
	local name
	name=$(printf 'ü%.0s' {1..120})
	echo "file $name $here/hello 0755" | ktstr-pack -t >archive.tar
	tar --quoting-style=literal -tf archive.tar | diff <(echo "$name") -
	if command -v bsdtar >/dev/null; then
		bsdtar -tf archive.tar | diff <(echo "$name") -
	fi
	if command -v python3 >/dev/null; then
		list_python <archive.tar | cut -d ' ' -f 1 | diff <(echo "$name") -
	fi
}

@test "pack: every reader gets past a file of over 8 GiB" {
	need_fast ktstr-pack
	local size=$((9 << 30)) reader
	truncate -s $size big || skip "no files of 9 GiB here"
	# the archive of both files, but with a hole that readers can seek past
	echo "file big $here/big 0644" >manifest
	ktstr-pack -t <manifest | head -c 2048 >archive.tar
	expect value "$(tail -c 512 archive.tar | tr -d '\0' | wc -c)" -eq 0
	truncate -s $((1536 + size)) archive.tar
	echo "file after $here/hello 0644" | ktstr-pack -t >>archive.tar

	for reader in 'tar' 'bsdtar' 'busybox tar'; do
		command -v "${reader%% *}" >/dev/null || continue
		expect value "$($reader -tvf archive.tar | grep -Eo ' (9663676416|6) .*(big|after)$' |
			awk '{ print $1, $NF }')" "9663676416 big
6 after"
	done
	if command -v python3 >/dev/null; then
		python3 -c 'if True:
			import tarfile
			big, after = tarfile.open("archive.tar")
			assert (big.name, big.size, big.pax_headers) == ("big", 9 << 30, {"size": str(9 << 30)})
			assert (after.name, after.size, after.pax_headers) == ("after", 6, {})'
	fi
}

@test "pack: a file of 8 GiB less one byte needs no extension, one of 8 GiB does" {
	truncate -s $(((8 << 30) - 1)) big || skip "no files of 8 GiB here"
	echo "file big $here/big 0644" >manifest
	expect value "$(ktstr-pack -t <manifest | dd bs=1 skip=124 count=12 status=none |
		tr '\0' .)" 77777777777.
	truncate -s $((8 << 30)) big
	expect value "$(ktstr-pack -t <manifest | dd bs=1 skip=1148 count=12 status=none |
		od -An -tx1)" ' 80 00 00 00 00 00 00 02 00 00 00 00'
}

# bats test_tags=promise:changing-files
@test "pack: a file that becomes shorter while it is read is an error" {
	packs_meanwhile ': >victim'
	expect status 1
	expect stderr "ktstr-pack: <stdin>:1: victim: $here/victim: it became shorter while it was read: pack it when nothing writes to it"
}

# bats test_tags=promise:changing-files
@test "pack: a file that grows while it is read is an error" {
	packs_meanwhile 'echo more >>victim'
	expect status 1
	expect stderr begins "ktstr-pack: <stdin>:1: victim: $here/victim: it holds more bytes than its size said: "
}

# bats test_tags=promise:changing-files
@test "pack: a file that is written to while it is read is an error" {
	packs_meanwhile 'echo other | dd of=victim conv=notrunc status=none'
	expect status 1
	expect stderr has ": $here/victim: it changed while it was read: "
}

# bats test_tags=promise:changing-files
@test "pack: a file that is written to and gets its old time back is an error" {
	packs_meanwhile 'echo other | dd of=victim conv=notrunc status=none; touch -d 2001-01-01 victim'
	expect status 1
	expect stderr has ": $here/victim: it changed while it was read: "
}

@test "pack: a file that is only read meanwhile is packed" {
	packs_meanwhile 'cat victim >/dev/null'
	expect status 0
	expect stderr ''
}

@test "pack: what a failed run wrote is not taken for a whole archive" {
	local engine
	head -c 12M /dev/urandom >bytes
	printf 'file a %s 0755\nfile b /nonexistent 0755\n' "$here/bytes" >manifest
	for engine in $(engines); do
		run -1 bash -c 'ktstr-pack --engine "$1" <manifest >out 2>/dev/null' - "$engine"
		[ -s out ]
		run -1 gzip -t out
	done
	# nor is what stands there where members of their own end
	printf 'file a %s 0755\nfile b %s 0755\n' "$here/bytes" "$here/bytes" >manifest
	for engine in $(engines); do
		ktstr-pack --engine "$engine" -1 <manifest >whole
		for size in 1 10 18 100000 1048576 1048594 $(($(wc -c <whole) - 8)) $(($(wc -c <whole) - 1)); do
			run ! bash -c 'set -o pipefail; head -c "$1" whole | gzip -dc | tar -tf -' - "$size"
		done
	done
}

@test "pack: a missing file is an error that names line, name and path" {
	fails_on "$here/missing" 'No such file or directory'
	fails_on "$here/hello/x" 'Not a directory'
}

# bats test_tags=promise:changing-files
@test "pack: a directory is an error" {
	fails_on "$here" 'Is a directory: only regular files are packed'
}

# bats test_tags=promise:changing-files
@test "pack: a FIFO is an error, and not waited for" {
	mkfifo fifo
	fails_on "$here/fifo" 'not a regular file'
}

# bats test_tags=promise:changing-files
@test "pack: a device is an error" {
	fails_on /dev/zero 'not a regular file'
}

# bats test_tags=promise:changing-files
@test "pack: a file with more in it than its size says, as in /proc, is an error" {
	fails_on /proc/self/status 'it holds more bytes than its size said: it grew while it was read, or is no file on a disk'
}

@test "pack: a file that may not be read is an error" {
	local without=()
	if [ "$(id -u)" -eq 0 ]; then
		need setpriv
		# shellcheck disable=SC2054 # the commas are setpriv's
		without=(setpriv --bounding-set=-dac_override,-dac_read_search)
	fi
	chmod 000 hello
	"${without[@]}" cat hello 2>/dev/null && skip "everything may be read here"
	run -1 --separate-stderr "${without[@]}" ktstr-pack -t <<<"file a $here/hello 0755"
	expect stderr "ktstr-pack: <stdin>:1: a: $here/hello: Permission denied"
}

@test "pack: a symbolic link is packed as the file it leads to" {
	ln -s hello link
	echo "file link $here/link 0755" | ktstr-pack -t | tar -xOf - link | cmp - hello
}

# bats test_tags=promise:values-are-data
@test "pack: names that leave the archive's directory are refused" {
	refuses_name /abs "file: the name is absolute: leave out the leading '/': /abs $here/hello 0755"
	refuses_name .. "file: the name has a component '..': it would lead out of the archive: .. $here/hello 0755"
	refuses_name ../x "file: the name has a component '..': it would lead out of the archive: ../x $here/hello 0755"
	refuses_name x/.. "file: the name has a component '..': it would lead out of the archive: x/.. $here/hello 0755"
	refuses_name x/../y "file: the name has a component '..': it would lead out of the archive: x/../y $here/hello 0755"
}

@test "pack: names that are not plain are refused" {
	refuses_name '""' "file: the name is empty: \"\" $here/hello 0755"
	refuses_name . "file: the name has a component '.': . $here/hello 0755"
	refuses_name ./x "file: the name has a component '.': ./x $here/hello 0755"
	refuses_name x/./y "file: the name has a component '.': x/./y $here/hello 0755"
	refuses_name x/. "file: the name has a component '.': x/. $here/hello 0755"
	refuses_name x//y "file: the name has an empty component ('//'): x//y $here/hello 0755"
	refuses_name x/ "file: the name ends in '/': only files are packed: x/ $here/hello 0755"
	refuses_name x// "file: the name has an empty component ('//'): x// $here/hello 0755"
}

@test "pack: a name that stands twice is refused" {
	refuses_name good 'good: the name is on line 1 already'
}

@test "pack: a name that is another's directory is refused, whichever is first" {
	refuses_name good/x 'good/x: needs a directory, but good on line 1 is a file'
	refuses_name good/x/y 'good/x/y: needs a directory, but good on line 1 is a file'
	refuses 1 '<stdin>:5: a: a file, but a/b on line 3 needs a directory' <<-END
		file a-b $here/hello 0755
		file a.b $here/hello 0755
		file a/b $here/hello 0755
		file a! $here/hello 0755
		file a $here/hello 0755
	END
}

@test "pack: names that only begin the same are packed" {
	packs_names a a-b a.b ab a0/b a0/bc a0b/b 'a!' b/a
}

@test "pack: 100000 names are checked in no time" {
	need_bare ktstr-pack
	{
		seq -f "file d%.0f/x $here/empty 0755" 100000
		echo "file d77777 $here/empty 0755"
	} >manifest
	run -1 --separate-stderr timeout 10 ktstr-pack <manifest
	expect stderr "ktstr-pack: <stdin>:100001: d77777: a file, but d77777/x on line 77777 needs a directory"
	sed '$d' manifest | timeout 20 ktstr-pack -1t >archive.tar
	expect value "$(wc -c <archive.tar)" -eq $((512 * 100002))
}

@test "pack: a mode that is not octal or over 0777 is refused" {
	local mode
	for mode in 1000 4755 0800 8 -1 0x1ff rwx +755 '""'; do
		refuses 1 "<stdin>:1: file: not an octal mode up to 0777: a $here/hello $mode" \
			<<<"file a $here/hello $mode"
	done
}

@test "pack: modes of three and four digits are the same, 0 and 0777 are taken" {
	printf "file %s $here/hello %s\n" a 755 b 0755 c 0 d 0777 | ktstr-pack | tar -tvzf - |
		cut -c 1-10 | diff - <(printf '%s\n' -rwxr-xr-x -rwxr-xr-x ---------- -rwxrwxrwx)
}

@test "pack: a relative path is refused" {
	refuses 1 "<stdin>:1: file: the file's path is not absolute: a hello 0755" <<<"file a hello 0755"
	refuses 1 "<stdin>:1: file: the file's path is not absolute: a \"\" 0755" <<<'file a "" 0755'
}

@test "pack: an empty manifest, or one without files, is an error" {
	local what='<stdin>: no "file" record, nothing to pack: pipe ktstr-manifest'"'s output to this"
	refuses 1 "$what" </dev/null
	refuses 1 "$what" < <(printf 'manifest 1\ntest x\n')
}

@test "pack: a malformed manifest is an error that names the line" {
	refuses 1 '<stdin>:3: file: missing field: 2 given, 3 needed' < <(printf '\n#\nfile a /b\n')
	refuses 1 '<stdin>:1: file: surplus field: 4 given, at most 3 taken (write a space within a field as \040)' \
		<<<"file a b /c 0755"
	refuses 1 '<stdin>:2: fiel: unknown keyword: did you mean file? (one of your own begins with x-)' \
		< <(printf 'file a %s 0755\nfiel b %s 0755\n' "$here/hello" "$here/hello")
	refuses 1 '<stdin>:1: NUL byte: this is not a text file' < <(printf 'file a /b\0 0755\n')
	refuses 1 '<stdin>:2: manifest: this program reads version 1 of the format: 2' \
		< <(printf '# x\nmanifest 2\nfile a %s 0755\n' "$here/hello")
}

@test "pack: a bad value in any record is refused, with the message of the other programs" {
	local record
	while read -r record; do
		printf '%s\n' 'manifest 1' "$record" "file ktstr $here/script 0755" >bad
		run -1 --separate-stderr ktstr-preamble <bad
		expect stderr begins "ktstr-preamble: <stdin>:2: ${record%% *}: "
		refuses 1 "${stderr#ktstr-preamble: }" <bad
	done <<-'END'
		test a/b
		scheduler \033[2J
		topology 1n1l1c
		duration 0
		watchdog 08
		git ""
		cgroup-parent /a/../b
		sysctl kernel/.. 1
		needs-glibc two
		needs-machine ""
		needs-interpreter ""
		needs-bytes -1
		file ktstr /bin/true 0644
		file a relative 0755
	END
}

@test "pack: an error on the last line is found before anything is written" {
	echo 'file a /b' >>manifest
	refuses 1 '<stdin>:6: file: missing field: 2 given, 3 needed' <manifest
}

@test "pack: all other records of a manifest make no difference" {
	ktstr-pack <manifest >first
	cat - manifest <<-END | sed '0,/manifest 1/s///' >full
		manifest 1
		test fair
		scheduler eevdf
		topology 1n1l2c1t
		duration 12
		watchdog 5
		git 1234567-dirty
		sched-arg --slice
		sched-arg 5
		sched-arg {include/hello}
		cgroup-parent /x
		sysctl kernel.a 1
		sysctl kernel.b 2
		run-arg a
		run-arg b
		needs-glibc 2.34
		x-mine with any fields
	END
	ktstr-pack <full >second
	cmp first second
}

@test "pack: a path may hold any byte that the grammar can write" {
	local odd=$'a b\\\t\n\303\274\377'
	printf 'odd\n' >"$odd"
	printf 'file odd %s/a\\040b\\134\\011\\012\\303\\274\\377 0755\n' "$here" |
		ktstr-pack -t | tar -xOf - | cmp - "$odd"
}

@test "pack: messages about odd names stay on one line" {
	fails_on "$here/no\\012such\\033" 'No such file or directory'
}

@test "pack: a full disk is an error" {
	run -1 bash -c 'ktstr-pack <manifest 2>&1 >/dev/full'
	expect output "ktstr-pack: standard output: No space left on device"
	run -1 bash -c 'ktstr-pack -t <manifest 2>&1 >/dev/full'
	expect output "ktstr-pack: standard output: No space left on device"
}

@test "pack: a reader that left ends it without a word" {
	truncate -s 16M zeros
	echo "file zeros $here/zeros 0755" >manifest
	run -1 bash -c '{ trap "" PIPE; exec ktstr-pack -t <manifest; } | head -c0; exit ${PIPESTATUS[0]}'
	expect output ''
	head -c 4M /dev/urandom >zeros
	run -1 bash -c '{ trap "" PIPE; exec ktstr-pack -1 <manifest; } | head -c0; exit ${PIPESTATUS[0]}'
	expect output ''
}

@test "pack: SIGPIPE is left alone" {
	truncate -s 16M zeros
	echo "file zeros $here/zeros 0755" >manifest
	run -141 bash -c 'env --default-signal=PIPE ktstr-pack -t <manifest | head -c0; exit ${PIPESTATUS[0]}'
	expect output ''
}

@test "pack: a manifest that cannot be read, and closed output, are errors" {
	run -1 --separate-stderr bash -c 'ktstr-pack </ | cat; exit ${PIPESTATUS[0]}'
	expect stderr "ktstr-pack: <stdin>:1: Is a directory"
	run -1 bash -c 'ktstr-pack <manifest >&-'
	expect output "ktstr-pack: standard output: Bad file descriptor"
}

@test "pack: a terminal is refused, with what to do instead" {
	need script
	run -64 on_terminal bash -c 'ktstr-pack <manifest'
	expect value "${output%$'\r'}" "ktstr-pack: the archive is not written to a terminal: redirect it to a file, or pipe it to ktstr-b64"
	run -64 on_terminal bash -c 'ktstr-pack -t <manifest'
	run -0 on_terminal bash -c 'ktstr-pack <manifest >out'
}

@test "pack: misuse is status 64 and one line on standard error" {
	local arguments
	for arguments in -x --wrong -0 -10 file '-1 -- -t'; do
		# shellcheck disable=SC2086
		run -64 --separate-stderr ktstr-pack $arguments </dev/null
		expect output ''
		expect value "${stderr_lines[0]}" begins "ktstr-pack: "
		expect value "${#stderr_lines[@]}" 1
	done
}

@test "pack: --help and --version go to standard output" {
	run -0 --separate-stderr ktstr-pack --help
	expect line 0 begins "usage: ktstr-pack "
	expect stderr ''
	run -0 --separate-stderr ktstr-pack -V
	[[ $output =~ ^ktstr-pack\ [0-9]+\.[0-9]+\.[0-9]+\ \((libdeflate,\ )?zlib\)$ ]]
}

@test "pack: memory does not grow with the files" {
	need_bare ktstr-pack
	truncate -s 1G big
	echo "file big $here/big 0755" >manifest
	run -0 bash -c 'set -o pipefail; (ulimit -v 32768; exec ktstr-pack -1 <manifest) | gzip -dc | wc -c'
	expect output -eq $((1024 * 1024 * 1024 + 512 + 1024))
}

@test "pack: modes, times, capabilities, setuid bits, holes and links of the files are not packed, as its manual says" {
	local word
	mkdir in out
	printf 'key' >in/key
	chmod 4700 in/key
	ln in/key in/twin
	ln -s key in/link
	truncate -s 2M in/holes
	printf 'file include/%s %s 0755\n' key "$PWD/in/key" twin "$PWD/in/twin" link "$PWD/in/link" holes "$PWD/in/holes" |
		ktstr-pack -t >archive.tar
	(umask 022 && tar --same-permissions -xf archive.tar -C out)
	run -0 stat -c '%a %h %Y %F' out/include/{key,twin,link,holes}
	expect value "$(sort -u <<<"$output")" '755 1 0 regular file'
	expect value "$(wc -c <archive.tar)" -gt 2097152
	for word in setuid capabilities times holes 'hard link'; do
		grep -q "$word" "$TOP/man/ktstr-pack.1"
	done
	grep -A15 '0755' "$TOP/man/ktstr-manifest.5" | grep -q 'Xr ssh 1'
}
