/* ktstr-import - read a .run as data, and write the definition and the files that it came from */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/output.h"
#include "import/import.h"

static const char usage[] =
	"usage: ktstr-import [-o DIR] FILE.run\n"
	"Read a .run of ktstr-export or of cargo ktstr export as data: nothing of it is\n"
	"run. Write its definition and its files, for\n"
	"ktstr-export -f DIR/NAME.ktstr NAME.\n"
	"  -o, --output DIR  write this directory, which must not exist (default: the\n"
	"                    test's name); -: print the definition alone\n"
	"  -h, --help        show this help\n"
	"  -V, --version     show the version\n";

static const struct option longopts[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void stop(int signal)
{
	import_stops = signal;
}

/* So that what is half-made is taken away first. A signal that was ignored stays so. */
static void catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction action = { .sa_handler = stop }, old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

static int print(const char *text, const char *end)
{
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	output_puts(&out, text);
	output_puts(&out, end);
	return output_close(&out) ? STATUS_FAILED : 0;
}

int main(int argc, char *argv[])
{
	const char *directory = NULL;
	bool is_printed;
	int option, status;
	char *result;

	command_begin();
	while ((option = command_option(argc, argv, "o:hV", longopts)) != -1) {
		switch (option) {
		case 'o':
			directory = optarg;
			break;
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-import " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* command_option has reported why */
		}
	}
	if (optind == argc)
		return command_misused("names no FILE.run");
	if (optind + 1 < argc)
		return command_misused("takes one FILE.run: %s", argv[optind + 1]);
	if (directory && !*directory)
		return command_misused("-o: the directory's name is empty");
	is_printed = directory && !strcmp(directory, "-");
	catch_signals();
	if (is_printed ? import_definition(argv[optind], &result)
		       : import_run(argv[optind], directory, &result)) {
		if (import_stops) {
			signal(import_stops, SIG_DFL);
			raise(import_stops);
		}
		return STATUS_FAILED;
	}
	status = print(result, is_printed ? "" : "\n");
	free(result);
	return status;
}
