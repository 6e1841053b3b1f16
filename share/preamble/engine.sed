# Prints a .run, or the template, up to its marker without its frozen values: what is left is the engine, which is
# the same in every .run of a version. A frozen line that is more than an assignment of literal words stays,
# and so changes the digest.
/^__ARCHIVE__$/q
/^# --- Frozen/,/^# --- Engine/{
/^((KTSTR|NEED|TEST|SCHED|PACKED|PAYLOAD)_[A-Z0-9_]+|CGROUP_PARENT|SYSCTLS|RUN_ARGS|ATTACHES_SCHEDULERS|DROPS_ROOT|DECOMPRESS)=(([A-Za-z0-9_.:=@%+,/-]|'[^']*'|\\'|\$'([^'\\]|\\.)*')*|\((([A-Za-z0-9_.:=@%+,/-]|'[^']*'|\\'|\$'([^'\\]|\\.)*')| )*\))$/d
}
