#!/usr/bin/env bats
# noise.bats - ktstr-results: rounds that something outside of the run disturbed

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# round RECORD...: a result of 10 s on 2 CPUs with these records
round() {
	printf '%s\n' 'result 1' 'test fair' 'verdict fail' 'cpus 2' 'duration 10 10' "$@"
}

# disturbed RECORD...: what disturbed such a round
disturbed() {
	round "$@" | ktstr-results -f tsv -c disturbed | sed 1d
}

# each_is, TABLE on standard input: lines RECORD[;RECORD...] | WANTED
each_is() {
	local records wanted list
	while IFS='|' read -r records wanted; do
		IFS=';' read -ra list <<<"$records"
		echo "$records"
		expect value "$(disturbed "${list[@]}")" "$wanted"
	done
}

@test "noise: each kind has a reason from its threshold on" {
	each_is <<-'END'
		counter steal-us 7 400007|steal 2.0% of the CPUs
		counter steal-us 7 399007|
		counter steal-us 0 20000000|steal 100% of the CPUs
		counter busy-us 5 3000005;counter run-busy-us 1 500001;counter irq-us 0 500000|other processes used 10% of the CPUs
		counter busy-us 0 3000000;counter run-busy-us 0 600000;counter irq-us 0 500000|
		counter pressure-us 0 4000000;counter run-pressure-us 0 2000000|tasks outside of the run waited for a CPU 20% of the time
		counter pressure-us 0 4000000;counter run-pressure-us 0 2100000|
		counter max-khz 4000000 3000000|the frequency limit changed by -25%
		counter max-khz 4000000 4040000|the frequency limit changed by +1%
		counter max-khz 4000000 4000001|
		counter throttled 41 44|CPUs were throttled 3 times
		counter throttled 41 42|CPUs were throttled 1 time
		counter throttled 41 41|
		counter irq-us 0 2400000|interrupts used 12% of the CPUs
		counter irq-us 0 900000|
		above 812 hog fifo 9500000|the fifo task 812 (hog) used 95% of a CPU
		above 3 a\040b deadline 1000000|the deadline task 3 (a b) used 10% of a CPU
		above 812 hog rr 900000|
		counter interrupts 0 999999999|
	END
}

@test "noise: several reasons stand in one order" {
	run -0 disturbed 'above 9 x rr 5000000' 'above 8 y fifo 2000000' 'counter throttled 0 2' 'counter steal-us 0 840000'
	expect output 'steal 4.2% of the CPUs; CPUs were throttled 2 times; the rr task 9 (x) used 50% of a CPU; the fifo task 8 (y) used 20% of a CPU'
}

@test "noise: a counter that is not there is no reason" {
	each_is <<-'END'
		counter busy-us 0 20000000|
		counter busy-us 0 20000000;counter run-busy-us 0 0|
		counter busy-us 0 20000000;counter irq-us 0 0|
		counter run-busy-us 0 20000000;counter irq-us 0 0|
		counter pressure-us 0 9000000|
		counter run-pressure-us 0 9000000|
	END
	each() { printf '%s\n' 'result 1' 'test x' "$@" 'counter steal-us 0 9000000' | ktstr-results -f tsv -c disturbed; }
	for records in 'cpus 2' 'duration 10 10'; do
		run -0 each "$records"
		expect output disturbed
	done
}

@test "noise: numbers that cannot be true are no reason" {
	local huge=99999999999999999999999
	each_is <<-END
		counter steal-us 5000000 4000000|
		counter steal-us 0 $huge|
		counter steal-us -9 5000000|
		counter steal-us 0x0 5000000|
		counter steal-us 0 5e6|
		counter steal-us 0 nan|
		counter steal-us "" ""|
		counter steal-us 0 18446744073709551615|
		counter busy-us 0 5000000;counter run-busy-us 0 9000000;counter irq-us 0 0|
		counter busy-us 0 9000000;counter run-busy-us 8 0;counter irq-us 0 0|
		counter max-khz 0 4000000|
		counter max-khz 4000000 0|
		counter throttled 4 3|
		above 812 hog fifo 99000000|
		above 812 hog fifo $huge|
		above -1 hog fifo 9500000|
		above 812 hog other 9500000|
	END
	for line in 'cpus 0' "cpus $huge" 'cpus x' 'duration 10 0' 'duration 10 -1' 'duration 10 1e-300' 'duration 10 1e300'; do
		echo "$line"
		round 'counter steal-us 0 9000000' | sed "s/^${line%% *} .*/$line/" >r
		run -0 ktstr-results -f tsv -c disturbed r
		expect output disturbed
	done
}

