/* statistics.h - what a comparison of two samples needs: pure functions, which need only libm
 *
 * All intervals are of 95%, and all p values are two-sided.
 */
#ifndef RESULTS_STATISTICS_H
#define RESULTS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* The 97.5% quantile of the normal distribution. */
#define NORMAL_95 1.959963984540054

struct interval {
	double low, high;
};

/* Returns Wilson's score interval of a share, passed of n, without continuity correction. */
struct interval wilson(size_t passed, size_t n);

/* Returns the p value of Fisher's exact test for passed[0] of n[0] against passed[1] of n[1]. */
double fisher_exact(const size_t passed[2], const size_t n[2]);

/* Returns the smallest p value that Fisher's exact test can have with these numbers. */
double fisher_least(const size_t n[2]);

/* Sorts numbers, none of which may be NaN. */
void sort_numbers(double *values, size_t n);

/* Returns the quantile at, 0 to 1, of n > 0 sorted values; between two of them, linearly. */
double quantile(const double *sorted, size_t n, double at);

double median(const double *sorted, size_t n);

struct sample {
	const double *sorted; /* none is NaN */
	size_t n;	      /* 1 or more */
};

struct rank_sum {
	double u;		  /* pairs in which b is larger; equal ones count half */
	double p;		  /* of the Mann-Whitney test */
	bool is_exact;		  /* not a normal approximation */
	double shift;		  /* Hodges-Lehmann: the median of all differences b - a */
	struct interval interval; /* of the shift, */
	bool has_interval;	  /* unless there are too few values for one */
};

/* Compares b with a. Returns 0, or -1 with errno ENOMEM. */
int rank_sum(const struct sample *a, const struct sample *b, struct rank_sum *found);

/* Returns the p value of the Mann-Whitney test by the normal approximation, for large samples. */
double rank_sum_normal_p(const struct sample *a, const struct sample *b);

/* Returns the smallest p value that the exact Mann-Whitney test can have for so many values. */
double rank_sum_least(size_t na, size_t nb);

#endif
