#!/usr/bin/env bats
# the engine: what all .run files of a version share, and how an operator checks that
# shellcheck disable=SC2016 # frozen lines are data here

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	printf '#!/bin/sh\nexit 0\n' >true
	chmod +x true
	sum=$(ktstr-preamble --engine)
}

# recipe DOCUMENT: prints the command that it gives, which reads FILE.run
recipe() {
	sed '/^__MANUAL__$/q' "$1" | grep -oE "sed -E '.*' FILE\.run \| sha256sum$"
}

# export_kinds: exports tests of different kinds, as kind1.run, kind2.run, ...
export_kinds() {
	printf 'data\n' >"it's a file"
	printf 'test kind1\nbinary true\n\ntest kind2\nbinary true\nscheduler sched true\ntopology 2n4l8c2t\nsysctl vm.swappiness 1\n%s\n' \
		"include $PWD/it's\\040a\\040file" >k.ktstr
	printf 'run-arg %s\n' 'it'"'"'s' '\044(reboot)' '\303\251\012' '\134' ')' "'" >>k.ktstr
	printf '\ntest kind3\nbinary true\nscheduler eevdf\ndrops-root\nattaches-schedulers\n' >>k.ktstr
	ktstr-export -q kind1
	ktstr-export -q kind2
	ktstr-export -q --no-libs kind3
}

@test "engine: nothing but the frozen lines differs between any two exports" {
	export_kinds
	local kind
	for kind in 2 3; do
		sed '/^__ARCHIVE__$/q' kind1.run >one
		sed '/^__ARCHIVE__$/q' kind$kind.run >other
		diff one other >changed || [ $? = 1 ]
		expect value "$(grep -c '^[<>]' changed)" -gt 5
		run ! grep '^[<>]' <(grep -vE '^[<>] [A-Z][A-Z0-9_]*=' changed)
		first=$(grep -n '^# --- Frozen' one | cut -d: -f1)
		last=$(grep -n '^# --- Engine' one | cut -d: -f1)
		for line in $(grep -oE '^[0-9]+(,[0-9]+)?' changed | tr , ' '); do
			expect value "$line" -gt "$first"
			expect value "$line" -lt "$last"
		done
	done
}

@test "engine: the frozen part is nothing but assignments and comments, in fewer than 80 lines" {
	export_kinds
	sed -n '/^# --- Frozen/,/^# --- Engine/p' kind2.run >frozen
	expect value "$(wc -l <frozen)" -lt 80
	run ! grep -vE '^[A-Z][A-Z0-9_]*=|^#|^$' frozen
}

@test "engine: its digest is the same for every .run, the template, --engine and the installed file" {
	export_kinds
	[[ $sum =~ ^[0-9a-f]{64}$ ]]
	expect value "$(cat "$TOP/build/share/ktstr/engine.sha256")" "$sum  -"
	for file in kind1.run kind2.run kind3.run "$TOP/build/share/ktstr/preamble.bash"; do
		sed -Ef "$TOP/build/share/ktstr/engine.sed" "$file" | sha256sum -c "$TOP/build/share/ktstr/engine.sha256"
	done
	diff <(sed -Ef "$TOP/build/share/ktstr/engine.sed" kind2.run) \
		<(sed -Ef "$TOP/build/share/ktstr/engine.sed" "$TOP/build/share/ktstr/preamble.bash")
	# the engine ends with the marker, and holds the rest of the script
	expect value "$(sed -Ef "$TOP/build/share/ktstr/engine.sed" kind2.run | tail -n 1)" __ARCHIVE__
	expect value "$(sed -Ef "$TOP/build/share/ktstr/engine.sed" kind2.run | head -n 1)" '#!/usr/bin/env bash'
}

