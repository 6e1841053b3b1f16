/* compare.c - compares the results of two sides, test by test: how many rounds passed */
#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/report.h"
#include "tally.h"

/* The chance of a false alarm that is accepted. Computed p values may differ in the last digits. */
#define ALPHA (0.05 * (1 - 1e-9))

const char *const word_names[WORDS] = {
	[WORD_TOO_FEW] = "too few rounds", [WORD_NO_DIFFERENCE] = "no difference seen",
	[WORD_BETTER] = "better",	   [WORD_WORSE] = "worse",
	[WORD_HIGHER] = "higher",	   [WORD_LOWER] = "lower",
	[WORD_ONLY_A] = "only A",	   [WORD_ONLY_B] = "only B",
};

enum word compare_word(double p, double least, enum word if_different)
{
	if (least >= ALPHA)
		return WORD_TOO_FEW;
	return p < ALPHA ? if_different : WORD_NO_DIFFERENCE;
}

/* The results of one test, side by side, in their order. */
struct group {
	const struct result **items[SIDES];
	size_t count[SIDES];
};

/* A verdict that says whether the test passed under this scheduler; the others do not say it. */
static bool verdict_counts(const char *verdict)
{
	return !strcmp(verdict, "pass") || !strcmp(verdict, "fail") ||
	       !strcmp(verdict, "scheduler-failed");
}

/* Returns texts with their numbers, or "". The caller frees it. NULL with errno. */
static char *describe_counts(const char **texts, size_t ntexts)
{
	struct strings parts = { 0 };
	size_t ncounts = 0;
	struct count *counts = tally(texts, ntexts, &ncounts);
	char *text = NULL;

	for (size_t i = 0; counts && i < ncounts; i++)
		if (strings_addf(&parts, "%zu %s", counts[i].times, counts[i].text))
			goto out;
	if (counts)
		text = strings_join(&parts, ", ");
out:
	free(counts);
	strings_free(&parts);
	return text;
}

/* Counts the verdicts of one side. Returns 0, or -1 with errno. */
static int count_verdicts(const struct group *group, size_t side, struct verdict_comparison *found)
{
	const char **others = calloc(group->count[side] + 1, sizeof(*others));
	size_t nothers = 0;

	if (!others)
		return -1;
	for (size_t i = 0; i < group->count[side]; i++) {
		const char *verdict = result_value(group->items[side][i], "verdict", 0);

		if (!verdict_counts(verdict)) {
			others[nothers++] = verdict;
			continue;
		}
		found->n[side]++;
		found->passed[side] += !strcmp(verdict, "pass");
	}
	found->share[side] = wilson(found->passed[side], found->n[side]);
	found->left_out[side] = describe_counts(others, nothers);
	free(others);
	return found->left_out[side] ? 0 : -1;
}

static int compare_verdicts(const struct group *group, struct verdict_comparison *found)
{
	double share[SIDES];

	for (size_t side = 0; side < SIDES; side++) {
		if (count_verdicts(group, side, found))
			return -1;
		share[side] = (double)found->passed[side] / (double)found->n[side];
	}
	found->p = fisher_exact(found->passed, found->n);
	found->word = compare_word(found->p, fisher_least(found->n),
				   share[SIDE_B] > share[SIDE_A] ? WORD_BETTER : WORD_WORSE);
	for (size_t side = 0; side < SIDES; side++)
		if (!group->count[side])
			found->word = side == SIDE_A ? WORD_ONLY_B : WORD_ONLY_A;
	return 0;
}

