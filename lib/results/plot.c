/* plot.c - what a picture of results shows */
#include "plot.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compare.h"
#include "statistics.h"

const char *const mark_names[MARKS] = {
	[MARK_PASS] = "pass",		[MARK_FAIL] = "fail", [MARK_SCHEDULER] = "scheduler failed",
	[MARK_UNSURE] = "inconclusive", [MARK_SKIP] = "skip", [MARK_NONE] = "no verdict",
};

enum mark mark_of(const struct result *result)
{
	static const struct {
		const char *verdict;
		enum mark mark;
	} marks[] = {
		{ "pass", MARK_PASS },
		{ "fail", MARK_FAIL },
		{ "scheduler-failed", MARK_SCHEDULER },
		{ "inconclusive", MARK_UNSURE },
		{ "skip", MARK_SKIP },
		{ "unsuitable", MARK_SKIP },
	};
	const char *verdict = result_value(result, "verdict", 0);

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (!strcmp(verdict, marks[i].verdict))
			return marks[i].mark;
	return MARK_NONE;
}

void plot_count(const struct side *side, size_t counts[MARKS])
{
	memset(counts, 0, MARKS * sizeof(*counts));
	for (size_t i = 0; i < side->count; i++)
		counts[mark_of(side->items[i])]++;
}

/* Returns the metric, new if it was not there. NULL with errno. */
static struct plot_metric *find_metric(struct plot *plot, const char *name, const char *unit)
{
	struct plot_metric metric = { .name = name, .unit = unit };

	for (size_t i = 0; i < plot->nmetrics; i++)
		if (!strcmp(plot->metrics[i].name, name) && !strcmp(plot->metrics[i].unit, unit))
			return &plot->metrics[i];
	if (array_grow(&plot->metrics, plot->nmetrics, &plot->room, sizeof(metric)))
		return NULL;
	metric.values = calloc(plot->sides->count, sizeof(*metric.values));
	if (!metric.values)
		return NULL;
	plot->metrics[plot->nmetrics] = metric;
	return &plot->metrics[plot->nmetrics++];
}

static int add_value(struct plot *plot, size_t side, const struct entry *entry)
{
	char **fields = entry->fields.items;
	struct plot_metric *metric;
	struct plot_values *values;
	double value;

	if (result_number(fields[1], &value))
		return 0;
	metric = find_metric(plot, fields[0], entry->fields.count > 2 ? fields[2] : "");
	if (!metric)
		return -1;
	values = &metric->values[side];
	if (array_grow(&values->sorted, values->count, &values->room, sizeof(value)))
		return -1;
	values->sorted[values->count++] = value;
	return 0;
}

static int add_values(struct plot *plot, size_t side, const struct result *result)
{
	const struct entry *entry = NULL;

	if (!verdict_has_metrics(result_value(result, "verdict", 0)))
		return 0;
	while ((entry = entries_next(&result->records, "metric", entry)))
		if (add_value(plot, side, entry))
			return -1;
	return 0;
}

/* Sorts the values of all sides, and sets their bounds. */
static void finish_metric(struct plot_metric *metric, size_t nsides)
{
	bool is_first = true;

	for (size_t i = 0; i < nsides; i++) {
		struct plot_values *values = &metric->values[i];

		if (!values->count)
			continue;
		sort_numbers(values->sorted, values->count);
		if (is_first || values->sorted[0] < metric->least)
			metric->least = values->sorted[0];
		if (is_first || values->sorted[values->count - 1] > metric->most)
			metric->most = values->sorted[values->count - 1];
		is_first = false;
	}
}

int plot_make(const struct sides *sides, struct plot *plot)
{
	plot->sides = sides;
	for (size_t i = 0; i < sides->count; i++)
		for (size_t j = 0; j < sides->items[i].count; j++)
			if (add_values(plot, i, sides->items[i].items[j]))
				return -1;
	for (size_t i = 0; i < plot->nmetrics; i++)
		finish_metric(&plot->metrics[i], sides->count);
	return 0;
}

double plot_place(const struct plot_metric *metric, double value)
{
	double width = metric->most / 2 - metric->least / 2; /* halves: they do not overflow */

	return width > 0 ? (value / 2 - metric->least / 2) / width : 0.5;
}

void plot_free(struct plot *plot)
{
	for (size_t i = 0; i < plot->nmetrics; i++) {
		for (size_t j = 0; j < plot->sides->count; j++)
			free(plot->metrics[i].values[j].sorted);
		free(plot->metrics[i].values);
	}
	free(plot->metrics);
	*plot = (struct plot){ 0 };
}
