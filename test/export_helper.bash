# export_helper.bash - what the tests of exports share: a small test to export, and the printed pipeline
# shellcheck disable=SC2016 # a script is written

# shellcheck source=test/helper.bash
. "${BASH_SOURCE[0]%/*}/helper.bash"

# small_test: goes to a directory of its own with the test a, whose binary is t, and the file data
small_test() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tmp
	export TMPDIR=$PWD/tmp
	printf '#!/bin/sh\nexit "${RC:-0}"\n' >t
	chmod +x t
	echo data >data
	printf 'test a\nbinary t\ninclude ./data\n' >t.ktstr
}

# as_printed SHELL OPTION... NAME: what the printed pipeline does, by that shell, which may have options
as_printed() {
	ktstr-export -n "${@:2}" | $1
}
