#!/usr/bin/env bats
# import.bats - ktstr-import: a .run of either exporter becomes a definition and files, and hostile ones become nothing

load run_helper

PATH=$TOP/test:$PATH # make-upstream-run, make-hostile-runs

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir tmp
	export TMPDIR=$PWD/tmp
	script s "${attach[@]}" "${stay[@]}"
	script t 'exit "${RC:-0}"'
	echo '{}' >layers.json
	echo data >'with blank'
}

# nothing_left: no directory of an import is here or in TMPDIR
nothing_left() {
	expect value "$(find . -name '*ktstr-import.*' -o -name CANARY)" ''
}

# upstream VERSION: prints a .run that has all that this version can have
upstream() {
	local more=()
	case $1 in
	sched-args) more=(--parent /cells) ;;
	config) more=(--parent /cells --config layers.json --template "f:{file},x --strict b.json") ;;
	esac
	echo '[]' >b.json
	make-upstream-run "$1" --name demo --sched-name scx_demo --topology '1 2 3 1' --duration 7 --watchdog 9 --test t --scheduler s \
		--arg --slice=5 --arg 'a b' --arg "don't" --arg '' --arg $'new\nline\ttab' --arg '$(touch CANARY)' --arg ä --include 'with blank' "${more[@]}"
}

@test "import: each version of the Rust framework's .run becomes a definition and its files" {
	local version args=$'sched-arg --slice=5\nsched-arg a\\040b\nsched-arg don\'t\nsched-arg ""\nsched-arg new\\012line\\011tab\nsched-arg $(touch\\040CANARY)\nsched-arg ä'
	declare -A first=(
		[required-flags]='' [sched-args]=$'sched-arg --cell-parent-cgroup\nsched-arg /cells\n'
		[config]=$'sched-arg --config\nsched-arg {include/layers.json}\nsched-arg f:{include/b.json},x\nsched-arg --strict\nsched-arg --cell-parent-cgroup\nsched-arg /cells\n'
	)
	declare -A last=([required-flags]='' [sched-args]='' [config]=$'\ninclude include/layers.json\ninclude include/b.json')
	for version in "${!first[@]}"; do
		upstream "$version" >"$version.run"
		run -0 --separate-stderr ktstr-import -o "$version" "$version.run"
		expect output "$version"
		expect stderr "ktstr-import: warning: $version.run: such a file does not carry sysctls and kernel arguments: add to the definition what the test needs"
		expect value "$(grep -v '^#' "$version/demo.ktstr")" "test demo
binary test/ktstr
scheduler scx_demo sched/scx_demo
topology 1n2l3c1t
duration 7
watchdog 9
${first[$version]}$args
include include/with\\040blank${last[$version]}"
		grep -q '^# .* KTSTR_GIT_HASH: 73730e0$' "$version/demo.ktstr"
		cmp t "$version/test/ktstr"
		cmp s "$version/sched/scx_demo"
		cmp 'with blank' "$version/include/with blank"
		expect value "$(stat -c %a "$version" "$version/test/ktstr" "$version/sched/scx_demo" | xargs)" '755 755 755'
		expect value "$(cd "$version" && find . -type f | wc -l)" "$((4 + 2 * (${#last[$version]} > 0)))"
		run -0 --separate-stderr ktstr-import -o - "$version.run"
		expect output "$(<"$version/demo.ktstr")"
	done
	nothing_left
	expect value "$(ls tmp)" ''
}

