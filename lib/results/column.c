/* column.c - one value of a result, by its name */
#include "column.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/report.h"
#include "base/strings.h"
#include "base/suggest.h"
#include "noise.h"

/* Columns that do not show all fields of the keyword with their name. */
static const struct column special[] = {
	/* name, keyword, kind, field, nfields */
	{ "source", NULL, NULL, 0, 0 },
	{ "member", NULL, NULL, 0, 0 },
	{ "metrics", "metric", NULL, 0, 3 },
	{ "kernel", "kernel", NULL, 0, 1 },
	{ "kernel-version", "kernel", NULL, 1, 1 },
	{ "started", "started", NULL, 0, 1 },
	{ "duration", "duration", NULL, 1, 1 },
	{ "duration-asked", "duration", NULL, 0, 1 },
	{ "topology-found", "topology", "found", 1, 1 },
	{ "topology-needed", "topology", "needed", 1, 1 },
	{ "disturbed", NULL, NULL, 0, 0 },
	{ "disturbed-by", NULL, NULL, 0, 0 },
};
enum { SPECIALS = sizeof(special) / sizeof(special[0]) };

/* Fills in what the name says. Returns whether there is a column with this name. */
static bool find_column(struct column *column)
{
	const struct record_rule *rule;
	char *name = column->name, *colon;

	for (size_t i = 0; i < SPECIALS; i++)
		if (!strcmp(special[i].name, name)) {
			*column = special[i];
			column->name = name;
			return true;
		}
	if (!strncmp(name, "value:", 6) && name[6]) { /* NAME VALUE UNIT */
		column->keyword = "metric";
		column->kind = name + 6;
		column->field = 1;
		column->nfields = 1;
		return true;
	}
	column->keyword = name;
	column->nfields = SIZE_MAX;
	if (result_rule(name) || !strncmp(name, "x-", 2))
		return true;
	colon = strchr(name, ':');
	if (!colon || !colon[1])
		return false;
	*colon = '\0';
	rule = result_rule(name);
	*colon = ':';
	if (!rule || !result_rule_has_kinds(rule))
		return false;
	column->keyword = rule->keyword;
	column->kind = colon + 1;
	column->field = 1;
	return true;
}

int columns_add(struct columns *columns, const char *name)
{
	struct column column = { .name = strdup(name) };
	int error = ENOMEM;

	for (size_t i = 0; column.name && i < columns->count; i++)
		if (!strcmp(columns->items[i].name, name)) {
			free(column.name);
			errno = EEXIST;
			return -1;
		}
	if (column.name && !find_column(&column)) {
		error = EINVAL;
	} else if (column.name &&
		   !array_grow(&columns->items, columns->count, &columns->room, sizeof(column))) {
		columns->items[columns->count++] = column;
		return 0;
	}
	free(column.name);
	errno = error;
	return -1;
}

/* Returns 1 if a result has a value in the column with this name, 0 if none has, -1 with errno. */
static int is_used(const char *name, const struct results *results)
{
	struct columns columns = { 0 };
	int used = columns_add(&columns, name) ? -1 : 0;

	for (size_t i = 0; !used && i < results->count; i++) {
		char *value = column_value(&columns.items[0], &results->items[i]);

		used = !value ? -1 : *value != '\0';
		free(value);
	}
	columns_free(&columns);
	return used;
}

int columns_add_default(struct columns *columns, const struct results *results)
{
	static const char *const names[] = { "host",	   "kernel",  "test",	"scheduler",
					     "?round",	   "verdict", "reason", "duration",
					     "?disturbed", "metrics" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool is_optional = *names[i] == '?';
		const char *name = names[i] + is_optional;
		int used = !is_optional ? 1 : results ? is_used(name, results) : 0;

		if (used < 0 || (used && columns_add(columns, name)))
			return -1;
	}
	return 0;
}

