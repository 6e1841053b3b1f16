/* jitter.c - reports how late a task wakes up while others are busy on all CPUs */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BUSY = 6, SLEEPS = 40, SLEEP_NS = 5000000 };

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(void)
{
	const struct timespec interval = { .tv_nsec = SLEEP_NS };
	const char *path = getenv("KTSTR_METRICS");
	FILE *metrics = path ? fopen(path, "a") : NULL;
	pid_t busy[BUSY];
	long late = 0, start;

	for (int i = 0; i < BUSY; i++) {
		busy[i] = fork();
		if (!busy[i])
			for (volatile int spin = 1; spin;)
				;
	}
	for (int i = 0; i < SLEEPS; i++) {
		start = now_us();
		nanosleep(&interval, NULL);
		late += now_us() - start - SLEEP_NS / 1000;
	}
	for (int i = 0; i < BUSY; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	if (!metrics)
		return 2;
	fprintf(metrics, "late %.3f ms\n", (double)late / 1000 / SLEEPS);
	return fclose(metrics) ? 2 : 0;
}
