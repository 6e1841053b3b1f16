#!/usr/bin/env bash
# ktstr-export - package registered tests, each as one self-extracting NAME.run

# With -p bash takes no functions, options or CDPATH from the environment: mktemp is mktemp.
[[ $- == *p* ]] || exec "$BASH" -p -- "${BASH_SOURCE[0]}" "$@"
unset POSIXLY_CORRECT
set -euo pipefail
umask 077 # whatever it was: what is made here is read and written here

readonly PROGRAM=ktstr-export VERSION=@VERSION@
readonly STATUS_FAILED=1 STATUS_MISUSED=64
readonly NAMESPACE=ktstr-run # of signatures: one that was made for something else does not fit
