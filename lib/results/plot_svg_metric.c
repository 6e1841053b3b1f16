/* plot_svg_metric.c - a metric in an SVG document: the dots of each side above one axis */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "plot_svg.h"
#include "show_number.h"
#include "svg.h"

enum {
	HEAD = 30,	/* the name */
	ROW = 40,	/* a side */
	AXIS = 26,	/* the numbers, and room below */
	LABEL_MAX = 23, /* characters left of the dots */
	NAME_MAX = 100,
	INSET = 14, /* no dot is on the edge */
	MANY = 300, /* dots: then they are small */
};

int plot_svg_metric_height(const struct plot *plot)
{
	return HEAD + ROW * (int)plot->sides->count + AXIS;
}

static double x_of(const struct plot_metric *plotted, double value)
{
	return PLOT_LEFT + INSET +
	       plot_place(value, plotted->low, plotted->high) *
		       (PLOT_RIGHT - PLOT_LEFT - 2 * INSET);
}

static void print_tick(struct output *out, const struct plot_metric *plotted, double value, int top,
		       int bottom)
{
	char number[NUMBER_MAX];
	double x = x_of(plotted, value);

	svg_put(out,
		"<path class=\"grid\" d=\"M%.1f %dV%d\"/>"
		"<text class=\"dim\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
		x, top, bottom, x, bottom + 15, show_number(value, false, number));
}

static void print_axis(struct output *out, const struct plot_metric *plotted, int top, int bottom)
{
	double ticks[TICKS_MAX];
	size_t n = svg_ticks(plotted->low, plotted->high, ticks);

	svg_put(out, "<path class=\"grid\" d=\"M%d %dH%d\"/>\n", PLOT_LEFT, bottom, PLOT_RIGHT);
	for (size_t i = 0; i < n; i++)
		print_tick(out, plotted, ticks[i], top, bottom);
	if (n > 1 || !plotted->metric->count)
		return;
	/* no round numbers are between them */
	print_tick(out, plotted, plotted->low, top, bottom);
	if (plotted->high > plotted->low)
		print_tick(out, plotted, plotted->high, top, bottom);
}

/* Dots are moved up and down, always alike, so that those with near values can be told apart. */
static void print_dots(struct output *out, const struct plot_test *test,
		       const struct plot_metric *plotted, size_t side, int middle)
{
	const struct metric *metric = plotted->metric;
	bool is_small = metric->count > MANY;

	for (size_t i = 0; i < metric->count; i++) {
		const struct metric_value *value = &metric->values[i];
		int moved = ((int)(value->round * 7 % 11) - 5) * 2;

		if (value->side == side)
			svg_put(out, "<circle class=\"dot%s%s\" cx=\"%.1f\" cy=\"%d\" r=\"%d\"/>\n",
				is_small ? " small" : "",
				plot_is_disturbed(test, value) ? " hollow" : "",
				x_of(plotted, value->number), middle + moved, is_small ? 2 : 3);
	}
}

static void print_row(struct output *out, const struct plot_test *test,
		      const struct plot_metric *plotted, const char *name, size_t side, int middle)
{
	const struct plot_median *median = &plotted->medians[side];
	char number[NUMBER_MAX];

	svg_put(out, "<text x=\"%d\" y=\"%d\">", PLOT_MARGIN, middle - 2);
	svg_text(out, name, LABEL_MAX);
	svg_put(out, "</text>\n<text class=\"dim\" x=\"%d\" y=\"%d\">", PLOT_MARGIN, middle + 13);
	if (median->n)
		svg_put(out, "median %s of %zu", show_number(median->value, false, number),
			median->n);
	else
		output_puts(out, "no value");
	output_puts(out, "</text>\n");
	print_dots(out, test, plotted, side, middle);
	if (median->n)
		svg_put(out, "<path class=\"median\" d=\"M%.1f %dV%d\"/>\n",
			x_of(plotted, median->value), middle - 17, middle + 17);
}

void plot_svg_metric(struct output *out, const struct plot *plot, const struct plot_test *test,
		     const struct plot_metric *plotted, int y)
{
	const struct metric *metric = plotted->metric;
	int top = y + HEAD, bottom = top + ROW * (int)plot->sides->count;

	svg_put(out, "<g class=\"metric\">\n<text class=\"head\" x=\"%d\" y=\"%d\">", PLOT_MARGIN,
		y + 20);
	svg_text(out, metric->name, NAME_MAX);
	if (*metric->unit) {
		output_puts(out, " (");
		svg_text(out, metric->unit, NAME_MAX);
		output_puts(out, ")");
	}
	output_puts(out, "</text>\n");
	if (metric->bad)
		svg_put(out,
			"<text class=\"dim\" text-anchor=\"end\" x=\"%d\" y=\"%d\">"
			"%zu without a number</text>\n",
			PLOT_RIGHT, y + 20, metric->bad);
	print_axis(out, plotted, top, bottom);
	for (size_t side = 0; side < plot->sides->count; side++)
		print_row(out, test, plotted, plot->sides->items[side].name, side,
			  top + ROW * (int)side + ROW / 2);
	output_puts(out, "</g>\n");
}
