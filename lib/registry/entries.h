/* entries.h - lists of records in memory: definitions and manifests are made of them */
#ifndef REGISTRY_ENTRIES_H
#define REGISTRY_ENTRIES_H

#include <stddef.h>

#include "base/output.h"
#include "base/record.h"
#include "base/strings.h"

struct entry {
	char *keyword;
	struct strings fields;
	size_t line; /* its line in the source; 0: it has none */
};

/* In order. Zero-initialised, it is empty. */
struct entries {
	struct entry *items;
	size_t count;
	size_t room;
};

/* Add a record. Its fields end with NULL; fields may be NULL for none. Return 0, or -1 with errno.
 */
int entries_add(struct entries *list, const char *keyword, ...) __attribute__((sentinel));
int entries_add_fields(struct entries *list, size_t line, const char *keyword, char *const *fields);

/* Returns the first entry of keyword (NULL: any) that follows after (NULL: the beginning), or NULL.
 */
const struct entry *entries_next(const struct entries *list, const char *keyword,
				 const struct entry *after);

/* Returns the first entry of keyword, or NULL. */
const struct entry *entries_find(const struct entries *list, const char *keyword);

/* Writes each as one line. Returns 0, or -1 with errno. */
int entries_write(const struct entries *list, struct output *out);

/* Frees what the list owns and leaves it empty. */
void entries_free(struct entries *list);

#endif
