/* run.c - runs one test in a process of its own and finds its verdict
 *
 * A test passes only if its body returned a pass and its process then exited with that status.
 * Everything else is a fail.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

__attribute__((noreturn)) static void run_body(struct ktstr_ctx *ctx, pid_t parent,
					       const sigset_t *mask)
{
	struct ktstr_run *run = ctx->run;
	int returned;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(KTSTR_FAIL);
	atomic_store(&run->body, getpid());
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (ctx->include_dir) /* as in a .run, for the programs that the test starts */
		setenv("KTSTR_INCLUDE_DIR", ctx->include_dir, 1);
	returned = ctx->test->body(ctx);
	if (getpid() != atomic_load(&run->body)) {
		ktstr_fail(ctx, "a process that the test forked returned from the test's body; "
				"end it with _exit");
		_exit(KTSTR_FAIL);
	}
	atomic_store(&run->returned, returned);
	atomic_store(&run->finished, true);
	exit(returned);
}

/* Ends this process by the signal, so that its parent sees that. */
__attribute__((noreturn)) static void die_of(int signal_number)
{
	sigset_t set;

	fflush(NULL);
	signal(signal_number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal_number);
	/* cppcheck-suppress unreachableCode ; raise can return */
	_exit(128 + signal_number); /* process 1 of a container survives its own signals */
}

/* The signals that end a process and have a name; sigabbrev_np() is not in glibc before 2.32. */
static const struct {
	int number;
	const char *name, *description;
} deadly_signals[] = {
	{ SIGHUP, "SIGHUP", "Hangup" },
	{ SIGINT, "SIGINT", "Interrupt" },
	{ SIGQUIT, "SIGQUIT", "Quit" },
	{ SIGILL, "SIGILL", "Illegal instruction" },
	{ SIGTRAP, "SIGTRAP", "Trace/breakpoint trap" },
	{ SIGABRT, "SIGABRT", "Aborted" },
	{ SIGBUS, "SIGBUS", "Bus error" },
	{ SIGFPE, "SIGFPE", "Floating point exception" },
	{ SIGKILL, "SIGKILL", "Killed" },
	{ SIGUSR1, "SIGUSR1", "User defined signal 1" },
	{ SIGSEGV, "SIGSEGV", "Segmentation fault" },
	{ SIGUSR2, "SIGUSR2", "User defined signal 2" },
	{ SIGPIPE, "SIGPIPE", "Broken pipe" },
	{ SIGALRM, "SIGALRM", "Alarm clock" },
	{ SIGTERM, "SIGTERM", "Terminated" },
#ifdef SIGSTKFLT
	{ SIGSTKFLT, "SIGSTKFLT", "Stack fault" },
#endif
	{ SIGXCPU, "SIGXCPU", "CPU time limit exceeded" },
	{ SIGXFSZ, "SIGXFSZ", "File size limit exceeded" },
	{ SIGVTALRM, "SIGVTALRM", "Virtual timer expired" },
	{ SIGPROF, "SIGPROF", "Profiling timer expired" },
	{ SIGIO, "SIGPOLL", "I/O possible" },
	{ SIGPWR, "SIGPWR", "Power failure" },
	{ SIGSYS, "SIGSYS", "Bad system call" },
};

static void explain_signal(const char *name, int number, bool finished)
{
	const char *when = finished ? " after its body returned" : "";

	for (size_t i = 0; i < sizeof(deadly_signals) / sizeof(*deadly_signals); i++)
		if (deadly_signals[i].number == number) {
			ktstr_explain(name, "fail", "killed by %s (%s)%s", deadly_signals[i].name,
				      deadly_signals[i].description, when);
			return;
		}
	ktstr_explain(name, "fail", "killed by signal %d%s", number, when);
}

/* Returns the result that the end of the body's process shows. Explains what is wrong. */
static enum ktstr_result judge_end(const char *name, const struct ktstr_run *run, int status)
{
	int returned = atomic_load(&run->returned);
	bool finished = atomic_load(&run->finished);

