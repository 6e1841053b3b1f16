#!/usr/bin/env bats
# plot.bats - ktstr-results --plot: pictures of rounds and metrics

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# round N SCHEDULER VERDICT RECORD...: the result of a round
round() {
	printf '%s\n' 'result 1' 'test fair' "round $1" "scheduler $2" "verdict $3" 'cpus 2' 'duration 5 5' "${@:4}"
}

# three_and_two: rounds of two schedulers, with a metric
three_and_two() {
	round 1 fifo pass 'metric p99 4 ms'
	round 2 default pass 'metric p99 1 ms'
	round 3 default fail 'metric p99 2 ms' 'reason too\040late'
	round 4 fifo scheduler-failed 'metric p99 100 ms'
	round 5 fifo pass 'metric p99 6 ms' 'above 812 hog fifo 4500000'
}

@test "plot: a picture has each round by its shape, what disturbed it, and each median" {
	need python3
	three_and_two >a
	run -0 --separate-stderr ktstr-results --plot a.svg a
	expect output ''
	expect stderr ''
	run -0 python3 - <<-'END'
		import xml.etree.ElementTree as tree
		root = tree.parse("a.svg").getroot()
		svg = "{http://www.w3.org/2000/svg}"
		for use in root.iter(svg + "use"):
		    if "mark" in use.get("class"):
		        print(use.find(svg + "title").text, "|", use.get("href"))
		    elif use.get("class") == "disturbed":
		        print("disturbed")
		dots = [(c.get("class"), c.get("cx")) for c in root.iter(svg + "circle") if c.get("cx")]
		print(len(dots), "dots,", sum("hollow" in c for c, x in dots), "hollow")
		# 1 and 2, 4 and 6: each median is midway between the two dots of its side
		x = [float(x) for c, x in dots]
		medians = [float(p.get("d")[1:].split()[0]) for p in root.iter(svg + "path") if p.get("class") == "median"]
		print([abs(m - (x[2 * i] + x[2 * i + 1]) / 2) < 0.11 for i, m in enumerate(medians)])
		texts = [t.text for t in root.iter(svg + "text")]
		print([t for t in texts if "median" in t or "passed" in t])
		print(root.find(svg + "desc").text.strip())
		ids = {e.get("id") for e in root.iter() if e.get("id")}
		print(all(use.get("href")[1:] in ids for use in root.iter(svg + "use")))
		height = float(root.get("height"))
		print(all(0 < float(t.get("y")) < height for t in root.iter(svg + "text")))
	END
	expect output "$(
		cat <<-'END'
			disturbed
			round 2: pass | #ktstr-s0
			round 3: fail: too late | #ktstr-s1
			round 1: pass | #ktstr-s0
			round 4: scheduler-failed | #ktstr-s2
			disturbed
			round 5: pass; disturbed: the fifo task 812 (hog) used 90% of a CPU | #ktstr-s0
			4 dots, 1 hollow
			[True, True]
			['1 of 2 passed', '2 of 3 passed', 'median 1.5 of 2', 'median 5 of 2']
			fair, default: 1 of 2 passed; median of p99 1.5 ms.
			fair, fifo: 2 of 3 passed, 1 disturbed; median of p99 5 ms.
			True
			True
		END
	)"
	grep -q 'prefers-color-scheme:dark' a.svg
	expect value "$(grep -ciE '<script|@import|url\(|https?://[^w]' a.svg)" 0 # all of it is in the file
}

@test "plot: as text it has the same, in 80 columns" {
	three_and_two >a
	run -0 ktstr-results --plot - a
	expect line 0 'default: 1 pass, 1 fail'
	expect line 1 '  .F'
	expect line 2 'fifo: 2 pass, 1 scheduler failed'
	expect line 3 '  .S.'
	expect line 4 '    ~'
	expect line 5 'p99 (ms): 1 to 6'
	expect line 6 '  [.    |    .                                       ]  median 1.5  default'
	expect line 7 '  [                             .         |         .]  median 5  fifo'
	for i in {1..130}; do round "$i" fifo pass; done | ktstr-results --plot - >long
	expect value "$(grep -c '^  \.' long)" 3
	expect value "$(awk '{ if (length > 80) n++ } END { print n + 0 }' long)" 0
}

@test "plot: sides are what -- separates, in the order of the command" {
	three_and_two | grep -v '^scheduler' >a
	round 9 other inconclusive >b
	run -0 ktstr-results --plot - b -- a
	expect line 0 'b: 1 inconclusive'
	expect line 2 'a: 3 pass, 1 fail, 1 scheduler failed'
	run -0 ktstr-results --plot - --undisturbed a
	expect output has '(no scheduler): 2 pass'
}

