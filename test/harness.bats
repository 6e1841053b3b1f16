#!/usr/bin/env bats
# harness.bats - libktstr: registering tests, the flags of a test binary, running one

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	lib=$TOP/build/lib/libktstr.a
	read -ra flags <<<"${KTSTR_TEST_CFLAGS:-}"
	flags+=(-I"$TOP/lib/harness" -Wall -Wextra)
	read -ra cc <<<"${CC:-cc}"
	# a crash is to reach us as a signal, and no sanitizer of the build is to say it first
	export ASAN_OPTIONS=handle_segv=0:handle_abort=0:verify_asan_link_order=0
	unset KTSTR_SCHED_PID KTSTR_CGROUP_ROOT KTSTR_INCLUDE_DIR KTSTR_DURATION_SECS KTSTR_WATCHDOG_SECS
}

# source_file FILE: standard input as a source that includes ktstr.h and what tests want
source_file() {
	{
		printf '#include <ktstr.h>\n#include <signal.h>\n#include <stdio.h>\n'
		printf '#include <stdlib.h>\n#include <unistd.h>\n#line 1\n'
		cat
	} >"$1"
}

# build PROGRAM [ARG...]: compiles and links PROGRAM.c, read from standard input, with libktstr
build() {
	source_file "$1.c"
	"${cc[@]}" "${flags[@]}" "$1.c" "${@:2}" "$lib" -o "$1"
}

sanitized() {
	[[ " ${KTSTR_TEST_CFLAGS:-} " == *" -fsanitize"* ]]
}

gone() { # no process runs this program any more
	! pgrep -f "$PWD/$1" >/dev/null
}

# --- what is registered ---

@test "harness: tests are listed, sorted by name" {
	build t <<-'E'
		KTSTR_TEST(zebra) { return KTSTR_PASS; }
		KTSTR_TEST(apple) { return KTSTR_PASS; }
		KTSTR_TEST(Mango_2) { return KTSTR_PASS; }
	E
	run -0 --separate-stderr ./t --ktstr-list
	expect output $'Mango_2\napple\nzebra'
	expect stderr ''
}

@test "harness: names that are macros keep their spelling" {
	build t <<<'KTSTR_TEST(linux) { return KTSTR_PASS; }'
	run -0 ./t --ktstr-list
	expect output linux
}

@test "harness: a description of a test that gives nothing has every default" {
	build t <<<'KTSTR_TEST(bare) { return KTSTR_PASS; }'
	run -0 --separate-stderr ./t --ktstr-describe=bare
	expect output 'test bare
scheduler eevdf
topology 1n1l2c1t
duration 12
watchdog 5'
	expect stderr ''
}

@test "harness: a description has every field, in order, escaped" {
	build t <<-'E'
		static const char *const args[] = { "--a b", "", "\"\"", "x\\y\n\x01\x7f\xc3\xa9", NULL };
		static const char *const extra[] = { "--more", NULL };
		static const char *const words[] = { "quiet", "a=b c", NULL };
		static const char *const from[] = { "./src", NULL };
		static const char *const sched_inc[] = { "./s.conf", NULL };
		static const char *const controllers[] = { "cpu", "perf_event", NULL };
		static const char *const sched_dirs[] = { "/s/dir", NULL };
		static const char *const dirs[] = { "a dir", "./b", NULL };
		static const char *const inc[] = { "jq", "./a", NULL };
		static const char *const run_args[] = { "go", "it's", NULL };
		static const struct ktstr_sysctl sysctls[] = { { "kernel.x", "1 2" }, { "vm.y", "" }, { 0 } };
		static const struct ktstr_bpf_map_write writes[] = { { "m", 8, 18446744073709551615ull }, { 0 } };
		static const char *const config_args[] = { "f:{file}", "a b", NULL };
		static const struct ktstr_config config = { "in line", "{\n}\x01", config_args };
		static const struct ktstr_scheduler s = { .name = "my sched", .binary = "./s",
			.args = args, .cgroup_parent = "/a/b", .config_file = "c.json",
			.sysctls = sysctls, .include_files = sched_inc, .built_from = from,
			.cgroup_controllers = controllers, .config_file_args = config_args, .config_content = &config,
			.include_dirs = sched_dirs };
		KTSTR_TEST(full, .scheduler = &s, .extra_sched_args = extra,
			.topology = { .numa_nodes = 2, .llcs = 4, .cores_per_llc = 3, .threads_per_core = 2 },
			.duration_s = 7, .watchdog_s = 3, .include_files = inc, .run_args = run_args,
			.host_only = true, .bpf_map_write = writes, .drops_root = true, .about = "what it is", .contact = "a@b.example",
			.kernel_min = "6.12", .kernel_max = "7", .kernel_args = words,
			.workload_root_cgroup = "/a/c d",
			.expect_scheduler_error = "task stall", .include_dirs = dirs) { return KTSTR_PASS; }
	E
	run -0 --separate-stderr ./t --ktstr-describe full
	expect output 'test full
scheduler my\040sched ./s
built-from ./src
sched-arg --a\040b
sched-arg ""
sched-arg \042\042
sched-arg x\134y\012\001\177é
sched-arg --more
cgroup-parent /a/b
cgroup-controllers cpu perf_event
config-file c.json f:{file} a\040b
config-content in\040line {\012}\001 f:{file} a\040b
sysctl kernel.x 1\0402
sysctl vm.y ""
workload-root-cgroup /a/c\040d
topology 2n4l3c2t
kernel 6.12 7
kernel-arg quiet
kernel-arg a=b\040c
duration 7
watchdog 3
include ./s.conf
include jq
include ./a
include-dir /s/dir
include-dir a\040dir
include-dir ./b
run-arg go
run-arg it'"'"'s
host-only
bpf-map-write m 8 18446744073709551615
expect-scheduler-error task\040stall
drops-root
about what\040it\040is
contact a@b.example'
}

@test "harness: a description has the commands of a scheduler in the kernel, and the proof that it is on" {
	build t <<-'E'
		static const char *const on[] = { "echo 1", "echo 2", NULL }, *const off[] = { "echo 0", NULL };
		static const struct ktstr_scheduler s = { .name = "built in", .enable = on, .disable = off, .enabled_when = { "/sys/x", "a b" } };
		KTSTR_TEST(t, .scheduler = &s) { return KTSTR_PASS; }
	E
	run -0 ./t --ktstr-describe=t
	expect value "$(head -n 5 <<<"$output")" 'test t
scheduler built\040in
enable echo\0401
enable echo\0402
disable echo\0400'
	expect line 5 'enabled-when /sys/x a\040b'
	run -0 ktstr-manifest --allow-commands -b ./t t
	run -2 ktstr-manifest -b ./t t
	expect output has './t: t: enable: the scheduler of t is built into a kernel'
}

@test "harness: commands that ktstr-manifest would refuse are an error at start" {
	local fields message
	while IFS='|' read -r fields message; do
		printf '%s\n' 'static const char *const c[] __attribute__((unused)) = { "true", NULL }, *const empty[] __attribute__((unused)) = { "true", "", NULL };' \
			"static const struct ktstr_scheduler s = { .name = \"x\", ${fields%;*} };" \
			"KTSTR_TEST(t, .scheduler = &s, ${fields#*;}) { return KTSTR_PASS; }" >body
		build t <body
		run -64 ./t
		expect output "t: t.c:3: test t: scheduler x: $message"
	done <<-'EOF'
		.enable = c; .duration_s = 1|enable and disable stand together: what switches it on, and off again
		.disable = c; .duration_s = 1|enable and disable stand together: what switches it on, and off again
		.enable = c, .disable = c, .binary = "b"; .duration_s = 1|enable excludes a binary and attaches_schedulers: leave out one of them
		.enable = c, .disable = c; .attaches_schedulers = true|enable excludes a binary and attaches_schedulers: leave out one of them
		.enable = empty, .disable = c; .duration_s = 1|enable has an empty command
		.enable = c, .disable = empty; .duration_s = 1|disable has an empty command
		.binary = "b", .enabled_when = { "/sys/x", "1" }; .duration_s = 1|enabled_when without enable
		.enable = c, .disable = c, .enabled_when = { "/sys/x" }; .duration_s = 1|enabled_when has a file and a value
		.enable = c, .disable = c, .enabled_when = { "/tmp/x", "1" }; .duration_s = 1|enabled_when: the file is not one below /sys/ or /proc/
		.enable = c, .disable = c, .enabled_when = { "/sys/../x", "1" }; .duration_s = 1|enabled_when: the file is not one below /sys/ or /proc/
		.enable = c, .disable = c, .enabled_when = { "/sys/x", "" }; .duration_s = 1|enabled_when: the value is empty
	EOF
}

