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
#include "results/compare.h"
#include "results/noise.h"
#include "results/operands.h"
#include "results/option_value.h"
#include "results/picture.h"
#include "results/print.h"
#include "results/print_comparison.h"
#include "results/sides.h"

static const char usage[] =
	"usage: ktstr-results [--columns NAMES] [--format FORMAT] [--undisturbed]\n"
	"                     [OPERAND]...\n"
	"       ktstr-results --group COLUMN | --differ [--undisturbed] [OPERAND]...\n"
	"       ktstr-results --compare [--format FORMAT] [--undisturbed]\n"
	"                     A... -- B... | [OPERAND]...\n"
	"       ktstr-results --plot FILE.svg [--undisturbed] A... -- B... | [OPERAND]...\n"
	"Show the results of runs. An operand is evidence, a directory with\n"
	"*.evidence.tar.gz, or a text. Without an operand, or with -, read one file from\n"
	"standard input.\n"
	"  -c, --columns NAMES  show these, with commas between them, such as\n"
	"                       host,verdict,value:p99\n"
	"  -f, --format FORMAT  print table (on a terminal), tsv (elsewhere), records,\n"
	"                       json or ktap\n"
	"  -g, --group COLUMN   print how many results have each value of it, such as\n"
	"                       signature\n"
	"  -d, --differ         print what differs between the results, such as kernels\n"
	"  -u, --undisturbed    leave out results of rounds that were disturbed\n"
	"      --compare        compare B with A; without --, the two schedulers in the\n"
	"                       results\n"
	"      --plot FILE.svg  draw the rounds and metrics of each side; FILE -: as text\n"
	"      --less-is-better NAMES\n"
	"                       metrics of which less is better, with commas between\n"
	"      --more-is-better NAMES\n"
	"                       metrics of which more is better\n"
	"      --no-heading     print no names of columns\n"
	"  -h, --help           show this help\n"
	"  -V, --version        show the version\n";

enum { OPTION_COMPARE = 256, OPTION_PLOT, OPTION_LESS, OPTION_MORE, OPTION_NO_HEADING };

static const struct option longopts[] = {
	{ "columns", required_argument, NULL, 'c' },
	{ "format", required_argument, NULL, 'f' },
	{ "group", required_argument, NULL, 'g' },
	{ "differ", no_argument, NULL, 'd' },
	{ "undisturbed", no_argument, NULL, 'u' },
	{ "compare", no_argument, NULL, OPTION_COMPARE },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "less-is-better", required_argument, NULL, OPTION_LESS },
	{ "more-is-better", required_argument, NULL, OPTION_MORE },
	{ "no-heading", no_argument, NULL, OPTION_NO_HEADING },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

enum format { FORMAT_TABLE, FORMAT_TSV, FORMAT_RECORDS, FORMAT_JSON, FORMAT_KTAP, FORMATS };

static const char *const format_names[FORMATS] = { "table", "tsv", "records", "json", "ktap" };

struct options {
	struct columns columns; /* empty: the default ones */
	struct columns group;	/* at most one */
	bool differ;
	bool undisturbed;
	bool compare;
	const char *plot; /* the file, NULL: no picture */
	struct directions directions;
	bool has_no_heading;
	bool has_format;
	enum format format;
	struct operands operands;
};

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

/* Checks that -- stands between two sides, if it is there. Returns 0 or an exit status. Reports. */
static int check_sides(const char *option, const struct operands *operands)
{
	if (operands->separators > 1)
		return command_misused("%s: give -- once, between A and B", option);
	if (operands->separators && !operands->before)
		return command_misused("%s: give an operand before --", option);
	if (operands->separators && operands->before == operands->items.count)
		return command_misused("%s: give an operand after --", option);
	return 0;
}

