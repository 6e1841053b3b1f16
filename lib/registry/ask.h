/* ask.h - what a test binary answers when it is asked to describe itself */
#ifndef REGISTRY_ASK_H
#define REGISTRY_ASK_H

#include "base/strings.h"
#include "registry/definition.h"

/*
 * Run binary with --ktstr-list, or --ktstr-describe=NAME. Its answer has at most 1 MiB, and is
 * read as names, or as a definition, and as nothing else. It must come within *milliseconds, from
 * which the time that it took is taken off. Report.
 */
enum { ASK_SECONDS = 8 }; /* for all that a binary is asked */

/* Adds the names of its tests. Returns 0, or -1 with errno. */
int ask_names(const char *binary, int *milliseconds, struct strings *names);

/*
 * Returns 1 and the definition, as the only one of a list that the caller frees; 0 and an empty
 * list where the binary has no test of that name; -1 with errno.
 */
int ask_definition(const char *binary, const char *name, int *milliseconds,
		   struct definitions *list);

#endif