@test "harness: a topology's members that are left out have their defaults" {
	build t <<<'KTSTR_TEST(t, .topology = { .llcs = 3 }) { return KTSTR_PASS; }'
	run -0 ./t --ktstr-describe=t
	expect line 2 "topology 1n3l2c1t"
}

@test "harness: a test with every kind of field compiles without a warning, as C11 and C17, by gcc and clang" {
	local compiler standard
	source_file t.c <<-'E'
		static const char *const args[] = { "--slice-us", "5000", NULL };
		static const struct ktstr_scheduler fifo = { .name = "fifo", .binary = "scx_fifo", .args = args };
		KTSTR_TEST(spread, .scheduler = &fifo, .duration_s = 5, .watchdog_s = 2,
		           .topology = { .numa_nodes = 1, .llcs = 2, .cores_per_llc = 4, .threads_per_core = 2 })
		{
			if (ctx->topology.llcs < 2)
				return ktstr_skip(ctx, "needs two LLCs");
			return KTSTR_PASS;
		}
		KTSTR_TEST(bare) { return KTSTR_PASS; }
	E
	for compiler in gcc clang; do
		command -v "$compiler" >/dev/null || continue
		for standard in c11 gnu11 gnu17; do
			run -0 "$compiler" -std=$standard -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes \
				-Werror -I"$TOP/lib/harness" -c t.c -o t.o
			expect output ''
		done
	done
}

@test "harness: -Wpedantic is quiet where a name without fields has its comma" {
	local compiler
	source_file t.c <<<'KTSTR_TEST(bare,) { return KTSTR_PASS; }'
	for compiler in gcc clang; do
		command -v "$compiler" >/dev/null || continue
		run -0 "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$TOP/lib/harness" -c t.c -o t.o
	done
}

@test "harness: a C++20 test compiles without a warning, and has the same defaults" {
	local compiler standard built=0
	source_file t.cc <<-'E'
		static const char *const args[] = { "--slice-us", "5000", nullptr };
		static const ktstr_scheduler fifo = { .name = "fifo", .binary = "scx_fifo", .args = args };
		static int constructed;
		struct global { global() { constructed = 1; } } object;
		KTSTR_TEST(spread, .scheduler = &fifo, .topology = { .llcs = 2 }, .duration_s = 5)
		{
			return constructed ? KTSTR_PASS : ktstr_fail(ctx, "before the constructors");
		}
		namespace inner { KTSTR_TEST(bare) { return KTSTR_PASS; } }
		KTSTR_TEST(throws) { throw 1; return KTSTR_PASS; }
	E
	for compiler in g++ clang++; do
		command -v "$compiler" >/dev/null || continue
		for standard in gnu++17 c++20; do
			run -0 "$compiler" -std=$standard -O2 -Wall -Wextra -Werror -I"$TOP/lib/harness" \
				-c t.cc -o t.o
			expect output ''
			"$compiler" "${flags[@]}" t.o "$lib" -o t
			run -0 ./t --ktstr-describe spread
			expect output 'test spread
scheduler fifo scx_fifo
sched-arg --slice-us
sched-arg 5000
topology 1n2l2c1t
duration 5
watchdog 5'
			KTSTR_SCHED_PID=1 run -0 ./t --ktstr-test-fn spread
			expect output "spread: pass"
			run -1 --separate-stderr ./t run throws
			expect output "throws: fail"
			run -0 ./t --ktstr-describe bare
			expect value "${lines[3]} ${lines[4]}" "duration 12 watchdog 5"
			built=1
		done
	done
	[ $built = 1 ] || skip "needs a C++ compiler: apt-get install g++"
}

@test "harness: a misspelt or doubled field does not compile" {
	local bad
	for bad in '.duratoin_s = 5' '.topology = { .llc = 2 }' '.scheduler = "fifo"'; do
		source_file t.c <<<"KTSTR_TEST(t, $bad) { return KTSTR_PASS; }"
		run "${cc[@]}" "${flags[@]}" -Werror -c t.c -o t.o
		expect status -ne 0
	done
}

@test "harness: a body that ends without a return does not compile, warnings or not" {
	source_file t.c <<<'KTSTR_TEST(a) { if (ctx->duration_s > 1) return KTSTR_PASS; }'
	run -1 "${cc[@]}" -I"$TOP/lib/harness" -c t.c -o t.o
	[[ $output == *"-Wreturn-type"* || $output == *"-Werror=return-type"* ]]
}

@test "harness: two tests of one name are an error at start, naming both places" {
	source_file one.c <<<'KTSTR_TEST(twin) { return KTSTR_PASS; }'
	build t one.c <<-'E'

		KTSTR_TEST(twin) { return KTSTR_PASS; }
		int main(void) { puts("main ran"); return 0; }
	E
	run -64 ./t
	[[ "$output" == "t: two tests are named twin: "*.c:[12]" and "*.c:[12] ]]
	expect output has one.c:1
	expect output has t.c:2
	run -64 ./t --ktstr-list
	expect output has-not $'\n'
}

@test "harness: an empty name is an error at start" {
	build t <<<'KTSTR_TEST(, .duration_s = 1) { return KTSTR_PASS; }'
	run -64 ./t --ktstr-list
	expect output "t: t.c:1: a test without a name"
}

@test "harness: a name that is none in a definition is an error at start" {
	build t <<<'KTSTR_TEST(a$b) { return KTSTR_PASS; }'
	run -64 ./t
	expect output begins 't: t.c:1: test a$b: a name has letters, digits and '
}

@test "harness: a duration or watchdog below 1 is an error at start, whatever is asked" {
	build t <<-'E'
		KTSTR_TEST(zero, .duration_s = 0) { return KTSTR_PASS; }
		KTSTR_TEST(none, .watchdog_s = 0) { return KTSTR_PASS; }
		KTSTR_TEST(minus, .duration_s = -3) { return KTSTR_PASS; }
		int main(void) { return 0; }
	E
	run -64 ./t
	expect output 't: t.c:3: test minus: duration_s is -3, not at least 1
t: t.c:2: test none: watchdog_s is 0, not at least 1
t: t.c:1: test zero: duration_s is 0, not at least 1'
}

@test "harness: a topology that cannot be is an error at start" {
	build t <<-'E'
		KTSTR_TEST(odd, .topology = { .numa_nodes = 2, .llcs = 3 }) { return KTSTR_PASS; }
		KTSTR_TEST(minus, .topology = { .cores_per_llc = -1 }) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output 't: t.c:2: test minus: topology: a number is not from 1 to 65536
t: t.c:1: test odd: topology: 3 LLCs are no multiple of 2 NUMA nodes'
}

@test "harness: a scheduler without a name, without a program, or with a cgroup_parent of /, is an error at start" {
	build t <<-'E'
		static const char *const on[] = { "echo 1", NULL };
		static const struct ktstr_scheduler none = { .binary = "scx" }, empty = { .name = "" },
			root = { .name = "r", .binary = "./s", .cgroup_parent = "/" }, idle = { .name = "scx_lavd" },
			held = { .name = "held", .enable = on, .disable = on }, own[] = { { .name = "eevdf" }, { .name = "default" }, { .name = "none" } };
		KTSTR_TEST(a, .scheduler = &none) { return KTSTR_PASS; }
		KTSTR_TEST(b, .scheduler = &empty) { return KTSTR_PASS; }
		KTSTR_TEST(c, .scheduler = &root) { return KTSTR_PASS; }
		KTSTR_TEST(d, .scheduler = &idle) { return KTSTR_PASS; }
		KTSTR_TEST(e, .scheduler = &held) { return KTSTR_PASS; }
		KTSTR_TEST(f, .scheduler = &own[0]) { return KTSTR_PASS; }
		KTSTR_TEST(g, .scheduler = &own[1]) { return KTSTR_PASS; }
		KTSTR_TEST(h, .scheduler = &own[2]) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect line 0 "t: t.c:5: test a: its scheduler has no name"
	expect line 1 "t: t.c:6: test b: its scheduler has no name"
	expect line 2 begins "t: t.c:7: test c: scheduler r: cgroup_parent does not begin with /"
	expect line 3 "t: t.c:8: test d: scheduler scx_lavd: no binary, so that nothing would be started: give one, or run under the kernel's own: eevdf"
	expect value "${#lines[@]}" 4
}

