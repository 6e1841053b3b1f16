/* resolve.c - from a definition to a manifest: every file found, or a reason why not */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/report.h"
#include "registry/file_index.h"
#include "registry/manifest.h"
#include "registry/needs.h"
#include "registry/origin.h"
#include "registry/reference.h"
#include "registry/search.h"
#include "registry/stale.h"
#include "registry/stand_in.h"
#include "registry/tree.h"
#include "registry/value.h"

#define CELL_OPTION "--cell-parent-cgroup"

struct resolution {
	const struct source *source;
	const struct definition *definition;
	char *binary; /* absolute paths; scheduler may be NULL */
	char *scheduler;
	char *sources;		 /* what the first built-from names, or NULL */
	struct entries includes; /* `file` entries, and perhaps a `content` entry */
	struct entries tops;  /* the included directories: each its name in the archive, its path */
	struct entries trees; /* `file`, `directory` and `link` entries of what is in them */
	struct file_index index; /* of includes, tops and trees */
};

/* Returns where the author can mend an entry: FILE:LINE or BINARY: TEST. The caller frees it. */
static char *place_of(const struct resolution *r, const struct entry *entry)
{
	char *place;

	if ((r->source->is_binary ? asprintf(&place, "%s: %s: %s", r->source->path,
					     r->definition->name, entry->keyword)
				  : asprintf(&place, "%s:%zu: %s", r->source->path, entry->line,
					     entry->keyword)) < 0)
		return NULL;
	return place;
}

/* Reports what is wrong with an entry, and where the author can mend it. Returns -1. */
static int bad_entry(const struct resolution *r, const struct entry *entry, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int bad_entry(const struct resolution *r, const struct entry *entry, const char *format, ...)
{
	char *message, *place;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&message, format, args);
	va_end(args);
	if (length < 0)
		return report_errno("%s", r->source->path);
	place = place_of(r, entry);
	report(EINVAL, "%s: %s", place ? place : r->source->path, message);
	free(place);
	free(message);
	return -1;
}

static const struct entry *find(const struct resolution *r, const char *keyword)
{
	return definition_next(r->definition, keyword, NULL);
}

static const struct entry *next(const struct resolution *r, const char *keyword,
				const struct entry *after)
{
	return definition_next(r->definition, keyword, after);
}

static bool starts_scheduler(const struct resolution *r)
{
	const struct entry *entry = find(r, "scheduler");

	return entry && entry->fields.count > 1;
}

/* Reports why the commands of the test cannot be packed, if that is so. Returns 0, or -1. */
static int check_commands(const struct resolution *r, bool is_allowed)
{
	const struct entry *enable = find(r, "enable"), *disable = find(r, "disable");
	const struct entry *when = find(r, "enabled-when");
	const struct entry *first = enable ? enable : disable ? disable : when;
	const char *name = r->definition->name;

	if (!first)
		return 0;
	if (!is_allowed && first != when)
		return bad_entry(r, first,
				 "the scheduler of %s is built into a kernel and switched by shell "
				 "commands, which a .run would run as root: read them, then pack "
				 "them with ktstr-export --allow-commands",
				 name);
	if (!enable)
		return bad_entry(r, first,
				 "%s has no enable record, which would switch a scheduler on",
				 name);
	if (!disable)
		return bad_entry(r, first,
				 "%s has no disable record, so that the scheduler would stay on: "
				 "give the commands that switch it off",
				 name);
	if (starts_scheduler(r) || find(r, "attaches-schedulers"))
		return bad_entry(
			r, first,
			"%s has commands that switch a scheduler on, and %s: leave out one "
			"of them",
			name,
			starts_scheduler(r) ? "its scheduler record names a program"
					    : "attaches schedulers of its own");
	return 0;
}

