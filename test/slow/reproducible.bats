#!/usr/bin/env bats
# reproducible.bats - the same inputs give the same .run, byte for byte, whoever makes it, where and how
# shellcheck disable=SC2016 # the inner bash expands

load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir original runs
	make_inputs original
	for engine in $(engines); do
		export_all original "$PWD/runs/$engine" --engine "$engine"
	done
}

# make_inputs DIRECTORY: what two tests are made of, and another file of definitions beside theirs
make_inputs() {
	printf '#!/bin/sh\nexit 0\n' >"$1/runner"
	printf '#!/bin/sh\nexec sleep 100\n' >"$1/scx_sleep"
	chmod 755 "$1/runner" "$1/scx_sleep"
	seq 500000 >"$1/NUMBERS.txt" # many blocks of either engine
	printf 'slice=5000\n' >"$1/fifo.conf"
	: >"$1/ışık İstanbul"
	cat >"$1/pair.ktstr" <<-'END'
		binary ./runner
		scheduler Sleep ./scx_sleep
		config-file ./fifo.conf
		config-content inline.conf a\012İ --with {file}
		sched-arg ışık\040İ
		cgroup-parent /ktstr.slice
		sysctl vm.dirty_ratio 17
		x-note INFO
		test first
		include ./NUMBERS.txt
		include ./ışık\040İstanbul
		topology 1n2l4c2t
		test second
		run-arg it's\040$HOME\040İ
	END
	printf 'test third\nbinary ./runner\n' >"$1/another.ktstr"
}

engines() {
	ktstr-pack --version | sed 's/.*(//; s/[,)]//g'
}

# export_all DIRECTORY PREFIX ARG...: exports the tests that are found in it, to PREFIX.NAME.run; with RUN
# set, through that command
export_all() {
	local directory=$1 prefix=$2 name
	shift 2
	for name in first second third; do
		(cd "$directory" && ${RUN:-} ktstr-export -q -o - "$@" "$name") >"$prefix.$name.run" || return
		[ -s "$prefix.$name.run" ]
	done
}

# same_bytes [DIRECTORY [ARG...]]: what is made there of a copy of the inputs is what setup made, by each engine
same_bytes() {
	local directory=${1:-original} engine name
	shift || true
	for engine in $(engines); do
		export_all "$directory" "$PWD/again" --engine "$engine" "$@" || return
		for name in first second third; do
			cmp "runs/$engine.$name.run" "again.$name.run" || return
		done
	done
}

@test "reproducible: what is compared is no accident: another byte, name or mode of compression shows" {
	local engine
	engine=$(engines | cut -d ' ' -f 1)
	run ! cmp -s "runs/$engine.first.run" "runs/$engine.second.run"
	printf '#' >>original/runner
	run ! same_bytes
	make_inputs original
	same_bytes
	sed -i 's/^x-note.*/duration 13/' original/pair.ktstr
	run ! same_bytes
	make_inputs original
	run ! same_bytes original -9
}

