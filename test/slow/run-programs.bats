#!/usr/bin/env bats
# run-programs.bats - how the .run starts the packed programs: their names, what their loaders say before,
# the libraries that they and nobody else see, and a test that becomes another user

load ../run_helper

# compile OUT LINE...: a C program of these lines; the compiler's options are in CFLAGS_HERE
compile() {
	# shellcheck disable=SC2086 # words
	printf '%s\n' "${@:2}" | ${CC:-cc} ${CFLAGS_HERE:-} -x c - -x none ${LIBS_HERE:-} -o "$1"
}

# says_names OUT: a program that prints its argv[0]'s last part and its comm
says_names() {
	compile "$1" '#define _GNU_SOURCE' '#include <stdio.h>' '#include <string.h>' '#include <sys/prctl.h>' \
		'int main(int c, char **v) { char name[16]; (void)c; prctl(PR_GET_NAME, name); puts(basename(v[0])); puts(name); }'
}

@test "programs: with run-args none the test gets no argument, with run-args ktstr those of a test binary" {
	local which wanted
	script t 'echo "$# arguments: $*"'
	while IFS='|' read -r which wanted; do
		printf '%s\n' 'test t' 'binary t' 'topology 1n1l1c1t' "$which" >t.ktstr
		ktstr-export -q t
		run -0 --separate-stderr on_host ./t.run
		expect output "$(wc -w <<<"$wanted") arguments: $wanted"
	done <<-'EOF'
		run-args none|
		run-args ktstr|run --ktstr-test-fn t --duration 12 --watchdog-timeout 5
		|run --ktstr-test-fn t --duration 12 --watchdog-timeout 5
	EOF
}

