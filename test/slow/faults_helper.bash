# faults_helper.bash - what the tests of failures share: an export, and what must be true after it
# shellcheck disable=SC2016,SC2154 # a script is written; bats sets status, output and stderr

# shellcheck source=test/export_helper.bash
. "${BASH_SOURCE[0]%/*}/../export_helper.bash"

setup() {
	small_test
	mkdir target
	export FAULTS_OF=$BATS_TEST_TMPDIR # which marks all processes
}

# a_file BYTES: makes data so large, of bytes that cannot be compressed, the same each time
a_file() {
	awk -v n="$1" 'BEGIN { srand(1); for (i = 0; i < n; i += 8) printf "%08x", rand() * 4294967295 }' |
		head -c "$1" >data
}

# processes_left: prints those of this test which are still there. What was killed takes a moment.
processes_left() {
	local i pid left=''
	for ((i = 0; i < 40; i++)); do
		left=''
		for pid in $(unset FAULTS_OF; grep -lsz "^FAULTS_OF=$BATS_TEST_TMPDIR\$" /proc/[0-9]*/environ); do
			pid=${pid#/proc/}
			left+=" ${pid%/environ}"
		done
		[ "$left" ] || return 0
		sleep 0.05
	done
	# shellcheck disable=SC2086
	ps -o pid,args $left
}

# begin_fault: there is an old file where the export goes
begin_fault() {
	echo old >target/a.run
}

# after_fault STATUS...: what is true after whatever failed in "run --separate-stderr ktstr-export -o
# target/a.run": one of these statuses, one line of message, the old file, nothing else
after_fault() {
	local left
	[[ " $* " == *" $status "* ]] || {
		echo "status $status, not $*: $stderr"
		return 1
	}
	[ -z "$output" ] || {
		echo "standard output: $output"
		return 1
	}
	[ "${#stderr_lines[@]}" = 1 ] || {
		echo "not one line: $stderr"
		return 1
	}
	[ "$(cat target/a.run)" = old ] || {
		echo "the old file is gone"
		return 1
	}
	nothing_left
}

# nothing_left: no temporary, here, in TMPDIR or beside the target, and no process
nothing_left() {
	local left
	left=$(find target tmp . -maxdepth 1 \( -name '.*.run.*' -o -path 'tmp/*' -o -path './*.run' \))
	left+=$(processes_left)
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
}

# preload: builds what makes calls fail, as $FAULTS; skips where that cannot be preloaded
preload() {
	! grep -q __asan_init "$TOP/build/bin/ktstr-pack" || skip "needs programs without sanitizers"
	need "${CC:-cc}"
	FAULTS=$PWD/faults.so
	"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O1 -Wall -shared -fPIC -o "$FAULTS" "$TOP/test/slow/faults.c" -ldl
}

# each_fault VARIABLE INPUT PROGRAM ARG...: runs it with the 1st, 2nd, ... call failing until none
# does. Each time what it does is all of it or an error: status 0, the bytes of "wanted" and no
# message but that git could not be asked; or status 1, one line, and nothing on standard output (of ktstr-pack: no whole archive).
each_fault() {
	local variable=$1 input=$2 i status said
	shift 2
	rm -f mark.*
	for ((i = 1; i < 2000; i++)); do
		status=0
		export "$variable=$i"
		LD_PRELOAD=$FAULTS FAULT_MARK=$PWD/mark.$i "$@" <"$input" >out 2>err || status=$?
		unset "$variable"
		if [ ! -e mark.$i ]; then
			[ "$status" = 0 ] && cmp out wanted || return
			break
		fi
		mapfile -t said <err
		case $status in
		0) cmp out wanted && [[ ! ${said[*]} || ${said[*]} == "$1: warning: git: "* ]] ;;
		1) ((${#said[@]} == 1)) && [[ $said == "$1: "*"${FAULT_SAYS:-: Cannot allocate memory}" ]] &&
			{ [ ! -s out ] || { [ "${PARTIAL:-}" ] && ! cmp -s out wanted; }; } ;;
		*) false ;;
		esac || {
			echo "$variable=$i: status $status, $(wc -c <out) bytes: $(cat err)"
			return 1
		}
	done
	((i > ${LEAST:-1})) || { # or nothing was tried
		echo "only $i calls of $*"
		return 1
	}
}
