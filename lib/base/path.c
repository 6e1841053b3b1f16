/* path.c - look at paths, make absolute ones */
#include "path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool path_goes_up(const char *path)
{
	for (const char *p = path; *p; p += strcspn(p, "/")) {
		p += strspn(p, "/");
		if (!strncmp(p, "..", 2) && (p[2] == '/' || !p[2]))
			return true;
	}
	return false;
}

/* Returns realpath of the directory that holds path's last component. The caller frees it. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *copy, *directory;

	if (!slash)
		return realpath(".", NULL);
	copy = strndup(path, slash > path ? (size_t)(slash - path) : 1);
	directory = copy ? realpath(copy, NULL) : NULL;
	free(copy);
	return directory;
}

char *path_of_file(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *directory = directory_of(path), *joined;

	if (!directory)
		return NULL;
	if (!strncmp(directory, "/proc/", 6))
		joined = realpath(path, NULL);
	else if (asprintf(&joined, "%s/%s", strcmp(directory, "/") ? directory : "", name) < 0)
		joined = NULL;
	free(directory);
	return joined;
}

char *path_beside_program(const char *path)
{
	char program[PATH_MAX], *joined;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program));

	if (length < 0)
		return NULL;
	if (length == sizeof(program)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	while (length > 0 && program[length - 1] != '/')
		length--;
	return asprintf(&joined, "%.*s%s", (int)length, program, path) < 0 ? NULL : joined;
}
