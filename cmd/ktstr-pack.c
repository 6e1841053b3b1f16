/* ktstr-pack - pack the members that a manifest lists as a .tar.gz */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "archive/gzip.h"
#include "archive/tar.h"
#include "base/array.h"
#include "base/command.h"
#include "base/number.h"
#include "base/output.h"
#include "base/progress.h"
#include "base/record.h"
#include "base/report.h"
#include "registry/manifest.h"

static const char usage[] =
	"usage: ktstr-pack [-1..-9] [-j N] [--engine NAME] [-t] [-p] < manifest > archive\n"
	"Pack what the manifest's records \"file ARCHIVE-NAME PATH MODE\" list, as .tar.gz.\n"
	"  -1 .. -9        compress fast .. compress well (-6)\n"
	"  -j, --jobs N    compress with N threads (one for each CPU); the bytes stay the\n"
	"                  same\n"
	"  --engine NAME   compress with this engine (see --version for those built in)\n"
	"  -t, --tar       do not compress\n"
	"  -p, --progress  show on a terminal (standard error) how far it is\n"
	"  -h, --help      show this help\n"
	"  -V, --version   show the version, and the engines, the default first\n";

enum { OPTION_ENGINE = 256 };

static const struct option longopts[] = {
	{ "jobs", required_argument, NULL, 'j' },
	{ "engine", required_argument, NULL, OPTION_ENGINE },
	{ "tar", no_argument, NULL, 't' },
	{ "progress", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct compression {
	const struct engine *engine; /* NULL: none */
	int level;
	unsigned int threads;
};

static const char source[] = "<stdin>";

struct members {
	struct tar_member *items;
	size_t count, room;
	char *scheduler; /* the scheduler record's name, NULL where there is none */
	size_t scheduler_line;
	bool has_scheduler; /* packed, or switched on by commands */
};

static void free_members(struct members *members)
{
	for (size_t i = 0; i < members->count; i++) {
		free((char *)members->items[i].name);
		free((char *)members->items[i].data);
	}
	free(members->items);
	free(members->scheduler);
}

/* The records of members, and their fields: what the member holds, and its mode. */
static const struct member_record {
	const char *keyword;
	enum tar_kind kind;
	int data, mode; /* -1: none */
} member_records[] = {
	{ "file", TAR_FILE, 1, 2 },
	{ "content", TAR_CONTENT, 2, 1 },
	{ "directory", TAR_DIRECTORY, -1, 1 },
	{ "link", TAR_LINK, 1, -1 },
};

static const struct member_record *find_member_record(const char *keyword)
{
	for (size_t i = 0; i < sizeof(member_records) / sizeof(*member_records); i++)
		if (!strcmp(member_records[i].keyword, keyword))
			return &member_records[i];
	return NULL;
}

static int add_member(struct members *members, const struct member_record *how,
		      const struct record *record)
{
	const char *data = how->data < 0 ? NULL : record->fields[how->data];
	struct tar_member *member;
	uint64_t mode = 0777; /* what a link has */

	if (how->mode >= 0) /* the record's rule checked it */
		parse_number(record->fields[how->mode], 8, 0, 0777, &mode);
	if (array_grow(&members->items, members->count, &members->room, sizeof(*member)))
		return report_errno("%s:%zu", source, record->line);
	member = &members->items[members->count++];
	*member = (struct tar_member){
		.kind = how->kind,
		.name = strdup(record->fields[0]),
		.data = data ? strdup(data) : NULL,
		.mode = (unsigned int)mode,
		.source = source,
		.line = record->line,
	};
	return member->name && (member->data || !data)
		       ? 0
		       : report_errno("%s:%zu", source, record->line);
}

static int take_record(struct members *members, const struct record *record)
{
	const struct member_record *how = find_member_record(record->keyword);

	if (!strcmp(record->keyword, "scheduler")) {
		free(members->scheduler);
		members->scheduler = strdup(record->fields[0]);
		members->scheduler_line = record->line;
		return members->scheduler ? 0 : report_errno("%s:%zu", source, record->line);
	}
	if (!strcmp(record->keyword, "enable"))
		members->has_scheduler = true;
	if (!how)
		return 0;
	if (!strcmp(record->fields[0], "scheduler"))
		members->has_scheduler = true;
	return add_member(members, how, record);
}

/* Checks the scheduler record, if there is one: a manifest of members alone has none. */
static int check_scheduler(const struct members *members)
{
	const char *problem = NULL;

	if (members->scheduler && !members->has_scheduler)
		problem = manifest_scheduler_problem(members->scheduler);
	return problem ? report(EBADMSG, "%s:%zu: scheduler: %s: %s", source,
				members->scheduler_line, problem, members->scheduler)
		       : 0;
}

static int read_manifest(struct members *members)
{
	struct record_reader *reader = record_open_stream(source, stdin, manifest_rules);
	struct record record;
	int more;

	if (!reader)
		return report_errno("%s", source);
	while ((more = record_next(reader, &record)) > 0) {
		if (take_record(members, &record)) {
			more = -1;
			break;
		}
	}
	record_close(reader);
	if (more)
		return -1;
	if (!members->count)
		return report(EBADMSG,
			      "%s: no \"file\" record, nothing to pack: pipe ktstr-manifest's "
			      "output to this",
			      source);
	if (check_scheduler(members))
		return -1;
	return tar_check_members(members->items, members->count);
}

static int write_members(struct sink *to, const struct members *members)
{
	for (size_t i = 0; i < members->count; i++)
		if (tar_add_member(to, &members->items[i]))
			return -1;
	return tar_end(to);
}

static int write_tar(struct sink *to, const struct members *members, bool show)
{
	uint64_t size = show ? tar_size(members->items, members->count) : 0;
	struct progress progress;
	int failed;

	to = progress_begin(&progress, to, size);
	failed = write_members(to, members);
	progress_end(&progress);
	return failed;
}

static int write_tar_gz(struct sink *to, const struct members *members,
			const struct compression *how, bool show)
{
	struct sink *gzip = gzip_open(to, how->engine, how->level, how->threads);
	bool complete;

	if (!gzip)
		return report_errno("gzip");
	complete = !write_tar(gzip, members, show);
	return gzip_close(gzip, complete) || !complete ? -1 : 0;
}

static int write_archive(struct sink *to, const struct members *members,
			 const struct compression *how, bool show)
{
	return how->engine ? write_tar_gz(to, members, how, show) : write_tar(to, members, show);
}

static int pack(struct output *out, const struct compression *how, bool show)
{
	struct members members = { 0 };
	int failed = read_manifest(&members);

	if (!failed)
		failed = write_archive(&out->sink, &members, how, show);
	free_members(&members);
	return failed;
}

/* Of the CPUs that this process may use. */
static unsigned int count_cpus(void)
{
	cpu_set_t allowed;

	/* with more CPUs than a cpu_set_t has room for, all that are online */
	if (!sched_getaffinity(0, sizeof(allowed), &allowed))
		return (unsigned int)CPU_COUNT(&allowed);
	return (unsigned int)MAX(1, MIN(sysconf(_SC_NPROCESSORS_ONLN), GZIP_THREADS_MAX));
}

static int print_version(void)
{
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	output_puts(&out, "ktstr-pack " KTSTR_VERSION " (");
	for (const struct engine *const *engine = engines; *engine; engine++) {
		output_puts(&out, (*engine)->name);
		output_puts(&out, engine[1] ? ", " : ")\n");
	}
	return output_close(&out) ? STATUS_FAILED : 0;
}

int main(int argc, char **argv)
{
	struct compression how = { engines[0], 6, count_cpus() };
	bool tar = false, show = false;
	int option, failed;
	struct output out;
	uint64_t threads;

	command_begin();
	output_open(&out, STDOUT_FILENO, "standard output");
	while ((option = command_option(argc, argv, "123456789j:tphV", longopts)) != -1) {
		switch (option) {
		case '1' ... '9':
			how.level = option - '0';
			break;
		case 'j':
			if (parse_number(optarg, 10, 1, GZIP_THREADS_MAX, &threads))
				return command_misused("-j: not a number from 1 to 1024: %s",
						       optarg);
			how.threads = (unsigned int)threads;
			break;
		case OPTION_ENGINE:
			how.engine = engine_find(optarg);
			if (!how.engine)
				return command_misused("--engine: not built in (see --version): %s",
						       optarg);
			break;
		case 't':
			tar = true;
			break;
		case 'p':
			show = true;
			break;
		case 'h':
			return command_print(usage);
		case 'V':
			return print_version();
		default:
			return STATUS_MISUSED; /* command_option has reported why */
		}
	}
	if (optind < argc)
		return command_misused(
			"takes no operand, as the manifest comes on standard input: %s",
			argv[optind]);
	if (isatty(STDOUT_FILENO)) {
		report(EINVAL, "the archive is not written to a terminal: redirect it to a file, "
			       "or pipe it to ktstr-b64");
		return STATUS_MISUSED;
	}
	if (tar)
		how.engine = NULL;
	failed = pack(&out, &how, show);
	if (output_close(&out))
		failed = -1;
	return failed ? STATUS_FAILED : 0;
}
