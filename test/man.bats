#!/usr/bin/env bats
# man.bats - the manual pages say what the programs do, and their examples work

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	man=$TOP/man
	cp "$TOP"/build/examples/fair .
}

# run_examples PAGE [SECTION]: runs all its blocks, one after the other, where programs that need a terminal,
# root or another host do something harmless, and libktstr is the build tree's
run_examples() {
	local block number=1
	while block=$(example "$1" $number "${2:-}") && [ -n "$block" ]; do
		echo "--- $1, example $number" >&2
		bash -euo pipefail -c '
			less() { cat; }
			sudo() { bash -n "$1"; }
			ssh() { [ "$1" = root@host ] && shift && bash -n; }
			ssh-keygen() { [ "$1" != -t ] || set -- -q -N "" "$@"; command ssh-keygen "$@"; }
			diff() { command diff "$@" || [ $? = 1 ]; }
			pkg-config() { echo "-I$TOP/lib/harness $TOP/build/lib/libktstr.a"; }
			cc() { command ${CC:-cc} ${KTSTR_TEST_CFLAGS:-} -Wall -Wextra -Werror "$@"; }
			'"$block" || return
		number=$((number + 1))
	done
	[ $number -gt 1 ]
}

# tags PAGE PATTERN: the first words of its list items that match
tags() {
	sed -nE "s/^\.It $2/\1/p" "$man/$1" | sort
}

# members STRUCT: the names of its members, but for those that are the macro's (before a blank line) or libktstr's own
members() {
	sed -n "/^struct $1 {/,/^};/p" "$TOP/lib/harness/ktstr.h" |
		awk '/^$/ { kept = "" } !/^$|libktstr.s own/ { kept = kept $0 "\n" } END { printf "%s", kept }' |
		sed -nE 's,/\*.*,,; s/^\t.*[ *]([a-z_]+)( KTSTR_INITIAL\(.*\))?;[[:blank:]]*$/\1/p' | sort
}

# fields STRUCT: the names of those that libktstr(3) lists below its heading
fields() {
	awk -v heading=".Ss struct $1" '/^\.S[sh]/ { inside = $0 == heading } inside && sub(/^\.It Fa /, "")' "$man/libktstr.3" |
		tr , '\n' | sed -E 's/ *$//; s/.*[ *]//' | sort
}

@test "man: every page is clean" {
	need mandoc
	run -0 mandoc -Tlint -W warning "$man"/*
	expect output ''
}

@test "man: every program has a page, and every page stands in its section" {
	local program page
	for program in "$TOP"/build/bin/*; do
		expect file "$man/${program##*/}.1"
	done
	for page in "$man"/*; do
		run -0 grep -cix "\.Dt $(basename "${page%.*}") ${page##*.}" "$page"
	done
}

@test "man: ktstr-manifest(5) has the records that the code has" {
	local keywords
	keywords=$(sed -n '/rules\[\] = {/,/^};/p' "$TOP/lib/registry/definition.c" |
		grep -oE '\{ "[a-z-]+"' | tr -d '{ "' | sort)
	run -0 bash -c "sed -n '/^\.Ss Definitions/,/^\.Ss Manifests/p' '$man/ktstr-manifest.5' |
		grep '^\.It Ic' | grep -oE 'Ic [a-z-]+' | cut -c4- | sort"
	diff -u - <(echo "$output") <<<"$keywords"
	keywords=$(sed -n '/rules\[\] = {/,/^};/p' "$TOP/lib/registry/manifest.c" |
		grep -oE '\{ "[a-z-]+"' | tr -d '{ "' | sort)
	run -0 bash -c "sed -n '/^\.Ss Manifests/,/^\.Sh/p' '$man/ktstr-manifest.5' |
		grep '^\.It Ic' | grep -oE 'Ic [a-z-]+' | cut -c4- | sort"
	diff -u - <(echo "$output") <<<"$keywords"
}

@test "man: ktstr-preamble(1) has the placeholders of the template, and all are known" {
	run -0 bash -c "grep -oE '@[A-Z][A-Z0-9_]*@' '$TOP/share/preamble/values.bash' | tr -d @ | sort"
	diff -u - <(tags ktstr-preamble.1 'Li ([A-Z0-9_]+)$') <<<"$output"
}

@test "man: --info of a .run prints what the template has frozen" {
	grep -oE '@[A-Z][A-Z0-9_]*@' "$TOP/share/preamble/values.bash" | tr -d @ | sort >frozen
	expect value "$(grep -c . frozen)" -gt 10
	ktstr-export -q -b ./fair fair
	bash ./fair.run --info | sed 's/=.*//' | sort | diff -u frozen -
}

