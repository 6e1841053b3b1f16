#!/usr/bin/env bats
# hostile.bats - definitions, manifests and values that were made to do harm: refused, or harmless

load run_helper

# manifest LINE...: a whole manifest with these lines more
manifest() {
	printf '%s\n' 'manifest 1' 'test t' 'scheduler eevdf' 'topology 1n1l1c1t' 'duration 1' 'watchdog 1' 'git unknown' \
		'file ktstr /bin/true 0755' "$@"
}

# replaced KEYWORD LINE: the same with LINE in place of KEYWORD's
replaced() {
	manifest | sed "/^$1 /d"
	printf '%s\n' "$2"
}

# escape: standard input as a field, every byte of it
escape() {
	od -An -v -to1 | tr -d '\n' | tr ' ' '\\'
}

# bats test_tags=promise:values-are-data
@test "hostile: a manifest of somebody else's is held to what a definition is" {
	local line message
	while IFS='|' read -r line message; do
		run -1 --separate-stderr ktstr-preamble < <(replaced "${line%% *}" "$line")
		expect output ""
		[[ $stderr == "ktstr-preamble: <stdin>:"*": $message"* ]] || {
			echo "$line: $stderr"
			return 1
		}
	done <<-'EOF2'
		cgroup-parent /../x|cgroup-parent: a cgroup's path has no '..'
		cgroup-parent /a/..|cgroup-parent: a cgroup's path has no '..'
		cgroup-parent a|cgroup-parent: a cgroup's path begins with '/'
		cgroup-parent ""|cgroup-parent: a cgroup's path begins with '/'
		cgroup-parent //|cgroup-parent: the root of the cgroup tree
		sysctl ../../etc/passwd 1|sysctl: not a sysctl's name
		sysctl kernel/../../etc/x 1|sysctl: not a sysctl's name
		sysctl kernel/.. 1|sysctl: not a sysctl's name
		sysctl /etc/passwd 1|sysctl: not a sysctl's name
		sysctl kernel..x 1|sysctl: not a sysctl's name
		sysctl "" 1|sysctl: not a sysctl's name
		scheduler ""|scheduler: it is empty
		scheduler \033[2J|scheduler: not text that a terminal can show
		scheduler a\012KTSTR_GIT_HASH=1234567|scheduler: not text that a terminal can show
		scheduler \342\200\256abc|scheduler: not text that a terminal can show
		scheduler \377|scheduler: not text that a terminal can show
		git \033]0;x\007|git: not text that a terminal can show
		file ../x /bin/true 0755|file: the name has a component '..': it would lead out of the archive
		file include/../../x /bin/true 0755|file: the name has a component '..': it would lead out of the archive
		file /x /bin/true 0755|file: the name is absolute: leave out the leading '/'
		test ../t|test: a test's name
		test -rf|test: a test's name does not begin with '-'
		test $(id)|test: a test's name
		duration 1;id|duration: not a whole number
		watchdog a[$(id)]|watchdog: not a whole number
		topology 1n1l1c$(id)t|topology:
		needs-glibc a[$(id)]|needs-glibc: not a version
	EOF2
}

@test "hostile: a definition's scheduler has a name that a terminal can show" {
	script t
	for name in '\033[2J' '\342\200\256' '\300\257' '\012'; do
		printf 'test t\nbinary t\nscheduler %s ./t\n' "$name" >t.ktstr
		run -1 --separate-stderr ktstr-manifest t
		expect stderr begins "ktstr-manifest: ./t.ktstr:3: scheduler: not text that a terminal can show as it is: "
		[[ $stderr != *[[:cntrl:]]* ]]
	done
	printf 'test t\nbinary t\nscheduler caf\303\251 ./t\n' >t.ktstr
	run -0 ktstr-manifest t
}

@test "hostile: NUL bytes and CR LF in a manifest" {
	run -1 ktstr-preamble < <(manifest 'sched-arg a' | tr a '\0')
	expect output "ktstr-preamble: <stdin>:1: NUL byte: this is not a text file"
	run -1 ktstr-pack < <(manifest; printf 'sched-arg \0\n')
	expect output "ktstr-pack: <stdin>:9: NUL byte: this is not a text file"
	manifest 'sched-arg a' | sed 's/$/\r/' | ktstr-preamble | cmp - <(manifest 'sched-arg a' | ktstr-preamble)
}

# all that a shell, a terminal, bash's arithmetic or the template could take for something else
words=("it's" '"' '$(touch canary)' '`touch canary`' '; touch canary' $'\n__ARCHIVE__\n' __ARCHIVE__ @RUN_ARGS@ @NEED_LLCS@
	'a[$(touch canary)]' $'\033]0;x\007' $'\342\200\256txt' $'\377\300' $'\r' '\' '\\' "\\'" "'\\''" ')' '#' '~' '*' '!!' '&&' '|'
	$'\t ' '-rf' '--' '{a,b}' '%s%n' '${IFS}' $'\x01\x7f' '')

