/* ask.h - asks a test binary for its tests */
#ifndef REGISTRY_ASK_H
#define REGISTRY_ASK_H

#include "base/process.h"
#include "base/strings.h"
#include "registry/definition.h"

/* What to run a binary with. */
struct question {
	const char *text;		/* in messages */
	const char *const *arguments;	/* end with NULL */
	const char *const *environment; /* of process_capture */
	int seconds;			/* that it had at first, in messages */
};

/*
 * Runs the binary. Its answer, at most 1 MiB, must come within *milliseconds, from which it
 * subtracts the time that it took. Returns 0 and the answer, whatever its status, whose out the
 * caller frees, or -1 with errno. Reports.
 */
int ask(const char *binary, const struct question *question, int *milliseconds,
	struct capture *answer);

/* Reports how the binary ended, and its first line on standard error. Returns -1. */
int ask_report_end(const char *binary, const char *question, const struct capture *answer);

/*
 * Ask libktstr's questions, --ktstr-list or --ktstr-describe=NAME, as ask does, and read the
 * answer. Report.
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
