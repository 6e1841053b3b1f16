#!/usr/bin/env bats
# faults.bats - calls that fail, within each program: it does all of its work, or says that it failed

load faults_helper

# bats test_tags=promise:whole-or-nothing
@test "faults: each allocation of ktstr-manifest fails once" {
	preload
	mkdir more
	cp t sched
	printf '%s\n' 'sysctl kernel.x 1' 'sched-arg all' 'test a' 'binary t' 'scheduler s sched' 'sched-arg one' 'sched-arg --cell-parent-cgroup' \
		'config-file data f:{file} {include/ls}' 'cgroup-parent /a/b' 'include ./t' 'include ls' 'run-arg x' 'x-own y' >t.ktstr
	ktstr-manifest -f t.ktstr a >wanted
	LEAST=100 each_fault FAULT_ALLOC /dev/null ktstr-manifest -f t.ktstr a
	ktstr-manifest -f t.ktstr --list >wanted
	PARTIAL=1 each_fault FAULT_ALLOC /dev/null ktstr-manifest -f t.ktstr --list
	cp "$TOP/build/examples/fair" more
	ktstr-manifest -b more/fair fair >wanted
	KTSTR_TEST_PATH=more each_fault FAULT_ALLOC /dev/null ktstr-manifest fair
}

@test "faults: each allocation of ktstr-preamble fails once" {
	preload
	ktstr-manifest a >manifest
	printf '%s\n' 'file include/x /bin/true 0755' 'sched-arg {include/x}' 'sysctl a.b 1' >>manifest
	ktstr-preamble <manifest >wanted
	LEAST=50 each_fault FAULT_ALLOC manifest ktstr-preamble
}

# bats test_tags=promise:whole-or-nothing
@test "faults: each allocation of ktstr-pack fails once, with one thread and with two" {
	preload
	a_file 2500000
	ktstr-manifest a >manifest
	for engine in $(ktstr-pack --version | sed 's/.*(//; s/[,)]//g'); do
		ktstr-pack --engine "$engine" <manifest >wanted
		PARTIAL=1 each_fault FAULT_ALLOC manifest ktstr-pack -j1 --engine "$engine"
		PARTIAL=1 each_fault FAULT_ALLOC manifest ktstr-pack -j2 --engine "$engine"
	done
}

# text: results for ktstr-results to read
text() {
	printf '%s\n' 'result 1' 'test a' 'host lab' 'reason b' 'metric m 1 ms' 'x-a b' 'kernel 1 2'
	printf '%s\n' 'result 1' 'test a' 'host other' 'option a' 'option b' 'status 1'
}

# not of archives: libarchive does not check all of its own allocations
@test "faults: each allocation of ktstr-results fails once, in each format" {
	local options
	preload
	mkdir d
	text >d/x.unfinished
	text | gzip >d/y.evidence.tar.gz
	for options in '-f table' '-f tsv' '-f json' '-f ktap' '-f records' '-g host' -d '-c host,metric:m'; do
		echo "$options"
		# shellcheck disable=SC2086
		ktstr-results $options d >wanted
		# shellcheck disable=SC2086
		PARTIAL=1 LEAST=50 each_fault FAULT_ALLOC /dev/null ktstr-results $options d
	done
}

# bats test_tags=promise:whole-or-nothing
@test "faults: the disk becomes full at each write of each program" {
	preload
	a_file 600000
	ktstr-manifest a >manifest
	local -x FAULT_SAYS="standard output ($PWD/out): No space left on device" PARTIAL=1
	ktstr-manifest a >wanted
	each_fault FAULT_WRITE /dev/null ktstr-manifest a
	ktstr-preamble <manifest >wanted
	each_fault FAULT_WRITE manifest ktstr-preamble
	ktstr-pack -j1 <manifest >wanted
	each_fault FAULT_WRITE manifest ktstr-pack -j1
	cp wanted archive
	ktstr-b64 <archive >wanted
	each_fault FAULT_WRITE archive ktstr-b64
	cp wanted text
	cp archive wanted
	each_fault FAULT_WRITE text ktstr-b64 -d
	for ((i = 0; i < 2000; i++)); do text; done >results
	ktstr-results -f records <results >wanted
	each_fault FAULT_WRITE results ktstr-results -f records
}

