#!/usr/bin/env bats
# results.bats - ktstr-results: results from evidence, in each format; files that are damaged or hostile

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	tab=$'\t'
}

# result HOST [RECORD...]: a result text; a RECORD takes the place of those with its keyword
result() {
	local host=$1 line record
	shift
	while IFS= read -r line; do
		for record; do
			[[ ${line%% *} != "${record%% *}" ]] || continue 2
		done
		printf '%s\n' "$line"
	done <<-END
		result 1
		test fair
		verdict fail
		status 1
		reason got\04080%\040of\040its\040share
		signature got\040N%\040of\040its\040share
		host $host
		kernel 6.12.1 #1\040SMP
		scheduler fifo
		started 2026-11-26T15:41:39Z 1234.5
		duration 2 2.013
		topology needed 1n1l1c1t
		topology found 1n2l4c2t
		metric p99 3.2 ms
		metric rounds 17
	END
	(($# == 0)) || printf '%s\n' "$@"
}

# evidence NAME [TAR-OPTION...]: packs ./result, and a log, as NAME.evidence.tar.gz
evidence() {
	mkdir -p "dir/$1"
	cp result "dir/$1"
	echo log >"dir/$1/test.log"
	tar -C dir -czf "$1.evidence.tar.gz" "${@:2}" "$1"
	rm -r dir
}

# verdicts OPERAND...: hosts and verdicts that are printed, blank between them, without the header
verdicts() {
	ktstr-results -f tsv -c host,verdict "$@" | sed 1d | tr '\t' ' '
}

# refuses FILE MESSAGE: FILE gives no result but a row that says so and just this message, which begins with its
# name, and what follows it is printed
refuses() {
	result good >good
	run -1 --separate-stderr ktstr-results -c host,verdict,test "$1" good
	expect output "host${tab}verdict${tab}test"$'\n'"${1%.evidence.tar.gz}${tab}no-result${tab}"$'\n'"good${tab}fail${tab}fair"
	expect stderr "ktstr-results: $1$2"
}

@test "results: of an archive, a bare text, a directory and standard input" {
	result a >result
	evidence x
	result b >y.unfinished
	result c >c.txt
	for operands in x.evidence.tar.gz 'x.evidence.tar.gz y.unfinished' . '. c.txt' '- y.unfinished'; do
		echo "$operands"
		run -0 --separate-stderr verdicts $operands <c.txt
		expect stderr ''
		case $operands in
		x*z) expect output 'a fail' ;;
		x*d | .) expect output $'a fail\nb fail' ;;
		.*) expect output $'a fail\nb fail\nc fail' ;;
		-*) expect output $'c fail\nb fail' ;;
		esac
	done
	run -0 verdicts <x.evidence.tar.gz
	expect output 'a fail'
}

@test "results: a pipe gets the default columns with tabs between them" {
	run -0 --separate-stderr ktstr-results < <(result lab)
	expect stderr ''
	expect line 0 "host${tab}kernel${tab}test${tab}scheduler${tab}verdict${tab}reason${tab}duration${tab}metrics"
	expect line 1 "lab${tab}6.12.1${tab}fair${tab}fifo${tab}fail${tab}got 80% of its share${tab}2.013${tab}p99=3.2 ms; rounds=17"
	expect value "${#lines[@]}" 2
}

