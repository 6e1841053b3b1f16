/* record.c - the grammar of records, which definitions and manifests share */
#include "record.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "report.h"
#include "suggest.h"

struct record_reader {
	const char *source;
	const struct record_rule *rules;
	const struct record_advice *advice; /* or NULL */
	size_t *first_line; /* per rule: line of its first record in this scope, or 0 */
	bool takes_unknown;

	const char *text, *end; /* the rest of the memory, if there is no stream */
	FILE *stream;

	size_t line;
	char *buffer; /* the current line, decoded in place */
	size_t room;
	char **fields; /* into buffer */
	size_t fields_room;
};

static struct record_reader *open_reader(const char *source, const struct record_rule *rules)
{
	struct record_reader *reader = calloc(1, sizeof(*reader));
	size_t count = 0;

	if (!reader)
		return NULL;
	while (rules[count].keyword)
		count++;
	reader->first_line = calloc(count + 1, sizeof(*reader->first_line));
	if (!reader->first_line) {
		free(reader);
		return NULL;
	}
	reader->source = source;
	reader->rules = rules;
	return reader;
}

struct record_reader *record_open_memory(const char *source, const char *text, size_t size,
					 const struct record_rule *rules)
{
	struct record_reader *reader = open_reader(source, rules);

	if (reader) {
		reader->text = text;
		reader->end = text + size;
	}
	return reader;
}

struct record_reader *record_open_stream(const char *source, FILE *stream,
					 const struct record_rule *rules)
{
	struct record_reader *reader = open_reader(source, rules);

	if (reader)
		reader->stream = stream;
	return reader;
}

void record_take_unknown(struct record_reader *reader)
{
	reader->takes_unknown = true;
}

void record_advise(struct record_reader *reader, const struct record_advice *advice)
{
	reader->advice = advice;
}

void record_close(struct record_reader *reader)
{
	if (!reader)
		return;
	free(reader->first_line);
	free(reader->buffer);
	free(reader->fields);
	free(reader);
}

static int bad_line(const struct record_reader *reader, const char *what)
{
	return report(EBADMSG, "%s:%zu: %s", reader->source, reader->line, what);
}

int record_bad(const struct record_reader *reader, const struct record *record, const char *format,
	       ...)
{
	char *message;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&message, format, args);
	va_end(args);
	if (length < 0)
		return report_errno("%s:%zu", reader->source, record->line);
	report(EBADMSG, "%s:%zu: %s: %s", reader->source, record->line, record->keyword, message);
	free(message);
	errno = EBADMSG;
	return -1;
}

/* Reports what is wrong with a record's fields, and the fields, unless they are very long. */
static int bad_value(const struct record_reader *reader, const struct record *record,
		     const char *problem)
{
	char fields[1024];
	size_t used = 0;

	for (size_t i = 0; i < record->nfields && used < sizeof(fields); i++) {
		const char *field = *record->fields[i] ? record->fields[i] : "\"\"";

		used += (size_t)snprintf(fields + used, sizeof(fields) - used, "%s%s", i ? " " : "",
					 field);
	}
	if (used >= sizeof(fields) || (record->nfields == 1 && !*record->fields[0]))
		return record_bad(reader, record, "%s", problem);
	return record_bad(reader, record, "%s: %s", problem, fields);
}

static int copy_line(struct record_reader *reader, ssize_t *length)
{
	const char *newline;
	size_t size;

	if (reader->text == reader->end) {
		*length = -1;
		return 0;
	}
	newline = memchr(reader->text, '\n', (size_t)(reader->end - reader->text));
	size = (size_t)((newline ? newline + 1 : reader->end) - reader->text);
	if (size + 1 > reader->room) {
		char *bigger = realloc(reader->buffer, size + 1);

		if (!bigger)
			return -1;
		reader->buffer = bigger;
		reader->room = size + 1;
	}
	memcpy(reader->buffer, reader->text, size);
	reader->buffer[size] = '\0';
	reader->text += size;
	*length = (ssize_t)size;
	return 0;
}