# bats test_tags=promise:same-bytes
@test "reproducible: in another directory, and nothing of either's name is in the file" {
	local there="$PWD/another place/with a much longer path/and \$(odd) 'bytes'" file
	mkdir -p "$there"
	cp original/* "$there"
	same_bytes "$there"
	for file in runs/*.run; do
		run ! grep -qF -e "$BATS_TEST_TMPDIR" -e original "$file"
		run ! bash -c 'sed "1,/^__ARCHIVE__\$/d" "$1" | base64 -d | gzip -dc | grep -qaF -e "$2" -e original' - "$file" "$BATS_TEST_TMPDIR"
		run -0 bash -c 'sed "1,/^__ARCHIVE__\$/d" "$1" | base64 -d | gzip -dc | grep -caF "bin/sh"' - "$file"
	done
}

@test "reproducible: through links, and by definitions that name their files from elsewhere" {
	mkdir links
	ln -s "$PWD"/original/* links
	same_bytes links
	ln -s original directory
	same_bytes directory
	cp -r original moved
	for engine in $(engines); do
		ktstr-export -q --engine "$engine" -f moved/pair.ktstr -o again.run first
		cmp "runs/$engine.first.run" again.run
	done
}

# bats test_tags=promise:same-bytes
@test "reproducible: by another user, who owns the files or does not" {
	as_nobody
	chmod a+rx . original
	RUN=as_nobody same_bytes
	cp -r original nobodys
	chown -R 65534:65534 nobodys
	RUN=as_nobody same_bytes nobodys
	same_bytes nobodys
}

@test "reproducible: whatever the umask and the files' modes are" {
	local mask mode
	for mask in 000 027 077; do
		(umask $mask && same_bytes)
	done
	for mode in 500 700 755 4711 2777; do
		chmod $mode original/runner original/scx_sleep
		chmod $((mode % 1000 - 100)) original/*.txt original/*.conf
		same_bytes
	done
}

@test "reproducible: in every locale" {
	local locale
	need localedef
	localedef -i tr_TR -f UTF-8 "$PWD/tr_TR.UTF-8" 2>/dev/null || skip "needs the locale sources: apt-get install locales"
	localedef -i ja_JP -f EUC-JP "$PWD/ja_JP.EUC-JP" || [ $? = 1 ] # 1: warnings
	export LOCPATH=$PWD
	# Turkish it is: its capital i has a dot
	expect value "$(LC_ALL=tr_TR.UTF-8 bash -c 'i=i; echo "${i^}"')" İ
	for locale in C POSIX C.UTF-8 tr_TR.UTF-8 ja_JP.EUC-JP none_HERE; do
		LC_ALL=$locale LANG=$locale LANGUAGE=$locale same_bytes
	done
}

@test "reproducible: in every time zone, at every age of the files" {
	local zone age
	for zone in UTC Asia/Kathmandu NZST-12NZDT nonsense; do
		TZ=$zone same_bytes
	done
	for age in 1970-01-01 2001-02-03 2099-12-31; do
		touch -d "$age" original original/*
		same_bytes
	done
}

# bats test_tags=promise:same-bytes
@test "reproducible: by any number of threads" {
	local jobs
	for jobs in 1 2 7; do
		same_bytes original -j $jobs
	done
	RUN='taskset -c 0' same_bytes
}

@test "reproducible: however the files lie in their directory and on which file system" {
	local file memory
	mkdir backwards
	for file in $(printf '%s\n' original/*.* original/runner original/scx_sleep | sort -r); do
		: >"backwards/${file##*/}.before"
		cp "$file" backwards
		rm "backwards/${file##*/}.before"
	done
	cp original/ışık* backwards
	same_bytes backwards
	memory=$(mktemp -d /dev/shm/ktstr.XXXXXX) || skip "needs /dev/shm"
	[ "$(stat -f -c %T "$memory")" != "$(stat -f -c %T .)" ] || echo "# both on one file system" >&3
	cp -r original "$memory/copy"
	local status=0
	same_bytes "$memory/copy" || status=$?
	rm -rf "$memory"
	expect status 0
}

# bats test_tags=promise:same-bytes
@test "reproducible: in any environment" {
	mkdir home elsewhere
	HOME=$PWD/home TMPDIR=$PWD/elsewhere COLUMNS=20 LINES=3 TERM=dumb SOURCE_DATE_EPOCH=1234567890 same_bytes
	HOME='' TMPDIR=/tmp COLUMNS='' SOURCE_DATE_EPOCH=0 same_bytes
	POSIXLY_CORRECT=1 GZIP=-9 TAR_OPTIONS=-v GREP_OPTIONS=-v USER=another LOGNAME=another HOSTNAME=elsewhere same_bytes
	RUN="env -i PATH=$PATH" same_bytes
	mkdir .git # of no use, and no checkout
	same_bytes
}

