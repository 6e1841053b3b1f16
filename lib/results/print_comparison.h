/* print_comparison.h - what ktstr-results --compare prints, in one format a function
 *
 * output_close reports what could not be written.
 */
#ifndef RESULTS_PRINT_COMPARISON_H
#define RESULTS_PRINT_COMPARISON_H

#include <stdbool.h>

#include "base/output.h"
#include "compare.h"

/* Text for people, of 80 columns unless names are long. */
void print_comparison(struct output *out, const struct comparison *comparison);

/* A line for the verdicts of each test, and one for each metric, with tabs between the columns. */
void print_comparison_tsv(struct output *out, const struct comparison *comparison,
			  bool has_heading);

/* An array with an object for each such line. */
void print_comparison_json(struct output *out, const struct comparison *comparison);

#endif
