/* plot_svg.c - a picture of results as an SVG document */
#include "plot_svg.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "show_number.h"
#include "svg.h"

enum {
	TOP = 84,	/* the title and the legend */
	HEAD = 34,	/* the name of a test */
	PITCH = 14,	/* from one mark to the next */
	PER_LINE = 50,	/* marks */
	LINE = 21,	/* of marks */
	SIDE_MIN = 42,	/* the name of a side, how many passed, */
	DISTURBED = 14, /* and how many were disturbed */
	LABEL_MAX = 23, /* characters left of the marks */
	NAME_MAX = 100,
};

/* Colours of Okabe and Ito, which differ without colour vision too; lighter ones on a dark ground.
 */
static const char style[] =
	"<style>\n"
	".ktstr{background:#fff;font:13px system-ui,sans-serif}\n"
	".ktstr text{fill:#1b1f24}.ktstr .dim{fill:#57606a;font-size:12px}\n"
	".ktstr .title{font-size:18px;font-weight:bold}.ktstr .test{font-size:15px;font-weight:bold}\n"
	".ktstr .head{font-weight:bold}.ktstr .ground{fill:#fff}\n"
	".ktstr .grid{fill:none;stroke:#d0d7de}\n"
	".ktstr .median{fill:none;stroke:#1b1f24;stroke-width:2.5}\n"
	".ktstr .dot{fill:#0072b2;fill-opacity:.55;stroke:#0072b2}.ktstr .small{stroke-width:.5;fill-opacity:.4}.ktstr .hollow{fill:none}\n"
	".ktstr .disturbed{fill:none;stroke:#1b1f24;stroke-width:2}\n"
	".ktstr .s0{fill:#0072b2}.ktstr .s1{fill:none;stroke:#c04000;stroke-width:2.5}\n"
	".ktstr .s2{fill:#a0348c}.ktstr .s3{fill:none;stroke:#8a6000;stroke-width:2.5}\n"
	".ktstr .s4{fill:none;stroke:#57606a;stroke-width:2}.ktstr .s5{fill:#1b1f24}\n"
	"@media (prefers-color-scheme:dark){\n"
	".ktstr{background:#0d1117}.ktstr .ground{fill:#0d1117}\n"
	".ktstr text{fill:#e6edf3}.ktstr .dim{fill:#9198a1}.ktstr .grid{stroke:#3d444d}\n"
	".ktstr .median,.ktstr .disturbed{stroke:#e6edf3}\n"
	".ktstr .dot{fill:#56b4e9;stroke:#56b4e9}.ktstr .hollow{fill:none}\n"
	".ktstr .s0{fill:#56b4e9}.ktstr .s1{stroke:#ff9447}.ktstr .s2{fill:#f09ad8}\n"
	".ktstr .s3{stroke:#f0c040}.ktstr .s4{stroke:#9198a1}.ktstr .s5{fill:#e6edf3}\n"
	"}\n"
	"</style>\n";

/* Around 0,0, in the order of enum shape: a disc, a cross, a triangle, a diamond, a ring, a square.
 */
static const char shapes[] = "<defs>\n"
			     "<circle id=\"ktstr-s0\" r=\"4\"/>\n"
			     "<path id=\"ktstr-s1\" d=\"M-4-4L4 4M4-4L-4 4\"/>\n"
			     "<path id=\"ktstr-s2\" d=\"M0-5.5L5.5 4.5H-5.5Z\"/>\n"
			     "<path id=\"ktstr-s3\" d=\"M0-5L5 0 0 5-5 0Z\"/>\n"
			     "<circle id=\"ktstr-s4\" r=\"3.5\"/>\n"
			     "<path id=\"ktstr-s5\" d=\"M-4.5-4.5H4.5V4.5H-4.5Z\"/>\n"
			     "<path id=\"ktstr-line\" d=\"M-5.5 8H5.5\"/>\n"
			     "</defs>\n";

static int side_height(const struct plot_side *side)
{
	int marks = ((int)side->count + PER_LINE - 1) / PER_LINE * LINE + 8;
	int label = SIDE_MIN + (side->disturbed ? DISTURBED : 0);

	return marks > label ? marks : label;
}

static int test_height(const struct plot *plot, const struct plot_test *test)
{
	int height = HEAD + (int)test->nplotted * plot_svg_metric_height(plot);

	for (size_t side = 0; side < plot->sides->count; side++)
		height += side_height(&test->sides[side]);
	return height;
}

static void print_counts(struct output *out, const struct plot_side *side)
{
	svg_put(out, "%zu of %zu passed", side->shapes[SHAPE_PASS], side->count);
	if (side->disturbed)
		svg_put(out, ", %zu disturbed", side->disturbed);
}

/* The same facts as a text, for those who do not see the picture. */
static void print_description(struct output *out, const struct plot *plot)
{
	char number[NUMBER_MAX];

	for (size_t i = 0; i < plot->count; i++) {
		const struct plot_test *test = &plot->tests[i];

		for (size_t side = 0; side < plot->sides->count; side++) {
			svg_text(out, test->name, NAME_MAX);
			output_puts(out, ", ");
			svg_text(out, plot->sides->items[side].name, NAME_MAX);
			output_puts(out, ": ");
			print_counts(out, &test->sides[side]);
			for (size_t j = 0; j < test->nplotted; j++) {
				const struct metric *metric = test->plotted[j].metric;
				const struct plot_median *median = &test->plotted[j].medians[side];

				if (!median->n)
					continue;
				output_puts(out, "; median of ");
				svg_text(out, metric->name, NAME_MAX);
				svg_put(out, " %s ", show_number(median->value, false, number));
				svg_text(out, metric->unit, NAME_MAX);
			}
			output_puts(out, ".\n");
		}
	}
}

