/* resolution.c - a test whose files are being found: its records and its paths */
#include "resolution.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
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

/* Reports why the file at path cannot be packed, if that is so. Returns 0, or -1. */
static int check_file(const struct resolution *r, const struct entry *entry, const char *path,
		      bool is_program)
{
	const char *problem = file_problem(path, is_program), *hint = "";
	struct stat st;

	if (!problem)
		return 0;
	if (!strcmp(entry->keyword, "include") && !stat(path, &st) && S_ISDIR(st.st_mode))
		hint = " (a directory is packed by the record include-dir)";
	return resolution_bad(r, entry, "%s: %s%s", path, problem, hint);
}

/* Whether something is at path, or it cannot be seen whether there is. */
static bool may_be_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st) || errno != ENOENT;
}

/* Returns the path as it is from here, or NULL with errno. The caller frees it. */
static char *join_path(const char *directory, const char *path)
{
	char *joined;

	if (*path == '/' || !strcmp(directory, "."))
		return strdup(path);
	path += strncmp(path, "./", 2) ? 0 : 2;
	return asprintf(&joined, "%s/%s", directory, path) < 0 ? NULL : joined;
}

/* Reports that nothing is at one of the paths. */
static void report_missing(const struct resolution *r, const struct entry *entry, const char *path,
			   const struct strings *looked_at)
{
	char *places = strings_join(looked_at, ", ");

	if (looked_at->count == 1)
		resolution_bad(r, entry, "%s: %s", looked_at->items[0], strerror(ENOENT));
	else
		resolution_bad(r, entry, "%s not found; looked at %s", path, places ? places : "");
	free(places);
}

char *resolution_locate(const struct resolution *r, const struct entry *entry, const char *path)
{
	const struct strings *beside = &r->beside;
	struct strings looked_at = { 0 };
	char *joined = join_path(r->source->directory, path);
	bool is_there = joined && (*path == '/' || may_be_there(joined));
	int failed = !joined || (!is_there && strings_add(&looked_at, joined));

	for (size_t i = 0; !failed && !is_there && i < beside->count; i++) {
		if (file_is_same(beside->items[i], r->source->directory))
			continue;
		free(joined);
		joined = join_path(beside->items[i], path);
		is_there = joined && may_be_there(joined);
		failed = !joined || (!is_there && strings_add(&looked_at, joined));
	}
	if (failed)
		resolution_bad(r, entry, "%s", strerror(errno));
	else if (!is_there)
		report_missing(r, entry, path, &looked_at);
	strings_free(&looked_at);
	if (is_there)
		return joined;
	free(joined);
	return NULL;
}

char *resolution_path(const struct resolution *r, const struct entry *entry, const char *path,
		      bool is_program)
{
	char *joined = resolution_locate(r, entry, path), *real = NULL;

	if (joined && !check_file(r, entry, joined, is_program) && !(real = path_of_file(joined)))
		resolution_bad(r, entry, "%s: %s", joined, strerror(errno));
	free(joined);
	return real;
}

int resolution_check_search(const struct resolution *r, const struct entry *entry, const char *name,
			    const struct search *search, const char *found)
{
	char *place;

	if (!found && errno != ENOENT)
		return resolution_bad(r, entry, "%s: %s", name, strerror(errno));
	if (!found && search->problem)
		return resolution_bad(r, entry, "%s", search->problem);
	if (!found || !search->problem)
		return !found;
	place = resolution_place(r, entry);
	if (!place)
		return resolution_bad(r, entry, "%s", strerror(errno));
	report_warning("%s: %s (%s is taken)", place, search->problem, found);
	free(place);
	return 0;
}
