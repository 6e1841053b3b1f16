#!/usr/bin/env bats
# manifest.bats - ktstr-manifest: tests are found, their parts resolved, or refused with a reason

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	program t
}

# program NAME [LINE...]: an executable script of these lines
program() {
	printf '%s\n' '#!/bin/sh' "${@:2}" >"$1"
	chmod +x "$1"
}

# define LINE...: the file t.ktstr of these lines
define() {
	printf '%s\n' "$@" >t.ktstr
}

# describes NAME RECORD...: a test binary in a script, NAME, with one test, also NAME
describes() {
	program "$1" "case \$1 in" "--ktstr-list) echo $1 ;;" "--ktstr-describe=$1) cat <<'E'" \
		"test $1" "${@:2}" E ";;" "*) exit 1 ;; esac"
}

# fails_with STATUS MESSAGE COMMAND...: nothing on standard output, one line on standard error
fails_with() {
	run -"$1" --separate-stderr "${@:3}"
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-manifest: $2" ] || {
		echo "$stderr"
		return 1
	}
}

@test "manifest: a minimal definition has the defaults" {
	define 'test a' 'binary ./t'
	run -0 --separate-stderr ktstr-manifest a
	expect output "manifest 1
test a
scheduler eevdf
topology 1n1l2c1t
duration 12
watchdog 5
git unknown
needs-interpreter /bin/sh
needs-bytes 4096
file ktstr $PWD/t 0755"
	expect stderr ""
}

@test "manifest: every record that is exported comes out, in the documented order" {
	program sched
	mkdir sub
	echo c >'sub/con fig'
	echo i >i
	define 'x-ticket 17 a\040b' 'sysctl kernel.b ""' 'include t' 'test a' 'binary t' \
		'run-arg --x' 'run-arg ""' 'include ./i' 'watchdog 3' 'duration 7' \
		'topology 2n4l8c2t' 'sysctl kernel.a 1\0402' 'sched-arg -v' \
		'about What\040it\040is' 'contact a@b.example' drops-root 'expect-scheduler-error task\040stall' 'sched-arg it'\''s\040$x' 'config-file sub/con\040fig' 'cgroup-parent /a/b' \
		'cgroup-controllers memory cpu' 'workload-root-cgroup /a/c' 'scheduler my\040name ./sched'
	PATH=$PWD:$PATH run -0 --separate-stderr ktstr-manifest a
	expect output "manifest 1
test a
scheduler my\\040name
topology 2n4l8c2t
duration 7
watchdog 3
git unknown
about What\\040it\\040is
contact a@b.example
sched-arg --config
sched-arg {include/con\\040fig}
sched-arg -v
sched-arg it's\\040\$x
cgroup-parent /a/b
cgroup-controllers memory cpu
workload-root-cgroup /a/c
sysctl kernel.b \"\"
sysctl kernel.a 1\\0402
run-arg --x
run-arg \"\"
expect-scheduler-error task\\040stall
drops-root
x-ticket 17 a\\040b
needs-interpreter /bin/sh
needs-bytes 20480
file ktstr $PWD/t 0755
file scheduler $PWD/sched 0755
file include/con\\040fig $PWD/sub/con\\040fig 0755
file include/t $PWD/t 0755
file include/i $PWD/i 0755"
}

@test "manifest: records before the first test are defaults, a test's own override or follow them" {
	define 'binary ./t' 'duration 3' 'run-arg d' 'test a' 'duration 9' 'run-arg a' 'test b'
	run -0 ktstr-manifest a
	expect output has "duration 9"
	expect output has "run-arg d
run-arg a"
	run -0 ktstr-manifest b
	expect output has "duration 3"
	expect output has "run-arg d"
	expect output has-not "run-arg a"
}

@test "manifest: cgroup-parent adds no argument, and a test without --cell-parent-cgroup is warned of" {
	local arg
	local old="warning: ./t.ktstr:4: cgroup-parent: the scheduler no longer gets --cell-parent-cgroup from this record:"
	program sched
	define 'test a' 'binary t' 'scheduler s ./sched' 'cgroup-parent /p'
	run -0 --separate-stderr ktstr-manifest a
	expect output has "cgroup-parent /p"
	expect output has-not "cell-parent"
	expect stderr "ktstr-manifest: $old if it needs the option, add sched-arg --cell-parent-cgroup=/p"
	for arg in --cell-parent-cgroup-exclude -cell-parent-cgroup cell-parent-cgroup; do # other options
		define 'test a' 'binary t' 'scheduler s ./sched' 'cgroup-parent /p' "sched-arg $arg"
		run -0 --separate-stderr ktstr-manifest a
		expect stderr has "$old"
	done
	# the author's own, also as one of the defaults, in either form
	for arg in --cell-parent-cgroup=/x --cell-parent-cgroup=/p --cell-parent-cgroup; do
		define "sched-arg $arg" 'test a' 'binary t' 'scheduler s ./sched' 'cgroup-parent /p'
		run -0 --separate-stderr ktstr-manifest a
		expect stderr ""
		expect value "$(grep cell-parent <<<"$output")" "sched-arg $arg"
		expect output has "cgroup-parent /p"
	done
	# without cgroup-parent there is nothing to say
	define 'test a' 'binary t' 'scheduler s ./sched'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr ""
}

