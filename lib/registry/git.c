/* git.c - the commit of the sources that a test was exported from */
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
 * In a git hook, these name the hook's own repository, and git prefers them to -C. The list is that
 * of git rev-parse --local-env-vars, without the variables for configuration: users may need those,
 * for safe.directory.
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
	/* its messages are read below, in English */
	"LANGUAGE",
	"LC_ALL",
	"LC_MESSAGES",
	"LANG",
	NULL,
};

/* Warns why git does not tell the commit, unless the directory is no checkout at all. */
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
	 * git must not write to the checkout, nor start its file system monitor. For --dirty it
	 * runs filters that the checkout's configuration names. We rely on git to refuse the
	 * checkout of another owner (safe.directory).
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

		/* git prints more digits if seven are ambiguous, but the format has seven */
		if (answer.status == 0 && digits >= HASH_DIGITS) {
			if (asprintf(&state, "%.*s%s", HASH_DIGITS, answer.out,
				     strncmp(rest, "-dirty", 6) ? "" : "-dirty") < 0)
				state = NULL;
		} else {
			warn_of_failure(&answer);
			state = strdup(GIT_UNKNOWN);
		}
		free(answer.out);
	} else {
		if (errno != ENOENT)
			report_warning("git: %s: the state of the sources is unknown",
				       strerror(errno));
		state = strdup(GIT_UNKNOWN);
	}
	free(where);
	return state;
}