@test "programs: a test is started under its own name: argv[0], comm and a script's \$0" {
	local row name wanted
	mkdir own
	says_names own/spread
	cp own/spread 'own/two words'
	cp own/spread own/-dash
	cp own/spread own/longer_than_comm_is
	cp own/spread own/include
	cp own/spread own/scheduler
	cp own/spread own/a=b # which env(1) would take for a variable: the archive's name
	script own/script.bash 'echo "${0##*/}"; cat /proc/$$/comm'
	for row in spread:spread,spread 'two words:two words,two words' -dash:-dash,-dash include:include,include \
		longer_than_comm_is:longer_than_comm_is,longer_than_com scheduler:scheduler,scheduler a=b:ktstr,ktstr \
		script.bash:script.bash,script.bash; do
		name=${row%%:*} wanted=${row#*:}
		printf '%s\n' 'test t' "binary ./own/${name// /\\040}" 'topology 1n1l1c1t' 'run-arg x' >t.ktstr
		ktstr-export -q -f t.ktstr t
		run -0 --separate-stderr on_host ./t.run --quiet
		[ "$output" = "${wanted/,/$'\n'}" ] || {
			echo "$name: $output, wanted $wanted"
			false
		}
	done
	nothing_left
}

@test "programs: those that have many names by links are the one that was named" {
	need busybox
	mkdir own
	cp "$(type -P busybox)" own/busybox
	ln -s busybox own/sleep
	ln -s busybox own/false
	local row
	for row in sleep:0:0.1 false:1:x; do
		printf '%s\n' 'test t' "binary ./own/${row%%:*}" 'topology 1n1l1c1t' "run-arg ${row##*:}" >t.ktstr
		ktstr-export -q -f t.ktstr t
		status=0
		run on_host ./t.run --quiet
		row=${row#*:}
		[ "$status" = "${row%:*}" ] || {
			echo "$row: $status: $output"
			false
		}
	done
	nothing_left
}

@test "programs: the scheduler has its own name, even where it is the test's" {
	local name
	mkdir own
	for name in scx_mine t ktstr; do
		script "own/$name" 'echo "${0##*/}" >"$OUT"; cat /proc/$$/comm >>"$OUT"' "${attach[@]}" "${stay[@]}"
		script t 'exit 0'
		printf '%s\n' 'test t' 'binary ./t' 'topology 1n1l1c1t' "scheduler fake ./own/$name" >t.ktstr
		ktstr-export -q -f t.ktstr t
		OUT=$PWD/out run -0 on_host ./t.run --quiet
		expect value "$(<out)" "$name"$'\n'"$name"
	done
	nothing_left
}

@test "programs: a file that was exported without their names calls them by the archive's" {
	export_scheduler 'echo "${0##*/}" >"$OUT"' "${attach[@]}" "${stay[@]}"
	sed -i -e 's/^TEST_PROGRAM=.*/TEST_PROGRAM=/' -e 's/^SCHED_PROGRAM=.*/SCHED_PROGRAM=/' t.run
	OUT=$PWD/out run -0 on_host ./t.run --quiet
	expect value "$(<out)" scheduler
	nothing_left
}

# --- what the loader and the exec say ---

# library DIRECTORY FUNCTION [ARG...]: DIRECTORY/libhere.so.3 with a function that gives 42
library() {
	mkdir -p "$1"
	CFLAGS_HERE="-shared -fPIC -Wl,-soname,libhere.so.3 ${*:3}" compile "$1/libhere.so.3" "int $2(void) { return 42; }"
}

# needs_library OUT [LINE...]: a program that needs libs/libhere.so.3, whose main has these lines
needs_library() {
	[ -e libs/libhere.so.3 ] || library libs here
	LIBS_HERE=libs/libhere.so.3 CFLAGS_HERE="-Wl,-rpath,$PWD/libs ${FLAGS:-}" compile "$1" '#include <stdio.h>' \
		'#include <stdlib.h>' '#include <string.h>' '#include <unistd.h>' 'int here(void);' \
		'int main(int c, char **v) { (void)c, (void)v; if (here() != 42) return 9;' "${@:2}" 'return 0; }'
}

# is_refused WANTED: a run of t.run ends with 4 before anything is started, and says that
is_refused() {
	run -4 on_host ./t.run
	# shellcheck disable=SC2053 # a pattern
	[[ ${lines[-1]} == "./t.run: unsuitable: "$1 ]] || {
		echo "wanted: $1, but:"
		echo "$output"
		return 1
	}
	[ ! -e ran ]
	nothing_left
}

# export_records RECORD...: exports the test t with these records, and no libraries
export_records() {
	printf '%s\n' 'test t' 'topology 1n1l1c1t' "$@" >t.ktstr
	ktstr-export -q --no-libs -f t.ktstr t
}

# bats test_tags=promise:startable
@test "programs: what a loader cannot find or use is known before the test starts, for each program" {
	local row wanted
	library libs here
	needs_library needs
	script pass "touch $PWD/ran"
	script scheduler "touch $PWD/ran"
	export_records 'binary ./needs'
	mv libs away
	is_refused 'the test needs cannot be started on this host: the library libhere.so.3 is not found: *'
	export_records 'binary ./pass' 'scheduler s ./needs'
	is_refused 'the scheduler needs cannot be started on this host: the library libhere.so.3 is not found: *'
	export_records 'binary ./pass' 'include ./needs'
	is_refused 'the included program needs cannot be started on this host: the library libhere.so.3 is not found: *'

	# a version that the host's library has not, one of glibc, and a function
	echo 'V_9 { *; };' >map
	mv away libs
	library libs here -Wl,--version-script=map
	needs_library versioned
	rm -r libs
	library libs here
	sed 's/GLIBC_2\.34/GLIBC_2.99/' needs >glibc
	chmod +x glibc
	cmp -s needs glibc || {
		export_records 'binary ./glibc'
		is_refused "the test glibc cannot be started on this host: *: version \`GLIBC_2.99' not found (required by ktstr): *"
	}
	FLAGS=-Wl,-z,now needs_library bound
	rm -r libs
	library libs elsewhere
	export_records 'binary ./bound'
	is_refused 'the test bound cannot be started on this host: undefined symbol: here*'
}

@test "programs: what the caller has set for the loader counts when it is asked, as it does for the program" {
	needs_library needs
	export_records 'binary ./needs' 'run-arg x'
	mv libs elsewhere
	run -0 on_host env LD_LIBRARY_PATH="$PWD/elsewhere" ./t.run --quiet
	run -0 on_host env LD_PRELOAD="$PWD/elsewhere/libhere.so.3" ./t.run --quiet
	is_refused 'the test needs cannot be started on this host: *'
}

# bats test_tags=promise:startable
@test "programs: an interpreter that is missing, and arguments that are too long, are known before the test starts" {
	script pass "touch $PWD/ran"
	printf '#!/usr/bin/no-such-python3\nprint(1)\n' >tool
	chmod +x tool
	export_records 'binary ./pass' 'include ./tool'
	is_refused 'the included program tool cannot be started on this host: its interpreter /usr/bin/no-such-python3 is not found*'
	export_records 'binary ./tool'
	is_refused '/usr/bin/no-such-python3 not found, needed to start a packed program: *'
	export_records 'binary ./pass' 'run-arg x'
	sed -i 's/^RUN_ARGS=.*/printf -v long "%140000s" ""; RUN_ARGS=("$long")/' t.run
	is_refused 'the arguments of the test are too long for this kernel*'
	export_records 'binary ./pass' 'scheduler s ./pass'
	sed -i 's/^SCHED_ARGS=.*/printf -v long "%100000s" ""; for i in {1..99}; do SCHED_ARGS+=("$long"); done/' t.run
	is_refused 'the arguments of the scheduler are too long for this kernel*'
}

@test "programs: data that looks like a program harms nothing" {
	script t 'exit 0'
	head -c 2000 "$(type -P ls)" >damaged # with the name of a loader in it
	printf '\177ELF' >magic
	printf '#!' >script
	: >empty
	CFLAGS_HERE=-static compile static 'const char *l = "/lib64/ld-linux-x86-64.so.2"; int main(void) { return !l; }' ||
		skip "needs a static C library"
	printf 'int x;\n' | ${CC:-cc} -c -x c - -o object.o
	export_records 'binary ./t' 'include ./damaged' 'include ./magic' 'include ./script' 'include ./empty' 'include ./static' \
		'include ./object.o' "include $(type -P ls)"
	run -0 on_host ./t.run --quiet
	nothing_left
}

# bats test_tags=promise:startable
@test "programs: a test that ends with 126 or 127 itself has failed, however it is built" {
	local status kind
	script script 'exit "$RC"'
	compile dynamic '#include <stdlib.h>' 'int main(void) { return atoi(getenv("RC")); }'
	for RC in 126 127; do
		export RC
		for kind in script dynamic; do
			export_records "binary ./$kind"
			run -1 on_host ./t.run --quiet
			expect line -1 begins "./t.run: fail: the test ended with status $RC"
		done
	done
	CFLAGS_HERE=-static compile static '#include <stdlib.h>' '#include <unistd.h>' \
		'int main(void) { sleep(1); return 127; }' || skip "needs a static C library"
	export_records 'binary ./static'
	run -1 on_host ./t.run --quiet
	nothing_left
}

# bats test_tags=promise:startable
@test "programs: what the kernel does not execute is no verdict, of the test's or the scheduler's" {
	CFLAGS_HERE=-static compile static 'int main(void) { return 0; }' || skip "needs a static C library"
	# a program for a machine that this one is not, which was exported as if it were
	printf '\263' | dd of=static bs=1 seek=18 conv=notrunc 2>/dev/null
	script pass 'exit 0'
	export_records 'binary ./static' || true
	sed -i 's/^NEED_MACHINES=.*/NEED_MACHINES=()/' t.run
	run -4 on_host ./t.run --quiet
	export_records 'binary ./pass' 'scheduler s ./static'
	sed -i 's/^NEED_MACHINES=.*/NEED_MACHINES=()/' t.run
	run -4 on_host ./t.run --quiet
	nothing_left
}

# --- the packed libraries ---

# shows_environment OUT: a program that needs the library and prints what its loader left it, what a child
# of the host's has, its own names, and which file runs
shows_environment() {
	needs_library "$1" 'char exe[4096] = "", comm[64] = "";' \
		'FILE *f = fopen("/proc/self/comm", "r"); if (!f || !fgets(comm, sizeof(comm), f)) return 9;' \
		'if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0) return 9;' \
		'printf("%s %s %s", strrchr(v[0], 47) + 1, strrchr(exe, 47) + 1, comm); fflush(stdout);' \
		'system("env | grep ^LD_; env | grep KTSTR_LD_");'
}

# export_packed RECORD...: exports the test t with its libraries, which are gone then
export_packed() {
	printf '%s\n' 'test t' 'topology 1n1l1c1t' "$@" >t.ktstr
	ktstr-export -q -f t.ktstr t
	rm -rf libs
}

# bats test_tags=promise:libraries-are-private
@test "programs: packed libraries are the program's alone: its children have what the caller has" {
	local row path preload wanted
	shows_environment shows
	export_packed 'binary ./shows' 'run-arg x'
	./t.run --list | grep -qx lib/ktstr-preload.so
	mkdir other
	CFLAGS_HERE='-shared -fPIC' compile other/libother.so 'int nothing(void) { return 0; }'
	for row in ',,' "$PWD/other,,LD_LIBRARY_PATH=$PWD/other" ",$PWD/other/libother.so,LD_PRELOAD=$PWD/other/libother.so" \
		"$PWD/other,libother.so,LD_LIBRARY_PATH=$PWD/other+LD_PRELOAD=libother.so"; do
		IFS=, read -r path preload wanted <<<"$row"
		# not of what on_host starts
		script start "${path:+export LD_LIBRARY_PATH=$path}" "${preload:+export LD_PRELOAD=$preload}" 'exec ./t.run --quiet'
		run -0 --separate-stderr on_host ./start
		output=$(grep -v '^shows ' <<<"$output" | sort | tr '\n' +) || true
		[ "${output%+}" = "$wanted" ] || {
			echo "$row: $output"
			false
		}
	done
	nothing_left
}

@test "programs: one that has packed libraries keeps its names, and a blank in the path does no harm" {
	shows_environment shows
	export_packed 'binary ./shows' 'run-arg x'
	mkdir 'tmp/a b'
	run -0 --separate-stderr on_host ./t.run --quiet --tmpdir "$PWD/tmp/a b"
	expect output "shows ktstr shows"
	rmdir 'tmp/a b'
	nothing_left
}

@test "programs: the lines of --print-command find the packed libraries in the directory of --extract" {
	needs_library calls 'return system("helper");'
	needs_library helper 'return puts("it runs") < 0;'
	export_packed 'binary ./calls' 'include ./helper' 'run-arg x'
	./t.run --extract d
	run -127 d/ktstr
	./t.run --print-command >lines
	run -0 bash -c 'cd d && exec bash -s <../lines'
	expect output $'it runs\nstatus 0'
}

@test "programs: an included program finds its libraries, from a script, another program, and by its path" {
	shows_environment shows
	needs_library calls 'return system("shows; \"$KTSTR_INCLUDE_DIR/shows\"");'
	script script 'shows && "$KTSTR_INCLUDE_DIR/shows" && bash -c shows && env shows'
	local wanted='shows shows shows'
	for binary in calls script; do
		[ -e libs ] || library libs here
		export_packed "binary ./$binary" 'include ./shows' 'run-arg x'
		run -0 --separate-stderr on_host ./t.run --quiet
		[ "$(sort -u <<<"$output")" = "$wanted" ] || {
			echo "$binary: $output"
			false
		}
	done
	nothing_left
}

# bats test_tags=promise:libraries-are-private
@test "programs: a script and a static test have no library path, whatever is packed" {
	shows_environment shows
	script script 'env | grep LD_ || true'
	export_packed 'binary ./script' 'include ./shows' 'run-arg x'
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output ""
	CFLAGS_HERE=-static compile static '#include <stdlib.h>' 'int main(void) { return !!getenv("LD_LIBRARY_PATH"); }' ||
		skip "needs a static C library"
	library libs here
	export_packed 'binary ./static' 'include ./shows' 'run-arg x'
	run -0 on_host ./t.run --quiet
	nothing_left
}

@test "programs: one with AddressSanitizer, whose library wants to be the first, is started all the same" {
	FLAGS=-fsanitize=address shows_environment shows 2>/dev/null || skip "needs the library of -fsanitize=address"
	ldd ./shows | grep -q asan || skip "needs a shared library of -fsanitize=address"
	export_packed 'binary ./shows' 'include ./shows' 'run-arg x'
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output "shows ktstr shows"
	script script shows
	library libs here
	export_packed 'binary ./script' 'include ./shows' 'run-arg x'
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output "shows shows shows"
	nothing_left
}

@test "programs: one with musl's loader is asked in its way, and has packed libraries for itself, too" {
	need musl-gcc
	library libs here -nostdlib
	cat >shows.c <<-'EOF'
		#include <stdlib.h>
		int here(void);
		int main(void) { return here() != 42 || system("env | grep LD_; true"); }
	EOF
	musl-gcc shows.c -o shows libs/libhere.so.3
	printf '%s\n' 'test t' 'topology 1n1l1c1t' 'binary ./shows' >t.ktstr
	{
		ktstr-manifest -f t.ktstr t
		echo "file lib/libhere.so.3 $PWD/libs/libhere.so.3 0755"
	} | ktstr-libs >manifest 2>/dev/null
	{
		ktstr-preamble <manifest
		ktstr-pack <manifest | ktstr-b64
	} >t.run
	chmod +x t.run
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output ""
	export_records 'binary ./shows'
	is_refused 'the test shows cannot be started on this host: Error loading shared library libhere.so.3: *'
}

@test "programs: without the preload object the libraries are found, and it says who else sees them" {
	shows_environment shows
	printf '%s\n' 'test t' 'topology 1n1l1c1t' 'binary ./shows' >t.ktstr
	ktstr-manifest -f t.ktstr t | ktstr-libs | grep -v ktstr-preload >manifest
	{
		ktstr-preamble <manifest
		ktstr-pack <manifest | ktstr-b64
	} >t.run
	chmod +x t.run
	rm -r libs
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output has "LD_LIBRARY_PATH=$PWD/tmp/ktstr."
	expect output has /tree/lib
	expect stderr has "./t.run: warning: the packed libraries reach the programs that ktstr starts, too: ktstr-preload.so does not serve it"
	nothing_left
}

@test "programs: a place whose name would split a list or be a variable is passed over, and says so" {
	local name
	export_test 'exit 0'
	for name in a:b 'a;b' 'a$b' a=b; do
		mkdir -p "tmp/$name"
		run -4 on_host ./t.run --tmpdir "$PWD/tmp/$name"
		expect line -1 ends ": $PWD/tmp/$name (a name with : ; \$ or = cannot be used): give one with --tmpdir DIR"
		(cd "tmp/$name" && TMPDIR=$PWD run -0 on_host ../../t.run --quiet)
		rmdir "tmp/$name"
	done
	nothing_left
}

# --- a test that becomes another user ---

# drops LINE...: the lines of a test that runs this script as nobody
drops() {
	printf '%s\n' '#!/bin/bash' "exec setpriv --reuid 65534 --regid 65534 --clear-groups bash -c '$1'" >t
	chmod +x t
}

# bats test_tags=promise:other-users
@test "programs: a test that becomes another user reaches its files where it says so, and nothing else" {
	as_nobody
	chmod 1777 tmp
	script cut 'echo packed'
	drops 'cut && cat "$KTSTR_INCLUDE_DIR/data" && ! ls "$KTSTR_DIR" 2>&1 && stat -c "%a %n" "${KTSTR_DIR%/*}"/{,tree}'
	echo data >data
	printf '%s\n' 'test t' 'binary ./t' 'topology 1n1l1c1t' 'include ./cut' 'include ./data' drops-root >t.ktstr
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --quiet
	expect value "${lines[0]} ${lines[1]}" 'packed data'
	expect output has "711 "
	expect output has /
	expect output has "711 "
	expect output ends /tree
	chmod 700 tmp
	run -4 on_host ./t.run --tmpdir "$PWD/tmp"
	expect output has "$PWD/tmp ($PWD/tmp cannot be passed by the user that the test becomes)"
	nothing_left
}

# bats test_tags=promise:other-users
@test "programs: where it does not say so no program of the host takes the packed one's place, and it is told" {
	as_nobody
	chmod 1777 tmp
	script cut 'echo packed'
	drops 'cut --version; echo $?'
	printf '%s\n' 'test t' 'binary ./t' 'topology 1n1l1c1t' 'include ./cut' >t.ktstr
	ktstr-export -q t
	run -0 --separate-stderr on_host ./t.run --quiet
	expect output 126
	expect stderr begins "cut: user 65534 cannot reach this packed program: the test's definition lacks the record drops-root
./t.run: warning: user 65534 could not reach the packed program cut, which was not run: "
	expect stderr ends $'\n'"./t.run: pass"
	nothing_left
}

@test "programs: the logs are root's alone, whoever may pass the directory" {
	as_nobody
	script t 'stat -c %a "${KTSTR_DIR%/*}"/evidence/*/scheduler.*; umask'
	export_scheduler "${attach[@]}" "${stay[@]}"
	echo drops-root >>t.ktstr
	ktstr-export -q t
	chmod 1777 tmp
	run -0 --separate-stderr on_host ./t.run --quiet
	expect value "$(sort -u <<<"$output")" $'0022\n600'
	nothing_left
}