# bats test_tags=promise:values-are-data
@test "manifest: each bad value is named with file, line and what is wrong" {
	local record message
	while IFS='|' read -r record message; do
		define 'test a' 'binary t' "$record"
		fails_with 1 "t.ktstr:3: $message" ktstr-manifest -f t.ktstr a
	done <<-'EOF'
		duration 5x|duration: not a whole number of seconds: 5x
		duration 0|duration: out of range (1 to 2147483647 seconds): 0
		duration 08|duration: not a whole number of seconds without leading zeros: 08
		watchdog 010|watchdog: not a whole number of seconds without leading zeros: 010
		duration -1|duration: not a whole number of seconds: -1
		watchdog 2147483648|watchdog: out of range (1 to 2147483647 seconds): 2147483648
		kernel x|kernel: not a version of Linux such as 6.12 or 6.12.5: x
		kernel 6.12-rc1|kernel: not a version of Linux such as 6.12 or 6.12.5: 6.12-rc1
		kernel 6.|kernel: not a version of Linux such as 6.12 or 6.12.5: 6.
		kernel .6|kernel: not a version of Linux such as 6.12 or 6.12.5: .6
		kernel 6.012|kernel: not a version of Linux such as 6.12 or 6.12.5: 6.012
		kernel 6.1.2.3|kernel: not a version of Linux such as 6.12 or 6.12.5: 6.1.2.3
		kernel 99999999|kernel: not a version of Linux such as 6.12 or 6.12.5: 99999999
		kernel 6.12 6.13x|kernel: not a version of Linux such as 6.12 or 6.12.5: 6.12 6.13x
		kernel 6.12 6.11.9|kernel: the last version is before the first: 6.12 6.11.9
		kernel 7 6|kernel: the last version is before the first: 7 6
		kernel 6.12.5 6.12.4|kernel: the last version is before the first: 6.12.5 6.12.4
		kernel-arg a="b"|kernel-arg: write the word without its quotes: a="b"
		kernel-arg ""|kernel-arg: it is empty
		built-from ""|built-from: the path is empty
		topology 1n1l1c|topology: not a topology such as 1n2l4c2t (NUMA nodes, LLCs in all, cores per LLC, threads per core; 1 to 65536 each): 1n1l1c
		topology 0n1l1c1t|topology: not a topology such as 1n2l4c2t (NUMA nodes, LLCs in all, cores per LLC, threads per core; 1 to 65536 each): 0n1l1c1t
		topology 1n1l1c99999t|topology: not a topology such as 1n2l4c2t (NUMA nodes, LLCs in all, cores per LLC, threads per core; 1 to 65536 each): 1n1l1c99999t
		topology 2n3l1c1t|topology: the number of LLCs is not a multiple of the number of NUMA nodes: 2n3l1c1t
		cgroup-parent a|cgroup-parent: a cgroup's path begins with '/': a
		cgroup-parent /|cgroup-parent: the root of the cgroup tree cannot be a parent: name a cgroup below it: /
		cgroup-parent ///|cgroup-parent: the root of the cgroup tree cannot be a parent: name a cgroup below it: ///
		cgroup-parent /a/../b|cgroup-parent: a cgroup's path has no '..': /a/../b
		cgroup-controllers|cgroup-controllers: missing field: 0 given, 1 needed
		cgroup-controllers ""|cgroup-controllers: a controller's name is made of lower-case letters, digits and '_'
		cgroup-controllers cpu CPU|cgroup-controllers: a controller's name is made of lower-case letters, digits and '_': cpu CPU
		cgroup-controllers +cpu|cgroup-controllers: a controller's name is made of lower-case letters, digits and '_': +cpu
		cgroup-controllers cpu,io|cgroup-controllers: a controller's name is made of lower-case letters, digits and '_': cpu,io
		cgroup-controllers ../x|cgroup-controllers: a controller's name is made of lower-case letters, digits and '_': ../x
		cgroup-controllers cpu io cpu|cgroup-controllers: a controller is named twice: cpu io cpu
		workload-root-cgroup a|workload-root-cgroup: a cgroup's path begins with '/': a
		workload-root-cgroup //|workload-root-cgroup: the root of the cgroup tree cannot be a parent: name a cgroup below it: //
		workload-root-cgroup /a/../b|workload-root-cgroup: a cgroup's path has no '..': /a/../b
		workload-root-cgroup /a/|workload-root-cgroup: a component of the path is empty or '.': /a/
		workload-root-cgroup //a|workload-root-cgroup: a component of the path is empty or '.': //a
		workload-root-cgroup /a//b|workload-root-cgroup: a component of the path is empty or '.': /a//b
		workload-root-cgroup /./a|workload-root-cgroup: a component of the path is empty or '.': /./a
		workload-root-cgroup /a/.|workload-root-cgroup: a component of the path is empty or '.': /a/.
		workload-root-cgroup /ktstr.run|workload-root-cgroup: /ktstr.run is the run's own: /ktstr.run
		workload-root-cgroup /ktstr.run/test|workload-root-cgroup: /ktstr.run is the run's own: /ktstr.run/test
		sysctl kernel/../../x 1|sysctl: not a sysctl's name, such as kernel.sched_rr_timeslice_ms: kernel/../../x 1
		test a|test: a is defined on line 1 already
		test -x|test: a test's name does not begin with '-' or '.': -x
		test ""|test: a test's name is empty
		test a/b|test: a test's name is made of letters, digits, '_', '.', ':' and '-': a/b
		scheduler ""|scheduler: the scheduler's name is empty
		scheduler s ""|scheduler: the program's name is empty: s ""
		include ""|include: the path is empty
		config-file "" {file}|config-file: the path is empty: "" {file}
		config-file ./t --config|config-file: none of its arguments has {file}, which stands for its path: ./t --config
		config-file ./t -f {file}{include/x|config-file: '{include/' without a '}': a packed file's path is {include/NAME}: ./t -f {file}{include/x
		config-content x|config-content: missing field: 1 given, 2 needed
		config-content "" x|config-content: the name is empty: "" x
		config-content a/b x|config-content: the name has a '/' or a '}': a/b x
		config-content a} x|config-content: the name has a '/' or a '}': a} x
		config-content .. x|config-content: the name has a component '..': it would lead out of the archive: .. x
		config-content x {file} --config|config-content: none of its arguments has {file}, which stands for its path: x {file} --config
		config-content x y {file}{include/y}|config-content: include/y: nothing with this name is packed: include it
		config-file ./none|config-file: ./none: No such file or directory
		config-file ./t {file},{include/x}|config-file: include/x: nothing with this name is packed: include it
		sched-arg {include/x}|sched-arg: include/x: nothing with this name is packed: include it
		run-arg a{"b":{include/x/y}}|run-arg: include/x/y: nothing with this name is packed: include it
		run-arg {include/}|run-arg: include/: nothing with this name is packed: include it
		run-arg {include/x|run-arg: '{include/' without a '}': a packed file's path is {include/NAME}: {include/x
		binary x|binary: may stand only once, and is on line 2 already
		speed 5|speed: unknown keyword (one of your own begins with x-)
		topolgy 1n1l1c1t|topolgy: unknown keyword: did you mean topology? (one of your own begins with x-)
		host-only yes|host-only: surplus field: 1 given, at most 0 taken (write a space within a field as \040)
		scheduler x scx_x -s 5000|scheduler: surplus field: 4 given, at most 2 taken: give arguments with sched-arg -s and sched-arg 5000 (write a space within a field as \040)
		scheduler x scx_x a\040b "" \134 d e|scheduler: surplus field: 7 given, at most 2 taken: give arguments with sched-arg a\040b and sched-arg "" and sched-arg \134 and sched-arg d and so on (write a space within a field as \040)
		sched-arg -s 5000|sched-arg: surplus field: 2 given, at most 1 taken: give arguments with sched-arg -s and sched-arg 5000 (write a space within a field as \040)
		run-arg 10 20|run-arg: surplus field: 2 given, at most 1 taken: give arguments with run-arg 10 and run-arg 20 (write a space within a field as \040)
		binary ./t 10|binary: surplus field: 2 given, at most 1 taken: give arguments with run-arg 10 (write a space within a field as \040)
		run-arg 'a b'|run-arg: surplus field: 2 given, at most 1 taken: quotes do not join words (write a space within a field as \040)
		binary "./a b/c"|binary: surplus field: 2 given, at most 1 taken: quotes do not join words (write a space within a field as \040)
		binary ./dir with space/x|binary: surplus field: 3 given, at most 1 taken (write a space within a field as \040)
		sysctl a|sysctl: missing field: 1 given, 2 needed
		enable ""|enable: the command is empty
		disable ""|disable: the command is empty
		enable a\012b|enable: not one line of text that a terminal can show as it is: who runs it as root must be able to read it first: a\012b
		disable \033|disable: not one line of text that a terminal can show as it is: who runs it as root must be able to read it first: \033
		enable a\000|bad escape: after a backslash come three octal digits, 001 to 377 (\134 is a backslash)
		enable a b|enable: surplus field: 2 given, at most 1 taken (write a space within a field as \040)
		enabled-when /sys/x|enabled-when: missing field: 1 given, 2 needed
		enabled-when /tmp/x 1|enabled-when: the file is not below /sys/ or /proc/, where the kernel says what is on: /tmp/x 1
		enabled-when sys/x 1|enabled-when: the file is not below /sys/ or /proc/, where the kernel says what is on: sys/x 1
		enabled-when /sys/../tmp/x 1|enabled-when: not the path of a file, without '..': /sys/../tmp/x 1
		enabled-when /sys/x/ 1|enabled-when: not the path of a file, without '..': /sys/x/ 1
		enabled-when /sys/x ""|enabled-when: the value is not a line of text: /sys/x ""
		enabled-when /sys/x a\012|enabled-when: the value is not a line of text: /sys/x a\012
		enabled-when /sys/x \0401|enabled-when: the value begins or ends with a blank: leave it out, as it is in the file: /sys/x  1
		run-args|run-args: missing field: 0 given, 1 needed
		run-args ""|run-args: neither none nor ktstr, which stands for those of a ktstr test binary: others are given with run-arg
		run-args 10|run-args: neither none nor ktstr, which stands for those of a ktstr test binary: others are given with run-arg: 10
		attaches-schedulers yes|attaches-schedulers: surplus field: 1 given, at most 0 taken (write a space within a field as \040)
		expect-scheduler-error ""|expect-scheduler-error: it is empty
		expect-scheduler-error a\012b|expect-scheduler-error: not text that a terminal can show as it is: a\012b
		expect-scheduler-error task stall|expect-scheduler-error: surplus field: 2 given, at most 1 taken (write a space within a field as \040)
		drops-root 1|drops-root: surplus field: 1 given, at most 0 taken (write a space within a field as \040)
	EOF
}

@test "manifest: config-file's arguments come first, and have the packed file where {file} stands" {
	local record wanted
	program sched
	echo c >'a b.json'
	echo o >other
	while IFS='|' read -r record wanted; do
		define 'test a' 'binary t' 'scheduler s ./sched' 'sched-arg last' 'include ./other' "config-file ./a\\040b.json$record"
		run -0 --separate-stderr ktstr-manifest a
		expect value "$(grep ^sched-arg <<<"$output" | cut -c11- | paste -sd ' ')" "$wanted last"
		expect output has "file include/a\\040b.json $PWD/a\\040b.json 0755
file include/other $PWD/other 0755"
		expect stderr ''
	done <<-'EOF'
		|--config {include/a\040b.json}
		 --config={file}|--config={include/a\040b.json}
		 f:{file}|f:{include/a\040b.json}
		 --config {file} --more ""|--config {include/a\040b.json} --more ""
		 {file}:{file} {{file}}|{include/a\040b.json}:{include/a\040b.json} {{include/a\040b.json}}
		 {"conf":"{file}"} {include/other}|{"conf":"{include/a\040b.json}"} {include/other}
	EOF
	echo c >'c}'
	define 'test a' 'binary t' 'scheduler s ./sched' 'config-file ./c}'
	fails_with 1 "./t.ktstr:4: config-file: ./c}: no argument can refer to a name with a '}': rename it" ktstr-manifest a
	define 'test a' 'binary t' 'scheduler s ./sched' 'sched-arg {"a":{"b":"include/c"}}' 'run-arg {file}' 'include ./c}'
	run -0 ktstr-manifest a
	expect output has 'sched-arg {"a":{"b":"include/c"}}'
	expect output has 'run-arg {file}'
}

@test "manifest: kernels that a test needs, and no other order of versions" {
	local record
	while read -r record; do
		define 'test a' 'binary t' "$record"
		run -0 --separate-stderr ktstr-manifest a
		expect output has $'\n'"$record"$'\n'
		expect stderr ""
	done <<-'EOF'
		kernel 6
		kernel 6.12
		kernel 6.12.0
		kernel 6.12.5 6.12
		kernel 6.12.5 6
		kernel 6.9 6.10
		kernel 6 6.0
		kernel 5.15 7.0.1
		kernel-arg isolcpus=1-3
		kernel-arg a=b\040c
	EOF
}

@test "manifest: a scheduler that is older than its sources is warned of" {
	local new
	program scx
	mkdir -p src/target/debug src/.git src/bpf
	touch src/target/CACHEDIR.TAG
	define 'test a' 'binary t' 'scheduler x ./scx' 'built-from ./src'
	for new in src/main.o src/libx.a src/main.d src/target/debug/gen.rs src/.git/index src/.hidden/x.c src/.main.rs.swp; do
		mkdir -p "${new%/*}"
		touch -d '+1 hour' "$new"
	done
	program src/tool
	touch -d '+1 hour' src/tool
	ln -s /etc/passwd src/link
	run -0 --separate-stderr ktstr-manifest a
	expect stderr ""
	touch -d '+1 minute' src/bpf/main.bpf.c
	touch -d '+2 minutes' src/Cargo.toml
	run -0 --separate-stderr ktstr-manifest a
	expect stderr "ktstr-manifest: warning: ./t.ktstr:4: built-from: ./src/Cargo.toml is newer than $PWD/scx: build the scheduler again"
	expect output has-not built-from
	touch -d '+3 minutes' scx
	run -0 --separate-stderr ktstr-manifest a
	expect stderr ""
	define 'test a' 'binary t' 'scheduler x ./scx' 'built-from src/bpf/main.bpf.c' 'built-from none'
	fails_with 1 "./t.ktstr:5: built-from: none: No such file or directory" ktstr-manifest a
	define 'test a' 'binary t' 'scheduler x ./scx' 'built-from /dev/null'
	fails_with 1 "./t.ktstr:4: built-from: /dev/null: Invalid argument" ktstr-manifest a
	ln -s nowhere dangling
	define 'test a' 'binary t' 'scheduler x ./scx' 'built-from dangling'
	fails_with 1 "./t.ktstr:4: built-from: dangling: No such file or directory" ktstr-manifest a
	define 'test a' 'binary t' 'built-from none'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr "ktstr-manifest: warning: ./t.ktstr:3: built-from: without effect, as no scheduler is started: the scheduler record names no program"
}