# bats test_tags=promise:values-are-data
@test "hostile: whatever the arguments are, test and scheduler get them byte for byte, and nothing else runs" {
	local word
	script t "printf '%s\\0' \"\$@\" >$PWD/test.args"
	script sched "printf '%s\\0' \"\$@\" >$PWD/sched.args" "${attach[@]}" "${stay[@]}"
	{
		printf 'test t\nbinary t\ntopology 1n1l1c1t\nscheduler it'"\\047"'s\\040$(touch\\040canary)`touch\\040canary` ./sched\n'
		for word in "${words[@]}"; do
			printf '%s %s\n' sched-arg "$(printf %s "$word" | escape)" run-arg "$(printf %s "$word" | escape)" |
				sed 's/ $/ ""/'
		done
		printf 'run-arg %s\n' "$(printf "$(printf '\\%03o' {1..255})" | escape)"
	} >t.ktstr
	ktstr-export -q t
	bash -n t.run
	expect value "$(grep -c '^__ARCHIVE__$' t.run)" 1
	run -0 on_host ./t.run
	printf '%s\0' "${words[@]}" | cmp - sched.args
	{ printf '%s\0' "${words[@]}"; printf "$(printf '\\%03o' {1..255})"; printf '\0'; } | cmp - test.args
	for option in --check --info --list --verify --print-command --help --manual; do
		run -0 on_host ./t.run $option
		expect output has-not $'\033'
	done
	expect value "$(find . -name canary)" ''
	nothing_left
}

@test "hostile: a cgroup and a sysctl's value of such bytes" {
	script t
	script sched "[ -d \"\$(awk '\$3 == \"cgroup2\" { print \$2; exit }' /proc/mounts)\$2\" ] || exit 9" \
		"printf %s \"\$2\" >$PWD/parent" "${attach[@]}" "${stay[@]}"
	printf '%s\n' 'test t' 'binary t' 'topology 1n1l1c1t' 'scheduler s ./sched' \
		'cgroup-parent /$(touch\040canary)\040`x`/it'\''s' 'sched-arg --cell-parent-cgroup' \
		'sched-arg /$(touch\040canary)\040`x`/it'\''s' 'sysctl kernel.msgmax a[$(touch\040canary)]\033[2J' >t.ktstr
	ktstr-export -q t
	run -4 on_host ./t.run
	expect line -1 ends 'the kernel refuses a[$(touch canary)] for the sysctl kernel.msgmax'
	sed -i '/^sysctl/d' t.ktstr
	ktstr-export -q t
	run -0 on_host ./t.run
	expect value "$(cat parent)" '/$(touch canary) `x`/it'"'s"
	expect value "$(find . -name canary)" ''
	nothing_left
}

# bats test_tags=promise:values-are-data
@test "hostile: a sysctl that is a directory, or cannot be read and set back, is left alone" {
	script t
	for key in kernel net.ipv4.route.flush; do
		printf '%s\n' 'test t' 'binary t' 'topology 1n1l1c1t' "sysctl $key 1" >t.ktstr
		ktstr-export -q t
		run -4 on_host ./t.run --quiet
		expect value "${#lines[@]}" 1
		expect output has "sysctl $key "
	done
	nothing_left
}

# bats test_tags=promise:values-are-data
@test "hostile: what a scheduler prints does not reach a terminal's controls" {
	export_scheduler "printf '\\033[2Jhello\\r\\tyou\\n'" 'exit 1'
	run -3 on_host ./t.run
	expect output has 'scheduler: hello? you'
	run -3 on_host ./t.run --ktap
	expect output has-not $'\033'
}

@test "hostile: included files with names that are options" {
	need busybox
	script t
	mkdir f
	printf 'test t\nbinary t\ntopology 1n1l1c1t\n' >t.ktstr
	local names=('-rf' '--checkpoint=1' '--checkpoint-action=exec=touch canary' '--to-command=touch canary' '-' '*' '$(touch canary)' $'\nx')
	for name in "${names[@]}"; do
		echo "$name" >"f/$name"
		printf 'include ./f/%s\n' "$(printf %s "$name" | escape)" >>t.ktstr
	done
	ktstr-export -q t
	run -0 ./t.run --extract out
	diff -r f out/include
	sed '1,/^__ARCHIVE__$/d' t.run | base64 -d >archive
	mkdir again
	busybox tar -xzf archive -C again
	diff -r f again/include
	expect value "$(find . -name canary)" ''
}

# payload PYTHON: the archive in t.run becomes what this code adds to the tarfile t
payload() {
	python3 -c '
import io, sys, tarfile
t = tarfile.open("archive", "w:gz", format=tarfile.USTAR_FORMAT)
def add(name, type=tarfile.REGTYPE, link="", bytes=b"bad\n"):
    m = tarfile.TarInfo(name)
    m.type, m.linkname, m.mode = type, link, 0o755
    m.size = len(bytes) if type == tarfile.REGTYPE else 0
    t.addfile(m, io.BytesIO(bytes))
exec(sys.argv[1])
add("ktstr")
t.close()' "$1"
	{
		manifest | ktstr-preamble --sha256 "$(sha256sum <archive | cut -c-64)" --size "$(wc -c <archive)"
		base64 archive
	} >t.run
}

# bats test_tags=promise:values-are-data
@test "hostile: an archive with names that lead out of its directory writes nothing there" {
	need python3 busybox
	mkdir victim applets
	echo good >victim/file
	busybox --install -s "$PWD/applets" 2>/dev/null
	ln -sf "$(type -P bash)" applets/bash
	local code path
	for code in 'add("../victim/new"); add("../victim/file")' "add('$PWD/victim/new')" \
		"add('link', tarfile.SYMTYPE, '$PWD/victim'); add('link/new'); add('link/file')" \
		"add('link', tarfile.SYMTYPE, '../victim'); add('link/new')" \
		"add('file', tarfile.LNKTYPE, '$PWD/victim/file'); add('file')" \
		"add('file', tarfile.LNKTYPE, '../victim/file'); add('file')"; do
		payload "$code"
		for path in "$PATH" "$PWD/applets"; do
			rm -rf out
			PATH=$path run bash ./t.run --extract out
			[ "$(find victim -type f)" = victim/file ] && [ "$(cat victim/file)" = good ] || {
				echo "$code, $path: $output"
				return 1
			}
		done
	done
}

# --- very many, and very large ---

# within SECONDS COMMAND...
within() {
	local start=$EPOCHREALTIME
	"${@:2}"
	start=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))
	((start < 1000 * $1)) || {
		echo "$start ms: ${*:2}"
		return 1
	}
}

