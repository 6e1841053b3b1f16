/* definition.h - what a test's author declares (ktstr-manifest(5), DEFINITIONS) */
#ifndef REGISTRY_DEFINITION_H
#define REGISTRY_DEFINITION_H

#include <stddef.h>

#include "base/record.h"
#include "registry/entries.h"

#define DEFAULT_SCHEDULER "eevdf"
#define DEFAULT_TOPOLOGY "1n1l2c1t"
#define DEFAULT_DURATION "12"
#define DEFAULT_WATCHDOG "5"

/* One test: its name, and its records but the one that begins it, those of the defaults first. */
struct definition {
	char *name;
	size_t line; /* of the record that begins it */
	struct entries entries;
};

/* Zero-initialised it is empty. */
struct definitions {
	struct definition *items;
	size_t count;
	size_t room;
	const struct definition **by_name; /* count of them, sorted */
};

/*
 * Reads source's text, all of it, and checks every value by itself; whether files exist is not
 * asked here. Returns 0, or -1 with errno and an empty list. Reports.
 */
int definitions_read(const char *source, const char *text, size_t size, struct definitions *list);

/* Returns the definition of that name, or NULL. */
const struct definition *definitions_find(const struct definitions *list, const char *name);

void definitions_free(struct definitions *list);

/* Returns field 0 of a record that stands once, or what is meant where it does not stand. */
const char *definition_value(const struct definition *definition, const char *keyword,
			     const char *otherwise);

/* A NULL where name can name a test, else what is wrong with it, a constant string. */
const char *test_name_problem(const char *name);

/* The same for whole seconds, as `duration` has them. */
const char *seconds_problem(const char *text);

#endif
