/* print_ktap.c - results as a KTAP document (Linux, Documentation/dev-tools/ktap.rst) */
#include "print.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"

/* Writes text as a part of a line in which "#" begins a directive. */
static void write_part(struct output *out, const char *before, const char *text)
{
	if (!*text)
		return;
	output_puts(out, before);
	escape_write(out, text, "\\#");
}

/* A host that is not suitable is a skip, as in the document of a .run. */
static bool is_skip(const char *verdict)
{
	return !strcmp(verdict, "skip") || !strcmp(verdict, "unsuitable");
}

static bool is_word(const char *text)
{
	return !text[strspn(text, "abcdefghijklmnopqrstuvwxyz-")];
}

static void print_result(struct output *out, const struct result *result, size_t number)
{
	const char *verdict = result_value(result, "verdict", 0);
	bool is_skipped = is_skip(verdict), is_ok = is_skipped || !strcmp(verdict, "pass");
	char plan[64];

	if (!is_ok) {
		/* what is no verdict may be "Subtest:", which means something there */
		write_part(out, "# ", is_word(verdict) ? verdict : "no verdict");
		write_part(out, ": ", result_value(result, "reason", 0));
		output_puts(out, "\n");
	}
	snprintf(plan, sizeof(plan), "%s %zu", is_ok ? "ok" : "not ok", number);
	output_puts(out, plan);
	if (result->is_unread) {
		write_part(out, " ", result->source);
		output_puts(out, "\n");
		return;
	}
	write_part(out, " ", result_value(result, "test", 0));
	write_part(out, " ", result_value(result, "host", 0));
	write_part(out, " ", result_value(result, "started", 0));
	write_part(out, " round ", result_value(result, "round", 0));
	if (is_skipped) {
		output_puts(out, " # SKIP");
		write_part(out, " ", result_value(result, "reason", 0));
	}
	output_puts(out, "\n");
}

int print_ktap(struct output *out, const struct results *results)
{
	char head[64];

	snprintf(head, sizeof(head), "KTAP version 1\n1..%zu\n", results->count);
	output_puts(out, head);
	for (size_t i = 0; i < results->count; i++)
		print_result(out, &results->items[i], i + 1);
	return 0;
}
