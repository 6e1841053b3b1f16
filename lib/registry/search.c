/* search.c - programs that are named without a path: on PATH, and where schedulers are built */
#include "search.h"

#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_executable_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && (st.st_mode & 0111) &&
	       !access(path, X_OK);
}

/* Returns the absolute path of directory/name where that is a program, else NULL. */
static char *try_directory(const char *directory, const char *name, struct strings *looked_at)
{
	char *path, *real = NULL;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return NULL;
	if (is_executable_file(path))
		real = realpath(path, NULL);
	else if (looked_at)
		strings_add(looked_at, path); /* for a message: better a short list than none */
	free(path);
	return real;
}

char *find_program(const char *name, struct strings *looked_at)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin"), *rest = copy, *directory, *found = NULL;

	if (!*name) {
		free(copy);
		return NULL;
	}
	while (!found && (directory = strsep(&rest, ":")))
		found = try_directory(*directory ? directory : ".", name, looked_at);
	free(copy);
	return found;
}

/* The directory of the test binary, and the one above where cargo put the binary into deps/. */
static char *try_beside(const char *test_binary, const char *name, struct strings *looked_at)
{
	char *copy = strdup(test_binary), *directory, *found;

	if (!copy)
		return NULL;
	directory = dirname(copy);
	found = try_directory(directory, name, looked_at);
	if (!found) {
		char *last = strrchr(directory, '/');

		if (last && last > directory && !strcmp(last, "/deps")) {
			*last = '\0';
			found = try_directory(directory, name, looked_at);
		}
	}
	free(copy);
	return found;
}

char *find_scheduler(const char *name, const char *test_binary, struct strings *looked_at)
{
	const char *override = getenv("KTSTR_SCHEDULER");
	char *found;

	if (override && *override) {
		if (is_executable_file(override))
			return realpath(override, NULL);
		strings_addf(looked_at, "%s ($KTSTR_SCHEDULER)", override);
		return NULL;
	}
	found = try_beside(test_binary, name, looked_at);
	if (!found)
		found = try_directory("target/debug", name, looked_at);
	if (!found)
		found = try_directory("target/release", name, looked_at);
	return found ? found : find_program(name, looked_at);
}
