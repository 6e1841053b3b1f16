/* framework.c - test binaries of the Rust framework: recognised, and asked for their tests */
#include "framework.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/report.h"
#include "elf/elf_program.h"
#include "import/import.h"
#include "import/import_files.h"
#include "registry/ask.h"
#include "registry/foreign.h"
#include "registry/value.h"

enum {
	EXPORT_SECONDS = 300, /* it may build the scheduler, and compresses without optimization */
	EXPORT_SECONDS_MAX = 86400,
	DEFINITION_MAX = 1024 * 1024,
};

static int is_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), has_note, found;

	if (fd < 0)
		return 0; /* it may still be run, and asked as ours are */
	has_note = elf_has_note(fd, "ktstr");
	found = has_note ? -(has_note < 0) : has_framework_tests(fd);
	if (found < 0)
		report_errno("%s", path);
	close(fd);
	return found;
}

/*
 * Returns the name in a line of the list, and ends it there; or NULL. The framework's own tests are
 * ktstr/NAME, and ktstr/NAME/KERNEL if there are several kernels. Others begin with gauntlet/ (one
 * with another topology) or verifier/, or have no prefix: what cargo knows, too, which were all
 * that old versions had.
 */
static char *listed_name(char *line, bool has_prefix)
{
	static const char prefix[] = "ktstr/", suffix[] = ": test";
	size_t length = strlen(line);

	if (length < strlen(suffix) || strcmp(line + length - strlen(suffix), suffix))
		return NULL;
	line[length - strlen(suffix)] = '\0';
	if (!has_prefix)
		return strchr(line, '/') ? NULL : line;
	if (strncmp(line, prefix, strlen(prefix)))
		return NULL;
	line += strlen(prefix);
	line[strcspn(line, "/")] = '\0';
	return line;
}

static int add_listed(const char *binary, char *text, struct strings *names)
{
	bool has_prefix = !strncmp(text, "ktstr/", 6) || strstr(text, "\nktstr/");
	const char *last = "";
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *name = listed_name(line, has_prefix);
		const char *problem;

		if (!name || !strcmp(name, last)) /* those of several kernels follow each other */
			continue;
		problem = test_name_problem(&name);
		if (problem)
			return report(EBADMSG, "%s: --list: %s: %.100s", binary, problem, name);
		if (strings_add(names, name))
			return report_errno("%s", binary);
		last = name;
	}
	return 0;
}

static int names(struct source *source, struct strings *names)
{
	static const char *const arguments[] = { "--list", "--format", "terse", NULL };
	/* each test once, without its variants, whatever the user has set for cargo nextest */
	static const char *const environment[] = { "NEXTEST=1", "KTSTR_CARGO_TEST_MODE=1",
						   "KTSTR_KERNEL_LIST", "KTSTR_BUDGET_SECS", NULL };
	static const struct question question = { "--list", arguments, environment, ASK_SECONDS };
	struct capture answer;
	int failed;

	if (ask(source->path, &question, &source->milliseconds, &answer))
		return -1;
	if (answer.status)
		failed = ask_report_end(source->path, question.text, &answer);
	else if (strlen(answer.out) != answer.out_size)
		failed = report(EBADMSG, "%s: --list printed a NUL byte", source->path);
	else
		failed = add_listed(source->path, answer.out, names);
	free(answer.out);
	return failed;
}

/* How long it may take to write the .run. Returns 0, or -1. Reports. */
static int export_seconds(int *seconds)
{
	const char *text = getenv("KTSTR_EXPORT_SECONDS");
	uint64_t value = EXPORT_SECONDS;

	if (text && *text && parse_number(text, 10, 1, EXPORT_SECONDS_MAX, &value))
		return report(EINVAL, "KTSTR_EXPORT_SECONDS: %s: give seconds, 1 to %d", text,
			      EXPORT_SECONDS_MAX);
	*seconds = (int)value;
	return 0;
}

/* Looks at how the binary ended. Returns 1 if there should be a .run, 0, -1 or SOURCE_REJECTED. */
static int check_end(const char *binary, const char *name, const char *question,
		     const struct capture *answer)
{
	int line = (int)strcspn(answer->err, "\n");

	if (!answer->status)
		return 1;
	if (WIFEXITED(answer->status) && WEXITSTATUS(answer->status) == 1)
		return 0;
	if (WIFEXITED(answer->status) && WEXITSTATUS(answer->status) == 2) {
		report(ENOTSUP, "%s: %s: %s%.*s", binary, name,
		       line ? "" : "it cannot be exported, and the binary does not say why", line,
		       answer->err);
		return SOURCE_REJECTED;
	}
	if (!WIFEXITED(answer->status))
		return ask_report_end(binary, question, answer);
	return report(EBADMSG, "%s: ended with status %d when asked for %s%s%.*s", binary,
		      WEXITSTATUS(answer->status), question, line ? ": " : "", line, answer->err);
}

