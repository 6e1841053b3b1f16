/* definition.c - what a test's author declares (ktstr-manifest(5), DEFINITIONS) */
#include "definition.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/report.h"
#include "registry/reference.h"
#include "registry/value.h"

static const char *scheduler_problem(char *const *fields)
{
	if (!*fields[0])
		return "the scheduler's name is empty";
	if (fields[1] && !*fields[1])
		return "the program's name is empty";
	return text_problem(fields);
}

static const char *config_file_problem(char *const *fields)
{
	const char *problem = path_problem(fields);

	return problem ? problem : template_problem(fields + 1);
}

static const char *config_content_problem(char *const *fields)
{
	const char *problem = archive_name_problem(fields);

	if (problem)
		return problem;
	if (strpbrk(fields[0], "/}"))
		return "the name has a '/' or a '}'";
	if (strlen(fields[0]) > NAME_MAX)
		return "the name is longer than a file's can be (255 bytes)";
	return template_problem(fields + 2);
}

const struct record_rule definition_rules[] = {
	{ "test", 1, 1, RECORD_MANY, test_name_problem }, /* begins a test, whose scope has one */
	{ "binary", 1, 1, RECORD_ONCE, path_problem },
	{ "scheduler", 1, 2, RECORD_ONCE, scheduler_problem },
	{ "built-from", 1, 1, RECORD_MANY, path_problem },
	{ "sched-arg", 1, 1, RECORD_MANY, reference_problem },
	{ "cgroup-parent", 1, 1, RECORD_ONCE, cgroup_path_problem },
	{ "cgroup-controllers", 1, 32, RECORD_ONCE, controllers_problem }, /* Linux has 16 */
	{ "config-file", 1, SIZE_MAX, RECORD_ONCE, config_file_problem },
	{ "config-content", 2, SIZE_MAX, RECORD_ONCE, config_content_problem },
	{ "enable", 1, 1, RECORD_MANY, command_problem },
	{ "disable", 1, 1, RECORD_MANY, command_problem },
	{ "enabled-when", 2, 2, RECORD_ONCE, enabled_when_problem },
	{ "sysctl", 2, 2, RECORD_MANY, sysctl_problem },
	{ "workload-root-cgroup", 1, 1, RECORD_ONCE, workload_root_problem },
	{ "topology", 1, 1, RECORD_ONCE, topology_problem },
	{ "kernel", 1, 2, RECORD_ONCE, kernel_problem },
	{ "kernel-arg", 1, 1, RECORD_MANY, kernel_arg_problem },
	{ "duration", 1, 1, RECORD_ONCE, seconds_problem },
	{ "watchdog", 1, 1, RECORD_ONCE, seconds_problem },
	{ "include", 1, 1, RECORD_MANY, path_problem },
	{ "include-dir", 1, 1, RECORD_MANY, path_problem },
	{ "run-arg", 1, 1, RECORD_MANY, reference_problem },
	{ "run-args", 1, 1, RECORD_ONCE, run_args_problem },
	{ "host-only", 0, 0, RECORD_ONCE, NULL },
	{ "bpf-map-write", 3, 3, RECORD_MANY, NULL },
	{ "attaches-schedulers", 0, 0, RECORD_ONCE, NULL },
	{ "expect-scheduler-error", 1, 1, RECORD_ONCE, text_problem },
	{ "drops-root", 0, 0, RECORD_ONCE, NULL },
	{ "about", 1, 1, RECORD_ONCE, text_problem },
	{ "contact", 1, 1, RECORD_ONCE, text_problem },
	{ NULL, 0, 0, 0, NULL },
};

/* As on a command line, whose words a record does not have. */
static const struct record_advice advice[] = {
	{ "scheduler", "sched-arg" },
	{ "sched-arg", "sched-arg" },
	{ "binary", "run-arg" },
	{ "run-arg", "run-arg" },
	{ NULL, NULL },
};

bool scheduler_is_kernels_own(const char *name)
{
	return !strcmp(name, "eevdf") || !strcmp(name, "default") || !strcmp(name, "none");
}

static bool stands_once(const char *keyword)
{
	for (const struct record_rule *rule = definition_rules; rule->keyword; rule++)
		if (!strcmp(rule->keyword, keyword))
			return rule->times != RECORD_MANY;
	return false; /* an x- record */
}

static struct definition *add_definition(struct definitions *list, const char *name, size_t line)
{
	struct definition *definition;

	if (array_grow(&list->items, list->count, &list->room, sizeof(*definition)))
		return NULL;
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
	int more;

	while ((more = record_next(reader, &record)) > 0) {
		if (strcmp(record.keyword, "test")) {
			struct entries *scope = definition ? &definition->entries : list->defaults;

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
			failed = report(EBADMSG, "%s:%zu: test: %s is defined on line %zu already",
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
	struct record_reader *reader = record_open_memory(source, text, size, definition_rules);
	int failed, saved;

	*list = (struct definitions){ .defaults = calloc(1, sizeof(*list->defaults)) };
	if (reader)
		record_advise(reader, advice);
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
	if (list->defaults)
		entries_free(list->defaults);
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
	const struct entries *own = &definition->entries, *defaults = definition->defaults;

	if (!holds(own, after)) {
		while ((after = entries_next(defaults, keyword, after)))
			if (!stands_once(after->keyword) || !entries_find(own, after->keyword))
				return after;
	}
	return entries_next(own, keyword, after);
}

const char *definition_value(const struct definition *definition, const char *keyword,
			     const char *otherwise)
{
	const struct entry *entry = definition_next(definition, keyword, NULL);

	return entry ? entry->fields.items[0] : otherwise;
}