	if (WIFSIGNALED(status)) {
		explain_signal(name, WTERMSIG(status), finished);
	} else if (!finished) {
		ktstr_explain(name, "fail", "exited with status %d in place of returning a result",
			      WEXITSTATUS(status));
	} else if (ktstr_rank(returned) < 0) {
		ktstr_explain(name, "fail", "returned %d, which is no result", returned);
	} else if (WEXITSTATUS(status) != returned) {
		ktstr_explain(name, "fail",
			      "exited with status %d after its body returned %s: an exit handler "
			      "failed",
			      WEXITSTATUS(status), ktstr_result_text((enum ktstr_result)returned));
	} else {
		return (enum ktstr_result)returned;
	}
	return KTSTR_FAIL;
}

/* Waits for the body's process and notes its result. */
static void see_to_end(const struct ktstr_ctx *ctx, pid_t child, const sigset_t *stop,
		       unsigned long long start)
{
	const char *name = ctx->test->name;
	int end = ktstr_wait_for_end(child, stop, (long long)ctx->duration_s + ctx->watchdog_s);
	int saved = errno, status = 0;
	size_t left;

	if (end != KTSTR_ENDED)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	left = ktstr_kill_children(start);
	if (end > 0) {
		ktstr_unlink_includes(ctx->test);
		die_of(end);
	}
	if (end == KTSTR_ENDED) {
		ktstr_note_result(ctx->run, judge_end(name, ctx->run, status));
		if (left)
			ktstr_explain(name, "note", "killed %zu process%s that it left running",
				      left, left == 1 ? "" : "es");
		return;
	}
	ktstr_note_result(ctx->run, KTSTR_FAIL);
	if (end == KTSTR_LATE)
		ktstr_explain(name, "fail", "still running %d s after its duration of %d s",
			      ctx->watchdog_s, ctx->duration_s);
	else
		ktstr_explain(name, "fail", "cannot watch it: %s", strerror(saved));
}

/* Runs the body. Returns 0, or -1 with errno if it could not be started. */
static int fork_body(struct ktstr_ctx *ctx)
{
	unsigned long long start = ktstr_ticks();
	pid_t parent = getpid(), child;
	sigset_t stop, mask;

	/* what the test leaves running becomes our child: we can kill it */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_DFL); /* if it is ignored, waitpid finds no child */
	fflush(NULL);		  /* else both processes write what is buffered */
	ktstr_fill_stop_signals(&stop);
	sigprocmask(SIG_BLOCK, &stop, &mask);
	child = fork();
	if (child == 0)
		run_body(ctx, parent, &mask);
	if (child > 0)
		see_to_end(ctx, child, &stop, start);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return child < 0 ? -1 : 0;
}

static void warn_of_no_scheduler(const struct ktstr_test *test)
{
	if (test->scheduler && test->scheduler->binary && !getenv("KTSTR_SCHED_PID"))
		ktstr_explain(test->name, "note",
			      "runs under the kernel's current scheduler; its .run, which "
			      "ktstr-export makes, runs it under %s",
			      test->scheduler->name);
}

enum ktstr_result ktstr_run_test(const struct ktstr_test *test, int duration_s, int watchdog_s)
{
	struct ktstr_ctx ctx = {
		.test = test,
		.duration_s = duration_s,
		.watchdog_s = watchdog_s,
		.topology = ktstr_topology(test),
		.cgroup_root = getenv("KTSTR_CGROUP_ROOT"),
		.include_dir = getenv("KTSTR_INCLUDE_DIR"),
	};
	enum ktstr_result result = KTSTR_FAIL;

	warn_of_no_scheduler(test);
	if (!isatty(STDOUT_FILENO)) /* a test that is killed must not lose what it printed */
		setvbuf(stdout, NULL, _IOLBF, 0);
	ctx.run = mmap(NULL, sizeof(*ctx.run), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (!ctx.include_dir && ktstr_link_includes(test, &ctx.include_dir))
		ktstr_explain(test->name, "fail", "no directory for what it includes: %s: %s",
			      getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", strerror(errno));
	else if (ctx.run == MAP_FAILED || fork_body(&ctx))
		ktstr_explain(test->name, "fail", "cannot start it: %s", strerror(errno));
	else
		result = (enum ktstr_result)atomic_load(&ctx.run->worst);
	ktstr_unlink_includes(test);
	if (ctx.run != MAP_FAILED)
		munmap(ctx.run, sizeof(*ctx.run));
	printf("%s: %s\n", test->name, ktstr_result_text(result));
	return ktstr_flush() ? KTSTR_FAIL : result;
}
