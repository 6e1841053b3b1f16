/* spread.c - runs one busy process per CPU under scx_fifo: together they use every CPU
 *
 *	cc spread.c $(pkg-config --cflags --libs ktstr) -o spread
 *	ktstr-export -b ./spread spread # finds scx_fifo here, on PATH or by $KTSTR_SCHEDULER
 *	./spread.run                    # as root: starts it, runs the test under it, stops it
 */
#define _GNU_SOURCE
#include <ktstr.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const slice[] = { "--slice-us", "5000", NULL };
static const struct ktstr_scheduler fifo = {
	.name = "fifo",
	.binary = "scx_fifo",
	.args = slice,
};

/* Whether sched_ext schedules this task: 1 or 0, or -1 without CONFIG_SCHED_DEBUG */
static int on_sched_ext(void)
{
	FILE *sched = fopen("/proc/self/sched", "r");
	char line[256];
	int enabled = -1;

	while (sched && enabled < 0 && fgets(line, sizeof(line), sched))
		if (sscanf(line, "ext.enabled : %d", &enabled) != 1)
			enabled = -1;
	if (sched)
		fclose(sched);
	return enabled;
}

/* Runs until the time is over, and marks each CPU that it ran on. */
static void spin(volatile char *used, int duration_s)
{
	time_t end = time(NULL) + duration_s;

	while (time(NULL) < end) {
		int cpu = sched_getcpu();

		if (cpu >= 0 && cpu < CPU_SETSIZE)
			used[cpu] = 1;
	}
}

KTSTR_TEST(spread, .scheduler = &fifo, .topology = { .llcs = 1, .cores_per_llc = 2 },
	   .duration_s = 5, .watchdog_s = 2)
{
	char *used =
		mmap(NULL, CPU_SETSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cpu_set_t allowed;
	int unused = 0;

	if (!getenv("KTSTR_SCHED_PID"))
		return ktstr_skip(
			ctx, "needs scx_fifo: export it, and run the .run without --no-scheduler");
	if (on_sched_ext() == 0)
		return ktstr_fail(ctx, "sched_ext does not have this task");
	if (used == MAP_FAILED || sched_getaffinity(0, sizeof(allowed), &allowed))
		return ktstr_inconclusive(ctx, "cannot learn which CPUs there are");

	for (int i = 0; i < CPU_COUNT(&allowed); i++) {
		pid_t worker = fork();

		if (worker < 0)
			return ktstr_inconclusive(ctx, "cannot start worker %d", i);
		if (worker == 0) {
			spin(used, ctx->duration_s);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && !used[cpu]) {
			printf("CPU %d ran none of them\n", cpu);
			unused++;
		}
	printf("%d of %d CPUs used\n", CPU_COUNT(&allowed) - unused, CPU_COUNT(&allowed));
	if (unused)
		return ktstr_fail(ctx, "%d CPUs stayed without work for %d s", unused,
				  ctx->duration_s);
	return KTSTR_PASS;
}