/* Checks the options of --compare, or that there are none. Returns 0 or an exit status. Reports. */
static int check_comparison(const struct options *options)
{
	const struct directions *directions = &options->directions;
	const struct operands *operands = &options->operands;

	if (!options->compare)
		return directions->less.count || directions->more.count
			       ? command_misused("--less-is-better and --more-is-better are for "
						 "--compare")
			       : 0;
	if (options->group.count || options->differ || options->columns.count)
		return command_misused("--compare has its own columns: give no --columns, --group "
				       "or --differ");
	if (options->format == FORMAT_RECORDS || options->format == FORMAT_KTAP)
		return command_misused("--compare: not as %s: give the format table, tsv or json",
				       format_names[options->format]);
	for (size_t i = 0; i < directions->less.count; i++)
		if (strings_contain(&directions->more, directions->less.items[i]))
			return command_misused("of %s, both less and more is better: decide",
					       directions->less.items[i]);
	if (options->has_no_heading && options->format != FORMAT_TSV)
		return command_misused(
			"--no-heading: with --compare, the format tsv alone has one");
	return check_sides("--compare", operands);
}

static int check_plot(const struct options *options)
{
	if (options->group.count || options->differ || options->columns.count ||
	    options->has_format || options->has_no_heading || options->compare)
		return command_misused("--plot draws a picture: give no other format, and no "
				       "--compare");
	return check_sides("--plot", &options->operands);
}

/* Checks which options may be combined. Returns 0 or an exit status. Reports. */
static int check_options(const struct options *options)
{
	bool has_columns = options->columns.count > 0, has_groups = options->group.count > 0;
	enum format format = options->format;

	if (has_groups && options->differ)
		return command_misused("--group and --differ print different things: give one");
	if (options->plot)
		return check_plot(options);
	if (options->compare || options->directions.less.count || options->directions.more.count)
		return check_comparison(options);
	if ((has_groups || options->differ) &&
	    (has_columns || options->has_format || options->has_no_heading))
		return command_misused("%s has its own format: give no --columns and no --format",
				       options->differ ? "--differ" : "--group");
	if (options->has_no_heading && format != FORMAT_TABLE && format != FORMAT_TSV)
		return command_misused("--no-heading: the format %s has none",
				       format_names[format]);
	if (has_columns && (format == FORMAT_RECORDS || format == FORMAT_KTAP))
		return command_misused("--columns: the format %s has none", format_names[format]);
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
		return print_tsv(out, results, columns, !options->has_no_heading);
	default:
		return print_table(out, results, columns, !options->has_no_heading);
	}
}

/* Returns 0, or -1. Reports. */
static int compare_sides(struct output *out, const struct options *options,
			 const struct results *results)
{
	struct comparison comparison = { 0 };
	struct sides sides = { 0 };
	int failed = sides_pair(results, &options->operands, &sides) ||
		     compare(&sides, &options->directions, &comparison);

	if (!failed && options->format == FORMAT_TSV)
		print_comparison_tsv(out, &comparison, !options->has_no_heading);
	else if (!failed && options->format == FORMAT_JSON)
		print_comparison_json(out, &comparison);
	else if (!failed)
		print_comparison(out, &comparison);
	comparison_free(&comparison);
	sides_free(&sides);
	return failed;
}

static int print(struct output *out, const struct options *options, const struct results *results)
{
	int failed;

	if (options->plot)
		return picture_write(options->plot, out, results, &options->operands);
	if (options->compare)
		return compare_sides(out, options, results);
	if (options->group.count)
		failed = print_groups(out, results, &options->group.items[0]);
	else if (options->differ)
		failed = print_differences(out, results);
	else
		failed = print_format(out, options, results);
	return failed ? report_errno("standard output") : 0;
}

/* Adds the default columns if there is need of them. Returns 0, or -1. Reports. */
static int choose_columns(struct options *options, const struct results *results)
{
	bool is_table = options->format == FORMAT_TABLE;

	if (options->columns.count || options->format == FORMAT_JSON)
		return 0;
	/* a program that reads tsv relies on the same columns */
	return columns_add_default(&options->columns, is_table ? results : NULL)
		       ? report_errno("--columns")
		       : 0;
}

