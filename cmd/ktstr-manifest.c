/* ktstr-manifest - find a registered test and print what its export needs, as a manifest */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/output.h"
#include "base/report.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "import/framework.h"
#include "registry/manifest.h"
#include "registry/resolve.h"
#include "registry/source.h"

static const char usage[] =
	"usage: ktstr-manifest [-b BINARY]... [-f FILE]... [--allow-commands] NAME\n"
	"                      > manifest\n"
	"       ktstr-manifest [-b BINARY]... [-f FILE]... --list [PATTERN]...\n"
	"  -b, --binary BINARY  look for the test in this test binary\n"
	"  -f, --file FILE      look in these definitions (-: standard input)\n"
	"      --allow-commands take a test whose scheduler shell commands switch on\n"
	"  -l, --list           print all tests: name, scheduler, topology, source; with\n"
	"                       patterns such as 'net_*', those whose names match one\n"
	"  -h, --help           show this help\n"
	"  -V, --version        show the version\n"
	"Without -b and -f it looks in $KTSTR_TEST_BINARY, else in the files and\n"
	"directories of $KTSTR_TEST_PATH (colon-separated; default: the current one).\n"
	"Status: 0 done, 1 not found or failed, 2 the test cannot be exported, 64\n"
	"misused.\n";

enum { OPTION_ALLOW_COMMANDS = 256 };