/* Has the binary write its .run to path. Returns 1 if it has; 0, -1 or SOURCE_REJECTED. */
static int write_run(const char *binary, const char *name, const char *path)
{
	const char *arguments[] = { NULL, NULL, NULL };
	struct question question = { NULL, arguments, NULL, EXPORT_SECONDS };
	char *test = NULL, *output = NULL;
	struct capture answer;
	struct stat st;
	int found = -1, milliseconds;

	if (export_seconds(&question.seconds))
		return -1;
	milliseconds = 1000 * question.seconds;
	if (asprintf(&test, "--ktstr-export-test=%s", name) < 0)
		test = NULL;
	if (asprintf(&output, "--ktstr-export-output=%s", path) < 0)
		output = NULL;
	question.text = arguments[0] = test;
	arguments[1] = output;
	if (!test || !output) {
		report_errno("%s", binary);
	} else if (!ask(binary, &question, &milliseconds, &answer)) {
		found = check_end(binary, name, test, &answer);
		free(answer.out);
	}
	if (found == 1 && lstat(path, &st))
		found = report(ENOENT, "%s: wrote no .run, and says that it did: asked for %s",
			       binary, test);
	else if (found == 1 && !S_ISREG(st.st_mode)) /* it might lead to anything */
		found = report(EINVAL, "%s: what it wrote is not a regular file: asked for %s",
			       binary, test);
	free(test);
	free(output);
	return found;
}

/* Reads the definition that the import wrote, of this test alone. Returns 1, or -1. Reports. */
static int read_definition(struct source *source, const char *name, const char *path)
{
	struct definitions *list = &source->definitions;
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed;
	size_t size;
	char *text;

	if (fd < 0 || read_all(fd, DEFINITION_MAX, &text, &size)) {
		failed = report_errno("%s", path);
	} else {
		failed = definitions_read(path, text, size, list);
		free(text);
	}
	if (fd >= 0)
		close(fd);
	if (!failed && (list->count != 1 || strcmp(list->items[0].name, name)))
		failed = report(EBADMSG, "%s: wrote a .run of %s when asked for %s", source->path,
				list->count ? list->items[0].name : "no test", name);
	if (failed)
		definitions_free(list);
	return failed ? -1 : 1;
}

/* Asks for the .run and reads it, both in directory. Returns as find. */
static int find_in(struct source *source, const char *name, const char *directory)
{
	char *run, *definition = NULL;
	int found;

	if (asprintf(&run, "%s/%s.run", directory, name) < 0)
		return report_errno("%s", directory);
	found = write_run(source->path, name, run);
	if (found == 1 && import_into(run, directory, &definition))
		found = -1;
	unlink(run); /* it may be large */
	if (found == 1)
		found = read_definition(source, name, definition);
	free(definition);
	free(run);
	return found;
}

static int find(struct source *source, const char *name)
{
	char *made;
	int found;

	if (test_name_problem((char *const[]){ (char *)name, NULL }))
		return 0; /* no test has it, and as part of a path it could lead anywhere */
	made = import_files_make();
	if (!made)
		return -1;
	found = find_in(source, name, made);
	if (found == 1) {
		char *directory = strdup(made);

		if (directory) {
			free(source->directory);
			source->directory = directory;
			source->imported = made;
			return 1;
		}
		found = report_errno("%s", source->path);
	}
	if (import_files_remove(made) && !found)
		found = -1;
	free(made);
	return found;
}

const struct framework framework = { is_of, names, find };

int framework_end(const struct sources *sources, bool is_wanted)
{
	int failed = 0;

	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = &sources->items[i];

		if (!source->imported)
			continue;
		if (!is_wanted)
			failed |= import_files_remove(source->imported);
		else if (!import_files_are_removed())
			report(0,
			       "note: the files that the manifest names are in %s: "
			       "remove it once they are packed",
			       source->imported);
	}
	return failed ? -1 : 0;
}
