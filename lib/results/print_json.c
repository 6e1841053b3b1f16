/* print_json.c - results as an array of JSON objects (RFC 8259) */
#include "print.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_string.h"
#include "noise.h"

/*
 * The names of the fields of keywords that have several, or numbers. A number's name ends with "#".
 * A keyword without a row has a text, or an array of its fields as texts.
 */
static const struct form {
	const char *keyword;
	const char *names[5];
} forms[] = {
	{ "status", { "#" } },
	{ "program", { "who", "name", "sha256" } },
	{ "build-id", { "who", "id" } },
	{ "git", { "who", "state" } },
	{ "round", { "#" } },
	{ "cpus", { "#" } },
	{ "started", { "utc", "seconds#" } },
	{ "time", { "what", "seconds#" } },
	{ "duration", { "asked#", "taken#" } },
	{ "kernel", { "release", "version" } },
	{ "taint", { "before#", "after#" } },
	{ "topology", { "what", "label" } },
	{ "sched-ext", { "when", "state", "enable-seq#", "ops", "switch-all#" } },
	{ "ejection", { "expected", "found" } },
	{ "event", { "name", "before#", "after#" } },
	{ "counter", { "name", "before#", "after#" } },
	{ "above", { "pid#", "name", "policy", "us#" } },
	{ "metric", { "name", "value#", "unit" } },
	{ "missing", { "source", "why" } },
	{ NULL, { NULL } },
};

static const struct form *find_form(const char *keyword)
{
	const struct form *form = forms;

	while (form->keyword && strcmp(form->keyword, keyword))
		form++;
	return form;
}

/*
 * Writes a decimal number as JSON wants it: strtod also takes "+1", "01", ".5" and "1.". What is no
 * number is a string.
 */
static void write_number(struct output *out, const char *text)
{
	double value;
	size_t digits;

	if (result_number(text, &value)) {
		json_write_string(out, text);
		return;
	}
	if (*text == '-')
		output_puts(out, "-");
	text += strspn(text, "+-");
	while (*text == '0' && text[1] >= '0' && text[1] <= '9')
		text++;
	digits = strspn(text, "0123456789");
	output_write(out, digits ? text : "0", digits ? digits : 1);
	text += digits;
	if (*text == '.') {
		digits = strspn(text + 1, "0123456789");
		if (digits)
			output_write(out, text, digits + 1);
		text += digits + 1;
	}
	output_puts(out, text); /* the exponent */
}

static void write_field(struct output *out, const char *name, const char *value)
{
	if (name && *name && name[strlen(name) - 1] == '#')
		write_number(out, value);
	else
		json_write_string(out, value);
}

/* Writes the names and values of several fields, or of a keyword that this program does not know.
 */
static void write_fields(struct output *out, const struct entry *entry, const struct form *form)
{
	const struct strings *fields = &entry->fields;

	output_puts(out, form->keyword ? "{" : "[");
	for (size_t i = 0; i < fields->count; i++) {
		const char *name = form->keyword ? form->names[i] : NULL;

		if (i)
			output_puts(out, ", ");
		if (name) {
			output_puts(out, "\"");
			output_write(out, name, strcspn(name, "#"));
			output_puts(out, "\": ");
		}
		write_field(out, name, fields->items[i]);
	}
	output_puts(out, form->keyword ? "}" : "]");
}

static void write_record(struct output *out, const struct entry *entry,
			 const struct record_rule *rule)
{
	const struct form *form = find_form(entry->keyword);

	if (rule && rule->max_fields == 1)
		write_field(out, form->names[0], entry->fields.items[0]);
	else
		write_fields(out, entry, form);
}

static void write_key(struct output *out, const char *key)
{
	output_puts(out, ",\n  ");
	json_write_string(out, key);
	output_puts(out, ": ");
}

/* Writes the records of one keyword: those at entries[0..count). */
static void write_records(struct output *out, const struct entry *const *entries, size_t count)
{
	const struct record_rule *rule = result_rule(entries[0]->keyword);
	bool is_list = !rule || (rule->times == RECORD_MANY && strcmp(rule->keyword, "result"));

	write_key(out, entries[0]->keyword);
	if (is_list)
		output_puts(out, "[");
	for (size_t i = 0; i < count; i++) {
		if (i)
			output_puts(out, ", ");
		write_record(out, entries[i], rule);
	}
	if (is_list)
		output_puts(out, "]");
}

/* By keyword, and then as they stand in the result. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a,
			   *y = *(const struct entry *const *)b;
	int order = strcmp(x->keyword, y->keyword);

	return order ? order : (x > y) - (x < y);
}

/* The first keys, which no record may have. */
static bool is_key_of_ours(const char *keyword)
{
	return !strcmp(keyword, "source") || !strcmp(keyword, "member") ||
	       !strcmp(keyword, "disturbed");
}

static int write_source(struct output *out, const struct result *result)
{
	struct strings reasons = { 0 };
	int failed = noise_find(result, &reasons, NULL);

	output_puts(out, "\"source\": ");
	json_write_string(out, result->source);
	if (*result->member) {
		write_key(out, "member");
		json_write_string(out, result->member);
	}
	if (reasons.count)
		write_key(out, "disturbed");
	for (size_t i = 0; i < reasons.count; i++) {
		output_puts(out, i ? ", " : "[");
		json_write_string(out, reasons.items[i]);
	}
	if (reasons.count)
		output_puts(out, "]");
	strings_free(&reasons);
	return failed;
}

/* Writes all records. A key may stand only once, so those with the same keyword are one array. */
static int write_all_records(struct output *out, const struct result *result)
{
	size_t count = result->records.count;
	const struct entry **sorted = calloc(count + 1, sizeof(*sorted));
	int failed;

	if (!sorted)
		return -1;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &result->records.items[i];
	qsort(sorted, count, sizeof(*sorted), compare_entries);
	failed = write_source(out, result);
	for (size_t i = 0, end; i < count; i = end) {
		end = i + 1;
		while (end < count && !strcmp(sorted[i]->keyword, sorted[end]->keyword))
			end++;
		if (!is_key_of_ours(sorted[i]->keyword))
			write_records(out, sorted + i, end - i);
	}
	free(sorted);
	return failed;
}

static int write_columns(struct output *out, const struct result *result,
			 const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		char *value = column_value(&columns->items[i], result);

		if (!value)
			return -1;
		if (i)
			output_puts(out, ",\n  ");
		json_write_string(out, columns->items[i].name);
		output_puts(out, ": ");
		json_write_string(out, value);
		free(value);
	}
	return 0;
}

int print_json(struct output *out, const struct results *results, const struct columns *columns)
{
	output_puts(out, "[");
	for (size_t i = 0; i < results->count; i++) {
		const struct result *result = &results->items[i];

		output_puts(out, i ? ",\n{" : "\n{");
		if (columns->count ? write_columns(out, result, columns)
				   : write_all_records(out, result))
			return -1;
		output_puts(out, "}");
	}
	output_puts(out, results->count ? "\n]\n" : "]\n");
	return 0;
}
