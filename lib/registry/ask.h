/* ask.h - asks a test binary for its tests */
#ifndef REGISTRY_ASK_H
#define REGISTRY_ASK_H

#include "base/strings.h"
#include "registry/definition.h"

/*
 * Run binary with --ktstr-list, or --ktstr-describe=NAME, and read the answer, at most 1 MiB. The
 * answer must come within *milliseconds, from which they subtract the time that it took. Report.
 */
enum { ASK_SECONDS = 8 }; /* for all questions to one binary */

/* Adds the names of its tests to names. Returns 0, or -1 with errno. */
int ask_names(const char *binary, int *milliseconds, struct strings *names);

/*
 * Returns 1 and the definition, the only one of list, which the caller frees; 0 and an empty list
 * if the binary has no test of that name; or -1 with errno.
 */
int ask_definition(const char *binary, const char *name, int *milliseconds,
		   struct definitions *list);

#endif
