/* plot_text.c - a picture of results in characters */
#include "plot.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "noise.h"
#include "statistics.h"

enum { STRIP = 60, AXIS = 50 };

static const char letters[MARKS] = { '.', 'F', 'S', '?', '-', 'x' };

static void write_counts(struct output *out, const struct side *side)
{
	size_t counts[MARKS];
	char text[64];
	const char *before = "";

	plot_count(side, counts);
	for (int i = 0; i < MARKS; i++) {
		if (!counts[i])
			continue;
		snprintf(text, sizeof(text), "%s%zu %s", before, counts[i], mark_names[i]);
		output_puts(out, text);
		before = ", ";
	}
}

/* A row of the strip, and below it a tilde for each disturbed round. */
static int write_row(struct output *out, const struct side *side, size_t from)
{
	char row[STRIP + 2] = "", below[STRIP + 2] = "";
	size_t i, last = 0;

	for (i = 0; i < STRIP && from + i < side->count; i++) {
		struct strings reasons = { 0 };
		int failed = noise_find(side->items[from + i], &reasons, NULL);
		bool is_disturbed = reasons.count > 0;

		row[i] = letters[mark_of(side->items[from + i])];
		strings_free(&reasons);
		if (failed)
			return -1;
		below[i] = is_disturbed ? '~' : ' ';
		if (is_disturbed)
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
	return 0;
}

static int write_strip(struct output *out, const struct side *side)
{
	escape_write(out, side->name, "");
	output_puts(out, ": ");
	write_counts(out, side);
	output_puts(out, "\n");
	for (size_t from = 0; from < side->count; from += STRIP)
		if (write_row(out, side, from))
			return -1;
	return 0;
}

/* Dots on an axis: '.' is one value, ':' are some, '#' are many, and '|' is the median. */
static void write_dots(struct output *out, const struct plot_metric *metric, size_t side)
{
	const struct plot_values *values = &metric->values[side];
	size_t counts[AXIS] = { 0 };
	char axis[AXIS + 1], text[64];
	double middle;

	for (size_t i = 0; i < values->count; i++)
		counts[(int)(plot_place(metric, values->sorted[i]) * (AXIS - 1) + 0.5)]++;
	for (int i = 0; i < AXIS; i++)
		axis[i] = " .:#"[counts[i] < 2 ? counts[i] : counts[i] < 5 ? 2 : 3];
	axis[AXIS] = '\0';
	middle = median(values->sorted, values->count);
	axis[(int)(plot_place(metric, middle) * (AXIS - 1) + 0.5)] = '|';
	snprintf(text, sizeof(text), "  median %.6g  ", middle);
	output_puts(out, "  [");
	output_puts(out, axis);
	output_puts(out, "]");
	output_puts(out, text);
}

static void write_metric(struct output *out, const struct plot *plot,
			 const struct plot_metric *metric)
{
	char text[96];

	output_puts(out, "\n");
	escape_write(out, metric->name, "");
	if (*metric->unit) {
		output_puts(out, " (");
		escape_write(out, metric->unit, "");
		output_puts(out, ")");
	}
	snprintf(text, sizeof(text), ": %.6g to %.6g\n", metric->least, metric->most);
	output_puts(out, text);
	for (size_t i = 0; i < plot->sides->count; i++) {
		if (!metric->values[i].count)
			continue;
		write_dots(out, metric, i);
		escape_write(out, plot->sides->items[i].name, "");
		output_puts(out, "\n");
	}
}

int plot_text(struct output *out, const struct plot *plot)
{
	for (size_t i = 0; i < plot->sides->count; i++)
		if (write_strip(out, &plot->sides->items[i]))
			return -1;
	for (size_t i = 0; i < plot->nmetrics; i++)
		write_metric(out, plot, &plot->metrics[i]);
	output_puts(out,
		    "\n. pass, F fail, S scheduler failed, ? inconclusive, - skip, x no verdict,\n"
		    "~ disturbed\n");
	return 0;
}
