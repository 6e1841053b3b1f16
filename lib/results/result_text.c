/* result_text.c - the results of runs, and the text that each is written as */
#include "result_text.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/number.h"
#include "base/report.h"

static const char *version_problem(char *const *fields)
{
	return strcmp(fields[0], RESULT_VERSION) ? "this program reads version " RESULT_VERSION
						   " of the format"
						 : NULL;
}

static const char *name_problem(char *const *fields)
{
	return *fields[0] ? NULL : "the name is empty";
}

static const char *status_problem(char *const *fields)
{
	uint64_t status;

	return parse_number(fields[0], 10, 0, 255, &status) ? "not a status from 0 to 255" : NULL;
}

static const char *second_number_problem(char *const *fields)
{
	double value;

	return result_number(fields[1], &value) ? "the second field is not a decimal number" : NULL;
}

static const char *numbers_problem(char *const *fields)
{
	double value;

	return result_number(fields[0], &value) ? "the first field is not a decimal number"
						: second_number_problem(fields);
}

const struct record_rule result_rules[] = {
	{ "result", 1, 1, RECORD_MANY, version_problem }, /* once each: it begins a result */
	{ "test", 1, 1, RECORD_NEEDED, name_problem },
	{ "verdict", 1, 1, RECORD_ONCE, name_problem },
	{ "status", 1, 1, RECORD_ONCE, status_problem },
	{ "reason", 1, 1, RECORD_ONCE, NULL },
	{ "signature", 1, 1, RECORD_ONCE, NULL },
	{ "about", 1, 1, RECORD_ONCE, NULL },
	{ "contact", 1, 1, RECORD_ONCE, NULL },
	{ "file", 1, 1, RECORD_ONCE, NULL },
	{ "scheduler", 1, 1, RECORD_ONCE, NULL },
	{ "round", 1, 1, RECORD_ONCE, NULL },
	{ "program", 3, 3, RECORD_MANY, NULL },
	{ "build-id", 2, 2, RECORD_MANY, NULL },
	{ "git", 2, 2, RECORD_MANY, NULL },
	{ "payload", 1, 1, RECORD_ONCE, NULL },
	{ "engine", 1, 1, RECORD_ONCE, NULL },
	{ "option", 1, 1, RECORD_MANY, NULL },
	{ "started", 2, 2, RECORD_ONCE, second_number_problem },
	{ "time", 2, 2, RECORD_MANY, second_number_problem },
	{ "duration", 2, 2, RECORD_ONCE, numbers_problem },
	{ "kernel", 2, 2, RECORD_ONCE, NULL },
	{ "cmdline", 1, 1, RECORD_ONCE, NULL },
	{ "taint", 2, 2, RECORD_ONCE, NULL },
	{ "host", 1, 1, RECORD_ONCE, NULL },
	{ "machine", 1, 1, RECORD_ONCE, NULL },
	{ "cpu", 1, 1, RECORD_ONCE, NULL },
	{ "cpus", 1, 1, RECORD_ONCE, NULL },
	{ "topology", 2, 2, RECORD_MANY, NULL },
	{ "sched-ext", 3, 5, RECORD_MANY, NULL },
	{ "ejection", 2, 2, RECORD_ONCE, NULL },
	{ "event", 3, 3, RECORD_MANY, NULL },
	{ "counter", 3, 3, RECORD_MANY, NULL },
	{ "above", 4, 4, RECORD_MANY, NULL },
	{ "metric", 2, 3, RECORD_MANY, name_problem }, /* a value out of range is text */
	{ "metric-text", 1, 1, RECORD_MANY, NULL },
	{ "host-restored", 1, 1, RECORD_ONCE, NULL },
	{ "problem", 1, 1, RECORD_MANY, NULL },
	{ "difference", 1, 1, RECORD_MANY, NULL },
	{ "missing", 2, 2, RECORD_MANY, NULL },
	{ "governor", 1, 1, RECORD_ONCE, NULL },
	{ NULL, 0, 0, 0, NULL },
};

const struct record_rule *result_rule(const char *keyword)
{
	for (const struct record_rule *rule = result_rules; rule->keyword; rule++)
		if (!strcmp(rule->keyword, keyword))
			return rule;
	return NULL;
}

bool result_rule_has_kinds(const struct record_rule *rule)
{
	return rule->times == RECORD_MANY && rule->min_fields > 1;
}

int result_number(const char *text, double *value)
{
	char *end;

	/* strtod also takes blanks, hexadecimal numbers, infinity and nan */
	if (*text && !text[strspn(text, "+-.0123456789eE")]) {
		*value = strtod(text, &end);
		if (!*end && isfinite(*value))
			return 0;
	}
	errno = EINVAL;
	return -1;
}

const char *result_value(const struct result *result, const char *keyword, size_t field)
{
	const struct entry *entry = entries_find(&result->records, keyword);

	return entry && field < entry->fields.count ? entry->fields.items[field] : "";
}

/* A result that is being read. */
struct parser {
	struct record_reader *reader;
	const char *name; /* for messages */
	const char *source, *member;
	struct results *results;
	size_t bytes; /* of the current result */
	size_t line;  /* where it begins, 0: none has begun */
};

static struct result *current(const struct parser *parser)
{
	return &parser->results->items[parser->results->count - 1];
}

