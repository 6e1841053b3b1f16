/* record.h - the record grammar that definitions and manifests share
 *
 * One record a line: a keyword, then fields between blanks (spaces, tabs). Empty lines and lines
 * whose first byte that is not a blank is '#' are skipped. In a field, a blank, newline, backslash
 * or control byte stands as a backslash and three octal digits, as in fstab(5); "" is the empty
 * field. Keywords that begin with "x-" are a user's own and may have any fields.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "output.h"

/* How often a record stands in a scope. */
enum record_times {
	RECORD_ONCE,   /* at most once */
	RECORD_NEEDED, /* exactly once; whether it is missing is for the caller to check */
	RECORD_MANY,
};

/* What a record may be. The table of a grammar ends with a NULL keyword. */
struct record_rule {
	const char *keyword;
	size_t min_fields, max_fields;
	enum record_times times;

	/* Returns a constant string that says what is wrong with the fields, or NULL. The function
	 * may be NULL: then every value is right. */
	const char *(*problem)(char *const *fields);
};

struct record {
	const char *keyword;
	char *const *fields; /* decoded; NULL at the end */
	size_t nfields;
	size_t line;			/* counted from 1 */
	const struct record_rule *rule; /* NULL for an x- keyword */
};

struct record_reader;

/*
 * Reads text[0..size), or a stream, as records of the given rules. source is the name in messages.
 * Neither the text nor the rules are copied; the stream stays the caller's. Return NULL with errno
 * where there is no memory.
 */
struct record_reader *record_open_memory(const char *source, const char *text, size_t size,
					 const struct record_rule *rules);
struct record_reader *record_open_stream(const char *source, FILE *stream,
					 const struct record_rule *rules);

/*
 * Returns 1 and the next record, valid until the next call; 0 at the end; -1 with errno, EBADMSG
 * for what breaks the grammar or the rules. Reports.
 */
int record_next(struct record_reader *reader, struct record *record);

/* Begins a new scope: keywords that may stand once may stand once more. */
void record_new_scope(struct record_reader *reader);

/* Reports "SOURCE:LINE: KEYWORD: MESSAGE" about a record just read. Returns -1 with EBADMSG. */
int record_bad(const struct record_reader *reader, const struct record *record, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

void record_close(struct record_reader *reader);

/* Writes a keyword and its fields, which end with NULL, as one line. Returns 0, or -1 with errno.
 */
int record_write(struct output *out, const char *keyword, ...) __attribute__((sentinel));
int record_write_fields(struct output *out, const char *keyword, char *const *fields);

#endif
