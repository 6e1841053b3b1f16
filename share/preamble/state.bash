# --- state: what the parts share ---
#
# A part of the engine may use the frozen values, the variables and constants here, and the functions of any other
# part: all parts are read before main runs. A function gives a value back in REPLY, or in the variables that its comment
# names. A function returns non-zero only to say no, and with a number: in a trap, as cleanup is, a bare return gives the
# status from before the trap. To end the run a function calls die or leave. All of this runs in bash 5.0,
# with the programs that check_programs looks for.

shopt -s globstar nullglob dotglob

# The command line.
SELF=${BASH_SOURCE[0]:-} # empty if bash reads this script from a pipe
PROGRAM=${SELF:-$KTSTR_TEST_NAME.run} # for messages, see main
ACTION=run OPERAND=''
QUIET=0 KTAP=0 KEEP=0
TMP_DIRECTORY=''
ATTACH_SECS=10 WAIT_LOCK_SECS=0
CALLERS_TMPDIR=''
USED_OPTIONS=() # for the result
EVIDENCE_WHEN=failure EVIDENCE_TO='' EVIDENCE_FD='' # see arguments
declare -A OMITTED=() # what evidence must not hold
REPEAT='' FOR_SECS='' UNTIL_FAIL='' BASELINE='' NO_SCHEDULER='' # see rounds
UTF8=0 # whether the caller's locale is UTF-8

# The end.
PROBLEMS=() # why this host is not suitable
CHECKED='' ON_TERMINAL='' # what --verify found; whether a text is printed on a terminal
REASON='' VERDICT='' SKIPPED='' # why it ends, and the word for it
CAUSE=() # lines that say more
EVIDENCE_SAID='' # where the evidence is
LEFT=0      # whether this script ended on purpose: its own error is no verdict
DIFFERS=0   # whether something on the host is not as it was before this run
OTHERS=0    # whether others changed something meanwhile, which is left to them
HELD=0 STOPPED='' # whether signals wait, and the status that one of them asks for
DEFER=0 DEFERRED=() # whether messages wait, and they

# The beginning.
STARTED=0 STARTED_UTC='' # when, see now; and by the clock
LAST_KERNEL_LINE='' KERNEL_LINES_BEFORE=0 # of the kernel's log
TAINT_BEFORE='' TOPOLOGY_FOUND=''

# The host.
CGROUP_MOUNT='' # of cgroup v2
TEST_ROOT='' RUN_CGROUP='' TEST_CGROUP='' SCHED_CGROUP='' # below it; see remember
LOCK_FD='' TRACE_FD='' LOCKED='' # what is locked
OTHER_RUN=''   # who holds the lock
SUSPENDED=0 CLOCK='' SUSPENDS='' SLEPT='' # see now

# The packed programs. LINKAGE says how each has the packed libraries: alone, shared, none, or static. FIRST is what
# must be preloaded before $PRELOAD.
declare -A LINKAGE=() USES_LIBRARIES=() FIRST=()
TEST_PATH='' SCHED_PATH='' # where they are started from
DENIED='' # a directory that other users find in the place of the packed programs

# Processes of this run.
TICK=''   # a pipe to wait on
JOURNAL='' JANITOR='' SHELL_PID='' SHELL_START='' WATCHED='' BEATS=0 # see janitor
RAISED='' # whether this shell has the policy SCHED_RR
SETPRIV=''
PROGRESS='' PROGRESS_START='' PROGRESS_FD='' # who shows progress
NOTICE_FD='' # a pipe to who says that the run waits; see remember
TEST_OUT='' TEST_ERR='' SCHED_OUT='' # what the test and the scheduler print to
declare -A OURS=()       # start times of processes that were seen to be of this run
declare -A LEFT_ALONE=() # processes in its cgroups that are not
MINE=() FOREIGN=()       # see sort_processes
COMMAND=() ENVIRONMENT=() # what start_program starts: its words, and the variables added to CALLERS_ENVIRONMENT

