/* search.c - finds programs that are named without a path: on PATH and where schedulers are built
 */
#include "search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

const char *missing_problem(const char *path, int cause)
{
	struct stat st;

	return cause == ENOENT && !lstat(path, &st) ? "a link that leads to nothing"
						    : strerror(cause);
}

const char *file_problem(const char *path, bool is_program)
{
	struct stat st;

	if (stat(path, &st))
		return missing_problem(path, errno);
	if (S_ISDIR(st.st_mode))
		return strerror(EISDIR);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (access(path, R_OK))
		return strerror(errno);
	return is_program && !(st.st_mode & 0111) ? "not executable: chmod +x it" : NULL;
}

/*
 * Notes why no program is at path. A file of that name is likely the one that is meant. A directory
 * is something else, as it often holds the program's sources. What cannot be seen may be nothing.
 */
static int note(struct search *search, const char *path, const char *from, const char *problem)
{
	struct stat st;
	bool is_directory = !stat(path, &st) && S_ISDIR(st.st_mode);
	bool is_there = is_directory || !lstat(path, &st);

	if (!is_there && (errno == ENOENT || errno == ENOTDIR)) {
		if (search->is_on_path || strings_contain(&search->looked_at, path))
			return 0;
		return strings_addf(&search->looked_at, "%s%s", path, from);
	}
	if (is_there && !is_directory && !search->problem &&
	    asprintf(&search->problem, "%s%s: %s", path, from, problem) < 0) {
		search->problem = NULL;
		return -1;
	}
	return strings_addf(&search->looked_at, "%s%s (%s)", path, from, problem);
}

/*
 * Whether a program is at path. Returns 1 and its absolute path in *found; 0; or -1 with errno if
 * that is not known: then no later place may be used instead.
 */
static int try_file(const char *path, const char *from, struct search *search, char **found)
{
	const char *problem = file_problem(path, true);

	if (problem)
		return note(search, path, from, problem);
	*found = path_of_file(path);
	return *found ? 1 : -1;
}

/* The functions below return the same as try_file. */

static int try_directory(const char *directory, const char *name, struct search *search,
			 char **found)
{
	char *path;
	int is_there;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -1;
	is_there = try_file(path, "", search, found);
	free(path);
	return is_there;
}

static int try_path(const char *name, struct search *search, char **found)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin"), *rest = copy, *directory;
	int is_there = copy ? 0 : -1;

	search->is_on_path = true;
	while (!is_there && (directory = strsep(&rest, ":")))
		is_there = try_directory(*directory ? directory : ".", name, search, found);
	free(copy);
	/* they are many, and known: only those with something of that name are listed */
	if (!is_there)
		is_there = strings_add(&search->looked_at, "the directories of PATH");
	return is_there;
}

char *find_program(const char *name, struct search *search)
{
	char *found = NULL;

	if (!*name || !try_path(name, search, &found))
		errno = ENOENT;
	return found;
}

char *find_scheduler(const char *name, const struct strings *beside, struct search *search)
{
	static const char *const built[] = { "target/debug", "target/release" };
	const char *override = getenv("KTSTR_SCHEDULER");
	char *found = NULL;
	int is_there = 0;

	if (override && *override) {
		search->override = override;
		is_there = try_file(override, " ($KTSTR_SCHEDULER)", search, &found);
	} else {
		for (size_t i = 0; !is_there && i < beside->count; i++)
			is_there = try_directory(beside->items[i], name, search, &found);
		for (size_t i = 0; !is_there && i < sizeof(built) / sizeof(*built); i++)
			is_there = try_directory(built[i], name, search, &found);
		if (!is_there)
			is_there = try_path(name, search, &found);
	}
	if (!is_there)
		errno = ENOENT;
	return found;
}

void search_free(struct search *search)
{
	strings_free(&search->looked_at);
	free(search->problem);
	search->problem = NULL;
}