static void print_legend(struct output *out, const struct plot *plot)
{
	int x = PLOT_MARGIN + 6, length;
	char text[64];

	output_puts(out, "<g class=\"legend\">\n");
	for (int shape = 0; shape < SHAPES; shape++) {
		if (!plot->shapes[shape])
			continue;
		length = snprintf(text, sizeof(text), "%s %zu", shape_names[shape],
				  plot->shapes[shape]);
		svg_put(out,
			"<use href=\"#ktstr-s%d\" class=\"s%d\" x=\"%d\" y=\"60\"/>"
			"<text class=\"dim\" x=\"%d\" y=\"64\">%s</text>\n",
			shape, shape, x, x + 11, text);
		x += 38 + 7 * length;
	}
	if (plot->disturbed)
		svg_put(out,
			"<use href=\"#ktstr-line\" class=\"disturbed\" x=\"%d\" y=\"60\"/>"
			"<text class=\"dim\" x=\"%d\" y=\"64\">disturbed %zu: hollow dots</text>\n",
			x, x + 11, plot->disturbed);
	output_puts(out, "</g>\n");
}

/* Writes what a pointer on the mark shows. */
static void print_tip(struct output *out, const struct plot_mark *mark)
{
	const char *reason = result_value(mark->result, "reason", 0);

	svg_put(out, "<title>round %zu: ", mark->number);
	svg_text(out, result_value(mark->result, "verdict", 0), NAME_MAX);
	output_puts(out, *reason ? ": " : "");
	svg_text(out, reason, SIZE_MAX);
	if (*mark->disturbed) {
		output_puts(out, "; disturbed: ");
		svg_text(out, mark->disturbed, SIZE_MAX);
	}
	output_puts(out, "</title>");
}

static void print_marks(struct output *out, const struct plot_side *side, int y)
{
	for (size_t i = 0; i < side->count; i++) {
		const struct plot_mark *mark = &side->marks[i];
		int x = PLOT_LEFT + 32 + (int)(i % PER_LINE) * PITCH;
		int middle = y + 12 + (int)(i / PER_LINE) * LINE;

		if (i % PER_LINE == 0)
			svg_put(out,
				"<text class=\"dim\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%zu</text>\n",
				PLOT_LEFT + 20, middle + 4, mark->number);
		if (*mark->disturbed)
			svg_put(out,
				"<use href=\"#ktstr-line\" class=\"disturbed\" x=\"%d\" y=\"%d\"/>\n",
				x, middle);
		svg_put(out, "<use href=\"#ktstr-s%d\" class=\"mark s%d\" x=\"%d\" y=\"%d\">",
			mark->shape, mark->shape, x, middle);
		print_tip(out, mark);
		output_puts(out, "</use>\n");
	}
}

static void print_side(struct output *out, const struct plot_side *side, const char *name, int y)
{
	svg_put(out, "<g class=\"strip\">\n<text x=\"%d\" y=\"%d\">", PLOT_MARGIN, y + 14);
	svg_text(out, name, LABEL_MAX);
	svg_put(out, "</text>\n<text class=\"dim\" x=\"%d\" y=\"%d\">%zu of %zu passed</text>\n",
		PLOT_MARGIN, y + 30, side->shapes[SHAPE_PASS], side->count);
	if (side->disturbed)
		svg_put(out, "<text class=\"dim\" x=\"%d\" y=\"%d\">%zu disturbed</text>\n",
			PLOT_MARGIN, y + 30 + DISTURBED, side->disturbed);
	print_marks(out, side, y);
	output_puts(out, "</g>\n");
}

static void print_test(struct output *out, const struct plot *plot, const struct plot_test *test,
		       int y)
{
	svg_put(out, "<text class=\"test\" x=\"%d\" y=\"%d\">", PLOT_MARGIN, y + 18);
	svg_text(out, test->name, NAME_MAX);
	output_puts(out, "</text>\n");
	y += HEAD;
	for (size_t side = 0; side < plot->sides->count; side++) {
		print_side(out, &test->sides[side], plot->sides->items[side].name, y);
		y += side_height(&test->sides[side]);
	}
	for (size_t i = 0; i < test->nplotted; i++) {
		plot_svg_metric(out, plot, test, &test->plotted[i], y);
		y += plot_svg_metric_height(plot);
	}
}

void plot_svg(struct output *out, const struct plot *plot)
{
	static const char title[] = "Rounds and metrics";
	int height = TOP + PLOT_MARGIN, y = TOP;

	for (size_t i = 0; i < plot->count; i++)
		height += test_height(plot, &plot->tests[i]);
	svg_put(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ktstr\" role=\"img\" "
		"aria-labelledby=\"ktstr-title ktstr-desc\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n<title id=\"ktstr-title\">%s</title>\n"
		"<desc id=\"ktstr-desc\">",
		PLOT_WIDTH, height, PLOT_WIDTH, height, title);
	print_description(out, plot);
	output_puts(out, "</desc>\n");
	output_puts(out, style);
	output_puts(out, shapes);
	svg_put(out,
		"<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n"
		"<text class=\"title\" x=\"%d\" y=\"34\">%s</text>\n",
		PLOT_WIDTH, height, PLOT_MARGIN, title);
	print_legend(out, plot);
	for (size_t i = 0; i < plot->count; i++) {
		print_test(out, plot, &plot->tests[i], y);
		y += test_height(plot, &plot->tests[i]);
	}
	output_puts(out, "</svg>\n");
}
