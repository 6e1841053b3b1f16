/* metrics.h - the numbers that rounds reported, one a round for each metric */
#ifndef RESULTS_METRICS_H
#define RESULTS_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/output.h"
#include "result_text.h"

/* What a round reported. */
struct metric_value {
	const char *name, *unit; /* of the result; the unit is "" if there is none */
	size_t side, round;	 /* of the caller */
	double number;		 /* NAN: the text is no number */
};

/* A metric: the values of one name and unit, by side and round. */
struct metric {
	const char *name, *unit;
	const struct metric_value *values; /* one for each round; all are numbers */
	size_t count;
	size_t bad; /* values that are no numbers, which are not among them */
};

/* Zero-initialised, it is empty. */
struct metrics {
	struct metric_value *values;
	size_t nvalues, values_room;
	struct metric *items; /* by name and unit */
	size_t count, room;
};

/* Whether the metrics of a round with this verdict count: the test has come to its end. */
bool verdict_has_metrics(const char *verdict);

/*
 * Adds what a round reported, if it counts. Its verdict decides that. metrics points into result.
 * Returns 0, or -1 with errno.
 */
int metrics_add(struct metrics *metrics, const struct result *result, size_t side, size_t round);

/*
 * Fills metrics->items from what was added. Several values of one metric in one round become their
 * median: rounds are independent of each other, and the values of one round are not. Call it once,
 * at the end. Returns 0, or -1 with errno.
 */
int metrics_group(struct metrics *metrics);

/*
 * Sets *numbers to those of one side, sorted, and *n to how many there are. The caller frees it.
 * Returns 0, or -1 with errno.
 */
int metric_side(const struct metric *metric, size_t side, double **numbers, size_t *n);

/* Writes the name and, in parentheses, the unit if there is one, as escape_write does. */
void metric_write_name(struct output *out, const char *name, const char *unit);

void metrics_free(struct metrics *metrics);

#endif