@test "man: libktstr(3) has the fields that ktstr.h has" {
	local struct
	for struct in ktstr_test ktstr_scheduler ktstr_ctx; do
		members $struct >expected
		[ -s expected ]
		echo "$struct"
		fields $struct | diff -u expected -
	done
}

@test "man: ktstr-run(7) has the options of a .run, and no other" {
	ktstr-export -q -b ./fair fair
	helped=$(bash ./fair.run --help | grep -oE -- '--[a-z][a-z-]+' | sort -u)
	documented=$(grep -E '^\.It Ic (-h , )?--' "$man/ktstr-run.7" | grep -oE -- '--[a-z][a-z-]+' | sort)
	diff -u - <(echo "$documented") <<<"$helped"
}

@test "man: each .run carries ktstr-run(7) as it is now" {
	need mandoc
	make -s -C "$TOP" manual MANUAL="$PWD/manual"
	diff "$TOP/share/preamble/manual.txt" manual || {
		echo "share/preamble/manual.txt is not what mandoc makes of man/ktstr-run.7: after each edit or rebase of that page run: make manual"
		return 1
	}
}

@test "man: the manual that a .run carries is ASCII, and none of its lines is one that parts a .run" {
	run ! grep -nE '^(# ---|__|: <<)|@[A-Z][A-Z0-9_]*@' "$TOP/share/preamble/manual.txt"
	LC_ALL=C run ! grep -n '[^ -~]' "$TOP/share/preamble/manual.txt"
}

@test "man: --help of each program and of a .run fits 80 columns" {
	local program
	ktstr-export -q -b ./fair fair
	for program in "$TOP"/build/bin/* ./fair ./fair.run; do
		"$program" --help | awk -v program="$program" 'length > 80 { print program ": " $0 }'
	done >longer
	expect value "$(cat longer)" ''
}

@test "man: ktstr-run(7) has the variables and the statuses of a .run" {
	local name number
	for name in $(sed -n '/^start_test/,/^}/s/local -x/&/p' "$TOP/share/preamble/test.bash" |
		grep -oE '\bKTSTR_[A-Z_]+=' | tr -d =) SCX_TIMEOUT_MS; do
		grep -q "^\.It.* Ev $name\b" "$man/ktstr-run.7"
	done
	for number in 0 2 $(grep -oE 'STATUS_[A-Z]+=[0-9]+' "$TOP/share/preamble/state.bash" | cut -d= -f2); do
		grep -qx "\.It $number" "$man/ktstr-run.7"
	done
}

# quoted SECTION...: the messages that the lists of these sections of ktstr-run(7) quote
quoted() {
	local section
	for section; do
		sed -n "/^\.Sh $section/,/^\.Sh /{/^\.Sh $section/d; /^\.Sh /q; p}" "$man/ktstr-run.7"
	done | grep '^\.It Li' | grep -oE '"[^"]+"' | tr -d '"'
}

@test "man: the messages that ktstr-run(7) quotes are a .run's" {
	local message part count=0 missing=''
	ktstr-export -q -b ./fair fair
	# a message in two words of the shell is one text for the reader
	sed '/^__MANUAL__$/q' fair.run | sed -zE 's/"[[:space:]]+\\\n[[:space:]]*"/ /g' >header
	quoted 'NOT SUITABLE' MESSAGES >messages
	while IFS= read -r message; do
		count=$((count + 1))
		while IFS= read -r part; do
			grep -qF -- "$part" header || missing+="$message: $part"$'\n'
		done < <(sed 's/ *\.\.\. */\n/g' <<<"$message" | grep .)
	done <messages
	echo "$count messages; not in the header: $missing"
	expect value "$count" -gt 40
	expect value "$missing" ''
}