@test "manifest: sources that cannot be read are an error, as the newest could be among them" {
	as_nobody
	program scx
	mkdir -p src/closed src/.closed src/target
	touch src/target/CACHEDIR.TAG
	chmod 0 src/.closed # hidden: no source
	define 'test a' 'binary t' 'scheduler x ./scx' 'built-from src'
	chmod 0 src/closed
	run -1 as_nobody ktstr-manifest a
	expect output ends ":4: built-from: src: Permission denied"
	chmod 755 src/closed
	run -0 as_nobody ktstr-manifest a
}

@test "manifest: the newest of very many sources is found" {
	program scx
	local i
	for i in {1..10}; do
		mkdir -p "src/$i"
		(cd "src/$i" && seq 1000 | xargs touch)
	done
	touch -d '+1 hour' src/7/last.c
	define 'test a' 'binary t' 'scheduler x ./scx' 'built-from src'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr has "src/7/last.c is newer than $PWD/scx"
}

@test "manifest: a scheduler that was built outside of its checkout has the state of its sources" {
	need git
	mkdir out src
	program out/scx
	(
		cd src && git init -q && echo 'int x;' >x.c && git add x.c &&
			git -c user.name=n -c user.email=e commit -qm c
	)
	touch -d '+1 hour' out/scx
	define 'test a' 'binary t' 'scheduler x ./out/scx' 'built-from ./src/x.c'
	run -0 --separate-stderr ktstr-manifest a
	expect output has $'\n'"git-scheduler $(git -C src rev-parse --short=7 HEAD)"$'\n'
}

@test "manifest: config-content is a packed file with any bytes, and with a name of its own" {
	local all=$'{"a": "\\"}\n\t\001\377\303\251 {include/x}{file}' text
	program sched
	echo c >conf
	text=$(printf '%s\n' "$all" | od -An -v -to1 | tr -d '\n' | tr ' ' '\134')
	define 'test a' 'binary t' 'scheduler s ./sched' 'sched-arg {include/a\040b}' "config-content a\\040b $text f:{file} {file}" 'config-file conf'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr ''
	expect output has 'sched-arg --config
sched-arg {include/conf}
sched-arg f:{include/a\040b}
sched-arg {include/a\040b}
sched-arg {include/a\040b}'
	expect output has 'needs-bytes 16384'
	ktstr-manifest a | ktstr-pack -t >tar
	tar -xf tar
	printf '%s\n' "$all" | cmp - 'include/a b'
	expect value "$(stat -c %a 'include/a b')" 755
	ktstr-manifest a | ktstr-libs | ktstr-preamble >header
	grep -qx 'PACKED_COUNT=4' header
	define 'test a' 'binary t' 'config-content empty ""'
	run -0 --separate-stderr ktstr-manifest a
	expect output has 'content include/empty 0755 ""'
	expect stderr "ktstr-manifest: warning: ./t.ktstr:3: config-content: without effect, as no scheduler is started: the scheduler record names no program"
}

@test "manifest: config-content and a file with one name are an error that says both lines" {
	echo c >conf
	for record in config-file include; do
		define 'test a' 'binary t' 'config-content conf x' "$record ./conf"
		fails_with 1 "./t.ktstr:4: $record: $PWD/conf and config-content on line 3 would both be include/conf: rename one" ktstr-manifest a
	done
	define 'config-content conf x' 'test a' 'binary t' 'config-content other y' 'include ./conf'
	run -0 ktstr-manifest a
	expect output has-not 'include/conf 0755 x'
}

@test "manifest: a test in a file names its binary" {
	define 'test a' 'binary t' 'test b'
	fails_with 1 "t.ktstr:3: test: b has no binary record" ktstr-manifest -f t.ktstr a
}

@test "manifest: tests that cannot be exported are refused with status 2 and a reason" {
	define 'binary t' 'test a' host-only
	run -2 ktstr-manifest a
	expect output has "./t.ktstr:3: host-only: a runs beside a virtual machine"
	expect output ends "run it with its own framework"
	for keyword in 'scheduler eevdf' attaches-schedulers x-none; do
		define 'binary t' 'test a' 'expect-scheduler-error stall' "$keyword"
		run -2 ktstr-manifest a
		expect output has "./t.ktstr:3: expect-scheduler-error: a expects that its scheduler is ejected, and its scheduler record names no program"
	done
	define 'binary t' 'test a' 'bpf-map-write m 0 1'
	run -2 ktstr-manifest a
	expect output has ":3: bpf-map-write: a has a BPF map written from outside"
	expect output ends "have the test write the map itself"
	for keyword in enable disable; do
		define 'binary t' 'test a' "$keyword echo"
		run -2 ktstr-manifest a
		expect output has ":3: $keyword: the scheduler of a is built into a kernel"
		expect output ends "read them, then pack them with ktstr-export --allow-commands"
	done
	define 'binary t' 'test a' 'scheduler s ./t' attaches-schedulers
	run -2 ktstr-manifest a
	expect output ends ":4: attaches-schedulers: a attaches schedulers of its own, and its scheduler record names a program: leave out one of them"
}

@test "manifest: --allow-commands takes commands, as they are, with any name of a scheduler" {
	define 'binary t' 'enable echo\0401' 'test a' 'scheduler builtin' 'enable it\047s' 'disable echo\0400' 'disable true' 'enabled-when /proc/x/y 1\0402'
	run -0 --separate-stderr ktstr-manifest --allow-commands a
	expect stderr ''
	expect value "$(grep -E '^(scheduler|enable|disable)' <<<"$output")" "scheduler builtin
enable echo\0401
enable it's
disable echo\0400
disable true
enabled-when /proc/x/y 1\0402"
	ktstr-pack <<<"$output" >/dev/null
	define 'binary t' 'test a' 'enable true' 'disable true'
	run -0 --separate-stderr ktstr-manifest --allow-commands a
	expect stderr has 'a: scheduler: commands switch a scheduler on, and it has the name of the kernel'"'"'s own: name it in a scheduler record'
	run -0 ktstr-manifest --allow-commands --list
}

@test "manifest: commands that would not be undone, or beside another scheduler, are refused with status 2" {
	local records message
	while IFS='|' read -r records message; do
		IFS=';' read -ra records <<<"$records"
		define 'binary t' 'test a' "${records[@]}"
		run -2 ktstr-manifest --allow-commands a
		expect output "ktstr-manifest: ./t.ktstr:3: $message"
	done <<-'EOF'
		enable true|enable: a has no disable record, so that the scheduler would stay on: give the commands that switch it off
		disable true|disable: a has no enable record, which would switch a scheduler on
		enabled-when /sys/x 1|enabled-when: a has no enable record, which would switch a scheduler on
		enable true;disable true;scheduler s ./t|enable: a has commands that switch a scheduler on, and its scheduler record names a program: leave out one of them
		enable true;disable true;attaches-schedulers|enable: a has commands that switch a scheduler on, and attaches schedulers of its own: leave out one of them
		host-only;enable true;disable true|host-only: a runs beside a virtual machine, which a .run does not have: run it with its own framework
		bpf-map-write m 0 1;enable true;disable true|bpf-map-write: a has a BPF map written from outside a virtual machine, which a .run cannot do: have the test write the map itself
	EOF
}

@test "manifest: what cannot be packed is named: missing, a directory, unreadable, not executable, a device" {
	mkdir d
	define 'test a' 'binary t' 'include ./d'
	run -1 ktstr-manifest a
	expect output ends ":3: include: ./d: Is a directory (a directory is packed by the record include-dir)"
	define 'test a' 'binary ./d'
	fails_with 1 "./t.ktstr:2: binary: ./d: Is a directory" ktstr-manifest a
	define 'test a' 'binary t' 'scheduler s ./d'
	fails_with 1 "./t.ktstr:3: scheduler: ./d: Is a directory" ktstr-manifest a
	define 'test a' 'binary t' 'include ./missing'
	fails_with 1 "./t.ktstr:3: include: ./missing: No such file or directory" ktstr-manifest a
	define 'test a' 'binary t' 'include /dev/null'
	fails_with 1 "./t.ktstr:3: include: /dev/null: not a regular file" ktstr-manifest a
	mkfifo fifo
	define 'test a' 'binary t' 'include ./fifo'
	fails_with 1 "./t.ktstr:3: include: ./fifo: not a regular file" ktstr-manifest a
	echo >data
	define 'test a' 'binary data'
	fails_with 1 "./t.ktstr:2: binary: data: not executable: chmod +x it" ktstr-manifest a
	define 'test a' 'binary t' 'scheduler s ./data'
	fails_with 1 "./t.ktstr:3: scheduler: ./data: not executable: chmod +x it" ktstr-manifest a
	define 'test a' 'binary t' 'include no-such-program-xyz'
	fails_with 1 "./t.ktstr:3: include: no-such-program-xyz: not a program on PATH: write ./no-such-program-xyz for a file of yours" \
		ktstr-manifest a
	mkdir -p below
	echo >below/limits.txt
	printf '%s\n' 'test a' 'binary ../t' 'include limits.txt' >below/l.ktstr
	fails_with 1 "below/l.ktstr:3: include: limits.txt: not a program on PATH: there is a file ./limits.txt: write that" \
		ktstr-manifest -f below/l.ktstr a
}