/* Whether there is a place for files that could not be read: the others show what results have. */
static bool shows_unread(const struct options *options)
{
	return !options->differ && !options->compare && !options->plot &&
	       options->format != FORMAT_RECORDS;
}

/* Reads and prints what the operands name. Returns the exit status. Reports. */
static int show(struct options *options)
{
	struct results results = { 0 };
	int status = 0;
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	if (operands_count(&options->operands, "-") > 1)
		return command_misused("-: standard input can be read once");
	if (operands_read(&options->operands, &results))
		status = STATUS_FAILED;
	if (!shows_unread(options))
		results_drop_unread(&results);
	if (!status) { /* else what is missing may be in what could not be read */
		columns_note_missing(&options->columns, &results);
		columns_note_missing(&options->group, &results);
	}
	if ((options->undisturbed && noise_leave_out(&results)) ||
	    choose_columns(options, &results) || print(&out, options, &results))
		status = STATUS_FAILED;
	if (output_close(&out))
		status = STATUS_FAILED;
	results_free(&results);
	return status;
}

/* Returns 0 or an exit status. Reports. */
static int take_option(int option, struct options *options)
{
	switch (option) {
	case 'c':
		return option_columns(&options->columns, "--columns", optarg);
	case 'f':
		return set_format(options, optarg);
	case 'g':
		columns_free(&options->group); /* the last one counts */
		/* the numbers of disturbed hardly ever agree */
		return option_column(&options->group, "--group",
				     strcmp(optarg, "disturbed") ? optarg : "disturbed-by");
	case 'd':
		options->differ = true;
		return 0;
	case 'u':
		options->undisturbed = true;
		return 0;
	case OPTION_COMPARE:
		options->compare = true;
		return 0;
	case OPTION_PLOT:
		options->plot = optarg;
		return *optarg ? 0 : command_misused("--plot: give the name of a file, or -");
	case OPTION_LESS:
		return option_names(&options->directions.less, "--less-is-better", optarg);
	case OPTION_MORE:
		return option_names(&options->directions.more, "--more-is-better", optarg);
	case OPTION_NO_HEADING:
		options->has_no_heading = true;
		return 0;
	default:
		return STATUS_MISUSED; /* command_option has reported why */
	}
}

/*
 * The operands are taken in their order, as --compare needs the place of "--" among them. So the
 * short options begin with "-", and command_option returns 1 for an operand. Returns 0 or an exit
 * status; -1: go on. Reports.
 */
static int parse_options(int argc, char **argv, struct options *options)
{
	int option, status = 0, next = optind;

	while (!status && (option = command_option(argc, argv, "-c:f:g:duhV", longopts)) != -1) {
		next = optind;
		if (option == 'h')
			return command_print(usage);
		if (option == 'V')
			return command_print("ktstr-results " KTSTR_VERSION "\n");
		if (option != 1) {
			status = take_option(option, options);
			continue;
		}
		if (getenv("POSIXLY_CORRECT")) { /* no option after an operand */
			next = --optind;
			break;
		}
		if (operands_add(&options->operands, optarg))
			status = STATUS_FAILED;
	}
	if (!status && operands_add_rest(&options->operands, argv + optind, optind > next,
					 options->compare || options->plot))
		status = STATUS_FAILED;
	if (!status)
		status = check_options(options);
	return status ? status : -1;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	int status;

	command_begin();
	status = parse_options(argc, argv, &options);
	if (status < 0) {
		if (!options.has_format && !options.compare && !isatty(STDOUT_FILENO))
			options.format = FORMAT_TSV;
		status = show(&options);
	}
	columns_free(&options.columns);
	columns_free(&options.group);
	strings_free(&options.directions.less);
	strings_free(&options.directions.more);
	operands_free(&options.operands);
	return status;
}
