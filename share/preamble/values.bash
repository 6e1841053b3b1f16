# --- Frozen at export: nothing but assignments ---

KTSTR_TEST_NAME=@KTSTR_TEST_NAME@
KTSTR_SCHED_NAME=@KTSTR_SCHED_NAME@
KTSTR_GIT_HASH=@KTSTR_GIT_HASH@
# What it tests, and who wants to hear of a failure (empty: not said).
KTSTR_ABOUT=@KTSTR_ABOUT@
KTSTR_CONTACT=@KTSTR_CONTACT@
NEED_LLCS=@NEED_LLCS@
NEED_CORES_PER_LLC=@NEED_CORES_PER_LLC@
NEED_THREADS_PER_CORE=@NEED_THREADS_PER_CORE@
NEED_NUMA_NODES=@NEED_NUMA_NODES@
# The oldest and the newest kernel (empty: any), and words that its command line has.
NEED_KERNEL_MIN=@NEED_KERNEL_MIN@
NEED_KERNEL_MAX=@NEED_KERNEL_MAX@
NEED_KERNEL_ARGS=(@NEED_KERNEL_ARGS@)
TEST_DURATION_SECS=@TEST_DURATION_SECS@
TEST_WATCHDOG_SECS=@TEST_WATCHDOG_SECS@

# The scheduler's arguments. {include/NAME} is the path of that packed file, here and in RUN_ARGS.
SCHED_ARGS=(@SCHED_ARGS@)
# Commands that switch on a scheduler of the kernel, those that undo it, and the file and line that prove that it is on.
SCHED_ENABLE=(@SCHED_ENABLE@)
SCHED_DISABLE=(@SCHED_DISABLE@)
SCHED_ENABLED_FILE=@SCHED_ENABLED_FILE@
SCHED_ENABLED_VALUE=@SCHED_ENABLED_VALUE@
# What the reason holds with which the kernel must eject the scheduler (empty: it stays attached).
SCHED_EXPECTED_ERROR=@SCHED_EXPECTED_ERROR@
# A cgroup that is there before the scheduler starts.
CGROUP_PARENT=@CGROUP_PARENT@
# The cgroup for what the test makes (empty: /ktstr).
TEST_CGROUP_ROOT=@TEST_CGROUP_ROOT@
# The controllers that cgroups below these two have.
NEED_CONTROLLERS=(@NEED_CONTROLLERS@)
# Key, value, key, value: set for the time of the run.
SYSCTLS=(@SYSCTLS@)
# The test's arguments; without any: none, if the next line says so, else those of a ktstr test binary.
RUN_ARGS=(@RUN_ARGS@)
TEST_RUN_ARGS=@TEST_RUN_ARGS@
# 1: the test attaches schedulers of its own; it becomes another user. Else empty.
ATTACHES_SCHEDULERS=@ATTACHES_SCHEDULERS@
DROPS_ROOT=@DROPS_ROOT@
# What the test and the scheduler are called, in the archive ktstr and scheduler (empty: none).
TEST_PROGRAM=@TEST_PROGRAM@
SCHED_PROGRAM=@SCHED_PROGRAM@
# Their build IDs, and the state of the scheduler's checkout (empty: not known).
TEST_BUILD_ID=@TEST_BUILD_ID@
SCHED_BUILD_ID=@SCHED_BUILD_ID@
SCHED_GIT_HASH=@SCHED_GIT_HASH@
# The archive's top-level names, the number of its files, links and packed directories, the disk space they take, and what runs them.
PACKED_FILES=(@PACKED_FILES@)
PACKED_COUNT=@PACKED_COUNT@
PACKED_BYTES=@PACKED_BYTES@
NEED_MACHINES=(@NEED_MACHINES@)
NEED_INTERPRETERS=(@NEED_INTERPRETERS@)
# The oldest glibc (empty: any), and which packed file needs it (empty: the test binary, or not known).
NEED_GLIBC=@NEED_GLIBC@
NEED_GLIBC_FILE=@NEED_GLIBC_FILE@
# Size and SHA-256 of the compressed archive (empty: not known).
PAYLOAD_SIZE=@PAYLOAD_SIZE@
PAYLOAD_SHA256=@PAYLOAD_SHA256@
# The program that decompresses it, and its arguments; none: it is gzip's.
DECOMPRESS=(@DECOMPRESS@)
