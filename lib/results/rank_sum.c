/* rank_sum.c - compares two samples: the Mann-Whitney test and the Hodges-Lehmann shift
 *
 * The test ranks all values together and asks how unusual the sum of the ranks of one sample is.
 * If the samples do not differ, each choice of ranks is as likely as any other, so the exact
 * distribution is counted: ways[j][s] is how many sets of j ranks have the sum s. That holds with
 * equal values as well, which share the mean of their ranks. Ranks are doubled, so that these
 * means are whole numbers. Large samples have the normal approximation.
 *
 * The interval of the shift has as its ends the k-th smallest and the k-th largest difference. k
 * comes from the distribution without equal values: if there are none, p is below 5% just when 0 is
 * not in the interval. With equal values the interval still covers the shift in 95% of all cases.
 */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

/* The exact distribution takes time and memory by the square of this: 50 values against 50. */
enum { EXACT_MAX = 5000 };

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_small(size_t na, size_t nb)
{
	return smaller(na, nb) * (na + nb) <= EXACT_MAX;
}

/* The ranks of both samples together. */
struct ranks {
	size_t *doubled; /* in ascending order, NULL: not wanted */
	size_t n;
	double sum;  /* of the doubled ranks of b */
	double ties; /* the sum of t^3 - t over each value that stands t times */
};

static size_t count_equal(const struct sample *sample, size_t from, double value)
{
	size_t n = 0;

	while (from + n < sample->n && sample->sorted[from + n] == value)
		n++;
	return n;
}

static void rank(const struct sample *a, const struct sample *b, struct ranks *ranks)
{
	size_t i = 0, j = 0;

	while (i < a->n || j < b->n) {
		bool is_next_in_a = j == b->n || (i < a->n && a->sorted[i] < b->sorted[j]);
		double value = is_next_in_a ? a->sorted[i] : b->sorted[j];
		size_t in_a = count_equal(a, i, value), in_b = count_equal(b, j, value);
		size_t equal = in_a + in_b, doubled = 2 * (i + j) + equal + 1;

		for (size_t n = 0; ranks->doubled && n < equal; n++)
			ranks->doubled[i + j + n] = doubled;
		ranks->sum += (double)in_b * (double)doubled;
		ranks->ties += pow((double)equal, 3) - (double)equal;
		i += in_a;
		j += in_b;
	}
	ranks->n = i + j;
}

/* The sums that sets of so many ranks can have. */
struct distribution {
	double *ways; /* of the sums 0 to max: those of sets of all sizes, and then of the last */
	double *last;
	size_t max;
	double total; /* of last */
};

/* Counts the sets of size ranks. Returns 0, or -1 with errno. The caller frees ways. */
static int count_sets(const size_t *ranks, size_t n, size_t size, struct distribution *found)
{
	size_t width;

	*found = (struct distribution){ 0 };
	for (size_t i = n - size; i < n; i++)
		found->max += ranks[i];
	width = found->max + 1;
	found->ways = calloc((size + 1) * width, sizeof(*found->ways));
	if (!found->ways)
		return -1;
	found->ways[0] = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = smaller(i + 1, size); j > 0; j--) {
			double *to = found->ways + j * width, *from = to - width;

			for (size_t sum = ranks[i]; sum < width; sum++)
				to[sum] += from[sum - ranks[i]];
		}
	found->last = found->ways + size * width;
	for (size_t sum = 0; sum < width; sum++)
		found->total += found->last[sum];
	return 0;
}

/* Returns the share of sets whose sum is at least as far from the mean; NAN: no memory. */
static double rank_sum_exact_p(const struct sample *a, const struct sample *b)
{
	struct ranks ranks = { .doubled = calloc(a->n + b->n + 1, sizeof(*ranks.doubled)) };
	size_t size = smaller(a->n, b->n);
	struct distribution sums = { 0 };
	double p = NAN;

	if (!ranks.doubled)
		return NAN;
	rank(a, b, &ranks);
	if (!count_sets(ranks.doubled, ranks.n, size, &sums)) {
		/* the sum of a is as far from its mean as that of b */
		double far = fabs(ranks.sum - (double)b->n * (double)(ranks.n + 1));
		double mean = (double)size * (double)(ranks.n + 1), ways = 0;

		for (size_t sum = 0; sum <= sums.max; sum++)
			if (fabs((double)sum - mean) >= far)
				ways += sums.last[sum];
		p = ways / sums.total;
	}
	free(sums.ways);
	free(ranks.doubled);
	return p;
}

