/* print_groups.c - how many results have each value of a column */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "tally.h"

static void print_counts(struct output *out, const struct count *counts, size_t ncounts,
			 size_t total)
{
	char number[64];

	for (size_t i = 0; i < ncounts; i++) {
		snprintf(number, sizeof(number), "%zu of %zu: ", counts[i].times, total);
		output_puts(out, number);
		escape_write(out, counts[i].text, "");
		output_puts(out, "\n");
	}
}

/* Returns the column's value or, in the place of an empty one, the verdict. The caller frees it. */
static char *group_value(const struct column *column, const struct result *result)
{
	char *value = column_value(column, result);

	if (value && !*value) {
		free(value);
		if (asprintf(&value, "(%s, without %s)", result_value(result, "verdict", 0),
			     column->name) < 0)
			value = NULL;
	}
	return value;
}

int print_groups(struct output *out, const struct results *results, const struct column *column)
{
	char **values = calloc(results->count + 1, sizeof(*values));
	struct count *counts = NULL;
	size_t ncounts = 0;

	if (!values)
		return -1;
	for (size_t i = 0; i < results->count; i++) {
		values[i] = group_value(column, &results->items[i]);
		if (!values[i])
			goto out;
	}
	counts = tally((const char **)values, results->count, &ncounts);
	if (counts)
		print_counts(out, counts, ncounts, results->count);
out:
	for (size_t i = 0; i < results->count; i++)
		free(values[i]);
	free(values);
	free(counts);
	return counts ? 0 : -1;
}
