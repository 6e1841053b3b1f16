/* metrics.c - the numbers that rounds reported, one a round for each metric */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "escape.h"
#include "statistics.h"

bool verdict_has_metrics(const char *verdict)
{
	return !strcmp(verdict, "pass") || !strcmp(verdict, "fail") ||
	       !strcmp(verdict, "inconclusive");
}

int metrics_add(struct metrics *metrics, const struct result *result, size_t side, size_t round)
{
	const struct entry *entry = NULL;

	if (!verdict_has_metrics(result_value(result, "verdict", 0)))
		return 0;
	while ((entry = entries_next(&result->records, "metric", entry))) {
		char **fields = entry->fields.items;
		struct metric_value value = { fields[0], entry->fields.count > 2 ? fields[2] : "",
					      side, round, NAN };

		if (result_number(fields[1], &value.number))
			value.number = NAN;
		if (array_grow(&metrics->values, metrics->nvalues, &metrics->values_room,
			       sizeof(value)))
			return -1;
		metrics->values[metrics->nvalues++] = value;
	}
	return 0;
}

static int compare_names(const struct metric_value *x, const struct metric_value *y)
{
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->unit, y->unit);
}

static int compare_rounds(const struct metric_value *x, const struct metric_value *y)
{
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return (x->round > y->round) - (x->round < y->round);
}

static int compare_values(const void *a, const void *b)
{
	const struct metric_value *x = a, *y = b;
	int order = compare_names(x, y);

	return order ? order : compare_rounds(x, y);
}

/* Sets *middle to the median of values[0..count), of which there is one. Returns 0, or -1. */
static int median_of(const struct metric_value *values, size_t count, double *middle)
{
	double *numbers = calloc(count, sizeof(*numbers));

	if (!numbers)
		return -1;
	for (size_t i = 0; i < count; i++)
		numbers[i] = values[i].number;
	sort_numbers(numbers, count);
	*middle = median(numbers, count);
	free(numbers);
	return 0;
}

/* Makes one value of each round of values[0..count), a metric. Returns 0, or -1 with errno. */
static int take_metric(struct metric_value *values, size_t count, struct metric *metric)
{
	size_t numbers = 0;

	*metric = (struct metric){ .name = values->name, .unit = values->unit, .values = values };
	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i].number))
			values[numbers++] = values[i];
	metric->bad = count - numbers;
	for (size_t i = 0, end; i < numbers; i = end) {
		struct metric_value value = values[i];

		for (end = i + 1; end < numbers && !compare_rounds(&value, &values[end]);)
			end++;
		if (median_of(values + i, end - i, &value.number))
			return -1;
		values[metric->count++] = value;
	}
	return 0;
}

int metrics_group(struct metrics *metrics)
{
	struct metric_value *values = metrics->values;
	size_t count = metrics->nvalues;

	if (count)
		qsort(values, count, sizeof(*values), compare_values);
	for (size_t i = 0, end; i < count; i = end) {
		struct metric metric;

		for (end = i + 1; end < count && !compare_names(&values[i], &values[end]);)
			end++;
		if (take_metric(values + i, end - i, &metric) ||
		    array_grow(&metrics->items, metrics->count, &metrics->room, sizeof(metric)))
			return -1;
		metrics->items[metrics->count++] = metric;
	}
	return 0;
}

int metric_side(const struct metric *metric, size_t side, double **numbers, size_t *n)
{
	*n = 0;
	*numbers = calloc(metric->count + 1, sizeof(**numbers));
	if (!*numbers)
		return -1;
	for (size_t i = 0; i < metric->count; i++)
		if (metric->values[i].side == side)
			(*numbers)[(*n)++] = metric->values[i].number;
	sort_numbers(*numbers, *n);
	return 0;
}

void metric_write_name(struct output *out, const char *name, const char *unit)
{
	escape_write(out, name, "");
	if (!*unit)
		return;
	output_puts(out, " (");
	escape_write(out, unit, "");
	output_puts(out, ")");
}

void metrics_free(struct metrics *metrics)
{
	free(metrics->values);
	free(metrics->items);
	*metrics = (struct metrics){ 0 };
}
