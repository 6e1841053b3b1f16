/* definition.h - what a test's author declares (ktstr-manifest(5), DEFINITIONS) */
#ifndef REGISTRY_DEFINITION_H
#define REGISTRY_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/record.h"
#include "registry/entries.h"

#define DEFAULT_SCHEDULER "eevdf"
#define DEFAULT_TOPOLOGY "1n1l2c1t"
#define DEFAULT_DURATION "12"
#define DEFAULT_WATCHDOG "5"

/* The records that definitions may have. */
extern const struct record_rule definition_rules[];

/* One test: its name and its own records, without the one that begins it. */
struct definition {
	char *name;
	size_t line; /* of the record that begins it */
	struct entries entries;
	const struct entries
		*defaults; /* records before the source's first test: for all its tests */
};

/* Zero-initialised, it is empty. */
struct definitions {
	struct definition *items;
	size_t count;
	size_t room;
	const struct definition **by_name; /* count of them, sorted */
	struct entries *defaults;
};

/*
 * Reads a source's text and checks every value, but not whether files exist. Returns 0, and the
 * caller frees list with definitions_free; or -1 with errno and an empty list. Reports.
 */
int definitions_read(const char *source, const char *text, size_t size, struct definitions *list);

/* Returns the definition of that name, or NULL. */
const struct definition *definitions_find(const struct definitions *list, const char *name);

void definitions_free(struct definitions *list);

/*
 * Returns the first record of keyword (NULL: any) that follows after (NULL: the beginning), or
 * NULL: first the defaults, then the test's own. A record that stands once replaces the default.
 */
const struct entry *definition_next(const struct definition *definition, const char *keyword,
				    const struct entry *after);

/* Returns field 0 of a record that stands once, or otherwise if there is none. */
const char *definition_value(const struct definition *definition, const char *keyword,
			     const char *otherwise);

/* Whether this name is the kernel's own scheduler's, which needs no program. */
bool scheduler_is_kernels_own(const char *name);

#endif
