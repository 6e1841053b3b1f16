/* search.c - finds programs that are named without a path: on PATH and where schedulers are built
 */
#include "search.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

static bool is_executable_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && (st.st_mode & 0111) &&
	       !access(path, X_OK);
}

/*
 * Whether directory/name is a program. Returns 1 and its absolute path in *found; 0; or -1 with
 * errno if that is not known: then no later place may be used instead.
 */
static int try_directory(const char *directory, const char *name, struct strings *looked_at,
			 char **found)
{
	char *path;
	int is_there;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -1;
	is_there = is_executable_file(path);
	if (is_there)
		*found = path_of_file(path);
	else if (looked_at)
		strings_add(looked_at, path); /* without memory the list in the message is short */
	free(path);
	return is_there && !*found ? -1 : is_there;
}

/* The functions below return the same as try_directory. */

static int try_path(const char *name, struct strings *looked_at, char **found)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin"), *rest = copy, *directory;
	int is_there = copy ? 0 : -1;

	while (!is_there && (directory = strsep(&rest, ":")))
		is_there = try_directory(*directory ? directory : ".", name, looked_at, found);
	free(copy);
	return is_there;
}

/* Tries the directory of the test binary, and the one above if cargo put the binary into deps/. */
static int try_beside(const char *test_binary, const char *name, struct strings *looked_at,
		      char **found)
{
	char *copy = realpath(test_binary, NULL), *directory;
	int is_there;

	if (!copy)
		return -1;
	directory = dirname(copy);
	is_there = try_directory(directory, name, looked_at, found);
	if (!is_there) {
		char *last = strrchr(directory, '/');

		if (last && last > directory && !strcmp(last, "/deps")) {
			*last = '\0';
			is_there = try_directory(directory, name, looked_at, found);
		}
	}
	free(copy);
	return is_there;
}

char *find_program(const char *name, struct strings *looked_at)
{
	char *found = NULL;

	if (!*name || !try_path(name, looked_at, &found))
		errno = ENOENT;
	return found;
}

char *find_scheduler(const char *name, const char *test_binary, struct strings *looked_at)
{
	const char *override = getenv("KTSTR_SCHEDULER");
	char *found = NULL;
	int is_there;

	if (override && *override) {
		if (is_executable_file(override))
			return path_of_file(override);
		strings_addf(looked_at, "%s ($KTSTR_SCHEDULER)", override);
		errno = ENOENT;
		return NULL;
	}
	is_there = try_beside(test_binary, name, looked_at, &found);
	if (!is_there)
		is_there = try_directory("target/debug", name, looked_at, &found);
	if (!is_there)
		is_there = try_directory("target/release", name, looked_at, &found);
	if (!is_there)
		is_there = try_path(name, looked_at, &found);
	if (!is_there)
		errno = ENOENT;
	return found;
}
