/* manifest.c - what the exporter resolved (ktstr-manifest(5), MANIFESTS) */
#include "manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/report.h"
#include "elf/glibc.h"
#include "registry/definition.h"
#include "registry/file_index.h"
#include "registry/link.h"
#include "registry/reference.h"
#include "registry/value.h"

static const char *version_problem(char *const *fields)
{
	return strcmp(fields[0], MANIFEST_VERSION) ? "this program reads version " MANIFEST_VERSION
						     " of the format"
						   : NULL;
}

static const char *glibc_problem(char *const *fields)
{
	return glibc_is_version(fields[0]) ? NULL : "not a version such as 2.36";
}

static const char *bytes_problem(char *const *fields)
{
	uint64_t bytes;

	return parse_number(fields[0], 10, 0, INT64_MAX, &bytes) ? "not a number of bytes" : NULL;
}

static const char *build_id_problem(char *const *fields)
{
	if (strcmp(fields[0], "ktstr") && strcmp(fields[0], "scheduler"))
		return "only ktstr and scheduler have one";
	return *fields[1] && !fields[1][strspn(fields[1], "0123456789abcdef")]
		       ? NULL
		       : "not lower-case hexadecimal digits";
}

static const char *mode_problem(const char *octal)
{
	uint64_t mode;

	return parse_number(octal, 8, 0, 0777, &mode) ? "not an octal mode up to 0777" : NULL;
}

static const char *file_problem(char *const *fields)
{
	const char *problem = archive_name_problem(fields);
	uint64_t mode;

	if (problem)
		return problem;
	if (*fields[1] != '/')
		return "the file's path is not absolute";
	if ((problem = mode_problem(fields[2])))
		return problem;
	parse_number(fields[2], 8, 0, 0777, &mode);
	if ((!strcmp(fields[0], "ktstr") || !strcmp(fields[0], "scheduler")) && !(mode & 0111))
		return "a program's mode has an x bit";
	return NULL;
}

static const char *name_and_mode_problem(char *const *fields)
{
	const char *problem = archive_name_problem(fields);

	return problem ? problem : mode_problem(fields[1]);
}

/* No program and no library: what looks for these reads `file` records. */
static const char *content_problem(char *const *fields)
{
	const char *problem = name_and_mode_problem(fields);

	return problem || !strncmp(fields[0], "include/", strlen("include/"))
		       ? problem
		       : "the name does not begin with include/";
}

const struct record_rule manifest_rules[] = {
	{ "manifest", 1, 1, RECORD_ONCE, version_problem },
	{ "test", 1, 1, RECORD_NEEDED, test_name_problem },
	{ "scheduler", 1, 1, RECORD_NEEDED, text_problem },
	{ "topology", 1, 1, RECORD_NEEDED, topology_problem },
	{ "kernel", 1, 2, RECORD_ONCE, kernel_problem },
	{ "kernel-arg", 1, 1, RECORD_MANY, kernel_arg_problem },
	{ "duration", 1, 1, RECORD_NEEDED, seconds_problem },
	{ "watchdog", 1, 1, RECORD_NEEDED, seconds_problem },
	{ "git", 1, 1, RECORD_NEEDED, text_problem },
	{ "git-scheduler", 1, 1, RECORD_ONCE, text_problem },
	{ "build-id", 2, 2, RECORD_MANY, build_id_problem },
	{ "about", 1, 1, RECORD_ONCE, text_problem },
	{ "contact", 1, 1, RECORD_ONCE, text_problem },
	{ "sched-arg", 1, 1, RECORD_MANY, reference_problem },
	{ "cgroup-parent", 1, 1, RECORD_ONCE, cgroup_path_problem },
	{ "cgroup-controllers", 1, 32, RECORD_ONCE, controllers_problem }, /* Linux has 16 */
	{ "workload-root-cgroup", 1, 1, RECORD_ONCE, workload_root_problem },
	{ "enable", 1, 1, RECORD_MANY, command_problem },
	{ "disable", 1, 1, RECORD_MANY, command_problem },
	{ "enabled-when", 2, 2, RECORD_ONCE, enabled_when_problem },
	{ "sysctl", 2, 2, RECORD_MANY, sysctl_problem },
	{ "run-arg", 1, 1, RECORD_MANY, reference_problem },
	{ "run-args", 1, 1, RECORD_ONCE, run_args_problem },
	{ "attaches-schedulers", 0, 0, RECORD_ONCE, NULL },
	{ "expect-scheduler-error", 1, 1, RECORD_ONCE, text_problem },
	{ "drops-root", 0, 0, RECORD_ONCE, NULL },
	{ "needs-glibc", 1, 2, RECORD_ONCE, glibc_problem },
	{ "needs-machine", 1, 1, RECORD_MANY, text_problem },
	{ "needs-interpreter", 1, 1, RECORD_MANY, text_problem },
	{ "needs-bytes", 1, 1, RECORD_ONCE, bytes_problem },
	{ "file", 3, 3, RECORD_MANY, file_problem },
	{ "content", 3, 3, RECORD_MANY, content_problem },
	{ "directory", 2, 2, RECORD_MANY, name_and_mode_problem },
	{ "link", 2, 2, RECORD_MANY, link_problem },
	{ NULL, 0, 0, 0, NULL },
};

