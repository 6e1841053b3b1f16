#!/usr/bin/env bats
# many.bats - a directory of .run files by the commands that ktstr-run(7) shows: prove, readers of KTAP, kselftest

load run_helper

# export_all: the directory runs, with one that passes, one that fails and one that skips
export_all() {
	script pass 'echo working; exit 0'
	script fail 'echo "1 of 4 CPUs used"; exit 1'
	script skip 'echo "needs more memory"; exit 4'
	printf 'topology 1n1l1c1t\n' >t.ktstr
	printf 'test %s\nbinary %s\n' pass pass fail fail skip skip >>t.ktstr
	bash -euo pipefail -c "$(example ktstr-run.7 1 "MANY TESTS")"
	expect value "$(ls runs)" $'fail.run\npass.run\nskip.run'
}

# by_page NUMBER [COMMAND]: what that block of MANY TESTS does on the host; COMMAND is run before it
by_page() {
	on_host bash -c "${2:-:}"$'\n'"$(example ktstr-run.7 "$1" "MANY TESTS")"
}

# kernel_tree PATH...: makes the home directory's linux that of $KTSTR_LINUX, which has to have these files; skips otherwise
kernel_tree() {
	local file
	for file; do
		[ -e "${KTSTR_LINUX:-}/$file" ] || skip "needs a kernel's sources: set KTSTR_LINUX to a directory with $file"
	done
	export HOME=$PWD/home
	for file; do
		mkdir -p "home/linux/${file%/*}"
		cp -r "$KTSTR_LINUX/${file%/*}/." "home/linux/${file%/*}"
	done
}

@test "many: prove counts a pass, a failure and a skip, of one .run and of all" {
	need prove
	export_all
	run by_page 2 # without the module, its last command fails otherwise
	expect value "$(cat ktap)" "$(sed -n "s/^    printf '%s.n' '\(.*\)' '\(.*\)' > ktap .*/\1\n\2/p" "$TOP/README.md")"
	grep -qxF '    sudo prove -e ./ktap runs/*.run' "$TOP/README.md"
	run -1 --separate-stderr on_host prove -e ./ktap runs/*.run
	expect output has $'\nFailed 1/1 subtests '
	expect output matches 'runs/pass\.run \.+ ok'
	expect output matches 'runs/skip\.run \.+ skipped: needs more memory|runs/skip\.run \.+ ok'
	expect output has $'\nFiles=3, Tests=3, '
	expect output has-not 'returned 4'
	for name in pass skip; do
		run -0 --separate-stderr on_host prove -e ./ktap runs/$name.run
		expect output has 'Result: PASS'
	done
	# what is empty, is cut short or is misused has no verdict, and is a failure
	: >runs/empty.run
	head -c 60000 runs/pass.run >runs/cut.run
	for name in empty cut; do
		run -1 --separate-stderr on_host prove -e ./ktap runs/$name.run
		expect output has 'Result: FAIL'
	done
	run -1 --separate-stderr on_host prove -e ./ktap runs/pass.run :: --no-such-option
	nothing_left
}

@test "many: prove makes JUnit's XML of it" {
	need prove
	perl -MTAP::Formatter::JUnit -e 1 2>/dev/null || skip "needs TAP::Formatter::JUnit: apt-get install libtap-formatter-junit-perl"
	export_all
	run -1 --separate-stderr by_page 2
	expect value "$(grep -c '<testcase ' runs.xml)" 3
	expect value "$(grep -c '<failure ' runs.xml)" 1
	expect value "$(grep -c '<error ' runs.xml)" 1
}

@test "many: tappy reads what is kept, without the first line" {
	need tappy
	export_all
	run on_host bash -c "kunit=true; $(example ktstr-run.7 3 "MANY TESTS" | sed '/kunit/d')"
	expect output has $'\nfail\n'
	expect output has 'FAILED (failures=1)'
	expect output has 'OK (skipped=1)'
	expect value "$(grep -c '^Ran 1 test' <<<"$output")" 3
	expect output has-not 'plan must'
}

@test "many: the kernel's kunit.py reads KTAP as it is" {
	need python3
	kernel_tree tools/testing/kunit/kunit.py
	export_all
	run on_host bash -c "tappy() { cat; }; $(example ktstr-run.7 3 "MANY TESTS")"
	expect output has 'Ran 1 tests: passed: 1'
	expect output has 'Ran 1 tests: failed: 1'
	expect output has 'Ran 1 tests: skipped: 1'
}

@test "many: the runner of the kernel's selftests makes its document of the exit statuses" {
	kernel_tree tools/testing/selftests/kselftest/runner.sh
	export_all
	run -0 by_page 4
	expect output has $'TAP version 13\n1..3\n'
	expect output has $'\nnot ok 1 selftests: ktstr: fail.run # exit=1\n'
	expect output has $'\nok 2 selftests: ktstr: pass.run\n'
	expect output ends $'\nok 3 selftests: ktstr: skip.run # SKIP'
	nothing_left
}

# Debian has the runner in a package of all of the kernel's sources, so this imitates what it does with a test: it
# runs it in its directory, for as long as settings says, and takes its status
@test "many: an imitation of that runner takes the same statuses, and a test that it ends leaves nothing" {
	export_all
	export HOME=$PWD/home
	mkdir -p home/linux/tools/testing/selftests/kselftest
	cat >home/linux/tools/testing/selftests/kselftest/runner.sh <<-'END'
		run_many() {
			echo "TAP version 13"
			echo "1..$#"
			number=0
			. ./settings # timeout=SECONDS
			for file; do
				number=$((number + 1))
				name="$number selftests: ktstr: $file"
				status=0
				timeout --foreground "$timeout" "./$file" >"$file.out" 2>&1 || status=$?
				case $status in
				0) echo "ok $name" ;;
				4) echo "ok $name # SKIP" ;;
				124) echo "not ok $name # TIMEOUT $timeout seconds" ;;
				*) echo "not ok $name # exit=$status" ;;
				esac
			done
		}
	END
	run -0 by_page 4
	expect output $'TAP version 13\n1..3\nnot ok 1 selftests: ktstr: fail.run # exit=1\nok 2 selftests: ktstr: pass.run\nok 3 selftests: ktstr: skip.run # SKIP'
	script slow 'sleep 62.25'
	printf 'test slow\nbinary slow\ntopology 1n1l1c1t\n' >slow.ktstr
	rm runs/*
	ktstr-export -q -o runs/ slow
	run -0 on_host bash -c "$(example ktstr-run.7 4 "MANY TESTS" | sed 's/timeout=300/timeout=3/; s/[*].run.$/slow.run'\'/)"
	expect output $'TAP version 13\n1..1\nnot ok 1 selftests: ktstr: slow.run # TIMEOUT 3 seconds'
	nothing_left
	run -1 pgrep -f 'sleep 62.25'
}
