/* resolve.c - from a definition to a manifest: every file found, or a reason why not */
#include "resolve.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/report.h"
#include "registry/foreign.h"
#include "registry/includes.h"
#include "registry/manifest.h"
#include "registry/needs.h"
#include "registry/origin.h"
#include "registry/reference.h"
#include "registry/resolution.h"
#include "registry/search.h"
#include "registry/stale.h"

#define CELL_OPTION "--cell-parent-cgroup"

static bool starts_scheduler(const struct resolution *r)
{
	const struct entry *entry = resolution_find(r, "scheduler");

	return entry && entry->fields.count > 1;
}

/* Reports why the commands of the test cannot be packed, if that is so. Returns 0, or -1. */
static int check_commands(const struct resolution *r, bool is_allowed)
{
	const struct entry *enable = resolution_find(r, "enable"),
			   *disable = resolution_find(r, "disable");
	const struct entry *when = resolution_find(r, "enabled-when");
	const struct entry *first = enable ? enable : disable ? disable : when;
	const char *name = r->definition->name;

	if (!first)
		return 0;
	if (!is_allowed && first != when)
		return resolution_bad(
			r, first,
			"the scheduler of %s is built into a kernel and switched by shell "
			"commands, which a .run would run as root: read them, then pack "
			"them with ktstr-export --allow-commands",
			name);
	if (!enable)
		return resolution_bad(r, first,
				      "%s has no enable record, which would switch a scheduler on",
				      name);
	if (!disable)
		return resolution_bad(
			r, first,
			"%s has no disable record, so that the scheduler would stay on: "
			"give the commands that switch it off",
			name);
	if (starts_scheduler(r) || resolution_find(r, "attaches-schedulers"))
		return resolution_bad(
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

	if ((entry = resolution_find(r, "host-only")))
		return resolution_bad(
			r, entry,
			"%s runs beside a virtual machine, which a .run does not have: "
			"run it with its own framework",
			r->definition->name);
	if ((entry = resolution_find(r, "bpf-map-write")))
		return resolution_bad(
			r, entry,
			"%s has a BPF map written from outside a virtual machine, which a "
			".run cannot do: have the test write the map itself",
			r->definition->name);
	if (check_commands(r, allow_commands))
		return -1;
	if ((entry = resolution_find(r, "scheduler")) && !starts_scheduler(r) &&
	    !resolution_find(r, "enable") && !scheduler_is_kernels_own(entry->fields.items[0]))
		return resolution_bad(
			r, entry,
			"%s names no program, so that nothing would be started: %s, or "
			"run under the kernel's own: eevdf",
			entry->fields.items[0],
			r->source->is_binary ? "give the scheduler's binary"
					     : "give it after the name, a path or a name to find");
	if ((entry = resolution_find(r, "attaches-schedulers")) && starts_scheduler(r))
		return resolution_bad(
			r, entry,
			"%s attaches schedulers of its own, and its scheduler record names "
			"a program: leave out one of them",
			r->definition->name);
	if ((entry = resolution_find(r, "expect-scheduler-error")) && !starts_scheduler(r))
		return resolution_bad(r, entry,
				      "%s expects that its scheduler is ejected, and its scheduler "
				      "record names no program: give one, or leave this out",
				      r->definition->name);
	return 0;
}

/* Sets beside: the directory of the binary, and the one above if cargo put it into deps/. */
static int find_beside(struct resolution *r)
{
	char *path = realpath(r->binary, NULL);
	int failed = !path || strings_add(&r->beside, dirname(path));

	if (!failed && !strcmp(basename(path), "deps"))
		failed = strings_add(&r->beside, dirname(path));
	free(path);
	return failed ? report_errno("%s", r->binary) : 0;
}

static int resolve_binary(struct resolution *r)
{
	const struct entry *entry = resolution_find(r, "binary");

	if (entry) {
		r->binary = resolution_path(r, entry, entry->fields.items[0], true);
		return r->binary ? find_beside(r) : -1;
	}
	r->binary = path_of_file(r->source->path);
	if (!r->binary || access(r->binary, R_OK))
		return report_errno("%s", r->source->path);
	return find_beside(r);
}

/*
 * Warns of a program that gets the arguments of a test binary and likely does not take them: it
 * might do nothing of what it should, and end with 0. Returns 0, or -1. Reports.
 */
static int check_run_args(const struct resolution *r)
{
	const struct entry *which = resolution_find(r, "run-args");
	const struct entry *binary = resolution_find(r, "binary");
	const struct definition *d = r->definition;
	int is_foreign;
	char *place;

	if (which && resolution_find(r, "run-arg"))
		return resolution_bad(r, which, RUN_ARGS_PROBLEM);
	if (which || resolution_find(r, "run-arg") || !binary || r->source->framework)
		return 0;
	is_foreign = program_is_foreign(r->binary);
	place = is_foreign > 0 ? resolution_place(r, binary) : NULL;
	if (is_foreign && !place)
		return resolution_bad(r, binary, "%s: %s", r->binary, strerror(errno));
	if (place)
		report_warning("%s: %s is no ktstr test binary, and will be called as: %s run "
			       "--ktstr-test-fn %s --duration %s --watchdog-timeout %s: give its "
			       "arguments with run-arg, or say run-args none, or run-args ktstr if "
			       "it takes these",
			       place, r->binary, basename(r->binary), d->name,
			       definition_value(d, "duration", DEFAULT_DURATION),
			       definition_value(d, "watchdog", DEFAULT_WATCHDOG));
	free(place);
	return 0;
}

/* Finds the scheduler of that name. Returns 0, or -1. Reports. */
static int find_named_scheduler(struct resolution *r, const struct entry *entry, const char *name)
{
	struct search search = { 0 };
	int result;

	r->scheduler = find_scheduler(name, &r->beside, &search);
	result = resolution_check_search(r, entry, name, &search, r->scheduler);
	if (result > 0 && search.override) {
		resolution_bad(r, entry,
			       "%s not found: KTSTR_SCHEDULER names %s, which is no program: "
			       "correct or unset it",
			       name, search.override);
	} else if (result > 0) {
		char *places = strings_join(&search.looked_at, ", ");

		resolution_bad(r, entry,
			       "%s not found; looked at %s: build it, or set KTSTR_SCHEDULER", name,
			       places ? places : "");
		free(places);
	}
	search_free(&search);
	return result ? -1 : 0;
}

static int resolve_scheduler(struct resolution *r)
{
	const struct entry *entry = resolution_find(r, "scheduler");
	const char *spec;

	if (resolution_find(r, "enable") && scheduler_is_kernels_own(definition_value(
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
		r->scheduler = resolution_path(r, entry, spec, true);
		return r->scheduler ? 0 : -1;
	}
	return find_named_scheduler(r, entry, spec);
}

/* Warns if the scheduler is older than a source at path. Returns 0, or -1. Reports. */
static int check_source(const struct resolution *r, const struct entry *entry, const char *path)
{
	char *newer, *place;

	if (stale_find(path, r->scheduler, &newer))
		return resolution_bad(r, entry, "%s: %s", path, strerror(errno));
	place = newer ? resolution_place(r, entry) : NULL;
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

	while (r->scheduler && (entry = resolution_next(r, "built-from", entry))) {
		char *path = resolution_locate(r, entry, entry->fields.items[0]);

		if (!path || check_source(r, entry, path)) {
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

/* Whether the definition has this option in sched-arg: "--option VALUE" or "--option=VALUE". */
static bool args_hold(const struct resolution *r, const char *option)
{
	const struct entry *entry = NULL;
	size_t length = strlen(option);

	while ((entry = resolution_next(r, "sched-arg", entry))) {
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
	char *name = includes_name(config->fields.items[0]);
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
	const struct entry *file = resolution_find(r, "config-file"),
			   *content = resolution_find(r, "config-content");
	const struct entry *entry = NULL;

	if ((file && add_config_args(file, 1, manifest)) ||
	    (content && add_config_args(content, 2, manifest)))
		return -1;
	while ((entry = resolution_next(r, "sched-arg", entry)))
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
	const struct entry *parent = resolution_find(r, "cgroup-parent");
	char *place;

	if (!parent || args_hold(r, CELL_OPTION))
		return 0;
	place = resolution_place(r, parent);
	if (!place)
		return -1;
	report_warning("%s: the scheduler no longer gets " CELL_OPTION " from this record: if it "
		       "needs the option, add sched-arg " CELL_OPTION "=%s",
		       place, parent->fields.items[0]);
	free(place);
	return 0;
}

static int warn_of_unused(const struct resolution *r)
{
	static const char *const keywords[] = { "built-from", "sched-arg", "config-file",
						"config-content", "cgroup-parent" };

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct entry *entry = resolution_find(r, keywords[i]);
		char *place;

		if (!entry)
			continue;
		place = resolution_place(r, entry);
		if (!place)
			return report_errno("%s", r->definition->name);
		report_warning("%s: without effect, as no scheduler is started: the scheduler "
			       "record names no program",
			       place);
		free(place);
	}
	return 0;
}

static int copy_entries(const struct resolution *r, const char *keyword, struct entries *manifest)
{
	const struct entry *entry = NULL;

	while ((entry = resolution_next(r, keyword, entry)))
		if (entries_add_fields(manifest, 0, keyword, entry->fields.items))
			return -1;
	return 0;
}

static int copy_users_own(const struct resolution *r, struct entries *manifest)
{
	const struct entry *entry = NULL;

	while ((entry = resolution_next(r, NULL, entry)))
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
	if (!r->scheduler && warn_of_unused(r))
		return -1;
	if (r->scheduler && (add_scheduler_args(r, manifest) || warn_of_cell_option(r) ||
			     copy_entries(r, "cgroup-parent", manifest)))
		return -1;
	return copy_entries(r, "enable", manifest) || copy_entries(r, "disable", manifest) ||
	       copy_entries(r, "enabled-when", manifest) ||
	       copy_entries(r, "cgroup-controllers", manifest) ||
	       copy_entries(r, "workload-root-cgroup", manifest) ||
	       copy_entries(r, "sysctl", manifest) || copy_entries(r, "run-arg", manifest) ||
	       copy_entries(r, "run-args", manifest) ||
	       copy_entries(r, "attaches-schedulers", manifest) ||
	       copy_entries(r, "expect-scheduler-error", manifest) ||
	       copy_entries(r, "drops-root", manifest) || copy_users_own(r, manifest);
}

/* Adds the entries of all that is packed. Returns 0, or -1 with errno. */
static int add_files(const struct resolution *r, struct entries *list)
{
	if (entries_add(list, "file", "ktstr", r->binary, "0755", NULL) ||
	    (r->scheduler && entries_add(list, "file", "scheduler", r->scheduler, "0755", NULL)))
		return -1;
	return includes_add(r, list);
}

static int check_arguments(const struct resolution *r, const struct entries *manifest)
{
	static const char *const keywords[] = { "run-arg", "sched-arg", "config-file",
						"config-content" };

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct entry *first = resolution_find(r, keywords[i]);

		if (first && !manifest_arguments_fit(manifest, i ? "sched-arg" : "run-arg"))
			return resolution_bad(r, first, ARGUMENTS_PROBLEM);
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
	failed = resolve_binary(&r) || check_run_args(&r) || resolve_scheduler(&r) ||
		 check_sources(&r) || includes_resolve(&r) || includes_check_references(&r);
	if (!failed && add_all(&r, manifest))
		failed = report_errno("%s: %s", source->path, definition->name);
	else if (!failed)
		failed = add_files_and_needs(&r, manifest) || check_arguments(&r, manifest);
	if (failed)
		entries_free(manifest);
	free(r.binary);
	free(r.scheduler);
	strings_free(&r.beside);
	free(r.sources);
	file_index_free(&r.index);
	entries_free(&r.includes);
	entries_free(&r.tops);
	entries_free(&r.trees);
	return failed ? RESOLVE_FAILED : RESOLVE_DONE;
}