@test "import: what was imported is exported again, and fit for a host" {
	local version
	fake_host
	fake_cpus 0-5
	fake_llc 0-2
	fake_llc 3-5
	for version in required-flags sched-args config; do
		upstream "$version" >up.run
		ktstr-import -o "$version" up.run 2>warning
		ktstr-export -q -f "$version/demo.ktstr" demo
		expect value "$(sed '1,/^__ARCHIVE__$/d' demo.run | base64 -d | tar -tz)" "$(sed '1,/^__ARCHIVE__$/d' up.run | base64 -d | tar -tz)"
		run -0 ./demo.run --info
		expect output has scx_demo
		run -0 ktstr-import -o "$version-again" demo.run
		diff -r "$version/include" "$version-again/include"
		cmp s "$version-again/sched/scx_demo"
		expect value "$(grep -v '^#' "$version-again/demo.ktstr")" "$(grep -v '^#' "$version/demo.ktstr")"
		run -0 on_host "$PWD/demo.run" --check
	done
}

@test "import: without a scheduler, whatever the kernel's own is called" {
	make-upstream-run config --sched-name CFS >a.run
	ktstr-import a.run 2>warning
	expect value "$(grep ^scheduler demo/demo.ktstr)" 'scheduler eevdf'
	grep -q '^# No scheduler was packed. KTSTR_SCHED_NAME: CFS$' demo/demo.ktstr
	expect no-file demo/sched
	make-upstream-run config --name b --sched-name a/b --scheduler s >b.run
	ktstr-import b.run 2>warning
	expect value "$(grep ^scheduler b/b.ktstr)" 'scheduler a/b sched/scheduler'
}

@test "import: our own .run comes back as what it was made of, and gives the same bytes again" {
	cat >t.ktstr <<-'END'
		test own
		binary ./t
		about what\040it\040tests
		contact a@b
		scheduler fake ./s
		sched-arg --slice=5
		sched-arg a\040b
		sched-arg don't
		sched-arg ""
		sched-arg \303\244\012
		sched-arg --again={include/with\040blank}
		cgroup-parent /cells
		cgroup-controllers cpu io
		workload-root-cgroup /cells/it's\040w
		config-file ./layers.json f:{file}
		sysctl vm.dirty_ratio 30
		expect-scheduler-error runnable\040task
		built-from ./s
		sysctl kernel.x a\040b
		topology 1n2l1c1t
		kernel 6.12 7.0
		kernel-arg quiet
		kernel-arg a=b
		duration 7
		watchdog 9
		include ./with\040blank
		run-arg --file={include/layers.json}
		drops-root
	END
	ktstr-export -q -o first.run own 2>warning
	run -0 --separate-stderr ktstr-import first.run
	expect output own
	expect stderr ''
	expect value "$(find own -type f | sort)" $'own/include/layers.json\nown/include/with blank\nown/own.ktstr\nown/sched/s\nown/test/t'
	mv own moved # paths are relative to the definition
	ktstr-export -q -f moved/own.ktstr -o second.run own 2>warning
	cmp first.run second.run
	printf 'test b\nbinary ./t\nattaches-schedulers\nrun-args none\n' >t.ktstr
	ktstr-export -q b
	ktstr-import b.run
	expect value "$(grep -v '^#' b/b.ktstr)" $'test b\nbinary test/t\nscheduler eevdf\ntopology 1n1l2c1t\nduration 12\nwatchdog 5\nrun-args none\nattaches-schedulers'
}

@test "import: a scheduler of the kernel keeps its commands, and a configuration without a file becomes one" {
	cat >t.ktstr <<-'END'
		test builtin
		binary ./t
		scheduler simple
		enable echo\0401\040>/sys/x
		enable true
		disable echo\0400\040>/sys/x
		enabled-when /sys/x 1
		test content
		binary ./t
		scheduler fake ./s
		config-content layers.json {"a":\0401} f:{file}
	END
	ktstr-export -q --allow-commands builtin
	ktstr-import builtin.run
	expect value "$(grep -E '^(scheduler|enable|disable)' builtin/builtin.ktstr)" $'scheduler simple\nenable echo\\0401\\040>/sys/x\nenable true\ndisable echo\\0400\\040>/sys/x\nenabled-when /sys/x 1'
	run -2 --separate-stderr ktstr-export -q -f builtin/builtin.ktstr -o again.run builtin # who imports it decides again
	expect stderr has --allow-commands
	ktstr-export -q --allow-commands -f builtin/builtin.ktstr -o again.run builtin
	cmp builtin.run again.run
	ktstr-export -q content
	ktstr-import content.run
	expect value "$(grep -E '^(sched-arg|include)' content/content.ktstr)" $'sched-arg f:{include/layers.json}\ninclude include/layers.json'
	expect value "$(<content/include/layers.json)" '{"a": 1}'
}