@test "hostile: a manifest of 1000000 records" {
	manifest >many
	awk 'BEGIN { for (i = 0; i < 1000000; i++) print "sched-arg a" i }' >>many
	within 20 ktstr-preamble <many >header
	expect value "$(wc -c <header)" -gt 7000000
	within 20 ktstr-pack <many >archive
}

@test "hostile: 200000 files and as many arguments that are their paths" {
	manifest >many
	awk 'BEGIN { for (i = 0; i < 200000; i++) print "sched-arg {include/" i "}"
		for (i = 0; i < 200000; i++) print "file include/" i " /dev/null 0755" }' >>many
	within 20 ktstr-preamble <many >header
	grep -q "^SCHED_ARGS=('{include/0}' .* '{include/199999}')$" header
}

@test "hostile: 1000 defaults and 10000 tests are not 10000000 records" {
	script t
	awk 'BEGIN { for (i = 0; i < 1000; i++) print "sysctl a." i " 1"
		print "binary t"
		for (i = 0; i < 10000; i++) print "test t" i }' >t.ktstr
	local limit=(prlimit --as=1000000000)
	! grep -q __asan_init "$TOP/build/bin/ktstr-manifest" || limit=() # it wants more before it begins
	within 20 "${limit[@]}" ktstr-manifest t9999 >many
	expect value "$(grep -c ^sysctl many)" 1000
	within 20 "${limit[@]}" ktstr-manifest --list >list
	expect value "$(wc -l <list)" 10000
}

@test "hostile: a field of 1 MiB is handed on, a name of as much is refused in a short message" {
	script t
	local long
	long=$(head -c 1048576 /dev/zero | tr '\0' a)
	printf 'test t\nbinary t\nsysctl a.b %s\nx-own %s\n' "$long" "$long" >t.ktstr
	ktstr-export -q t
	grep -q "^SYSCTLS=(a.b a\{1000\}" t.run
	bash -n t.run
	printf 'test %s\nbinary t\n' "$long" >t.ktstr
	run -0 ktstr-manifest --list
	run -1 ktstr-export -q t
	expect value "${#output}" -lt 20000
	printf 'test t\nbinary %s\n' "$long" >t.ktstr
	run -1 ktstr-export -q t
	expect value "${#output}" -lt 20000
	printf 'test t\nbinary t\ninclude ./%s\n' "$long" >t.ktstr
	run -1 ktstr-export -q t
	expect value "${#output}" -lt 20000
}
