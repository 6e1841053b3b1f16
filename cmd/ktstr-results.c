/* ktstr-results - show the results of runs, from their evidence */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/output.h"
#include "base/report.h"
#include "results/column.h"
#include "results/operand.h"
#include "results/print.h"

static const char usage[] =
	"usage: ktstr-results [--columns NAMES] [--format FORMAT] [FILE | DIRECTORY | -]...\n"
	"       ktstr-results --group COLUMN | --differ [FILE | DIRECTORY | -]...\n"
	"Show the results of runs: of evidence, of directories with *.evidence.tar.gz, or of texts.\n"
	"Without an operand, or with -, read one file from standard input.\n"
	"  -c, --columns NAMES  show these, with commas between them, such as host,verdict,metric:p99\n"
	"  -f, --format FORMAT  print table (on a terminal), tsv (elsewhere), records, json or ktap\n"
	"  -g, --group COLUMN   print how many results have each value of it, such as signature\n"
	"  -d, --differ         print what differs between the results, such as kernels\n"
	"  -h, --help           show this help\n"
	"  -V, --version        show the version\n";

static const struct option longopts[] = {
	{ "columns", required_argument, NULL, 'c' },
	{ "format", required_argument, NULL, 'f' },
	{ "group", required_argument, NULL, 'g' },
	{ "differ", no_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

enum format { FORMAT_TABLE, FORMAT_TSV, FORMAT_RECORDS, FORMAT_JSON, FORMAT_KTAP, FORMATS };

static const char *const format_names[FORMATS] = { "table", "tsv", "records", "json", "ktap" };

static const char default_columns[] = "host,kernel,test,scheduler,verdict,reason,duration,metrics";

struct options {
	struct columns columns; /* empty: the default ones */
	struct columns group;	/* at most one */
	bool differ;
	bool has_format;
	enum format format;
};

/* Adds a column of the command line. Returns 0 or an exit status. Reports. */
static int add_column(struct columns *columns, const char *option, const char *name)
{
	char *hint;

	if (!columns_add(columns, name))
		return 0;
	if (errno == EEXIST)
		return command_misused("%s: give each column once: %s", option, name);
	if (errno != EINVAL) {
		report_errno("%s", option);
		return STATUS_FAILED;
	}
	hint = columns_suggest(name);
	command_misused("%s: no such column: %s: columns are %s", option,
			*name ? name : "an empty name", hint ? hint : "in ktstr-results(1)");
	free(hint);
	return STATUS_MISUSED;
}

/* Adds columns with commas between them. Returns 0 or an exit status. Reports. */
static int add_columns(struct columns *columns, const char *names)
{
	char *copy = strdup(names), *rest = copy, *name;
	int status = 0;

	if (!copy) {
		report_errno("--columns");
		return STATUS_FAILED;
	}
	while (!status && (name = strsep(&rest, ",")))
		status = add_column(columns, "--columns", name);
	free(copy);
	return status;
}

static int set_format(struct options *options, const char *name)
{
	for (int i = 0; i < FORMATS; i++)
		if (!strcmp(name, format_names[i])) {
			options->format = (enum format)i;
			options->has_format = true;
			return 0;
		}
	return command_misused("--format: not table, tsv, records, json or ktap: %s", name);
}

/* Checks which options may be combined. Returns 0 or an exit status. Reports. */
static int check_options(const struct options *options)
{
	bool has_columns = options->columns.count > 0;

	if (options->group.count && options->differ)
		return command_misused("--group and --differ print different things: give one");
	if ((options->group.count || options->differ) && (has_columns || options->has_format))
		return command_misused("%s has its own format: give no --columns and no --format",
				       options->differ ? "--differ" : "--group");
	if (has_columns && (options->format == FORMAT_RECORDS || options->format == FORMAT_KTAP))
		return command_misused("--columns: the format %s has none",
				       format_names[options->format]);
	return 0;
}

static int print_format(struct output *out, const struct options *options,
			const struct results *results)
{
	const struct columns *columns = &options->columns;

	switch (options->format) {
	case FORMAT_RECORDS:
		return print_records(out, results);
	case FORMAT_JSON:
		return print_json(out, results, columns);
	case FORMAT_KTAP:
		return print_ktap(out, results);
	case FORMAT_TSV:
		return print_tsv(out, results, columns);
	default:
		return print_table(out, results, columns);
	}
}

static int print(struct output *out, const struct options *options, const struct results *results)
{
	int failed;

	if (options->group.count)
		failed = print_groups(out, results, &options->group.items[0]);
	else if (options->differ)
		failed = print_differences(out, results);
	else
		failed = print_format(out, options, results);
	return failed ? report_errno("standard output") : 0;
}

/* Reads and prints what the operands name. Returns the exit status. Reports. */
static int show(const struct options *options, char **operands)
{
	static char *standard_input[] = { "-", NULL };
	struct results results = { 0 };
	int status = 0, has_read_stdin = 0;
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	for (char **operand = operands; *operand; operand++)
		if (!strcmp(*operand, "-") && has_read_stdin++)
			return command_misused("-: standard input can be read once");
	for (char **operand = *operands ? operands : standard_input; *operand; operand++)
		if (operand_read(*operand, &results))
			status = STATUS_FAILED;
	if (print(&out, options, &results))
		status = STATUS_FAILED;
	if (output_close(&out))
		status = STATUS_FAILED;
	results_free(&results);
	return status;
}

/* Returns 0 or an exit status; -1: go on. */
static int parse_options(int argc, char **argv, struct options *options)
{
	int option, status = 0;

	while (!status && (option = getopt_long(argc, argv, "c:f:g:dhV", longopts, NULL)) != -1) {
		switch (option) {
		case 'c':
			status = add_columns(&options->columns, optarg);
			break;
		case 'f':
			status = set_format(options, optarg);
			break;
		case 'g':
			columns_free(&options->group); /* the last one counts */
			status = add_column(&options->group, "--group", optarg);
			break;
		case 'd':
			options->differ = true;
			break;
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-results " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* getopt has said what is wrong */
		}
	}
	if (!status)
		status = check_options(options);
	return status ? status : -1;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	int status;

	command_begin(argv);
	status = parse_options(argc, argv, &options);
	if (status < 0) {
		if (!options.has_format && !isatty(STDOUT_FILENO))
			options.format = FORMAT_TSV;
		status = options.columns.count || options.format == FORMAT_JSON
				 ? 0
				 : add_columns(&options.columns, default_columns);
		if (!status)
			status = show(&options, argv + optind);
	}
	columns_free(&options.columns);
	columns_free(&options.group);
	return status;
}