# The scheduler.
STATE='' SEQ=0 OPS='' # see read_attachment
SEQ_BEFORE=''  # enable_seq before it was started
HOTPLUG_BEFORE=''
KNOWN=''       # the struct_ops links that processes held before it was started
ATTACHED_OPS='' # its name, as the kernel has it
HOLDERS=()     # its processes that hold it
SCHED_ENDED='' # how the process that was started as the scheduler ended
ALONE=''       # enable_seq at the start of a test that must stay without any scheduler
declare -A COUNTERS=() ABOVE=() # at the test's start, see counters
EVENTS=() # its event counters at several times
PARTIAL=0 SAMPLES=0 ON_EXT=0 # whether it has only tasks of SCHED_EXT; looks for such a task; whether one was seen

# A series of rounds.
ROUND='' # the number of the round that this shell is; empty: it is no round's
ROUND_STATUS=0 # of the round that has ended
WORST=0 LAST='' # the worst status of the rounds; why the series ends
COMMON=() # the records that all rounds share

# What cleanup must undo, and what the evidence is made from. Only remember writes it.
WORK='' OLD_WORK='' SCHED_PID='' SCHED_START='' TEST_PID='' TEST_START=''
PROVED=''        # the links that prove that the attached scheduler is this run's
FOREIGN_SCHED=0  # whether the attached scheduler is another's
PINS_BEFORE=() PINS_KNOWN=0 # what was in bpffs before the scheduler was started
MADE_CGROUPS=()  # the last one first
USED_CGROUPS=()  # those that were there, and empty
SAVED_CONTROLLERS=() # cgroup, controllers enabled below it before this run, cgroup, ...
SAVED_SYSCTLS=() # name, value before this run, name, ...
COMMAND_PID='' COMMAND_START='' # of the last command that switches a scheduler of the kernel
SWITCHED='' TO_DISABLE=() # whether commands may have switched a scheduler on; those that must still undo it
COPIES=() LOGS=() # processes that copy what the test and the scheduler print, and that keep it: PID and start time
ROUND_PID='' ROUND_START='' # the shell of the round that runs
ROUNDS=() SIGNATURES=() # of the rounds that have ended: "NUMBER STATUS VERDICT", and why
RESULT=()      # the records of the result
PACKER=''      # the process that packs the evidence: PID and start time
NOTICE=''      # the process that says that the run waits: PID and start time
EVIDENCE=''    # the directory in which the evidence is gathered; its name is the archive's
UNFINISHED=''  # the result that is left if the host stops while this runs
TRACE_INSTANCE='' DUMPED='' # of tracefs; whether the kernel was asked for a dump

readonly SCX=/sys/kernel/sched_ext LOCK=/run/ktstr.lock
readonly STATUS_FAIL=1 STATUS_UNSURE=2 STATUS_SCHEDULER=3 STATUS_UNSUITABLE=4 STATUS_MISUSED=64 STATUS_DAMAGED=65
readonly STATUS_ERROR=70 # of this script
readonly PRELOAD=ktstr-preload.so # in lib/: keeps the packed libraries to the packed programs
readonly LOG_HALF=2097152 # bytes that are kept of each log: of its beginning, and of its end
readonly NOTICE_SECS=3 # of waiting, before the run says so
readonly GRACE_SECS=10 # over duration and watchdog, before a test is taken for hung
readonly POLL_SECS=0.2 # how often the attachment is looked at while the test runs
readonly SILENT_SECS=10 # without a sign of life from the shell, before the janitor takes over
readonly DISABLE_SECS=10 # that a command which switches a scheduler off may take
readonly TEARDOWN_SECS=120 # the most that teardown may take
readonly EVIDENCE_DIRECTORY=/var/tmp/ktstr-evidence EVIDENCE_FILES=20 EVIDENCE_BYTES=209715200 # what is kept there
readonly ROUNDS_MAX=10000 # of a series
readonly FULL_ROUNDS=10 # how many rounds that did not pass are kept whole; of others the result is kept
readonly DEFAULT_SCHEDULER=default # the name of no packed scheduler
readonly EVENTS_SECS=5 # how often the scheduler's event counters are read