@test "plot: whatever names, reasons and numbers are, it is a picture" {
	need python3
	{
		round 1 '<script>alert(1)</script>' fail 'reason <b>\040&\040"c"\040\033[31m\377\040]]>' 'metric a&b<c 1 <ms>'
		round 2 x interrupted 'metric huge 1e308' 'metric same 3' 'metric tiny 5e-324' 'metric bad 1e999' 'metric zero 0'
		round 3 x pass 'metric huge -1e308' 'metric same 3' 'metric tiny 0' 'metric bad nan' 'metric zero 0'
		round 4 x pass 'metric huge 1e308' 'metric tiny 5e-324'
		round 6 'noncharacters\357\277\276\357\277\277' pass
		round 5 "$(printf '%0300d' 0)" odd
	} >a
	run -0 ktstr-results --plot a.svg a
	run -0 python3 -c 'import xml.dom.minidom as m, re; m.parse("a.svg"); t = open("a.svg").read(); print(re.findall("(?i)[^\"]*(?:nan|inf)\\b", t), "<script" in t)'
	expect output '[] False'
	run -0 ktstr-results --plot - a
	for i in {1..1000}; do round "$i" x pass "metric m $i"; done | ktstr-results --plot many.svg
	expect value "$(grep -c 'class="dot small"' many.svg)" 1000
}

@test "plot: each test has its own strips and metrics" {
	need python3
	round 1 x pass 'metric p99 1 ms' >a
	round 2 y fail 'metric p99 500 s' | sed 's/test fair/test spread/' >b
	run -0 ktstr-results --plot - a b
	expect line 0 'test fair'
	expect line 1 'x: 1 pass'
	expect line 3 'p99 (ms): 1 to 1'
	expect line 5 'test spread'
	expect line 6 'y: 1 fail'
	expect line 8 'p99 (s): 500 to 500'
	ktstr-results --plot c.svg a b
	run -0 python3 - <<-'END'
		import xml.etree.ElementTree as tree
		svg = "{http://www.w3.org/2000/svg}"
		print([t.text for t in tree.parse("c.svg").iter(svg + "text") if t.get("class") in ("test", "head")])
	END
	expect output "['fair', 'p99 (ms)', 'spread', 'p99 (s)']"
}

@test "plot: several values of a round are one dot, and a value that is no number is said" {
	round 1 x pass 'metric m 1' 'metric m 9' 'metric m 2' 'metric m nan' >a
	round 2 x pass 'metric m 4' >>a
	run -0 ktstr-results --plot - a
	expect line 2 'm: 2 to 4, 1 without a number'
	expect line 3 '  [.                        |                       .]  median 3  x'
	ktstr-results --plot a.svg a
	expect value "$(grep -c 'class="dot"' a.svg)" 2
}

@test "plot: the file is whole or as it was" {
	three_and_two >a
	echo old >a.svg
	chmod 600 a.svg
	run -1 --separate-stderr ktstr-results --plot no/a.svg a
	expect stderr 'ktstr-results: no/a.svg: No such file or directory'
	run -1 --separate-stderr ktstr-results --plot . a
	expect stderr 'ktstr-results: .: Is a directory'
	run -0 ktstr-results --plot a.svg a
	cp a.svg b.svg
	ktstr-results --plot a.svg a
	cmp a.svg b.svg # the same picture each time
	expect value "$(find . -name '*.svg.*')" ''
	[[ ! -e /dev/full ]] || run -1 ktstr-results --plot /dev/full a
	ktstr-results --plot /dev/stdout a | cmp - b.svg
}

@test "plot: where there is nothing to draw, a picture that is there is left as it was" {
	local row status wanted
	three_and_two >a
	mkdir none
	echo old >a.svg
	while IFS='|' read -r row status wanted; do
		echo "$row"
		# shellcheck disable=SC2086 # words
		run "-$status" --separate-stderr ktstr-results --plot a.svg $row </dev/null
		expect stderr ends "ktstr-results: a.svg: left as it was: $wanted"
		expect value "$(<a.svg)" old
	done <<-'END'
		|1|there are no results
		none|1|there are no results
		gone|1|there are no results
		gone -- none|1|there are no results
		gone -- a|1|side A has no results: gone
		a -- none|1|side B has no results: none
	END
	run -1 --separate-stderr ktstr-results --plot new.svg gone
	expect stderr ends 'ktstr-results: new.svg: not written: there are no results'
	expect no-file new.svg
	ktstr-results --plot a.svg a gone || true # a part of a side may be missing
	expect value "$(head -c 4 a.svg)" '<svg'
}

@test "plot: what is misused gives one line" {
	local row wanted
	three_and_two >a
	while IFS='|' read -r row wanted; do
		# shellcheck disable=SC2086 # words
		run -64 --separate-stderr ktstr-results $row
		expect stderr "ktstr-results: $wanted (see --help)"
	done <<-'END'
		--plot x.svg --compare a|--plot draws a picture: give no other format, and no --compare
		--plot x.svg --group test a|--plot draws a picture: give no other format, and no --compare
		--plot x.svg -f tsv a|--plot draws a picture: give no other format, and no --compare
		--plot x.svg a -- a -- a|--plot: give -- once, between A and B
		--plot x.svg a --|--plot: give an operand after --
		--plot= a|--plot: give the name of a file, or -
	END
	expect no-file x.svg
}
