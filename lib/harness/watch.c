/* watch.c - waits for a test's process, and kills the processes that it leaves */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* the same on every machine; headers before Linux 5.3 lack it */
#endif

void ktstr_fill_stop_signals(sigset_t *set)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction action;

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!sigaction(signals[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(set, signals[i]);
}

/* Returns the time left until then, or 0. */
static struct timespec time_left(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec = then->tv_sec - now.tv_sec;
	now.tv_nsec = then->tv_nsec - now.tv_nsec;
	if (now.tv_nsec < 0) {
		now.tv_nsec += 1000000000;
		now.tv_sec--;
	}
	return now.tv_sec < 0 ? (struct timespec){ 0, 0 } : now;
}

static int wait_on(int child_fd, int signal_fd, const struct timespec *deadline)
{
	struct pollfd fds[] = { { .fd = signal_fd, .events = POLLIN },
				{ .fd = child_fd, .events = POLLIN } };

	for (;;) {
		struct timespec left = time_left(deadline);
		int ready = ppoll(fds, 2, &left, NULL);
		struct signalfd_siginfo info;

		if (ready == 0)
			return KTSTR_LATE;
		if (ready < 0 && errno != EINTR)
			return KTSTR_UNSEEN;
		/* the signal first: a terminal sends it to the test, too */
		if (ready > 0 && fds[0].revents &&
		    read(signal_fd, &info, sizeof(info)) == sizeof(info))
			return (int)info.ssi_signo;
		if (ready > 0 && fds[1].revents)
			return KTSTR_ENDED;
	}
}

int ktstr_wait_for_end(pid_t child, const sigset_t *stop, long long seconds)
{
	/* not SIGCHLD, which another thread of the program could take */
	int child_fd = (int)syscall(SYS_pidfd_open, child, 0);
	int signal_fd = signalfd(-1, stop, SFD_CLOEXEC);
	struct timespec deadline;
	int end = KTSTR_UNSEEN, saved;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += (time_t)seconds;
	if (child_fd >= 0 && signal_fd >= 0)
		end = wait_on(child_fd, signal_fd, &deadline);
	saved = errno;
	close(child_fd);
	close(signal_fd);
	errno = saved;
	return end;
}

unsigned long long ktstr_ticks(void)
{
	unsigned long long hz = (unsigned long long)sysconf(_SC_CLK_TCK);
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (unsigned long long)now.tv_sec * hz +
	       (unsigned long long)now.tv_nsec * hz / 1000000000;
}

/* Whether the process is our child, started at that time or later and has not ended. */
static bool is_left(const char *pid, unsigned long long since)
{
	char path[64], text[1024], state;
	const char *after_name;
	unsigned long long start;
	int fd, parent;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size <= 0)
		return false;
	text[size] = '\0';
	/* proc_pid_stat(5): the state is field 3, the parent 4, the start 22 */
	after_name = strrchr(text, ')');
	return after_name &&
	       sscanf(after_name,
		      ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		      "%llu",
		      &state, &parent, &start) == 3 &&
	       parent == getpid() && start >= since && state != 'Z';
}

/* Kills our children, whose children become ours by that. Returns how many were killed. */
static size_t kill_generation(unsigned long long since)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t killed = 0;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && is_left(entry->d_name, since) && !kill(pid, SIGKILL)) {
			killed++;
			waitpid(pid, NULL, 0);
		}
	}
	if (proc)
		closedir(proc);
	return killed;
}

size_t ktstr_kill_children(unsigned long long since)
{
	size_t killed = 0, more;
	siginfo_t info;

	/* most tests leave no child: then /proc is not read */
	while (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT)) {
		more = kill_generation(since);
		killed += more;
		if (!more)
			break;
	}
	return killed;
}