/* Reports why no .run can run this test, if that is so. Returns 0, or -1. */
static int check_exportable(const struct resolution *r, bool allow_commands)
{
	const struct entry *entry;

	if ((entry = find(r, "host-only")))
		return bad_entry(r, entry,
				 "%s runs beside a virtual machine, which a .run does not have: "
				 "run it with its own framework",
				 r->definition->name);
	if ((entry = find(r, "bpf-map-write")))
		return bad_entry(r, entry,
				 "%s has a BPF map written from outside a virtual machine, which a "
				 ".run cannot do: have the test write the map itself",
				 r->definition->name);
	if (check_commands(r, allow_commands))
		return -1;
	if ((entry = find(r, "scheduler")) && !starts_scheduler(r) && !find(r, "enable") &&
	    !scheduler_is_kernels_own(entry->fields.items[0]))
		return bad_entry(r, entry,
				 "%s names no program, so that nothing would be started: %s, or "
				 "run under the kernel's own: eevdf",
				 entry->fields.items[0],
				 r->source->is_binary
					 ? "give the scheduler's binary"
					 : "give it after the name, a path or a name to find");
	if ((entry = find(r, "attaches-schedulers")) && starts_scheduler(r))
		return bad_entry(
			r, entry,
			"%s attaches schedulers of its own, and its scheduler record names "
			"a program: leave out one of them",
			r->definition->name);
	if ((entry = find(r, "expect-scheduler-error")) && !starts_scheduler(r))
		return bad_entry(r, entry,
				 "%s expects that its scheduler is ejected, and its scheduler "
				 "record names no program: give one, or leave this out",
				 r->definition->name);
	return 0;
}

