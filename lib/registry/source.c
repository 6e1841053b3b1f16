/* source.c - where tests are found: binaries, .ktstr files, directories */
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/report.h"
#include "elf/elf_program.h"
#include "registry/ask.h"
#include "registry/search.h"

#define SUFFIX ".ktstr"

enum { FILE_MAX = 256 * 1024 * 1024 };

/* Returns 0, or -1 with errno. */
static int add_source(struct sources *list, const char *path, bool is_binary)
{
	struct source source = { .is_binary = is_binary,
				 .is_stdin = !is_binary && !strcmp(path, "-"),
				 .milliseconds = 1000 * ASK_SECONDS };
	char *copy;

	if (array_grow(&list->items, list->count, &list->room, sizeof(source)))
		return report_errno("%s", path);
	copy = strdup(path);
	source.path = strdup(source.is_stdin ? "<stdin>" : path);
	/* paths in a description begin in the current directory, paths in a file in its directory
	 */
	if (copy)
		source.directory = strdup(is_binary || source.is_stdin ? "." : dirname(copy));
	free(copy);
	if (!source.path || !source.directory) {
		free(source.path);
		free(source.directory);
		return report(ENOMEM, "%s: %s", path, strerror(ENOMEM));
	}
	list->items[list->count++] = source;
	return 0;
}

/* Reports why stat failed. Returns -1. */
static int report_missing(const char *path)
{
	int cause = errno;

	return report(cause, "%s: %s", path, missing_problem(path, cause));
}

static int check_binary(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return report_missing(path);
	if (S_ISDIR(st.st_mode))
		return report(EISDIR, "%s: is a directory: name the test binary in it", path);
	if (!S_ISREG(st.st_mode))
		return report(EINVAL, "%s: is not a regular file", path);
	if (access(path, X_OK))
		return report(EACCES, "%s: is not executable: chmod +x it, or is it a file for -f?",
			      path);
	return 0;
}

int sources_add_binary(struct sources *list, const char *path)
{
	int is_of;

	if (check_binary(path))
		return -1;
	is_of = list->framework ? list->framework->is_of(path) : 0;
	if (is_of < 0 || add_source(list, path, true))
		return -1;
	if (is_of)
		list->items[list->count - 1].framework = list->framework;
	return 0;
}

int sources_add_file(struct sources *list, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-")) {
		for (size_t i = 0; i < list->count; i++)
			if (list->items[i].is_stdin)
				return report(EINVAL, "standard input cannot be read twice: "
						      "give -f - once");
	} else if (stat(path, &st)) {
		return report_missing(path);
	} else if (S_ISDIR(st.st_mode)) {
		return report(EISDIR,
			      "%s: is a directory: name a file in it, "
			      "or set KTSTR_TEST_PATH",
			      path);
	}
	return add_source(list, path, false);
}

static bool has_suffix(const char *path)
{
	size_t length = strlen(path), suffix = strlen(SUFFIX);

	return length > suffix && !strcmp(path + length - suffix, SUFFIX);
}

/*
 * Whether the ELF notes of a program say that it is a test binary: only then may it be run. Returns
 * 1 or 0, or -1 if there was no descriptor or no memory. Reports.
 */
static int is_marked(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), marked = -1, cause = errno;

	if (fd >= 0) {
		marked = elf_has_note(fd, "ktstr");
		cause = errno;
		close(fd);
	}
	if (marked >= 0)
		return marked;
	errno = cause; /* a file that this user cannot read is no test of theirs */
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? report_errno("%s", path) : 0;
}

/* Adds the file of this name in a directory, if it is a source. */
static int add_directory_file(struct sources *list, const char *path)
{
	struct stat st;
	int marked;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	if (has_suffix(path))
		return add_source(list, path, false);
	marked = access(path, X_OK) ? 0 : is_marked(path);
	return marked > 0 ? add_source(list, path, true) : marked;
}

static int add_directory(struct sources *list, const char *path)
{
	DIR *directory = opendir(path);
	struct strings names = { 0 };
	const struct dirent *item;
	int failed = 0;

	if (!directory)
		return report_errno("%s", path);
	errno = 0;
	while (!failed && (item = readdir(directory)))
		failed = strings_add(&names, item->d_name);
	if (failed || errno)
		failed = report_errno("%s", path);
	closedir(directory);
	strings_sort(&names);
	for (size_t i = 0; !failed && i < names.count; i++) {
		char *file;

		if (asprintf(&file, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
			     names.items[i]) < 0) {
			failed = report_errno("%s", path);
			break;
		}
		failed = add_directory_file(list, file);
		free(file);
	}
	strings_free(&names);
	return failed;
}

