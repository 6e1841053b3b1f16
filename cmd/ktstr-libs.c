/* ktstr-libs - add to a manifest the shared libraries of its files, and the glibc they need */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/number.h"
#include "base/output.h"
#include "base/path.h"
#include "base/report.h"
#include "elf/glibc.h"
#include "registry/libraries.h"
#include "registry/manifest.h"
#include "registry/needs.h"

#define PRELOAD "lib/ktstr-preload.so"

static const char usage[] =
	"usage: ktstr-libs < manifest > manifest\n"
	"Add a record \"file lib/NAME PATH 0755\" for each shared library that the packed\n"
	"programs need, but for glibc's own, one for the object that keeps them to these\n"
	"programs, and \"needs-glibc VERSION [FILE]\". Bring \"needs-bytes\" up to date.\n"
	"  -h, --help     show this help\n"
	"  -V, --version  show the version\n";

static const struct option longopts[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char source[] = "<stdin>";

static struct output out;

/* Whether the libraries need a newer glibc than the manifest already asks for. */
static bool raises_glibc(const struct entries *manifest, const struct libraries *libraries)
{
	const char *given = manifest_value(manifest, "needs-glibc");

	return libraries->glibc && (!*given || glibc_compare_versions(given, libraries->glibc) < 0);
}

/* Names the file only if the test binary alone needs an older glibc. */
static void print_glibc(const struct libraries *libraries)
{
	bool is_own = !strcmp(libraries->glibc_file, "ktstr");

	record_write(&out, "needs-glibc", libraries->glibc, is_own ? NULL : libraries->glibc_file,
		     NULL);
}

/* Adds the disk space of one more packed file to *bytes. Returns 0, or -1 with errno. Reports. */
static int add_space(const char *path, uint64_t *bytes)
{
	struct stat st;

	if (stat(path, &st))
		return report_errno("%s", path);
	*bytes += needs_blocks((uint64_t)st.st_size);
	return 0;
}

/*
 * Sets *text to the disk space of all files, added ones included, or to NULL if the manifest has no
 * needs-bytes. The caller frees it. Returns 0, or -1 with errno. Reports.
 */
static int sum_space(const struct entries *manifest, const char *preload,
		     const struct libraries *libraries, char **text)
{
	uint64_t bytes = 0;

	*text = NULL;
	if (!entries_find(manifest, "needs-bytes"))
		return 0;
	parse_number(manifest_value(manifest, "needs-bytes"), 10, 0, INT64_MAX,
		     &bytes); /* manifest_read checked it */
	for (size_t i = 0; i < libraries->files.count; i++)
		if (add_space(libraries->files.items[i].fields.items[1], &bytes))
			return -1;
	if (preload && add_space(preload, &bytes))
		return -1;
	if (asprintf(text, "%ju", (uintmax_t)bytes) < 0)
		return report_errno("%s", source);
	return 0;
}

/* Prints the manifest with what was added. output_close reports a failure. */
static void print_manifest(const struct entries *manifest, const char *preload,
			   const struct libraries *libraries, const char *bytes)
{
	bool is_raised = raises_glibc(manifest, libraries);
	const struct entry *place = entries_find(manifest, "needs-glibc");
	static char *const none[] = { NULL };

	if (!place)
		place = entries_find(manifest, "file"); /* there is always one, ktstr */
	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = &manifest->items[i];

		if (entry == place && is_raised)
			print_glibc(libraries);
		if (bytes && !strcmp(entry->keyword, "needs-bytes"))
			record_write(&out, "needs-bytes", bytes, NULL);
		else if (!is_raised || strcmp(entry->keyword, "needs-glibc"))
			record_write_fields(&out, entry->keyword,
					    entry->fields.count ? entry->fields.items : none);
	}
	if (preload)
		record_write(&out, "file", PRELOAD, preload, "0644", NULL);
	entries_write(&libraries->files, &out);
}

/* Whether the manifest packs a file with this name, or, with begins, one whose name begins so. */
static bool has_file(const struct entries *manifest, const char *name, bool begins)
{
	const struct entry *file = NULL;
	size_t length = strlen(name) + !begins;

	while ((file = entries_next(manifest, "file", file)))
		if (!strncmp(file->fields.items[0], name, length))
			return true;
	return false;
}

/*
 * Sets *path to the object with which a .run that has libraries starts its programs. Sets it to
 * NULL if there are no libraries or if the manifest has the object. The caller frees it. Returns 0,
 * or -1. Reports.
 */
static int find_preload(const struct entries *manifest, const struct libraries *libraries,
			char **path)
{
	char *installed;

	*path = NULL;
	if (has_file(manifest, PRELOAD, false) ||
	    (!libraries->files.count && !has_file(manifest, "lib/", true)))
		return 0;
	installed = path_beside_program("../lib/ktstr/preload.so");
	if (!installed)
		return report_errno(PRELOAD);
	*path = realpath(installed, NULL);
	if (!*path)
		report_errno("%s: it belongs to ktstr-libs: install that again", installed);
	free(installed);
	return *path ? 0 : -1;
}

static int add_libraries(void)
{
	struct entries manifest;
	struct libraries libraries;
	char *preload = NULL, *bytes = NULL;
	int failed;

	if (manifest_read(source, stdin, &manifest))
		return -1;
	failed = libraries_find(source, &manifest, &libraries);
	if (!failed) {
		failed = find_preload(&manifest, &libraries, &preload) ||
			 sum_space(&manifest, preload, &libraries, &bytes);
		if (!failed)
			print_manifest(&manifest, preload, &libraries, bytes);
		free(bytes);
		free(preload);
		libraries_free(&libraries);
	}
	entries_free(&manifest);
	return failed;
}

int main(int argc, char *argv[])
{
	int option;

	command_begin();
	output_open(&out, STDOUT_FILENO, "standard output");
	while ((option = command_option(argc, argv, "hV", longopts)) != -1) {
		switch (option) {
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-libs " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* command_option has reported why */
		}
	}
	if (optind < argc)
		return command_misused(
			"takes no operand, as the manifest comes on standard input: %s",
			argv[optind]);
	if (add_libraries())
		return STATUS_FAILED; /* nothing has been printed */
	return output_close(&out) ? STATUS_FAILED : 0;
}
