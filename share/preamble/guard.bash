#!/usr/bin/env bash
# shellcheck disable=SC2317 # the traps reach what shellcheck takes for unreachable
case ${BASH_VERSION:+${BASH_SOURCE-}} in '' | "$0") ;; *) (POSIXLY_CORRECT=1 && return 0) 2>/dev/null && printf '%s\n' "${BASH_SOURCE-}: do not source it, as it would end this shell: bash FILE.run" >&2 && return 64 ;; esac; case ${BASH_VERSION:-} in ?*) POSIXLY_CORRECT=1 && set +vxkH ;; esac; trap 'printf "%s\n" "$0: this file is damaged: it is cut short: copy it again" >&2; exit 65' EXIT #
# A test of a Linux scheduler in one file, made by ktstr-export. It runs as root: ./FILE.run, or bash FILE.run if the
# file may not be executed: mail drops the x bit, and a mount may have noexec. --help lists the options, and --manual
# prints the manual. The file has five parts:
#   1. the lines down to "Frozen": for any shell, then a fresh start in an empty environment
#   2. the frozen values: what differs from one .run to the next. READ THEM: they are this test.
#   3. the engine: the same in every .run of its version
#   4. the manual, ktstr-run(7), between the lines __MANUAL__ and __ARCHIVE__: the same as well
#   5. the test's files, as a compressed tar archive in base64
#
# Parts 1, 3 and 4 have one SHA-256 in every .run of a version. It comes with ktstr, from "ktstr-preamble --engine" and
# in its CHANGELOG. Take it, and this command, from there and not from this file (ktstr-run(7) has both):
#   sed -E '/^__ARCHIVE__$/q; /^# --- Frozen/,/^# --- Engine/{/^((KTSTR|NEED|TEST|SCHED|PACKED|PAYLOAD)_[A-Z0-9_]+|CGROUP_PARENT|SYSCTLS|RUN_ARGS|ATTACHES_SCHEDULERS|DROPS_ROOT|DECOMPRESS)=(([A-Za-z0-9_.:=@%+,/-]|'\''[^'\'']*'\''|\\'\''|\$'\''([^'\''\\]|\\.)*'\'')*|\((([A-Za-z0-9_.:=@%+,/-]|'\''[^'\'']*'\''|\\'\''|\$'\''([^'\''\\]|\\.)*'\'')| )*\))$/d; }' FILE.run | sha256sum
# Who reads instead begins with main, at the end of part 3.
#
# Did a FILE.run.sig come with it? Then check first who made it, with a file of the keys that you trust:
#   ssh-keygen -Y verify -f allowed_signers -I IDENTITY -n ktstr-run -s FILE.run.sig < FILE.run
#
# It first checks that the host is fit, and changes nothing if it is not. Then it unpacks into a directory of
# its own, attaches the packed sched_ext scheduler if there is one, and runs the test. It takes all of that away
# again, however it ends. If it is killed, a second process, the janitor, does that.
#
# The first command turns off options of bash that change how the lines below it are read. In bash's POSIX mode
# exec, set, trap and unset come before the caller's functions of these names. (With the option noexec or onecmd
# bash runs no command at all.)
LINE_END='
' #
case $LINE_END in ??*) printf '%s\n' "$0: this file is damaged: its line endings were changed to CR LF: copy it again, as binary" >&2 && trap - EXIT && exit 65 ;; esac #
case ${BASH_VERSION:-} in
'')
	trap - EXIT
	case $(test -f "$0" && echo file):${ZSH_EVAL_CONTEXT:-} in
	file:*file* | :*) echo "do not source it, as it would end this shell: bash FILE.run" >&2 ;;
	*) echo "$0: needs bash: bash FILE.run" >&2 ;;
	esac
	return 64 2>/dev/null || exit 64 # return, in case this shell reads it as a part of another script
	;;
[1-4].*)
	trap - EXIT
	echo "$0: needs bash 5.0 or later, this is bash $BASH_VERSION: run it with a newer one" >&2
	exit 64
	;;
esac

