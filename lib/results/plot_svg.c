/* plot_svg.c - a picture of results as SVG 1.1, which browsers show in light and dark */
#include "plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "noise.h"
#include "statistics.h"

/* In pixels, but for ROW_MARKS. */
enum {
	WIDTH = 760,
	MARGIN = 16,
	MARK = 16,
	ROW_MARKS = 44,
	LINE = 22,
	DOTS = 34, /* the height of a row of dots */
	AXIS_LEFT = 150,
	AXIS_RIGHT = 620,
	NAME_MAX = 18 /* characters */
};

/*
 * Each mark has a colour and a shape of its own: the shape alone tells for whom the colours are the
 * same. The colours are those of Okabe and Ito, and lighter ones for a dark ground.
 */
static const char head[] =
	"<style>"
	"svg{--ink:#222;--faint:#999;--ground:#fff;--pass:#0072b2;--fail:#c04000;--scheduler:#a0348c;--unsure:#8a6000}"
	"@media(prefers-color-scheme:dark){svg{--ink:#e8e8e8;--faint:#888;--ground:#1b1b1b;--pass:#56b4e9;"
	"--fail:#ff8a4c;--scheduler:#f09ad8;--unsure:#f0c040}}"
	"text{font:13px sans-serif;fill:var(--ink)}.small{font-size:11px}.end{text-anchor:end}.mid{text-anchor:middle}"
	".ground{fill:var(--ground)}.axis{stroke:var(--faint)}.median{stroke:var(--ink);stroke-width:2}"
	".dot{fill:var(--pass);fill-opacity:.55}.disturbed{stroke:var(--ink);stroke-width:2}"
	".line{fill:none;stroke-width:2.5}"
	"</style>\n"
	"<defs>"
	"<g id=\"m0\"><circle cx=\"8\" cy=\"8\" r=\"4.5\" style=\"fill:var(--pass)\"/></g>"
	"<g id=\"m1\"><path class=\"line\" style=\"stroke:var(--fail)\" d=\"M3 3L13 13M13 3L3 13\"/></g>"
	"<g id=\"m2\"><path style=\"fill:var(--scheduler)\" d=\"M8 2L14.5 13.5H1.5Z\"/></g>"
	"<g id=\"m3\"><path class=\"line\" style=\"stroke:var(--unsure)\" d=\"M8 2.5L13.5 8L8 13.5L2.5 8Z\"/></g>"
	"<g id=\"m4\"><circle class=\"line\" cx=\"8\" cy=\"8\" r=\"3.5\" style=\"stroke:var(--faint)\"/></g>"
	"<g id=\"m5\"><rect x=\"3.5\" y=\"3.5\" width=\"9\" height=\"9\" style=\"fill:var(--ink)\"/></g>"
	"</defs>\n";

/* Writes text for XML, at most max characters of it. Bytes that mislead become question marks. */
static void write_text(struct output *out, const char *text, size_t max)
{
	size_t length;

	for (size_t n = 0; *text; text += length) {
		bool is_bad = utf8_needs_escape(text, &length);

		if (n++ == max) {
			output_puts(out, "...");
			return;
		}
		if (is_bad)
			output_puts(out, "?");
		else if (*text == '<')
			output_puts(out, "&lt;");
		else if (*text == '&')
			output_puts(out, "&amp;");
		else if (*text == '>')
			output_puts(out, "&gt;");
		else
			output_write(out, text, length);
	}
}

static void begin_text(struct output *out, const char *classes, double x, double y)
{
	char text[96];

	snprintf(text, sizeof(text), "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", classes, x, y);
	output_puts(out, text);
}

static void write_label(struct output *out, const char *classes, double x, double y,
			const char *label)
{
	begin_text(out, classes, x, y);
	write_text(out, label, NAME_MAX);
	output_puts(out, "</text>\n");
}

static void write_number(struct output *out, const char *classes, double x, double y,
			 const char *before, double value)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%.6g", before, value);
	begin_text(out, classes, x, y);
	output_puts(out, text);
	output_puts(out, "</text>\n");
}

/* What a browser shows if the pointer is on the mark. */
static void write_mark_title(struct output *out, const struct result *result,
			     const struct strings *reasons)
{
	const char *round = result_value(result, "round", 0);
	const char *reason = result_value(result, "reason", 0);

	output_puts(out, "<title>");
	if (*round) {
		output_puts(out, "round ");
		write_text(out, round, 20);
		output_puts(out, ": ");
	}
	write_text(out, result_value(result, "verdict", 0), 40);
	if (*reason) {
		output_puts(out, ": ");
		write_text(out, reason, 300);
	}
	for (size_t i = 0; i < reasons->count; i++) {
		output_puts(out, i ? "; " : "; disturbed: ");
		write_text(out, reasons->items[i], 200);
	}
	output_puts(out, "</title>");
}

/* A mark, underlined if the round was disturbed. */
static int write_mark(struct output *out, const struct result *result, double x, double y)
{
	struct strings reasons = { 0 };
	char text[160];
	int failed = noise_find(result, &reasons, NULL);

	snprintf(text, sizeof(text), "<g transform=\"translate(%.0f %.0f)\">", x, y);
	output_puts(out, text);
	write_mark_title(out, result, &reasons);
	snprintf(text, sizeof(text), "<use xlink:href=\"#m%d\"/>", (int)mark_of(result));
	output_puts(out, text);
	if (reasons.count)
		output_puts(out, "<path class=\"disturbed\" d=\"M2 17H14\"/>");
	output_puts(out, "</g>\n");
	strings_free(&reasons);
	return failed;
}

