/* plot_text.c - a picture of results in characters */
#include "plot.h"

#include <stdbool.h>
#include <stdio.h>

#include "escape.h"
#include "show_number.h"

enum { STRIP = 60, AXIS = 50, LINE_BYTES = 128 };

static const char letters[SHAPES] = { '.', 'F', 'S', '?', '-', 'x' };

static void write_counts(struct output *out, const struct plot_side *side)
{
	char text[LINE_BYTES];
	const char *before = "";

	for (int i = 0; i < SHAPES; i++) {
		if (!side->shapes[i])
			continue;
		snprintf(text, sizeof(text), "%s%zu %s", before, side->shapes[i], shape_names[i]);
		output_puts(out, text);
		before = ", ";
	}
}

/* A row of the strip, and below it a tilde for each disturbed round. */
static void write_row(struct output *out, const struct plot_side *side, size_t from)
{
	char row[STRIP + 2] = "", below[STRIP + 2] = "";
	size_t i, last = 0;

	for (i = 0; i < STRIP && from + i < side->count; i++) {
		const struct plot_mark *mark = &side->marks[from + i];

		row[i] = letters[mark->shape];
		below[i] = mark->is_disturbed ? '~' : ' ';
		if (mark->is_disturbed)
			last = i + 1;
	}
	row[i] = below[last] = '\n';
	below[last + 1] = '\0';
	output_puts(out, "  ");
	output_puts(out, row);
	if (last) {
		output_puts(out, "  ");
		output_puts(out, below);
	}
}

static void write_strip(struct output *out, const struct plot_side *side, const char *name)
{
	escape_write(out, name, "");
	output_puts(out, ": ");
	write_counts(out, side);
	output_puts(out, "\n");
	for (size_t from = 0; from < side->count; from += STRIP)
		write_row(out, side, from);
}

static int place_of(const struct plot_metric *metric, double value)
{
	return (int)(plot_place(value, metric->low, metric->high) * (AXIS - 1) + 0.5);
}

/*
 * Dots on an axis: '.' is one value, ':' are some, '#' are many, and '|' is the median. Returns 0,
 * or -1 with errno.
 */
static int write_dots(struct output *out, const struct plot_metric *metric, size_t side,
		      const char *name)
{
	char axis[AXIS + 1], text[LINE_BYTES], number[NUMBER_MAX];
	size_t counts[AXIS] = { 0 };
	double middle;
	ssize_t n = plot_median(metric, side, &middle);

	if (n <= 0)
		return (int)n;
	for (size_t i = 0; i < metric->count; i++)
		if (metric->dots[i].side == side)
			counts[place_of(metric, metric->dots[i].value)]++;
	for (int i = 0; i < AXIS; i++)
		axis[i] = " .:#"[counts[i] < 2 ? counts[i] : counts[i] < 5 ? 2 : 3];
	axis[AXIS] = '\0';
	axis[place_of(metric, middle)] = '|';
	snprintf(text, sizeof(text), "  [%s]  median %s  ", axis,
		 show_number(middle, false, number));
	output_puts(out, text);
	escape_write(out, name, "");
	output_puts(out, "\n");
	return 0;
}

static int write_metric(struct output *out, const struct plot *plot,
			const struct plot_metric *metric)
{
	char text[LINE_BYTES], low[NUMBER_MAX], high[NUMBER_MAX];

	output_puts(out, "\n");
	escape_write(out, metric->name, "");
	if (*metric->unit) {
		output_puts(out, " (");
		escape_write(out, metric->unit, "");
		output_puts(out, ")");
	}
	if (metric->count) {
		snprintf(text, sizeof(text), ": %s to %s", show_number(metric->low, false, low),
			 show_number(metric->high, false, high));
		output_puts(out, text);
	}
	if (metric->bad) {
		snprintf(text, sizeof(text), ", %zu without a number", metric->bad);
		output_puts(out, text);
	}
	output_puts(out, "\n");
	for (size_t i = 0; i < plot->sides->count; i++)
		if (write_dots(out, metric, i, plot->sides->items[i].name))
			return -1;
	return 0;
}

int plot_text(struct output *out, const struct plot *plot)
{
	for (size_t i = 0; i < plot->count; i++) {
		const struct plot_test *test = &plot->tests[i];

		if (plot->count > 1) {
			output_puts(out, i ? "\ntest " : "test ");
			escape_write(out, test->name, "");
			output_puts(out, "\n");
		}
		for (size_t side = 0; side < plot->sides->count; side++)
			if (test->sides[side].count)
				write_strip(out, &test->sides[side], plot->sides->items[side].name);
		for (size_t j = 0; j < test->nmetrics; j++)
			if (write_metric(out, plot, &test->metrics[j]))
				return -1;
	}
	output_puts(out,
		    "\n. pass, F fail, S scheduler failed, ? inconclusive, - skip, x no verdict,\n"
		    "~ disturbed\n");
	return 0;
}
