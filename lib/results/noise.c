/* noise.c - what on its host disturbed a round, by the counters in its result */
#include "noise.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/report.h"

/*
 * The thresholds. man/ktstr-results.1 says what each is based on. Most of them are judgements: they
 * are above what an idle host shows, and low enough that what a comparison can see is not drowned.
 */
#define STEAL_MIN 0.02	    /* of the CPUs: the hypervisor ran something else */
#define OTHERS_MIN 0.10	    /* of the CPUs: processes that are not of the run */
#define INTERRUPTS_MIN 0.05 /* of the CPUs: the time in interrupts */
#define PRESSURE_MIN 0.20   /* of the time: tasks outside of the run waited */
#define FREQUENCY_MIN 0.01  /* of the limit: cpufreq's steps are larger */
#define THROTTLED_MIN 1	    /* times: the kernel counts each once */
#define ABOVE_MIN 0.10	    /* of a CPU: a hog has 0.95 (sched_rt_runtime_us) */

/* Counters of /proc/stat have steps of 10 ms: in a shorter round they say too little. */
#define SECONDS_MIN 0.1

/* More than everything, with some room for counters that were not read at the same time. */
#define SHARE_MAX 1.1

enum { CPUS_MAX = 1024 * 1024 };

/* A round, as long as its reasons are looked for. */
struct round {
	const struct result *result;
	double seconds;
	double cpus; /* 0: not known */
	struct strings *reasons, *kinds;
};

/* Reads a counter's two values. Returns whether there are any, and whether they can be true. */
static bool read_counter(const struct round *round, const char *name, uint64_t *before,
			 uint64_t *after)
{
	const struct entry *entry = NULL;

	while ((entry = entries_next(&round->result->records, "counter", entry))) {
		char **fields = entry->fields.items;

		if (entry->fields.count == 3 && !strcmp(fields[0], name))
			return !parse_number(fields[1], 10, 0, UINT64_MAX, before) &&
			       !parse_number(fields[2], 10, 0, UINT64_MAX, after);
	}
	return false;
}

/* Sets *grown to how much a counter that never falls grew. Returns whether that is known. */
static bool counter_growth(const struct round *round, const char *name, double *grown)
{
	uint64_t before, after;

	if (!read_counter(round, name, &before, &after) || after < before)
		return false;
	*grown = (double)(after - before);
	return true;
}

static int add_reason(const struct round *round, const char *kind, const char *text)
{
	if (round->kinds && strings_add(round->kinds, kind))
		return -1;
	return round->reasons ? strings_add(round->reasons, text) : 0;
}

/* Adds the reason "BEFORE 4.2%AFTER" if share is at least min, and possible. */
static int add_share(const struct round *round, const char *kind, const char *before, double share,
		     double min, const char *after)
{
	char *text;
	int failed;

	if (share < min || share > SHARE_MAX)
		return 0;
	if (asprintf(&text, "%s %.*f%%%s", before, share < 0.0995 ? 1 : 0, 100 * share, after) < 0)
		return -1;
	failed = add_reason(round, kind, text);
	free(text);
	return failed;
}

/* Counters of microseconds: the first one, without the others that are part of it. */
static const struct share {
	const char *kind;
	const char *counter, *without[2];
	bool is_of_cpus; /* not of the time */
	double min;
	const char *before, *after;
} shares[] = {
	{ "steal", "steal-us", { NULL }, true, STEAL_MIN, "steal", " of the CPUs" },
	{ "other processes",
	  "busy-us",
	  { "run-busy-us", "irq-us" },
	  true,
	  OTHERS_MIN,
	  "other processes used",
	  " of the CPUs" },
	{ "pressure",
	  "pressure-us",
	  { "run-pressure-us" },
	  false,
	  PRESSURE_MIN,
	  "tasks outside of the run waited for a CPU",
	  " of the time" },
	{ "interrupts",
	  "irq-us",
	  { NULL },
	  true,
	  INTERRUPTS_MIN,
	  "interrupts used",
	  " of the CPUs" },
};
enum { SHARES = sizeof(shares) / sizeof(shares[0]) };