static double u_of(const struct ranks *ranks, const struct sample *b)
{
	return (ranks->sum - (double)b->n * (double)(b->n + 1)) / 2;
}

/* With corrections for equal values and for continuity. */
double rank_sum_normal_p(const struct sample *a, const struct sample *b)
{
	struct ranks ranks = { 0 };
	double pairs = (double)a->n * (double)b->n, n = (double)(a->n + b->n), far, variance;

	rank(a, b, &ranks);
	far = fabs(u_of(&ranks, b) - pairs / 2) - 0.5;
	variance = pairs / 12 * (n + 1 - (n > 1 ? ranks.ties / (n * (n - 1)) : 0));
	return far > 0 && variance > 0 ? erfc(far / sqrt(2 * variance)) : 1;
}

/* Sets k, counted from 1, of the differences that end the interval; 0: none. Returns 0, or -1. */
static int exact_end(size_t na, size_t nb, size_t *k)
{
	size_t size = smaller(na, nb), n = na + nb, *ranks = calloc(n + 1, sizeof(*ranks));
	struct distribution sums;
	double ways = 0;

	if (!ranks)
		return -1;
	for (size_t i = 0; i < n; i++)
		ranks[i] = i + 1;
	if (count_sets(ranks, n, size, &sums)) {
		free(ranks);
		return -1;
	}
	/* k is the first U whose probability, with all below it, is not under 2.5% */
	for (*k = 0;; ++*k) {
		ways += sums.last[size * (size + 1) / 2 + *k];
		if (ways / sums.total >= 0.025 * (1 - 1e-9))
			break;
	}
	free(sums.ways);
	free(ranks);
	return 0;
}

static size_t normal_end(size_t na, size_t nb)
{
	double pairs = (double)na * (double)nb;
	double k = pairs / 2 + 0.5 - NORMAL_95 * sqrt(pairs * (double)(na + nb + 1) / 12);

	return k > 1 ? (size_t)(ceil(k) - 1) : 0;
}

/* Returns how many differences b - a are at most limit. */
static size_t count_differences(const struct sample *a, const struct sample *b, double limit)
{
	size_t count = 0, j = 0;

	for (size_t i = 0; i < a->n; i++) {
		while (j < b->n && b->sorted[j] - a->sorted[i] <= limit)
			j++;
		count += j;
	}
	return count;
}

/*
 * Returns the k-th smallest difference, k from 1: the smallest number that k differences do not
 * exceed, by halving. A list of all differences might not fit in memory.
 */
static double find_difference(const struct sample *a, const struct sample *b, size_t k)
{
	double low = b->sorted[0] - a->sorted[a->n - 1], high = b->sorted[b->n - 1] - a->sorted[0];

	if (count_differences(a, b, low) >= k)
		return low;
	for (;;) {
		double middle = low / 2 + high / 2;

		if (!(middle > low && middle < high))
			return high + 0.0; /* no -0 */
		if (count_differences(a, b, middle) >= k)
			high = middle;
		else
			low = middle;
	}
}

int rank_sum(const struct sample *a, const struct sample *b, struct rank_sum *found)
{
	size_t pairs = a->n * b->n, k;
	struct ranks ranks = { 0 };

	rank(a, b, &ranks);
	*found = (struct rank_sum){ .u = u_of(&ranks, b), .is_exact = is_small(a->n, b->n) };
	if (!found->is_exact)
		k = normal_end(a->n, b->n);
	else if (exact_end(a->n, b->n, &k))
		return -1;
	found->p = found->is_exact ? rank_sum_exact_p(a, b) : rank_sum_normal_p(a, b);
	if (isnan(found->p))
		return -1;
	found->shift = find_difference(a, b, (pairs + 1) / 2) / 2 +
		       find_difference(a, b, pairs / 2 + 1) / 2;
	found->has_interval = k > 0;
	if (k) {
		found->interval.low = find_difference(a, b, k);
		found->interval.high = find_difference(a, b, pairs + 1 - k);
	}
	return 0;
}
