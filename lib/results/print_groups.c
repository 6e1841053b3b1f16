/* print_groups.c - how many results have each value of a column */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "tally.h"

static void print_counts(struct output *out, const struct count *counts, size_t ncounts,
			 size_t total, const char *column)
{
	char number[64];

	for (size_t i = 0; i < ncounts; i++) {
		snprintf(number, sizeof(number), "%zu of %zu: ", counts[i].times, total);
		output_puts(out, number);
		if (*counts[i].text) {
			escape_write(out, counts[i].text, "");
		} else {
			output_puts(out, "(no ");
			escape_write(out, column, "");
			output_puts(out, ")");
		}
		output_puts(out, "\n");
	}
}

int print_groups(struct output *out, const struct results *results, const struct column *column)
{
	char **values = calloc(results->count + 1, sizeof(*values));
	struct count *counts = NULL;
	size_t ncounts = 0;

	if (!values)
		return -1;
	for (size_t i = 0; i < results->count; i++) {
		values[i] = column_value(column, &results->items[i]);
		if (!values[i])
			goto out;
	}
	counts = tally((const char **)values, results->count, &ncounts);
	if (counts)
		print_counts(out, counts, ncounts, results->count, column->name);
out:
	for (size_t i = 0; i < results->count; i++)
		free(values[i]);
	free(values);
	free(counts);
	return counts ? 0 : -1;
}
