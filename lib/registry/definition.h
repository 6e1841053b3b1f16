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

/* Records in front of a source's first test. Shared: very many tests may have very many of them. */
struct defaults {
	struct entries once, repeated; /* by whether one may stand more than once */
};

/* One test: its name, and its own records but the one that begins it. */
struct definition {
	char *name;
	size_t line; /* of the record that begins it */
	struct entries entries;
	const struct defaults *defaults;
};

/* Zero-initialised it is empty. */
struct definitions {
	struct definition *items;
	size_t count;
	size_t room;
	const struct definition **by_name; /* count of them, sorted */
	struct defaults *defaults;
};

/*
 * Reads source's text, all of it, and checks every value by itself; whether files exist is not
 * asked here. Returns 0, or -1 with errno and an empty list. Reports.
 */
int definitions_read(const char *source, const char *text, size_t size, struct definitions *list);

/* Returns the definition of that name, or NULL. */
const struct definition *definitions_find(const struct definitions *list, const char *name);

void definitions_free(struct definitions *list);

/*
 * Returns the first record of keyword behind after (NULL: from the beginning), or NULL: those of
 * the defaults, then the test's own, which stand in their place where a record stands once. NULL
 * for keyword is every keyword.
 */
const struct entry *definition_next(const struct definition *definition, const char *keyword,
				    const struct entry *after);

/* Returns field 0 of a record that stands once, or what is meant where it does not stand. */
const char *definition_value(const struct definition *definition, const char *keyword,
			     const char *otherwise);

/* A NULL where name can name a test, else what is wrong with it, a constant string. */
const char *test_name_problem(const char *name);

/* The same for whole seconds, as `duration` has them. */
const char *seconds_problem(const char *text);

/* The same for what people are shown, on a terminal; a cgroup's path; a sysctl's name. */
const char *text_problem(const char *text);
const char *cgroup_path_problem(const char *path);
const char *sysctl_problem(const char *key);

/* The same for one argument of a program: Linux's MAX_ARG_STRLEN, without the NUL byte. */
enum { ARGUMENT_MAX = 128 * 1024 - 1 };
const char *argument_problem(const char *argument);

/* Whether the kernel has a scheduler of this name, so that it stands without a program. */
bool scheduler_is_kernels_own(const char *name);

#endif