static int read_entries(struct record_reader *reader, const char *source, struct entries *manifest)
{
	struct record record;
	int more;

	while ((more = record_next(reader, &record)) > 0) {
		if (manifest->count == 0 && strcmp(record.keyword, "manifest"))
			return record_bad(
				reader, &record,
				"a manifest's first record is: manifest " MANIFEST_VERSION);
		if (entries_add_fields(manifest, record.line, record.keyword, record.fields))
			return report_errno("%s:%zu", source, record.line);
	}
	return more;
}

/* Whether each packed file that the arguments refer to is there. Returns 0, or -1. Reports. */
static int check_references(const char *source, const struct entries *manifest, const char *keyword,
			    const struct file_index *files)
{
	const struct entry *entry = NULL;
	char *missing;

	while ((entry = entries_next(manifest, keyword, entry))) {
		if (!references_check(entry->fields.items[0], files, &missing))
			continue;
		if (!missing)
			return report_errno("%s:%zu", source, entry->line);
		report(EBADMSG, "%s:%zu: %s: no file record has this name: %s", source, entry->line,
		       keyword, missing);
		free(missing);
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

bool is_member(const char *keyword)
{
	static const char *const keywords[] = { "file", "content", "directory", "link" };

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (!strcmp(keyword, keywords[i]))
			return true;
	return false;
}

/* What arguments refer to is packed, and so is the file that needs a glibc. */
static int check_paths(const char *source, const struct entries *manifest)
{
	const struct entry *member = NULL, *glibc = entries_find(manifest, "needs-glibc");
	struct file_index files = { NULL };
	int failed = 0;

	while (!failed && (member = entries_next(manifest, NULL, member)))
		if (is_member(member->keyword) && file_index_add(&files, member->fields.items))
			failed = report_errno("%s:%zu", source, member->line);
	failed = failed || check_references(source, manifest, "sched-arg", &files) ||
		 check_references(source, manifest, "run-arg", &files);
	if (!failed && glibc && glibc->fields.count > 1 &&
	    !manifest_file(manifest, glibc->fields.items[1]))
		failed = report(EBADMSG, "%s:%zu: needs-glibc: no file record has this name: %s",
				source, glibc->line, glibc->fields.items[1]);
	file_index_free(&files);
	return failed;
}

const char *manifest_scheduler_problem(const char *name)
{
	return scheduler_is_kernels_own(name)
		       ? NULL
		       : "no file record scheduler, so that nothing would be started (only eevdf, "
			 "default and none stand without one)";
}

/* What ktstr-manifest refuses in a definition: see check_commands there. */
static int check_commands(const char *source, const struct entries *manifest)
{
	const struct entry *enable = entries_find(manifest, "enable");
	const struct entry *disable = entries_find(manifest, "disable");
	const struct entry *when = entries_find(manifest, "enabled-when");
	const struct entry *first = enable ? enable : disable ? disable : when;
	const char *problem = NULL;

	if (first && (!enable || !disable))
		problem = "enable, which switches a scheduler on, and disable, which undoes that, "
			  "stand together";
	else if (first && (manifest_file(manifest, "scheduler") ||
			   entries_find(manifest, "attaches-schedulers")))
		problem = "excludes a packed scheduler and attaches-schedulers: leave out one of "
			  "them";
	return problem ? report(EBADMSG, "%s:%zu: %s: %s", source, first->line, first->keyword,
				problem)
		       : 0;
}

/* What is attached is the packed scheduler's work or the test's: a .run proves one of them. */
static int check_schedulers(const char *source, const struct entries *manifest)
{
	const struct entry *attaches = entries_find(manifest, "attaches-schedulers");
	const struct entry *expected = entries_find(manifest, "expect-scheduler-error");
	const struct entry *scheduler = entries_find(manifest, "scheduler");
	bool is_packed = manifest_file(manifest, "scheduler");
	const char *name = scheduler->fields.items[0];
	bool is_started = is_packed || entries_find(manifest, "enable");
	const char *problem = is_started ? NULL : manifest_scheduler_problem(name);

	if (problem)
		return report(EBADMSG, "%s:%zu: scheduler: %s: %s", source, scheduler->line,
			      problem, name);
	if (attaches && is_packed)
		return report(EBADMSG,
			      "%s:%zu: attaches-schedulers: excludes a packed scheduler: leave out "
			      "one of them",
			      source, attaches->line);
	if (expected && !is_packed)
		return report(EBADMSG,
			      "%s:%zu: expect-scheduler-error: needs a packed scheduler, which is "
			      "then ejected: leave it out, or pack one",
			      source, expected->line);
	return 0;
}

bool manifest_arguments_fit(const struct entries *manifest, const char *keyword)
{
	const struct entry *entry = NULL;
	size_t size = 0;

	if (!strcmp(keyword, "sched-arg") && !manifest_file(manifest, "scheduler"))
		return true; /* nobody gets them */
	while ((entry = entries_next(manifest, keyword, entry))) {
		const char *argument = entry->fields.items[0];

		size += strlen(argument) + 1 + sizeof(char *) +
			references_count(argument) * PATH_MAX; /* as the files are unpacked */
	}
	return size <= ARGUMENTS_MAX;
}

static int check_arguments(const char *source, const struct entries *manifest)
{
	static const char *const keywords[] = { "run-arg", "sched-arg" };
	const struct entry *which = entries_find(manifest, "run-args");

	if (which && entries_find(manifest, "run-arg"))
		return report(EBADMSG, "%s:%zu: run-args: " RUN_ARGS_PROBLEM, source, which->line);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct entry *first = entries_find(manifest, keywords[i]);

		if (first && !manifest_arguments_fit(manifest, keywords[i]))
			return report(EBADMSG, "%s:%zu: %s: " ARGUMENTS_PROBLEM, source,
				      first->line, keywords[i]);
	}
	return 0;
}

static int check_complete(const char *source, const struct entries *manifest)
{
	if (!manifest->count)
		return report(EBADMSG, "%s: empty: a manifest comes from ktstr-manifest", source);
	for (const struct record_rule *rule = manifest_rules; rule->keyword; rule++)
		if (rule->times == RECORD_NEEDED && !entries_find(manifest, rule->keyword))
			return report(EBADMSG, "%s: no %s record: is it cut short?", source,
				      rule->keyword);
	if (!manifest_file(manifest, "ktstr"))
		return report(EBADMSG, "%s: no file record for ktstr, the test binary", source);
	if (check_commands(source, manifest) || check_schedulers(source, manifest) ||
	    check_arguments(source, manifest))
		return -1;
	return check_paths(source, manifest);
}

int manifest_read(const char *source, FILE *in, struct entries *manifest)
{
	struct record_reader *reader = record_open_stream(source, in, manifest_rules);
	int failed;

	*manifest = (struct entries){ 0 };
	if (!reader)
		return report_errno("%s", source);
	failed = read_entries(reader, source, manifest) || check_complete(source, manifest);
	record_close(reader);
	if (failed) {
		int saved = errno;

		entries_free(manifest);
		errno = saved;
	}
	return failed ? -1 : 0;
}

const char *manifest_value(const struct entries *manifest, const char *keyword)
{
	const struct entry *entry = entries_find(manifest, keyword);

	return entry ? entry->fields.items[0] : "";
}

const struct entry *manifest_file(const struct entries *manifest, const char *archive_name)
{
	const struct entry *file = NULL;

	while ((file = entries_next(manifest, "file", file)))
		if (!strcmp(file->fields.items[0], archive_name))
			return file;
	return NULL;
}
