#!/usr/bin/env bats
# compare.bats - ktstr-results --compare, and the statistics that it uses

load helper

setup() {
	PATH=$TOP/build/test:$PATH
	cd "$BATS_TEST_TMPDIR" || return
	tab=$'\t'
}

# rounds SCHEDULER VERDICT VALUE...: a result of the test fair for each value of the metric p99, which has a unit
rounds() {
	local scheduler=$1 verdict=$2 value
	shift 2
	for value; do
		printf '%s\n' 'result 1' 'test fair' "verdict $verdict" "scheduler $scheduler" "metric p99 $value"
	done
}

# compared COLUMNS OPERAND...: these columns of the lines of a comparison, blanks between them
compared() {
	ktstr-results --compare --format tsv "${@:2}" | awk -F '\t' -v OFS=' ' -v wanted="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(wanted, names, ","); next }
		{ for (i = 1; i <= n; i++) printf "%s%s", $at[names[i]], i < n ? " " : "\n" }'
}

# refused STATUS MESSAGE ARG...: ktstr-results --compare ARG... prints nothing but this message
refused() {
	run --separate-stderr ktstr-results --compare "${@:3}" </dev/null
	echo "${@:3}"
	expect status "$1"
	expect output ''
	expect stderr "ktstr-results: $2"
}

@test "statistics: Wilson's interval is that of Newcombe (1998), table I, method 3" {
	local case
	# Statistics in Medicine 17, 857-872
	for case in '81 263 0.2553 0.3662' '15 148 0.0624 0.1605' '0 20 0.0000 0.1611' '1 29 0.0061 0.1718'; do
		run -0 statistics wilson ${case% * *}
		expect output "${case#* * }"
	done
	run -0 statistics wilson 20 20
	expect output '0.8389 1.0000'
	run -0 statistics wilson 0 0
	expect output '0.0000 1.0000'
}

@test "statistics: Fisher's exact test of the lady who tastes tea, and of the convicted twins" {
	# Fisher (1935, 1962), as R's fisher.test has them
	run -0 statistics fisher 3 4 1 4
	expect output begins '0.4857143 '
	run -0 statistics fisher 2 17 10 13
	expect output begins '0.0005367241 '
	run -0 statistics fisher 3 3 0 3
	expect output '0.1 0.1'
	run -0 statistics fisher 0 0 3 5
	expect output '1 1'
}

@test "statistics: Mann-Whitney and Hodges-Lehmann of Hollander and Wolfe, permeability of membranes" {
	# Nonparametric Statistical Methods (1973), p. 69; R's wilcox.test has p 0.2544, 0.305, -0.15 to 0.76
	run -0 statistics rank-sum 1.15 0.88 0.90 0.74 1.21 -- 0.80 0.83 1.89 1.04 1.45 1.38 1.91 1.64 0.73 1.46
	expect output matches '^35 0\.2544123 0\.2446236 0\.305 -0\.15 0\.76 exact$'
}

@test "statistics: the normal approximation with equal values is R's for the ozone in May and August" {
	local may='41 36 12 18 28 23 19 8 7 16 11 14 18 14 34 6 30 11 1 11 4 32 23 45 115 37'
	local august='39 9 16 78 35 66 122 89 110 44 28 65 22 59 23 31 44 21 9 45 168 73 76 118 84 85'
	# wilcox.test(Ozone ~ Month, airquality, Month %in% c(5, 8)): W 127.5, p 0.000120807831, -31.99996, -53 to -15
	run -0 statistics rank-sum $august -- $may
	expect output matches '^127\.5 [0-9.e-]+ 0\.0001208078 -32 -53 -15 exact$'
}