static int compare_test(const char *name, const struct group *group,
			const struct directions *directions, struct comparison *comparison)
{
	struct test_comparison test = { .name = name }, *added;
	struct metrics metrics = { 0 };
	int failed = 0;

	for (size_t side = 0; side < SIDES; side++)
		test.results[side] = group->count[side];
	if (array_grow(&comparison->tests, comparison->ntests, &comparison->room, sizeof(test)))
		return -1;
	added = &comparison->tests[comparison->ntests++];
	*added = test; /* what it gets is freed with comparison */
	if (compare_verdicts(group, &added->verdict))
		return -1;
	for (size_t side = 0; side < SIDES; side++)
		for (size_t i = 0; !failed && i < group->count[side]; i++)
			failed = metrics_add(&metrics, group->items[side][i], side, i);
	failed = failed || metrics_group(&metrics) || compare_metrics(&metrics, directions, added);
	metrics_free(&metrics);
	return failed ? -1 : 0;
}

/* By the names of the tests, and then as they were read. */
static int compare_results(const void *a, const void *b)
{
	const struct result *x = *(const struct result *const *)a,
			    *y = *(const struct result *const *)b;
	int order = strcmp(result_value(x, "test", 0), result_value(y, "test", 0));

	return order ? order : (x > y) - (x < y);
}

/* Returns how many results from there on are of the test with this name. */
static size_t count_test(const struct side *side, size_t from, const char *name)
{
	size_t n = 0;

	while (from + n < side->count &&
	       !strcmp(result_value(side->items[from + n], "test", 0), name))
		n++;
	return n;
}

/* Returns the name of the test that comes next, or NULL after the last. */
static const char *next_test(const struct sides *sides, const size_t at[SIDES])
{
	const char *next = NULL;

	for (size_t side = 0; side < SIDES; side++) {
		const struct side *from = &sides->items[side];
		const char *name;

		if (at[side] == from->count)
			continue;
		name = result_value(from->items[at[side]], "test", 0);
		if (!next || strcmp(name, next) < 0)
			next = name;
	}
	return next;
}

static int compare_tests(const struct sides *sides, const struct directions *directions,
			 struct comparison *comparison)
{
	size_t at[SIDES] = { 0 };
	const char *name;

	for (size_t side = 0; side < SIDES; side++) {
		const struct side *from = &sides->items[side];

		comparison->sides[side] = from->name;
		if (from->count)
			qsort(from->items, from->count, sizeof(*from->items), compare_results);
	}
	while ((name = next_test(sides, at))) {
		struct group group = { 0 };

		for (size_t side = 0; side < SIDES; side++) {
			const struct side *from = &sides->items[side];

			group.count[side] = count_test(from, at[side], name);
			if (group.count[side])
				group.items[side] = from->items + at[side];
			at[side] += group.count[side];
		}
		if (compare_test(name, &group, directions, comparison))
			return -1;
	}
	return 0;
}

/* Warns of names that no metric has: they may be mistyped, and then a word is missing. */
static void check_names(const struct strings *names, const struct comparison *comparison)
{
	for (size_t i = 0; i < names->count; i++) {
		bool is_known = false;

		for (size_t t = 0; t < comparison->ntests; t++)
			for (size_t m = 0; m < comparison->tests[t].nmetrics; m++)
				is_known |= !strcmp(comparison->tests[t].metrics[m].name,
						    names->items[i]);
		if (!is_known)
			report_warning("no metric is called %s", names->items[i]);
	}
}

int compare(const struct sides *sides, const struct directions *directions,
	    struct comparison *comparison)
{
	if (compare_tests(sides, directions, comparison))
		return report_errno("--compare");
	check_names(&directions->less, comparison);
	check_names(&directions->more, comparison);
	for (size_t i = 0; i < comparison->ntests; i++)
		if (comparison->tests[i].results[SIDE_A] && comparison->tests[i].results[SIDE_B])
			return 0;
	return report(ENODATA, "--compare: no test has results on both sides");
}

void comparison_free(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->ntests; i++) {
		struct test_comparison *test = &comparison->tests[i];

		for (size_t side = 0; side < SIDES; side++)
			free(test->verdict.left_out[side]);
		free(test->metrics);
	}
	free(comparison->tests);
	*comparison = (struct comparison){ 0 };
}