/* Reports why the file at path cannot be packed, if that is so. Returns 0, or -1. */
static int check_file(const struct resolution *r, const struct entry *entry, const char *path,
		      bool is_program)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return bad_entry(r, entry, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return bad_entry(r, entry, "%s: %s%s", path, strerror(EISDIR),
				 strcmp(entry->keyword, "include")
					 ? ""
					 : " (a directory is packed by the record include-dir)");
	if (!S_ISREG(st.st_mode))
		return bad_entry(r, entry, "%s: not a regular file", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return bad_entry(r, entry, "%s: %s", path, strerror(errno));
	close(fd);
	if (is_program && !(st.st_mode & 0111))
		return bad_entry(r, entry, "%s: not executable: chmod +x it", path);
	return 0;
}

/* Returns the path as it is from here, or NULL with errno. The caller frees it. */
static char *join_path(const struct resolution *r, const char *path)
{
	char *joined;

	if (*path == '/' || !strcmp(r->source->directory, "."))
		return strdup(path);
	return asprintf(&joined, "%s/%s", r->source->directory, path) < 0 ? NULL : joined;
}

/*
 * Checks the file at path. Returns its absolute path (see path_of_file), which the caller frees, or
 * NULL. Reports.
 */
static char *resolve_path(const struct resolution *r, const struct entry *entry, const char *path,
			  bool is_program)
{
	char *joined = join_path(r, path), *real = NULL;

	if (!joined)
		bad_entry(r, entry, "%s", strerror(errno));
	else if (!check_file(r, entry, joined, is_program) && !(real = path_of_file(joined)))
		bad_entry(r, entry, "%s: %s", joined, strerror(errno));
	free(joined);
	return real;
}

static int resolve_binary(struct resolution *r)
{
	const struct entry *entry = find(r, "binary");

	if (entry) {
		r->binary = resolve_path(r, entry, entry->fields.items[0], true);
		return r->binary ? 0 : -1;
	}
	r->binary = path_of_file(r->source->path);
	if (!r->binary || access(r->binary, R_OK))
		return report_errno("%s", r->source->path);
	return 0;
}

static int resolve_scheduler(struct resolution *r)
{
	const struct entry *entry = find(r, "scheduler");
	struct strings looked_at = { 0 };
	const char *spec;

	if (find(r, "enable") && scheduler_is_kernels_own(definition_value(
					 r->definition, "scheduler", DEFAULT_SCHEDULER)))
		report_warning("%s: scheduler: commands switch a scheduler on, and it has the name "
			       "of the kernel's own: name it in a scheduler record",
			       r->definition->name);
	if (!starts_scheduler(r))
		return 0;
	if (scheduler_is_kernels_own(entry->fields.items[0]))
		report_warning("%s: scheduler: %s is the name of the kernel's own scheduler, "
			       "but a program is started: give it another name",
			       r->definition->name, entry->fields.items[0]);
	spec = entry->fields.items[1];
	if (strchr(spec, '/')) {
		r->scheduler = resolve_path(r, entry, spec, true);
		return r->scheduler ? 0 : -1;
	}
	r->scheduler = find_scheduler(spec, r->binary, &looked_at);
	if (r->scheduler) {
		strings_free(&looked_at);
		return 0;
	}
	if (errno != ENOENT) {
		bad_entry(r, entry, "%s: %s", spec, strerror(errno));
	} else {
		char *places = strings_join(&looked_at, ", ");

		bad_entry(r, entry, "%s not found; looked at %s: build it, or set KTSTR_SCHEDULER",
			  spec, places ? places : "");
		free(places);
	}
	strings_free(&looked_at);
	return -1;
}

/* Warns if the scheduler is older than a source at path. Returns 0, or -1. Reports. */
static int check_source(const struct resolution *r, const struct entry *entry, const char *path)
{
	char *newer, *place;

	if (stale_find(path, r->scheduler, &newer))
		return bad_entry(r, entry, "%s: %s", path, strerror(errno));
	place = newer ? place_of(r, entry) : NULL;
	if (place)
		report_warning("%s: %s is newer than %s: build the scheduler again", place, newer,
			       r->scheduler);
	free(place);
	free(newer);
	return 0;
}

/* Looks at all that the scheduler is built from. Returns 0, or -1. Reports. */
static int check_sources(struct resolution *r)
{
	const struct entry *entry = NULL;

	while (r->scheduler && (entry = next(r, "built-from", entry))) {
		char *path = join_path(r, entry->fields.items[0]);

		if (!path)
			return bad_entry(r, entry, "%s", strerror(errno));
		if (check_source(r, entry, path)) {
			free(path);
			return -1;
		}
		if (r->sources)
			free(path);
		else
			r->sources = path;
	}
	return 0;
}

static char *const *last_fields(const struct entries *list)
{
	return list->items[list->count - 1].fields.items;
}

/* Returns the name in the archive of the file that spec names. The caller frees it. */
static char *include_name(const char *spec)
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
		snprintf(line, sizeof(line), " on line %zu", find(r, "config-content")->line);
	return bad_entry(r, entry, "%s and config-content%s would both be %s: rename one", path,
			 line, name);
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
	name = include_name(spec);
	if (!name) {
		free(path);
		return bad_entry(r, entry, "%s", strerror(errno));
	}
	twin = file_index_find(&r->index, name);
	if (!twin)
		failed = entries_add(&r->includes, "file", name, path, "0755", NULL) ||
					 file_index_add(&r->index, last_fields(&r->includes))
				 ? bad_entry(r, entry, "%s", strerror(errno))
				 : 0;
	else if (is_content(r, twin))
		bad_twin(r, entry, path, name);
	else if (file_is_same(twin[1], path))
		failed = 0;
	else
		bad_entry(r, entry, "%s and %s would both be %s: rename one", twin[1], path, name);
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
		return bad_entry(r, entry, "%s and %s would both be %s: rename one", twin[1], path,
				 name);
	if (entries_add(&r->tops, "include-dir", name, path, NULL) ||
	    file_index_add(&r->index, last_fields(&r->tops)))
		return bad_entry(r, entry, "%s", strerror(errno));
	failed = tree_add(&r->trees, path, name, &problem);
	/* the directory itself is there already, with its path */
	for (size_t i = first; !failed && i < r->trees.count; i++)
		failed = file_index_add(&r->index, r->trees.items[i].fields.items);
	if (failed)
		bad_entry(r, entry, "%s", problem ? problem : strerror(errno));
	free(problem);
	return failed;
}

