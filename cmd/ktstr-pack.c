/* ktstr-pack - pack the files that a manifest lists as a .tar.gz */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/gzip.h"
#include "archive/tar.h"
#include "base/command.h"
#include "base/number.h"
#include "base/output.h"
#include "base/record.h"
#include "base/report.h"
#include "registry/manifest.h"

static const char usage[] =
	"usage: ktstr-pack [-1..-9] [-t] < manifest > archive\n"
	"Pack what the manifest's records \"file ARCHIVE-NAME PATH MODE\" list, as .tar.gz.\n"
	"  -1 .. -9       compress fast .. compress well (-6)\n"
	"  -t, --tar      do not compress\n"
	"  -h, --help     show this help\n"
	"  -V, --version  show the version\n";

static const struct option longopts[] = {
	{ "tar", no_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char source[] = "<stdin>";

struct files {
	struct tar_file *items;
	size_t count, room;
};

static void free_files(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free((char *)files->items[i].name);
		free((char *)files->items[i].path);
	}
	free(files->items);
}

static int add_file(struct files *files, const struct record *record, unsigned int mode)
{
	struct tar_file *file;

	if (files->count == files->room) {
		size_t room = files->room ? 2 * files->room : 16;
		struct tar_file *items = reallocarray(files->items, room, sizeof(*items));

		if (!items)
			return report_errno("%s:%zu", source, record->line);
		files->items = items;
		files->room = room;
	}
	file = &files->items[files->count++];
	*file = (struct tar_file){
		.name = strdup(record->fields[0]),
		.path = strdup(record->fields[1]),
		.mode = mode,
		.source = source,
		.line = record->line,
	};
	return file->name && file->path ? 0 : report_errno("%s:%zu", source, record->line);
}

/* A field as messages show it. */
static const char *show(const char *field)
{
	return *field ? field : "\"\"";
}

static int take_record(struct files *files, struct record_reader *reader,
		       const struct record *record)
{
	uint64_t mode;

	if (!strcmp(record->keyword, "manifest") && strcmp(record->fields[0], MANIFEST_VERSION))
		return record_bad(reader, record,
				  "version %s is not known here, only " MANIFEST_VERSION " is",
				  show(record->fields[0]));
	if (strcmp(record->keyword, "file"))
		return 0;
	if (record->fields[1][0] != '/')
		return record_bad(reader, record, "the path does not begin with '/': %s",
				  show(record->fields[1]));
	if (parse_number(record->fields[2], 8, 0, 0777, &mode))
		return record_bad(reader, record, "not an octal mode from 0 to 0777: %s",
				  show(record->fields[2]));
	return add_file(files, record, (unsigned int)mode);
}

static int read_manifest(struct files *files)
{
	struct record_reader *reader = record_open_stream(source, stdin, manifest_rules);
	struct record record;
	int more;

	if (!reader)
		return report_errno("%s", source);
	while ((more = record_next(reader, &record)) > 0) {
		if (take_record(files, reader, &record)) {
			more = -1;
			break;
		}
	}
	record_close(reader);
	if (more)
		return -1;
	if (!files->count)
		return report(EBADMSG,
			      "%s: no \"file\" record, nothing to pack: pipe ktstr-manifest's "
			      "output to this",
			      source);
	return tar_check_names(files->items, files->count);
}

static int write_tar(struct sink *to, const struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (tar_add_file(to, &files->items[i]))
			return -1;
	return tar_end(to);
}

static int write_tar_gz(struct sink *to, const struct files *files, int level)
{
	struct sink *gzip = gzip_open(to, level);
	bool complete;

	if (!gzip)
		return report_errno("gzip");
	complete = !write_tar(gzip, files);
	return gzip_close(gzip, complete) || !complete ? -1 : 0;
}

/* Level 0: no gzip. */
static int pack(struct output *out, int level)
{
	struct files files = { 0 };
	int failed = read_manifest(&files);

	if (!failed)
		failed = level ? write_tar_gz(&out->sink, &files, level)
			       : write_tar(&out->sink, &files);
	free_files(&files);
	return failed;
}

int main(int argc, char **argv)
{
	int option, level = 6, failed;
	struct output out;
	bool tar = false;

	command_begin(argv);
	output_open(&out, STDOUT_FILENO, "standard output");
	while ((option = getopt_long(argc, argv, "123456789thV", longopts, NULL)) != -1) {
		switch (option) {
		case '1' ... '9':
			level = option - '0';
			break;
		case 't':
			tar = true;
			break;
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-pack " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* getopt has said what is wrong */
		}
	}
	if (optind < argc)
		return command_misused(
			"no operand is taken, the manifest comes on standard input: ",
			argv[optind]);
	if (isatty(STDOUT_FILENO)) {
		report(EINVAL, "the archive is not written to a terminal: redirect it to a file, "
			       "or pipe it to ktstr-b64");
		return STATUS_MISUSED;
	}
	failed = pack(&out, tar ? 0 : level);
	if (output_close(&out))
		failed = -1;
	return failed ? STATUS_FAILED : 0;
}
