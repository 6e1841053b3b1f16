/* result_text.h - the results of runs, and the text that each is written as: ktstr-result(5) */
#ifndef RESULTS_RESULT_TEXT_H
#define RESULTS_RESULT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/record.h"
#include "registry/entries.h"

#define RESULT_VERSION "1"

enum {
	RESULT_MAX = 1024 * 1024,      /* bytes of one result */
	RESULTS_MAX = 64 * RESULT_MAX, /* bytes of all results in one file: 10,000 rounds */
	RECORDS_MAX = 1000000	       /* records of one file */
};

/* The records of a result. A result may have others: record_take_unknown. */
extern const struct record_rule result_rules[];

/* Returns the rule of keyword, or NULL. */
const struct record_rule *result_rule(const char *keyword);

/* Whether a keyword stands once for each value of its first field, such as "topology found". */
bool result_rule_has_kinds(const struct record_rule *rule);

/* Reads a finite decimal number, as a metric has. Returns 0, or -1 with errno EINVAL. */
int result_number(const char *text, double *value);

struct result {
	char *source;		/* the file it was read from; "-" is standard input */
	char *member;		/* its name in the archive; "" if there is no archive */
	size_t side;		/* the group of operands that it was read from, from 0 */
	struct entries records; /* the first one is "result", unless is_unread */
	bool is_unread;		/* source could not be read: see results_add_unread */
};

/* In the order in which they were read. Zero-initialised, it is empty. */
struct results {
	struct result *items;
	size_t count, room;
	size_t records; /* of the current file */
	size_t side;	/* of those that are read next */
};

/* Returns the field of the first record of keyword, or "" if there is none. */
const char *result_value(const struct result *result, const char *keyword, size_t field);

/*
 * Adds the results in text[0..size) to results; each begins with the record "result". member is ""
 * if source is no archive. A result without the record "verdict" gets one: unfinished. Returns 0,
 * or -1 with errno, EBADMSG if the text is wrong, ENODATA if it is empty. Reports. After a failure
 * some results may have been added: see results_cut.
 */
int results_parse(const char *source, const char *member, const char *text, size_t size,
		  struct results *results);

/*
 * Adds what stands for a file that could not be read, so that no host is missing from a table: the
 * records verdict, which is no-result, host, which is made of the file's name, and reason. Returns
 * 0, or -1 with errno.
 */
int results_add_unread(struct results *results, const char *source, const char *reason);

/* Frees and removes those that results_add_unread added. */
void results_drop_unread(struct results *results);

/* Frees what the result holds. */
void result_free(struct result *result);

/* Frees the results from count on. */
void results_cut(struct results *results, size_t count);

void results_free(struct results *results);

#endif