@test "results: a terminal gets aligned columns, counted in characters" {
	result höst >a
	result second 'reason' 'verdict pass' | grep -v ^reason >b
	run -0 on_terminal ktstr-results a b --columns host,verdict,reason
	output=${output//$'\r'/}
	expect output $'host    verdict  reason\nhöst    fail     got 80% of its share\nsecond  pass     -'
}

# bats test_tags=promise:evidence-is-data
@test "results: no format passes a control byte, a tab or a byte that is not UTF-8" {
	local format
	result 'a\011\033[31m\012b' 'reason \302\233x\342\200\256y\377' "x-raw "$'\xff' >bad
	for format in table tsv json ktap; do
		ktstr-results -f $format -- bad >out
		echo "$format"
		run -1 grep -P '[\x00-\x08\x0b-\x1f\x7f]' out
		iconv -f UTF-8 -t UTF-8 out >/dev/null
	done
	run -0 ktstr-results -f tsv -c host,reason bad
	expect line 1 'a\011\033[31m\012b'"$tab"'\302\233x\342\200\256y\377'
	run -0 ktstr-results -f table -c host bad
	expect line 1 'a\011\033[31m\012b'
}

@test "results: a backslash is escaped in tsv alone, so that tsv can be read back" {
	result 'a\134b' >result
	run -0 ktstr-results -f tsv -c host result
	expect line 1 'a\134b'
	run -0 ktstr-results -f table -c host result
	expect line 1 'a\b'
}

@test "results: columns are keywords, kinds of them and some others" {
	result lab 'build-id test 00ff' 'build-id scheduler 11ee' 'x-note a b' 'option --duration' 'option 2' \
		'metric p99 4 ms' >result
	evidence x
	while read -r column value; do
		echo "$column"
		run -0 --separate-stderr ktstr-results -f tsv -c "$column" x.evidence.tar.gz
		expect stderr ''
		expect line 0 "$column"
		expect line 1 "$value"
	done <<-END
		kernel 6.12.1
		kernel-version #1 SMP
		build-id test 00ff; scheduler 11ee
		build-id:scheduler 11ee
		duration-asked 2
		topology-found 1n2l4c2t
		topology-needed 1n1l1c1t
		topology:found 1n2l4c2t
		metric:p99 4 ms
		metrics p99=4 ms
		started 2026-11-26T15:41:39Z
		option --duration; 2
		x-note a b
		source x.evidence.tar.gz
		member x/result
	END
}

@test "results: a column that is not there, an option that does not fit and a bad format are misuse" {
	while IFS='|' read -r options message; do
		echo "$options"
		run -64 --separate-stderr ktstr-results $options /dev/null
		expect output ''
		expect stderr "ktstr-results: $message"
	done <<-END
		-c host,host|--columns: give each column once: host (see --help)
		-f xml|--format: not table, tsv, records, json or ktap: xml (see --help)
		-f ktap -c host|--columns: the format ktap has none (see --help)
		-f records -c host|--columns: the format records has none (see --help)
		-d -g host|--group and --differ print different things: give one (see --help)
		-d -f json|--differ has its own format: give no --columns and no --format (see --help)
		-g host -c host|--group has its own format: give no --columns and no --format (see --help)
		-c host,hots|--columns: no such column: hots: did you mean host? (see ktstr-results(1), COLUMNS)
		-c kernle|--columns: no such column: kernle: did you mean kernel? (see ktstr-results(1), COLUMNS)
		-g metric:|--group: no such column: metric:: did you mean metrics or metric or metric:NAME? (see ktstr-results(1), COLUMNS)
		-c host:a|--columns: no such column: host:a: did you mean host? (see ktstr-results(1), COLUMNS)
		-c xyz|--columns: no such column: xyz (see ktstr-results(1), COLUMNS)
		-c ,|--columns: no such column: an empty name (see ktstr-results(1), COLUMNS)
	END
	grep -qx '.Sh COLUMNS' "$TOP/man/ktstr-results.1"
}

@test "results: a metric that no result has is noted" {
	result a 'metric latest_us 4 us' >a
	result b 'metric n 4' >b
	for option in -c -g; do
		run -0 --separate-stderr ktstr-results $option value:latest a b
		expect stderr 'ktstr-results: no result has the metric latest: there are latest_us'
		run -0 --separate-stderr ktstr-results $option metric:unlike a b
		expect stderr 'ktstr-results: no result has the metric unlike: there are latest_us, n'
		run -0 --separate-stderr ktstr-results $option value:n a b
		expect stderr ''
	done
	result c | grep -v ^metric >c
	run -0 --separate-stderr ktstr-results -c value:x c
	expect stderr 'ktstr-results: no result has the metric x'
	mkdir none
	run -0 --separate-stderr ktstr-results -c value:x none
	expect stderr has-not metric
}

@test "results: without a verdict a result is unfinished" {
	result lab | grep -v ^verdict >result
	run -0 verdicts result
	expect output 'lab unfinished'
}

@test "results: keywords of later versions are kept and shown" {
	result lab 'later a b c' 'later' >result
	run -0 ktstr-results -f records result
	expect output has $'\nlater a b c\nlater'
	need python3
	run -0 bash -c 'ktstr-results -f json result | python3 -c "import json, sys; print(json.load(sys.stdin)[0][\"later\"])"'
	expect output "[['a', 'b', 'c'], []]"
}

@test "results: records are the texts again, which are read again" {
	result a 'reason a\011b' 'x-empty ""' >a
	result b 'cpu "quoted"' "about "$'\xff' >b
	ktstr-results -f records a b >both
	run -0 verdicts both
	expect output $'a fail\nb fail'
	ktstr-results --format=records <both | cmp - both
	expect value "$(grep -cx 'result 1' both)" 2
	cat a b | cmp - both
}

@test "results: json is an array of objects, with numbers where the record has them" {
	need python3
	result a 'metric m1 +03.50 ms' 'metric m2 .5' 'metric m3 -7.' 'metric m4 1e3' 'event E 1 2' >a
	result b 'about "\042\134\011\377\303\274\342\200\256' 'taint 0 x' >b
	ktstr-results -f json a b >out.json
	run -0 python3 -c 'if True:
		import json
		a, b = json.load(open("out.json"))
		print(a["source"], a["result"], a["status"], a["duration"], a["started"]["seconds"], a["kernel"]["release"])
		print([m["value"] for m in a["metric"]], a["metric"][0]["unit"], "unit" in a["metric"][1], a["event"])
		print(ascii(b["about"]), b["taint"], [t["label"] for t in b["topology"]])'
	expect line 0 "a 1 1 {'asked': 2, 'taken': 2.013} 1234.5 6.12.1"
	expect line 1 "[3.5, 0.5, -7, 1000.0] ms False [{'name': 'E', 'before': 1, 'after': 2}]"
	expect line 2 "'\"\"\\\\\\t\\\\377\\xfc\\u202e' {'before': 0, 'after': 'x'} ['1n1l1c1t', '1n2l4c2t']"
	run -0 bash -c 'ktstr-results -f json -c host,metrics a | python3 -c "import json, sys; print(json.load(sys.stdin))"'
	expect output "[{'host': 'a', 'metrics': 'm1=+03.50 ms; m2=.5; m3=-7.; m4=1e3'}]"
}

@test "results: json has each key once, whatever keywords a result has" {
	need python3
	result a 'source x' 'member y' 'source z' 'later 1' >a
	echo 'later 2' >>a
	ktstr-results -f json a >out.json
	python3 -c 'if True:
		import json
		def once(pairs):
		    assert len({k for k, v in pairs}) == len(pairs), pairs
		    return dict(pairs)
		assert json.load(open("out.json"), object_pairs_hook=once)[0]["source"] == "a"'
}

@test "results: ktap has a plan, a test a result, and skips" {
	local verdict
	for verdict in pass fail inconclusive scheduler-failed skip unsuitable damaged interrupted error unfinished other; do
		result "h#$verdict" "verdict $verdict" 'reason why\040#\040\012'
	done >all
	run -0 ktstr-results -f ktap all
	expect line 0 'KTAP version 1'
	expect line 1 '1..11'
	expect line 2 'ok 1 fair h\043pass 2026-11-26T15:41:39Z'
	expect line 3 '# fail: why \043 \012'
	expect line 4 'not ok 2 fair h\043fail 2026-11-26T15:41:39Z'
	expect value "$(grep -c '^not ok ' <<<"$output")" 8
	expect value "$(grep '# SKIP' <<<"$output")" 'ok 5 fair h\043skip 2026-11-26T15:41:39Z # SKIP why \043 \012
ok 6 fair h\043unsuitable 2026-11-26T15:41:39Z # SKIP why \043 \012'
	expect value "$(grep -cvE '^(not ok|ok|#|KTAP|1\.\.)' <<<"$output")" 0
}

@test "results: --group counts the values of a column, the most frequent first" {
	for reason in b a a c b a; do
		result h "signature $reason\040stall"
	done >all
	result h 'verdict pass' | grep -v ^signature >>all
	run -0 ktstr-results --group signature all
	expect output $'3 of 7: a stall\n2 of 7: b stall\n1 of 7: (pass, without signature)\n1 of 7: c stall'
	run -0 ktstr-results -gverdict all
	expect output $'6 of 7: fail\n1 of 7: pass'
}

@test "results: --differ prints what differs, and not what always does" {
	result a 'build-id scheduler 00' 'governor performance' 'program scheduler s 11' >all
	result b 'build-id scheduler 00' 'governor powersave' 'program scheduler s 22' 'reason other' 'status 3' \
		'duration 2 9.9' 'event E 1 2' 'metric x 1' 'started x 1' >>all
	result a 'build-id scheduler 00' 'governor performance' 'program scheduler s 11' \
		'topology found 1n1l1c1t' >>all
	run -0 ktstr-results --differ all
	expect output 'program:scheduler
  2 of 3  s 11
  1 of 3  s 22
host
  2 of 3  a
  1 of 3  b
topology:found
  2 of 3  1n2l4c2t
  1 of 3  1n1l1c1t
topology:needed
  2 of 3  1n1l1c1t
  1 of 3  (none)
governor
  2 of 3  performance
  1 of 3  powersave'
	result a >one
	result a 'option --duration=1' 'option --repeat=3' 'x-words a b' 'x-words c' >two
	run -0 ktstr-results -d one two
	expect output has $'option\n  1 of 2  --duration=1 --repeat=3\n  1 of 2  (none)\nx-words\n  1 of 2  a b; c\n'
	run -0 --separate-stderr ktstr-results -d one one
	expect output ''
	expect stderr ''
}

@test "results: an empty directory is no error, but one line says where it looked" {
	mkdir empty
	touch empty/other
	run -0 --separate-stderr ktstr-results empty
	expect output begins host
	expect stderr "ktstr-results: empty: no result here: looked for *.evidence.tar.gz, *.unfinished and *.started"
	run -0 bash -c 'ktstr-results -f json empty 2>/dev/null'
	expect output '[]'
	run -0 bash -c 'ktstr-results -f ktap empty 2>/dev/null'
	expect output $'KTAP version 1\n1..0'
}

@test "results: a directory is read by the names in it, not below it, in their order" {
	mkdir -p d/sub.evidence d/sub
	result b >result
	evidence b
	mv b.evidence.tar.gz d
	result a >d/a.unfinished
	result sub >d/sub/x.unfinished
	result other >d/other.txt
	run -0 --separate-stderr ktstr-results -c source,host d/
	expect stderr ''
	expect output "source${tab}host
d/a.unfinished${tab}a
d/b.evidence.tar.gz${tab}b"
}

# bats test_tags=promise:evidence-is-data
@test "results: what is no regular file in a directory is named and not read" {
	mkfifo x.unfinished
	mkdir z.evidence.tar.gz
	ln -s nowhere v.unfinished
	result lab >y.unfinished
	run -1 --separate-stderr timeout 10 ktstr-results -c host .
	expect output $'host\nv\nx\nlab\nz'
	expect stderr "ktstr-results: ./v.unfinished: No such file or directory
ktstr-results: ./x.unfinished: not a regular file: remove it, or give the others by name
ktstr-results: ./z.evidence.tar.gz: not a regular file: remove it, or give the others by name"
}

@test "results: several results in one archive are rows of their own" {
	mkdir -p x/1 x/2
	result a >x/1/result
	result b >x/2/result
	tar -czf x.tar.gz x/1 x/2
	run -0 ktstr-results -c member,host x.tar.gz
	expect output "member${tab}host
x/1/result${tab}a
x/2/result${tab}b"
}

@test "results: archives of zstd, without compression, and with names that are not ASCII" {
	need zstd
	result lab >result
	evidence 'höst'
	gzip -dc 'höst.evidence.tar.gz' >plain.tar
	zstd -q plain.tar -o z.tar.zst
	mkdir 'höst'
	cp result 'höst'
	tar --format=pax -czf pax.tar.gz "höst"
	for file in plain.tar z.tar.zst pax.tar.gz; do
		run -0 --separate-stderr ktstr-results -c member,host $file
		expect stderr ''
		expect line 1 "höst/result${tab}lab"
	done
	mkdir $'\xff'
	cp result $'\xff'
	tar -czf bytes.tar.gz $'\xff'
	run -0 ktstr-results -f tsv -c member,host bytes.tar.gz
	expect line 1 "\\377/result${tab}lab"
}

# bats test_tags=promise:evidence-is-data
@test "results: a gzip file that is cut short anywhere gives no result and one line" {
	local size cut
	result lab >result
	evidence x
	size=$(stat -c %s x.evidence.tar.gz)
	for cut in 2 11 100 $((size / 2)) $((size - 9)) $((size - 1)); do
		head -c $cut x.evidence.tar.gz >short
		refuses short ': cut short: copy it again from its host'
	done
}

@test "results: a gzip file of several members, and one that is filled up with zeros, are whole" {
	result lab >result
	evidence x
	gzip -dc x.evidence.tar.gz >plain
	{ head -c 700 plain | gzip; tail -c +701 plain | gzip; head -c 5000 /dev/zero; } >members
	run -0 --separate-stderr verdicts members
	expect stderr ''
	expect output 'lab fail'
	head -c 700 plain | gzip | cat - <(printf '\037\213\010') >half
	refuses half ': cut short: copy it again from its host'
}

# bats test_tags=promise:evidence-is-data
@test "results: a wrong byte in the data or in the checksum gives no result" {
	need python3
	result lab >result
	evidence x
	# stored, not compressed: only the checksum knows
	python3 - <<-'END'
		import gzip
		data = gzip.compress(gzip.open("x.evidence.tar.gz").read(), 0)
		open("text", "wb").write(data.replace(b"metric p99 3.2", b"metric p99 1.2"))
		open("crc", "wb").write(data[:-8] + bytes([data[-8] ^ 1]) + data[-7:])
	END
	refuses text ': damaged: its gzip data are wrong: copy it again from its host'
	refuses crc ': damaged: its gzip data are wrong: copy it again from its host'
}

@test "results: garbage, an empty file and a file that is not there are one line each" {
	printf '\0garbage' >zero
	refuses zero ':1: NUL byte: this is not a text file'
	printf '\037\213garbage' >gz
	refuses gz ': damaged: its gzip data are wrong: copy it again from its host'
	echo garbage >words
	refuses words ':1: garbage: this is no result: one begins with the line "result 1"'
	: >empty
	refuses empty ': empty: give the evidence or the result of a .run'
	refuses nowhere ': No such file or directory'
	printf '\050\265\057\375garbage' >zstd
	run -1 --separate-stderr ktstr-results zstd
	expect stderr begins 'ktstr-results: zstd: damaged: '
	expect value "$(wc -l <<<"$stderr")" 1
}

# bats test_tags=promise:no-verdict
@test "results: a file without a result has a row in its place, so no host is missing and none has passed" {
	need python3
	local format
	mkdir d
	result a 'verdict pass' >result
	evidence a
	mv a.evidence.tar.gz d
	head -c 100 d/a.evidence.tar.gz >d/c.x.evidence.tar.gz
	: >d/b.x.evidence.tar.gz
	run -1 --separate-stderr ktstr-results -f tsv -c host,test,verdict,reason d d/away.evidence.tar.gz
	expect output "host${tab}test${tab}verdict${tab}reason
a${tab}fair${tab}pass${tab}got 80% of its share
b.x${tab}${tab}no-result${tab}the file is empty
c.x${tab}${tab}no-result${tab}not the evidence of a run, or damaged: see standard error
away${tab}${tab}no-result${tab}No such file or directory"
	run -1 --separate-stderr ktstr-results -f table -c verdict,host,disturbed d
	expect line 2 'no-result  b.x   -'
	run -1 --separate-stderr ktstr-results -f ktap d
	expect output has $'\n1..3\nok 1 fair a '
	expect output has $'\n# no-result: the file is empty\nnot ok 2 d/b.x.evidence.tar.gz\n'
	run -1 bash -c 'ktstr-results -f json d 2>/dev/null | python3 -c "import json, sys; print(json.load(sys.stdin)[1])"; exit "${PIPESTATUS[0]}"'
	expect output "{'source': 'd/b.x.evidence.tar.gz', 'host': 'b.x', 'reason': 'the file is empty', 'verdict': 'no-result'}"
	run -1 --separate-stderr ktstr-results -g verdict d
	expect output $'2 of 3: no-result\n1 of 3: pass'
	# what is made of results has none of it, and the status tells
	run -1 --separate-stderr ktstr-results -d d d/a.evidence.tar.gz
	expect output ''
	run -1 --separate-stderr ktstr-results -f records d
	expect value "$(grep -c ^result <<<"$output")" 1
	run -1 --separate-stderr ktstr-results --compare d/b.x.evidence.tar.gz
	expect stderr ends 'ktstr-results: --compare: there are no results'
	run -1 --separate-stderr ktstr-results --compare d -- d
	expect output has-not no-result
	run -1 --separate-stderr ktstr-results -f tsv -c host,verdict <d/b.x.evidence.tar.gz
	expect output "host${tab}verdict"$'\n'"${tab}no-result"
}

@test "results: a tar archive with damage inside is one line" {
	result lab >result
	evidence x
	gzip -dc x.evidence.tar.gz | head -c 1500 >cut.tar
	run -1 --separate-stderr ktstr-results -c host,verdict cut.tar
	expect output "host${tab}verdict"$'\n'"cut.tar${tab}no-result"
	expect stderr begins 'ktstr-results: cut.tar: damaged: Truncated '
	expect stderr ends ': copy it again from its host'
	gzip -dc x.evidence.tar.gz | sed '0,/test.log/s//best.log/' >sum.tar
	run -1 --separate-stderr ktstr-results -c host,verdict sum.tar
	expect output "host${tab}verdict"$'\n'"sum.tar${tab}no-result"
	expect stderr begins 'ktstr-results: sum.tar: damaged: '
	expect value "$(wc -l <<<"$stderr")" 1
}

@test "results: an archive without a result says so" {
	echo x >log
	tar -czf none.tar.gz log
	refuses none.tar.gz ': no result in it: give the evidence of a .run'
	tar -czf nothing.tar.gz -T /dev/null
	run -1 --separate-stderr ktstr-results nothing.tar.gz
	expect value "$(wc -l <<<"$stderr")" 1
}

# bats test_tags=promise:evidence-is-data
@test "results: names that are absolute or go up are names, and nothing is written" {
	need python3 strace
	need_bare ktstr-results # valgrind makes files of its own
	result lab >result
	python3 - <<-'END'
		import tarfile
		with tarfile.open("x.tar.gz", "w:gz") as tar:
		    for name in ("/etc/result", "../../result", "a\nb/result"):
		        tar.add("result", name, filter=lambda i, n=name: setattr(i, "name", n) or i)
	END
	run -0 traced -f -o trace -e trace=file ktstr-results -f tsv -c member,host x.tar.gz
	expect output "member${tab}host
/etc/result${tab}lab
../../result${tab}lab
a\\012b/result${tab}lab"
	run -1 grep -E 'O_(CREAT|WRONLY|RDWR)|mkdir|etc/result|\.\./result' trace
}

# bats test_tags=promise:evidence-is-data
@test "results: a link, a directory or a device called result is none" {
	need python3
	result lab >result
	python3 - <<-'END'
		import tarfile
		for kind in ("SYMTYPE", "LNKTYPE", "DIRTYPE", "FIFOTYPE", "CHRTYPE"):
		    with tarfile.open(kind + ".tar.gz", "w:gz") as tar:
		        tar.add("result", "x/other")
		        info = tarfile.TarInfo("x/result")
		        info.type, info.linkname = getattr(tarfile, kind), "x/other"
		        tar.addfile(info)
	END
	for kind in SYMTYPE LNKTYPE DIRTYPE FIFOTYPE CHRTYPE; do
		refuses $kind.tar.gz ': no result in it: give the evidence of a .run'
	done
}

# bats test_tags=promise:evidence-is-data
@test "results: a result over 1 MiB is refused, in an archive and as a text" {
	result lab >result
	yes 'x-filler 0123456789' | head -c 2M >>result
	evidence x
	refuses x.evidence.tar.gz ': x/result: over 1 MiB: it is no result of a .run'
	refuses result ':1: this result is over 1 MiB: it is not of a .run'
	head -c 1000K result | sed '$d' >smaller
	run -0 verdicts smaller
	expect output 'lab fail'
}

# bats test_tags=promise:evidence-is-data
@test "results: results over 64 MiB in one file are refused" {
	result lab >result
	yes "x-filler $(printf '%0500d' 1)" | head -c 1000K >>result
	sed -i '$d' result
	for i in {1..68}; do
		mkdir -p x/$i
		cp result x/$i
		cat result >>all
	done
	tar -czf x.tar.gz x
	refuses x.tar.gz ': its results are over 64 MiB: split the archive'
	refuses all ': over 64 MiB: it is no result of a .run'
}

# bats test_tags=promise:evidence-is-data
@test "results: an archive over 1 GiB is given up" {
	need_fast ktstr-results
	need python3 zstd
	result lab >result
	python3 - <<-'END'
		import tarfile, zlib
		packer = zlib.compressobj(9, zlib.DEFLATED, 31)
		with open("bomb.tar.gz", "wb") as out:
		    info = tarfile.TarInfo("log")
		    info.size = 1100 << 20
		    out.write(packer.compress(info.tobuf()))
		    for i in range(1100):
		        out.write(packer.compress(bytes(1 << 20)))
		    out.write(packer.flush())
	END
	refuses bomb.tar.gz ': over 1 GiB when it is decompressed: it is no evidence of a .run'
	gzip -dc bomb.tar.gz | zstd -q -1 >bomb.tar.zst
	refuses bomb.tar.zst ': over 1 GiB when it is decompressed: it is no evidence of a .run'
}

# bats test_tags=promise:evidence-is-data
@test "results: an archive of more than 100000 members is given up" {
	need_fast ktstr-results
	need python3
	python3 - <<-'END'
		import gzip, tarfile
		member = tarfile.TarInfo("x").tobuf()
		with gzip.open("many.tar.gz", "wb", 1) as out:
		    out.write(member * 100001 + bytes(1024))
	END
	refuses many.tar.gz ': more than 100000 members: it is no evidence of a .run'
}

@test "results: a bad text is named with its line, also in an archive" {
	local record message
	while IFS='|' read -r record message; do
		result lab "$record" >result
		line=$(grep -n -F -- "$record" result | cut -d: -f1)
		echo "$record"
		refuses result ":$line: $message"
	done <<-END
		status 256|status: not a status from 0 to 255: 256
		duration x 1|duration: the first field is not a decimal number: x 1
		kernel 6.12|kernel: missing field: 1 given, 2 needed
		x-a \\09|bad escape: after a backslash come three octal digits, 001 to 377 (\\134 is a backslash)
	END
	result lab 'verdict pass' | sed '$a verdict fail' >result
	refuses result ":16: verdict: may stand only once, and is on line 15 already"
	sed 's/result 1/result 2/' result >two
	refuses two ':1: result: this program reads version 1 of the format: 2'
	echo 'result 1' >two
	refuses two ':1: this result has no record test: copy it again from its host'
	result lab 'status x' >result
	evidence y
	refuses y.evidence.tar.gz ': y/result:15: status: not a status from 0 to 255: x'
}

# bats test_tags=promise:evidence-is-data
@test "results: of a file that is wrong anywhere no result counts" {
	mkdir -p x/1 x/2
	result a >x/1/result
	result b 'status x' >x/2/result
	tar -czf x.tar.gz x/1/result x/2/result
	refuses x.tar.gz ': x/2/result:15: status: not a status from 0 to 255: x'
	cat x/1/result x/2/result >both
	refuses both ':30: status: not a status from 0 to 255: x'
}

# bats test_tags=promise:evidence-is-data
@test "results: very many unknown keywords take no longer than others" {
	need_fast ktstr-results
	result lab >result
	seq 90000 | sed 's/^/k/' >>result
	for options in -d '-f json' '-f tsv' '-g host'; do
		run -0 timeout 20 bash -c "ktstr-results $options result result >/dev/null"
	done
}

@test "results: standard output that is full or closed is an error" {
	result lab >result
	run -1 --separate-stderr bash -c 'ktstr-results result >/dev/full'
	expect stderr 'ktstr-results: standard output: No space left on device'
	run -1 --separate-stderr bash -c 'ktstr-results result >&-'
	expect stderr 'ktstr-results: standard output: Bad file descriptor'
	run -1 --separate-stderr bash -c 'ktstr-results <&-'
	expect stderr 'ktstr-results: <stdin>: Bad file descriptor'
}

# --- what was lost without a word ---

@test "results: archives that were appended to each other are all read, and other bytes after one are an error" {
	local format
	for name in a b; do
		mkdir -p $name
		result $name >$name/result
		tar -cf $name.tar $name/result
		gzip -k $name.tar
	done
	cat a.tar.gz b.tar.gz >both.tar.gz
	run -0 verdicts both.tar.gz
	expect output $'a fail\nb fail'
	cat a.tar b.tar >both.tar
	run -0 verdicts both.tar
	expect output $'a fail\nb fail'
	{ cat a.tar.gz; result c; } >mixed
	refuses mixed ': something follows its gzip data: copy it again from its host'
	{ cat a.tar; result c; } >mixed
	run -1 ktstr-results mixed
	{ cat a.tar.gz; head -c 512 /dev/zero; } >padded
	run -0 verdicts padded
	expect output 'a fail'
}

# bats test_tags=promise:evidence-is-data
@test "results: a text that is cut within a line, and one of very many records, are refused" {
	result a >short
	printf 'x-last pa' >>short
	refuses short ': cut short within a line: copy it again from its host'
	for _ in {1..6}; do
		result a
		yes 'x-a' | head -n 200000
	done >many
	refuses many ':1000001: more than 1000000 records in one file: it is not of a .run'
}

@test "results: a result without a verdict is unfinished in each format" {
	need python3
	result a | grep -v ^verdict >u
	run -0 bash -c 'ktstr-results -f json u | python3 -c "import json, sys; print(json.load(sys.stdin)[0][\"verdict\"])"'
	expect output unfinished
	result b >>u
	run -0 ktstr-results --differ u
	expect output has $'verdict\n  1 of 2  fail\n  1 of 2  unfinished'
}

@test "results: a directory has the result that a panic left, and standard input is no directory" {
	mkdir d
	result a >d/a.h.1.started
	run -0 verdicts d
	expect output 'a fail'
	run -1 --separate-stderr ktstr-results <d
	expect stderr 'ktstr-results: <stdin>: is a directory: give it as an operand'
	run -64 ktstr-results - - <d/a.h.1.started
	expect output 'ktstr-results: -: standard input can be read once (see --help)'
}

@test "results: a table cuts long values before the last column, and the other formats do not" {
	result a "reason $(printf '%080d' 1)" >r
	run -0 ktstr-results -f table r
	expect line 1 has "$(printf '%047d' 0)...  "
	run -0 ktstr-results -f table -c host,reason r
	expect line 1 "a     $(printf '%080d' 1)"
	run -0 ktstr-results -f tsv r
	expect output has "$(printf '%080d' 1)"
}

@test "results: many values that differ are not all printed, and records have no order" {
	local i
	for i in {10..40}; do
		result "h$i" 'option --a' 'option --b'
	done >all
	result h10 'option --b' 'option --a' >>all
	run -0 ktstr-results --differ all
	expect output matches $'host\n  2 of 32  h10\n(  1 of 32  h[0-9]+\n){7}  and 23 other values'
	expect output has-not option
}

@test "results: a metric whose value is no number that a double has is shown as it is" {
	need python3
	result a 'metric p99 1e999 ms' 'metric n nan' >r
	run -0 ktstr-results -f tsv -c metrics r
	expect line 1 'p99=1e999 ms; n=nan'
	run -0 bash -c 'ktstr-results -f json r | python3 -c "import json, sys; print([m[\"value\"] for m in json.load(sys.stdin)[0][\"metric\"]])"'
	expect output "['1e999', 'nan']"
}
