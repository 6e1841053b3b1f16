/* compare.h - compares the results of two sides: A, and B, which is judged */
#ifndef RESULTS_COMPARE_H
#define RESULTS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "metrics.h"
#include "sides.h"
#include "statistics.h"

enum { SIDE_A, SIDE_B, SIDES };

/* What is said of B. */
enum word {
	WORD_TOO_FEW,	    /* no outcome of so few rounds has p < 0.05 */
	WORD_NO_DIFFERENCE, /* p is 0.05 or more */
	WORD_BETTER,
	WORD_WORSE,
	WORD_HIGHER, /* it is not known which direction is better */
	WORD_LOWER,
	WORD_ONLY_A, /* the other side has none: nothing is compared */
	WORD_ONLY_B,
	WORDS
};

extern const char *const word_names[WORDS];

/* How many rounds passed. */
struct verdict_comparison {
	size_t passed[SIDES];
	size_t n[SIDES]; /* rounds that count: of pass, fail and scheduler-failed */
	struct interval share[SIDES];
	char *left_out[SIDES]; /* how many of each other verdict, such as "2 skip, 1 error", or ""
				*/
	double p;
	enum word word;
};

/* A number that the rounds reported: one value a round, the median if it reported several. */
struct metric_comparison {
	const char *name;
	const char *unit; /* "" if it has none */
	size_t n[SIDES];
	size_t bad;	      /* values of both sides that are no numbers, and do not count */
	double median[SIDES]; /* these only if n is not 0 */
	double iqr[SIDES];    /* the interquartile range */
	struct rank_sum test; /* these only if neither n is 0 */
	double percent;	      /* the shift in percent of A's median; NAN if that is 0 */
	enum word word;
};

struct test_comparison {
	const char *name;
	size_t results[SIDES];
	struct verdict_comparison verdict; /* its word is ONLY_A or ONLY_B: that is all there is */
	struct metric_comparison *metrics; /* by name and unit */
	size_t nmetrics;
};

/* By the names of the tests. */
struct comparison {
	const char *sides[SIDES];
	struct test_comparison *tests;
	size_t ntests, room;
};

/* Names of metrics whose units do not say which direction is better, or say it wrongly. */
struct directions {
	struct strings less, more;
};

/*
 * Compares sides, of which there are two. comparison must be empty; it points into the results, the
 * sides and their names. Returns 0, or -1 with errno. Reports, also if no test is on both sides.
 * Free comparison in both cases.
 */
int compare(const struct sides *sides, const struct directions *directions,
	    struct comparison *comparison);

void comparison_free(struct comparison *comparison);

/* Sets the metrics of test to the comparison of metrics, by side. Returns 0, or -1 with errno. */
int compare_metrics(const struct metrics *metrics, const struct directions *directions,
		    struct test_comparison *test);

/* Returns the word for p, if least is the smallest p that there could be. */
enum word compare_word(double p, double least, enum word if_different);

#endif