static int add_path_entry(struct sources *list, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return report_errno("%s (in KTSTR_TEST_PATH)", path);
	if (S_ISDIR(st.st_mode))
		return add_directory(list, path);
	return has_suffix(path) ? sources_add_file(list, path) : sources_add_binary(list, path);
}

int sources_add_environment(struct sources *list)
{
	const char *binary = getenv("KTSTR_TEST_BINARY"), *path = getenv("KTSTR_TEST_PATH");
	char *copy, *rest, *entry;
	int failed = 0;

	if (binary && *binary)
		return sources_add_binary(list, binary);
	rest = copy = strdup(path && *path ? path : ".");
	if (!copy)
		return report_errno("KTSTR_TEST_PATH");
	while (!failed && (entry = strsep(&rest, ":")))
		failed = add_path_entry(list, *entry ? entry : ".");
	free(copy);
	return failed;
}

static int read_definitions(struct source *source, const char *text, size_t size)
{
	if (size >= 4 && !memcmp(text, "\177ELF", 4))
		return report(EBADMSG, "%s: a program, not definitions: a test binary is for -b",
			      source->path);
	return definitions_read(source->path, text, size, &source->definitions);
}

/* In a file of definitions, each test must name its binary. */
static int check_binaries_named(const struct source *source)
{
	for (size_t i = 0; i < source->definitions.count; i++) {
		const struct definition *definition = &source->definitions.items[i];

		if (!definition_next(definition, "binary", NULL))
			return report(EBADMSG, "%s:%zu: test: %s has no binary record",
				      source->path, definition->line, definition->name);
	}
	return 0;
}

static int read_file(struct source *source)
{
	int fd = STDIN_FILENO, failed;
	size_t size;
	char *text;

	if (source->is_read)
		return 0;
	if (!source->is_stdin)
		fd = open(source->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read_all(fd, FILE_MAX, &text, &size)) {
		failed = report_errno("%s", source->path);
	} else {
		failed = read_definitions(source, text, size);
		free(text);
	}
	if (fd > STDIN_FILENO)
		close(fd);
	if (failed || check_binaries_named(source))
		return -1;
	source->is_read = true;
	return 0;
}

int source_names(struct source *source, struct strings *names)
{
	if (source->framework)
		return source->framework->names(source, names);
	if (source->is_binary)
		return ask_names(source->path, &source->milliseconds, names);
	if (read_file(source))
		return -1;
	for (size_t i = 0; i < source->definitions.count; i++)
		if (strings_add(names, source->definitions.items[i].name))
			return report_errno("%s", source->path);
	return 0;
}

int source_find(struct source *source, const char *name, const struct definition **definition)
{
	if (source->is_binary) {
		int found;

		definitions_free(&source->definitions);
		found = source->framework
				? source->framework->find(source, name)
				: ask_definition(source->path, name, &source->milliseconds,
						 &source->definitions);
		if (found > 0)
			*definition = &source->definitions.items[0];
		return found;
	}
	if (read_file(source))
		return -1;
	*definition = definitions_find(&source->definitions, name);
	return *definition != NULL;
}

/* Whether a source that is not taken has the test. Of a framework's binary no file is wanted. */
static int has_also(struct source *source, const char *name)
{
	const struct definition *definition;
	struct strings names = { 0 };
	int found;

	if (!source->framework)
		return source_find(source, name, &definition);
	found = source_names(source, &names) ? -1 : strings_contain(&names, name);
	strings_free(&names);
	return found;
}

int sources_find(struct sources *list, const char *name, struct source **source,
		 const struct definition **definition)
{
	*source = NULL;
	for (size_t i = 0; i < list->count; i++) {
		struct source *asked = &list->items[i];
		int found;

		found = *source ? has_also(asked, name) : source_find(asked, name, definition);
		if (found < 0 && !*source)
			return found; /* this source may have the test, too */
		if (found < 0)
			report_warning("%s: could not be asked whether it has %s, too", asked->path,
				       name);
		else if (found && *source)
			report_warning("%s: in %s, which is taken, and in %s, too", name,
				       (*source)->path, asked->path);
		else if (found)
			*source = asked;
	}
	return *source != NULL;
}

void sources_free(struct sources *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].directory);
		free(list->items[i].imported);
		definitions_free(&list->items[i].definitions);
	}
	free(list->items);
	*list = (struct sources){ 0 };
}