@test "harness: a bad or doubled name of a controller is an error at start, and no name no record" {
	build t <<-'E'
		static const char *const bad[] = { "cpu", "Cpu", NULL }, *const empty[] = { "", NULL },
			*const twice[] = { "cpu", "io", "cpu", NULL }, *const none[] = { NULL },
			*const good[] = { "cpu", "perf_event", "x9", NULL };
		static const struct ktstr_scheduler s[] = { { .name = "eevdf", .cgroup_controllers = bad },
			{ .name = "eevdf", .cgroup_controllers = empty }, { .name = "eevdf", .cgroup_controllers = twice },
			{ .name = "eevdf", .cgroup_controllers = none }, { .name = "eevdf", .cgroup_controllers = good } };
		KTSTR_TEST(a, .scheduler = &s[0]) { return KTSTR_PASS; }
		KTSTR_TEST(b, .scheduler = &s[1]) { return KTSTR_PASS; }
		KTSTR_TEST(c, .scheduler = &s[2]) { return KTSTR_PASS; }
		KTSTR_TEST(d, .scheduler = &s[3]) { return KTSTR_PASS; }
		KTSTR_TEST(e, .scheduler = &s[4]) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output "t: t.c:7: test a: scheduler eevdf: not a cgroup controller's name: Cpu
t: t.c:8: test b: scheduler eevdf: not a cgroup controller's name: 
t: t.c:9: test c: scheduler eevdf: cgroup_controllers has cpu twice"
	build t <<-'E'
		static const char *const names[] = { NULL };
		static const struct ktstr_scheduler s = { .name = "eevdf", .cgroup_controllers = names };
		KTSTR_TEST(d, .scheduler = &s) { return KTSTR_PASS; }
	E
	run -0 ./t --ktstr-describe d
	expect output has-not cgroup
}

@test "harness: a workload_root_cgroup that ktstr-manifest would refuse is an error at start" {
	local path number=0 wanted='' source=''
	for path in '' a / // /a/.. /a/ //a /a//b /./a /a/. /ktstr.run /ktstr.run/test; do
		number=$((number + 1))
		source+="KTSTR_TEST(t, .workload_root_cgroup = \"$path\") { return KTSTR_PASS; }"$'\n'
		wanted+="t: t.c:$number: test t$number: workload_root_cgroup does not begin with /, is no more than that, "
		wanted+="has a component that is empty, . or .., or is /ktstr.run: $path"$'\n'
	done
	build t < <(awk '{ sub(/KTSTR_TEST\(t/, "&" NR) } 1' <<<"${source%$'\n'}")
	run -64 ./t
	expect value "$(sort -t: -k3n <<<"$output")" "${wanted%$'\n'}"
	build t < <(printf 'KTSTR_TEST(t%d, .workload_root_cgroup = "%s") { return KTSTR_PASS; }\n' 1 /ktstr 2 /ktstr.runs 3 /a/.b/..c 4 /a/ktstr.run)
	run -0 ./t --ktstr-describe t3
	expect output has "workload-root-cgroup /a/.b/..c"
}

@test "harness: what ktstr-manifest would refuse is an error at start" {
	build t <<-'E'
		static const struct ktstr_sysctl up[] = { { "kernel/../../x", "1" }, { NULL, NULL } };
		static const char *const nothing[] = { "", NULL };
		static const struct ktstr_scheduler root = { .name = "s", .binary = "s", .cgroup_parent = "//" },
			above = { .name = "s", .binary = "s", .cgroup_parent = "/a/../b" },
			sysctl = { .name = "s", .binary = "s", .sysctls = up }, binary = { .name = "s", .binary = "" },
			config = { .name = "s", .binary = "s", .config_file = "" },
			include = { .name = "s", .binary = "s", .include_files = nothing }, packed = { .name = "s", .binary = "./s" };
		KTSTR_TEST(a, .scheduler = &root) { return KTSTR_PASS; }
		KTSTR_TEST(b, .scheduler = &above) { return KTSTR_PASS; }
		KTSTR_TEST(c, .scheduler = &sysctl) { return KTSTR_PASS; }
		KTSTR_TEST(d, .scheduler = &binary) { return KTSTR_PASS; }
		KTSTR_TEST(e, .scheduler = &config) { return KTSTR_PASS; }
		KTSTR_TEST(f, .scheduler = &include) { return KTSTR_PASS; }
		KTSTR_TEST(g, .include_files = nothing) { return KTSTR_PASS; }
		KTSTR_TEST(h, .topology = { .llcs = 65537 }) { return KTSTR_PASS; }
		KTSTR_TEST(i, .scheduler = &packed, .attaches_schedulers = true) { return KTSTR_PASS; }
		KTSTR_TEST(j, .scheduler = &packed, .expect_scheduler_error = "") { return KTSTR_PASS; }
		KTSTR_TEST(k, .scheduler = &packed, .expect_scheduler_error = "a\nb") { return KTSTR_PASS; }
		KTSTR_TEST(l, .expect_scheduler_error = "stall") { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output "t: t.c:8: test a: scheduler s: cgroup_parent does not begin with /, is no more than that or has a ..: //
t: t.c:9: test b: scheduler s: cgroup_parent does not begin with /, is no more than that or has a ..: /a/../b
t: t.c:10: test c: scheduler s: not a sysctl's name: kernel/../../x
t: t.c:11: test d: scheduler s: binary is empty (NULL starts none)
t: t.c:12: test e: scheduler s: config_file is empty
t: t.c:13: test f: an include_files has an empty path
t: t.c:14: test g: an include_files has an empty path
t: t.c:15: test h: topology: a number is not from 1 to 65536
t: t.c:16: test i: attaches_schedulers excludes a scheduler with a binary: leave out one of them
t: t.c:17: test j: expect_scheduler_error is empty
t: t.c:18: test k: expect_scheduler_error has a control character
t: t.c:19: test l: expect_scheduler_error needs a scheduler with a binary, which is then ejected"
}

@test "harness: an empty path of a directory is an error at start" {
	build t <<-'E'
		static const char *const nothing[] = { "./d", "", NULL };
		static const struct ktstr_scheduler dirs = { .name = "s", .binary = "s", .include_dirs = nothing };
		KTSTR_TEST(a, .scheduler = &dirs) { return KTSTR_PASS; }
		KTSTR_TEST(b, .include_dirs = nothing) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output "t: t.c:3: test a: an include_dirs has an empty path
t: t.c:4: test b: an include_dirs has an empty path"
}

@test "harness: no_run_args is a record of the description, and excludes run_args" {
	build t <<<'KTSTR_TEST(a, .no_run_args = true) { return KTSTR_PASS; }'
	run -0 ./t --ktstr-describe=a
	expect output ends $'\nwatchdog 5\nrun-args none'
	build t <<-'E'
		static const char *const one[] = { "x", NULL };
		KTSTR_TEST(a, .run_args = one, .no_run_args = true) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output 't: t.c:2: test a: no_run_args excludes run_args: leave out one of them'
}

@test "harness: kernels and words of the command line that cannot be are an error at start" {
	build t <<-'E'
		static const char *const empty[] = { "a", "", NULL }, *const quoted[] = { "a=\"b\"", NULL }, *const fine[] = { "a b", NULL };
		KTSTR_TEST(a, .kernel_max = "6.14") { return KTSTR_PASS; }
		KTSTR_TEST(b, .kernel_min = "6.12-rc1") { return KTSTR_PASS; }
		KTSTR_TEST(c, .kernel_min = "6.12", .kernel_max = "6.014") { return KTSTR_PASS; }
		KTSTR_TEST(d, .kernel_args = empty) { return KTSTR_PASS; }
		KTSTR_TEST(e, .kernel_args = quoted) { return KTSTR_PASS; }
		KTSTR_TEST(f, .kernel_min = "6.14.9", .kernel_max = "6.14", .kernel_args = fine) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output 't: t.c:2: test a: kernel_max needs a kernel_min
t: t.c:3: test b: kernel_min or kernel_max is no version such as 6.12
t: t.c:4: test c: kernel_min or kernel_max is no version such as 6.12
t: t.c:5: test d: kernel_args: empty, or with quotes: '"
t: t.c:6: test e: kernel_args: empty, or with quotes: a=\"b\""
}

@test "harness: a configuration that could not be packed, or that no argument names, is an error at start" {
	build t <<-'E'
		static const char *const none[] = { "--config", NULL }, *const some[] = { "{file}", NULL };
		static const struct ktstr_config slash = { "a/b", "x", NULL }, up = { "..", "x", NULL }, no_text = { "a", NULL, NULL },
			brace = { "a}", "x", some }, not_used = { "a", "", none }, good = { "a b", "", some };
		static const struct ktstr_scheduler a = { .name = "s", .binary = "s", .config_content = &slash },
			b = { .name = "s", .binary = "s", .config_content = &up }, c = { .name = "s", .binary = "s", .config_content = &no_text },
			d = { .name = "s", .binary = "s", .config_content = &brace }, e = { .name = "s", .binary = "s", .config_content = &not_used },
			f = { .name = "s", .binary = "s", .config_file_args = some },
			g = { .name = "s", .binary = "s", .config_file = "./c", .config_file_args = none },
			h = { .name = "s", .binary = "s", .config_file = "./c", .config_file_args = some, .config_content = &good };
		KTSTR_TEST(a, .scheduler = &a) { return KTSTR_PASS; }
		KTSTR_TEST(b, .scheduler = &b) { return KTSTR_PASS; }
		KTSTR_TEST(c, .scheduler = &c) { return KTSTR_PASS; }
		KTSTR_TEST(d, .scheduler = &d) { return KTSTR_PASS; }
		KTSTR_TEST(e, .scheduler = &e) { return KTSTR_PASS; }
		KTSTR_TEST(f, .scheduler = &f) { return KTSTR_PASS; }
		KTSTR_TEST(g, .scheduler = &g) { return KTSTR_PASS; }
		KTSTR_TEST(h, .scheduler = &h) { return KTSTR_PASS; }
	E
	run -64 ./t
	expect output "t: t.c:10: test a: scheduler s: config_content's name is no file's, or has a }: a/b
t: t.c:11: test b: scheduler s: config_content's name is no file's, or has a }: ..
t: t.c:12: test c: scheduler s: config_content has no name or no text
t: t.c:13: test d: scheduler s: config_content's name is no file's, or has a }: a}
t: t.c:14: test e: scheduler s: none of the configuration's args has {file}, which stands for its path
t: t.c:15: test f: scheduler s: config_file_args without a config_file
t: t.c:16: test g: scheduler s: none of the configuration's args has {file}, which stands for its path"
}

