/* entries.h - records that are kept: what a definition or a manifest is made of */
#ifndef REGISTRY_ENTRIES_H
#define REGISTRY_ENTRIES_H

#include <stddef.h>

#include "base/output.h"
#include "base/record.h"
#include "base/strings.h"

struct entry {
	char *keyword;
	struct strings fields;
	size_t line; /* where it stood in its source; 0: nowhere */
};

/* In order. Zero-initialised it is empty. */
struct entries {
	struct entry *items;
	size_t count;
	size_t room;
};

/* Add a keyword with its fields, which end with NULL (or are NULL: none). Return 0, or -1 with
 * errno. */
int entries_add(struct entries *list, const char *keyword, ...) __attribute__((sentinel));
int entries_add_fields(struct entries *list, size_t line, const char *keyword, char *const *fields);

/* Returns the first entry of keyword (NULL: of any) behind after (NULL: from the beginning), or
 * NULL. */
const struct entry *entries_next(const struct entries *list, const char *keyword,
				 const struct entry *after);

/* Returns the first entry of keyword, or NULL. */
const struct entry *entries_find(const struct entries *list, const char *keyword);

/* Writes each as one line. Returns 0, or -1 with errno. */
int entries_write(const struct entries *list, struct output *out);

/* Frees what the list owns and leaves it empty. */
void entries_free(struct entries *list);

#endif
