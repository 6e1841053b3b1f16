/* column.h - one value of a result, by its name */
#ifndef RESULTS_COLUMN_H
#define RESULTS_COLUMN_H

#include <stddef.h>

#include "result_text.h"

struct column {
	char *name;
	const char *keyword; /* its records; part of name, or constant */
	const char *kind;    /* only records with this first field; NULL: all */
	size_t field;	     /* the first field that is shown */
	size_t nfields;	     /* how many are shown */
};

/* In the order in which they are shown. Zero-initialised, it is empty. */
struct columns {
	struct column *items;
	size_t count, room;
};

/*
 * Adds the column with this name: a keyword, KEYWORD:KIND such as metric:NAME, or a name that
 * column.c lists. Returns 0, or -1 with errno: EINVAL if there is no such column, EEXIST if it
 * has been added already.
 */
int columns_add(struct columns *columns, const char *name);

/*
 * Adds the default columns. Those that only some results have, round and disturbed, are added if a
 * result has them; results is NULL: not at all. Returns 0, or -1 with errno.
 */
int columns_add_default(struct columns *columns, const struct results *results);

/* Returns names like name, with " or " between them, for a message; "" if there are none. The
 * caller frees it. NULL with errno. */
char *columns_suggest(const char *name);

/* Notes on standard error each column of one metric that no result has, if there are results. */
void columns_note_missing(const struct columns *columns, const struct results *results);

/*
 * Returns what column shows of result. It is "" if the result has no such record. Several records
 * have "; " between them. The caller frees it. NULL with errno.
 */
char *column_value(const struct column *column, const struct result *result);

void columns_free(struct columns *columns);

#endif