@test "statistics: small samples, with equal values too, are as counted one by one" {
	need python3
	run -0 python3 - <<-'END'
		import itertools, math, random, statistics as st, subprocess
		from fractions import Fraction

		def call(*args):
		    return subprocess.run(["statistics", *map(str, args)], capture_output=True, text=True, check=True).stdout.split()

		def u(a, b):
		    return sum(Fraction(1 if y > x else 0) + Fraction(x == y, 2) for x in a for y in b)

		def exact_p(a, b):
		    both, middle = a + b, Fraction(len(a) * len(b), 2)
		    far = abs(u(a, b) - middle)
		    found = []
		    for chosen in itertools.combinations(range(len(both)), len(b)):
		        y = [both[i] for i in chosen]
		        x = [both[i] for i in range(len(both)) if i not in chosen]
		        found.append(abs(u(x, y) - middle) >= far)
		    return Fraction(sum(found), len(found))

		def fisher(k, m, l, n):
		    ways = lambda i: math.comb(m, i) * math.comb(n, k + l - i)
		    all_ways = [ways(i) for i in range(max(0, k + l - n), min(m, k + l) + 1)]
		    return Fraction(sum(w for w in all_ways if w <= ways(k)), sum(all_ways))

		random.seed(1)
		for i in range(60):
		    few = i % 2
		    a, b = ([random.randint(0, 3 if few else 999) for _ in range(random.randint(1, 5))] for _ in "ab")
		    got = call("rank-sum", *a, "--", *b)
		    assert float(got[0]) == u(a, b), (a, b, got)
		    assert math.isclose(float(got[1]), exact_p(a, b), rel_tol=1e-6), (a, b, got)
		    assert math.isclose(float(got[3]), st.median(y - x for x in a for y in b), abs_tol=1e-9), (a, b, got)
		    m, n = random.randint(1, 30), random.randint(1, 30)
		    k, l = random.randint(0, m), random.randint(0, n)
		    assert math.isclose(float(call("fisher", k, m, l, n)[0]), fisher(k, m, l, n), rel_tol=1e-6), (k, m, l, n)
		print("same")
	END
	expect output same
}

@test "statistics: of 1000 draws without a difference, under 6 of 100 give an alarm, and the interval holds the truth" {
	need_fast statistics
	local draws alarms covered
	for draws in 'normal 20 20' 'normal 5 8' 'skewed 20 20' 'counts 20 20' 'counts 6 6' 'normal 60 60'; do
		read -r alarms covered < <(statistics draws $draws 0)
		echo "$draws: $alarms alarms, $covered covered"
		expect value "$alarms" -lt 60
		expect value "$covered" -gt 940
	done
	expect value "$(statistics shares 20 20 .7 .7)" -lt 60
}

@test "statistics: a difference that is there is seen, and the interval holds it" {
	need_fast statistics
	local differ covered
	read -r differ covered < <(statistics draws normal 20 20 1.5)
	expect value "$differ" -gt 990
	expect value "$covered" -gt 940
	expect value "$(statistics shares 20 20 .9 .3)" -gt 950
}

@test "statistics: many values, equal ones, and numbers at the ends of their range" {
	run -0 statistics rank-sum 1 1 1 1 1 -- 1 1 1 1 1
	expect output '12.5 1 1 0 0 0 exact'
	run -0 statistics rank-sum 1 1 1 -- 2 2 2
	expect output matches '^9 0\.1 0\.0[0-9]+ 1 - - exact$'
	# wilcox.test(50:250, 0:200, conf.int = TRUE)
	run -0 statistics rank-sum $(seq 0 200) -- $(seq 50 250)
	expect output '29000.5 4.206214e-14 4.206214e-14 50 38 62 normal'
	run -0 statistics rank-sum -1e308 -1e308 -1e308 -1e308 -- 1e308 1e308 1e308 1e308
	expect output has ' inf '
}

@test "compare: A and B with -- between them, in each order of operands and options" {
	rounds x pass {1..9}' ms' >a
	rounds x pass {11..19}' ms' >b
	head -n 5 b >b1
	tail -n +6 b >b2
	run -0 compared kind,name,unit,n-a,n-b,a,b,difference,low,high,percent,word,side-a,side-b a -- b1 b2
	expect line 0 'verdict passed  9 9 1 1 0    no difference seen a b1 and 1 more'
	expect line 1 'metric p99 ms 9 9 5 15 10 7 13 200 worse a b1 and 1 more'
	run -0 compared name,n-a,n-b,word b --less-is-better p99 -- a
	expect line 1 'p99 9 9 better'
	ktstr-results a --format tsv --compare -- b >in_order
	POSIXLY_CORRECT=1 ktstr-results --format tsv --compare a -- b | diff - in_order
	run -0 compared n-a,n-b - -- b <a
	expect line 1 '9 9'
}

