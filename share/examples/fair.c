/* fair.c - three busy threads for two CPUs: each gets its share, none is starved
 *
 *	cc fair.c $(pkg-config --cflags --libs ktstr) -pthread -o fair
 *	./fair run                      # on this machine
 *	ktstr-export -b ./fair fair     # as ./fair.run, for any machine
 */
#define _GNU_SOURCE
#include <ktstr.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 * Three threads on two CPUs cannot all have two thirds at every moment, and others may take time
 * on a virtual machine. These limits are wide: a fair scheduler stays far inside them, and a
 * scheduler that forgets a thread does not.
 */
static const double least_share = 0.25; /* of the average of all threads */
static const double longest_gap = 1.0;	/* seconds without running */
static const double most_taken = 0.10;	/* of the time of all CPUs, by other work */

/* Aligned: workers that share a cache line would slow each other down. */
struct worker {
	_Alignas(128) pthread_t thread;
	_Atomic double last; /* when it ran last */
	double gap;	     /* the longest time it did not run, measured by itself */
	double silence;	     /* the time since it last ran, at the end */
	double cpu_time;
};

static atomic_bool stop;

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *spin(void *data)
{
	struct worker *me = data;

	while (!atomic_load(&stop)) {
		double now = seconds(CLOCK_MONOTONIC);

		if (now - me->last > me->gap)
			me->gap = now - me->last;
		me->last = now;
	}
	me->cpu_time = seconds(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

/* CPU seconds that the hypervisor kept from this machine since boot: field 8 of proc_stat(5). */
static double stolen(void)
{
	FILE *stat = fopen("/proc/stat", "r");
	long long ticks = 0;

	if (!stat)
		return 0;
	if (fscanf(stat, "cpu %*d %*d %*d %*d %*d %*d %*d %lld", &ticks) != 1)
		ticks = 0;
	fclose(stat);
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* Lets the workers spin for the test's duration. Returns how many could be started. */
static int measure(struct ktstr_ctx *ctx, struct worker *workers, int count)
{
	double end;
	int started;

	for (started = 0; started < count; started++) {
		workers[started].last = seconds(CLOCK_MONOTONIC);
		if (pthread_create(&workers[started].thread, NULL, spin, &workers[started]))
			break;
	}
	sleep((unsigned int)ctx->duration_s);
	end = seconds(CLOCK_MONOTONIC);
	/* a thread that never ran again cannot measure that gap itself */
	for (int i = 0; i < started; i++)
		workers[i].silence = end - workers[i].last;
	atomic_store(&stop, true);
	for (int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < started; i++)
		if (workers[i].silence > workers[i].gap)
			workers[i].gap = workers[i].silence;
	return started;
}

/* others: the share of time that other work and the hypervisor took. The scheduler knows nothing
 * of the hypervisor. */
static enum ktstr_result judge(struct ktstr_ctx *ctx, double share, double gap, double others)
{
	if (share >= least_share && gap <= longest_gap)
		return KTSTR_PASS;
	if (others > most_taken)
		return ktstr_inconclusive(
			ctx, "others took %.0f%% of the time: try a quiet machine", 100 * others);
	if (gap > longest_gap)
		return ktstr_fail(ctx, "a thread did not run for %.3f s", gap);
	return ktstr_fail(ctx, "a thread got %.0f%% of a fair share", 100 * share);
}

KTSTR_TEST(fair, .topology = { 1, 1, 1, 1 }, .duration_s = 3)
{
	double steal = stolen(), total = 0, least = 1e9, most = 0, gap = 0;
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN), count;
	struct worker *workers;
	cpu_set_t allowed;

	if (!sched_getaffinity(0, sizeof(allowed), &allowed))
		cpus = CPU_COUNT(&allowed);
	count = cpus + (cpus + 1) / 2;
	workers = aligned_alloc(128, (size_t)count * sizeof(*workers));
	if (!workers)
		return ktstr_inconclusive(ctx, "no memory for %d workers", count);
	for (int i = 0; i < count; i++)
		workers[i] = (struct worker){ .gap = 0 };
	if (measure(ctx, workers, count) < count)
		return ktstr_inconclusive(ctx, "cannot start %d threads", count);
	for (int i = 0; i < count; i++) {
		printf("worker %d: %.3f s of CPU time, longest gap %.3f s\n", i,
		       workers[i].cpu_time, workers[i].gap);
		total += workers[i].cpu_time;
		least = workers[i].cpu_time < least ? workers[i].cpu_time : least;
		most = workers[i].cpu_time > most ? workers[i].cpu_time : most;
		gap = workers[i].gap > gap ? workers[i].gap : gap;
	}
	free(workers);
	least *= count / total;
	most *= count / total;
	steal = (stolen() - steal) / (cpus * ctx->duration_s);
	printf("%d workers on %d CPUs: shares %.2f to %.2f of fair, longest gap %.3f s, %.0f%% "
	       "stolen\n",
	       count, cpus, least, most, gap, 100 * steal);
	return judge(ctx, least, gap, 1 - total / (cpus * ctx->duration_s));
}
