/* ask.c - asks a test binary for its tests */
#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/command.h"
#include "base/report.h"
#include "registry/value.h"

enum { ANSWER_MAX = 1024 * 1024 };

/* Returns the path, with "./" before a name without a slash, so that it is not searched on PATH.
 * The caller frees it. NULL: no memory. */
static char *path_to_run(const char *binary)
{
	char *path;

	if (strchr(binary, '/'))
		return strdup(binary);
	return asprintf(&path, "./%s", binary) < 0 ? NULL : path;
}

int ask_report_end(const char *binary, const char *question, const struct capture *answer)
{
	int line = (int)strcspn(answer->err, "\n");
	const char *colon = line ? ": " : "";

	if (WIFSIGNALED(answer->status))
		return report(EBADMSG, "%s: killed by signal %d (%s) when asked for %s%s%.*s",
			      binary, WTERMSIG(answer->status), strsignal(WTERMSIG(answer->status)),
			      question, colon, line, answer->err);
	if (WEXITSTATUS(answer->status) == STATUS_MISUSED) /* libktstr says so if a test is wrong */
		return report(EBADMSG, "%s: could not be asked for %s: ended with status %d%s%.*s",
			      binary, question, STATUS_MISUSED, colon, line, answer->err);
	return report(EBADMSG,
		      "%s: is not a test binary: ended with status %d when asked for %s%s%.*s",
		      binary, WEXITSTATUS(answer->status), question, colon, line, answer->err);
}

enum { ARGUMENTS_MAX = 4 };

int ask(const char *binary, const struct question *question, int *milliseconds,
	struct capture *answer)
{
	char *path = path_to_run(binary), *argv[ARGUMENTS_MAX + 2] = { path };
	int failed = -1;

	/* execv takes them as they are */
	for (size_t i = 0; i < ARGUMENTS_MAX && question->arguments[i]; i++)
		argv[i + 1] = (char *)question->arguments[i];
	if (!path)
		report_errno("%s", binary);
	else if (!process_capture(argv, question->environment, milliseconds, ANSWER_MAX, answer))
		failed = 0;
	else if (errno == ETIMEDOUT)
		report(ETIMEDOUT, "%s: no answer within %d s to %s: it was killed", binary,
		       question->seconds, question->text);
	else if (errno == EFBIG)
		report(EBADMSG, "%s: more than 1 MiB in answer to %s: it was killed", binary,
		       question->text);
	else
		report_errno("%s: cannot be run to ask for %s", binary, question->text);
	free(path);
	return failed;
}

/* Asks libktstr's question: its text is the only argument. */
static int ask_text(const char *binary, const char *text, int *milliseconds, struct capture *answer)
{
	const char *const arguments[] = { text, NULL };
	const struct question question = { text, arguments, NULL, ASK_SECONDS };

	return ask(binary, &question, milliseconds, answer);
}

int ask_names(const char *binary, int *milliseconds, struct strings *names)
{
	struct capture answer;
	int failed = 0;
	char *rest, *line;

	if (ask_text(binary, "--ktstr-list", milliseconds, &answer))
		return -1;
	if (answer.status)
		failed = ask_report_end(binary, "--ktstr-list", &answer);
	else if (strlen(answer.out) != answer.out_size)
		failed = report(EBADMSG, "%s: --ktstr-list printed a NUL byte", binary);
	rest = answer.out;
	while (!failed && (line = strsep(&rest, "\n"))) {
		const char *problem = test_name_problem(&line);

		if (!*line && !rest)
			break; /* after the last newline */
		if (problem)
			failed = report(EBADMSG, "%s: --ktstr-list: %s: %.100s", binary, problem,
					line);
		else if (strings_add(names, line))
			failed = report_errno("%s", binary);
	}
	free(answer.out);
	return failed;
}

/* The answer must define this test alone, and must not name a binary: that is the one we asked. */
static int check_definition(const char *source, const char *name, const struct definitions *list)
{
	const struct entry *binary;

	if (list->count != 1 || strcmp(list->items[0].name, name))
		return report(EBADMSG, "%s: defines %s, not %s alone", source,
			      list->count ? list->items[0].name : "no test", name);
	binary = definition_next(&list->items[0], "binary", NULL);
	if (binary)
		return report(EBADMSG,
			      "%s:%zu: binary: a binary that describes itself leaves it out",
			      source, binary->line);
	return 0;
}

int ask_definition(const char *binary, const char *name, int *milliseconds,
		   struct definitions *list)
{
	struct capture answer;
	char *question, *source;
	int found = -1;

	*list = (struct definitions){ 0 };
	if (asprintf(&question, "--ktstr-describe=%s", name) < 0)
		return report_errno("%s", binary);
	if (asprintf(&source, "%s %s", binary, question) < 0) {
		free(question);
		return report_errno("%s", binary);
	}
	if (ask_text(binary, question, milliseconds, &answer))
		goto out;
	if (WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 1)
		found = 0;
	else if (answer.status)
		ask_report_end(binary, question, &answer);
	else if (!definitions_read(source, answer.out, answer.out_size, list))
		found = check_definition(source, name, list) ? -1 : 1;
	if (found < 0)
		definitions_free(list);
	free(answer.out);
out:
	free(source);
	free(question);
	return found;
}
