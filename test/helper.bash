# helper.bash - what every test file loads: the build tree's programs first on PATH

# in bats since 1.7, as Debian 12 has it
command -v bats_require_minimum_version >/dev/null || {
	echo "the tests need bats 1.7 or newer" >&2
	exit 1
}
bats_require_minimum_version 1.5.0
# shellcheck source=test/expect.bash
. "${BASH_SOURCE[0]%/*}/expect.bash"

TOP=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
PATH=$TOP/build/bin:$PATH
LC_ALL=C.UTF-8
SHELL=$BASH # starts what script(1) is given, whose quoting is bash's
export TOP PATH LC_ALL SHELL
# what a developer's own shell has set must not reach the tests
unset KTSTR_TEST_BINARY KTSTR_TEST_PATH KTSTR_SCHEDULER KTSTR_MANIFEST KTSTR_LIBS KTSTR_PACK \
	KTSTR_B64 KTSTR_PREAMBLE KTSTR_EXPORT
# nor what make check was given: descriptors of its jobs, which bats closes, and settings for another build
unset MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES MAKEOVERRIDES MAKELEVEL MAKE_TERMOUT MAKE_TERMERR

# package_of PROGRAM: sets REPLY to the Debian package that has it: most have its name
package_of() {
	case $1 in
	aarch64-linux-gnu-gcc) REPLY='gcc-aarch64-linux-gnu libc6-dev-arm64-cross' ;;
	ansible | ansible-playbook) REPLY=ansible-core ;;
	base64 | stty) REPLY=coreutils ;;
	bsdtar) REPLY=libarchive-tools ;;
	busybox) REPLY=busybox-static ;;
	cc) REPLY=gcc ;;
	chrt | setpriv | setsid | taskset | unshare) REPLY=util-linux ;;
	dpkg-checkbuilddeps) REPLY=dpkg-dev ;;
	getconf | ldconfig | localedef) REPLY=libc-bin ;;
	man) REPLY=man-db ;;
	musl-gcc) REPLY=musl-tools ;;
	nm | readelf | strip) REPLY=binutils ;;
	prove) REPLY=perl ;;
	python3) REPLY=python3-minimal ;;
	qemu-system-x86_64) REPLY=qemu-system-x86 ;;
	rpmspec) REPLY=rpm ;;
	script) REPLY=bsdutils ;;
	scp | ssh | ssh-add | ssh-agent | ssh-keygen) REPLY=openssh-client ;;
	systemd-analyze) REPLY=systemd ;;
	xz) REPLY=xz-utils ;;
	*) REPLY=$1 ;;
	esac
}

# need PROGRAM...: skips the test where one is missing, and says which packages to install. test/check reads what
# stands after "apt-get install", of other skips, too.
need() {
	local program missing=() packages=()
	for program; do
		if ! command -v "$program" >/dev/null; then
			package_of "$program"
			missing+=("$program")
			packages+=("$REPLY")
		fi
	done
	((${#missing[@]} == 0)) || skip "needs ${missing[*]}: apt-get install ${packages[*]}"
}

# need_bare PROGRAM: skips the test where a sanitizer is built into one, or valgrind runs it, which take memory,
# threads and time of their own
need_bare() {
	! grep -qE '__(asan|tsan)_init|valgrind' "$(command -v "$1")" || skip "not with a sanitizer or valgrind"
}

# need_fast PROGRAM: skips the test where valgrind runs it, for tests that have very much done
need_fast() {
	! grep -q valgrind "$(command -v "$1")" || skip "takes too long with valgrind"
}

# traced ARG...: runs strace with these. A sanitizer's search for leaks needs ptrace itself, so it is turned off.
traced() {
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -qq "$@"
}

# example PAGE NUMBER [SECTION]: prints that block of its EXAMPLES, counted from 1, as a reader sees it
example() {
	awk -v wanted="$2" -v section="${3:-EXAMPLES}" '
		/^\.Sh/ { inside = substr($0, 5) == section }
		/^\.Ed/ { printing = 0 }
		printing { gsub(/\\e/, "\\"); sub(/^\\&/, ""); print }
		inside && /^\.Bd/ { printing = ++block == wanted }' "$TOP/man/$1"
}

# on_terminal COMMAND [ARG...]: runs it with a terminal as standard input, output and error
on_terminal() {
	command script -qec "$(printf '%q ' "$@")" /dev/null </dev/null
}

# as_nobody COMMAND...: runs it as a user who is not root; as_nobody alone prepares that, or skips
as_nobody() {
	local here=$PWD nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	if (($#)); then
		"${nobody[@]}" "$@"
		return
	fi
	need setpriv
	[ "$(id -u)" = 0 ] || skip "needs root to become somebody else"
	while [[ $here == "$BATS_RUN_TMPDIR"* ]]; do # which are root's alone
		chmod a+rx "$here"
		here=${here%/*}
	done
	"${nobody[@]}" test -r "$PWD" -a -x "$TOP/build/bin/ktstr-manifest" 2>/dev/null || skip "nobody may read nothing here"
}
