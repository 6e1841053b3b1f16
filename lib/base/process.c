/* process.c - capture what another program prints, with limits on time and size */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec deadline_in(int milliseconds)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += milliseconds / 1000;
	deadline.tv_nsec += milliseconds % 1000 * 1000000L;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_nsec -= 1000000000;
		deadline.tv_sec++;
	}
	return deadline;
}

static int milliseconds_left(const struct timespec *deadline)
{
	struct timespec now;
	int64_t left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (int64_t)(deadline->tv_sec - now.tv_sec) * 1000 +
	       (deadline->tv_nsec - now.tv_nsec) / 1000000;
	return left < 0 ? 0 : (int)left;
}

static void run_child(char *const argv[], const char *const *environment, int out, int err,
		      int failure, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), cause;

	for (; environment && *environment; environment++)
		if (!strchr(*environment, '='))
			unsetenv(*environment);
		else
			putenv((char *)*environment); /* execv takes it, nothing changes it */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0) {
		/* execvp would start a file without a known format as a shell script */
		if (strchr(argv[0], '/'))
			execv(argv[0], argv);
		else
			execvp(argv[0], argv);
	}
	cause = errno;
	/* the pipe is empty and this is below PIPE_BUF: the write is whole and cannot block */
	if (write(failure, &cause, sizeof(cause)) < 0)
		_exit(126);
	_exit(127);
}

/*
 * Starts argv. *out and *err are pipes that its standard output and error can be read from; the
 * caller closes them. Returns its process ID, or -1 with errno.
 */
static pid_t start(char *const argv[], const char *const *environment, int *out, int *err)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } }, cause = 0;
	pid_t parent = getpid(), pid = -1;

	for (int i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC))
			goto out;
	signal(SIGCHLD, SIG_DFL); /* if it were ignored, waitpid would give no status */
	pid = fork();
	if (pid == 0)
		run_child(argv, environment, pipes[0][1], pipes[1][1], pipes[2][1], parent);
	close(pipes[2][1]);
	pipes[2][1] = -1;
	if (pid > 0 && read(pipes[2][0], &cause, sizeof(cause)) == sizeof(cause)) {
		waitpid(pid, NULL, 0);
		pid = -1;
		errno = cause;
	}
	if (pid > 0) {
		*out = pipes[0][0];
		*err = pipes[1][0];
		pipes[0][0] = pipes[1][0] = -1;
	}
out:
	cause = errno;
	for (int i = 0; i < 3; i++)
		for (int end = 0; end < 2; end++)
			if (pipes[i][end] >= 0)
				close(pipes[i][end]);
	errno = cause;
	return pid;
}

/*
 * Reads standard error once, keeps what still fits in result->err. Returns what read(2) returned.
 */
static ssize_t take_err(int fd, struct capture *result, size_t *used)
{
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	size_t room = sizeof(result->err) - 1 - *used;

	if (n > 0) {
		size_t keep = (size_t)n < room ? (size_t)n : room;

		memcpy(result->err + *used, bytes, keep);
		*used += keep;
	}
	return n;
}

static ssize_t take_out(int fd, struct capture *result, size_t max)
{
	char bytes[4096], *bigger;
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n <= 0)
		return n;
	if (result->out_size + (size_t)n > max) {
		errno = EFBIG;
		return -1;
	}
	bigger = realloc(result->out, result->out_size + (size_t)n + 1);
	if (!bigger)
		return -1;
	memcpy(bigger + result->out_size, bytes, (size_t)n);
	result->out = bigger;
	result->out_size += (size_t)n;
	result->out[result->out_size] = '\0';
	return n;
}

/* WNOWAIT keeps it a zombie, so that kill(-pid) cannot hit another process group. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

/* Reads once from each of the two pipes (out, err) that is ready. Returns 0, or -1 with errno. */
static int take_ready(struct pollfd fds[2], size_t max, struct capture *result, size_t *err_used)
{
	for (int i = 0; i < 2; i++) {
		ssize_t n;

		if (!fds[i].revents)
			continue;
		n = i == 0 ? take_out(fds[i].fd, result, max)
			   : take_err(fds[i].fd, result, err_used);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n == 0)
			fds[i].fd = -1;
	}
	return 0;
}

/*
 * Reads both pipes until the process has ended and they are empty. Does not wait for their ends: a
 * child of the process may keep them open. Returns 0, or -1 with errno.
 */
static int drain(pid_t pid, int out, int err, const struct timespec *deadline, size_t max,
		 struct capture *result)
{
	struct pollfd fds[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };
	size_t err_used = 0;

	for (;;) {
		bool ended = has_ended(pid); /* before poll, so that poll sees all output */
		int left = milliseconds_left(deadline), ready;
		/*
		 * Both pipes closed: it will end soon, so look often. Otherwise poll wakes us for
		 * most events.
		 */
		int wait = fds[0].fd < 0 && fds[1].fd < 0 ? 1 : 20;

		if (!ended && !left) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (ended && err_used == sizeof(result->err) - 1)
			fds[1].fd = -1; /* a child that keeps writing would keep us here */
		ready = poll(fds, 2, ended ? 0 : left < wait ? left : wait);
		if (ready < 0 && errno != EINTR)
			return -1;
		if (ended && ready == 0)
			return 0;
		if (ready > 0 && take_ready(fds, max, result, &err_used))
			return -1;
	}
}

int process_capture(char *const argv[], const char *const *environment, int *milliseconds,
		    size_t max, struct capture *result)
{
	struct timespec deadline = deadline_in(*milliseconds);
	int out = -1, err = -1, failed, saved;
	pid_t pid;

	memset(result, 0, sizeof(*result));
	pid = start(argv, environment, &out, &err);
	if (pid < 0)
		return -1;
	setpgid(pid, pid); /* parent and child both do it, as either may run first */
	result->out = calloc(1, 1);
	failed = !result->out || drain(pid, out, err, &deadline, max, result);
	saved = errno;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &result->status, 0) < 0 && errno == EINTR)
		;
	close(out);
	close(err);
	*milliseconds = milliseconds_left(&deadline);
	if (failed) {
		free(result->out);
		result->out = NULL;
	}
	errno = saved;
	return failed ? -1 : 0;
}
