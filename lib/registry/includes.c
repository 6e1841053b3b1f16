/* includes.c - what is packed beside the programs: files, directories, configurations */
#include "includes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/report.h"
#include "registry/reference.h"
#include "registry/search.h"
#include "registry/stand_in.h"
#include "registry/tree.h"
#include "registry/value.h"

static char *const *last_fields(const struct entries *list)
{
	return list->items[list->count - 1].fields.items;
}

char *includes_name(const char *spec)
{
	const char *slash = strrchr(spec, '/');
	char *name;

	return asprintf(&name, "include/%s", slash ? slash + 1 : spec) < 0 ? NULL : name;
}

/* Reports that path, which entry names, would be packed as config-content's text is. Returns -1. */
static int bad_twin(const struct resolution *r, const struct entry *entry, const char *path,
		    const char *name)
{
	char line[32] = "";

	if (!r->source->is_binary)
		snprintf(line, sizeof(line), " on line %zu",
			 resolution_find(r, "config-content")->line);
	return resolution_bad(r, entry, "%s and config-content%s would both be %s: rename one",
			      path, line, name);
}

/* Whether the entry of r->index with these fields is the one of config-content. */
static bool is_content(const struct resolution *r, char *const *fields)
{
	const struct entry *content = entries_find(&r->includes, "content");

	return content && content->fields.items == fields;
}

/* Adds a `file include/BASENAME` entry for the file at path, which spec names. Frees path. */
static int add_include(struct resolution *r, const struct entry *entry, const char *spec,
		       char *path)
{
	char *const *twin;
	int failed = -1;
	char *name;

	if (!path)
		return -1;
	name = includes_name(spec);
	if (!name) {
		free(path);
		return resolution_bad(r, entry, "%s", strerror(errno));
	}
	twin = file_index_find(&r->index, name);
	if (!twin)
		failed = entries_add(&r->includes, "file", name, path, "0755", NULL) ||
					 file_index_add(&r->index, last_fields(&r->includes))
				 ? resolution_bad(r, entry, "%s", strerror(errno))
				 : 0;
	else if (is_content(r, twin))
		bad_twin(r, entry, path, name);
	else if (file_is_same(twin[1], path))
		failed = 0;
	else
		resolution_bad(r, entry, "%s and %s would both be %s: rename one", twin[1], path,
			       name);
	free(name);
	free(path);
	return failed;
}

/* Adds the directory at the absolute path under that name in the archive. */
static int add_tree(struct resolution *r, const struct entry *entry, const char *path,
		    const char *name)
{
	char *const *twin = file_index_find(&r->index, name);
	size_t first = r->trees.count;
	char *problem;
	int failed;

	if (twin && is_content(r, twin))
		return bad_twin(r, entry, path, name);
	if (twin && file_is_same(twin[1], path))
		return 0;
	if (twin)
		return resolution_bad(r, entry, "%s and %s would both be %s: rename one", twin[1],
				      path, name);
	if (entries_add(&r->tops, "include-dir", name, path, NULL) ||
	    file_index_add(&r->index, last_fields(&r->tops)))
		return resolution_bad(r, entry, "%s", strerror(errno));
	failed = tree_add(&r->trees, path, name, &problem);
	/* the directory itself is there already, with its path */
	for (size_t i = first; !failed && i < r->trees.count; i++)
		failed = file_index_add(&r->index, r->trees.items[i].fields.items);
	if (failed)
		resolution_bad(r, entry, "%s", problem ? problem : strerror(errno));
	free(problem);
	return failed;
}

/* A link to a directory is packed under its own name, as a directory. */
static int resolve_include_dir(struct resolution *r, const struct entry *entry)
{
	const char *spec = entry->fields.items[0], *end = spec + strlen(spec), *begin;
	char *joined = resolution_locate(r, entry, spec), *path;
	char *name = NULL;
	struct stat st;
	int failed = -1;

	if (!joined)
		return -1;
	path = realpath(joined, NULL);
	while (end > spec && end[-1] == '/')
		end--;
	for (begin = end; begin > spec && begin[-1] != '/';)
		begin--;
	if (!path || stat(path, &st))
		resolution_bad(r, entry, "%s: %s", joined, missing_problem(joined, errno));
	else if (!S_ISDIR(st.st_mode))
		resolution_bad(r, entry,
			       "%s: not a directory (a file is packed by the record include)",
			       joined);
	else if (asprintf(&name, "include/%.*s", (int)(end - begin), begin) < 0)
		resolution_bad(r, entry, "%s", strerror(errno));
	else if (archive_name_problem(&name))
		resolution_bad(
			r, entry,
			"%s: the path ends in no name, which the directory needs in the archive: "
			"name it from the directory above",
			joined);
	else
		failed = add_tree(r, entry, path, name);
	free(path);
	free(joined);
	free(name);
	return failed;
}