@test "compare: without --, the two schedulers, where default is A" {
	rounds fifo pass {1..9}' ms' >all
	rounds default pass {11..19}' ms' >>all
	run -0 compared side-a,side-b,difference all
	expect line 1 'default fifo -10'
	sed 's/default/other/' all >two
	run -0 compared side-a,side-b,difference <two
	expect line 1 'fifo other 10'
	rounds third pass '1 ms' | sed '/^scheduler/d' >third
	refused 1 "--compare: the results are of 3 schedulers, not of two: default, fifo, (no scheduler): give two groups of files with -- between them" all third
	rounds fifo pass '1 ms' >one
	refused 1 "--compare: the results are of 1 scheduler, not of two: fifo: give two groups of files with -- between them" one
}

@test "compare: what is misused or missing gives one line" {
	rounds fifo pass '1 ms' >a
	mkdir empty
	refused 64 '--compare: give an operand after -- (see --help)' a --
	refused 64 '--compare: give an operand before -- (see --help)' -- a
	refused 64 '--compare: give an operand before -- (see --help)' --
	refused 64 '--compare: give -- once, between A and B (see --help)' a -- a --
	refused 64 '--compare: give -- once, between A and B (see --help)' a -- a -- a
	refused 64 '-: standard input can be read once (see --help)' - -- -
	refused 64 '--compare has its own columns: give no --columns, --group or --differ (see --help)' --group host a -- a
	refused 64 '--compare has its own columns: give no --columns, --group or --differ (see --help)' -d a -- a
	refused 64 '--compare has its own columns: give no --columns, --group or --differ (see --help)' -c host a -- a
	refused 64 '--compare: not as ktap: give the format table, tsv or json (see --help)' -f ktap a -- a
	refused 64 'of p99, both less and more is better: decide (see --help)' --less-is-better x,p99 --more-is-better p99 a -- a
	refused 64 '--less-is-better: a name is empty: give names of metrics (see --help)' --less-is-better p99, a -- a
	run -64 --separate-stderr ktstr-results --less-is-better p99 a
	expect stderr 'ktstr-results: --less-is-better and --more-is-better are for --compare (see --help)'
	refused 1 $'empty: no result here: looked for *.evidence.tar.gz, *.unfinished and *.started\nktstr-results: --compare: side B has no results: empty' a -- empty
	refused 1 $'none: No such file or directory\nktstr-results: --compare: side A has no results: none' none -- a
	refused 1 '<stdin>: empty: give the evidence or the result of a .run'$'\nktstr-results: --compare: there are no results'
}

@test "compare: -- keeps its meaning without --compare" {
	rounds fifo pass '1 ms' >a
	cp a ./-d
	run -0 ktstr-results --no-heading -c scheduler a -- -d
	expect output $'fifo\nfifo'
	cp a ./--
	run -0 ktstr-results --no-heading -c source -- a -- -d
	expect output $'a\n--\n-d'
}

@test "compare: a file that could not be read is said, and the status is 1" {
	rounds fifo pass {1..4}' ms' >a
	run -1 --separate-stderr ktstr-results --compare a none -- a
	expect stderr 'ktstr-results: none: No such file or directory'
	expect output has 'p99 (ms): no difference seen'
}

@test "compare: pass, fail and scheduler-failed count as rounds, and the other verdicts are named" {
	{
		rounds x pass {1..10}
		rounds x skip 1 2
		rounds x unsuitable 1
	} >a
	{
		rounds x pass {1..3}
		rounds x fail {1..4}
		rounds x scheduler-failed {1..3}
		rounds x inconclusive 1
		rounds x interrupted 1 2
		rounds x error 1
		rounds x damaged 1
		rounds x unheard-of 1
		rounds x pass 1 | sed /^verdict/d
	} >b
	run -0 compared n-a,n-b,a,b,low-b,high-b,p,word,left-out-a,left-out-b a -- b
	expect line 0 '10 10 1 0.3 0.1077912674 0.6032218525 0.003095975232 worse 2 skip, 1 unsuitable 2 interrupted, 1 damaged, 1 error, 1 inconclusive, 1 unfinished, 1 unheard-of'
	run -0 compared word b -- a
	expect line 0 better
	run -0 ktstr-results --compare a -- b
	expect output has $'\n  not counted: A 2 skip, 1 unsuitable; B 2 interrupted, 1 damaged, '
}