@test "harness: a configuration declared in C is packed, and the scheduler's arguments have its path" {
	printf '#!/bin/sh\n' >sched
	chmod +x sched
	build t <<-'E'
		static const char *const args[] = { "--in={file}", NULL };
		static const struct ktstr_config config = { "layers.json", "[ {} ]\n", args };
		static const struct ktstr_scheduler s = { .name = "s", .binary = "./sched", .config_content = &config };
		KTSTR_TEST(c, .scheduler = &s) { return KTSTR_PASS; }
	E
	ktstr-export -q --no-libs -b ./t c
	run -0 bash ./c.run --print-command
	expect line 2 has "\"\$DIR\"'/scheduler' '--in='\"\$DIR\"'/include/layers.json' <"
	bash ./c.run --extract out
	expect value "$(cat out/include/layers.json)" '[ {} ]'
}

# --- linking ---

@test "harness: tests and note outlive --gc-sections with every linker, and strip" {
	local linker tried=0
	sanitized && skip "not with a sanitizer"
	source_file t.c <<-'E'
		KTSTR_TEST(a) { return KTSTR_PASS; }
		KTSTR_TEST(b) { return KTSTR_PASS; }
	E
	for linker in bfd gold lld; do
		command -v "ld.$linker" >/dev/null || continue
		"${cc[@]}" "${flags[@]}" -ffunction-sections -fdata-sections t.c "$lib" -o t \
			-fuse-ld=$linker -Wl,--gc-sections
		strip t
		run -0 ./t --ktstr-list
		expect output $'a\nb'
		run -0 bash -c "readelf -nW t 2>/dev/null"
		expect output has "ktstr                0x00000004"
		expect output has "01 00 00 00"
		# a reader of notes finds them through the program headers
		run -0 readelf -lW t
		[[ "$output" =~ 0[0-9]+\ +[^$'\n']*'.note.ktstr' ]]
		tried=$((tried + 1))
	done
	expect value "$tried" -gt 0
}

@test "harness: the note's bytes are those that ktstr-manifest looks for" {
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	objcopy -O binary --only-section=.note.ktstr t note
	run -0 od -An -tx1 note
	expect value "${lines[*]}" " 06 00 00 00 04 00 00 00 01 00 00 00 6b 74 73 74  72 00 00 00 01 00 00 00"
}

@test "harness: tests of a shared object and of the program are one set" {
	source_file lib.c <<<'KTSTR_TEST(inner) { return ktstr_skip(ctx, "from the library"); }'
	"${cc[@]}" "${flags[@]}" -fPIC -fvisibility=hidden -shared lib.c -o libtests.so
	build t -Wl,--no-as-needed ./libtests.so <<<'KTSTR_TEST(outer) { return KTSTR_PASS; }'
	run -0 ./t --ktstr-list
	expect output $'inner\nouter'
	run -4 --separate-stderr ./t --ktstr-test-fn inner
	expect output "inner: skip"
	expect stderr "inner: skip: from the library"
}

@test "harness: tests only in a shared object are found, and clash with the program's" {
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	"${cc[@]}" "${flags[@]}" -fPIC -shared lib.c -o libtests.so
	build t -Wl,--no-as-needed ./libtests.so <<<''
	run -0 ./t --ktstr-list
	expect output inner
	build t -Wl,--no-as-needed ./libtests.so <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	run -64 ./t --ktstr-list
	expect output has "two tests are named inner: "
	expect output has lib.c:1
}

@test "harness: KTSTR_REQUIRE keeps a shared object that the linker would leave out" {
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	"${cc[@]}" "${flags[@]}" -fPIC -fvisibility=hidden -shared lib.c -o libtests.so
	build t -Wl,--as-needed ./libtests.so <<<'KTSTR_REQUIRE(inner);'
	run -0 ./t --ktstr-list
	expect output inner
}

@test "harness: a shared object that has libktstr as well gives way to the program's" {
	sanitized && skip "not with a sanitizer"
	local linker
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	for linker in bfd gold lld; do
		command -v "ld.$linker" >/dev/null || continue
		"${cc[@]}" "${flags[@]}" -fPIC -shared lib.c "$lib" -o libtests.so -fuse-ld=$linker
		build t -Wl,--no-as-needed ./libtests.so -fuse-ld=$linker <<<'KTSTR_TEST(outer) { return KTSTR_PASS; }'
		run -0 ./t --ktstr-list
		expect output $'inner\nouter'
		run -0 ./t run
		expect output $'inner: pass\nouter: pass\n2 tests: 2 passed'
	done
}

@test "harness: of two shared objects that have libktstr, one answers for both" {
	sanitized && skip "not with a sanitizer"
	local name
	for name in one two; do
		source_file $name.c <<<"KTSTR_TEST($name) { return KTSTR_PASS; }"
		"${cc[@]}" "${flags[@]}" -fPIC -shared $name.c "$lib" -o lib$name.so
	done
	echo 'int main(void) { return 0; }' >t.c
	"${cc[@]}" t.c -Wl,--no-as-needed ./libone.so ./libtwo.so -o t
	run -0 ./t --ktstr-list
	expect output $'one\ntwo'
}

@test "harness: a preloaded object's tests are seen by a program linked with -rdynamic" {
	sanitized && skip "not with a sanitizer"
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	"${cc[@]}" "${flags[@]}" -fPIC -shared lib.c -o libtests.so
	build t -rdynamic <<<'KTSTR_TEST(outer) { return KTSTR_PASS; }'
	LD_PRELOAD=./libtests.so run -0 ./t --ktstr-list
	expect output $'inner\nouter'
}

@test "harness: a preloaded object with libktstr that cannot be joined is an error" {
	sanitized && skip "not with a sanitizer"
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	"${cc[@]}" "${flags[@]}" -fPIC -shared lib.c "$lib" -o libtests.so
	build t <<<'KTSTR_TEST(outer) { return KTSTR_PASS; }'
	LD_PRELOAD=./libtests.so run -64 ./t --ktstr-list
	expect output begins "t: a shared object has tests and libktstr, as the program has: "
}

@test "harness: tests that come by dlopen are too late, and it says so" {
	sanitized && skip "not with a sanitizer"
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	"${cc[@]}" "${flags[@]}" -fPIC -shared lib.c -o libtests.so
	build t -rdynamic -ldl <<-'E'
		#include <dlfcn.h>
		KTSTR_TEST(outer) { return KTSTR_PASS; }
		int main(void) { return !dlopen("./libtests.so", RTLD_NOW); }
	E
	run -64 ./t
	expect output begins "t: "
	expect output has lib.c:1": test inner comes too late: "
}

@test "harness: a static library's tests that the linker dropped are missed loudly" {
	source_file lib.c <<<'KTSTR_TEST(inner) { return KTSTR_PASS; }'
	"${cc[@]}" "${flags[@]}" -c lib.c
	ar rcs libtests.a lib.o
	build t libtests.a <<<''
	for args in "" list run "run inner" --ktstr-list --ktstr-describe=inner "--ktstr-test-fn inner"; do
		run -64 ./t $args
		expect output "t: no tests are registered in ./t; if they are in a static library, link it with -Wl,--whole-archive or name one of its tests with KTSTR_REQUIRE(name)"
	done
	# both remedies
	build t -Wl,--whole-archive libtests.a -Wl,--no-whole-archive <<<''
	run -0 ./t --ktstr-list
	expect output inner
	build t libtests.a <<<'KTSTR_REQUIRE(inner);'
	run -0 ./t --ktstr-list
	expect output inner
}

