/* definition.c - what a test's author declares (ktstr-manifest(5), DEFINITIONS) */
#include "definition.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/path.h"
#include "base/report.h"
#include "base/utf8.h"
#include "registry/topology.h"

static const struct record_rule rules[] = {
	{ "test", 1, 1, true }, /* once a test: each begins one */
	{ "binary", 1, 1, false },	 { "scheduler", 1, 2, false },
	{ "sched-arg", 1, 1, true },	 { "cgroup-parent", 1, 1, false },
	{ "config-file", 1, 1, false },	 { "enable", 1, 1, true },
	{ "disable", 1, 1, true },	 { "sysctl", 2, 2, true },
	{ "topology", 1, 1, false },	 { "duration", 1, 1, false },
	{ "watchdog", 1, 1, false },	 { "include", 1, 1, true },
	{ "run-arg", 1, 1, true },	 { "host-only", 0, 0, false },
	{ "bpf-map-write", 3, 3, true }, { "attaches-schedulers", 0, 0, false },
	{ "drops-root", 0, 0, false },	 { NULL, 0, 0, false },
};

const char *test_name_problem(const char *name)
{
	if (!*name)
		return "a test's name is empty";
	if (*name == '-' || *name == '.')
		return "a test's name does not begin with '-' or '.'";
	if (name[strspn(name,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")])
		return "a test's name is made of letters, digits, '_', '.', ':' and '-'";
	return NULL;
}

const char *seconds_problem(const char *text)
{
	uint64_t seconds;

	if (!parse_number(text, 10, 1, INT_MAX, &seconds)) /* to a shell, 010 is 8 */
		return *text == '0' ? "not a whole number of seconds without leading zeros" : NULL;
	return errno == ERANGE ? "out of range (1 to 2147483647 seconds)"
			       : "not a whole number of seconds";
}

const char *text_problem(const char *text)
{
	size_t length;

	if (!*text)
		return "it is empty";
	for (; *text; text += length)
		if (utf8_needs_escape(text, &length))
			return "no text that a terminal can show as it is";
	return NULL;
}

/* A path below the root of the cgroup tree: nobody's own cgroup is reached by going up. */
const char *cgroup_path_problem(const char *path)
{
	if (*path != '/')
		return "a cgroup's path begins with '/'";
	if (!path[strspn(path, "/")])
		return "the root of the cgroup tree cannot be a parent: name a cgroup below it";
	if (strlen(path) >= PATH_MAX)
		return "longer than a path can be";
	return path_goes_up(path) ? "a cgroup's path has no '..'" : NULL;
}

/* A sysctl's name becomes a path under /proc/sys: it must not lead out of it. */
const char *sysctl_problem(const char *key)
{
	if (!*key || *key == '.' || *key == '/' || strstr(key, "..") || strstr(key, "//"))
		return "not a sysctl's name, such as kernel.sched_rr_timeslice_ms";
	return NULL;
}

bool scheduler_is_kernels_own(const char *name)
{
	return !strcmp(name, "eevdf") || !strcmp(name, "default") || !strcmp(name, "none");
}

const char *argument_problem(const char *argument)
{
	return strlen(argument) > ARGUMENT_MAX
		       ? "longer than 131071 bytes, the most that Linux takes for one argument: "
			 "put it into a file, and include that"
		       : NULL;
}

static const char *value_problem(const struct record *record)
{
	const char *keyword = record->keyword, *value = record->fields[0];
	struct topology topology;

	if (!strcmp(keyword, "test"))
		return test_name_problem(value);
	if (!strcmp(keyword, "duration") || !strcmp(keyword, "watchdog"))
		return seconds_problem(value);
	if (!strcmp(keyword, "topology"))
		return topology_parse(value, &topology);
	if (!strcmp(keyword, "cgroup-parent"))
		return cgroup_path_problem(value);
	if (!strcmp(keyword, "sysctl"))
		return sysctl_problem(value);
	if (!strcmp(keyword, "run-arg") || !strcmp(keyword, "sched-arg"))
		return argument_problem(value);
	if (!strcmp(keyword, "binary") || !strcmp(keyword, "config-file") ||
	    !strcmp(keyword, "include"))
		return *value ? NULL : "the path is empty";
	if (!strcmp(keyword, "scheduler")) {
		if (!*value)
			return "the scheduler's name is empty";
		if (record->nfields > 1 && !*record->fields[1])
			return "the program's name is empty";
		return text_problem(value);
	}
	return NULL;
}

static bool stands_once(const char *keyword)
{
	for (const struct record_rule *rule = rules; rule->keyword; rule++)
		if (!strcmp(rule->keyword, keyword))
			return !rule->repeats;
	return false; /* a user's own */
}

static struct definition *add_definition(struct definitions *list, const char *name, size_t line)
{
	struct definition *definition;

	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 8;
		struct definition *items = reallocarray(list->items, room, sizeof(*items));

		if (!items)
			return NULL;
		list->items = items;
		list->room = room;
	}
	definition = &list->items[list->count];
	*definition = (struct definition){
		.name = strdup(name),
		.line = line,
		.defaults = list->defaults,
	};
	if (!definition->name)
		return NULL;
	list->count++;
	return definition;
}

static int read_records(const char *source, struct record_reader *reader, struct definitions *list)
{
	struct definition *definition = NULL;
	struct record record;
	const char *problem;
	int more;

	while ((more = record_next(reader, &record)) > 0) {
		problem = value_problem(&record);
		if (problem)
			return record_bad_value(reader, &record, problem);
		if (strcmp(record.keyword, "test")) {
			struct entries *scope = definition ? &definition->entries
						: stands_once(record.keyword)
							? &list->defaults->once
							: &list->defaults->repeated;

			if (entries_add_fields(scope, record.line, record.keyword, record.fields))
				return report_errno("%s", source);
			continue;
		}
		definition = add_definition(list, record.fields[0], record.line);
		if (!definition)
			return report_errno("%s", source);
		record_new_scope(reader);
	}
	return more;
}

static int compare_definitions(const void *a, const void *b)
{
	const struct definition *x = *(const struct definition *const *)a;
	const struct definition *y = *(const struct definition *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Sorts pointers to the definitions, so that each is found quickly among very many. */
static int sort_by_name(const char *source, struct definitions *list)
{
	const struct definition **sorted = calloc(list->count + 1, sizeof(*sorted));
	int failed = 0;

	if (!sorted)
		return report_errno("%s", source);
	list->by_name = sorted;
	for (size_t i = 0; i < list->count; i++)
		sorted[i] = &list->items[i];
	qsort(sorted, list->count, sizeof(*sorted), compare_definitions);
	for (size_t i = 1; !failed && i < list->count; i++)
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
			failed = report(EBADMSG, "%s:%zu: test: %s stands on line %zu already",
					source, sorted[i]->line, sorted[i]->name,
					sorted[i - 1]->line);
	return failed;
}

static bool is_manifest(const char *text, size_t size)
{
	static const char first[] = "manifest ";

	return size >= strlen(first) && !memcmp(text, first, strlen(first));
}

int definitions_read(const char *source, const char *text, size_t size, struct definitions *list)
{
	struct record_reader *reader = record_open_memory(source, text, size, rules);
	int failed, saved;

	*list = (struct definitions){ .defaults = calloc(1, sizeof(*list->defaults)) };
	if (!reader || !list->defaults)
		failed = report_errno("%s", source);
	else if (is_manifest(text, size))
		failed = report(EBADMSG, "%s:1: manifest: this is a manifest, not definitions",
				source);
	else
		failed = read_records(source, reader, list) || sort_by_name(source, list) ? -1 : 0;
	saved = errno;
	record_close(reader);
	if (failed)
		definitions_free(list);
	errno = saved;
	return failed;
}

static int compare_name(const void *name, const void *definition)
{
	return strcmp(name, (*(const struct definition *const *)definition)->name);
}

const struct definition *definitions_find(const struct definitions *list, const char *name)
{
	const struct definition *const *found = NULL;

	if (list->count)
		found = bsearch(name, list->by_name, list->count, sizeof(*found), compare_name);
	return found ? *found : NULL;
}

void definitions_free(struct definitions *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		entries_free(&list->items[i].entries);
	}
	if (list->defaults) {
		entries_free(&list->defaults->once);
		entries_free(&list->defaults->repeated);
	}
	free(list->defaults);
	free(list->items);
	free(list->by_name);
	*list = (struct definitions){ 0 };
}

/* Whether entry is one of list's. */
static bool holds(const struct entries *list, const struct entry *entry)
{
	return list->count && entry >= list->items && entry < list->items + list->count;
}

const struct entry *definition_next(const struct definition *definition, const char *keyword,
				    const struct entry *after)
{
	const struct entries *const lists[] = { &definition->defaults->once,
						&definition->defaults->repeated,
						&definition->entries };
	size_t i = 0, last = sizeof(lists) / sizeof(*lists) - 1;

	while (after && i < last && !holds(lists[i], after))
		i++;
	for (; i <= last; i++, after = NULL) {
		if (i < last && keyword && stands_once(keyword) != (i == 0))
			continue; /* it could be in the other one only */
		while ((after = entries_next(lists[i], keyword, after)))
			if (i > 0 || !entries_find(&definition->entries, after->keyword))
				return after;
	}
	return NULL;
}

const char *definition_value(const struct definition *definition, const char *keyword,
			     const char *otherwise)
{
	const struct entry *entry = definition_next(definition, keyword, NULL);

	return entry ? entry->fields.items[0] : otherwise;
}
