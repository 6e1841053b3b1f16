# needs.bash - what the tools here share: how they fail, what they need installed, where they keep things
# shellcheck shell=bash

# die MESSAGE [STATUS]
die() {
	echo "${0##*/}: $1" >&2
	exit "${2:-1}"
}

# needs PROGRAM=PACKAGE...: fails with one line that installs all that is missing
needs() {
	local pair missing=() packages=()
	for pair; do
		command -v "${pair%%=*}" >/dev/null && continue
		missing+=("${pair%%=*}")
		packages+=("${pair#*=}")
	done
	((${#missing[@]} == 0)) || die "missing: ${missing[*]}: apt-get install ${packages[*]}"
}

# cache NAME: makes the directory NAME in the cache and prints it
cache() {
	local dir=${KTSTR_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set, nor KTSTR_VM_CACHE}/.cache}/ktstr-vm}
	mkdir -p "$dir/$1" || die "cannot make $dir/$1: set KTSTR_VM_CACHE to a directory that is writable"
	(cd "$dir/$1" && pwd)
}