@test "compare: the metrics of rounds that came to their end count: pass, fail and inconclusive" {
	{
		rounds x pass 1
		rounds x fail 2
		rounds x inconclusive 3
		for verdict in scheduler-failed skip unsuitable interrupted error unfinished damaged; do
			rounds x $verdict 100
		done
	} >a
	run -0 compared n-a,a a -- a
	expect line 1 '3 2'
}

@test "compare: of several values of a round the median counts, and what is no number is named" {
	rounds x pass 1 | sed 's/^metric.*/&\nmetric p99 2\nmetric p99 9\nmetric p99 1e999/' >a
	rounds x pass 5 7 >>a
	run -0 compared n-a,a,no-numbers a -- a
	expect line 1 '3 5 2'
	run -0 ktstr-results --compare a -- a
	expect output has '  not counted: 2 values that are no numbers'
	rounds x pass x >b
	run -0 compared n-a,n-b,a,b,word a -- b
	expect line 1 '3 0 5  only A'
	run -0 compared n-a,n-b,a,b,word b -- b
	expect line 1 '0 0   too few rounds'
}

@test "compare: units are not mixed, and a metric or test that one side has is said" {
	rounds x pass {1..5}' ms' | sed 's/^metric.*/&\nmetric other 1/' >a
	rounds x pass {1..5}' us' >b
	rounds x pass 1 2 | sed 's/fair/more/' >>b
	run -0 compared test,name,unit,n-a,n-b,word a -- b
	expect line 0 'fair passed  5 5 no difference seen'
	expect line 1 'fair other  5 0 only A'
	expect line 2 'fair p99 ms 5 0 only A'
	expect line 3 'fair p99 us 0 5 only B'
	expect line 4 'more passed  0 2 only B'
	run -0 ktstr-results --compare a -- b
	expect output has $'\np99 has several units, which are not mixed:\n\np99 (ms): only A\n'
	expect output has $'\ntest more: only B, with 2 results: not compared'
	sed -i 's/fair/another/' a
	run -1 --separate-stderr ktstr-results --compare a -- b
	expect stderr 'ktstr-results: --compare: no test has results on both sides'
	expect output ''
}

@test "compare: each test is compared on its own" {
	{
		rounds x pass {1..5}
		rounds x fail {1..5} | sed 's/fair/second/'
	} >a
	{
		rounds x fail {1..5} | sed 's/fair/second/'
		rounds x pass {1..5}
	} >b
	run -0 compared test,name,n-a,n-b,a,b a -- b
	expect output $'fair passed 5 5 1 1\nfair p99 5 5 3 3\nsecond passed 5 5 0 0\nsecond p99 5 5 3 3'
}

@test "compare: the words, by the unit and by what the options say" {
	local row unit word
	for unit in s ms us ns µs μs; do
		rounds x pass {1..9}" $unit" >a
		rounds x pass {11..19}" $unit" >b
		run -0 compared word a -- b
		expect line 1 worse
		run -0 compared word --more-is-better p99 a -- b
		expect line 1 better
	done
	for row in 'ops/s better' 'MB/s better' '/s higher' '% higher' 'm higher'; do
		read -r unit word <<<"$row"
		rounds x pass {1..9}" $unit" >a
		rounds x pass {11..19}" $unit" >b
		run -0 compared word a -- b
		expect line 1 "$word"
		run -0 compared word --less-is-better p99 a -- b
		expect line 1 worse
	done
	run -0 compared word b -- a
	expect line 1 lower
	run -0 --separate-stderr ktstr-results --compare --less-is-better p98 a -- b
	expect stderr 'ktstr-results: warning: no metric is called p98'
}

@test "compare: three rounds against three are too few, four against four are not" {
	rounds x pass 1 2 3 >a
	rounds x fail 11 12 13 >b
	run -0 compared p,low,high,word a -- b
	expect output $'0.1   too few rounds\n0.1   too few rounds'
	rounds x pass 4 >>a
	rounds x fail 14 >>b
	run -0 compared p,low,high,word a -- b
	expect output $'0.02857142857   worse\n0.02857142857 7 13 higher'
}

