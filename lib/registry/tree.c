/* tree.c - the files, directories and links of a directory that is packed whole */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/* In every locale the same order, unlike alphasort. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static int add_member(struct entries *list, const char *path, const char *name, char **problem);

static int add_directory(struct entries *list, const char *path, const char *name, char **problem)
{
	struct dirent **found = NULL;
	int count, failed;

	if (entries_add(list, "directory", name, "0755", NULL))
		return -1;
	count = scandir(path, &found, is_not_dots, compare_names);
	failed = count < 0 ? set_problem(problem, path, strerror(errno)) : 0;
	for (int i = 0; i < count; i++) {
		char *path_there = NULL, *name_there = NULL;

		if (!failed && (asprintf(&path_there, "%s/%s", path, found[i]->d_name) < 0 ||
				asprintf(&name_there, "%s/%s", name, found[i]->d_name) < 0))
			failed = -1;
		failed = failed || add_member(list, path_there, name_there, problem) ? -1 : 0;
		free(path_there);
		free(name_there);
		free(found[i]);
	}
	free(found);
	return failed;
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

static int add_member(struct entries *list, const char *path, const char *name, char **problem)
{
	struct stat status;

	if (lstat(path, &status))
		return set_problem(problem, path, strerror(errno));
	switch (status.st_mode & S_IFMT) {
	case S_IFDIR:
		return add_directory(list, path, name, problem);
	case S_IFREG:
		return add_file(list, path, name, &status, problem);
	case S_IFLNK:
		return add_link(list, path, name, problem);
	default:
		return set_problem(problem, path,
				   "neither a regular file nor a directory nor a link");
	}
}

int tree_add(struct entries *list, const char *path, const char *name, char **problem)
{
	*problem = NULL;
	return add_directory(list, path, name, problem);
}