/* Puts the next line into buffer, without its line end. Returns 1, 0 at the end, or -1. Reports. */
static int read_line(struct record_reader *reader)
{
	ssize_t length;

	if (reader->stream) {
		errno = 0;
		length = getline(&reader->buffer, &reader->room, reader->stream);
		if (length < 0 && !feof(reader->stream))
			return report_errno("%s:%zu", reader->source, reader->line + 1);
	} else if (copy_line(reader, &length)) {
		return report_errno("%s:%zu", reader->source, reader->line + 1);
	}
	if (length < 0)
		return 0;
	reader->line++;
	if (length && reader->buffer[length - 1] == '\n')
		reader->buffer[--length] = '\0';
	if (length && reader->buffer[length - 1] == '\r')
		reader->buffer[--length] = '\0';
	if (memchr(reader->buffer, '\0', (size_t)length))
		return bad_line(reader, "NUL byte: this is not a text file");
	if (reader->line == 1 && !strncmp(reader->buffer, "\357\273\277", 3))
		return bad_line(reader, "begins with a byte order mark: save it without");
	return 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Sets text to a byte as it stands in a field. */
static void encode_byte(char c, char *text)
{
	if (is_blank(c) || is_control(c) || c == '\\') {
		sprintf(text, "\\%03o", (unsigned char)c);
	} else {
		text[0] = c;
		text[1] = '\0';
	}
}

/* Returns the empty field, or the field that looks like it, as they stand in a record; else NULL.
 */
static const char *encode_marked(const char *field)
{
	if (!*field)
		return "\"\"";
	return strcmp(field, "\"\"") ? NULL : "\\042\\042";
}

/* Returns the byte that three octal digits at text stand for, or -1. */
static int decode_octal(const char *text)
{
	int value = 0;

	for (int i = 0; i < 3; i++) {
		if (text[i] < '0' || text[i] > '7')
			return -1;
		value = 8 * value + (text[i] - '0');
	}
	return value > 0 && value < 256 ? value : -1;
}

/* Decodes a field in place: it never gets longer. Returns 0, or -1. Reports. */
static int decode_field(struct record_reader *reader, char *field)
{
	char *to = field;

	if (!strcmp(field, "\"\"")) {
		*field = '\0';
		return 0;
	}
	for (const char *from = field; *from; from++) {
		if (is_control(*from))
			return bad_line(reader, "control byte in a field: write it as a backslash "
						"and three octal digits");
		if (*from == '\\') {
			int byte = decode_octal(from + 1);

			if (byte < 0)
				return bad_line(reader,
						"bad escape: after a backslash come three octal "
						"digits, 001 to 377 (\\134 is a backslash)");
			*to++ = (char)byte;
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return 0;
}

/* Splits the line in buffer into words. Returns their number, or -1. Reports. */
static ssize_t split_line(struct record_reader *reader)
{
	char *p = reader->buffer;
	size_t count = 0;

	for (;;) {
		while (is_blank(*p))
			p++;
		/* with one more for the NULL */
		if (array_grow(&reader->fields, count + 1, &reader->fields_room, sizeof(p)))
			return report_errno("%s:%zu", reader->source, reader->line);
		if (!*p || (count == 0 && *p == '#'))
			break;
		reader->fields[count++] = p;
		while (*p && !is_blank(*p))
			p++;
		if (*p)
			*p++ = '\0';
	}
	reader->fields[count] = NULL;
	return (ssize_t)count;
}

/* Whether a keyword that no rule has is taken: all its bytes need no escape. */
static bool takes_keyword(const struct record_reader *reader, const char *keyword)
{
	if (!reader->takes_unknown && strncmp(keyword, "x-", 2))
		return false;
	for (const char *p = keyword; *p; p++)
		if (is_control(*p) || *p == '\\')
			return false;
	return true;
}

static int bad_keyword(const struct record_reader *reader, const struct record *record)
{
	struct strings keywords = { 0 }, nearest = { 0 };
	const char *meant;

	for (const struct record_rule *rule = reader->rules; rule->keyword; rule++)
		strings_add(&keywords, rule->keyword);
	suggest_names(record->keyword, &keywords, &nearest);
	meant = nearest.count ? nearest.items[0] : NULL;
	record_bad(reader, record, "unknown keyword%s%s%s (one of your own begins with x-)",
		   meant ? ": did you mean " : "", meant ? meant : "", meant ? "?" : "");
	strings_free(&keywords);
	strings_free(&nearest);
	errno = EBADMSG;
	return -1;
}

/* Returns the keyword of the record that takes the surplus fields of this one, or NULL. */
static const char *advice_for(const struct record_reader *reader, const char *keyword)
{
	const struct record_advice *advice = reader->advice;

	while (advice && advice->keyword && strcmp(advice->keyword, keyword))
		advice++;
	return advice ? advice->instead : NULL;
}

/* Prints a field as write_field writes it. */
static void print_field(FILE *to, const char *field)
{
	const char *marked = encode_marked(field);
	char text[5];

	if (marked)
		fputs(marked, to);
	for (; !marked && *field; field++) {
		encode_byte(*field, text);
		fputs(text, to);
	}
}

/* Whether somebody who wrote these fields meant quotes to join words. */
static bool has_quotes(const struct record *record)
{
	for (size_t i = 0; i < record->nfields; i++)
		if (*record->fields[i] == '\'' || *record->fields[i] == '"')
			return true;
	return false;
}

/* Whether the surplus fields are likely the rest of a path with blanks, such as ./a b/c. */
static bool continues_path(const struct record *record)
{
	for (size_t i = record->rule->max_fields; i < record->nfields; i++)
		if (strchr(record->fields[i], '/') && !strchr("-/.", *record->fields[i]))
			return true;
	return false;
}

static int bad_surplus(const struct record_reader *reader, const struct record *record)
{
	enum { SHOWN_MAX = 4 };
	const char *instead = advice_for(reader, record->keyword);
	size_t first = record->rule->max_fields, end = record->nfields, length;
	char *advice = NULL;
	FILE *to = open_memstream(&advice, &length);

	if (!to)
		return report_errno("%s:%zu", reader->source, record->line);
	if (has_quotes(record)) {
		fputs(": quotes do not join words", to);
		instead = NULL;
	} else if (instead && !strcmp(instead, record->keyword)) {
		first = 0;
	} else if (continues_path(record)) {
		instead = NULL;
	}
	if (end > first + SHOWN_MAX)
		end = first + SHOWN_MAX;
	for (size_t i = first; instead && i < end; i++) {
		fprintf(to, "%s%s ", i == first ? ": give arguments with " : " and ", instead);
		print_field(to, record->fields[i]);
	}
	if (instead && end < record->nfields)
		fputs(" and so on", to);
	if (fclose(to)) {
		free(advice);
		return report_errno("%s:%zu", reader->source, record->line);
	}
	record_bad(reader, record,
		   "surplus field: %zu given, at most %zu taken%s (write a space within a field as "
		   "\\040)",
		   record->nfields, record->rule->max_fields, advice);
	free(advice);
	errno = EBADMSG;
	return -1;
}

static int check_rule(struct record_reader *reader, struct record *record)
{
	size_t i = 0, *first;
	const char *problem;

	while (reader->rules[i].keyword && strcmp(reader->rules[i].keyword, record->keyword))
		i++;
	if (!reader->rules[i].keyword)
		return takes_keyword(reader, record->keyword) ? 0 : bad_keyword(reader, record);
	record->rule = &reader->rules[i];
	if (record->nfields < record->rule->min_fields)
		return record_bad(reader, record, "missing field: %zu given, %zu needed",
				  record->nfields, record->rule->min_fields);
	if (record->nfields > record->rule->max_fields)
		return bad_surplus(reader, record);
	problem = record->rule->problem ? record->rule->problem(record->fields) : NULL;
	if (problem)
		return bad_value(reader, record, problem);
	first = &reader->first_line[i];
	if (*first && record->rule->times != RECORD_MANY)
		return record_bad(reader, record, "may stand only once, and is on line %zu already",
				  *first);
	if (!*first)
		*first = record->line;
	return 0;
}

int record_next(struct record_reader *reader, struct record *record)
{
	ssize_t words;
	int more;

	do {
		more = read_line(reader);
		if (more <= 0)
			return more;
		words = split_line(reader);
		if (words < 0)
			return -1;
	} while (words == 0);

	*record = (struct record){
		.keyword = reader->fields[0],
		.fields = reader->fields + 1,
		.nfields = (size_t)words - 1,
		.line = reader->line,
	};
	for (size_t i = 0; i < record->nfields; i++)
		if (decode_field(reader, record->fields[i]))
			return -1;
	return check_rule(reader, record) ? -1 : 1;
}

void record_new_scope(struct record_reader *reader)
{
	for (size_t i = 0; reader->rules[i].keyword; i++)
		reader->first_line[i] = 0;
}

static int write_field(struct output *out, const char *field)
{
	const char *marked = encode_marked(field);
	char text[5];

	if (marked)
		return output_puts(out, marked);
	for (; *field; field++) {
		encode_byte(*field, text);
		if (output_puts(out, text))
			return -1;
	}
	return 0;
}

int record_write_fields(struct output *out, const char *keyword, char *const *fields)
{
	if (output_puts(out, keyword))
		return -1;
	for (; *fields; fields++)
		if (output_puts(out, " ") || write_field(out, *fields))
			return -1;
	return output_puts(out, "\n");
}

int record_write(struct output *out, const char *keyword, ...)
{
	const char *field;
	va_list fields;
	int failed;

	va_start(fields, keyword);
	failed = output_puts(out, keyword);
	while (!failed && (field = va_arg(fields, const char *)))
		failed = output_puts(out, " ") || write_field(out, field);
	va_end(fields);
	return failed ? -1 : output_puts(out, "\n");
}