# bats test_tags=promise:whole-or-nothing
@test "faults: each read of a file or of standard input fails" {
	preload
	a_file 300000
	ktstr-manifest a >manifest
	ktstr-pack -j1 <manifest >wanted
	FAULT_SAYS=': Input/output error' PARTIAL=1 LEAST=3 each_fault FAULT_READ manifest ktstr-pack -j1
	cp wanted archive
	ktstr-b64 <archive >wanted
	FAULT_SAYS='standard input: Input/output error' PARTIAL=1 each_fault FAULT_READ archive ktstr-b64
	text >result
	tar -cf x.tar result data
	ktstr-results x.tar >wanted
	FAULT_SAYS='x.tar: Input/output error' PARTIAL=1 LEAST=3 each_fault FAULT_READ /dev/null ktstr-results x.tar
	ktstr-manifest -f t.ktstr a >wanted
	FAULT_SAYS='t.ktstr: Input/output error' each_fault FAULT_READ /dev/null ktstr-manifest -f t.ktstr a
}

# bats test_tags=promise:whole-or-nothing
@test "faults: short and interrupted reads and writes change no byte" {
	preload
	a_file 60000
	ktstr-manifest a >manifest
	ktstr-pack <manifest >archive
	ktstr-b64 <archive >text
	ktstr-preamble <manifest >header
	export FAULT_SHORT=1
	env LD_PRELOAD="$FAULTS" ktstr-manifest a | cmp - manifest
	env LD_PRELOAD="$FAULTS" ktstr-preamble <manifest | cmp - header
	for threads in 1 2; do
		env LD_PRELOAD="$FAULTS" ktstr-pack -j $threads <manifest | cmp - archive
	done
	env LD_PRELOAD="$FAULTS" ktstr-b64 <archive | cmp - text
	env LD_PRELOAD="$FAULTS" ktstr-b64 -d <text | cmp - archive
	env LD_PRELOAD="$FAULTS" ktstr-b64 -d -i <text | cmp - archive
	mkdir x
	text >x/result
	cp data x/test.log
	tar -czf x.tar.gz x
	ktstr-results x.tar.gz >wanted
	env LD_PRELOAD="$FAULTS" ktstr-results x.tar.gz | cmp - wanted
}

@test "faults: with too few descriptors each program fails with one line, or does all" {
	local n status
	cp "$TOP/build/examples/fair" .
	KTSTR_TEST_PATH=. ktstr-manifest fair >manifest
	ktstr-preamble <manifest >header
	ktstr-pack -j2 <manifest >archive
	for n in 3 4 5 6 7 8 9 12; do
		for command in 'ktstr-manifest fair' 'ktstr-preamble' 'ktstr-pack -j2'; do
			status=0
			# shellcheck disable=SC2086
			prlimit --nofile=$n $command <manifest >out 2>err || status=$?
			case $command in
			*manifest*) wanted=manifest ;;
			*pack*) wanted=archive ;;
			*) wanted=header ;;
			esac
			case $status in
			0) cmp out $wanted && [ ! -s err ] ;;
			1) [ "$(wc -l <err)" = 1 ] && ! cmp -s out $wanted ;;
			127) grep -q 'cannot open shared object' err ;; # not even the loader has one
			*) false ;;
			esac || {
				echo "$n descriptors: $command: status $status: $(cat err)"
				return 1
			}
		done
	done
}

@test "faults: where git cannot be started that is no checkout's missing, and is said" {
	need strace git
	run -0 --separate-stderr traced -o /dev/null -e trace=clone -e inject=clone:error=EAGAIN ktstr-manifest a
	expect output has "git unknown"
	expect stderr "ktstr-manifest: warning: git: Resource temporarily unavailable: the state of the sources is unknown"
}

@test "faults: a binary that cannot be started is an error" {
	need strace
	run -1 --separate-stderr traced -o /dev/null -e trace=clone -e inject=clone:error=EAGAIN \
		ktstr-manifest -b "$TOP/build/examples/fair" fair
	expect output ""
	expect stderr begins "ktstr-manifest: $TOP/build/examples/fair: cannot be run to ask for "
	expect stderr ends ": Resource temporarily unavailable"
}

@test "faults: a message is one write, so that no other comes in between" {
	need strace
	run -1 traced -o trace -e trace=write ktstr-manifest -f gone.ktstr a
	expect value "$(grep -c 'write(2,' trace)" 1
}
