/* includes.c - outside of a .run: a directory of links to what a test includes, as a .run has it */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

static char directory[PATH_MAX]; /* "": there is none */

/* Returns the absolute path of what lies beside this program, or NULL with errno. */
static char *find_beside_program(const char *spec)
{
	char path[PATH_MAX], *found = NULL, *joined;
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path));

	while (length > 0 && path[length - 1] != '/')
		length--;
	if (length <= 0 || asprintf(&joined, "%.*s%s", (int)length, path, spec) < 0)
		return NULL;
	found = realpath(joined, NULL);
	free(joined);
	return found;
}

static char *find_path(const char *spec)
{
	char *found = realpath(spec, NULL);

	return found || *spec == '/' ? found : find_beside_program(spec);
}

static char *find_program(const char *name)
{
	const char *next = getenv("PATH");

	while (next && *next) {
		const char *end = strchrnul(next, ':');
		char *path, *found = NULL;
		struct stat st;

		/* an empty element is the current directory */
		if (asprintf(&path, "%.*s/%s", end == next ? 1 : (int)(end - next),
			     end == next ? "." : next, name) < 0)
			return NULL;
		if (!access(path, X_OK) && !stat(path, &st) && S_ISREG(st.st_mode))
			found = realpath(path, NULL);
		free(path);
		if (found)
			return found;
		next = *end ? end + 1 : end;
	}
	return NULL;
}

/* Whether there is a link of this name, to target. */
static bool is_linked(int fd, const char *name, const char *target)
{
	char old[PATH_MAX];
	ssize_t length = readlinkat(fd, name, old, sizeof(old));

	return length >= 0 && (size_t)length == strlen(target) &&
	       !memcmp(old, target, strlen(target));
}

/* Returns 0, or -1 with errno. What is not there is only said, as the test may do without. */
static int link_include(const struct ktstr_test *test, int fd, const char *spec)
{
	bool is_path = strchr(spec, '/');
	char *target = is_path ? find_path(spec) : find_program(spec), *name = NULL;
	const char *end = spec + strlen(spec), *begin;
	int failed = 0;

	if (!target) {
		ktstr_explain(test->name, "note", "%s, which it includes, is not %s", spec,
			      !is_path	     ? "a program on PATH"
			      : *spec == '/' ? "there"
					     : "in the current directory, nor beside this program");
		return 0;
	}
	while (end > spec && end[-1] == '/')
		end--;
	for (begin = end; begin > spec && begin[-1] != '/';)
		begin--;
	name = strndup(begin, (size_t)(end - begin));
	if (!name || symlinkat(target, fd, name))
		failed = -1;
	if (name && failed && errno == EEXIST) {
		failed = 0;
		if (!is_linked(fd, name, target))
			ktstr_explain(test->name, "note", "it includes two things named %s", name);
	}
	free(name);
	free(target);
	return failed;
}

static int link_list(const struct ktstr_test *test, int fd, const char *const *list)
{
	for (; list && *list; list++)
		if (link_include(test, fd, *list))
			return -1;
	return 0;
}

/* Makes the directory. Returns a descriptor of it, or -1 with errno. */
static int make_directory(const struct ktstr_test *test)
{
	const char *parent = getenv("TMPDIR");
	char *place = realpath(parent && *parent ? parent : "/tmp", NULL);
	int fd = -1;

	if (place && (size_t)snprintf(directory, sizeof(directory), "%s/ktstr.XXXXXX", place) >=
			     sizeof(directory))
		errno = ENAMETOOLONG;
	else if (place && mkdtemp(directory))
		fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(place);
	if (fd < 0)
		*directory = '\0';
	else if (test->drops_root)
		fchmod(fd, 0755); /* if it fails, the test cannot read it, and says so */
	return fd;
}

int ktstr_link_includes(const struct ktstr_test *test, const char **path)
{
	const struct ktstr_scheduler none = { .name = "" },
				     *scheduler = test->scheduler ? test->scheduler : &none;
	int fd, failed;

	*path = NULL;
	if (!ktstr_has_any(test->include_files) && !ktstr_has_any(test->include_dirs) &&
	    !ktstr_has_any(scheduler->include_files) && !ktstr_has_any(scheduler->include_dirs))
		return 0;
	fd = make_directory(test);
	if (fd < 0)
		return -1;
	failed = link_list(test, fd, test->include_files) ||
		 link_list(test, fd, test->include_dirs) ||
		 link_list(test, fd, scheduler->include_files) ||
		 link_list(test, fd, scheduler->include_dirs);
	close(fd);
	*path = directory;
	return failed ? -1 : 0;
}

void ktstr_unlink_includes(const struct ktstr_test *test)
{
	DIR *links = *directory ? opendir(directory) : NULL;
	const struct dirent *entry;
	char byte;

	while (links && (entry = readdir(links)))
		if (readlinkat(dirfd(links), entry->d_name, &byte, 1) >= 0)
			unlinkat(dirfd(links), entry->d_name, 0);
	if (links)
		closedir(links);
	if (*directory && rmdir(directory) && errno != ENOENT)
		ktstr_explain(test->name, "note", "%s stays, with what the test wrote there: %s",
			      directory, strerror(errno));
	*directory = '\0';
}