@test "manifest: an unreadable file is an error for who is not root" {
	as_nobody
	echo >secret
	chmod 0 secret
	define 'test a' 'binary t' 'include ./secret'
	run -1 as_nobody ktstr-manifest a
	expect output ends ":3: include: ./secret: Permission denied"
}

@test "manifest: one basename for two files is an error that names both, the same file is packed once" {
	mkdir x y
	echo 1 >x/f
	echo 2 >y/f
	define 'test a' 'binary t' 'include x/f' 'include y/f'
	fails_with 1 "./t.ktstr:4: include: $PWD/x/f and $PWD/y/f would both be include/f: rename one" \
		ktstr-manifest a
	ln -sf ../x/f y/f
	define 'test a' 'binary t' 'include x/f' 'include ./x/f' 'include y/f'
	run -0 ktstr-manifest a
	expect value "$(grep -c '^file include/' <<<"$output")" 1
}

@test "manifest: a bare include is a program on PATH and must be executable there" {
	mkdir bin
	program bin/tool
	define 'test a' 'binary t' 'include tool'
	PATH=$PWD/bin:$PATH run -0 ktstr-manifest a
	expect output ends "file include/tool $PWD/bin/tool 0755"
	chmod -x bin/tool
	PATH=$PWD/bin:$PATH run -1 ktstr-manifest a
}

# include_from PATH: the manifest of a test that includes its last name, which PATH finds there
include_from() {
	define 'test a' 'binary t' "include ${1##*/}"
	PATH=${1%/*}:$PATH run -0 --separate-stderr ktstr-manifest a
}

@test "manifest: a bare include that is a script or leads into a version manager is a warning that names it" {
	local row='' wanted path target
	mkdir -p bin real ccache .cargo/bin .pyenv/{shims,versions/3/bin} opt/asdf/shims mise/shims .volta/bin alternatives
	for path in real/elf ccache/ccache real/snap .cargo/bin/rustup .pyenv/versions/3/bin/python3 mise/shims/hard .volta/bin/volta-shim; do
		cp "$(type -P true)" "$path"
	done
	for path in bin/script .pyenv/shims/python3 opt/asdf/shims/node; do
		printf '#!/bin/bash -e\nexec elsewhere\n' >"$path"
		chmod 755 "$path"
	done
	ln .cargo/bin/rustup .cargo/bin/hardlinked
	ln -s ../../real/elf .cargo/bin/elf
	ln -s "$PWD/real/elf" alternatives/elf
	ln -s "$PWD/bin/script" alternatives/script
	while read -r path target wanted; do
		[ "$target" = - ] || ln -s "${target/#@/$PWD}" "$path"
		include_from "$PWD/$path"
		[[ $stderr == *"${wanted//@/$PWD}"* ]] || row+="$path $wanted: $stderr"$'\n'
		[[ $wanted || ! $stderr ]] || row+="$path: not silent: $stderr"$'\n'
		[[ $output == *"file include/${path##*/} $PWD/$path 0755"* ]] || row+="$path: not packed"$'\n'
	done <<-'END'
		real/elf -
		bin/link @/real/elf
		bin/elf @/alternatives/elf
		.cargo/bin/rustup -
		ccache/ccache -
		.pyenv/versions/3/bin/python3 -
		.cargo/bin/elf -
		bin/script - warning: ./t.ktstr:3: include: @/bin/script is a script (#!/bin/bash -e), and the programs that it starts are not packed: include the program itself by its path, or @/bin/script if the script is meant
		bin/perf ../alternatives/script include: @/bin/perf is a script (#!/bin/bash -e)
		.pyenv/shims/python3 - include: @/.pyenv/shims/python3 is a stand-in of pyenv, and the program that it starts is not packed: include that by its path, which 'pyenv which python3' prints
		bin/python3 @/.pyenv/shims/python3 @/bin/python3 is a link into pyenv, and
		bin/python @/.pyenv/versions/3/bin/python3 is a link into pyenv, and
		opt/asdf/shims/node - is a stand-in of asdf, and
		mise/shims/hard - is a stand-in of mise, and
		.cargo/bin/cargo rustup @/.cargo/bin/cargo is a link into rustup, and the program that it starts is not packed: include that by its path, which 'rustup which cargo' prints
		.cargo/bin/hardlinked - is a stand-in of rustup, and
		.volta/bin/npm volta-shim is a link into volta, and
		ccache/gcc ccache is a link into ccache, and the program that it starts is not packed: include that by its path
		bin/lxc ../real/snap is a link into snap, and
	END
	printf '%s' "$row"
	expect value "$row" ''
	define 'test a' 'binary t' 'include bin/script'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr ''
}

@test "manifest: relative paths of a file begin in its own directory" {
	mkdir -p deep/er
	mv t deep/er
	printf 'test a\nbinary ./t\n' >deep/er/x.ktstr
	run -0 ktstr-manifest -f deep/er/x.ktstr a
	expect output ends "file ktstr $PWD/deep/er/t 0755"
	run -0 ktstr-manifest -f - a < <(printf 'test a\nbinary deep/er/t\n')
	expect output ends "file ktstr $PWD/deep/er/t 0755"
}

@test "manifest: a scheduler is found in each place, in order, and a missing one lists them all" {
	local place
	mkdir -p deps target/debug target/release onpath
	cp t deps/t
	define 'test a' 'binary deps/t' 'scheduler s scx_x'
	for place in onpath target/release target/debug . deps; do
		program "$place/scx_x"
		PATH=$PWD/onpath:$PATH run -0 ktstr-manifest a
		[[ $output == *"file scheduler $(realpath "$place")/scx_x 0755" ]]
	done
	program mine
	KTSTR_SCHEDULER=./mine run -0 ktstr-manifest a
	expect output ends "file scheduler $PWD/mine 0755"
	KTSTR_SCHEDULER=./gone fails_with 1 \
		"./t.ktstr:3: scheduler: scx_x not found: KTSTR_SCHEDULER names ./gone, which is no program: correct or unset it" \
		ktstr-manifest a
	rm scx_x ./*/scx_x target/*/scx_x
	PATH=$PWD/onpath:$TOP/build/bin run -1 ktstr-manifest a
	expect output has "looked at $PWD/deps/scx_x, $PWD/scx_x, target/debug/scx_x, target/release/scx_x, the directories of PATH: build it"
}

@test "manifest: a file that has a program's name and is none is named with its fault, and passed over if there is a program" {
	local record path make wanted
	mkdir bin later
	while IFS='|' read -r make wanted; do
		(cd bin && eval "$make")
		for record in 'scheduler s x' 'include x'; do
			define 'test a' 'binary t' "$record"
			PATH=$PWD/bin:$PATH fails_with 1 "./t.ktstr:3: ${record%% *}: $PWD/bin/x: $wanted" ktstr-manifest a
			cp t later/x
			PATH=$PWD/bin:$PWD/later:$PATH run -0 --separate-stderr ktstr-manifest a
			expect output ends "/x $PWD/later/x 0755" || expect output ends "file scheduler $PWD/later/x 0755"
			expect stderr begins "ktstr-manifest: warning: ./t.ktstr:3: ${record%% *}: $PWD/bin/x: $wanted ($PWD/later/x is taken)"
			rm later/x
		done
		for path in "scheduler s bin/x" "binary bin/x"; do
			define 'test a' "$path"
			[[ $path == binary* ]] || echo 'binary t' >>t.ktstr
			fails_with 1 "./t.ktstr:2: ${path%% *}: bin/x: $wanted" ktstr-manifest a
		done
		define 'test a' 'binary t' 'scheduler s x'
		KTSTR_SCHEDULER=bin/x fails_with 1 "./t.ktstr:3: scheduler: bin/x (\$KTSTR_SCHEDULER): $wanted" ktstr-manifest a
	done <<-'EOF'
		echo >x|not executable: chmod +x it
		ln -sf nowhere x|a link that leads to nothing
		ln -sf x x|Too many levels of symbolic links
		rm x; mkfifo x|not a regular file
	EOF
	rm bin/x
	ln -s nowhere dangling
	run -1 ktstr-manifest -b ./dangling a
	expect output "ktstr-manifest: ./dangling: a link that leads to nothing"
	run -1 ktstr-manifest -f dangling a
	expect output "ktstr-manifest: dangling: a link that leads to nothing"
}

@test "manifest: a directory with a scheduler's name is one of the places where it was looked for" {
	mkdir -p bin scx_x real
	ln -s "$PWD/real" bin/scx_x
	define 'test a' 'binary t' 'scheduler s scx_x'
	fails_with 1 "./t.ktstr:3: scheduler: scx_x not found; looked at $PWD/scx_x (Is a directory), target/debug/scx_x, target/release/scx_x, $PWD/bin/scx_x (Is a directory), the directories of PATH: build it, or set KTSTR_SCHEDULER" \
		env PATH="$PWD/bin" "$TOP/build/bin/ktstr-manifest" a
	rm bin/scx_x
	program bin/scx_x
	PATH=$PWD/bin:$PATH run -0 --separate-stderr ktstr-manifest a
	expect stderr ''
}

@test "manifest: a program that this user cannot read is named, also among those that are looked for" {
	as_nobody
	local record
	mkdir bin
	cp t bin/x
	chmod 0711 bin/x
	for record in 'scheduler s x' 'include x'; do
		define 'test a' 'binary t' "$record"
		PATH=$PWD/bin:$PATH run -1 as_nobody ktstr-manifest a
		expect output "ktstr-manifest: ./t.ktstr:3: ${record%% *}: $PWD/bin/x: Permission denied"
	done
	chmod 0 bin # what is in it is not known
	define 'test a' 'binary t' 'scheduler s x'
	PATH=$PWD/bin:$PATH run -1 as_nobody ktstr-manifest a
	expect output has "x not found; looked at $PWD/x, target/debug/x, target/release/x, $PWD/bin/x (Permission denied), "
}

@test "manifest: what a definition names is looked for beside the test binary too, and the message names all places" {
	local source record
	mkdir -p built/deps/d here
	program built/scx
	echo 1 >built/above
	echo 2 | tee built/deps/{beside,conf,source} >built/deps/d/in
	touch -d '-1 hour' built/deps/source
	set -- 'scheduler s ./scx' 'built-from source' 'config-file conf' 'include ./beside' 'include ./above' 'include-dir ./d'
	describes b "$@"
	mv b built/deps
	printf '%s\n' 'binary ../built/deps/b' 'test b' "$@" >here/t.ktstr
	for source in '-f here/t.ktstr' '-b built/deps/b'; do
		# shellcheck disable=SC2086 # an option and its value
		run -0 --separate-stderr ktstr-manifest $source b
		expect output ends "
file ktstr $PWD/built/deps/b 0755
file scheduler $PWD/built/scx 0755
file include/conf $PWD/built/deps/conf 0755
file include/beside $PWD/built/deps/beside 0755
file include/above $PWD/built/above 0755
file include/d/in $PWD/built/deps/d/in 0644
directory include/d 0755"
		expect stderr ''
	done
	# the first place counts, even if what is there cannot be packed
	echo >here/above
	run -0 ktstr-manifest -f here/t.ktstr b
	expect output has "file include/above $PWD/here/above"
	ln -sf nowhere here/above
	fails_with 1 'here/t.ktstr:7: include: here/above: a link that leads to nothing' ktstr-manifest -f here/t.ktstr b
	for record in 'scheduler s ./gone' 'built-from gone' 'config-file gone' 'include ./gone' 'include-dir gone'; do
		printf '%s\n' 'binary ../built/deps/b' 'scheduler s ../built/scx' 'test b' "$record" >here/t.ktstr
		fails_with 1 "here/t.ktstr:4: ${record%% *}: ${record##* } not found; looked at here/gone, $PWD/built/deps/gone, $PWD/built/gone" \
			ktstr-manifest -f here/t.ktstr b
	done
	describes c 'include ./gone'
	mv c built
	fails_with 1 "built/c: c: include: ./gone not found; looked at ./gone, $PWD/built/gone" ktstr-manifest -b built/c c
}

@test "manifest: what only a scheduler takes is a warning where none is started" {
	define 'test a' 'binary t' 'sched-arg -v'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr has "warning: ./t.ktstr:3: sched-arg: without effect, as no scheduler is started"
	expect output has-not sched-arg
}

@test "manifest: a test that attaches schedulers of its own is exported without a packed one" {
	define 'binary t' 'test a' attaches-schedulers drops-root
	run -0 ktstr-manifest a
	expect output has $'\nattaches-schedulers\ndrops-root\nneeds-'
}

@test "manifest: a program that is a link keeps the link's name, its directory has no links" {
	mkdir -p real/deps onpath
	program real/deps/multi-call
	program real/scx_beside
	ln -s real link
	ln -s multi-call real/deps/sleep
	ln -s "$PWD/real/deps/multi-call" 'two words'
	ln -s "$PWD/real/deps/multi-call" onpath/scx_found
	local binary spec paths
	while IFS='|' read -r binary spec paths; do
		define 'test a' "binary $binary" "scheduler s $spec"
		PATH=$PWD/onpath:$PATH run -0 ktstr-manifest a
		grep -E '^file (ktstr|scheduler) ' <<<"$output" | cut -d' ' -f3 | paste -sd' ' >got
		diff -u - got <<<"${paths//@/$PWD}" || {
			echo "row: $binary, $spec"
			false
		}
	done <<-'EOF'
		link/deps/sleep|./t|@/real/deps/sleep @/t
		two\040words|./link/deps/../deps/sleep|@/two\040words @/real/deps/sleep
		t|scx_found|@/t @/onpath/scx_found
		two\040words|scx_beside|@/two\040words @/real/scx_beside
	EOF
	define 'test a' 'binary t' 'scheduler s s'
	KTSTR_SCHEDULER=link/deps/sleep run -0 ktstr-manifest a
	expect output has "file scheduler $PWD/real/deps/sleep 0755"
	ln -s "$TOP/build/examples/fair" alias
	run -0 ktstr-manifest -b alias fair
	expect output has "file ktstr $PWD/alias 0755"
	define 'test a' 'binary /proc/self/fd/3'
	run -0 ktstr-manifest a 3<t
	expect output has "file ktstr $PWD/t 0755"
}

@test "manifest: a scheduler without a program is one of the kernel's own, or refused" {
	local name
	for name in eevdf default none; do
		define 'binary t' 'test a' "scheduler $name"
		run -0 --separate-stderr ktstr-manifest a
		expect output has $'\n'"scheduler $name"$'\n'
		expect output has-not "file scheduler"
		expect stderr ''
	done
	for name in scx_lavd lavd EEVDF eevdf\\040 \\040eevdf cfs none-such defaul ext bpf é; do
		define 'binary t' 'test a' "scheduler $name"
		run -2 --separate-stderr ktstr-manifest a
		[[ -z $output && $stderr == "ktstr-manifest: ./t.ktstr:3: scheduler: "*" names no program, so that nothing would be started: give it after the name, a path or a name to find, or run under the kernel's own: eevdf" ]] || {
			echo "$name: $stderr"
			false
		}
	done
	# as a default for all tests, or with what only a scheduler takes, or with schedulers of the test's own
	define 'binary t' 'scheduler scx_lavd' 'test a' 'sched-arg -v' attaches-schedulers
	run -2 ktstr-manifest a
	define 'binary t' 'scheduler scx_lavd' 'test a' 'scheduler eevdf'
	run -0 ktstr-manifest a
	describes told 'scheduler scx_lavd'
	run -2 ktstr-manifest -b told told
	expect output "ktstr-manifest: told: told: scheduler: scx_lavd names no program, so that nothing would be started: give the scheduler's binary, or run under the kernel's own: eevdf"
	define 'binary t' 'test a' 'scheduler eevdf ./t'
	run -0 --separate-stderr ktstr-manifest a
	expect output has "file scheduler $PWD/t 0755"
	expect stderr "ktstr-manifest: warning: a: scheduler: eevdf is the name of the kernel's own scheduler, but a program is started: give it another name"
}

@test "manifest: a packed file's path within arguments counts as long as a path can be" {
	local keyword count
	for keyword in run-arg sched-arg 'config-file ./t'; do
		for count in 477 478; do
			{
				printf '%s\n' 'test a' 'binary t' 'scheduler s ./t' 'include ./t'
				case $keyword in
				config-file*) printf '%s' "$keyword" && printf ' {file}%.0s' $(seq "$count") && echo ;;
				*) yes "$keyword {include/t}" | head -n "$count" ;;
				esac
			} >t.ktstr
			if ((count == 477)); then
				run -0 --separate-stderr ktstr-manifest a
				ktstr-preamble <<<"$output" >header
			else
				fails_with 1 "./t.ktstr:5: ${keyword% *}: all of them are more than Linux takes (1966080 bytes, each with 9 more): put them into a file, and include that" ktstr-manifest a
			fi
		done
	done
}

