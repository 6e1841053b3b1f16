/* print_comparison_data.c - a comparison as lines with tabs, or as JSON: the same columns */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "json_string.h"
#include "print_comparison.h"

enum { FIELDS_MAX = 32, NUMBER_MAX = 32 };

/* A value of a line. */
struct field {
	const char *name;
	const char *text; /* NULL: it is a number */
	double number;	  /* not finite: there is none */
};

/* The verdicts of a test, or a metric. */
struct line {
	struct field fields[FIELDS_MAX];
	size_t count;
};

typedef void write_line(struct output *out, const struct line *line, size_t place);

static void add_text(struct line *line, const char *name, const char *text)
{
	line->fields[line->count++] = (struct field){ name, text, NAN };
}

static void add_number(struct line *line, const char *name, double number)
{
	line->fields[line->count++] = (struct field){ name, NULL, number };
}

/* What a line shows; what has no value stays NAN. */
struct row {
	const char *kind, *name, *unit;
	const char *left_out[SIDES];
	enum word word;
	double n[SIDES], value[SIDES], iqr[SIDES];
	struct interval share[SIDES], interval;
	double difference, percent, p, bad;
};

static const struct row no_row = {
	.unit = "",
	.left_out = { "", "" },
	.value = { NAN, NAN },
	.iqr = { NAN, NAN },
	.share = { { NAN, NAN }, { NAN, NAN } },
	.interval = { NAN, NAN },
	.difference = NAN,
	.percent = NAN,
	.p = NAN,
	.bad = NAN,
};

static struct row verdict_row(const struct verdict_comparison *verdict)
{
	struct row row = no_row;

	row.kind = "verdict";
	row.name = "passed";
	row.word = verdict->word;
	for (size_t side = 0; side < SIDES; side++) {
		row.n[side] = (double)verdict->n[side];
		row.left_out[side] = verdict->left_out[side];
		if (!verdict->n[side])
			continue;
		row.value[side] = (double)verdict->passed[side] / row.n[side];
		row.share[side] = verdict->share[side];
	}
	if (verdict->n[SIDE_A] && verdict->n[SIDE_B]) {
		row.p = verdict->p;
		row.difference = row.value[SIDE_B] - row.value[SIDE_A];
	}
	return row;
}

static struct row metric_row(const struct metric_comparison *metric)
{
	struct row row = no_row;

	row.kind = "metric";
	row.name = metric->name;
	row.unit = metric->unit;
	row.word = metric->word;
	row.bad = (double)metric->bad;
	for (size_t side = 0; side < SIDES; side++) {
		row.n[side] = (double)metric->n[side];
		row.value[side] = metric->median[side];
		row.iqr[side] = metric->iqr[side];
	}
	if (!metric->n[SIDE_A] || !metric->n[SIDE_B])
		return row;
	row.difference = metric->test.shift;
	row.percent = metric->percent;
	row.p = metric->test.p;
	if (metric->test.has_interval)
		row.interval = metric->test.interval;
	return row;
}

/* Names the values of a row: the order of the columns. */
static struct line name_fields(const struct comparison *comparison,
			       const struct test_comparison *test, const struct row *row)
{
	struct line line = { .count = 0 };

	add_text(&line, "test", test->name);
	add_text(&line, "kind", row->kind);
	add_text(&line, "name", row->name);
	add_text(&line, "unit", row->unit);
	add_text(&line, "word", word_names[row->word]);
	add_number(&line, "p", row->p);
	add_number(&line, "n-a", row->n[SIDE_A]);
	add_number(&line, "n-b", row->n[SIDE_B]);
	add_number(&line, "a", row->value[SIDE_A]);
	add_number(&line, "b", row->value[SIDE_B]);
	add_number(&line, "difference", row->difference);
	add_number(&line, "low", row->interval.low);
	add_number(&line, "high", row->interval.high);
	add_number(&line, "percent", row->percent);
	add_number(&line, "iqr-a", row->iqr[SIDE_A]);
	add_number(&line, "iqr-b", row->iqr[SIDE_B]);
	add_number(&line, "low-a", row->share[SIDE_A].low);
	add_number(&line, "high-a", row->share[SIDE_A].high);
	add_number(&line, "low-b", row->share[SIDE_B].low);
	add_number(&line, "high-b", row->share[SIDE_B].high);
	add_text(&line, "left-out-a", row->left_out[SIDE_A]);
	add_text(&line, "left-out-b", row->left_out[SIDE_B]);
	add_number(&line, "no-numbers", row->bad);
	add_text(&line, "side-a", comparison->sides[SIDE_A]);
	add_text(&line, "side-b", comparison->sides[SIDE_B]);
	return line;
}

/* Gives write each line, with its place from 0. Returns their number. */
static size_t for_each_line(struct output *out, const struct comparison *comparison,
			    write_line *write)
{
	size_t place = 0;

	for (size_t i = 0; i < comparison->ntests; i++) {
		const struct test_comparison *test = &comparison->tests[i];
		struct row row = verdict_row(&test->verdict);
		struct line line = name_fields(comparison, test, &row);

		write(out, &line, place++);
		for (size_t k = 0; k < test->nmetrics; k++) {
			row = metric_row(&test->metrics[k]);
			line = name_fields(comparison, test, &row);
			write(out, &line, place++);
		}
	}
	return place;
}

/* Returns "" for a number that there is not. */
static const char *show_field(const struct field *field, char number[static NUMBER_MAX])
{
	if (field->text)
		return field->text;
	*number = '\0';
	if (isfinite(field->number))
		snprintf(number, NUMBER_MAX, "%.10g", field->number + 0.0); /* no -0 */
	return number;
}

static void write_tsv(struct output *out, const struct line *line, size_t place)
{
	char number[NUMBER_MAX];

	(void)place;
	for (size_t i = 0; i < line->count; i++) {
		output_puts(out, i ? "\t" : "");
		escape_write(out, show_field(&line->fields[i], number), "\\");
	}
	output_puts(out, "\n");
}

static void write_heading(struct output *out)
{
	const struct comparison none = { .ntests = 0 };
	const struct test_comparison test = { .name = "" };
	const struct line line = name_fields(&none, &test, &no_row);

	for (size_t i = 0; i < line.count; i++) {
		output_puts(out, i ? "\t" : "");
		output_puts(out, line.fields[i].name);
	}
	output_puts(out, "\n");
}

void print_comparison_tsv(struct output *out, const struct comparison *comparison, bool has_heading)
{
	if (has_heading)
		write_heading(out);
	for_each_line(out, comparison, write_tsv);
}

static void write_object(struct output *out, const struct line *line, size_t place)
{
	char number[NUMBER_MAX];

	output_puts(out, place ? ",\n{" : "\n{");
	for (size_t i = 0; i < line->count; i++) {
		const struct field *field = &line->fields[i];

		output_puts(out, i ? ",\n  " : "");
		json_write_string(out, field->name);
		output_puts(out, ": ");
		if (field->text)
			json_write_string(out, field->text);
		else
			output_puts(out,
				    isfinite(field->number) ? show_field(field, number) : "null");
	}
	output_puts(out, "}");
}

void print_comparison_json(struct output *out, const struct comparison *comparison)
{
	output_puts(out, "[");
	output_puts(out, for_each_line(out, comparison, write_object) ? "\n]\n" : "]\n");
}
