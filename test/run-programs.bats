#!/usr/bin/env bats
# run-programs.bats - how the .run starts the packed programs: their names, what their loaders say before,
# the libraries that they and nobody else see, and a test that becomes another user

load run_helper

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
		[ "$(<out)" = "$name"$'\n'"$name" ]
	done
	nothing_left
}

@test "programs: a file that was exported without their names calls them by the archive's" {
	export_scheduler 'echo "${0##*/}" >"$OUT"' "${attach[@]}" "${stay[@]}"
	sed -i -e 's/^TEST_PROGRAM=.*/TEST_PROGRAM=/' -e 's/^SCHED_PROGRAM=.*/SCHED_PROGRAM=/' t.run
	OUT=$PWD/out run -0 on_host ./t.run --quiet
	[ "$(<out)" = scheduler ]
	nothing_left
}