@test "manifest: run-args says that a program takes no arguments, or those of a test binary, and excludes run-arg" {
	local which
	for which in none ktstr; do
		define 'run-args ktstr' 'test a' 'binary t' "run-args $which"
		run -0 --separate-stderr ktstr-manifest a
		expect output has $'\n'"run-args $which"$'\n'
		expect stderr ''
	done
	define 'run-arg 1' 'test a' 'binary t' 'run-args none'
	fails_with 1 './t.ktstr:4: run-args: excludes run-arg, which gives arguments: leave out one of them' ktstr-manifest a
	describes told 'run-args none'
	run -0 ktstr-manifest -b told told
	expect output has $'\nrun-args none\n'
}

@test "manifest: a foreign program that would get a test binary's arguments is warned of, and no other" {
	local make record
	cp "$(type -P sleep)" elf
	while IFS='|' read -r make record; do
		rm -f prog
		eval "$make"
		chmod +x prog
		define 'test a' 'binary prog' 'duration 7' "$record"
		run -0 --separate-stderr ktstr-manifest a
		expect stderr '' || {
			echo "row: $make, $record"
			false
		}
	done <<-'EOF'
		cp elf prog|run-arg 1
		cp elf prog|run-args none
		cp elf prog|run-args ktstr
		{ cat elf; echo x--ktstr-test-fn=; } >prog|
		{ cat elf; head -c 1048570 /dev/zero; echo ktstr-test-fn; head -c 99999 /dev/zero; } >prog|
		cp "$TOP/build/examples/fair" prog|
		printf '#!/bin/sh\nexec ./elf "$@"\n' >prog|
	EOF
	mv elf prog
	define 'test a' 'binary prog' 'duration 7'
	run -0 --separate-stderr ktstr-manifest a
	expect stderr "ktstr-manifest: warning: ./t.ktstr:2: binary: $PWD/prog is no ktstr test binary, and will be called as: prog run --ktstr-test-fn a --duration 7 --watchdog-timeout 5: give its arguments with run-arg, or say run-args none, or run-args ktstr if it takes these"
}