static const struct option longopts[] = {
	{ "allow-commands", no_argument, NULL, OPTION_ALLOW_COMMANDS },
	{ "binary", required_argument, NULL, 'b' },
	{ "file", required_argument, NULL, 'f' },
	{ "list", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static struct output out;

/* Adds a row of four cells for one test of the source. Returns 0 or -1. Reports. */
static int list_test(struct source *source, const char *name, struct strings *cells)
{
	const struct definition *definition;
	int found;

	/* what they are is known only from the whole .run, which takes seconds to make */
	if (source->framework)
		return strings_add(cells, name) || strings_add(cells, "-") ||
				       strings_add(cells, "-") || strings_add(cells, source->path)
			       ? report_errno("%s", source->path)
			       : 0;
	found = source_find(source, name, &definition);
	if (found < 0)
		return -1;
	if (found == 0)
		return report(EBADMSG, "%s: lists %s, but does not describe it", source->path,
			      name);
	if (strings_add(cells, name) ||
	    strings_add(cells, definition_value(definition, "scheduler", DEFAULT_SCHEDULER)) ||
	    strings_add(cells, definition_value(definition, "topology", DEFAULT_TOPOLOGY)) ||
	    strings_add(cells, source->path))
		return report_errno("%s", source->path);
	return 0;
}

/* What --list is to print: a name that matches one of the patterns, or any if there is none. */
struct selection {
	char **patterns;
	size_t count;
	bool *used; /* for each pattern: it has matched a name */
};

/* Notes each pattern that matches, as a name may match several. */
static bool selects(struct selection *selection, const char *name)
{
	bool selected = !selection->count;

	for (size_t i = 0; i < selection->count; i++)
		if (!fnmatch(selection->patterns[i], name, 0))
			selected = selection->used[i] = true;
	return selected;
}

/* If one test fails, list the others, as long as the source may still be asked. */
static int list_source(struct source *source, struct selection *selection, struct strings *cells)
{
	struct strings names = { 0 };
	int failed = source_names(source, &names);

	for (size_t i = 0; i < names.count && source->milliseconds; i++)
		if (selects(selection, names.items[i]) && list_test(source, names.items[i], cells))
			failed = -1;
	strings_free(&names);
	return failed;
}

enum { COLUMNS = 4 };

/* Names and paths may hold bytes that move a terminal's cursor or break a line. */
static bool needs_escape(const char *text, size_t *length)
{
	return utf8_needs_escape(text, length) || *text == '\\';
}

/* Returns the width in UTF-8 characters, with escapes as print_cell prints them. */
static size_t cell_width(const char *cell)
{
	size_t width = 0, length;

	for (; *cell; cell += length)
		width += needs_escape(cell, &length) ? 4 * length : 1;
	return width;
}

static void print_cell(const char *cell, size_t width)
{
	size_t length;

	for (const char *p = cell; *p; p += length) {
		char text[5];

		if (!needs_escape(p, &length)) {
			output_write(&out, p, length);
			continue;
		}
		for (size_t i = 0; i < length; i++) {
			snprintf(text, sizeof(text), "\\%03o", (unsigned char)p[i]);
			output_puts(&out, text);
		}
	}
	for (size_t printed = cell_width(cell); printed < width; printed++)
		output_puts(&out, " ");
}

static void print_rows(const struct strings *cells, bool aligned)
{
	static const char *const titles[COLUMNS] = { "NAME", "SCHEDULER", "TOPOLOGY", "SOURCE" };
	size_t widths[COLUMNS] = { 0 };

	for (size_t i = 0; aligned && i < COLUMNS - 1; i++) {
		widths[i] = strlen(titles[i]);
		for (size_t j = i; j < cells->count; j += COLUMNS)
			if (cell_width(cells->items[j]) > widths[i])
				widths[i] = cell_width(cells->items[j]);
	}
	for (size_t i = 0; aligned && i < COLUMNS; i++) {
		print_cell(titles[i], widths[i]);
		output_puts(&out, i == COLUMNS - 1 ? "\n" : "  ");
	}
	for (size_t i = 0; i < cells->count; i++) {
		print_cell(cells->items[i], widths[i % COLUMNS]);
		output_puts(&out, i % COLUMNS == COLUMNS - 1 ? "\n" : aligned ? "  " : "\t");
	}
}

static const char no_sources[] = "no test binary and no .ktstr file here: name one with -b or -f, "
				 "or set KTSTR_TEST_PATH";

/* Returns the sources' paths, joined by ", ", or NULL. The caller frees it. */
static char *join_paths(const struct sources *sources)
{
	struct strings places = { 0 };
	char *joined;

	for (size_t i = 0; i < sources->count; i++)
		strings_add(&places, sources->items[i].path);
	joined = strings_join(&places, ", ");
	strings_free(&places);
	return joined;
}

/* An empty list is no error, but say where we looked. */
static void note_nothing_found(const struct sources *sources)
{
	char *where = join_paths(sources);

	if (!sources->count)
		report(ENOENT, "%s", no_sources);
	else
		report(ENOENT, "no test in %s", where ? where : "");
	free(where);
}

/* Reports where it looked for the test, and similar names. */
static void report_not_found(const char *name, struct sources *sources)
{
	struct strings names = { 0 }, nearest = { 0 };
	char *meant = NULL, *where = NULL;

	for (size_t i = 0; i < sources->count; i++)
		if (source_names(&sources->items[i], &names))
			goto out; /* source_names has reported why */
	suggest_names(name, &names, &nearest);
	meant = strings_join(&nearest, "\" or \"");
	where = join_paths(sources);
	if (!sources->count)
		report(ENOENT, "%s: %s", name, no_sources);
	else if (nearest.count)
		report(ENOENT, "%s: no such test in %s; did you mean \"%s\"?", name,
		       where ? where : "", meant ? meant : "");
	else
		report(ENOENT, "%s: no such test in %s (--list shows those there are)", name,
		       where ? where : "");
out:
	free(meant);
	free(where);
	strings_free(&names);
	strings_free(&nearest);
}

/* A pattern that matches nothing is likely a mistake. Returns 0 or -1. Reports. */
static int check_selection(const struct selection *selection, struct sources *sources)
{
	int failed = 0;

	for (size_t i = 0; i < selection->count; i++) {
		if (!selection->used[i]) {
			report_not_found(selection->patterns[i], sources);
			failed = -1;
		}
	}
	return failed;
}

/* List what the other sources have, then fail. */
static int list_tests(struct sources *sources, char **patterns, size_t count)
{
	struct selection selection = { patterns, count, calloc(count + 1, sizeof(bool)) };
	struct strings cells = { 0 };
	int status = 0;

	if (!selection.used) {
		report_errno("--list");
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < sources->count; i++)
		if (list_source(&sources->items[i], &selection, &cells))
			status = STATUS_FAILED;
	/* a source that failed may have what the pattern is meant for */
	if (!status && check_selection(&selection, sources))
		status = STATUS_FAILED;
	if (!cells.count && !status)
		note_nothing_found(sources);
	print_rows(&cells, isatty(STDOUT_FILENO));
	strings_free(&cells);
	free(selection.used);
	return status;
}

static int print_manifest(struct sources *sources, const char *name, bool allow_commands)
{
	const struct definition *definition;
	enum resolve_result result;
	struct entries manifest;
	struct source *source;
	int found = sources_find(sources, name, &source, &definition);

	if (found < 0)
		return found == SOURCE_REJECTED ? STATUS_REJECTED : STATUS_FAILED;
	if (found == 0) {
		report_not_found(name, sources);
		return STATUS_FAILED;
	}
	result = resolve(source, definition, allow_commands, &manifest);
	if (result != RESOLVE_DONE)
		return result == RESOLVE_REJECTED ? STATUS_REJECTED : STATUS_FAILED;
	entries_write(&manifest, &out); /* output_close reports the failure */
	entries_free(&manifest);
	return 0;
}

int main(int argc, char *argv[])
{
	struct sources sources = { .framework = &framework };
	bool list = false, allow_commands = false;
	int option, status = 0;

	command_begin();
	output_open(&out, STDOUT_FILENO, "standard output");
	while (!status && (option = command_option(argc, argv, "b:f:lhV", longopts)) != -1) {
		switch (option) {
		case 'b':
			status = sources_add_binary(&sources, optarg) ? STATUS_FAILED : 0;
			break;
		case 'f':
			status = sources_add_file(&sources, optarg) ? STATUS_FAILED : 0;
			break;
		case 'l':
			list = true;
			break;
		case OPTION_ALLOW_COMMANDS:
			allow_commands = true;
			break;
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-manifest " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* command_option has reported why */
		}
	}
	if (!status && !list && optind == argc)
		status = command_misused("give the name of a test");
	else if (!status && !list && argc - optind > 1)
		status = command_misused("give the name of one test");
	if (!status && !sources.count && sources_add_environment(&sources))
		status = STATUS_FAILED;
	if (!status)
		status = list ? list_tests(&sources, argv + optind, (size_t)(argc - optind))
			      : print_manifest(&sources, argv[optind], allow_commands);
	if (output_close(&out) && !status)
		status = STATUS_FAILED;
	if (framework_end(&sources, !status) && !status)
		status = STATUS_FAILED;
	sources_free(&sources);
	return status;
}