/* Checks that the current result, if there is one, has what it needs. Returns 0, or -1. Reports. */
static int end_result(const struct parser *parser)
{
	struct entries *records;

	if (!parser->line)
		return 0;
	records = &current(parser)->records;
	if (!entries_find(records, "test"))
		return report(EBADMSG,
			      "%s:%zu: this result has no record test: copy it again from its host",
			      parser->name, parser->line);
	if (!entries_find(records, "verdict") &&
	    entries_add(records, "verdict", "unfinished", NULL))
		return report_errno("%s", parser->name);
	return 0;
}

/* Adds a result without records. Returns 0, or -1 with errno. */
static int add_result(struct results *results, const char *source, const char *member)
{
	struct result result = { .side = results->side };

	if (array_grow(&results->items, results->count, &results->room, sizeof(result)))
		return -1;
	result.source = strdup(source);
	result.member = strdup(member);
	if (!result.source || !result.member) {
		free(result.source);
		free(result.member);
		return -1;
	}
	results->items[results->count++] = result;
	return 0;
}

/* Begins a new result. Returns 0, or -1. Reports. */
static int begin_result(struct parser *parser, size_t line)
{
	if (end_result(parser))
		return -1;
	if (add_result(parser->results, parser->source, parser->member))
		return report_errno("%s", parser->name);
	parser->line = line;
	parser->bytes = 0;
	record_new_scope(parser->reader);
	return 0;
}

static int take_record(struct parser *parser, const struct record *record)
{
	if (!strcmp(record->keyword, "result")) {
		if (begin_result(parser, record->line))
			return -1;
	} else if (!parser->line) {
		return record_bad(parser->reader, record,
				  "this is no result: one begins with the line \"result %s\"",
				  RESULT_VERSION);
	}
	parser->bytes += strlen(record->keyword) + 1;
	for (size_t i = 0; i < record->nfields; i++)
		parser->bytes += strlen(record->fields[i]) + 1;
	if (parser->bytes > RESULT_MAX)
		return report(EFBIG, "%s:%zu: this result is over 1 MiB: it is not of a .run",
			      parser->name, parser->line);
	/* a record takes much more memory than its text */
	if (++parser->results->records > RECORDS_MAX)
		return report(EFBIG,
			      "%s:%zu: more than %d records in one file: it is not of a .run",
			      parser->name, record->line, RECORDS_MAX);
	if (entries_add_fields(&current(parser)->records, record->line, record->keyword,
			       record->fields))
		return report_errno("%s:%zu", parser->name, record->line);
	return 0;
}

int results_parse(const char *source, const char *member, const char *text, size_t size,
		  struct results *results)
{
	struct parser parser = { .source = source, .member = member, .results = results };
	struct record record;
	int more = -1;
	char *name;

	if (asprintf(&name, "%s%s%s", strcmp(source, "-") ? source : "<stdin>", *member ? ": " : "",
		     member) < 0)
		return report_errno("%s", source);
	parser.name = name;
	parser.reader = record_open_memory(name, text, size, result_rules);
	if (!parser.reader) {
		report_errno("%s", name);
	} else {
		record_take_unknown(parser.reader);
		while ((more = record_next(parser.reader, &record)) > 0)
			if (take_record(&parser, &record)) {
				more = -1;
				break;
			}
		if (!more)
			more = end_result(&parser);
		if (!more && size && text[size - 1] != '\n')
			more = report(EBADMSG,
				      "%s: cut short within a line: copy it again from its host",
				      name);
		if (!more && !parser.line)
			more = report(ENODATA,
				      "%s: empty: give the evidence or the result of a .run", name);
	}
	record_close(parser.reader);
	free(name);
	return more;
}

/* Returns the host that a file is named after: its name without the ending. The caller frees it.
 * NULL with errno. */
static char *host_of(const char *source)
{
	static const char *const endings[] = { ".evidence.tar.gz", ".unfinished", ".started" };
	const char *slash = strrchr(source, '/'), *name = slash && slash[1] ? slash + 1 : source;
	size_t length = strlen(name);

	if (!strcmp(source, "-"))
		return strdup("");
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t end = strlen(endings[i]);

		if (length > end && !strcmp(name + length - end, endings[i]))
			return strndup(name, length - end);
	}
	return strdup(name);
}

int results_add_unread(struct results *results, const char *source, const char *reason)
{
	struct entries *records;
	char *host = host_of(source);
	int failed = !host || add_result(results, source, "");

	if (!failed) {
		records = &results->items[results->count - 1].records;
		results->items[results->count - 1].is_unread = true;
		failed = entries_add(records, "host", host, NULL) ||
			 entries_add(records, "verdict", "no-result", NULL) ||
			 entries_add(records, "reason", reason, NULL);
	}
	free(host);
	return failed ? -1 : 0;
}

void results_drop_unread(struct results *results)
{
	size_t kept = 0;

	for (size_t i = 0; i < results->count; i++)
		if (results->items[i].is_unread)
			result_free(&results->items[i]);
		else
			results->items[kept++] = results->items[i];
	results->count = kept;
}

void result_free(struct result *result)
{
	free(result->source);
	free(result->member);
	entries_free(&result->records);
}

void results_cut(struct results *results, size_t count)
{
	while (results->count > count)
		result_free(&results->items[--results->count]);
}

void results_free(struct results *results)
{
	results_cut(results, 0);
	free(results->items);
	*results = (struct results){ 0 };
}
