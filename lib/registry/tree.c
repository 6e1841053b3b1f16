/* tree.c - the files, directories and links of a directory that is packed whole */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/link.h"

static int set_problem(char **problem, const char *path, const char *what)
{
	if (asprintf(problem, "%s: %s", path, what) < 0)
		*problem = NULL;
	return -1;
}

/* In every locale the same order. */
static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_file(struct entries *list, const char *path, const char *name,
		    const struct stat *status, char **problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return set_problem(problem, path, strerror(errno));
	close(fd);
	return entries_add(list, "file", name, path, status->st_mode & 0111 ? "0755" : "0644",
			   NULL);
}

/* Where the link leads is packed too, as it is in the same directory: so it must be there. */
static int add_link(struct entries *list, const char *path, const char *name, char **problem)
{
	char target[PATH_MAX + 1];
	char *fields[] = { (char *)name, target, NULL };
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *what;
	struct stat status;

	if (length < 0)
		return set_problem(problem, path, strerror(errno));
	target[length] = '\0';
	what = link_problem(fields);
	if (!what && stat(path, &status))
		what = errno == ENOENT ? "nothing is there" : strerror(errno);
	if (!what)
		return entries_add_fields(list, 0, "link", fields);
	if (asprintf(problem, "%s: a link to %s: %s", path, target, what) < 0)
		*problem = NULL;
	return -1;
}

/* Adds what the walk is at, under its name in the archive. */
static int add_member(struct entries *list, const FTSENT *at, const char *name, char **problem)
{
	switch (at->fts_info) {
	case FTS_D:
		return entries_add(list, "directory", name, "0755", NULL);
	case FTS_DP:
		return 0;
	case FTS_F:
		return add_file(list, at->fts_path, name, at->fts_statp, problem);
	case FTS_SL:
	case FTS_SLNONE:
		return add_link(list, at->fts_path, name, problem);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return set_problem(problem, at->fts_path, strerror(at->fts_errno));
	default:
		return set_problem(problem, at->fts_path,
				   "neither a regular file nor a directory nor a link");
	}
}

/* Adds what the walk is at, whose path is that of the top and, unless it is the top, more. */
static int add_below(struct entries *list, const FTSENT *at, size_t top, const char *name,
		     char **problem)
{
	const char *rest = at->fts_path + top;
	char *full;
	int failed;

	if (at->fts_level == 0)
		return add_member(list, at, name, problem);
	if (asprintf(&full, "%s/%s", name, rest + strspn(rest, "/")) < 0)
		return -1;
	failed = add_member(list, at, full, problem);
	free(full);
	return failed;
}

int tree_add(struct entries *list, const char *path, const char *name, char **problem)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
	int failed = tree ? 0 : -1, saved;
	FTSENT *at;

	*problem = NULL;
	while (!failed && (errno = 0, at = fts_read(tree)))
		failed = add_below(list, at, strlen(path), name, problem);
	if (!failed && errno)
		failed = set_problem(problem, path, strerror(errno));
	saved = errno;
	if (tree)
		fts_close(tree);
	errno = saved;
	return failed;
}
