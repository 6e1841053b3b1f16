/* link.c - symbolic links in an archive */
#include "link.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/path.h"
#include "registry/value.h"

/* Returns the number of directories that a name in the archive is below. */
static size_t count_directories(const char *name)
{
	size_t count = 0;

	while ((name = strchr(name, '/'))) {
		name++;
		count++;
	}
	return count;
}

/* Returns what follows the "../" and "./" at the target's beginning, and how often it goes up. */
static const char *skip_ups(const char *target, size_t *ups)
{
	*ups = 0;
	while (*target == '.') {
		size_t length = strcspn(target, "/");

		if (length > 2 || (length == 2 && target[1] != '.'))
			break;
		*ups += length == 2;
		target += length;
		target += strspn(target, "/");
	}
	return target;
}

const char *link_problem(char *const *fields)
{
	const char *problem = archive_name_problem(fields), *rest;
	size_t directories, ups;

	if (problem)
		return problem;
	directories = count_directories(fields[0]);
	if (strncmp(fields[0], "include/", strlen("include/")) || directories < 2)
		return "a link stands below include/DIRECTORY/";
	if (!*fields[1])
		return "the target is empty";
	if (*fields[1] == '/')
		return "the target is absolute: make it relative";
	rest = skip_ups(fields[1], &ups);
	if (ups > directories - 2)
		return "the target is outside of the packed directory";
	if (path_goes_up(rest))
		return "the target has '..' after another component: write it without";
	return NULL;
}
