/* plot.h - what a picture of results shows: the rounds and the metrics of each test, side by side
 */
#ifndef RESULTS_PLOT_H
#define RESULTS_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/output.h"
#include "metrics.h"
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
	char *disturbed; /* what disturbed it, "" if nothing did */
};

/* The rounds of one side of a test. */
struct plot_side {
	struct plot_mark *marks;
	size_t count, room;
	size_t shapes[SHAPES]; /* how many have each */
	size_t disturbed;
};

struct plot_median {
	size_t n; /* how many rounds have a value */
	double value;
};

/* A metric, with what all its values need that a picture shows. */
struct plot_metric {
	const struct metric *metric;
	double low, high;	     /* of all values; no meaning if there is none */
	struct plot_median *medians; /* one for each side */
};

struct plot_test {
	const char *name;
	struct plot_side *sides;     /* as many as the plot has */
	struct metrics metrics;	     /* a value's side and round are places in sides and marks */
	struct plot_metric *plotted; /* one for each of metrics */
	size_t nplotted;
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

/* Whether something disturbed the round that a value of a metric is of. */
bool plot_is_disturbed(const struct plot_test *test, const struct metric_value *value);

/* Returns where value is between low and high, 0 to 1; 0.5 if these are equal. */
double plot_place(double value, double low, double high);

void plot_free(struct plot *plot);

/* Write it: as an SVG document that needs nothing else, or with characters, in 80 columns if the
 * names are short. */
void plot_svg(struct output *out, const struct plot *plot);
void plot_text(struct output *out, const struct plot *plot);

#endif