@test "compare: the text for people" {
	{
		rounds default pass 3.{1..9}' ms'
		rounds default skip '1 ms'
	} >a
	{
		rounds fifo pass 4.{1..6}' ms'
		rounds fifo fail 4.{7..9}' ms'
	} >b
	run -0 ktstr-results --compare a b
	diff -u - <(echo "$output") <<-'END'
		A: default
		B: fifo

		test fair

		passed: no difference seen
		  A      9 of 9   100.0%   95% interval 70.1% to 100.0%
		  B      6 of 9   66.7%   95% interval 35.4% to 87.9%
		  B - A  p = 0.2059
		  not counted: A 1 skip

		p99 (ms): worse
		  A      n 9   median 3.5   IQR 0.4
		  B      n 9   median 4.5   IQR 0.4
		  B - A  +1 (+28.6%)   95% interval +0.7 to +1.3   p < 0.0001
	END
	expect value "$(wc -L <<<"$output")" -le 80
	[ "$output" = "$(ktstr-results --compare --format table b a)" ]
}

@test "compare: json has the columns of tsv, and escapes what is foreign" {
	need python3
	rounds $'x"\\033' pass {1..9}' "<ms>' >a
	rounds y fail {11..19}' "<ms>' >b
	ktstr-results --compare -f json a b >json
	ktstr-results --compare -f tsv a b >tsv
	run -0 python3 - <<-'END'
		import json
		rows = json.load(open("json"))
		heading, *lines = [line.rstrip("\n").split("\t") for line in open("tsv")]
		assert list(rows[0]) == heading and len(lines) == len(rows) == 2
		for row, line in zip(rows, lines):
		    for name, text in zip(heading, line):
		        value = row[name]
		        if not isinstance(value, str):
		            value = "" if value is None else "%.10g" % value
		        assert name == "side-a" or value == text, (name, value, text)
		assert rows[1]["unit"] == '"<ms>' and rows[0]["side-a"] == 'x"\x1b'
		print("same")
	END
	expect output same
	run -0 ktstr-results --compare a b
	expect output has 'A: x"\033'
	run -0 ktstr-results --compare -f tsv --no-heading a b
	expect value "${#lines[@]}" 2
}

@test "columns: value:NAME is a metric's number alone, and --no-heading leaves the names out" {
	rounds x pass '1.5 ms' 2 >a
	rounds x pass 3 | sed /^metric/d >>a
	run -0 ktstr-results -c scheduler,value:p99 a
	expect output "scheduler${tab}value:p99"$'\n'"x${tab}1.5"$'\n'"x${tab}2"$'\n'"x${tab}"
	run -0 ktstr-results --no-heading -f table -c value:p99,scheduler a
	expect output $'1.5  x\n2    x\n-    x'
	run -64 --separate-stderr ktstr-results -c value: a
	expect stderr 'ktstr-results: --columns: no such column: value:: did you mean value:NAME? (see ktstr-results(1), COLUMNS)'
	run -64 --separate-stderr ktstr-results --no-heading -f json a
	expect stderr 'ktstr-results: --no-heading: the format json has none (see --help)'
	run -64 --separate-stderr ktstr-results --no-heading --compare a -- a
	expect stderr 'ktstr-results: --no-heading: with --compare, the format tsv alone has one (see --help)'
}

@test "man: the commands for ministat and datamash work as ktstr-results(1) has them" {
	need datamash
	local block
	rounds default pass {1..5}' ms' >default.txt
	rounds fifo pass {11..15}' ms' >fifo.txt
	rounds fifo skip 1 | sed /^metric/d >>fifo.txt
	block=$(example ktstr-results.1 1 COMPARISON)
	expect value "$block" has ministat
	if command -v ministat >/dev/null; then
		run -0 bash -euo pipefail -c "$block"
		expect output has 'Difference at 95.0% confidence'
	fi
	block=$(example ktstr-results.1 2 COMPARISON)
	expect value "$block" has datamash
	run -0 bash -euo pipefail -c "$block"
	expect output has "default${tab}5${tab}3${tab}2"$'\n'"fifo${tab}5${tab}13${tab}2"
}
