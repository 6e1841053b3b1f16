#!/usr/bin/env bash
# qemu-topology.bash - prints the arguments of QEMU, one a line, that make a machine of the topology that a .run needs
#
#   mapfile -t machine < <(./qemu-topology.bash fair.run)
#   qemu-system-x86_64 "${machine[@]}" -kernel bzImage -initrd initrd ...    # plain QEMU
#   vng --run bzImage --qemu-opts="${machine[*]}" -- ./fair.run              # virtme-ng, see below
#
# MEMORY is in MB, 1024 without it: a .run does not say what it needs. An LLC becomes a socket: that is what a CPU of
# QEMU shares its level 3 cache with. In the place of the .run a label such as 1n2l4c2t may stand: NUMA nodes, LLCs in
# all, cores per LLC, threads per core. virtme-ng has its own -smp and -m, and the last ones count: look with --dry-run.
# It is not tested with it, as Debian 12 does not have it.
set -euo pipefail

# fail MESSAGE
fail() {
	echo "${0##*/}: $1" >&2
	exit 64
}

# read_label LABEL: sets nodes, llcs, cores and threads
read_label() {
	local number='([1-9][0-9]{0,4})'
	[[ $1 =~ ^${number}n${number}l${number}c${number}t$ ]] || fail "not a topology like 1n2l4c2t, nor a .run: $1"
	nodes=${BASH_REMATCH[1]} llcs=${BASH_REMATCH[2]} cores=${BASH_REMATCH[3]} threads=${BASH_REMATCH[4]}
}

# label_of RUN: sets REPLY to the topology that it needs, by --info, which starts nothing
label_of() {
	local info name value n='' l='' c='' t=''
	info=$(bash -- "$1" --info) || fail "$1: not a .run: its --info failed"
	while IFS='=' read -r name value; do
		case $name in
		NEED_NUMA_NODES) n=$value ;;
		NEED_LLCS) l=$value ;;
		NEED_CORES_PER_LLC) c=$value ;;
		NEED_THREADS_PER_CORE) t=$value ;;
		esac
	done <<<"$info"
	REPLY=${n}n${l}l${c}c${t}t
}

main() {
	local nodes llcs cores threads memory each node REPLY=${1:-}
	(($# == 1 || $# == 2)) || fail "usage: ${0##*/} FILE.run|LABEL [MEMORY]"
	[[ ! -e $1 ]] || label_of "$1"
	read_label "$REPLY"
	memory=${2:-1024}
	[[ $memory =~ ^[1-9][0-9]{0,6}$ ]] || fail "not a number of megabytes: $memory"
	((llcs % nodes == 0)) || fail "$REPLY: $llcs LLCs cannot be spread over $nodes NUMA nodes"

	printf '%s\n' -smp "$((llcs * cores * threads)),sockets=$llcs,cores=$cores,threads=$threads" -m "${memory}M"
	((nodes > 1)) || return 0
	each=$((llcs * cores * threads / nodes))
	for ((node = 0; node < nodes; node++)); do
		# the first node also gets the rest: QEMU wants the sum to be all of the memory
		printf '%s\n' -object "memory-backend-ram,id=node$node,size=$((memory / nodes + (node ? 0 : memory % nodes)))M" \
			-numa "node,nodeid=$node,cpus=$((node * each))-$(((node + 1) * each - 1)),memdev=node$node"
	done
}

main "$@"
