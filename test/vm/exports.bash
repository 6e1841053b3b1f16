# exports.bash - what the test files load that run exports in the machine: they are made here, by the build tree's programs

load helper

PROGRAMS=${KTSTR_PROGRAMS:-$(cd "$VM/../.." && pwd)/build/bin}
unset KTSTR_TEST_BINARY KTSTR_TEST_PATH KTSTR_SCHEDULER KTSTR_MANIFEST KTSTR_LIBS KTSTR_PACK \
	KTSTR_B64 KTSTR_PREAMBLE KTSTR_EXPORT

# prepare_exports: for setup_file: what prepare does, and a directory to export from
prepare_exports() {
	prepare || return
	PATH=$SCHEDULERS:$PROGRAMS:$PATH
	cd "$BATS_FILE_TMPDIR" || return
	cp -r "$VM/tests" tests || return
	cd tests || return
}

# export_cases NAME...: tests of cases.ktstr, as /host/NAME.run in the guest
export_cases() {
	local name
	for name; do
		ktstr-export -q -f cases.ktstr -o "$BATS_FILE_TMPDIR/host/$name.run" "$name" || return
	done
}

# export_c BINARY NAME...: tests of a C program
export_c() {
	local name
	for name in "${@:2}"; do
		ktstr-export -q -b "$1" -o "$BATS_FILE_TMPDIR/host/$name.run" "$name" || return
	done
}

# booted NAME OPTION...: a boot that went well, of the script of that name
booted() {
	boot "$1" "${2:-$1}" "${@:3}"
	# shellcheck disable=SC2154 # boot sets it
	[ "$(<"$boot/status")" = 0 ]
}

# said NAME PATTERN...: the .run's messages have a line that matches each
said() {
	local pattern line found
	for pattern in "${@:2}"; do
		found=''
		while IFS= read -r line; do
			# shellcheck disable=SC2053 # a pattern
			[[ ${line#*.run: } != $pattern ]] || found=1
		done <"$boot/out/$1.err"
		[ -n "$found" ] || {
			echo "not said: $pattern; but:"
			cat "$boot/out/$1.err"
			return 1
		}
	done
}