@test "harness: KTSTR_REQUIRE of a test that is not there does not link, gc-sections or not" {
	source_file t.c <<<'KTSTR_REQUIRE(nowhere);'
	for more in "" -Wl,--gc-sections; do
		run "${cc[@]}" "${flags[@]}" -fdata-sections t.c "$lib" $more -o t
		expect status -ne 0
		expect output has ktstr_has_nowhere
	done
}

@test "harness: the library's symbols all begin with ktstr_, but for main" {
	run -0 bash -c "nm -g --defined-only '$lib' | awk 'NF == 3 { print \$3 }' |
		grep -vE '^(__odr_asan(_gen)?[._])?ktstr_|^main\$' || true"
	expect output ''
}

@test "harness: libktstr includes nothing of the rest of the tree" {
	run -1 grep -nE '#include "(\.\.|base|registry|archive)/' -r "$TOP/lib/harness"
}

@test "harness: a test compiles and runs outside of the tree with pkg-config" {
	need pkg-config
	mkdir -p prefix/lib/pkgconfig prefix/include
	cp "$lib" prefix/lib
	cp "$TOP/lib/harness/ktstr.h" prefix/include
	sed "s|^prefix=.*|prefix=$PWD/prefix|" "$TOP/build/lib/pkgconfig/ktstr.pc" \
		>prefix/lib/pkgconfig/ktstr.pc
	export PKG_CONFIG_PATH=$PWD/prefix/lib/pkgconfig
	source_file t.c <<<'KTSTR_TEST(third_party) { return KTSTR_PASS; }'
	read -ra flags <<<"${KTSTR_TEST_CFLAGS:-}"
	"${cc[@]}" "${flags[@]}" t.c $(pkg-config --cflags --libs ktstr) -o t
	run -0 ./t --ktstr-list
	expect output third_party
	# a program of its own main that registers nothing still answers
	source_file t.c <<<'int main(void) { return 0; }'
	"${cc[@]}" "${flags[@]}" t.c $(pkg-config --cflags --libs ktstr) -o t
	run -64 ./t --ktstr-list
	expect output begins "t: no tests are registered in ./t;"
	run -0 pkg-config --modversion ktstr
	expect output is-not ''
}

# --- the command line ---

@test "harness: --flag VALUE and --flag=VALUE are the same" {
	build t <<<'KTSTR_TEST(a, .duration_s = 2) { printf("%d+%d\n", ctx->duration_s, ctx->watchdog_s); return KTSTR_PASS; }'
	run -0 ./t run --ktstr-test-fn a --duration 7 --watchdog-timeout 9
	expect output $'7+9\na: pass'
	run -0 ./t --watchdog-timeout=9 --duration=2147483647 --ktstr-test-fn=a
	expect output $'2147483647+9\na: pass'
	run -0 ./t --ktstr-test-fn a
	expect output $'2+5\na: pass'
}

@test "harness: what does not belong to a protocol flag is misuse, one line" {
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	local args
	while read -r args; do
		run -64 --separate-stderr ./t $args
		expect output ''
		expect value "${#stderr_lines[@]}" 1
		expect stderr begins "t: "
	done <<-'E'
		--ktstr-list more
		--ktstr-list=x
		run --ktstr-list
		--ktstr-list --ktstr-list
		--ktstr-list --ktstr-describe=a
		--ktstr-describe
		--ktstr-describe a b
		--ktstr-describe a --duration 5
		--ktstr-test-fn
		--ktstr-test-fn a --duration
		--ktstr-test-fn a --duration 5 --duration 5
		--ktstr-test-fn a --ktstr-export-output x
		--ktstr-test-fn a run
		--ktstr-test-fn a --
		--ktstr-test-fn nope
		--ktstr-test-fn a --verbose
		--ktstr-export-test a --duration 5
	E
}