static int find_share(const struct round *round, const struct share *share)
{
	double whole = round->seconds * (share->is_of_cpus ? round->cpus : 1);
	double us, part;

	if (whole <= 0 || !counter_growth(round, share->counter, &us))
		return 0;
	for (size_t i = 0; i < 2 && share->without[i]; i++) {
		if (!counter_growth(round, share->without[i], &part))
			return 0;
		us -= part;
	}
	return add_share(round, share->kind, share->before, us / 1e6 / whole, share->min,
			 share->after);
}

static int find_frequency(const struct round *round)
{
	uint64_t before, after;
	double change;
	char text[64];

	if (!read_counter(round, "max-khz", &before, &after) || !before || !after)
		return 0;
	change = (double)after / (double)before - 1;
	if (change > -FREQUENCY_MIN && change < FREQUENCY_MIN)
		return 0;
	snprintf(text, sizeof(text), "the frequency limit changed by %+.0f%%", 100 * change);
	return add_reason(round, "frequency", text);
}

static int find_throttling(const struct round *round)
{
	double times;
	char text[64];

	if (!counter_growth(round, "throttled", &times) || times < THROTTLED_MIN)
		return 0;
	snprintf(text, sizeof(text), "CPUs were throttled %.0f time%s", times,
		 times > 1 ? "s" : "");
	return add_reason(round, "throttled", text);
}

/* A task that is above the ext class: no sched_ext scheduler can run anything in its place. */
static int find_above(const struct round *round, const struct entry *entry)
{
	char **fields = entry->fields.items;
	uint64_t pid, us;
	char *before;
	int failed;

	if (entry->fields.count != 4 || parse_number(fields[0], 10, 0, INT32_MAX, &pid) ||
	    parse_number(fields[3], 10, 0, UINT64_MAX, &us) ||
	    (strcmp(fields[2], "fifo") && strcmp(fields[2], "rr") && strcmp(fields[2], "deadline")))
		return 0;
	if (asprintf(&before, "the %s task %s (%s) used", fields[2], fields[0], fields[1]) < 0)
		return -1;
	failed = add_share(round, "task above the ext class", before,
			   (double)us / 1e6 / round->seconds, ABOVE_MIN, " of a CPU");
	free(before);
	return failed;
}

int noise_find(const struct result *result, struct strings *reasons, struct strings *kinds)
{
	struct round round = { .result = result, .reasons = reasons, .kinds = kinds };
	const struct entry *above = NULL;
	uint64_t cpus;

	if (result_number(result_value(result, "duration", 1), &round.seconds) ||
	    round.seconds < SECONDS_MIN)
		return 0;
	if (!parse_number(result_value(result, "cpus", 0), 10, 1, CPUS_MAX, &cpus))
		round.cpus = (double)cpus;
	for (size_t i = 0; i < SHARES; i++)
		if (find_share(&round, &shares[i]))
			return -1;
	if (find_frequency(&round) || find_throttling(&round))
		return -1;
	while ((above = entries_next(&result->records, "above", above)))
		if (find_above(&round, above))
			return -1;
	return 0;
}

char *noise_text(const struct result *result, bool has_numbers)
{
	struct strings found = { 0 };
	char *text = NULL;

	if (!noise_find(result, has_numbers ? &found : NULL, has_numbers ? NULL : &found))
		text = strings_join(&found, "; ");
	strings_free(&found);
	return text;
}

int noise_leave_out(struct results *results)
{
	size_t count = results->count, kept = 0;
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		struct result *result = &results->items[i];
		struct strings reasons = { 0 };

		failed = failed || noise_find(result, &reasons, NULL);
		if (!failed && reasons.count)
			result_free(result);
		else
			results->items[kept++] = *result;
		strings_free(&reasons);
	}
	results->count = kept;
	if (failed)
		return report_errno("disturbed");
	if (kept < count)
		report(0, "%zu of %zu results are left out: disturbed", count - kept, count);
	return 0;
}
