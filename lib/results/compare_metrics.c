/* compare_metrics.c - compares the metrics of two sides */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* Whether a unit is one of time, or one of a rate. */
static bool is_time(const char *unit)
{
	/* the micro sign, and the Greek letter */
	static const char *const units[] = { "s", "ms", "us", "ns", "\xc2\xb5s", "\xce\xbcs" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(unit, units[i]))
			return true;
	return false;
}

static bool is_rate(const char *unit)
{
	size_t length = strlen(unit);

	return length > 2 && !strcmp(unit + length - 2, "/s");
}

/* Returns the word for B, if it is different. */
static enum word judge(const struct metric_comparison *metric, const struct directions *directions)
{
	bool is_higher = metric->test.u > (double)metric->n[SIDE_A] * (double)metric->n[SIDE_B] / 2;
	bool is_named_less = strings_contain(&directions->less, metric->name);
	bool is_named_more = strings_contain(&directions->more, metric->name);

	if (is_named_less || (!is_named_more && is_time(metric->unit)))
		return is_higher ? WORD_WORSE : WORD_BETTER;
	if (is_named_more || is_rate(metric->unit))
		return is_higher ? WORD_BETTER : WORD_WORSE;
	return is_higher ? WORD_HIGHER : WORD_LOWER;
}

/* Compares the numbers of both sides, of which each has one. Returns 0, or -1 with errno. */
static int test_metric(const struct sample samples[SIDES], const struct directions *directions,
		       struct metric_comparison *metric)
{
	const struct sample *a = &samples[SIDE_A], *b = &samples[SIDE_B];

	if (rank_sum(a, b, &metric->test))
		return -1;
	metric->percent = metric->test.shift / fabs(metric->median[SIDE_A]) * 100;
	if (!isfinite(metric->percent))
		metric->percent = NAN;
	metric->word =
		compare_word(metric->test.p, rank_sum_least(a->n, b->n), judge(metric, directions));
	return 0;
}

static void describe_side(const struct sample *sample, size_t side,
			  struct metric_comparison *metric)
{
	const double *sorted = sample->sorted;
	size_t n = sample->n;

	metric->n[side] = n;
	metric->median[side] = n ? median(sorted, n) : NAN;
	metric->iqr[side] = n ? quantile(sorted, n, 0.75) - quantile(sorted, n, 0.25) : NAN;
}

/* Returns 0, or -1 with errno. */
static int compare_metric(const struct metric *metric, const struct directions *directions,
			  struct metric_comparison *found)
{
	struct sample samples[SIDES] = { 0 };
	double *numbers[SIDES] = { NULL };
	int failed = 0;

	*found = (struct metric_comparison){ .name = metric->name,
					     .unit = metric->unit,
					     .bad = metric->bad };
	for (size_t side = 0; !failed && side < SIDES; side++) {
		failed = metric_side(metric, side, &numbers[side], &samples[side].n);
		samples[side].sorted = numbers[side];
		if (!failed)
			describe_side(&samples[side], side, found);
	}
	if (!failed && found->n[SIDE_A] && found->n[SIDE_B])
		failed = test_metric(samples, directions, found);
	else if (found->n[SIDE_A] || found->n[SIDE_B])
		found->word = found->n[SIDE_A] ? WORD_ONLY_A : WORD_ONLY_B;
	for (size_t side = 0; side < SIDES; side++)
		free(numbers[side]);
	return failed;
}

int compare_metrics(const struct metrics *metrics, const struct directions *directions,
		    struct test_comparison *test)
{
	test->metrics = calloc(metrics->count + 1, sizeof(*test->metrics));
	if (!test->metrics)
		return -1;
	for (size_t i = 0; i < metrics->count; i++)
		if (compare_metric(&metrics->items[i], directions,
				   &test->metrics[test->nmetrics++]))
			return -1;
	return 0;
}
