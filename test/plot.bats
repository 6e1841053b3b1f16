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
		href = "{http://www.w3.org/1999/xlink}href"
		marks = [g for g in root.findall(svg + "g")]
		for g in marks:
		    print(g.find(svg + "title").text, "|", g.find(svg + "use").get(href), len(g.findall(svg + "path")))
		print(len(root.findall(svg + "circle")), "dots")
		print([t.text for t in root.findall(svg + "text") if t.text.startswith("median")])
		ids = {g.get("id") for g in root.iter(svg + "g") if g.get("id")}
		print(all(use.get(href)[1:] in ids for use in root.iter(svg + "use")))
		height = float(root.get("height"))
		print(all(0 < float(t.get("y")) < height for t in root.iter(svg + "text")))
	END
	expect output "$(
		cat <<-'END'
			round 2: pass | #m0 0
			round 3: fail: too late | #m1 0
			round 1: pass | #m0 0
			round 4: scheduler-failed | #m2 0
			round 5: pass; disturbed: the fifo task 812 (hog) used 90% of a CPU | #m0 1
			4 dots
			['median 1.5', 'median 5']
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
		round 5 "$(printf '%0300d' 0)" odd
	} >a
	run -0 ktstr-results --plot a.svg a
	run -0 python3 -c 'import xml.dom.minidom as m, re; m.parse("a.svg"); t = open("a.svg").read(); print(re.findall("(?i)[^\"]*(?:nan|inf)\\b", t), "<script" in t)'
	expect output '[] False'
	run -0 ktstr-results --plot - a
	: >none
	run -1 ktstr-results --plot none.svg none
	run -0 python3 -c 'import xml.dom.minidom as m; m.parse("none.svg")'
	for i in {1..1000}; do round "$i" x pass "metric m $i"; done | ktstr-results --plot many.svg
	expect value "$(grep -c 'class="dot"' many.svg)" 1000
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
