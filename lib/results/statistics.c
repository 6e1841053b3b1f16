/* statistics.c - shares and quantiles; the comparison of two samples is in rank_sum.c */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

struct interval wilson(size_t passed, size_t n)
{
	const double z = NORMAL_95;
	double total = (double)n, share, middle, half;
	struct interval all = { 0, 1 }, found;

	if (!n)
		return all;
	share = (double)passed / total;
	middle = share + z * z / (2 * total);
	half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total));
	found.low = passed ? (middle - half) / (1 + z * z / total) : 0;
	found.high = passed < n ? (middle + half) / (1 + z * z / total) : 1;
	return found;
}

/* Returns the logarithm of n over k. */
static double log_choose(size_t n, size_t k)
{
	int sign;

	return lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
	       lgamma_r((double)(n - k) + 1, &sign);
}

/*
 * With all four sums of the table given, passed[0] has a hypergeometric distribution. p is the sum
 * of the probabilities that are not larger than that of the table. Equal ones may differ a little
 * as they are computed.
 */
double fisher_exact(const size_t passed[2], const size_t n[2])
{
	size_t passes = passed[0] + passed[1];
	size_t first = passes > n[1] ? passes - n[1] : 0, last = passes < n[0] ? passes : n[0];
	double all = log_choose(n[0] + n[1], passes), sum = 0;
	double limit = log_choose(n[0], passed[0]) + log_choose(n[1], passed[1]) + 1e-7;

	for (size_t i = first; i <= last; i++) {
		double ways = log_choose(n[0], i) + log_choose(n[1], passes - i);

		if (ways <= limit)
			sum += exp(ways - all);
	}
	return fmin(sum, 1);
}

double fisher_least(const size_t n[2])
{
	const size_t passed[2] = { n[0], 0 };

	return fisher_exact(passed, n);
}

double rank_sum_least(size_t na, size_t nb)
{
	return fmin(2 * exp(-log_choose(na + nb, na)), 1);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void sort_numbers(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_numbers);
}

double quantile(const double *sorted, size_t n, double at)
{
	double place = at * (double)(n - 1), below = floor(place), part = place - below;
	size_t i = (size_t)below;

	if (part <= 0 || sorted[i] == sorted[i + 1])
		return sorted[i];
	return sorted[i] * (1 - part) + sorted[i + 1] * part; /* their difference may overflow */
}

double median(const double *sorted, size_t n)
{
	return quantile(sorted, n, 0.5);
}
