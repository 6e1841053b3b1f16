/* print_table.c - a line a result: aligned columns, or tabs between them */
#include "print.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "escape.h"

/* All values, row by row. */
struct cells {
	char **values;
	size_t rows, columns;
};

static void free_cells(struct cells *cells)
{
	for (size_t i = 0; cells->values && i < cells->rows * cells->columns; i++)
		free(cells->values[i]);
	free(cells->values);
}

/* Returns 0, or -1 with errno and nothing to free. */
static int fill_cells(struct cells *cells, const struct results *results,
		      const struct columns *columns)
{
	*cells = (struct cells){ .rows = results->count, .columns = columns->count };
	cells->values = calloc(cells->rows * cells->columns + 1, sizeof(*cells->values));
	for (size_t i = 0; cells->values && i < cells->rows * cells->columns; i++) {
		const struct result *result = &results->items[i / cells->columns];

		cells->values[i] = column_value(&columns->items[i % cells->columns], result);
		if (!cells->values[i]) {
			free_cells(cells);
			return -1;
		}
	}
	return cells->values ? 0 : -1;
}

enum { CELL_MAX = 50 }; /* characters of a value that stands before others */

/* Cuts a long value, so that a row fits a screen. */
static void cut_value(char *value)
{
	size_t length, at = 0, width = 0;

	if (escape_width(value) <= CELL_MAX)
		return;
	while (value[at]) {
		size_t next = width + (utf8_needs_escape(value + at, &length) ? 4 * length : 1);

		if (next > CELL_MAX - 3)
			break;
		width = next;
		at += length;
	}
	memcpy(value + at, "...", sizeof("..."));
}

/* Returns what a table shows for a value: an empty cell is hard to see. */
static const char *shown(const char *value)
{
	return value && *value ? value : "-";
}

/* Writes one line. The last cell is not filled up. */
static void print_row(struct output *out, char *const *values, const size_t *widths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = shown(values[i]);

		escape_write(out, value, "");
		if (i + 1 == count)
			break;
		for (size_t n = escape_width(value); n < widths[i] + 2; n++)
			output_puts(out, " ");
	}
	output_puts(out, "\n");
}

int print_table(struct output *out, const struct results *results, const struct columns *columns,
		bool has_heading)
{
	char **names = calloc(columns->count + 1, sizeof(*names));
	size_t *widths = calloc(columns->count + 1, sizeof(*widths));
	struct cells cells = { 0 };
	int failed = -1;

	if (!names || !widths || fill_cells(&cells, results, columns))
		goto out;
	for (size_t i = 0; i < columns->count; i++) {
		names[i] = columns->items[i].name;
		widths[i] = has_heading ? escape_width(names[i]) : 0;
	}
	for (size_t i = 0; i < cells.rows * cells.columns; i++)
		if ((i + 1) % cells.columns)
			cut_value(cells.values[i]);
	for (size_t i = 0; i < cells.rows * cells.columns; i++) {
		size_t width = escape_width(shown(cells.values[i]));

		if (width > widths[i % cells.columns])
			widths[i % cells.columns] = width;
	}
	if (has_heading)
		print_row(out, names, widths, columns->count);
	for (size_t row = 0; row < cells.rows; row++)
		print_row(out, cells.values + row * cells.columns, widths, cells.columns);
	free_cells(&cells);
	failed = 0;
out:
	free(names);
	free(widths);
	return failed;
}

static void print_field(struct output *out, const char *value, size_t place, size_t count)
{
	escape_write(out, value, "\\");
	output_puts(out, place + 1 < count ? "\t" : "\n");
}

int print_tsv(struct output *out, const struct results *results, const struct columns *columns,
	      bool has_heading)
{
	for (size_t i = 0; has_heading && i < columns->count; i++)
		print_field(out, columns->items[i].name, i, columns->count);
	for (size_t row = 0; row < results->count; row++)
		for (size_t i = 0; i < columns->count; i++) {
			char *value = column_value(&columns->items[i], &results->items[row]);

			if (!value)
				return -1;
			print_field(out, value, i, columns->count);
			free(value);
		}
	return 0;
}
