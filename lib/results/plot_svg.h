/* plot_svg.h - what the parts of an SVG document agree on */
#ifndef RESULTS_PLOT_SVG_H
#define RESULTS_PLOT_SVG_H

#include "base/output.h"
#include "plot.h"

/* In pixels. The document is that wide, and what is drawn is between the two. */
enum { PLOT_WIDTH = 960, PLOT_MARGIN = 16, PLOT_LEFT = 200, PLOT_RIGHT = 944 };

/* Writes the part of the document for one metric of test, at y. */
void plot_svg_metric(struct output *out, const struct plot *plot, const struct plot_test *test,
		     const struct plot_metric *plotted, int y);

/* Returns the height of such a part. */
int plot_svg_metric_height(const struct plot *plot);

#endif