@test "import: a packed directory comes back with its links, its empty directories and its modes" {
	mkdir -p d/e/f d/empty 'd/with blank'
	echo a >d/a
	echo b >d/e/f/b
	echo c >'d/with blank/x y'
	chmod +x d/a
	ln -s ../a d/e/up
	ln -s e/f d/l
	printf 'test a\nbinary ./t\ninclude-dir ./d\ninclude ./t\n' >t.ktstr
	ktstr-export -q a
	ktstr-import -o back a.run
	expect value "$(grep ^include back/a.ktstr | sort)" $'include include/t\ninclude-dir include/d'
	diff -r --no-dereference d back/include/d
	expect file back/include/d/empty
	ktstr-export -q -f back/a.ktstr -o again.run a
	cmp a.run again.run
}

@test "import: each frozen value of the template has a row in lib/import/own_header.c" {
	local names
	names=$(sed -n 's/^\([A-Z0-9_]*\)=(\{0,1\}@.*/\1/p' "$TOP/share/preamble/values.bash")
	expect value "$(wc -l <<<"$names")" -gt 25
	rows() {
		sed -nE 's/^\t\{ "([A-Z0-9_]*)", '"$1"', .*/\1/p' "$TOP/lib/import/own_header.c" | sort
	}
	# of values that are no more, too
	expect value "$(comm -23 <(sort <<<"$names") <(rows '(true|false)'))" ''
	expect value "$(sed -n 's/^\([A-Z0-9_]*\)=(@.*/\1/p' "$TOP/share/preamble/values.bash" | sort)" \
		"$(comm -12 <(sort <<<"$names") <(rows true))"
}

@test "import: several members of gzip, long names, and libraries that are packed" {
	local long
	printf -v long '%0150d' 0
	head -c 3000000 /dev/urandom >"$long"
	printf 'test a\nbinary ./t\ninclude ./%s\n' "$long" >t.ktstr
	KTSTR_PACK='ktstr-pack -1 -j 2' ktstr-export -q a
	ktstr-import a.run
	cmp "$long" "a/include/$long"
	make-upstream-run config --include "$long" >b.run
	ktstr-import b.run 2>warning
	cmp "$long" "demo/include/$long"
	ktstr-manifest a >manifest
	printf 'file lib/libx.so %s 0644\n' "$PWD/t" >>manifest
	{ ktstr-preamble <manifest && ktstr-pack <manifest | ktstr-b64; } >c.run
	run -0 ktstr-import -o c c.run
	cmp t c/lib/libx.so
	grep -q '^# Its 1 shared libraries are in lib\.' c/a.ktstr
}

# bats test_tags=promise:import-is-data
@test "import: hostile files are refused in one line each, nothing of them is run and nothing is left" {
	need python3
	local name words count=0
	make-upstream-run sched-args --test t --scheduler s --arg --slice=5 >up.run
	printf 'test own\nbinary ./t\n' >t.ktstr
	ktstr-export -q own
	mkdir h
	make-hostile-runs up.run own.run h >cases
	cd h
	while IFS=$'\t' read -r name words; do
		count=$((count + 1))
		run -1 timeout 10 ktstr-import "$name.run"
		expect output begins "ktstr-import: $name.run"
		expect output has "$words"
		expect value "$name ${#lines[@]}" "$name 1"
	done <../cases
	expect value "$count" -ge 100
	expect value "$(find . -type f ! -name '*.run' -o ! -type f ! -name .)" ''
	expect value "$(find .. -name CANARY)" ''
	expect value "$(ls ../tmp)" ''
}