@test "man: ktstr-run(7) has every message that says that a host is not suitable" {
	local message pattern patterns count=0 missing=''
	ktstr-export -q -b ./fair fair
	quoted 'NOT SUITABLE' | sed 's/[][?*\\]/\\&/g; s/ *\.\.\. */*/g' >patterns
	mapfile -t patterns <patterns
	sed '/^__\(MANUAL\|ARCHIVE\)__$/q' fair.run | sed -zE 's/"[[:space:]]+\\\n[[:space:]]*"/ /g' |
		grep -oE '((problem|not_launched|die "\$STATUS_UNSUITABLE") "|\$0: not suitable: )[^"]*' |
		sed -E 's/^[^"]*"(\$STATUS_UNSUITABLE" ")?//; /[a-z]{3} /!d' >messages
	while IFS= read -r message; do
		count=$((count + 1))
		for pattern in "${patterns[@]}"; do
			# shellcheck disable=SC2053
			[[ $message != *$pattern* ]] || continue 2
		done
		missing+=$message$'\n'
	done <messages
	echo "$count messages; not in the page: $missing"
	expect value "$count" -gt 40
	expect value "$missing" ''
}

@test "man: ktstr-manifest(5) shows how words and quotes are written" {
	touch load scx_fifo
	chmod +x load scx_fifo
	{ echo 'test words' && example ktstr-manifest.5 1 DESCRIPTION && example ktstr-manifest.5 2 DESCRIPTION; } >words.ktstr
	ktstr-export -q --no-libs -f words.ktstr words
	run -0 bash ./words.run --print-command
	expect line 2 has "\"\$DIR\"'/scheduler' '--slice' '5000' <"
	expect line 4 has "\"\$DIR\"'/ktstr' '--title' 'two words' '' <"
}

@test "man: ktstr-manifest(5)'s definition gives its manifest, which the next stages take" {
	mkdir bin
	touch load.bash scx_fifo fifo.conf 'job list.txt' bin/stress-ng
	chmod +x load.bash scx_fifo bin/stress-ng
	local here
	here=$(pwd -P)
	example ktstr-manifest.5 1 >fifo.ktstr
	example ktstr-manifest.5 2 | sed "s|/home/user/tests|$here|; s|/usr/bin/stress-ng|$here/bin/stress-ng|
		s|^git .*|git unknown|; /^needs-/d" >expected
	PATH=$PWD/bin:$PATH ktstr-manifest -f fifo.ktstr load_two_llcs |
		sed 's/^git .*/git unknown/; /^needs-/d' >manifest
	diff -u expected manifest
	run -0 bash -c 'ktstr-preamble <manifest | grep ^NEED_LLCS='
	expect output NEED_LLCS=2
	run -0 bash -c 'ktstr-pack -t <manifest | tar -tf -'
	expect value "${#lines[@]}" -eq 5
	run -0 bash -c "$(example ktstr-manifest.5 3)"
	expect output $'ktstr\nscheduler'
}

@test "man: the examples of the pages of the programs and of the .run run" {
	need xz zstd tar ssh-keygen
	mkdir old new
	cp fair old
	cp fair new
	ssh-keygen -q -t ed25519 -N '' -C exporter@example.org -f key
	ktstr-export -q --sign key -b ./fair fair
	echo "exporter@example.org namespaces=\"ktstr-run\" $(cat key.pub)" >allowed_signers
	export KTSTR_TEST_BINARY=./fair
	for page in "$man"/*.7 "$man"/*.1; do # the .run is the signed one until the others export it anew
		page=${page##*/}
		run_examples $page
	done
}

