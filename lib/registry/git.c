/* git.c - which state of the sources a test was exported from */
#include "git.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/report.h"

enum { HASH_DIGITS = 7, GIT_SECONDS = 20, ANSWER_MAX = 4096 };

/*
 * A hook of git has them set, for its own repository, and git heeds them more than -C. It is what
 * git rev-parse --local-env-vars lists, but for the configuration: that can be the user's own, as
 * safe.directory is where the checkout is not.
 */
static const char *const unset_variables[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_OBJECT_DIRECTORY",
	"GIT_DIR",
	"GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE",
	"GIT_GRAFT_FILE",
	"GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS",
	"GIT_REPLACE_REF_BASE",
	"GIT_PREFIX",
	"GIT_SHALLOW_FILE",
	"GIT_COMMON_DIR",
	"GIT_INTERNAL_SUPER_PREFIX",
	/* and its reasons are read here, in English */
	"LANGUAGE",
	"LC_ALL",
	"LC_MESSAGES",
	"LANG",
	NULL,
};

/* Says why git does not tell the state, unless the directory is no checkout at all. */
static void warn_of_failure(const struct capture *answer)
{
	const char *fatal = strstr(answer->err, "fatal: ");
	const char *reason = fatal ? fatal + strlen("fatal: ") : answer->err;
	bool is_of_owner = strstr(reason, "safe.directory");

	if (!strncmp(reason, "not a git repository (or any", 28))
		return;
	if (!*reason)
		reason = "printed no commit";
	report_warning("git: %.*s: the state of the sources is unknown%s",
		       (int)strcspn(reason, "\n"), reason,
		       is_of_owner ? " (if you trust whoever owns it, see safe.directory in "
				     "git-config(1))"
				   : "");
}

char *git_state(const char *directory)
{
	int milliseconds = 1000 * GIT_SECONDS;
	struct capture answer;
	char *where = strdup(directory), *state = NULL;
	/*
	 * Reading a checkout must not write to it, nor start its file system monitor. Filters that
	 * its configuration names are run for --dirty: what protects from a stranger's is git
	 * itself, which refuses a checkout of another owner (safe.directory).
	 */
	char *argv[] = { "git",	    "--no-optional-locks",  "-C",	 where,
			 "-c",	    "core.fsmonitor=false", "describe",	 "--always",
			 "--dirty", "--abbrev=7",	    "--exclude", "*",
			 NULL };

	if (!where)
		return NULL;
	if (!process_capture(argv, unset_variables, &milliseconds, ANSWER_MAX, &answer)) {
		size_t digits = strspn(answer.out, "0123456789abcdef");
		const char *rest = answer.out + digits;

		/* more digits where seven are ambiguous: seven is what the format promises */
		if (answer.status == 0 && digits >= HASH_DIGITS) {
			if (asprintf(&state, "%.*s%s", HASH_DIGITS, answer.out,
				     strncmp(rest, "-dirty", 6) ? "" : "-dirty") < 0)
				state = NULL;
		} else {
			warn_of_failure(&answer);
			state = strdup("unknown");
		}
		free(answer.out);
	} else {
		if (errno != ENOENT)
			report_warning("git: %s: the state of the sources is unknown",
				       strerror(errno));
		state = strdup("unknown");
	}
	free(where);
	return state;
}