@test "manifest: arguments that Linux does not take are refused, and those that are not are taken" {
	local keyword count size wanted message
	while read -r keyword count size wanted; do
		{
			printf '%s\n' 'test a' 'binary t' 'scheduler s ./t'
			printf "%0${size}d\n" 0 | awk -v k="$keyword" -v n="$count" '{ for (; n; n--) print k, $0 }'
		} >t.ktstr
		case $wanted in
		one) message="4: $keyword: longer than 131071 bytes, the most that Linux takes for one argument: put it into a file, and include that" ;;
		all) message="4: $keyword: all of them are more than Linux takes (1966080 bytes, each with 9 more): put them into a file, and include that" ;;
		fits) message='' ;;
		esac
		run --separate-stderr bash -c 'ktstr-manifest -f t.ktstr a >m'
		[ "$stderr" = "${message:+ktstr-manifest: t.ktstr:$message}" ] && { [ -z "$message" ] || [ ! -s m ]; } || {
			echo "$keyword $count $size: $stderr" | head -c 2000
			false
		}
		# the same for a manifest by hand
		printf '%s\n' 'manifest 1' 'test a' 'scheduler s' "file ktstr $PWD/t 0755" "file scheduler $PWD/t 0755" \
			'topology 1n1l1c1t' 'duration 1' 'watchdog 1' 'git unknown' >m
		sed 1,3d t.ktstr >>m
		run --separate-stderr bash -c 'ktstr-preamble <m >header'
		expect stderr "${message:+ktstr-preamble: <stdin>:10${message#4}}"
		[ "$wanted" != fits ] || sed 1,3d t.ktstr | (ulimit -s 8192; cut -d' ' -f2 | tr '\n' '\0' >args
			mapfile -td '' args <args
			exec env -i /bin/true "${args[@]}")
	done <<-'EOF'
		run-arg 1 131071 fits
		run-arg 1 131072 one
		sched-arg 1 131072 one
		run-arg 14 131071 fits
		run-arg 15 131071 all
		sched-arg 15 131071 all
		run-arg 196608 1 fits
		run-arg 196609 1 all
	EOF
	printf '%s\n' 'test a' 'binary t' "cgroup-parent /$(printf '%04095d' 0)" >t.ktstr
	fails_with 1 't.ktstr:3: cgroup-parent: longer than a path can be' ktstr-manifest -f t.ktstr a
	# from a test binary
	describes told "run-arg $(printf '%0131072d' 0)"
	run -1 --separate-stderr ktstr-manifest -b told told
	expect stderr begins "ktstr-manifest: told --ktstr-describe=told:2: run-arg: longer than 131071 bytes"
	expect value "${#stderr}" -lt 300
}

@test "manifest: git state is that of the sources: clean, dirty, seven digits" {
	need git
	git init -q .
	define 'test a' 'binary t'
	git -c user.name=x -c user.email=x@example.com add .
	git -c user.name=x -c user.email=x@example.com commit -qm x
	run -0 ktstr-manifest a
	expect output has "git $(git rev-parse HEAD | cut -c-7)
"
	echo >>t.ktstr
	run -0 ktstr-manifest a
	expect output has "git $(git rev-parse HEAD | cut -c-7)-dirty
"
}

@test "manifest: git state is that of the test's checkout in a hook of another, too" {
	need git
	mkdir other
	git init -q other
	git -C other -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m other
	define 'test a' 'binary t'
	GIT_DIR=$PWD/other/.git GIT_WORK_TREE=$PWD/other GIT_INDEX_FILE=$PWD/other/.git/index run -0 ktstr-manifest a
	expect output has "git unknown
"
}

@test "manifest: where git does not tell the state, its reason is a warning, and no checkout is none" {
	need git
	local row='' kind wanted
	define 'test a' 'binary t'
	ktstr-manifest a >plain
	git init -q owned
	git -C owned -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m x
	git init -q empty
	mkdir plain-directory broken
	echo 'gitdir: /nowhere/modules/x' >broken/.git
	for kind in owned empty plain-directory broken; do
		cp t t.ktstr $kind
	done
	while IFS='|' read -r kind wanted; do
		LC_ALL='' LANGUAGE=de LANG=de_DE.UTF-8 GIT_TEST_ASSUME_DIFFERENT_OWNER=1 run -0 --separate-stderr \
			ktstr-manifest -f $kind/t.ktstr a
		[[ $output == *$'\ngit unknown\n'* ]] || row+="$kind: $output"$'\n'
		# shellcheck disable=SC2053 # it is a pattern
		[[ $stderr == $wanted ]] || row+="$kind: $stderr"$'\n'
	done <<-END
		owned|ktstr-manifest: warning: git: *own*'$PWD/owned'*: the state of the sources is unknown (if you trust whoever owns it, see safe.directory in git-config(1))
		broken|ktstr-manifest: warning: git: not a git repository: */nowhere/modules/x: the state of the sources is unknown
		plain-directory|
	END
	run -0 --separate-stderr ktstr-manifest -f empty/t.ktstr a
	[[ $stderr == "ktstr-manifest: warning: git: "*": the state of the sources is unknown" ]] || row+="empty: $stderr"$'\n'
	printf '%s' "$row"
	expect value "$row" ''
}

@test "manifest: a binary that describes itself is asked, and its paths begin in the current directory" {
	echo >data
	describes probe 'duration 4' 'include ./data'
	run -0 ktstr-manifest -b probe probe
	expect output has "duration 4"
	expect output ends "file ktstr $PWD/probe 0755
file include/data $PWD/data 0755"
}

@test "manifest: sources are -b and -f in order, else KTSTR_TEST_BINARY, else KTSTR_TEST_PATH" {
	describes a 'duration 21'
	printf 'test a\nduration 22\nbinary t\n' >f1.ktstr
	printf 'test a\nduration 23\nbinary t\n' >f2.ktstr
	run -0 --separate-stderr ktstr-manifest -f f2.ktstr -b a -f f1.ktstr a
	expect output has "duration 23"
	expect stderr has "warning: a: in f2.ktstr, which is taken, and in a, too"
	expect stderr has "and in f1.ktstr, too"
	KTSTR_TEST_BINARY=./a run -0 ktstr-manifest a
	expect output has "duration 21"
	KTSTR_TEST_PATH=f2.ktstr:f1.ktstr run -0 ktstr-manifest a
	expect output has "duration 23"
	KTSTR_TEST_PATH=./a:f1.ktstr run -0 ktstr-manifest a
	expect output has "duration 21"
	KTSTR_TEST_PATH=f1.ktstr:gone run -1 ktstr-manifest a
	expect output ends "gone (in KTSTR_TEST_PATH): No such file or directory"
}

# bats test_tags=promise:unknown-programs
@test "manifest: a directory gives its files in name order, and no program without the note is run" {
	program stranger 'touch ran'
	printf 'test a\nduration 32\nbinary t\n' >b.ktstr
	printf 'test a\nduration 31\nbinary t\n' >a.ktstr
	run -0 --separate-stderr ktstr-manifest a
	expect output has "duration 31"
	expect no-file ran
}

@test "manifest: programs that carry the note are found in a directory and asked" {
	cp "$TOP/build/examples/fair" marked
	run -0 ktstr-manifest fair
	expect output has "file ktstr $PWD/marked 0755"
	strip marked
	run -0 ktstr-manifest fair
	expect output has "file ktstr $PWD/marked 0755"
	cp "$(type -P true)" unmarked
	rm marked
	run -1 ktstr-manifest fair
}

# bats test_tags=promise:unknown-programs
@test "manifest: a program that the kernel does not run is not run by a shell" {
	need_bare ktstr-manifest
	cp "$TOP/build/examples/fair" foreign
	printf '\377\177' | dd of=foreign bs=1 seek=18 conv=notrunc status=none # e_machine
	printf '\ntouch PWNED\n' >>foreign
	fails_with 1 "./foreign: cannot be run to ask for --ktstr-describe=a: Exec format error" ktstr-manifest a
	printf 'touch PWNED\n' >plain
	chmod +x plain
	fails_with 1 "plain: cannot be run to ask for --ktstr-describe=a: Exec format error" ktstr-manifest -b plain a
	expect no-file PWNED
}