@test "man: libktstr(3)'s example is compiled without a warning, runs and is exported" {
	example libktstr.3 1 >wakeup.c
	${CC:-cc} ${KTSTR_TEST_CFLAGS:-} -Wall -Wextra -Werror -I"$TOP/lib/harness" -c wakeup.c -o wakeup.o
	block=$(example libktstr.3 2)
	export KTSTR_SCHEDULER=/bin/true
	run -0 bash -euo pipefail -c '
		pkg-config() { echo "-I$TOP/lib/harness $TOP/build/lib/libktstr.a"; }
		cc() { command ${CC:-cc} ${KTSTR_TEST_CFLAGS:-} "$@"; }
		sudo() { bash -n "$1"; }
		'"$block"
	expect output has "wakeup: pass"
	expect output has "topology 1n1l2c1t"
	expect output has "wrote wakeup.run"
}

@test "man: ktstr(7)'s tutorial can be followed to its end" {
	mkdir empty
	cd empty
	# on this machine, whatever it is, --check and the run have their say and no more
	run -0 run_examples ktstr.7 "A TUTORIAL"
	expect output has $'\nwakeup: pass\n'
	expect output has "wakeup"$'\t'"eevdf"$'\t'"1n1l1c1t"
	expect output has "scheduler: scx_fifo not found; looked at "
	expect output has "no scx_fifo on this machine"
	expect output has TEST_DURATION_SECS=60
}

@test "man: ktstr(7) has a place for each attribute of the Rust framework, and its records are there" {
	local attribute record
	sed -n '/^\.Sh COMING FROM/,/^\.Sh ENV/p' "$man/ktstr.7" >section
	for attribute in auto_repro expect_auto_repro not_stuck isolation performance_mode pci no_perf_mode requires_smt expect_err \
		survives_storm allow_inconclusive fail_on_rq_clock_stuck host_only ignore kaslr wprof scheduler payload workloads \
		staged_schedulers bpf_map_write watch_bpf_maps perf_delta_assertions post_vm post_vm_unconditional disk networks config \
		expect_scx_bpf_error_contains expect_scx_bpf_error_matches wprof_args workload_root_cgroup extra_sched_args \
		extra_include_files llcs cores threads numa_nodes memory_mib sustained_samples max_gap_ms watchdog_timeout_s duration_s \
		max_local_dsq_depth min_numa_nodes min_llcs min_cpus max_llcs max_numa_nodes max_cpus cpu_budget max_p99_wake_latency_ns \
		cleanup_budget_ms num_snapshots max_imbalance_ratio max_fallback_rate max_keep_last_rate max_spread_pct max_throughput_cv \
		min_work_rate max_wake_latency_cv min_iteration_rate max_migration_ratio min_page_locality max_cross_node_migration_ratio \
		max_slow_tier_ratio name binary binary_path kernel_builtin_enable kernel_builtin_disable sched_args kargs sysctls topology \
		constraints cgroup_parent config_file config_file_def assert kernels; do
		grep '^\.It Li' section | grep -qw "$attribute" || { echo "missing: $attribute"; return 1; }
	done
	sed -n '/rules\[\] = {/,/^};/p' "$TOP/lib/registry/definition.c" | grep -oE '\{ "[a-z-]+"' | tr -d '{ "' >records
	for record in $(grep -oE 'Ic [a-z-]+' section | cut -c4- | sort -u); do
		[[ $record == ktstr-* ]] || grep -qx -- "$record" records || { echo "no record: $record"; return 1; }
	done
}

@test "man: ktstr(7)'s definition of a test of the Rust framework is one" {
	example ktstr.7 1 "COMING FROM THE RUST FRAMEWORK" >rust.ktstr
	mkdir -p target/debug/deps target/release src
	touch src/main.rs target/debug/deps/sched_test-0a1b2c3d target/release/scx_my_sched
	chmod +x target/*/deps/* target/release/*
	run -0 --separate-stderr ktstr-manifest -f rust.ktstr sched_basic
	expect value "$(grep -c . rust.ktstr) ${stderr:-}" "4 "
	# without a run-arg, the .run calls it as the framework does
	ktstr-export -q --no-libs -f rust.ktstr sched_basic
	run -0 ./sched_basic.run --print-command
	expect output has "\"\$DIR\"'/ktstr' 'run' '--ktstr-test-fn' 'sched_basic' '--duration' '12' '--watchdog-timeout' '5' <"
}
