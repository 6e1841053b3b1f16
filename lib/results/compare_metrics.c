/* compare_metrics.c - compares the metrics of two sides */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare.h"

/* One value that a round reported. */
struct value {
	const char *name, *unit;
	size_t side, round;
	double number; /* NAN: it is none */
};

struct values {
	struct value *items;
	size_t count, room;
};

/* Adds the metrics of a round. Returns 0, or -1 with errno. */
static int add_values(struct values *values, const struct result *result, size_t side, size_t round)
{
	const struct entry *entry = NULL;

	while ((entry = entries_next(&result->records, "metric", entry))) {
		char **fields = entry->fields.items;
		struct value value = { fields[0], entry->fields.count > 2 ? fields[2] : "", side,
				       round, NAN };

		if (result_number(fields[1], &value.number))
			value.number = NAN;
		if (array_grow(&values->items, values->count, &values->room, sizeof(value)))
			return -1;
		values->items[values->count++] = value;
	}
	return 0;
}

static int compare_names(const struct value *x, const struct value *y)
{
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->unit, y->unit);
}

static int compare_values(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	int order = compare_names(x, y);

	if (order)
		return order;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return (x->round > y->round) - (x->round < y->round);
}

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

static int test_metric(struct metric_comparison *metric, const double *const numbers[SIDES],
		       const struct directions *directions)
{
	const struct sample a = { numbers[SIDE_A], metric->n[SIDE_A] };
	const struct sample b = { numbers[SIDE_B], metric->n[SIDE_B] };

	if (!a.n || !b.n) {
		if (a.n || b.n)
			metric->word = a.n ? WORD_ONLY_A : WORD_ONLY_B;
		return 0;
	}
	if (rank_sum(&a, &b, &metric->test))
		return -1;
	metric->percent = metric->test.shift / fabs(metric->median[SIDE_A]) * 100;
	if (!isfinite(metric->percent))
		metric->percent = NAN;
	metric->word =
		compare_word(metric->test.p, rank_sum_least(a.n, b.n), judge(metric, directions));
	return 0;
}

/*
 * Moves the numbers of one side to numbers, sorted: one a round, the median if it has several.
 * Rounds are independent of each other, and the values of one round are not. Returns their count.
 */
static size_t take_rounds(const struct value *values, size_t count, double *numbers)
{
	size_t n = 0;

	for (size_t i = 0, end; i < count; i = end) {
		size_t first = n;

		for (end = i; end < count && values[end].round == values[i].round; end++)
			if (!isnan(values[end].number))
				numbers[n++] = values[end].number;
		if (n == first)
			continue;
		sort_numbers(numbers + first, n - first);
		numbers[first] = median(numbers + first, n - first);
		n = first + 1;
	}
	sort_numbers(numbers, n);
	return n;
}

/* Compares values[0..count), which are those of one name and unit. Returns 0, or -1 with errno. */
static int compare_metric(const struct value *values, size_t count,
			  const struct directions *directions, struct metric_comparison *metric)
{
	double *numbers = calloc(count, sizeof(*numbers));
	const double *of[SIDES];
	int failed;

	if (!numbers)
		return -1;
	*metric = (struct metric_comparison){ .name = values->name, .unit = values->unit };
	for (size_t i = 0; i < count; i++)
		metric->bad += isnan(values[i].number) != 0;
	for (size_t side = 0, at = 0, end; side < SIDES; side++, at = end) {
		size_t n;

		for (end = at; end < count && values[end].side == side;)
			end++;
		n = take_rounds(values + at, end - at, numbers + at);
		of[side] = numbers + at;
		metric->n[side] = n;
		metric->median[side] = n ? median(of[side], n) : NAN;
		metric->iqr[side] =
			n ? quantile(of[side], n, 0.75) - quantile(of[side], n, 0.25) : NAN;
	}
	failed = test_metric(metric, of, directions);
	free(numbers);
	return failed;
}

int compare_metrics(const struct result **const items[SIDES], const size_t count[SIDES],
		    const struct directions *directions, struct test_comparison *test)
{
	struct values values = { 0 };
	int failed = -1;

	for (size_t side = 0; side < SIDES; side++)
		for (size_t i = 0; i < count[side]; i++)
			if (verdict_has_metrics(result_value(items[side][i], "verdict", 0)) &&
			    add_values(&values, items[side][i], side, i))
				goto out;
	if (values.count)
		qsort(values.items, values.count, sizeof(*values.items), compare_values);
	for (size_t i = 0, end; i < values.count; i = end) {
		struct metric_comparison metric;

		for (end = i + 1;
		     end < values.count && !compare_names(&values.items[i], &values.items[end]);)
			end++;
		if (compare_metric(values.items + i, end - i, directions, &metric) ||
		    array_grow(&test->metrics, test->nmetrics, &test->room, sizeof(metric)))
			goto out;
		test->metrics[test->nmetrics++] = metric;
	}
	failed = 0;
out:
	free(values.items);
	return failed;
}
