/* print.h - what ktstr-results prints of results, in one format a function
 *
 * Each returns 0, or -1 with errno if there is no memory. output_close reports what could not be
 * written.
 */
#ifndef RESULTS_PRINT_H
#define RESULTS_PRINT_H

#include <stdbool.h>

#include "base/output.h"
#include "column.h"
#include "result_text.h"

/* A line a result, below the names of the columns if has_heading, which are aligned. */
int print_table(struct output *out, const struct results *results, const struct columns *columns,
		bool has_heading);

/* The same with tabs between the columns. */
int print_tsv(struct output *out, const struct results *results, const struct columns *columns,
	      bool has_heading);

/* The texts of the results, one after the other: they can be read again. */
int print_records(struct output *out, const struct results *results);

/* An array of objects: with all records, or, unless columns is empty, with the columns as texts. */
int print_json(struct output *out, const struct results *results, const struct columns *columns);

/* A KTAP document: a test a result, whose name has the test, the host and the time; and a test that
 * is not ok for each file that could not be read. */
int print_ktap(struct output *out, const struct results *results);

/* How many results have each value of the column, the most frequent first. */
int print_groups(struct output *out, const struct results *results, const struct column *column);

/* Each keyword whose value is not the same in all results, and a line below it for each value. */
int print_differences(struct output *out, const struct results *results);

#endif