@test "import: nobody else can write what was imported, and a signal ends it soon" {
	need python3
	printf 'test own\nbinary ./t\n' >t.ktstr
	ktstr-export -q own
	# open: modes for everybody; many: 100,000 directories in few bytes
	cat >make.py <<-'END'
		import base64, gzip, io, re, sys, tarfile
		head = open("own.run", "rb").read().partition(b"\n__ARCHIVE__\n")[0]
		head = re.sub(rb"\nPAYLOAD_SIZE=[0-9]*", b"", head) + b"\n__ARCHIVE__\n"
		open_names = ["ktstr", "include/x", "include/d/x"]
		many_names = ["ktstr"] + ["include/d%d/" % i + "a/" * 100 + "x" for i in range(5000)]
		for run, names in ("open.run", open_names), ("many.run", many_names):
		    data = io.BytesIO()
		    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as tar:
		        for name in names:
		            member = tarfile.TarInfo(name)
		            member.mode = 0o777
		            tar.addfile(member)
		    open(run, "wb").write(head + base64.encodebytes(gzip.compress(data.getvalue())))
	END
	python3 make.py
	(umask 0 && ktstr-import -o open/// open.run)
	expect value "$(find open -perm /022)" ''
	expect file open/include/d/x
	ktstr-import -o many many.run &
	wait_for compgen -G '.ktstr-import.*/include/d9' >/dev/null
	kill "$!"
	wait "$!" || status=$?
	expect status 143
	nothing_left
}

@test "import: what is no file of its kind" {
	local path
	mkdir directory.run
	mkfifo fifo.run
	printf 'test own\nbinary ./t\n' >own.ktstr
	for path in directory.run fifo.run /dev/null none.run own.ktstr t; do
		run -1 timeout 10 ktstr-import "$path"
		expect output matches "^ktstr-import: $path: (not a regular file|No such file or directory|no \.run: it has no line __ARCHIVE__)$"
	done
	nothing_left
}

@test "import: never writes into what is there, nor leaves half of it" {
	make-upstream-run config >a.run
	mkdir demo
	ln -s nowhere link
	run -1 --separate-stderr ktstr-import a.run
	expect stderr 'ktstr-import: demo: it is there already: name another with -o DIR'
	run -1 ktstr-import -o link a.run
	run -1 ktstr-import -o none/x a.run
	expect output has 'none/.ktstr-import.'
	rmdir demo
	ktstr-import -o deep a.run 2>warning
	expect value "$(find demo deep 2>/dev/null | wc -l)" 4
	nothing_left
	# a signal, while it reads
	head -c 60000000 /dev/urandom >large
	make-upstream-run config --include large >b.run
	ktstr-import -o big b.run &
	wait_for compgen -G '.ktstr-import.*/include/large' >/dev/null
	kill "$!"
	status=0
	wait "$!" || status=$?
	expect status 143
	expect no-file big
	nothing_left
}

@test "import: a full disk leaves nothing" {
	[ "$(id -u)" = 0 ] || skip "needs root to mount"
	unshare -m true 2>/dev/null || skip "needs a mount namespace"
	head -c 3000000 /dev/urandom >large
	make-upstream-run config --include large >a.run
	mkdir small
	run -0 unshare -m bash -c 'mount -t tmpfs -o size=1m none small && cd small && ! ktstr-import ../a.run && ls -A'
	expect output matches "^ktstr-import: ../a.run: archive: $PWD/small/.*/large: No space left on device\$"
}

@test "import: the command line" {
	run -64 ktstr-import
	expect output "ktstr-import: names no FILE.run (see --help)"
	run -64 ktstr-import a b
	run -64 ktstr-import -o '' a
	run -64 ktstr-import --no-such a
	run -0 ktstr-import --help
	expect line 0 begins 'usage: ktstr-import '
	run -0 ktstr-import -V
	expect output matches '^ktstr-import [0-9]'
}
