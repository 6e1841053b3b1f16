/* statistics.c - lets bats call lib/results/statistics.h, also with many random samples */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/statistics.h"

enum { VALUES_MAX = 1000, DRAWS = 1000 };

/* wilson PASSED N */
static int print_wilson(char **args)
{
	struct interval found = wilson(strtoull(args[0], NULL, 10), strtoull(args[1], NULL, 10));

	printf("%.4f %.4f\n", found.low, found.high);
	return 0;
}

/* fisher PASSED N PASSED N: p, and the least p with these N */
static int print_fisher(char **args)
{
	size_t numbers[4];

	for (size_t i = 0; i < 4; i++)
		numbers[i] = strtoull(args[i], NULL, 10);
	{
		const size_t passed[2] = { numbers[0], numbers[2] },
			     n[2] = { numbers[1], numbers[3] };

		printf("%.7g %.7g\n", fisher_exact(passed, n), fisher_least(n));
	}
	return 0;
}

/* rank-sum A... -- B...: U, p, the approximate p, shift and interval, how p was made */
static int print_rank_sum(int argc, char **args)
{
	static double values[2][VALUES_MAX];
	size_t n[2] = { 0, 0 }, side = 0;
	struct sample samples[2];
	struct rank_sum found;

	for (int i = 0; i < argc && i < VALUES_MAX; i++) {
		if (!strcmp(args[i], "--"))
			side = 1;
		else
			values[side][n[side]++] = strtod(args[i], NULL);
	}
	for (side = 0; side < 2; side++) {
		sort_numbers(values[side], n[side]);
		samples[side] = (struct sample){ values[side], n[side] };
	}
	if (rank_sum(&samples[0], &samples[1], &found))
		return 1;
	printf("%g %.7g %.7g %.6g", found.u, found.p, rank_sum_normal_p(&samples[0], &samples[1]),
	       found.shift);
	if (found.has_interval)
		printf(" %.6g %.6g", found.interval.low, found.interval.high);
	else
		printf(" - -");
	printf(" %s\n", found.is_exact ? "exact" : "normal");
	return 0;
}

/* Marsaglia's xorshift64*: the same numbers with every C library. Returns 0 to 1, neither of them.
 */
static double draw(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return ((double)(state * 2685821657736338717u >> 11) + 0.5) / 9007199254740992.0;
}

static double draw_normal(void)
{
	return sqrt(-2 * log(draw())) * cos(2 * acos(-1) * draw());
}

/* normal, skewed: a long tail, as latencies have; counts: few whole numbers, so many are equal */
static double draw_as(const char *kind)
{
	double value = draw_normal();

	if (!strcmp(kind, "skewed"))
		return exp(value);
	return strcmp(kind, "counts") ? value : round(value);
}

/* draws KIND NA NB SHIFT: of 1000 draws, how many have p < 0.05, and how many intervals have SHIFT
 */
static int print_draws(char **args)
{
	static double values[2][VALUES_MAX];
	size_t n[2] = { strtoull(args[1], NULL, 10), strtoull(args[2], NULL, 10) };
	double shift = strtod(args[3], NULL);
	struct sample samples[2] = { { values[0], n[0] }, { values[1], n[1] } };
	int differ = 0, cover = 0;
	struct rank_sum found;

	for (int i = 0; i < DRAWS; i++) {
		for (size_t side = 0; side < 2; side++) {
			for (size_t k = 0; k < n[side]; k++)
				values[side][k] = draw_as(args[0]) + (side ? shift : 0);
			sort_numbers(values[side], n[side]);
		}
		if (rank_sum(&samples[0], &samples[1], &found))
			return 1;
		differ += found.p < 0.05;
		cover += found.interval.low <= shift + 1e-9 && shift - 1e-9 <= found.interval.high;
	}
	printf("%d %d\n", differ, cover);
	return 0;
}

/* shares NA NB SHARE-A SHARE-B: of 1000 draws, how many have p < 0.05 */
static int print_shares(char **args)
{
	const size_t n[2] = { strtoull(args[0], NULL, 10), strtoull(args[1], NULL, 10) };
	int differ = 0;

	for (int i = 0; i < DRAWS; i++) {
		size_t passed[2] = { 0, 0 };

		for (size_t side = 0; side < 2; side++)
			for (size_t k = 0; k < n[side]; k++)
				passed[side] += draw() < strtod(args[2 + side], NULL);
		differ += fisher_exact(passed, n) < 0.05;
	}
	printf("%d\n", differ);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "wilson"))
		return print_wilson(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "fisher"))
		return print_fisher(argv + 2);
	if (argc > 4 && !strcmp(argv[1], "rank-sum"))
		return print_rank_sum(argc - 2, argv + 2);
	if (argc == 6 && !strcmp(argv[1], "draws"))
		return print_draws(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "shares"))
		return print_shares(argv + 2);
	fputs("usage: statistics wilson | fisher | rank-sum | draws | shares ...\n", stderr);
	return 64;
}
