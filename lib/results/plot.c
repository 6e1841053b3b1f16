/* plot.c - what a picture of results shows */
#include "plot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/number.h"
#include "noise.h"

const char *const shape_names[SHAPES] = { "pass",	  "fail", "scheduler failed",
					  "inconclusive", "skip", "no verdict" };

static enum shape shape_of(const char *verdict)
{
	static const struct {
		const char *verdict;
		enum shape shape;
	} shapes[] = {
		{ "pass", SHAPE_PASS },
		{ "fail", SHAPE_FAIL },
		{ "scheduler-failed", SHAPE_SCHEDULER },
		{ "inconclusive", SHAPE_INCONCLUSIVE },
		{ "skip", SHAPE_SKIP },
		{ "unsuitable", SHAPE_SKIP },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (!strcmp(shapes[i].verdict, verdict))
			return shapes[i].shape;
	return SHAPE_NONE;
}

/* Returns the test of the result, which is added if it is new. NULL with errno. */
static struct plot_test *find_test(struct plot *plot, const struct result *result)
{
	struct plot_test test = { .name = result_value(result, "test", 0) };

	for (size_t i = 0; i < plot->count; i++)
		if (!strcmp(plot->tests[i].name, test.name))
			return &plot->tests[i];
	if (array_grow(&plot->tests, plot->count, &plot->room, sizeof(test)))
		return NULL;
	test.sides = calloc(plot->sides->count, sizeof(*test.sides));
	if (!test.sides)
		return NULL;
	plot->tests[plot->count] = test;
	return &plot->tests[plot->count++];
}

static int add_mark(struct plot *plot, const struct result *result, size_t number)
{
	struct plot_test *test = find_test(plot, result);
	struct plot_mark mark = { .result = result };
	struct plot_side *side;
	uint64_t round;

	if (!test)
		return -1;
	side = &test->sides[number];
	if (array_grow(&side->marks, side->count, &side->room, sizeof(mark)))
		return -1;
	mark.disturbed = noise_text(result, true);
	if (!mark.disturbed)
		return -1;
	mark.shape = shape_of(result_value(result, "verdict", 0));
	mark.number = side->count + 1;
	if (!parse_number(result_value(result, "round", 0), 10, 0, SIZE_MAX, &round))
		mark.number = (size_t)round;
	plot->shapes[mark.shape]++;
	side->disturbed += *mark.disturbed != '\0';
	plot->disturbed += *mark.disturbed != '\0';
	side->shapes[mark.shape]++;
	side->marks[side->count++] = mark;
	return 0;
}

int plot_make(const struct sides *sides, struct plot *plot)
{
	plot->sides = sides;
	for (size_t side = 0; side < sides->count; side++)
		for (size_t i = 0; i < sides->items[side].count; i++)
			if (add_mark(plot, sides->items[side].items[i], side))
				return -1;
	for (size_t i = 0; i < plot->count; i++)
		if (plot_add_metrics(&plot->tests[i], sides->count))
			return -1;
	return 0;
}

double plot_place(double value, double low, double high)
{
	/* halves: the whole may be more than a double has room for */
	double whole = high / 2 - low / 2;

	return whole > 0 ? (value / 2 - low / 2) / whole : 0.5;
}

void plot_free(struct plot *plot)
{
	for (size_t i = 0; i < plot->count; i++) {
		struct plot_test *test = &plot->tests[i];

		for (size_t side = 0; side < plot->sides->count; side++) {
			for (size_t j = 0; j < test->sides[side].count; j++)
				free(test->sides[side].marks[j].disturbed);
			free(test->sides[side].marks);
		}
		free(test->sides);
		for (size_t j = 0; j < test->nplotted; j++)
			free(test->plotted[j].medians);
		free(test->plotted);
		metrics_free(&test->metrics);
	}
	free(plot->tests);
	*plot = (struct plot){ 0 };
}
