/* print_differences.c - the keywords whose values are not the same in all results
 *
 * Each result becomes a list of facts, a label and a value. The facts of all results are sorted, so
 * that those with the same label stand together. Each label whose facts differ is a line, and each
 * of its values another one below it.
 */
#include "print.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "escape.h"
#include "tally.h"

enum { SHOWN_MAX = 8 }; /* values of a label: they are to be read */

struct fact {
	char *label, *value;
	size_t rank; /* its keyword's place in result_rules, so that lines have that order */
};

struct facts {
	struct fact *items;
	size_t count, room;
};

/* Numbers and times of the run itself: they hardly ever agree, and say nothing of a cause. */
static bool always_differs(const char *keyword)
{
	static const char *const keywords[] = { "result",    "status",	"reason", "started",
						"time",	     "metric",	"event",  "metric-text",
						"sched-ext", "missing", "round",  "counter",
						"above",     "problem", NULL };

	for (size_t i = 0; keywords[i]; i++)
		if (!strcmp(keyword, keywords[i]))
			return true;
	return false;
}

/* Returns the fields from..to-1, with blanks between them. The caller frees it. NULL with errno. */
static char *join_fields(const struct entry *entry, size_t from, size_t to)
{
	struct strings fields = { 0 };
	char *text = NULL;
	bool failed = false;

	for (size_t i = from; !failed && i < entry->fields.count && i < to; i++)
		failed = strings_add(&fields, entry->fields.items[i]);
	if (!failed)
		text = strings_join(&fields, " ");
	strings_free(&fields);
	return text;
}

/* Returns the fact of a record; its label or value is NULL if there is no memory. */
static struct fact make_fact(const struct entry *entry)
{
	const struct record_rule *rule = result_rule(entry->keyword);
	struct fact fact = { .rank = rule ? (size_t)(rule - result_rules) : SIZE_MAX };

	if (rule && result_rule_has_kinds(rule)) {
		if (asprintf(&fact.label, "%s:%s", entry->keyword, entry->fields.items[0]) < 0)
			fact.label = NULL;
		fact.value = join_fields(entry, 1, SIZE_MAX);
		return fact;
	}
	fact.label = strdup(entry->keyword);
	/* of a duration, the time that it took always differs */
	fact.value = join_fields(entry, 0, strcmp(entry->keyword, "duration") ? SIZE_MAX : 1);
	return fact;
}

static void free_facts(struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		free(facts->items[i].label);
		free(facts->items[i].value);
	}
	free(facts->items);
}

/* Adds a fact, which the list then owns. Returns 0, or -1 with errno. */
static int add_fact(struct facts *facts, struct fact fact)
{
	if (fact.label && fact.value &&
	    !array_grow(&facts->items, facts->count, &facts->room, sizeof(fact))) {
		facts->items[facts->count++] = fact;
		return 0;
	}
	free(fact.label);
	free(fact.value);
	return -1;
}

static int compare_labels(const struct fact *a, const struct fact *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return strcmp(a->label, b->label);
}

static int compare_facts(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int order = compare_labels(x, y);

	return order ? order : strcmp(x->value, y->value); /* records have no order */
}

static void sort_facts(struct facts *facts)
{
	if (facts->count)
		qsort(facts->items, facts->count, sizeof(*facts->items), compare_facts);
}

/* Returns the index after the last fact with the same label as the one at first. */
static size_t end_of_label(const struct facts *facts, size_t first)
{
	size_t end = first + 1;

	while (end < facts->count && !compare_labels(&facts->items[first], &facts->items[end]))
		end++;
	return end;
}

/*
 * Adds the facts first..end, which have one label, as one fact. Values of one word, such as
 * options, have blanks between them. Returns 0, or -1 with errno.
 */
static int add_joined(struct facts *facts, const struct fact *first, const struct fact *end)
{
	struct fact joined = { .label = strdup(first->label), .rank = first->rank };
	struct strings values = { 0 };
	bool failed = false, has_blanks = false;

	for (const struct fact *fact = first; !failed && fact < end; fact++) {
		failed = strings_add(&values, fact->value);
		has_blanks = has_blanks || strchr(fact->value, ' ');
	}
	if (!failed)
		joined.value = strings_join(&values, has_blanks ? "; " : " ");
	strings_free(&values);
	return add_fact(facts, joined);
}

/* Adds the facts of a result, each label once. Returns 0, or -1 with errno. */
static int add_result(struct facts *facts, const struct result *result)
{
	const struct entries *records = &result->records;
	struct facts own = { 0 };
	int failed = 0;

	for (size_t i = 0; !failed && i < records->count; i++)
		if (!always_differs(records->items[i].keyword))
			failed = add_fact(&own, make_fact(&records->items[i]));
	sort_facts(&own);
	for (size_t i = 0, end; !failed && i < own.count; i = end) {
		end = end_of_label(&own, i);
		failed = add_joined(facts, own.items + i, own.items + end);
	}
	free_facts(&own);
	return failed;
}

static void print_count(struct output *out, size_t times, size_t total, const char *text)
{
	char number[64];

	snprintf(number, sizeof(number), "  %zu of %zu  ", times, total);
	output_puts(out, number);
	escape_write(out, text, "");
	output_puts(out, "\n");
}

static void print_others(struct output *out, size_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "  and %zu other values\n", number);
	output_puts(out, text);
}

/* Prints the values of a label, unless all results have the same. Returns 0, or -1 with errno. */
static int print_label(struct output *out, const struct fact *facts, size_t nfacts, size_t total)
{
	const char **values = calloc(nfacts, sizeof(*values));
	struct count *counts = NULL;
	size_t ncounts = 0;

	if (!values)
		return -1;
	for (size_t i = 0; i < nfacts; i++)
		values[i] = facts[i].value;
	counts = tally(values, nfacts, &ncounts);
	if (counts && (ncounts > 1 || nfacts < total)) {
		escape_write(out, facts->label, "");
		output_puts(out, "\n");
		for (size_t i = 0; i < ncounts && i < SHOWN_MAX; i++)
			print_count(out, counts[i].times, total, counts[i].text);
		if (ncounts > SHOWN_MAX)
			print_others(out, ncounts - SHOWN_MAX);
		if (nfacts < total)
			print_count(out, total - nfacts, total, "(none)");
	}
	free(values);
	free(counts);
	return counts ? 0 : -1;
}

int print_differences(struct output *out, const struct results *results)
{
	struct facts facts = { 0 };
	int failed = 0;

	for (size_t i = 0; !failed && i < results->count; i++)
		failed = add_result(&facts, &results->items[i]);
	sort_facts(&facts);
	for (size_t i = 0, end; !failed && i < facts.count; i = end) {
		end = end_of_label(&facts, i);
		failed = print_label(out, facts.items + i, end - i, results->count);
	}
	free_facts(&facts);
	return failed;
}
