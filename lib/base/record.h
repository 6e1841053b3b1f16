/* record.h - the grammar of records, which definitions and manifests share
 *
 * One record a line: a keyword, then fields, separated by blanks (spaces, tabs). Empty lines are
 * skipped, and lines whose first non-blank byte is '#'. In a field, a blank, newline, backslash or
 * control byte is written as a backslash and three octal digits, as in fstab(5). "" is the empty
 * field. Keywords that begin with "x-" are the user's own and may have any fields.
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

/* Where a record has fields too many, another record likely takes them, one each. A table of these
 * ends with a NULL keyword. */
struct record_advice {
	const char *keyword, *instead;
};

struct record {
	const char *keyword;
	char *const *fields; /* decoded; ends with NULL */
	size_t nfields;
	size_t line;			/* counted from 1 */
	const struct record_rule *rule; /* NULL for a keyword that no rule has */
};

struct record_reader;

/*
 * Open a reader of text[0..size), or of a stream, whose records follow the rules. source is the
 * name for messages. The reader copies neither source nor text nor rules: they must stay valid. It
 * does not close the stream. Return the reader, which record_close frees, or NULL with errno if
 * there is no memory.
 */
struct record_reader *record_open_memory(const char *source, const char *text, size_t size,
					 const struct record_rule *rules);
struct record_reader *record_open_stream(const char *source, FILE *stream,
					 const struct record_rule *rules);

/*
 * Take records whose keywords no rule has, not only those with x-: for a format to which later
 * versions add records. Their fields are not checked.
 */
void record_take_unknown(struct record_reader *reader);

/* Has messages about surplus fields name these records. The table must stay valid. */
void record_advise(struct record_reader *reader, const struct record_advice *advice);

/*
 * Returns 1 and the next record, which is valid until the next call; 0 at the end; -1 with errno,
 * EBADMSG if the grammar or the rules are broken. Reports.
 */
int record_next(struct record_reader *reader, struct record *record);

/* Starts a new scope: each keyword that may occur only once may occur again. */
void record_new_scope(struct record_reader *reader);

/*
 * Reports "SOURCE:LINE: KEYWORD: MESSAGE" about the record last read. Returns -1 with EBADMSG, or
 * with another errno if there was no memory for the message.
 */
int record_bad(const struct record_reader *reader, const struct record *record, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

void record_close(struct record_reader *reader);

/* Write a keyword and its fields, which end with NULL, as one line. Return 0, or -1 with errno. */
int record_write(struct output *out, const char *keyword, ...) __attribute__((sentinel));
int record_write_fields(struct output *out, const char *keyword, char *const *fields);

#endif
