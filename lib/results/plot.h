/* plot.h - what a picture of results shows: the rounds and the metrics of each test, side by side
 */
#ifndef RESULTS_PLOT_H
#define RESULTS_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/output.h"
#include "sides.h"

/* How a verdict is drawn. Verdicts that mean the same to a reader have one shape. */
enum shape {
	SHAPE_PASS,
	SHAPE_FAIL,
	SHAPE_SCHEDULER, /* the scheduler failed */
	SHAPE_INCONCLUSIVE,
	SHAPE_SKIP, /* also unsuitable */
	SHAPE_NONE, /* no verdict: interrupted, an error, unfinished */
	SHAPES
};

/* What the shapes mean, for people. */
extern const char *const shape_names[SHAPES];

/* A round. */
struct plot_mark {
	const struct result *result;
	size_t number; /* of its record round, or its place in its side from 1 */
	enum shape shape;
	bool is_disturbed;
};

/* The rounds of one side of a test. */
struct plot_side {
	struct plot_mark *marks;
	size_t count, room;
	size_t shapes[SHAPES]; /* how many have each */
	size_t disturbed;
};

/* A value of a metric. */
struct plot_dot {
	const char *name, *unit;
	size_t side, round; /* its place in the side, from 0 */
	double value;	    /* NAN: the text is no number */
	bool is_disturbed;
};

/* A metric: the dots of one name and unit, by side and round, one for each round. */
struct plot_metric {
	const char *name, *unit;
	const struct plot_dot *dots;
	size_t count;
	size_t bad;	  /* values that are no numbers, which have no dot */
	double low, high; /* of all dots; no meaning if there is none */
};

struct plot_test {
	const char *name;
	struct plot_side *sides; /* as many as the plot has */
	struct plot_dot *dots;
	size_t ndots, dots_room;
	struct plot_metric *metrics; /* by name and unit */
	size_t nmetrics, metrics_room;
};

struct plot {
	const struct sides *sides;
	struct plot_test *tests; /* in the order in which they appear */
	size_t count, room;
	size_t shapes[SHAPES]; /* how many rounds have each */
	size_t disturbed;
};

/*
 * Fills plot, which must be empty, and which points into the sides and their results. Returns 0, or
 * -1 with errno. Free it in both cases.
 */
int plot_make(const struct sides *sides, struct plot *plot);

/* Adds the metrics of the marks of test. Returns 0, or -1 with errno. */
int plot_add_metrics(struct plot_test *test, size_t nsides);

/*
 * Sets *middle to the median of a side's dots, if there are any. Returns the number of its dots, or
 * -1 with errno.
 */
ssize_t plot_median(const struct plot_metric *metric, size_t side, double *middle);

/* Returns where value is between low and high, 0 to 1; 0.5 if these are equal. */
double plot_place(double value, double low, double high);

void plot_free(struct plot *plot);

/* Write it: as an SVG document that needs nothing else, or with characters, in 80 columns if the
 * names are short. Return 0, or -1 with errno. */
int plot_svg(struct output *out, const struct plot *plot);
int plot_text(struct output *out, const struct plot *plot);

#endif
