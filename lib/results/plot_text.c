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
		below[i] = *mark->disturbed ? '~' : ' ';
		if (*mark->disturbed)
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

static int place_of(const struct plot_metric *plotted, double value)
{
	return (int)(plot_place(value, plotted->low, plotted->high) * (AXIS - 1) + 0.5);
}

/* Dots on an axis: '.' is one value, ':' are some, '#' are many, and '|' is the median. */
static void write_dots(struct output *out, const struct plot_metric *plotted, size_t side,
		       const char *name)
{
	const struct metric *metric = plotted->metric;
	double middle = plotted->medians[side].value;
	char axis[AXIS + 1], text[LINE_BYTES], number[NUMBER_MAX];
	size_t counts[AXIS] = { 0 };

	for (size_t i = 0; i < metric->count; i++)
		if (metric->values[i].side == side)
			counts[place_of(plotted, metric->values[i].number)]++;
	for (int i = 0; i < AXIS; i++)
		axis[i] = " .:#"[counts[i] < 2 ? counts[i] : counts[i] < 5 ? 2 : 3];
	axis[AXIS] = '\0';
	axis[place_of(plotted, middle)] = '|';
	snprintf(text, sizeof(text), "  [%s]  median %s  ", axis,
		 show_number(middle, false, number));
	output_puts(out, text);
	escape_write(out, name, "");
	output_puts(out, "\n");
}

static void write_metric(struct output *out, const struct plot *plot,
			 const struct plot_metric *plotted)
{
	const struct metric *metric = plotted->metric;
	char text[LINE_BYTES], low[NUMBER_MAX], high[NUMBER_MAX];

	output_puts(out, "\n");
	metric_write_name(out, metric->name, metric->unit);
	if (metric->count) {
		snprintf(text, sizeof(text), ": %s to %s", show_number(plotted->low, false, low),
			 show_number(plotted->high, false, high));
		output_puts(out, text);
	}
	if (metric->bad) {
		snprintf(text, sizeof(text), ", %zu without a number", metric->bad);
		output_puts(out, text);
	}
	output_puts(out, "\n");
	for (size_t i = 0; i < plot->sides->count; i++)
		if (plotted->medians[i].n)
			write_dots(out, plotted, i, plot->sides->items[i].name);
}

void plot_text(struct output *out, const struct plot *plot)
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
		for (size_t j = 0; j < test->nplotted; j++)
			write_metric(out, plot, &test->plotted[j]);
	}
	output_puts(out,
		    "\n. pass, F fail, S scheduler failed, ? inconclusive, - skip, x no verdict,\n"
		    "~ disturbed\n");
}
