# rounds.bash - for the benches: commands measured in rounds, in which all have their turn, so that a machine
# that is slow for a while is slow for all of them. Sourced.
# shellcheck shell=bash

NAMES=() COMMANDS=() TIMES=()

# measure NAME COMMAND: notes a command for bash. What it prints is in the file out.N, counted from 0.
measure() {
	NAMES+=("$1")
	COMMANDS+=("$2")
	TIMES+=('')
}

# run_rounds ROUNDS: fills TIMES with microseconds, one a line, the least first
run_rounds() {
	local i round start
	for ((round = 0; round < $1; round++)); do
		for i in "${!COMMANDS[@]}"; do
			start=${EPOCHREALTIME//[!0-9]/}
			bash -c "set -o pipefail; ${COMMANDS[i]}" >"out.$i" 2>errors || {
				echo "bench: failed: ${COMMANDS[i]}: $(<errors)" >&2
				return 1
			}
			TIMES[i]+="$((${EPOCHREALTIME//[!0-9]/} - start))"$'\n'
		done
	done
	for i in "${!TIMES[@]}"; do
		TIMES[i]=$(printf %s "${TIMES[i]}" | sort -n)
	done
}

# median I: sets REPLY to the median of a command's times
median() {
	local sorted
	mapfile -t sorted <<<"${TIMES[$1]}"
	REPLY=${sorted[${#sorted[@]} / 2]}
}

# spread I: sets REPLY to how much longer, in percent, its slowest round took than its quickest
spread() {
	local sorted
	mapfile -t sorted <<<"${TIMES[$1]}"
	REPLY=$((100 * sorted[-1] / sorted[0] - 100))
}

# print_rounds TITLE: the table of what run_rounds measured; the first row is what the others are compared with
print_rounds() {
	local i first ms
	printf '%-42s %8s %6s %8s\n' "$1" ms spread "as fast"
	median 0
	first=$REPLY
	for i in "${!COMMANDS[@]}"; do
		median "$i"
		ms=$REPLY
		spread "$i"
		printf '%-42s %8d %5d%% %5d.%02dx\n' "${NAMES[i]}" $((ms / 1000)) "$REPLY" $((first / ms)) $((first * 100 / ms % 100))
	done
}

# memory COMMAND: sets REPLY to the most MB that one of its processes had in memory; -: GNU time is not here
memory() {
	REPLY=-
	type -P time >/dev/null || return 0
	REPLY=$(command time -f %M bash -c "$1" 2>&1 >/dev/null | tail -n 1)
	REPLY=$(((REPLY + 512) / 1024))
}

# has PROGRAM: adds its version to VERSIONS, for the reader; fails where it is not here
has() {
	type -P "$1" >/dev/null || return 1
	[[ ${VERSIONS:-} == *" $1 "* ]] || VERSIONS+=" $1 $({ "$1" --version || "$1" -V; } 2>&1 | grep -oEm1 '[0-9]+\.[0-9.]+'),"
}

# payload: copies $BENCH_BINARY, else the largest program or library here that is an ELF file, to big
payload() {
	local file=${BENCH_BINARY:-}
	if [[ ! $file ]]; then
		while IFS= read -r file; do
			[[ $(head -c 4 "$file" | tr -d '\0') != $'\177ELF' ]] || break
		done < <(find /usr/lib /usr/bin -xdev -type f -size +1M \( -name '*.so*' -o -perm -100 \) -printf '%s %p\n' |
			sort -rn | cut -d' ' -f2-)
	fi
	cp -- "$file" big
	chmod 755 big
}

# cut_payload BYTES FILE: makes FILE so large, of an example and the beginning of big: an ELF file that is cut is refused
cut_payload() {
	{ cat "$TOP/build/examples/fair" big || true; } 2>/dev/null | head -c "$1" >"$2"
	chmod 755 "$2"
}
