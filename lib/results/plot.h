/* plot.h - what a picture of results shows: the verdict of each round, and the metrics, side by
 * side */
#ifndef RESULTS_PLOT_H
#define RESULTS_PLOT_H

#include <stddef.h>

#include "base/output.h"
#include "sides.h"

enum mark {
	MARK_PASS,
	MARK_FAIL,
	MARK_SCHEDULER, /* the scheduler failed */
	MARK_UNSURE,
	MARK_SKIP,
	MARK_NONE, /* no verdict: interrupted, an error, unfinished */
	MARKS
};

/* Words for them, such as "pass". */
extern const char *const mark_names[MARKS];

enum mark mark_of(const struct result *result);

struct plot_values {
	double *sorted;
	size_t count, room;
};

struct plot_metric {
	const char *name, *unit;    /* of the results; unit is "" if there is none */
	struct plot_values *values; /* one for each side */
	double least, most;	    /* of all sides */
};

/* Zero-initialised, it is empty. */
struct plot {
	const struct sides *sides;
	struct plot_metric *metrics; /* in the order in which they appear */
	size_t nmetrics, room;
};

/*
 * Fills plot, which points into sides and their results. A value that is no finite number is left
 * out, and so are those of rounds whose test did not come to its end. Returns 0, or -1 with errno.
 * Call plot_free in both cases.
 */
int plot_make(const struct sides *sides, struct plot *plot);

/* Returns where value is between the metric's least and most, from 0 to 1. */
double plot_place(const struct plot_metric *metric, double value);

/* Returns how many rounds of a side have each mark: counts has room for MARKS numbers. */
void plot_count(const struct side *side, size_t counts[MARKS]);

void plot_free(struct plot *plot);

/* One SVG picture, without scripts and fonts of others, for light and dark. -1 with errno. */
int plot_svg(struct output *out, const struct plot *plot);

/* The same with characters, in 80 columns. -1 with errno. */
int plot_text(struct output *out, const struct plot *plot);

#endif
