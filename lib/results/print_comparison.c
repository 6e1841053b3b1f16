/* print_comparison.c - a comparison as text for people */
#include "print_comparison.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "show_number.h"

enum { LINE_BYTES = 512 };

static const char *show_p(double p, char text[static NUMBER_MAX])
{
	if (p < 0.0001)
		return "p < 0.0001";
	snprintf(text, NUMBER_MAX, "p = %.4f", p);
	return text;
}

static void print_sides(struct output *out, const struct comparison *comparison)
{
	for (size_t side = 0; side < SIDES; side++) {
		output_puts(out, side == SIDE_A ? "A: " : "B: ");
		escape_write(out, comparison->sides[side], "");
		output_puts(out, "\n");
	}
}

static void print_left_out(struct output *out, const struct verdict_comparison *verdict)
{
	bool is_first = true;

	for (size_t side = 0; side < SIDES; side++) {
		if (!*verdict->left_out[side])
			continue;
		output_puts(out, is_first ? "  not counted: " : "; ");
		output_puts(out, side == SIDE_A ? "A " : "B ");
		escape_write(out, verdict->left_out[side], "");
		is_first = false;
	}
	if (!is_first)
		output_puts(out, "\n");
}

static void print_verdict(struct output *out, const struct verdict_comparison *verdict)
{
	char line[LINE_BYTES];

	snprintf(line, sizeof(line), "\npassed: %s\n", word_names[verdict->word]);
	output_puts(out, line);
	for (size_t side = 0; side < SIDES; side++) {
		size_t n = verdict->n[side], length;

		length = (size_t)snprintf(line, sizeof(line), "  %c      %zu of %zu", "AB"[side],
					  verdict -> passed[side], n);
		if (n)
			snprintf(line + length, sizeof(line) - length,
				 "   %.1f%%   95%% interval %.1f%% to %.1f%%",
				 100 * (double)verdict->passed[side] / (double)n,
				 100 * verdict->share[side].low, 100 * verdict->share[side].high);
		output_puts(out, line);
		output_puts(out, "\n");
	}
	if (verdict->n[SIDE_A] && verdict->n[SIDE_B]) {
		output_puts(out, "  B - A  ");
		output_puts(out, show_p(verdict->p, line));
		output_puts(out, "\n");
	}
	print_left_out(out, verdict);
}

/* Writes how B differs from A. */
static void print_difference(struct output *out, const struct metric_comparison *metric)
{
	const struct rank_sum *test = &metric->test;
	char line[LINE_BYTES], percent[NUMBER_MAX] = "", number[3][NUMBER_MAX], p[NUMBER_MAX];

	if (!isnan(metric->percent) && fabs(metric->percent) < 1e9)
		snprintf(percent, sizeof(percent), " (%s%%)",
			 show_number(round(10 * metric->percent) / 10, true, number[0]));
	snprintf(line, sizeof(line), "  B - A  %s%s   ", show_number(test->shift, true, number[0]),
		 percent);
	output_puts(out, line);
	if (test->has_interval) {
		snprintf(line, sizeof(line), "95%% interval %s to %s   ",
			 show_number(test->interval.low, true, number[1]),
			 show_number(test->interval.high, true, number[2]));
		output_puts(out, line);
	}
	output_puts(out, show_p(test->p, p));
	output_puts(out, "\n");
}

static void print_metric(struct output *out, const struct metric_comparison *metric)
{
	char line[LINE_BYTES], middle[NUMBER_MAX], spread[NUMBER_MAX];

	output_puts(out, "\n");
	metric_write_name(out, metric->name, metric->unit);
	snprintf(line, sizeof(line), ": %s\n", word_names[metric->word]);
	output_puts(out, line);
	for (size_t side = 0; side < SIDES; side++) {
		if (!metric->n[side])
			continue;
		snprintf(line, sizeof(line), "  %c      n %zu   median %s   IQR %s\n", "AB"[side],
			 metric -> n[side], show_number(metric->median[side], false, middle),
			 show_number(metric->iqr[side], false, spread));
		output_puts(out, line);
	}
	if (metric->n[SIDE_A] && metric->n[SIDE_B])
		print_difference(out, metric);
	if (metric->bad) {
		snprintf(line, sizeof(line), "  not counted: %zu values that are no numbers\n",
			 metric->bad);
		output_puts(out, line);
	}
}

/* Says that a metric has several units, before the first of them; they are sorted by name. */
static void print_units(struct output *out, const struct test_comparison *test, size_t i)
{
	const char *name = test->metrics[i].name;

	if ((i && !strcmp(test->metrics[i - 1].name, name)) || i + 1 == test->nmetrics ||
	    strcmp(test->metrics[i + 1].name, name))
		return;
	output_puts(out, "\n");
	escape_write(out, name, "");
	output_puts(out, " has several units, which are not mixed:\n");
}

static void print_test(struct output *out, const struct test_comparison *test)
{
	output_puts(out, "\ntest ");
	escape_write(out, test->name, "");
	if (!test->results[SIDE_A] || !test->results[SIDE_B]) {
		char line[LINE_BYTES];

		snprintf(line, sizeof(line), ": %s, with %zu results: not compared\n",
			 word_names[test->verdict.word],
			 test->results[SIDE_A] + test->results[SIDE_B]);
		output_puts(out, line);
		return;
	}
	output_puts(out, "\n");
	print_verdict(out, &test->verdict);
	for (size_t i = 0; i < test->nmetrics; i++) {
		print_units(out, test, i);
		print_metric(out, &test->metrics[i]);
	}
}

void print_comparison(struct output *out, const struct comparison *comparison)
{
	print_sides(out, comparison);
	for (size_t i = 0; i < comparison->ntests; i++)
		print_test(out, &comparison->tests[i]);
}