/* Warns if the program at path only starts another one, which the author may not know. */
static int warn_of_stand_in(const struct resolution *r, const struct entry *entry, const char *path)
{
	char *what, *place = resolution_place(r, entry);
	int failed = !place || stand_in_describe(path, &what);

	if (failed)
		resolution_bad(r, entry, "%s: %s", path, strerror(errno));
	else if (what)
		report_warning("%s: %s", place, what);
	if (!failed)
		free(what);
	free(place);
	return failed ? -1 : 0;
}

/* Reports what to write for a file that is no program on PATH. Returns -1. */
static int report_no_program(const struct resolution *r, const struct entry *entry,
			     const char *name)
{
	char *own;
	struct stat st;
	bool is_there;

	if (asprintf(&own, "%s/%s", r->source->directory, name) < 0)
		return resolution_bad(r, entry, "%s", strerror(errno));
	is_there = !stat(own, &st) && S_ISREG(st.st_mode);
	free(own);
	return resolution_bad(
		r, entry,
		is_there ? "%s: not a program on PATH: there is a file ./%s: write that"
			 : "%s: not a program on PATH: write ./%s for a file of yours",
		name, name);
}

static int resolve_include(struct resolution *r, const struct entry *entry)
{
	const char *spec = entry->fields.items[0];
	struct search search = { 0 };
	char *path;
	int result;

	if (strchr(spec, '/'))
		return add_include(r, entry, spec, resolution_path(r, entry, spec, false));
	path = find_program(spec, &search);
	result = resolution_check_search(r, entry, spec, &search, path);
	search_free(&search);
	if (result > 0)
		return report_no_program(r, entry, spec);
	if (result || warn_of_stand_in(r, entry, path)) {
		free(path);
		return -1;
	}
	return add_include(r, entry, spec, path);
}

static int resolve_config_file(struct resolution *r)
{
	const struct entry *entry = resolution_find(r, "config-file");
	const char *path, *slash;

	if (!entry)
		return 0;
	path = entry->fields.items[0];
	slash = strrchr(path, '/');
	if (strchr(slash ? slash : path, '}'))
		return resolution_bad(r, entry,
				      "%s: no argument can refer to a name with a '}': rename it",
				      path);
	return add_include(r, entry, path, resolution_path(r, entry, path, false));
}

static int resolve_config_content(struct resolution *r)
{
	const struct entry *entry = resolution_find(r, "config-content");
	int failed;
	char *name;

	if (!entry)
		return 0;
	name = includes_name(entry->fields.items[0]);
	failed = !name ||
		 entries_add(&r->includes, "content", name, "0755", entry->fields.items[1], NULL) ||
		 file_index_add(&r->index, last_fields(&r->includes));
	free(name);
	return failed ? resolution_bad(r, entry, "%s", strerror(errno)) : 0;
}

int includes_resolve(struct resolution *r)
{
	const struct entry *entry;

	if (resolve_config_content(r) || resolve_config_file(r))
		return -1;
	for (entry = NULL; (entry = resolution_next(r, "include", entry));)
		if (resolve_include(r, entry))
			return -1;
	for (entry = NULL; (entry = resolution_next(r, "include-dir", entry));)
		if (resolve_include_dir(r, entry))
			return -1;
	return 0;
}

int includes_check_references(const struct resolution *r)
{
	static const char *const keywords[] = { "sched-arg", "run-arg", "config-file",
						"config-content" };
	char *missing;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct entry *entry = NULL;

		while ((entry = resolution_next(r, keywords[i], entry))) {
			const struct strings *fields = &entry->fields;

			/* a path, a name and a text are no arguments */
			for (size_t j = i < 2 ? 0 : i - 1; j < fields->count; j++) {
				if (!references_check(fields->items[j], &r->index, &missing))
					continue;
				resolution_bad(
					r, entry, "%s: %s", missing ? missing : fields->items[j],
					missing ? "nothing with this name is packed: include it"
						: strerror(errno));
				free(missing);
				return -1;
			}
		}
	}
	return 0;
}

/* Adds those entries of the included directories. Returns 0, or -1 with errno. */
static int add_of_trees(const struct resolution *r, const char *keyword, struct entries *list)
{
	const struct entry *entry = NULL;

	while ((entry = entries_next(&r->trees, keyword, entry)))
		if (entries_add_fields(list, 0, keyword, entry->fields.items))
			return -1;
	return 0;
}

int includes_add(const struct resolution *r, struct entries *list)
{
	for (size_t i = 0; i < r->includes.count; i++)
		if (entries_add_fields(list, 0, r->includes.items[i].keyword,
				       r->includes.items[i].fields.items))
			return -1;
	return add_of_trees(r, "file", list) || add_of_trees(r, "directory", list) ||
			       add_of_trees(r, "link", list)
		       ? -1
		       : 0;
}
