#!/usr/bin/env bats
# export-many.bats - ktstr-export of several tests: which, where to, what fails, and one archive for those that pack the
# same files

load ../export_helper

setup() {
	small_test
	mkdir out
	define 'binary t' 'test net_a' 'test net_b' 'include ./data' 'test disk'
}

# define LINE...: the file t.ktstr of these lines
define() {
	printf '%s\n' "$@" >t.ktstr
}

# aged FILE...: they are so old that their times of change tell one content from another
aged() {
	sleep 3
	touch -- "$@" # the time of change is now: it is what matters
	sleep 3.1
}

# program NAME LINE...: an executable script of bash
program() {
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$1"
	chmod +x "$1"
}

# counted_packer: a directory for PATH with these tools, whose ktstr-pack notes each call in the file packed
counted_packer() {
	mkdir bin share
	cp "$TOP"/build/bin/* bin
	cp -r "$TOP/build/share/ktstr" share
	mv bin/ktstr-pack bin/real-pack
	# shellcheck disable=SC2016
	program bin/ktstr-pack 'echo >>packed' '"${0%/*}/real-pack" "$@"'
	: >packed
}

# files: the names in this directory that an export may have made
files() {
	find . -maxdepth 1 \( -name '*.run*' -o -name '.*.run.*' \) -printf '%f\n' | LC_ALL=C sort | paste -sd ' '
}

@test "export-many: names and patterns make one file each, and a test that is named twice makes one" {
	local args wanted
	while IFS='|' read -r args wanted; do
		run -0 --separate-stderr bash -c "ktstr-export $args"
		echo "$args"
		expect output ''
		expect value "$(files)" "$wanted"
		expect value "$(wc -l <<<"$stderr")" "$(wc -w <<<"$wanted")"
		rm ./*.run
	done <<-'EOF'
		net_a disk|disk.run net_a.run
		'net_*'|net_a.run net_b.run
		--all|disk.run net_a.run net_b.run
		-a|disk.run net_a.run net_b.run
		disk disk|disk.run
		'*_a' net_a 'n*' disk|disk.run net_a.run net_b.run
		-- '*_[!b]'|net_a.run
	EOF
	[ -z "$(ls -A tmp)" ]
}

# bats test_tags=promise:same-bytes
@test "export-many: each file is the one that an export of its test alone makes" {
	for name in net_a net_b disk; do
		ktstr-export -q -o "out/$name.run" "$name"
	done
	aged t data
	ktstr-export -q --all
	for name in net_a net_b disk; do
		cmp "out/$name.run" "$name.run"
		expect value "$(stat -c %a "$name.run")" 755
	done
	ktstr-export -q -o out/ --all
	ktstr-export -q -o out/ disk
	expect value "$(cd out && files)" 'disk.run net_a.run net_b.run'
	for name in net_a net_b disk; do
		cmp "out/$name.run" "$name.run"
	done
}

@test "export-many: -o names a directory, with a slash" {
	local target
	for target in x.run - out; do
		run -64 ktstr-export -o $target net_a disk
		expect output "ktstr-export: -o $target: is one file, and there may be several tests: give a directory, -o DIR/"
	done
	run -1 ktstr-export -o gone/ --all
	expect output "ktstr-export: gone/: No such file or directory"
	mkdir out/disk.run
	run -1 --separate-stderr ktstr-export -q -o out/ 'net_*' disk
	expect stderr 'ktstr-export: out/disk.run: Is a directory
ktstr-export: disk: not exported (status 1)
ktstr-export: 2 of 3 tests exported'
	expect value "$(ls -A out)" $'disk.run\nnet_a.run\nnet_b.run'
	expect value "$(files)" ''
}

# bats test_tags=promise:whole-or-nothing
@test "export-many: what cannot be exported keeps nothing else from it, and the status is the worst" {
	define 'binary t' 'test good' 'test refused' host-only 'test broken' 'include ./gone' 'test last'
	echo old >refused.run
	run -1 --separate-stderr ktstr-export -q --all
	expect output ''
	expect value "$(files)" 'good.run last.run refused.run'
	expect value "$(cat refused.run)" old
	mapfile -t said <<<"$stderr"
	expect value "${#said[@]}" 5
	expect value "${said[1]}" 'ktstr-export: refused: not exported (status 2)'
	expect value "${said[3]}" 'ktstr-export: broken: not exported (status 1)'
	expect value "${said[4]}" 'ktstr-export: 2 of 4 tests exported'
	bash -n last.run
	rm good.run last.run refused.run
	run -2 ktstr-export -q refused last
	expect value "$(files)" last.run
	run -1 ktstr-export -q no_such refused last
	run -0 ktstr-export -q good last
}

@test "export-many: an argument that is wrong for all is said once" {
	run -64 --separate-stderr ktstr-export -q -j 0 --all
	expect stderr 'ktstr-pack: -j: not a number from 1 to 1024: 0 (see --help)
ktstr-export: 0 of 3 tests exported'
	expect value "$(files)" ''
}

@test "export-many: a pattern or a source that gives nothing is status 1, and the rest is exported" {
	run -1 --separate-stderr ktstr-export -q 'usb_*' disk
	expect value "$(files)" disk.run
	expect stderr 'ktstr-manifest: usb_*: no such test in ./t.ktstr (--list shows those there are)
ktstr-export: 1 of 1 tests exported, but not all that was asked for was found'
	rm disk.run
	echo bad >bad.ktstr
	run -1 ktstr-export -q -f bad.ktstr -f t.ktstr 'net_*'
	run -1 --separate-stderr ktstr-export -q 'usb_*'
	expect value "${stderr##*$'\n'}" "ktstr-export: there is no test to export"
	mkdir empty
	cd empty
	run -1 ktstr-export --all
	expect line -1 "ktstr-export: there is no test to export"
	expect value "$(ls -A)" ''
}

@test "export-many: a pattern is for names alone, and a program that lists others makes no file of them" {
	run -1 ktstr-export '../*'
	expect output "ktstr-export: no test can have this name: ../*"
	# shellcheck disable=SC2016
	program lister '[[ "$*" == *--list* ]] || exec ktstr-manifest "$@"' 'printf "../evil\tx\n"'
	KTSTR_MANIFEST=./lister run -1 ktstr-export --all
	expect output "ktstr-export: no test can have this name: ../evil"
	expect value "$(files)" ''
}

@test "export-many: standard input is read once for all" {
	ktstr-export -q -o out/ --all
	for args in '--all' 'net_a net_b disk' 'disk net*'; do
		# shellcheck disable=SC2086
		ktstr-export -q -f - $args < <(cat t.ktstr)
		for name in net_a net_b disk; do
			cmp "$name.run" "out/$name.run"
			rm "$name.run"
		done
	done
	run -64 --separate-stderr ktstr-export -n -f - net_a disk </dev/null
	expect stderr "ktstr-export: --dry-run: standard input can be read for one test only: give a file, -f FILE"
}

@test "export-many: every file is signed" {
	need ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -C x@example.org -f key
	ktstr-export -q --sign key -o out/ --all
	for name in net_a net_b disk; do
		ssh-keygen -Y check-novalidate -n ktstr-run -s "out/$name.run.sig" <"out/$name.run"
	done
	expect value "$(ls -A out | wc -l)" 6
}

# --- one archive for several tests ---

@test "export-many: tests that pack the same files are packed once, whatever is between them" {
	counted_packer
	define 'binary t' 'test one' 'test other' 'include ./data' 'test two' 'test again' 'include ./data'
	aged t data
	bin/ktstr-export -q --all
	expect value "$(wc -l <packed)" 2
	for name in one other two again; do
		ktstr-export -q -o "out/$name.run" "$name"
		cmp "$name.run" "out/$name.run"
	done
	: >packed
	# another program may make something of the rest of the manifest
	KTSTR_PACK=bin/ktstr-pack bin/ktstr-export -q --all
	KTSTR_B64=bin/ktstr-b64 bin/ktstr-export -q --all
	expect value "$(wc -l <packed)" 8
	: >packed
	mv data 'da\ta x'
	sed -i 's,./data,./da\\134ta\\040x,' t.ktstr
	aged ./da*
	bin/ktstr-export -q --all
	expect value "$(wc -l <packed)" 2
	bash other.run --list | grep -F 'include/da\ta x'
}

# bats test_tags=promise:same-bytes
@test "export-many: tests that differ in an inline configuration alone have an archive each" {
	counted_packer
	define 'binary t' 'test one' 'config-content c 1' 'test two' 'config-content c 2' 'test again' 'config-content c 1'
	aged t
	bin/ktstr-export -q --all 2>/dev/null
	expect value "$(wc -l <packed)" 2
	for name in 'one 1' 'two 2' 'again 1'; do
		expect value "$(sed '1,/^__ARCHIVE__$/d' "${name% *}.run" | base64 -d | tar -xzO include/c)" "${name#* }"
	done
}

# bats test_tags=promise:same-bytes
@test "export-many: a file that changes between two tests is never packed as it was" {
	local change
	counted_packer
	define 'binary t' 'include ./data' 'test one' 'test two'
	# before it looks for the second test, it changes the file; what alone tells is each time something else
	# shellcheck disable=SC2016
	program between '[[ ${!#} != two ]] || . ./change' 'exec ktstr-manifest "$@"'
	while IFS= read -r change; do
		rm -f data* ./*.run
		echo first >data
		echo first >data.same
		echo other >data.new
		aged data data.same data.new t
		echo "$change"
		echo "$change" >change
		: >packed
		KTSTR_MANIFEST=./between bin/ktstr-export -q one two
		expect value "$(wc -l <packed)" 2
		ktstr-export -q -o out/two.run two
		cmp two.run out/two.run
		expect value "$(sed '1,/^__ARCHIVE__$/d' one.run | base64 -d | tar -xzO include/data)" first
		expect value "$(sed '1,/^__ARCHIVE__$/d' two.run | base64 -d | tar -xzO include/data)" "$(cat data)"
	done <<-'EOF'
		cp -p data was; printf other | dd of=data conv=notrunc status=none; touch -r was data
		touch -r data data.new; mv data.new data
		echo longer than that >data
		touch -r data data.new; rm data; ln -s data.new data
		mv data.same data
	EOF
}

# bats test_tags=promise:same-bytes
@test "export-many: a file that changes while it is packed, or that was just written, is packed anew" {
	counted_packer
	define 'binary t' 'include ./data' 'test one' 'test two' 'test three'
	aged data t
	# shellcheck disable=SC2016
	program bin/ktstr-pack 'echo >>packed' '"${0%/*}/real-pack" "$@" || exit' \
		'if [[ $(wc -l <packed) = 1 ]]; then echo other >data; fi'
	bin/ktstr-export -q one two three
	expect value "$(wc -l <packed)" 3
	expect value "$(sed '1,/^__ARCHIVE__$/d' one.run | base64 -d | tar -xzO include/data)" data
	for name in two three; do
		expect value "$(sed '1,/^__ARCHIVE__$/d' $name.run | base64 -d | tar -xzO include/data)" other
	done
}

# bats test_tags=promise:same-bytes
@test "export-many: a directory that is another one while its file is packed, and then the first again, gives no wrong file" {
	counted_packer
	mkdir now later
	echo now >now/data
	echo later >later/data
	define 'binary t' 'include ./now/data' 'test one' 'test two'
	aged now/data later/data t
	# shellcheck disable=SC2016
	program bin/ktstr-pack 'echo >>packed' 'if [[ $(wc -l <packed) = 1 ]]; then mv now was; mv later now; fi' \
		'exec "${0%/*}/real-pack" "$@"'
	# shellcheck disable=SC2016
	program between 'if [[ ${!#} = two ]]; then mv now later; mv was now; fi' 'exec ktstr-manifest "$@"'
	KTSTR_MANIFEST=./between bin/ktstr-export -q one two
	expect value "$(sed '1,/^__ARCHIVE__$/d' one.run | base64 -d | tar -xzO include/data)" later
	expect value "$(sed '1,/^__ARCHIVE__$/d' two.run | base64 -d | tar -xzO include/data)" now
}

# --- signals ---

# bats test_tags=promise:whole-or-nothing
@test "export-many: a signal ends all of it at once: what was done stays, and nothing else" {
	local signal pid status start i
	counted_packer
	define 'binary t' 'test one' 'test two' 'include ./data' 'test three'
	# shellcheck disable=SC2016
	program bin/ktstr-pack 'echo >>packed' 'if [[ $(wc -l <packed) = 2 ]]; then echo $$ >pid; mv pid started; exec sleep 30; fi' \
		'exec "${0%/*}/real-pack" "$@"'
	for signal in TERM INT HUP; do
		rm -f started ./*.run
		: >packed
		(trap - INT; exec env --default-signal=INT bin/ktstr-export -q one two three) &
		pid=$! status=0 start=$SECONDS
		for ((i = 0; i < 100; i++)); do
			[ ! -e started ] || break
			sleep 0.05
		done
		kill "-$signal" "$pid"
		wait "$pid" || status=$?
		expect status $((128 + $(kill -l "$signal")))
		((SECONDS - start < 20)) # the stage takes 30
		expect value "$(files)" one.run
		run ! kill -0 "$(cat started)"
	done
}

# bats test_tags=promise:whole-or-nothing
@test "export-many: ^C on a terminal ends all of it, the printed pipeline as well" {
	need script
	counted_packer
	define 'binary t' 'test one' 'test two' 'include ./data' 'test three'
	# shellcheck disable=SC2016
	program bin/ktstr-pack 'echo >>packed' 'if [[ $(wc -l <packed) = 2 ]]; then : >started; exec sleep 20; fi' \
		'exec "${0%/*}/real-pack" "$@"'
	for command in 'bin/ktstr-export -q one two three' 'sh -c "$(bin/ktstr-export -n one two three)"' \
		'bash -c "$(bin/ktstr-export -n one two three)"'; do
		rm -f started ./*.run
		: >packed
		{
			for ((i = 0; i < 200; i++)); do
				[ ! -e started ] || break
				sleep 0.05
			done
			printf '\003'
			sleep 5
		} | timeout 20 script -qefc "$command" log >/dev/null || true
		echo "$command: $(cat log)"
		expect value "$(files)" one.run
		expect value "$(wc -l <packed)" 2
	done
}
