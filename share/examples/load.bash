#!/usr/bin/env bash
# load.bash - a program that knows nothing of ktstr: works for SECONDS on every CPU, and prints how much it did
set -euo pipefail

: "${1:?usage: load.bash SECONDS}"
seconds=${KTSTR_DURATION_SECS:-$1} # --duration of the .run sets the variable, which wins

# burn: counts rounds of a loop of builtins until the time is over
burn() {
	local rounds=0 end=$((SECONDS + seconds)) i
	while ((SECONDS < end)); do
		for ((i = 0; i < 1000; i++)); do :; done
		rounds=$((rounds + 1))
	done
	echo "worker $1: $rounds rounds in $seconds s"
	((rounds > 0))
}

workers=()
for ((worker = 0; worker < $(nproc); worker++)); do
	burn "$worker" &
	workers+=($!)
done
for worker in "${workers[@]}"; do
	wait "$worker"
done
