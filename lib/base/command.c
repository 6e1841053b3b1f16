/* command.c - the start and the end of every command's main */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "report.h"
#include "suggest.h"

void command_begin(void)
{
	/* A static buffer needs no malloc. A message of usual length is one write. */
	static char line[4096];

	setvbuf(stderr, line, _IOLBF, sizeof(line));
	/*
	 * In order: open returns the lowest free number, which is fd. The wrong direction, so that
	 * a use still fails with EBADF.
	 */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			exit(STATUS_FAILED); /* stderr may be closed: no message */
}

int command_misused(const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	report(EINVAL, "%s (see --help)", message ? message : format);
	free(message);
	return STATUS_MISUSED;
}

/* Adds the options that the first length bytes of word begin. Without memory, fewer. */
static void add_begun(const char *word, size_t length, const struct option *options,
		      struct strings *list)
{
	for (; options->name; options++)
		if (!strncmp(options->name, word + 2, length - 2))
			strings_addf(list, "--%s", options->name);
}

/* Reports an option of more than a letter that there is not, or that is the begin of several. */
static void complain_of_word(const char *word, const struct option *options)
{
	struct strings names = { 0 }, nearest = { 0 };
	size_t length = strcspn(word, "=");
	char *name = strndup(word, length), *meant = NULL;

	add_begun(word, length, options, &nearest);
	if (!nearest.count && name) {
		add_begun("--", 2, options, &names);
		suggest_names(name, &names, &nearest);
	}
	if (nearest.count)
		meant = strings_join(&nearest, " or ");
	command_misused("unknown option: %s%s%s%s", name ? name : word,
			meant ? ": did you mean " : "", meant ? meant : "", meant ? "?" : "");
	free(meant);
	free(name);
	strings_free(&names);
	strings_free(&nearest);
}

static void complain_of_letter(char letter, const char *letters)
{
	const char *known = letter == ':' ? NULL : strchr(letters, letter);

	if (known && known[1] == ':')
		command_misused("-%c: needs a value", letter);
	else
		command_misused("unknown option: -%c", letter);
}

int command_option(int argc, char **argv, const char *letters, const struct option *options)
{
	int before = optind, option;
	const char *word;

	opterr = 0;
	option = getopt_long(argc, argv, letters, options, NULL);
	if (option != '?')
		return option;
	/* getopt steps over a word with its last letter: before that, this is another one */
	word = optind == before ? "" : argv[optind - 1];
	if (strncmp(word, "--", 2))
		complain_of_letter((char)optopt, letters);
	else if (!optopt)
		complain_of_word(word, options);
	else
		command_misused("%.*s: %s value", (int)strcspn(word, "="), word,
				strchr(word, '=') ? "takes no" : "needs a");
	return option;
}

int command_print(const char *text)
{
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	output_puts(&out, text);
	return output_close(&out) ? STATUS_FAILED : 0;
}