@test "reproducible: from a checkout in another place, and only the git hash tells of another state" {
	need git
	local engine
	for checkout in one two; do
		git init -q $checkout
		cp original/* $checkout
		git -C $checkout add .
		GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' git -C $checkout \
			-c user.name=test -c user.email=test -c commit.gpgsign=false commit -qm inputs
		export_all $checkout "$PWD/$checkout"
	done
	grep -qxE 'KTSTR_GIT_HASH=[0-9a-f]{7}' one.first.run
	cmp one.first.run two.first.run
	echo '# changed' >>two/another.ktstr
	export_all two "$PWD/changed"
	run -1 diff one.first.run changed.first.run
	expect value "$(grep '^[<>]' <<<"$output")" "< $(grep '^KTSTR_GIT_HASH=' one.first.run)
> $(grep '^KTSTR_GIT_HASH=' one.first.run)-dirty
< $(grep '^SCHED_GIT_HASH=' one.first.run)
> $(grep '^SCHED_GIT_HASH=' one.first.run)-dirty"
}

@test "reproducible: a test in C, built in two directories, where its binary does not name them" {
	local flags="${KTSTR_TEST_CFLAGS:-}" place
	[[ $flags != *-fsanitize* ]] || flags="-fsanitize=${flags#*-fsanitize=}"
	[[ $flags == *-fsanitize* ]] || flags=-O2 # without -g, which names the directory
	for place in here "there/far away"; do
		mkdir -p "$place"
		cp "$TOP/share/examples/reader.c" "$TOP/share/examples/words.txt" "$place"
		# shellcheck disable=SC2086
		(cd "$place" && ${CC:-cc} $flags -I"$TOP/lib/harness" reader.c "$TOP/build/lib/libktstr.a" -o reader &&
			ktstr-export -q -b ./reader reader)
	done
	cmp here/reader.run "there/far away/reader.run"
}

# page_says: prints the commands of REPRODUCING A FILE in ktstr-export(1)
page_says() {
	awk '/^\.Sh/ { inside = /REPRODUCING/ }
		/^\.Ed/ { printing = 0 }
		printing { gsub(/\\e/, "\\"); print }
		inside && /^\.Bd/ { printing = 1 }' "$TOP/man/ktstr-export.1"
}

@test "reproducible: the commands of ktstr-export(1) tell a file that is the same from one that is not" {
	local hash
	cp "$TOP/build/examples/fair" .
	ktstr-export -q -b ./fair fair
	hash=$(grep '^KTSTR_GIT_HASH=' fair.run)
	run -0 --separate-stderr bash -c "$(page_says)"
	expect output "$hash"$'\nthe same\nthe same files'

	rm -r theirs ours
	ktstr-export -q -9 -b ./fair fair # compressed otherwise
	run -1 bash -c "$(page_says)"
	expect line 0 "$hash"
	expect line 1 begins "fair.run again.run differ: "
	expect line 2 'the same files'
	expect value "$(grep -c '^[<>]' <<<"$output")" 4
	expect value "$(grep -cE '^[<>] PAYLOAD_(SIZE|SHA256)=' <<<"$output")" 4

	rm -r theirs ours
	ktstr-export -q -b ./fair fair
	printf x >>fair # another program
	run -1 bash -c "$(page_says)"
	expect output has "Binary files theirs/ktstr and ours/ktstr differ"
	expect output has-not "the same"
}

@test "reproducible: ktstr-preamble prints the same for manifests that differ in paths alone" {
	mkdir other
	cp original/* other
	(cd original && ktstr-manifest first) >one
	(cd other && ktstr-manifest first) >two
	run ! cmp -s one two
	ktstr-preamble <one >header
	ktstr-preamble <two | cmp header -
	(umask 077 && cd / && LC_ALL=C TZ=Asia/Kathmandu HOME='' COLUMNS=10 SOURCE_DATE_EPOCH=1 ktstr-preamble) <two | cmp header -
	expect value "$(tail -n 1 header)" __ARCHIVE__
}