@test "noise: the verdict stays, and each format says what disturbed the round" {
	round 'round 7' 'counter throttled 0 2' >r
	run -0 ktstr-results -f table -c verdict,disturbed r
	expect output $'verdict  disturbed\nfail     CPUs were throttled 2 times'
	run -0 ktstr-results -f json r
	expect output has $'"source": "r",\n  "disturbed": ["CPUs were throttled 2 times"],\n'
	expect output has '"round": 7'
	expect output has '"cpus": 2'
	expect output has '"counter": [{"name": "throttled", "before": 0, "after": 2}]'
	run -0 ktstr-results -f json -c disturbed r
	expect output has '"disturbed": "CPUs were throttled 2 times"'
	round >r
	run -0 ktstr-results -f json r
	expect output has-not disturbed
}

@test "noise: a table has the columns round and disturbed if a result has them, tsv never" {
	round >one
	round 'round 2' >two
	round 'counter throttled 0 2' >three
	head() { ktstr-results "$@" | sed '2,$d; s/  */ /g'; }
	expect value "$(head -f table one)" 'host kernel test scheduler verdict reason duration metrics'
	expect value "$(head -f table one two)" 'host kernel test scheduler round verdict reason duration metrics'
	expect value "$(head -f table one three)" 'host kernel test scheduler verdict reason duration disturbed metrics'
	expect value "$(head -f tsv two three | tr '\t' ' ')" 'host kernel test scheduler verdict reason duration metrics'
}

@test "noise: --undisturbed leaves such rounds out and says so" {
	round 'round 1' >a
	round 'round 2' 'counter throttled 0 2' >b
	round 'round 3' >c
	for format in tsv table; do
		run -0 --separate-stderr ktstr-results --undisturbed -f "$format" -c round a b c
		expect output $'round\n1\n3'
		expect stderr 'ktstr-results: 1 of 3 results are left out: disturbed'
	done
	run -0 --separate-stderr ktstr-results -u -g verdict a b c
	expect output '2 of 2: fail'
	run -0 --separate-stderr ktstr-results -u -c round a c
	expect output $'round\n1\n3'
	expect stderr ''
	run -0 --separate-stderr ktstr-results -u -c round b b
	expect output 'round'
	expect stderr 'ktstr-results: 2 of 2 results are left out: disturbed'
}

@test "noise: --group disturbed counts the reasons without their numbers" {
	round 'counter throttled 0 2' 'above 9 x rr 5000000' >a
	round 'counter throttled 0 3' 'above 8 y fifo 4000000' >b
	round >c
	run -0 ktstr-results --group disturbed a b c
	expect output $'2 of 3: throttled; task above the ext class\n1 of 3: (fail, without disturbed-by)'
}

@test "noise: rounds of one archive are results of their own" {
	for n in 1 2; do
		mkdir -p "e/fair.lab.time/round-000$n"
		round "round $n" >"e/fair.lab.time/round-000$n/result"
	done
	tar -C e --sort=name -czf e.tar.gz fair.lab.time
	run -0 ktstr-results -f tsv -c round,member e.tar.gz
	expect output $'round\tmember\n1\tfair.lab.time/round-0001/result\n2\tfair.lab.time/round-0002/result'
}

@test "noise: the name of a task is shown without control bytes" {
	run -0 disturbed 'above 9 a\033[31m\012b fifo 5000000'
	expect output 'the fifo task 9 (a\033[31m\012b) used 50% of a CPU'
}

@test "noise: the differences are those of hosts, not of counters" {
	round 'round 1' 'counter throttled 0 2' 'above 9 x rr 5' >a
	round 'round 2' 'counter throttled 5 6' 'above 8 x rr 5' | sed 's/cpus 2/cpus 4/' >b
	run -0 ktstr-results --differ a b
	expect output matches '^cpus'
	expect value "${#lines[@]}" 3
}
