/* plot_metrics.c - the metrics of a picture of results */
#include <math.h>
#include <stdlib.h>

#include "plot.h"
#include "statistics.h"

static int find_median(const struct metric *metric, size_t side, struct plot_median *found)
{
	double *numbers;

	if (metric_side(metric, side, &numbers, &found->n))
		return -1;
	if (found->n)
		found->value = median(numbers, found->n);
	free(numbers);
	return 0;
}

static int plot_metric(const struct metric *metric, size_t nsides, struct plot_metric *plotted)
{
	*plotted = (struct plot_metric){ .metric = metric,
					 .low = INFINITY,
					 .high = -INFINITY,
					 .medians = calloc(nsides + 1, sizeof(*plotted->medians)) };
	if (!plotted->medians)
		return -1;
	for (size_t i = 0; i < metric->count; i++) {
		plotted->low = fmin(plotted->low, metric->values[i].number);
		plotted->high = fmax(plotted->high, metric->values[i].number);
	}
	for (size_t side = 0; side < nsides; side++)
		if (find_median(metric, side, &plotted->medians[side]))
			return -1;
	return 0;
}

int plot_add_metrics(struct plot_test *test, size_t nsides)
{
	for (size_t side = 0; side < nsides; side++)
		for (size_t i = 0; i < test->sides[side].count; i++)
			if (metrics_add(&test->metrics, test->sides[side].marks[i].result, side, i))
				return -1;
	if (metrics_group(&test->metrics))
		return -1;
	test->plotted = calloc(test->metrics.count + 1, sizeof(*test->plotted));
	if (!test->plotted)
		return -1;
	for (size_t i = 0; i < test->metrics.count; i++)
		if (plot_metric(&test->metrics.items[i], nsides, &test->plotted[test->nplotted++]))
			return -1;
	return 0;
}

bool plot_is_disturbed(const struct plot_test *test, const struct metric_value *value)
{
	return *test->sides[value->side].marks[value->round].disturbed;
}
