/* plot_metrics.c - the metrics of a picture of results
 *
 * Which rounds have metrics, and that several values of a round become one, is as in --compare.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare.h"
#include "plot.h"

static int add_dots(struct plot_test *test, const struct plot_mark *mark, size_t side, size_t round)
{
	const struct entry *entry = NULL;

	while ((entry = entries_next(&mark->result->records, "metric", entry))) {
		struct plot_dot dot = { .side = side,
					.round = round,
					.is_disturbed = mark->is_disturbed };

		dot.name = entry->fields.items[0];
		dot.unit = entry->fields.count > 2 ? entry->fields.items[2] : "";
		if (result_number(entry->fields.items[1], &dot.value))
			dot.value = NAN;
		if (array_grow(&test->dots, test->ndots, &test->dots_room, sizeof(dot)))
			return -1;
		test->dots[test->ndots++] = dot;
	}
	return 0;
}

static int compare_names(const struct plot_dot *x, const struct plot_dot *y)
{
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->unit, y->unit);
}

static int compare_dots(const void *a, const void *b)
{
	const struct plot_dot *x = a, *y = b;
	int order = compare_names(x, y);

	if (order)
		return order;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return (x->round > y->round) - (x->round < y->round);
}

static bool is_same_round(const struct plot_dot *x, const struct plot_dot *y)
{
	return x->side == y->side && x->round == y->round;
}

/* Returns the median of the values of dots, whose count is 1 or more. NAN with errno. */
static double dots_median(const struct plot_dot *dots, size_t count)
{
	double *values = calloc(count, sizeof(*values));
	double middle = NAN;

	for (size_t i = 0; values && i < count; i++)
		values[i] = dots[i].value;
	if (values) {
		sort_numbers(values, count);
		middle = median(values, count);
	}
	free(values);
	return middle;
}

/* Makes one dot of each round of dots[0..count), a metric. Returns 0, or -1 with errno. */
static int take_metric(struct plot_dot *dots, size_t count, struct plot_metric *metric)
{
	size_t numbers = 0, n = 0;

	*metric = (struct plot_metric){ .name = dots->name, .unit = dots->unit, .dots = dots };
	for (size_t i = 0; i < count; i++)
		if (!isnan(dots[i].value))
			dots[numbers++] = dots[i];
	metric->bad = count - numbers;
	for (size_t i = 0, end; i < numbers; i = end) {
		struct plot_dot dot = dots[i];

		for (end = i + 1; end < numbers && is_same_round(&dots[i], &dots[end]);)
			end++;
		dot.value = dots_median(dots + i, end - i);
		if (isnan(dot.value))
			return -1;
		dots[n++] = dot;
		metric->low = n == 1 ? dot.value : fmin(metric->low, dot.value);
		metric->high = n == 1 ? dot.value : fmax(metric->high, dot.value);
	}
	metric->count = n;
	return 0;
}

int plot_add_metrics(struct plot_test *test, size_t nsides)
{
	for (size_t side = 0; side < nsides; side++)
		for (size_t i = 0; i < test->sides[side].count; i++) {
			const struct plot_mark *mark = &test->sides[side].marks[i];

			if (verdict_has_metrics(result_value(mark->result, "verdict", 0)) &&
			    add_dots(test, mark, side, i))
				return -1;
		}
	if (test->ndots)
		qsort(test->dots, test->ndots, sizeof(*test->dots), compare_dots);
	for (size_t i = 0, end; i < test->ndots; i = end) {
		struct plot_metric metric;

		for (end = i + 1;
		     end < test->ndots && !compare_names(&test->dots[i], &test->dots[end]);)
			end++;
		if (take_metric(test->dots + i, end - i, &metric) ||
		    array_grow(&test->metrics, test->nmetrics, &test->metrics_room, sizeof(metric)))
			return -1;
		test->metrics[test->nmetrics++] = metric;
	}
	return 0;
}

ssize_t plot_median(const struct plot_metric *metric, size_t side, double *middle)
{
	size_t first = 0, end;

	while (first < metric->count && metric->dots[first].side < side)
		first++;
	for (end = first; end < metric->count && metric->dots[end].side == side;)
		end++;
	if (end == first)
		return 0;
	*middle = dots_median(metric->dots + first, end - first);
	return isnan(*middle) ? -1 : (ssize_t)(end - first);
}