@test "engine: the header, the manual, SECURITY.md and README.md give one command, which gives the digest" {
	export_kinds
	local document
	recipe kind1.run >wanted
	expect value "$(wc -l <wanted)" 1
	for document in man/ktstr-run.7 SECURITY.md README.md; do
		# in a manual \e is a backslash, \(aq a quote, and \(ha a ^
		sed -e "s/\\\\(aq/'/g" -e 's/\\(ha/^/g' -e 's/\\e/\\/g' "$TOP/$document" >text
		recipe text | diff wanted -
	done
	for sed in sed 'busybox sed'; do
		! type -P busybox >/dev/null || [ "$(cp kind2.run FILE.run && bash -c "${sed%sed}$(cat wanted)")" = "$sum  -" ]
	done
}

@test "engine: a changed engine, or a frozen line that is more than an assignment, changes the digest" {
	export_kinds
	cp kind2.run FILE.run
	local line wanted
	wanted=$(recipe FILE.run)
	expect value "$(bash -c "$wanted")" "$sum  -"
	while IFS= read -r line; do
		awk -v line="${line//\\/\\\\}" '{ print } /^NEED_LLCS=/ { print line }' kind2.run >FILE.run
		[ "$(bash -c "$wanted")" != "$sum  -" ] || { echo "accepted: $line"; return 1; }
	done <<-'END'
		reboot
		KTSTR_X=$(reboot)
		KTSTR_X=`reboot`
		KTSTR_X="$(reboot)"
		KTSTR_X=a reboot
		KTSTR_X=a; reboot
		KTSTR_X=a&reboot
		KTSTR_X=a|reboot
		KTSTR_X=<(reboot)
		KTSTR_X=(a $(reboot))
		KTSTR_X=(a) reboot
		KTSTR_X=(a); reboot
		KTSTR_X=([$(reboot)]=a)
		KTSTR_X=$SECRET
		KTSTR_X=${a[$(reboot)]}
		KTSTR_X[$(reboot)]=a
		KTSTR_X+=$(reboot)
		KTSTR_X='a
		KTSTR_X='a'$(reboot)'b'
		KTSTR_X='a'\''$(reboot)'b'
		KTSTR_X=$'a\\'$(reboot)''
		KTSTR_X=$"$(reboot)"
		KTSTR_X=a\
		KTSTR_X=*
		KTSTR_X=~
		KTSTR_X={a,b}
		 KTSTR_X=a
		PATH=/tmp
		BASH_ENV=/tmp/x
		IFS=x
		LC_ALL=C.UTF-8
		main=x
		X=a
		# a comment
		# --- Engine
		export KTSTR_X=a
		declare -x KTSTR_X=a
		KTSTR_X() { reboot; }
	END
	# anywhere else a literal assignment counts as well, and so does each byte
	for line in 1 5 60 700 2000; do
		sed "${line}a TEST_PATH=x" kind2.run >FILE.run
		expect value "$(bash -c "$wanted")" is-not "$sum  -"
	done
	sed 's/cleanup/cleanip/' kind2.run >FILE.run
	expect value "$(bash -c "$wanted")" is-not "$sum  -"
	awk '{ print } /^__MANUAL__$/ { print "another manual" }' kind2.run >FILE.run
	expect value "$(bash -c "$wanted")" is-not "$sum  -"
	sed 's/^# --- Engine.*/# --- Frozen/' kind2.run >FILE.run
	expect value "$(bash -c "$wanted")" is-not "$sum  -"
	# and what else may be frozen does not
	for line in "KTSTR_X='\$(a)'" "KTSTR_X=\$'\\''" "KTSTR_X=(a 'b c' \$'\\n')" 'KTSTR_X='; do
		awk -v line="${line//\\/\\\\}" '{ print } /^NEED_LLCS=/ { print line }' kind2.run >FILE.run
		[ "$(bash -c "$wanted")" = "$sum  -" ] || { echo "refused: $line"; return 1; }
	done
}

@test "engine: its first parts are for any shell, and each part is named in its first line" {
	local part
	for part in "$TOP"/share/preamble/*.bash; do
		case ${part##*/} in
		guard.bash | restart.bash | values.bash) continue ;;
		esac
		[[ $(head -n 1 "$part") == "# --- $(basename "$part" .bash): "*' ---' ]]
		grep -qw "$(basename "$part" .bash)" <(sed -n '/^ENGINE = /,/[^\\]$/p' "$TOP/Makefile")
	done
}
