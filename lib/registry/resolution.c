/* resolution.c - a test whose files are being found: its records and its paths */
#include "resolution.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/report.h"

char *resolution_place(const struct resolution *r, const struct entry *entry)
{
	char *place;

	if ((r->source->is_binary ? asprintf(&place, "%s: %s: %s", r->source->path,
					     r->definition->name, entry->keyword)
				  : asprintf(&place, "%s:%zu: %s", r->source->path, entry->line,
					     entry->keyword)) < 0)
		return NULL;
	return place;
}

int resolution_bad(const struct resolution *r, const struct entry *entry, const char *format, ...)
{
	char *message, *place;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&message, format, args);
	va_end(args);
	if (length < 0)
		return report_errno("%s", r->source->path);
	place = resolution_place(r, entry);
	report(EINVAL, "%s: %s", place ? place : r->source->path, message);
	free(place);
	free(message);
	return -1;
}

const struct entry *resolution_find(const struct resolution *r, const char *keyword)
{
	return definition_next(r->definition, keyword, NULL);
}

const struct entry *resolution_next(const struct resolution *r, const char *keyword,
				    const struct entry *after)
{
	return definition_next(r->definition, keyword, after);
}

int resolution_check_file(const struct resolution *r, const struct entry *entry, const char *path,
			  bool is_program)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return resolution_bad(r, entry, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return resolution_bad(
			r, entry, "%s: %s%s", path, strerror(EISDIR),
			strcmp(entry->keyword, "include")
				? ""
				: " (a directory is packed by the record include-dir)");
	if (!S_ISREG(st.st_mode))
		return resolution_bad(r, entry, "%s: not a regular file", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return resolution_bad(r, entry, "%s: %s", path, strerror(errno));
	close(fd);
	if (is_program && !(st.st_mode & 0111))
		return resolution_bad(r, entry, "%s: not executable: chmod +x it", path);
	return 0;
}

char *resolution_join_path(const struct resolution *r, const char *path)
{
	char *joined;

	if (*path == '/' || !strcmp(r->source->directory, "."))
		return strdup(path);
	return asprintf(&joined, "%s/%s", r->source->directory, path) < 0 ? NULL : joined;
}

char *resolution_path(const struct resolution *r, const struct entry *entry, const char *path,
		      bool is_program)
{
	char *joined = resolution_join_path(r, path), *real = NULL;

	if (!joined)
		resolution_bad(r, entry, "%s", strerror(errno));
	else if (!resolution_check_file(r, entry, joined, is_program) &&
		 !(real = path_of_file(joined)))
		resolution_bad(r, entry, "%s: %s", joined, strerror(errno));
	free(joined);
	return real;
}