# bats test_tags=promise:unknown-programs
@test "manifest: ELF files cut short at any of the first 4096 bytes are strangers" {
	need readelf
	local size note
	note=$((16#$(readelf -SW "$TOP/build/examples/fair" | sed -nE 's/.* \.note\.ktstr +NOTE +[0-9a-f]+ ([0-9a-f]+) .*/\1/p')))
	expect value "$note" -gt 300
	mkdir cut
	for ((size = 0; size < 4096; size += 61)); do
		head -c "$size" "$TOP/build/examples/fair" >"cut/f$size"
		chmod +x "cut/f$size"
	done
	# where its note is whole it is run, and the kernel refuses it: status 1, but never a crash
	KTSTR_TEST_PATH=cut run ktstr-manifest --list
	expect status -le 1
	for ((size = 0; size < 4096; size += 61)); do
		((size < note)) || rm "cut/f$size"
	done
	KTSTR_TEST_PATH=cut run -0 --separate-stderr ktstr-manifest --list
	expect output ""
}

@test "manifest: an unknown name suggests the nearest, and says where was looked" {
	define 'binary t' 'test spread' 'test spread_out' 'test fair'
	fails_with 1 'spraed: no such test in ./t.ktstr; did you mean "spread"?' ktstr-manifest spraed
	fails_with 1 'spread_: no such test in ./t.ktstr; did you mean "spread" or "spread_out"?' ktstr-manifest spread_
	fails_with 1 'nothing_like_it: no such test in ./t.ktstr (--list shows those there are)' \
		ktstr-manifest nothing_like_it
	mkdir empty
	cd empty
	fails_with 1 'x: no test binary and no .ktstr file here: name one with -b or -f, or set KTSTR_TEST_PATH' \
		ktstr-manifest x
}

@test "manifest: a binary that hangs is killed, with its children, after 8 s" {
	need_fast ktstr-manifest
	program hang 'sleep 61.25 & sleep 61.25'
	local start=$SECONDS
	fails_with 1 "hang: no answer within 8 s to --ktstr-describe=a: it was killed" ktstr-manifest -b hang a
	((SECONDS - start <= 30))
	run -1 pgrep -f 'sleep 61.25'
}

@test "manifest: a binary has one time for all that it is asked" {
	need_fast ktstr-manifest
	program slow 'sleep 4.5' 'case $1 in --ktstr-list) echo b;; *) exit 1;; esac'
	local start=$SECONDS
	fails_with 1 "slow: no answer within 8 s to --ktstr-list: it was killed" ktstr-manifest -b slow a
	((SECONDS - start <= 30))
}

@test "manifest: an answer is not delayed by a child that holds the pipe, and the child is killed" {
	need_fast ktstr-manifest
	need setsid
	describes a
	sed -i '1a sleep 61.75 & setsid sleep 4.25 &' a
	local start=$SECONDS
	run -0 --separate-stderr ktstr-manifest -b a a
	((SECONDS - start <= 3))
	expect output ends "file ktstr $PWD/a 0755"
	run -1 pgrep -f 'sleep 61.75'
}

@test "manifest: closed standard descriptors are an error where they are used, and harm nothing else" {
	describes a
	run -0 bash -c 'exec 3>&1; ktstr-manifest -b a a <&- 2>&- | cat'
	expect output ends "file ktstr $PWD/a 0755"
	run -1 bash -c 'ktstr-manifest -b a a <&- >&-'
	expect output "ktstr-manifest: standard output: Bad file descriptor"
}

@test "manifest: ignored SIGCHLD does not hide how a binary ended" {
	describes a
	run -0 --separate-stderr bash -c 'trap "" CHLD; exec ktstr-manifest -b a a'
	expect output ends "file ktstr $PWD/a 0755"
}

@test "manifest: a binary that crashes, floods or prints rubbish is a clear error" {
	program crash 'kill -SEGV $$'
	fails_with 1 "crash: killed by signal 11 (Segmentation fault) when asked for --ktstr-describe=a" \
		ktstr-manifest -b crash a
	program flood 'exec yes'
	fails_with 1 "flood: more than 1 MiB in answer to --ktstr-describe=a: it was killed" \
		ktstr-manifest -b flood a
	program rubbish 'echo hello world'
	fails_with 1 "rubbish --ktstr-describe=a:1: hello: unknown keyword (one of your own begins with x-)" \
		ktstr-manifest -b rubbish a
	program noise 'echo usage: me >&2; echo more >&2; exit 3'
	fails_with 1 "noise: is not a test binary: ended with status 3 when asked for --ktstr-describe=a: usage: me" \
		ktstr-manifest -b noise a
	program misused 'echo "me: x.c:1: test a: duration_s is 0" >&2; exit 64'
	fails_with 1 "misused: could not be asked for --ktstr-describe=a: ended with status 64: me: x.c:1: test a: duration_s is 0" \
		ktstr-manifest -b misused a
	program other 'echo test b'
	fails_with 1 "other: defines b, not a alone" ktstr-manifest -b other a || [[ $stderr == *"defines b, not a alone" ]]
	program outside 'printf "test a\nbinary /etc/passwd\n"'
	run -1 ktstr-manifest -b outside a
	expect output ends ":2: binary: a binary that describes itself leaves it out"
	program names 'case $1 in --ktstr-list) echo "two words";; *) exit 1;; esac'
	run -1 ktstr-manifest -b names a
	expect output has "names: --ktstr-list: a test's name is made of"
	expect output ends ": two words"
	: >empty
	chmod +x empty
	run -1 ktstr-manifest -b empty a
}

@test "manifest: a source that fails after the one that has the test is a warning, before it an error" {
	describes a
	program crash 'kill -SEGV $$'
	run -0 --separate-stderr ktstr-manifest -b a -b crash a
	expect stderr "ktstr-manifest: crash: killed by signal 11 (Segmentation fault) when asked for --ktstr-describe=a
ktstr-manifest: warning: crash: could not be asked whether it has a, too"
	run -1 ktstr-manifest -b crash -b a a
}

@test "manifest: --list that finds nothing says so, with status 0" {
	mkdir empty
	cd empty
	run -0 --separate-stderr ktstr-manifest --list
	expect output ""
	expect stderr "ktstr-manifest: no test binary and no .ktstr file here: name one with -b or -f, or set KTSTR_TEST_PATH"
	: >none.ktstr
	run -0 --separate-stderr ktstr-manifest --list
	expect output ""
	expect stderr "ktstr-manifest: no test in ./none.ktstr"
}

@test "manifest: what is no file of definitions for -f says what it is" {
	define 'test a' 'binary t'
	ktstr-manifest a >m
	fails_with 1 "m:1: manifest: this is a manifest, not definitions" ktstr-manifest -f m a
	cp "$(type -P true)" elf
	fails_with 1 "elf: a program, not definitions: a test binary is for -b" ktstr-manifest -f elf a
}

@test "manifest: --list is tab-separated in a pipe and aligned on a terminal" {
	need script
	define 'binary t' 'test a' 'test long_name' 'scheduler my\040\134sched scx_x' 'topology 2n4l8c2t'
	run -0 bash -c 'ktstr-manifest --list | cat'
	expect output $'a\teevdf\t1n1l2c1t\t./t.ktstr\nlong_name\tmy \\134sched\t2n4l8c2t\t./t.ktstr'
	run -0 on_terminal ktstr-manifest --list
	expect value "${lines[0]%$'\r'}" "NAME       SCHEDULER     TOPOLOGY  SOURCE"
	expect value "${lines[1]%$'\r'}" "a          eevdf         1n1l2c1t  ./t.ktstr"
	expect value "${lines[2]%$'\r'}" 'long_name  my \134sched  2n4l8c2t  ./t.ktstr'
}

@test "manifest: --list shows the others where one source fails, with status 1" {
	define 'binary t' 'test a'
	echo bad >bad.ktstr
	run -1 --separate-stderr ktstr-manifest --list
	expect output $'a\teevdf\t1n1l2c1t\t./t.ktstr'
	expect stderr "ktstr-manifest: ./bad.ktstr:1: bad: unknown keyword (one of your own begins with x-)"
}

@test "manifest: --list goes on after a bad test of a binary, with status 1" {
	program many 'case $1 in --ktstr-list) printf "a\nb\nc\n" ;; *=b) echo rubbish ;;' \
		'*) echo "test ${1#*=}" ;; esac'
	run -1 --separate-stderr ktstr-manifest -b many --list
	expect output $'a\teevdf\t1n1l2c1t\tmany\nc\teevdf\t1n1l2c1t\tmany'
	expect stderr "ktstr-manifest: many --ktstr-describe=b:1: rubbish: unknown keyword (one of your own begins with x-)"
}

@test "manifest: --list takes patterns, and lists a test once that several match" {
	define 'binary t' 'test net_a' 'test net_b' 'test disk' 'test a.b:c-d'
	local pattern names
	while IFS='|' read -r pattern names; do
		run -0 --separate-stderr bash -c "ktstr-manifest --list $pattern | cut -f 1 | paste -sd ' '"
		echo "$pattern"
		expect output "$names"
		expect stderr ''
	done <<-'EOF'
		'net_*'|net_a net_b
		'net_[!a]'|net_b
		'dis?' 'net_*' net_a disk|net_a net_b disk
		'*'|net_a net_b disk a.b:c-d
		'a*d'|a.b:c-d
		disk|disk
	EOF
}

@test "manifest: --list with a pattern that matches nothing says so with status 1, and lists the others" {
	define 'binary t' 'test net_a' 'test disk'
	run -1 --separate-stderr ktstr-manifest --list 'usb_*' disk nte_a 'net' -- '-*'
	expect output $'disk\teevdf\t1n1l2c1t\t./t.ktstr'
	expect stderr "ktstr-manifest: usb_*: no such test in ./t.ktstr (--list shows those there are)
ktstr-manifest: nte_a: no such test in ./t.ktstr; did you mean \"net_a\"?
ktstr-manifest: net: no such test in ./t.ktstr; did you mean \"net_a\"?
ktstr-manifest: -*: no such test in ./t.ktstr (--list shows those there are)"
	run -1 --separate-stderr ktstr-manifest --list ''
	expect output ''
	mkdir empty
	cd empty
	fails_with 1 "a*: no test binary and no .ktstr file here: name one with -b or -f, or set KTSTR_TEST_PATH" \
		ktstr-manifest --list 'a*'
}

@test "manifest: --list with patterns asks a test binary only for what matches" {
	program many 'echo "$1" >>asked; case $1 in --ktstr-list) printf "a\nb\nc\n" ;; *) echo "test ${1#*=}" ;; esac'
	run -0 ktstr-manifest -b many --list '[ac]'
	expect value "$(cat asked)" $'--ktstr-list\n--ktstr-describe=a\n--ktstr-describe=c'
}

@test "manifest: --list of 200000 tests takes seconds" {
	need_fast ktstr-manifest
	awk 'BEGIN { print "binary t"; for (i = 0; i < 200000; i++) print "test t" i }' >big.ktstr
	timeout 20 ktstr-manifest -f big.ktstr --list >rows
	expect value "$(wc -l <rows)" 200000
}

@test "manifest: misuse is status 64 and one line" {
	run -64 ktstr-manifest
	run -64 ktstr-manifest a b
	run -64 ktstr-manifest -b
	run -64 ktstr-manifest --nonsense
	expect value "${#lines[@]}" 1
	run -1 ktstr-manifest -b gone a
	expect output "ktstr-manifest: gone: No such file or directory"
	run -1 ktstr-manifest -f gone a
	expect output "ktstr-manifest: gone: No such file or directory"
	run -1 ktstr-manifest -b . a
	expect output has "is a directory"
	run -1 ktstr-manifest -f . a
	expect output has "is a directory"
	run -1 ktstr-manifest -f - -f - a
	expect output has "cannot be read twice"
}

@test "manifest: --help and --version are on standard output with status 0" {
	run -0 --separate-stderr ktstr-manifest --help
	expect output begins "usage: ktstr-manifest "
	run -0 --separate-stderr ktstr-manifest --version
	[[ $output == "ktstr-manifest "[0-9]* ]]
}

@test "manifest: a full disk is an error, an early reader is not one to be told" {
	define 'test a' 'binary t'
	run -1 bash -c 'ktstr-manifest a 2>&1 >/dev/full'
	expect output "ktstr-manifest: standard output: No space left on device"
	run -1 bash -c 'trap "" PIPE; (sleep 0.3; ktstr-manifest a; echo $? >status) 2>err | true; wait; cat err; exit $(cat status)'
	expect output ""
}

@test "manifest: an empty file has no test" {
	: >e.ktstr
	run -1 ktstr-manifest -f e.ktstr a
	expect output "ktstr-manifest: a: no such test in e.ktstr (--list shows those there are)"
}

# script LINE: the manifest of a test binary of this first line
script() {
	printf '%s\n' "$1" >script
	chmod +x script
	define 'test a' 'binary ./script'
	ktstr-manifest a
}

# interpreters: those of the manifest on standard input, in one line
interpreters() {
	sed -n 's/^needs-interpreter //p' | paste -sd ' '
}

@test "needs: the program after env in a #! line is an interpreter as well, options and variables are none" {
	local line words
	while IFS='|' read -r line words; do
		[ "$(script "$line" | interpreters)" = "$words" ] || {
			echo "$line: $(script "$line" | interpreters)"
			false
		}
	done <<-'EOF'
		#!/bin/sh|/bin/sh
		#!/bin/sh -e|/bin/sh
		#!/usr/bin/env python3|/usr/bin/env python3
		#! /bin/env	python3 |/bin/env python3
		#!/usr/bin/env -S python3 -u|/usr/bin/env python3
		#!/usr/bin/env -Spython3 -u|/usr/bin/env python3
		#!/usr/bin/env -vS python3 -u|/usr/bin/env python3
		#!/usr/bin/env --split-string=python3 -u|/usr/bin/env python3
		#!/usr/bin/env -S -i A=1 B= python3 -u|/usr/bin/env python3
		#!/usr/bin/env -S -u HOME -C / python3|/usr/bin/env python3
		#!/usr/bin/env -S --unset HOME python3|/usr/bin/env python3
		#!/usr/bin/env -S /opt/x/python3 -u|/usr/bin/env /opt/x/python3
		#!/usr/bin/env -S 'it is' -u|/usr/bin/env
		#!/usr/bin/env|/usr/bin/env
		#!/usr/bin/env -S -i|/usr/bin/env
		#!/opt/myenv python3|/opt/myenv
	EOF
}

@test "needs: what runs a script that is another's interpreter is needed as well" {
	local i
	printf '#!%s/two -x\n' "$PWD" >one
	printf '#! /usr/bin/env sh\n' >two
	chmod +x one two
	run -0 --separate-stderr script "#!$PWD/one"
	expect value "$(interpreters <<<"$output")" "$PWD/one $PWD/two /usr/bin/env sh"
	expect stderr ""
	# Linux goes to a depth of 5
	for ((i = 1; i < 9; i++)); do
		printf '#!%s/s%d\n' "$PWD" $((i + 1)) >s$i
		chmod +x s$i
	done
	for i in 5 4; do
		printf '#!/bin/sh\n' >s$i
		chmod +x s$i
		run --separate-stderr script "#!$PWD/s1"
		if ./script; then
			expect status 0
			expect stderr ""
		else
			expect status 1
			expect stderr ends ": its #! line names a script, which another one runs, and so on: too deep for Linux"
		fi
	done
	printf '#!%s/loop\n' "$PWD" >loop
	chmod +x loop
	run -1 script "#!$PWD/loop"
}

@test "needs: an interpreter that cannot be started here is a warning, a line that never works is refused" {
	local line message
	echo data >data
	while IFS='|' read -r line message; do
		run --separate-stderr script "${line//@/$PWD}"
		if [[ $message == 'the interpreter'* ]]; then
			[ "$status" = 0 ] && grep -q '^needs-interpreter /' <<<"$output" &&
				expect stderr "ktstr-manifest: warning: ./t.ktstr: a: ktstr: $PWD/script: ${message//@/$PWD}"
		else
			expect status 1
			expect output ""
			expect stderr "ktstr-manifest: ./t.ktstr: a: ktstr: $PWD/script: its #! line $message"
		fi || {
			echo "$line: $status $stderr"
			false
		}
	done <<-EOF
		#!/opt/no such|the interpreter /opt/no cannot be started here: the host must have it
		#!@/data|the interpreter @/data cannot be started here: the host must have it
		#!python3|names no absolute path of an interpreter
		#! bin/sh|names no absolute path of an interpreter
		#!|names no absolute path of an interpreter
		#! |names no absolute path of an interpreter
		#!/$(printf '%0253d' 0)|is cut off by Linux, which reads 256 bytes
	EOF
	# one that is complete within these bytes is taken, with what comes after it
	run -0 script "#!/bin/sh $(printf '%0300d' 0)"
}

@test "needs: a #! line that ends in a carriage return is refused" {
	local line
	for line in '#!/bin/sh' '#!/usr/bin/env python3'; do
		run -1 --separate-stderr script "$line"$'\r'
		expect output ""
		expect stderr begins "ktstr-manifest: ./t.ktstr: a: ktstr: $PWD/script: its #! line ends in a carriage return: "
	done
}

@test "needs: the interpreter that is included is not one that the host must have" {
	printf '#!/usr/bin/env interp\n' >ktstr
	printf '#!/bin/sh\n' >interp
	chmod +x ktstr interp
	define 'test a' 'binary ./ktstr' 'include ./interp'
	expect value "$(ktstr-manifest a | interpreters)" /usr/bin/env
}

@test "needs: machines and loaders of the programs, each once, and the disk space of all files" {
	need readelf
	cp "$(type -P true)" sched
	head -c 4097 /dev/zero >data
	define 'test a' 'binary t' 'scheduler s ./sched' 'include ./data' "include $(type -P cat)"
	run -0 ktstr-manifest a
	expect value "$(grep '^needs-machine' <<<"$output")" "needs-machine $(uname -m)"
	expect value "$(interpreters <<<"$output")" "/bin/sh $(readelf -l sched | sed -n 's/.*interpreter: \(.*\)]/\1/p')"
	space() { echo $((($(stat -Lc %s "$1") + 4095) / 4096 * 4096)); }
	bytes=$((4096 + $(space sched) + 8192 + $(space "$(type -P cat)")))
	grep -qx "needs-bytes $bytes" <<<"$output"
	# ktstr-libs adds what it packs, and says nothing where the manifest does not
	ktstr-manifest a | ktstr-libs >with
	for path in $(sed -n 's/^file lib[^ ]* \([^ ]*\) .*/\1/p' with); do bytes=$((bytes + $(space "$path"))); done
	grep -qx "needs-bytes $bytes" with
	expect value "$(ktstr-libs <with)" "$(cat with)"
	run -0 bash -c 'ktstr-manifest a | grep -v ^needs-bytes | ktstr-libs'
	expect output has-not needs-bytes
}

@test "needs: a manifest with values that are none is refused with its line" {
	local record message
	define 'test a' 'binary t'
	while IFS='|' read -r record message; do
		run -1 --separate-stderr ktstr-preamble < <(ktstr-manifest a | grep -v ^needs-; printf '%s\n' "$record")
		expect output ""
		[[ $stderr == "ktstr-preamble: <stdin>:9: ${record%% *}: $message"* ]] || { echo "$record: $stderr"; false; }
	done <<-'E'
		needs-bytes -1|not a number of bytes
		needs-bytes 1k|not a number of bytes
		needs-bytes ""|not a number of bytes
		needs-bytes 99999999999999999999|not a number of bytes
		needs-bytes 1 2|
		needs-machine|
		needs-machine ""|
		needs-interpreter a\012b|
		needs-interpreter|
	E
}

@test "manifest: a program's build ID is in it, as readelf prints it" {
	need readelf
	local id
	printf 'int main(void) { return 0; }\n' >p.c
	"${CC:-cc}" -Wl,--build-id=sha1 p.c -o with
	"${CC:-cc}" -Wl,--build-id=none p.c -o without
	id=$(readelf -n with | sed -n 's/^ *Build ID: //p')
	printf '%s\n' 'test a' 'binary ./with' 'scheduler s ./without' >a.ktstr
	printf '%s\n' 'test b' 'binary ./without' 'scheduler s ./with' >b.ktstr
	run -0 ktstr-manifest -f a.ktstr a
	expect value "$(grep ^build-id <<<"$output")" "build-id ktstr $id"
	run -0 ktstr-manifest -f b.ktstr b
	expect value "$(grep ^build-id <<<"$output")" "build-id scheduler $id"
}

@test "manifest: the scheduler's checkout has a state of its own, and none outside of one" {
	need git
	local hash
	git init -q s
	program s/sched
	git -C s add sched
	git -C s -c user.name=x -c user.email=x commit -qm x
	hash=$(git -C s rev-parse --short=7 HEAD)
	define 'test a' 'binary t' 'scheduler s s/sched'
	run -0 --separate-stderr ktstr-manifest a
	expect value "$(grep ^git <<<"$output")" $'git unknown\n'"git-scheduler $hash"
	echo >>s/sched
	run -0 --separate-stderr ktstr-manifest a
	expect output has "git-scheduler $hash-dirty"
	program sched
	define 'test a' 'binary t' 'scheduler s ./sched'
	run -0 --separate-stderr ktstr-manifest a
	expect output has-not git-scheduler
}