char *columns_suggest(const char *name)
{
	struct strings names = { 0 }, nearest = { 0 };
	char *text = NULL;

	for (size_t i = 0; i < SPECIALS; i++)
		if (strings_add(&names, special[i].name))
			goto out;
	for (const struct record_rule *rule = result_rules; rule->keyword; rule++)
		if (!strings_contain(&names, rule->keyword) && strings_add(&names, rule->keyword))
			goto out;
	if (strings_add(&names, "metric:NAME") || strings_add(&names, "value:NAME") ||
	    suggest_names(name, &names, &nearest))
		goto out;
	text = strings_join(&nearest, " or ");
out:
	strings_free(&names);
	strings_free(&nearest);
	return text;
}

/* Adds the names of all metrics, each once. Returns 0, or -1 with errno. */
static int add_metrics(const struct results *results, struct strings *names)
{
	const struct entry *entry = NULL;

	for (size_t i = 0; i < results->count; i++)
		while ((entry = entries_next(&results->items[i].records, "metric", entry)))
			if (!strings_contain(names, entry->fields.items[0]) &&
			    strings_add(names, entry->fields.items[0]))
				return -1;
	return 0;
}

/* Reports that of names, which results have, none is name. */
static void note_missing(const char *name, const struct strings *names)
{
	enum { SHOWN_MAX = 8 };
	struct strings nearest = { 0 };
	const struct strings *shown = &nearest;
	char *list;

	suggest_names(name, names, &nearest);
	if (!nearest.count && names->count <= SHOWN_MAX)
		shown = names;
	list = strings_join(shown, ", ");
	report(0, "no result has the metric %s%s%s", name, list && *list ? ": there are " : "",
	       list ? list : "");
	free(list);
	strings_free(&nearest);
}

void columns_note_missing(const struct columns *columns, const struct results *results)
{
	struct strings names = { 0 };

	for (size_t i = 0; results->count && i < columns->count; i++) {
		const struct column *column = &columns->items[i];

		if (!column->kind || strcmp(column->keyword, "metric"))
			continue;
		if (!names.count && add_metrics(results, &names))
			break; /* it is a note */
		if (!strings_contain(&names, column->kind))
			note_missing(column->kind, &names);
	}
	strings_free(&names);
}

static bool has_kind(const struct entry *entry, const char *kind)
{
	return !kind || (entry->fields.count && !strcmp(entry->fields.items[0], kind));
}

/* Returns the fields that are shown of a record. The caller frees it. NULL with errno. */
static char *show_record(const struct column *column, const struct entry *entry)
{
	struct strings shown = { 0 };
	char *text = NULL;

	for (size_t i = column->field;
	     i < entry->fields.count && i - column->field < column->nfields; i++)
		if (strings_add(&shown, entry->fields.items[i]))
			goto out;
	text = strings_join(&shown, " ");
	/* NAME VALUE UNIT becomes NAME=VALUE UNIT */
	if (text && shown.count && !strcmp(column->name, "metrics"))
		text[strlen(shown.items[0])] = '=';
out:
	strings_free(&shown);
	return text;
}

/* Returns the value of a column that is made of no single record. The caller frees it. NULL
 * with errno. */
static char *show_special(const struct column *column, const struct result *result)
{
	if (!strcmp(column->name, "source"))
		return strdup(result->source);
	if (!strcmp(column->name, "member"))
		return strdup(result->member);
	return noise_text(result, !strcmp(column->name, "disturbed"));
}

char *column_value(const struct column *column, const struct result *result)
{
	const struct entry *entry = NULL;
	struct strings records = { 0 };
	char *text = NULL;

	if (!column->keyword)
		return show_special(column, result);
	while ((entry = entries_next(&result->records, column->keyword, entry))) {
		char *record;
		int failed;

		if (!has_kind(entry, column->kind))
			continue;
		record = show_record(column, entry);
		failed = !record || strings_add(&records, record);
		free(record);
		if (failed)
			goto out;
	}
	text = strings_join(&records, "; ");
out:
	strings_free(&records);
	return text;
}

void columns_free(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->items[i].name);
	free(columns->items);
	*columns = (struct columns){ 0 };
}
