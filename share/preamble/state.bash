# --- state: what the parts share ---
#
# A part of the engine may use the frozen values, the variables and constants here, and the functions of any other
# part: all parts are read before main runs. A function that gives a value back sets REPLY, or the variables that its
# comment names. It fails only to say no, as its comment says, and calls die or leave to end the run.

shopt -s globstar nullglob dotglob

SELF=${BASH_SOURCE[0]:-} # empty where bash reads this script from a pipe
CALLERS_TMPDIR=''
UTF8=0 # whether the caller's terminal takes it
PROGRAM=$KTSTR_TEST_NAME.run
ACTION=run
OPERAND=''
QUIET=0
KTAP=0
KEEP=0
TMP_DIRECTORY=''
ATTACH_SECS=10
WAIT_LOCK_SECS=0

PROBLEMS=()     # why this host is not suitable
REASON=''       # of the end, for KTAP
LEFT=0          # whether it ended on purpose: an error of this script is no verdict
DIFFERS=0       # whether something on the host is not as it was before this run
CGROUP_MOUNT='' # of cgroup v2
TEST_ROOT='' RUN_CGROUP='' TEST_CGROUP='' SCHED_CGROUP='' # set by remember, below that
SEQ_BEFORE=''   # enable_seq before this run's scheduler,
HOTPLUG_BEFORE=''
TEST_PATH='' SCHED_PATH='' # at which they are started
DENIED=''    # a directory of what other users find in place of packed programs
# of each packed program: alone, shared or none (how it has the packed libraries), or static
declare -A LINKAGE=() USES_LIBRARIES=() FIRST=() # and what is to be preloaded before $PRELOAD
TEST_OUT=1      # where the test's standard output goes
TICK='' JOURNAL='' JANITOR='' SHELL_START='' WATCHED='' RAISED='' DIAGNOSTICS='' SETPRIV=''
SCHED_OUT='' SCHED_LOG='' # where the scheduler prints to, and who keeps it
SUSPENDED=0 CLOCK='' SUSPENDS='' SLEPT='' # see now
BEATS=0
LOCK_FD='' TRACE_FD='' # what is locked
HELD=0 STOPPED='' # signals that are held back, and the status that one asks for
OTHER_RUN=''      # who holds the lock
declare -A OURS=()      # start times of processes that were seen to be of this run
declare -A LEFT_ALONE=() # what is not of this run in its cgroups
KNOWN=''          # the struct_ops links that processes held before the scheduler started
HOLDERS=()        # the scheduler's processes that hold it
SCHED_ENDED=''    # how the process that was started as the scheduler ended
ALONE=''          # enable_seq at the start of a test that nobody may attach a scheduler to
PARTIAL=0 SAMPLES=0 ON_EXT=0 # whether the scheduler has only tasks of SCHED_EXT; looks for one of the test's
DEFER=0 DEFERRED=() # messages that wait

# What cleanup has to take away: written by remember alone.
WORK='' OLD_WORK='' SCHED_PID='' SCHED_START='' TEST_PID='' TEST_START='' LOCKED=''
PROVED=''        # the links by which the attached scheduler was proved to be this run's
FOREIGN=0        # whether the attached scheduler is another's
PINS_BEFORE=() PINS_KNOWN=0 # what was in bpffs before the scheduler started
MADE_CGROUPS=()  # the last one first
USED_CGROUPS=()  # that were there and empty
SAVED_CONTROLLERS=() # cgroup, those enabled for what is below it before this run, cgroup, ...
SAVED_SYSCTLS=() # key, value before this run, key, value before this run, ...

readonly SCX=/sys/kernel/sched_ext LOCK=/run/ktstr.lock
readonly STATUS_FAIL=1 STATUS_UNSURE=2 STATUS_SCHEDULER=3 STATUS_UNSUITABLE=4 STATUS_MISUSED=64 STATUS_DAMAGED=65
readonly STATUS_ERROR=70 # of this script
readonly PRELOAD=ktstr-preload.so # in lib/: keeps the packed libraries to the packed programs
readonly LOG_HALF=2097152 # bytes that are kept of the beginning, and of the end, of the scheduler's output
readonly GRACE_SECS=10 # over duration and watchdog, before a test is taken for hung
readonly POLL_SECS=0.2 # how often sched_ext is looked at while the test runs
readonly SILENT_SECS=10 # without a sign of life from the shell, before the janitor takes over
readonly TEARDOWN_SECS=120 # what teardown takes at most, and more