# refused ARGS: notes in wrong what they give, if that is not misuse in one line
refused() {
	run --separate-stderr timeout 5 ./t $1
	[[ $status == 64 && ! $output && ${#stderr_lines[@]} == 1 ]] || wrong+="$1: $status: $stderr"$'\n'
}

@test "harness: a flag in the place of a value is refused, each flag after each, first, last and alone" {
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	local flag value args wrong=''
	for flag in --ktstr-describe --ktstr-test-fn --ktstr-export-test --duration --watchdog-timeout --ktstr-export-output; do
		for value in --ktstr-list --ktstr-describe --ktstr-test-fn --ktstr-export-test --duration --watchdog-timeout \
			--ktstr-export-output --ktstr-{describe,test-fn,export-test}=a --duration=1; do
			refused "$flag $value"
		done
		for args in "$flag $value a" "--ktstr-test-fn a $flag $value" "$flag $value --ktstr-test-fn a" \
			"--ktstr-export-test a $flag $value" "run $flag $value" "run $flag $value --ktstr-describe a"; do
			refused "$args"
		done
	done
	printf '%s' "$wrong"
	expect value "$wrong" ''
	run -64 ./t --duration --ktstr-test-fn
	expect output "t: --duration needs a value, and --ktstr-test-fn is a flag (if it is meant: --duration=--ktstr-test-fn)"
}

@test "harness: durations that are no whole number of seconds are refused" {
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	local value
	for value in 0 -1 +5 5s 1.5 0x10 " 5" "5 " "" 2147483648 99999999999999999999; do
		run -64 ./t --ktstr-test-fn a --duration "$value"
		expect output "t: --duration: not a whole number of seconds from 1 to 2147483647: $value"
		run -64 ./t --ktstr-test-fn a "--watchdog-timeout=$value"
		expect output "t: --watchdog-timeout: not a whole number of seconds from 1 to 2147483647: $value"
	done
}

@test "harness: describing a test it does not have is status 1" {
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	run -1 --separate-stderr ./t --ktstr-describe=b
	expect output ''
	expect stderr "t: b: no test of this name; --ktstr-list lists them"
	run -1 ./t --ktstr-describe=
}

@test "harness: a program's own main is not run for a protocol flag, and is for all else" {
	build t <<-'E'
		KTSTR_TEST(a) { return KTSTR_PASS; }
		int main(int argc, char **argv) { printf("main %d %s\n", argc, argv[argc - 1]); return 9; }
	E
	run -0 ./t --ktstr-list
	expect output a
	run -9 ./t --ktstr-listing
	expect output "main 2 --ktstr-listing"
	run -9 ./t -- --ktstr-list
	expect output "main 3 --ktstr-list"
	run -9 ./t run
	expect output "main 2 run"
}

@test "harness: a full disk is noticed" {
	[ -e /dev/full ] || skip "needs /dev/full"
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	local args
	for args in --ktstr-list --ktstr-describe=a "--ktstr-test-fn a" list --help run; do
		run -1 bash -c "./t $args 2>&1 >/dev/full"
		expect output "t: standard output: No space left on device"
	done
}

@test "harness: an early reader is no news" {
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	run -1 bash -c 'trap "" PIPE; (sleep 0.2; ./t --ktstr-list; echo $? >&2) 2>status | :; cat status; exit $(cat status)'
	expect output 1
}

@test "harness: --ktstr-export-test becomes ktstr-export" {
	mkdir bin
	printf '#!/bin/sh\nprintf "[%%s]" "$@"\nexit 2\n' >bin/ktstr-export
	cp bin/ktstr-export other
	chmod +x bin/ktstr-export other
	build t <<<'KTSTR_TEST(a) { return KTSTR_PASS; }'
	PATH=$PWD/bin:$PATH run -2 ./t --ktstr-export-test=a --ktstr-export-output=-
	expect output "[-b][$PWD/t][-o][-][a]"
	KTSTR_EXPORT=./other run -2 ./t --ktstr-export-test a
	expect output "[-b][$PWD/t][a]"
	KTSTR_EXPORT=./missing run -1 ./t --ktstr-export-test a
	expect output 't: $KTSTR_EXPORT: ./missing: No such file or directory'
	PATH=/nowhere run -1 ./t --ktstr-export-test=b
	expect output "t: b: no test of this name; --ktstr-list lists them"
}

# --- running ---

@test "harness: each result is the verdict line, the status, and the reason on standard error" {
	build t <<-'E'
		KTSTR_TEST(p) { return KTSTR_PASS; }
		KTSTR_TEST(f) { return ktstr_fail(ctx, "%d of %s", 3, "four"); }
		KTSTR_TEST(i) { return ktstr_inconclusive(ctx, "noise"); }
		KTSTR_TEST(s) { return ktstr_skip(ctx, "no\nway \x1b[31m"); }
		KTSTR_TEST(quiet) { return KTSTR_FAIL; }
	E
	run -0 --separate-stderr ./t --ktstr-test-fn p
	expect output "p: pass"
	expect stderr ''
	run -1 --separate-stderr ./t --ktstr-test-fn f
	expect output "f: fail"
	expect stderr "f: fail: 3 of four"
	run -2 --separate-stderr ./t --ktstr-test-fn i
	expect output "i: inconclusive"
	expect stderr "i: inconclusive: noise"
	run -4 --separate-stderr ./t --ktstr-test-fn s
	expect output "s: skip"
	expect stderr 's: skip: no\012way \033[31m'
	run -1 --separate-stderr ./t --ktstr-test-fn quiet
	expect output "quiet: fail"
}

# bats test_tags=promise:returns-a-pass
@test "harness: the worst that was said is the verdict, whatever was returned" {
	build t <<-'E'
		KTSTR_TEST(fis) { ktstr_skip(ctx, "s"); ktstr_fail(ctx, "f"); ktstr_inconclusive(ctx, "i"); return KTSTR_PASS; }
		KTSTR_TEST(is) { ktstr_inconclusive(ctx, "i"); return ktstr_skip(ctx, "s"); }
		KTSTR_TEST(s) { ktstr_skip(ctx, "s"); return KTSTR_PASS; }
		KTSTR_TEST(sf) { ktstr_skip(ctx, "s"); return KTSTR_FAIL; }
	E
	run -1 ./t --ktstr-test-fn fis
	run -2 ./t --ktstr-test-fn is
	run -4 ./t --ktstr-test-fn s
	run -1 ./t --ktstr-test-fn sf
}

@test "harness: threads and forked workers can fail the test, each in a line of its own" {
	build t -pthread <<-'E'
		#include <pthread.h>
		#include <sys/wait.h>
		static void *work(void *ctx) { for (int i = 0; i < 50; i++) ktstr_inconclusive((struct ktstr_ctx *)ctx, "thread thread thread"); return NULL; }
		KTSTR_TEST(threads)
		{
			pthread_t t[8];
			for (int i = 0; i < 8; i++) pthread_create(&t[i], NULL, work, ctx);
			for (int i = 0; i < 8; i++) pthread_join(t[i], NULL);
			return KTSTR_PASS;
		}
		KTSTR_TEST(forks)
		{
			if (!fork()) { ktstr_fail(ctx, "in a worker"); _exit(0); }
			wait(NULL);
			return KTSTR_PASS;
		}
	E
	run -2 --separate-stderr ./t --ktstr-test-fn threads
	expect value "${#stderr_lines[@]}" 400
	expect value "$(sort -u <<<"$stderr")" "threads: inconclusive: thread thread thread"
	run -1 --separate-stderr ./t --ktstr-test-fn forks
	expect stderr "forks: fail: in a worker"
}

@test "harness: a crash is a fail with the signal's name" {
	build t <<-'E'
		KTSTR_TEST(segv) { raise(SIGSEGV); return KTSTR_PASS; }
		KTSTR_TEST(null) { volatile int *p = 0; *p = 1; return KTSTR_PASS; }
		KTSTR_TEST(aborts) { abort(); return KTSTR_PASS; }
		KTSTR_TEST(rt) { raise(SIGRTMIN + 6); return KTSTR_PASS; }
	E
	run -1 --separate-stderr ./t --ktstr-test-fn segv
	expect output "segv: fail"
	expect stderr "segv: fail: killed by SIGSEGV (Segmentation fault)"
	run -1 --separate-stderr ./t --ktstr-test-fn null
	expect output "null: fail"
	expect stderr has "null: fail: "
	run -1 --separate-stderr ./t --ktstr-test-fn aborts
	expect stderr "aborts: fail: killed by SIGABRT (Aborted)"
	run -1 --separate-stderr ./t --ktstr-test-fn rt
	expect stderr "rt: fail: killed by signal 40"
}

@test "harness: each signal that ends a process is named as glibc names it" {
	local number name names=()
	build t <<-'E'
		KTSTR_TEST(a)
		{
			int number = atoi(getenv("NUMBER"));
			signal(number, SIG_DFL); /* a shell may have us ignore it */
			raise(number);
			return KTSTR_PASS;
		}
	E
	ulimit -c 0
	for ((number = 1; number < 32; number++)); do
		name=$(kill -l "$number")
		[[ $name != STOP && $name != TSTP && $name != TTIN && $name != TTOU ]] || continue # these do not end it
		[[ $name != CHLD && $name != CONT && $name != URG && $name != WINCH ]] || continue
		NUMBER=$number run -1 --separate-stderr ./t --ktstr-test-fn a
		[[ $stderr == "a: fail: killed by SIG${name/%IO/POLL} ("*")" ]] || names+=("$number: $stderr")
	done
	printf '%s\n' "${names[@]}"
	expect value "${#names[@]}" 0
}

# bats test_tags=promise:returns-a-pass
@test "harness: a test cannot pass by leaving in another way than returning" {
	build t -pthread <<-'E'
		#include <pthread.h>
		static void fail_late(void) { _exit(3); }
		static void pass_late(void) { _exit(0); }
		KTSTR_TEST(exits) { exit(0); return KTSTR_PASS; }
		KTSTR_TEST(leaves) { _exit(0); return KTSTR_PASS; }
		KTSTR_TEST(thread_exits) { pthread_exit(NULL); return KTSTR_PASS; }
		KTSTR_TEST(execs) { execl("/bin/true", "true", (char *)0); return KTSTR_PASS; }
		KTSTR_TEST(seven) { return (enum ktstr_result)7; }
		KTSTR_TEST(handler) { atexit(fail_late); return KTSTR_PASS; }
		KTSTR_TEST(hidden) { atexit(pass_late); return KTSTR_FAIL; }
		KTSTR_TEST(twice) { if (!fork()) return KTSTR_PASS; usleep(300000); return KTSTR_PASS; }
	E
	local test
	# by main: before main, glibc's pthread_exit crashes in the first thread, a fail as well
	run -1 ./t --ktstr-test-fn thread_exits
	for test in exits leaves thread_exits execs; do
		run -1 --separate-stderr ./t run "$test"
		expect output "$test: fail"
		expect stderr "$test: fail: exited with status 0 in place of returning a result"
	done
	run -1 --separate-stderr ./t --ktstr-test-fn seven
	expect stderr "seven: fail: returned 7, which is no result"
	run -1 --separate-stderr ./t --ktstr-test-fn handler
	expect stderr "handler: fail: exited with status 3 after its body returned pass: an exit handler failed"
	run -1 --separate-stderr ./t --ktstr-test-fn hidden
	expect output "hidden: fail"
	run -1 --separate-stderr ./t --ktstr-test-fn twice
	expect stderr "twice: fail: a process that the test forked returned from the test's body; end it with _exit"
}

# bats test_tags=promise:returns-a-pass
@test "harness: a destructor of the program cannot turn a fail into a pass" {
	build t <<-'E'
		KTSTR_TEST(f) { return KTSTR_FAIL; }
		__attribute__((destructor)) static void cheat(void) { _exit(0); }
	E
	run -1 ./t --ktstr-test-fn f
	run -1 ./t run
}

@test "harness: a test that outlives duration and watchdog is killed with its children" {
	build t <<-'E'
		KTSTR_TEST(hang) { if (!fork()) setsid(); for (;;) pause(); return KTSTR_PASS; }
	E
	SECONDS=0
	run -1 --separate-stderr "$PWD/t" --ktstr-test-fn hang --duration 1 --watchdog-timeout 1
	expect output "hang: fail"
	expect stderr "hang: fail: still running 1 s after its duration of 1 s"
	((SECONDS >= 2 && SECONDS < 10))
	gone t
}

@test "harness: what a test leaves running is killed, and does not hold its pipe open" {
	build t <<-'E'
		KTSTR_TEST(leaves) { if (!fork()) { if (!fork()) { setsid(); sleep(50); } sleep(50); _exit(0); } usleep(200000); return KTSTR_PASS; }
		KTSTR_TEST(crashes) { if (!fork()) { sleep(50); _exit(0); } raise(SIGKILL); return KTSTR_PASS; }
	E
	SECONDS=0
	run -0 "$PWD/t" --ktstr-test-fn leaves
	expect output $'leaves: note: killed 2 processes that it left running\nleaves: pass'
	run -1 "$PWD/t" --ktstr-test-fn crashes
	expect value "$SECONDS" -lt 20
	gone t
}

@test "harness: processes that were there before the test are left alone" {
	build t <<<'KTSTR_TEST(leaves) { if (!fork()) { sleep(50); _exit(0); } return KTSTR_PASS; }'
	run -0 bash -c 'sleep 30 >/dev/null 2>&1 & echo $! >pid; sleep 0.1; exec ./t --ktstr-test-fn leaves' 3>&-
	expect output has "killed 1 process that"
	run -0 kill "$(cat pid)"
}

@test "harness: a signal to the program ends the test too, and is its own end" {
	build t <<<'KTSTR_TEST(hang, .duration_s = 60) { puts("up"); fflush(stdout); for (;;) pause(); return KTSTR_PASS; }'
	local signal
	for signal in TERM HUP QUIT KILL; do
		: >out
		# bash starts what is in the background with SIGQUIT ignored
		env --default-signal=QUIT "$PWD/t" --ktstr-test-fn hang >out 2>&1 3>&- &
		local pid=$!
		while ! [ -s out ]; do sleep 0.05; done
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		expect status $((128 + $(kill -l $signal)))
		sleep 0.1
		gone t
		expect value "$(cat out)" up
	done
}

@test "harness: signals that are ignored, as by nohup, stay so" {
	build t <<<'KTSTR_TEST(self) { kill(getppid(), SIGHUP); usleep(200000); return KTSTR_PASS; }'
	run -0 bash -c 'trap "" HUP; exec ./t --ktstr-test-fn self'
	expect output "self: pass"
}

@test "harness: ignored SIGCHLD does not hide how the test ended" {
	build t <<<'KTSTR_TEST(f) { return KTSTR_FAIL; } KTSTR_TEST(p) { return KTSTR_PASS; }'
	run -1 bash -c 'trap "" CHLD; exec ./t run'
	expect output $'f: fail\np: pass\n2 tests: 1 passed, 1 failed'
}

@test "harness: the body starts with the signals it would have had" {
	build t <<-'E'
		KTSTR_TEST(mask)
		{
			sigset_t set;
			sigprocmask(SIG_BLOCK, NULL, &set);
			return sigismember(&set, SIGTERM) || sigismember(&set, SIGINT) ? KTSTR_FAIL : KTSTR_PASS;
		}
	E
	run -0 ./t run mask
}

@test "harness: the context has the test, defaults filled in, and what the .run sets" {
	build t <<-'E'
		KTSTR_TEST(look, .topology = { .llcs = 2 })
		{
			printf("%s %d %d %dn%dl%dc%dt %s %s\n", ctx->test->name, ctx->duration_s, ctx->watchdog_s,
			       ctx->topology.numa_nodes, ctx->topology.llcs, ctx->topology.cores_per_llc,
			       ctx->topology.threads_per_core, ctx->cgroup_root ? ctx->cgroup_root : "none",
			       ctx->include_dir ? ctx->include_dir : "none");
			return KTSTR_PASS;
		}
	E
	run -0 ./t --ktstr-test-fn look
	expect line 0 "look 12 5 1n2l2c1t none none"
	KTSTR_CGROUP_ROOT=/c KTSTR_INCLUDE_DIR=/i run -0 ./t --ktstr-test-fn look
	expect line 0 "look 12 5 1n2l2c1t /c /i"
}

@test "harness: what a body prints comes once, ahead of the verdict" {
	build t <<<'KTSTR_TEST(talk) { printf("figure 1"); return KTSTR_PASS; } __attribute__((constructor)) static void early(void) { printf("early "); }'
	run -0 ./t --ktstr-test-fn talk
	expect output "early figure 1talk: pass"
}

@test "harness: a test of a scheduler that is run without it says so once" {
	build t <<-'E'
		static const struct ktstr_scheduler fifo = { .name = "fifo", .binary = "scx_fifo" }, own = { .name = "default" };
		KTSTR_TEST(a, .scheduler = &fifo) { return KTSTR_PASS; }
		KTSTR_TEST(b, .scheduler = &own) { return KTSTR_PASS; }
	E
	run -0 --separate-stderr ./t run a
	expect stderr "a: note: runs under the kernel's current scheduler; its .run, which ktstr-export makes, runs it under fifo"
	KTSTR_SCHED_PID=1 run -0 --separate-stderr ./t run a
	expect stderr ''
	run -0 --separate-stderr ./t run b
	expect stderr ''
}

# --- the main of programs that have none ---

@test "harness: without a main of its own, a program lists its tests" {
	build t <<-'E'
		static const struct ktstr_scheduler fifo = { .name = "a_long_scheduler", .binary = "scx" };
		KTSTR_TEST(a, .duration_s = 3) { return KTSTR_PASS; }
		KTSTR_TEST(longer, .scheduler = &fifo) { return KTSTR_PASS; }
	E
	for args in "" list; do
		run -0 ./t $args
		expect output 'TEST    SCHEDULER         TOPOLOGY  DURATION
a       eevdf             1n1l2c1t  3 s
longer  a_long_scheduler  1n1l2c1t  12 s
run them with: ./t run [NAME...]'
	done
	run -0 ./t --help
	expect output begins "usage: ./t [list] "
}

@test "harness: a word that is no command says so, and how a test is run" {
	build t <<<'KTSTR_TEST(pass) { return KTSTR_PASS; }'
	run -64 --separate-stderr ./t frob
	expect stderr "t: unknown argument: frob (see --help)"
	expect output ''
	run -64 ./t pass
	expect output "t: unknown argument: pass (to run a test: ./t run pass)"
	run -64 ./t list pass
	expect output "t: unknown argument: pass (to run a test: ./t run pass)"
	run -64 ./t run --duration 2 pass
	expect output "t: --duration: run takes only names of tests (with a flag: ./t --ktstr-test-fn NAME --duration SECS)"
}

@test "harness: a name or an argument that is like one there is says which is meant" {
	build t <<<'KTSTR_TEST(wakes_up) { return KTSTR_PASS; } KTSTR_TEST(sleeps) { return KTSTR_PASS; }'
	run -64 ./t run wakesup
	expect output "t: wakesup: no test of this name: did you mean wakes_up?"
	run -64 ./t --ktstr-test-fn=sleps
	expect output "t: sleps: no test of this name: did you mean sleeps?"
	run -64 ./t run other
	expect output "t: other: no test of this name; ./t lists them"
	run -64 ./t --ktstr-lsit
	expect output "t: unknown argument: --ktstr-lsit: did you mean --ktstr-list? (see --help)"
	run -64 ./t --ktst-describe=sleeps
	expect output "t: unknown argument: --ktst-describe=sleeps: did you mean --ktstr-describe? (see --help)"
	run -64 ./t rnu
	expect output "t: unknown argument: rnu: did you mean run? (see --help)"
	run -64 ./t -x
	expect output "t: unknown argument: -x (see --help)"
}

@test "harness: run takes the seconds that a .run sets, and refuses what are none" {
	build t <<<'KTSTR_TEST(a, .duration_s = 2) { printf("%d+%d\n", ctx->duration_s, ctx->watchdog_s); return KTSTR_PASS; }'
	KTSTR_DURATION_SECS=7 run -0 ./t run
	expect output $'7+5\na: pass'
	KTSTR_WATCHDOG_SECS=9 KTSTR_DURATION_SECS='' run -0 ./t run a
	expect output $'2+9\na: pass'
	KTSTR_DURATION_SECS=7 run -0 ./t run --ktstr-test-fn a --duration 3
	expect output $'3+5\na: pass'
	local variable value
	for variable in KTSTR_DURATION_SECS KTSTR_WATCHDOG_SECS; do
		for value in 0 -1 5s 2147483648; do
			run -64 env "$variable=$value" ./t run
			expect output "t: $variable: not a whole number of seconds from 1 to 2147483647: $value"
		done
	done
}

@test "harness: run has the worst status: fail, inconclusive, skip only where all were" {
	build t <<-'E'
		KTSTR_TEST(f) { return KTSTR_FAIL; }
		KTSTR_TEST(i) { return KTSTR_INCONCLUSIVE; }
		KTSTR_TEST(p) { return KTSTR_PASS; }
		KTSTR_TEST(s) { return KTSTR_SKIP; }
	E
	run -1 ./t run
	expect output $'f: fail\ni: inconclusive\np: pass\ns: skip\n4 tests: 1 passed, 1 failed, 1 inconclusive, 1 skipped'
	run -2 ./t run s i p
	expect output $'s: skip\ni: inconclusive\np: pass\n3 tests: 1 passed, 1 inconclusive, 1 skipped'
	run -4 ./t run s s
	expect line -1 '2 tests: 2 skipped'
	run -0 ./t run s p
	expect line -1 '2 tests: 1 passed, 1 skipped'
	run -0 ./t run p
	expect output 'p: pass'
	run -1 bash -c './t run s p >/dev/full'
	run -64 ./t run p nope
	expect output "t: nope: no test of this name; ./t lists them"
}

@test "harness: outside of a .run, include_dir has what is included, from its own places" {
	mkdir -p tmp elsewhere beside/sub tree/deep
	export TMPDIR=tmp # relative
	echo here >here
	echo first >both
	echo second >beside/both
	echo there >beside/sub/there
	echo deep >tree/deep/file
	(cd beside && build t <<-'E')
		static const char *const sched_files[] = { "./both", "wc", NULL };
		static const struct ktstr_scheduler mine = { .name = "eevdf", .include_files = sched_files };
		static const char *const files[] = { "./here", "./both", "sub/there", "wc", NULL };
		static const char *const dirs[] = { "./tree/", NULL };
		KTSTR_TEST(look, .scheduler = &mine, .include_files = files, .include_dirs = dirs)
		{
			if (chdir("/") || printf("%s\n", ctx->include_dir) < 0)
				return KTSTR_FAIL;
			fflush(stdout);
			return system("cd \"$KTSTR_INCLUDE_DIR\" && ls && cat here both there tree/deep/file && ./wc -c <here") ? KTSTR_FAIL : KTSTR_PASS;
		}
		KTSTR_TEST(writes, .include_files = files) { return system("echo new >$KTSTR_INCLUDE_DIR/new") ? KTSTR_FAIL : KTSTR_PASS; }
		KTSTR_TEST(none) { puts(ctx->include_dir ? ctx->include_dir : "none"); return KTSTR_PASS; }
		KTSTR_TEST(hangs, .include_files = files) { printf("%s\n", ctx->include_dir); fflush(stdout); pause(); return KTSTR_PASS; }
	E
	run -0 --separate-stderr beside/t run look
	expect line 0 begins "$PWD/tmp/ktstr."
	expect output ends $'\nboth\nhere\nthere\ntree\nwc\nhere\nfirst\nthere\ndeep\n5\nlook: pass'
	expect stderr ''
	run -0 beside/t run none
	expect line 0 none
	expect value "$(ls -A tmp)" ''
	# a signal leaves nothing
	beside/t run hangs >out &
	until [ -s out ]; do sleep 0.1; done
	kill -TERM $!
	wait $! || status=$?
	expect status 143
	expect value "$(ls -A tmp)" ''
	run -0 beside/t run writes
	expect line 0 matches "^writes: note: $PWD/tmp/ktstr.* stays, with what the test wrote there: "
	cat tmp/ktstr.*/new
	expect value "$(ls tmp/ktstr.*)" new
	# what is not there is said, and no more
	cd elsewhere
	TMPDIR=/tmp run -1 --separate-stderr ../beside/t run look
	expect value "${stderr_lines[0]}" "look: note: ./here, which it includes, is not in the current directory, nor beside this program"
	expect value "${stderr_lines[1]}" "look: note: ./tree/, which it includes, is not in the current directory, nor beside this program"
	TMPDIR=/no/where run -1 --separate-stderr ../beside/t run look
	expect stderr "look: fail: no directory for what it includes: /no/where: No such file or directory"
	expect output "look: fail"
}

# --- the examples ---

@test "examples: fair measures and passes, on one CPU as well" {
	local fair=$TOP/build/examples/fair
	run "$fair" --ktstr-test-fn fair --duration 1
	expect output has " of fair, longest gap "
	[ "$status" = 0 ] || [ "$status" = 2 ]
	need taskset
	run taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" "$fair" --ktstr-test-fn fair --duration 1
	expect output has "2 workers on 1 CPUs"
	[ "$status" = 0 ] || [ "$status" = 2 ]
}

@test "examples: spread is skipped without its scheduler, and describes it" {
	run -4 "$TOP/build/examples/spread" --ktstr-test-fn spread
	run -0 "$TOP/build/examples/spread" --ktstr-describe spread
	expect output has $'scheduler fifo scx_fifo\nsched-arg --slice-us\nsched-arg 5000'
}

@test "examples: reader reads its words from where they are, or fails" {
	run -1 "$TOP/build/examples/reader" run
	expect line 0 begins "reader: note: ./words.txt, which it includes, is not in the current directory"
	mkdir inc
	cp "$TOP/share/examples/words.txt" inc
	KTSTR_INCLUDE_DIR=$PWD/inc run -0 "$TOP/build/examples/reader" run
	expect line 0 "12 words in $PWD/inc/words.txt"
	cd "$TOP/share/examples"
	run -0 "$TOP/build/examples/reader" --ktstr-test-fn reader
}

@test "examples: load takes the seconds that a .run sets, else its argument, which must be there" {
	local load=$TOP/share/examples/load.bash
	run -0 bash "$load" 1
	expect output has " rounds in 1 s"
	KTSTR_DURATION_SECS=1 run -0 bash "$load" 30
	expect output has " rounds in 1 s"
	KTSTR_DURATION_SECS=1 run ! bash "$load"
	expect output ends "usage: load.bash SECONDS"
}

# --- metrics ---

@test "harness: metrics are lines of the file that KTSTR_METRICS names, exact in any locale" {
	build t <<-'E'
		#include <locale.h>
		#include <sys/wait.h>
		KTSTR_TEST(numbers)
		{
			setlocale(LC_ALL, "");
			printf("comma %.1f\n", 0.5);
			ktstr_metric(ctx, "a/b_c.d:e%f-9", 3.2, "ms");
			ktstr_metric(ctx, "third", 1.0 / 3, NULL);
			ktstr_metric(ctx, "large", 1e300, "\302\265s");
			ktstr_metric(ctx, "below", -0.25, NULL);
			ktstr_metric(ctx, "least", 5e-324, NULL);
			ktstr_metric(ctx, "zero", 0, NULL);
			if (fork() == 0) {
				ktstr_metric(ctx, "child", 5, NULL);
				_exit(0);
			}
			wait(NULL);
			return KTSTR_PASS;
		}
	E
	# a locale with a comma for the point, which many machines do not have
	mkdir locales
	local point=.
	localedef -i de_DE -f UTF-8 "$PWD/locales/de_DE.UTF-8" 2>/dev/null && point=,
	: >metrics
	run -0 env LC_ALL=de_DE.UTF-8 LOCPATH="$PWD/locales" KTSTR_METRICS="$PWD/metrics" ./t run numbers
	expect output has "comma 0${point}5"
	expect value "$(<metrics)" $'a/b_c.d:e%f-9 3.2 ms\nthird 0.3333333333333333\nlarge 1e+300 \302\265s\nbelow -0.25\nleast 5e-324\nzero 0\nchild 5'
	run -0 --separate-stderr ./t run numbers
	expect stderr has 'numbers: metric: a/b_c.d:e%f-9 3.2 ms'
	KTSTR_METRICS=/no/where run -0 --separate-stderr ./t run numbers
	expect stderr has 'numbers: note: metric third is lost: /no/where: No such file or directory'
	KTSTR_METRICS=/dev/full run -0 --separate-stderr ./t run numbers
	expect stderr has 'numbers: note: metric third is lost: /dev/full: No space left on device'
}

@test "harness: metrics of processes that write at once do not mix" {
	build t <<-'E'
		#include <sys/wait.h>
		KTSTR_TEST(many)
		{
			for (int p = 0; p < 4; p++)
				if (fork() == 0) {
					char name[] = "pppppppppppppppppppppppppppppppppppppppp";

					name[0] = (char)('a' + p);
					for (int i = 0; i < 2000; i++)
						ktstr_metric(ctx, name, i + 1.0 / 3, "ms");
					_exit(0);
				}
			while (wait(NULL) > 0)
				;
			return KTSTR_PASS;
		}
	E
	: >metrics
	KTSTR_METRICS=$PWD/metrics run -0 ./t run many
	expect value "$(wc -l <metrics)" 8000
	expect value "$(grep -cvE '^[a-d]p{39} [0-9]+\.[0-9]+ ms$' metrics)" 0
}

@test "harness: a metric that is none fails the test" {
	local name value unit message
	build t <<-'E'
		#include <math.h>
		KTSTR_TEST(bad)
		{
			ktstr_metric(ctx, getenv("NAME"), strtod(getenv("VALUE"), NULL), getenv("UNIT"));
			return KTSTR_PASS;
		}
	E
	: >metrics
	while IFS='|' read -r name value unit message; do
		NAME=$name VALUE=$value UNIT=$unit KTSTR_METRICS=$PWD/metrics run -1 --separate-stderr ./t run bad
		expect stderr "bad: fail: metric $message"
	done <<-'END'
		|1|s|: a name has 1 to 64 letters, digits and _ . : / % -
		a b|1|s|a b: a name has 1 to 64 letters, digits and _ . : / % -
		a=b|1|s|a=b: a name has 1 to 64 letters, digits and _ . : / % -
		a|nan|s|a: the value is not finite: nan
		a|inf|s|a: the value is not finite: inf
		a|1||a: a unit is a word of 1 to 16 bytes, not ""
		a|1|a b|a: a unit is a word of 1 to 16 bytes, not "a b"
	END
	expect value "$(wc -c <metrics)" 0
	env -u NAME VALUE=1 UNIT=s KTSTR_METRICS="$PWD/metrics" ./t run bad 2>unnamed || true
	expect value "$(<unnamed)" 'bad: fail: metric without a name'
	expect value "$(wc -c <metrics)" 0
}

@test "harness: a test that is killed does not lose what it printed into a pipe" {
	build t <<-'E'
		KTSTR_TEST(dies) { printf("before\n"); raise(SIGKILL); return KTSTR_PASS; }
	E
	run -1 --separate-stderr ./t run dies
	expect line 0 before
}