static int write_strip(struct output *out, const struct side *side, double *y)
{
	*y += LINE;
	write_label(out, "", MARGIN, *y - 6, side->name);
	for (size_t i = 0; i < side->count; i++) {
		double x = MARGIN + (double)(i % ROW_MARKS) * MARK;

		if (i && i % ROW_MARKS == 0)
			*y += MARK + 6;
		if (write_mark(out, side->items[i], x, *y))
			return -1;
	}
	*y += MARK + 10;
	return 0;
}

/* The shapes, each with the number of rounds that have it. */
static void write_legend(struct output *out, const struct sides *sides, double *y)
{
	size_t all[MARKS] = { 0 }, counts[MARKS];
	double x = MARGIN;
	char text[128];

	for (size_t i = 0; i < sides->count; i++) {
		plot_count(&sides->items[i], counts);
		for (int j = 0; j < MARKS; j++)
			all[j] += counts[j];
	}
	*y += LINE;
	for (int i = 0; i < MARKS; i++) {
		if (!all[i])
			continue;
		snprintf(text, sizeof(text), "<use xlink:href=\"#m%d\" x=\"%.0f\" y=\"%.0f\"/>", i,
			 x, *y - 12);
		output_puts(out, text);
		snprintf(text, sizeof(text), "%s %zu", mark_names[i], all[i]);
		write_label(out, "small", x + MARK + 4, *y, text);
		x += 44 + 7 * (double)strlen(text);
	}
	begin_text(out, "small end", WIDTH - MARGIN, *y);
	output_puts(out, "underlined: disturbed</text>\n");
}

static double axis_x(double place)
{
	return AXIS_LEFT + place * (AXIS_RIGHT - AXIS_LEFT);
}

/* Round numbers within the bounds. */
static void write_axis(struct output *out, const struct plot_metric *metric, double y)
{
	double range = metric->most / 6 - metric->least / 6, step, unit;
	char text[160];

	snprintf(text, sizeof(text), "<path class=\"axis\" d=\"M%d %.1fH%d\"/>\n", AXIS_LEFT, y,
		 AXIS_RIGHT);
	output_puts(out, text);
	if (!(range > 0)) {
		write_number(out, "small mid", axis_x(0.5), y + 14, "", metric->least);
		return;
	}
	unit = pow(10, floor(log10(range)));
	step = range / unit > 5	  ? 10 * unit
	       : range / unit > 2 ? 5 * unit
	       : range / unit > 1 ? 2 * unit
				  : unit;
	for (double value = ceil(metric->least / step) * step, n = 0;
	     value <= metric->most && n < 10; value += step, n++)
		write_number(out, "small mid", axis_x(plot_place(metric, value)), y + 14, "",
			     fabs(value) < step / 2 ? 0 : value);
}

/* Dots in three lines, so that fewer hide each other, and the median as a line. */
static void write_dots(struct output *out, const struct plot_metric *metric,
		       const struct plot_values *values, double y)
{
	double middle = median(values->sorted, values->count);
	double x = axis_x(plot_place(metric, middle));
	char text[128];

	for (size_t i = 0; i < values->count; i++) {
		snprintf(text, sizeof(text),
			 "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
			 axis_x(plot_place(metric, values->sorted[i])),
			 y + DOTS / 2.0 + 6 * ((double)(i % 3) - 1));
		output_puts(out, text);
	}
	snprintf(text, sizeof(text), "<path class=\"median\" d=\"M%.1f %.1fV%.1f\"/>\n", x, y + 3,
		 y + DOTS - 3);
	output_puts(out, text);
	write_number(out, "small", AXIS_RIGHT + 14, y + DOTS / 2.0 + 4, "median ", middle);
}

static void write_metric(struct output *out, const struct plot *plot,
			 const struct plot_metric *metric, double *y)
{
	*y += LINE + 6;
	begin_text(out, "", MARGIN, *y);
	write_text(out, metric->name, 64);
	if (*metric->unit) {
		output_puts(out, " (");
		write_text(out, metric->unit, 16);
		output_puts(out, ")");
	}
	output_puts(out, "</text>\n");
	*y += 6;
	for (size_t i = 0; i < plot->sides->count; i++) {
		if (!metric->values[i].count)
			continue;
		write_label(out, "small end", AXIS_LEFT - 12, *y + DOTS / 2.0 + 4,
			    plot->sides->items[i].name);
		write_dots(out, metric, &metric->values[i], *y);
		*y += DOTS;
	}
	write_axis(out, metric, *y);
	*y += 18;
}

/* The height is known before anything is written. */
static double height_of(const struct plot *plot)
{
	double height = LINE + MARGIN;

	for (size_t i = 0; i < plot->sides->count; i++) {
		size_t count = plot->sides->items[i].count;

		height += LINE + MARK + 10 +
			  (double)((count ? count - 1 : 0) / ROW_MARKS) * (MARK + 6);
	}
	for (size_t i = 0; i < plot->nmetrics; i++) {
		height += LINE + 12 + 18;
		for (size_t j = 0; j < plot->sides->count; j++)
			height += plot->metrics[i].values[j].count ? DOTS : 0;
	}
	return height + MARGIN;
}

int plot_svg(struct output *out, const struct plot *plot)
{
	double y = MARGIN / 2.0;
	char text[320];

	snprintf(
		text, sizeof(text),
		"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
		"viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" role=\"img\">\n"
		"<title>Results of rounds</title>\n",
		WIDTH, height_of(plot), WIDTH, height_of(plot));
	output_puts(out, text);
	output_puts(out, head);
	output_puts(out, "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
	for (size_t i = 0; i < plot->sides->count; i++)
		if (write_strip(out, &plot->sides->items[i], &y))
			return -1;
	write_legend(out, plot->sides, &y);
	for (size_t i = 0; i < plot->nmetrics; i++)
		write_metric(out, plot, &plot->metrics[i], &y);
	output_puts(out, "</svg>\n");
	return 0;
}