/* A link to a directory is packed under its own name, as a directory. */
static int resolve_include_dir(struct resolution *r, const struct entry *entry)
{
	const char *spec = entry->fields.items[0], *end = spec + strlen(spec), *begin;
	char *joined = join_path(r, spec), *path = joined ? realpath(joined, NULL) : NULL;
	char *name = NULL;
	struct stat st;
	int failed = -1;

	while (end > spec && end[-1] == '/')
		end--;
	for (begin = end; begin > spec && begin[-1] != '/';)
		begin--;
	if (!path || stat(path, &st))
		bad_entry(r, entry, "%s: %s", joined ? joined : spec, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		bad_entry(r, entry, "%s: not a directory (a file is packed by the record include)",
			  joined);
	else if (asprintf(&name, "include/%.*s", (int)(end - begin), begin) < 0)
		bad_entry(r, entry, "%s", strerror(errno));
	else if (archive_name_problem(&name))
		bad_entry(r, entry,
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
	char *what, *place = place_of(r, entry);
	int failed = !place || stand_in_describe(path, &what);

	if (failed)
		bad_entry(r, entry, "%s: %s", path, strerror(errno));
	else if (what)
		report_warning("%s: %s", place, what);
	if (!failed)
		free(what);
	free(place);
	return failed ? -1 : 0;
}

static int resolve_include(struct resolution *r, const struct entry *entry)
{
	const char *spec = entry->fields.items[0];
	char *path;

	if (strchr(spec, '/'))
		return add_include(r, entry, spec, resolve_path(r, entry, spec, false));
	path = find_program(spec, NULL);
	if (!path && errno != ENOENT)
		return bad_entry(r, entry, "%s: %s", spec, strerror(errno));
	if (!path)
		return bad_entry(r, entry, "%s: not a program on PATH (a file of yours is ./%s)",
				 spec, spec);
	if (check_file(r, entry, path, true) || warn_of_stand_in(r, entry, path)) {
		free(path);
		return -1;
	}
	return add_include(r, entry, spec, path);
}

static int resolve_config_file(struct resolution *r)
{
	const struct entry *entry = find(r, "config-file");
	const char *path, *slash;

	if (!entry)
		return 0;
	path = entry->fields.items[0];
	slash = strrchr(path, '/');
	if (strchr(slash ? slash : path, '}'))
		return bad_entry(r, entry,
				 "%s: no argument can refer to a name with a '}': rename it", path);
	return add_include(r, entry, path, resolve_path(r, entry, path, false));
}

static int resolve_config_content(struct resolution *r)
{
	const struct entry *entry = find(r, "config-content");
	int failed;
	char *name;

	if (!entry)
		return 0;
	name = include_name(entry->fields.items[0]);
	failed = !name ||
		 entries_add(&r->includes, "content", name, "0755", entry->fields.items[1], NULL) ||
		 file_index_add(&r->index, last_fields(&r->includes));
	free(name);
	return failed ? bad_entry(r, entry, "%s", strerror(errno)) : 0;
}

static int resolve_includes(struct resolution *r)
{
	const struct entry *entry;

	if (resolve_config_content(r) || resolve_config_file(r))
		return -1;
	for (entry = NULL; (entry = next(r, "include", entry));)
		if (resolve_include(r, entry))
			return -1;
	for (entry = NULL; (entry = next(r, "include-dir", entry));)
		if (resolve_include_dir(r, entry))
			return -1;
	return 0;
}

/* Reports which argument refers to a file that is not packed, if one does. Returns 0, or -1. */
static int check_references(const struct resolution *r)
{
	static const char *const keywords[] = { "sched-arg", "run-arg", "config-file",
						"config-content" };
	char *missing;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct entry *entry = NULL;

		while ((entry = next(r, keywords[i], entry))) {
			const struct strings *fields = &entry->fields;

			/* a path, a name and a text are no arguments */
			for (size_t j = i < 2 ? 0 : i - 1; j < fields->count; j++) {
				if (!references_check(fields->items[j], &r->index, &missing))
					continue;
				bad_entry(r, entry, "%s: %s", missing ? missing : fields->items[j],
					  missing ? "nothing with this name is packed: include it"
						  : strerror(errno));
				free(missing);
				return -1;
			}
		}
	}
	return 0;
}

/* Whether the definition has this option in sched-arg: "--option VALUE" or "--option=VALUE". */
static bool args_hold(const struct resolution *r, const char *option)
{
	const struct entry *entry = NULL;
	size_t length = strlen(option);

	while ((entry = next(r, "sched-arg", entry))) {
		const char *arg = entry->fields.items[0];

		if (!strncmp(arg, option, length) && (!arg[length] || arg[length] == '='))
			return true;
	}
	return false;
}

/* Adds the arguments that tell the scheduler of a configuration, whose template is the rest of the
 * fields. */
static int add_config_args(const struct entry *config, size_t first, struct entries *manifest)
{
	static char *const standard[] = { "--config", REFERENCE_FILE, NULL };
	char *const *words = config->fields.items + first;
	char *name = include_name(config->fields.items[0]);
	int failed = !name;

	for (words = *words ? words : standard; !failed && *words; words++) {
		char *word = template_word(*words, name);

		failed = !word || entries_add(manifest, "sched-arg", word, NULL);
		free(word);
	}
	free(name);
	return failed;
}

static int add_scheduler_args(const struct resolution *r, struct entries *manifest)
{
	const struct entry *file = find(r, "config-file"), *content = find(r, "config-content");
	const struct entry *entry = NULL;

	if ((file && add_config_args(file, 1, manifest)) ||
	    (content && add_config_args(content, 2, manifest)))
		return -1;
	while ((entry = next(r, "sched-arg", entry)))
		if (entries_add_fields(manifest, 0, "sched-arg", entry->fields.items))
			return -1;
	return 0;
}

/*
 * cgroup-parent once gave the scheduler this option too, which switched scx_mitosis into another
 * mode. The warning is for one version.
 */
static int warn_of_cell_option(const struct resolution *r)
{
	const struct entry *parent = find(r, "cgroup-parent");
	char *place;

	if (!parent || args_hold(r, CELL_OPTION))
		return 0;
	place = place_of(r, parent);
	if (!place)
		return -1;
	report_warning("%s: the scheduler no longer gets " CELL_OPTION " from this record: if it "
		       "needs the option, add sched-arg " CELL_OPTION "=%s",
		       place, parent->fields.items[0]);
	free(place);
	return 0;
}

static void warn_of_unused(const struct resolution *r)
{
	static const char *const keywords[] = { "built-from", "sched-arg", "config-file",
						"config-content", "cgroup-parent" };

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (find(r, keywords[i]))
			report_warning("%s: %s: without effect, as no scheduler is started: "
				       "the scheduler record names no program",
				       r->definition->name, keywords[i]);
}

static int copy_entries(const struct resolution *r, const char *keyword, struct entries *manifest)
{
	const struct entry *entry = NULL;

	while ((entry = next(r, keyword, entry)))
		if (entries_add_fields(manifest, 0, keyword, entry->fields.items))
			return -1;
	return 0;
}

static int copy_users_own(const struct resolution *r, struct entries *manifest)
{
	const struct entry *entry = NULL;

	while ((entry = next(r, NULL, entry)))
		if (!strncmp(entry->keyword, "x-", 2) &&
		    entries_add_fields(manifest, 0, entry->keyword, entry->fields.items))
			return -1;
	return 0;
}

static int add_all(const struct resolution *r, struct entries *manifest)
{
	const struct definition *d = r->definition;

	if (entries_add(manifest, "manifest", MANIFEST_VERSION, NULL) ||
	    entries_add(manifest, "test", d->name, NULL) ||
	    entries_add(manifest, "scheduler", definition_value(d, "scheduler", DEFAULT_SCHEDULER),
			NULL) ||
	    entries_add(manifest, "topology", definition_value(d, "topology", DEFAULT_TOPOLOGY),
			NULL) ||
	    entries_add(manifest, "duration", definition_value(d, "duration", DEFAULT_DURATION),
			NULL) ||
	    entries_add(manifest, "watchdog", definition_value(d, "watchdog", DEFAULT_WATCHDOG),
			NULL) ||
	    copy_entries(r, "kernel", manifest) || copy_entries(r, "kernel-arg", manifest) ||
	    origin_add(r->source, r->binary, r->scheduler, r->sources, manifest) ||
	    copy_entries(r, "about", manifest) || copy_entries(r, "contact", manifest))
		return -1;
	if (!r->scheduler)
		warn_of_unused(r);
	else if (add_scheduler_args(r, manifest) || warn_of_cell_option(r) ||
		 copy_entries(r, "cgroup-parent", manifest))
		return -1;
	return copy_entries(r, "enable", manifest) || copy_entries(r, "disable", manifest) ||
	       copy_entries(r, "enabled-when", manifest) ||
	       copy_entries(r, "cgroup-controllers", manifest) ||
	       copy_entries(r, "workload-root-cgroup", manifest) ||
	       copy_entries(r, "sysctl", manifest) || copy_entries(r, "run-arg", manifest) ||
	       copy_entries(r, "attaches-schedulers", manifest) ||
	       copy_entries(r, "expect-scheduler-error", manifest) ||
	       copy_entries(r, "drops-root", manifest) || copy_users_own(r, manifest);
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

/* Adds the `file`, `content`, `directory` and `link` entries. Returns 0, or -1 with errno. */
static int add_files(const struct resolution *r, struct entries *list)
{
	if (entries_add(list, "file", "ktstr", r->binary, "0755", NULL) ||
	    (r->scheduler && entries_add(list, "file", "scheduler", r->scheduler, "0755", NULL)))
		return -1;
	for (size_t i = 0; i < r->includes.count; i++)
		if (entries_add_fields(list, 0, r->includes.items[i].keyword,
				       r->includes.items[i].fields.items))
			return -1;
	return add_of_trees(r, "file", list) || add_of_trees(r, "directory", list) ||
			       add_of_trees(r, "link", list)
		       ? -1
		       : 0;
}

static int check_arguments(const struct resolution *r, const struct entries *manifest)
{
	static const char *const keywords[] = { "run-arg", "sched-arg", "config-file",
						"config-content" };

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct entry *first = find(r, keywords[i]);

		if (first && !manifest_arguments_fit(manifest, i ? "sched-arg" : "run-arg"))
			return bad_entry(r, first, ARGUMENTS_PROBLEM);
	}
	return 0;
}

/* Adds the files and, before them, what they need of a host. Returns 0, or -1. Reports. */
static int add_files_and_needs(const struct resolution *r, struct entries *manifest)
{
	struct entries files = { 0 };
	char *place = NULL;
	int failed = -1;

	if (asprintf(&place, "%s: %s", r->source->path, r->definition->name) < 0 ||
	    add_files(r, &files))
		report_errno("%s", r->source->path);
	else if (!needs_add(place, &files, manifest))
		failed = add_files(r, manifest) ? report_errno("%s", place) : 0;
	entries_free(&files);
	free(place);
	return failed;
}

enum resolve_result resolve(const struct source *source, const struct definition *definition,
			    bool allow_commands, struct entries *manifest)
{
	struct resolution r = { .source = source, .definition = definition };
	int failed;

	*manifest = (struct entries){ 0 };
	if (check_exportable(&r, allow_commands))
		return RESOLVE_REJECTED;
	failed = resolve_binary(&r) || resolve_scheduler(&r) || check_sources(&r) ||
		 resolve_includes(&r) || check_references(&r);
	if (!failed && add_all(&r, manifest))
		failed = report_errno("%s: %s", source->path, definition->name);
	else if (!failed)
		failed = add_files_and_needs(&r, manifest) || check_arguments(&r, manifest);
	if (failed)
		entries_free(manifest);
	free(r.binary);
	free(r.scheduler);
	free(r.sources);
	file_index_free(&r.index);
	entries_free(&r.includes);
	entries_free(&r.tops);
	entries_free(&r.trees);
	return failed ? RESOLVE_FAILED : RESOLVE_DONE;
}
