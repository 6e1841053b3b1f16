/* command.c - what the main of every command begins and ends with */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output.h"
#include "report.h"

void command_begin(char **argv)
{
	/* the stream's own, without malloc: a message of usual length goes out in one piece */
	static char line[4096];

	argv[0] = program_invocation_short_name;
	setvbuf(stderr, line, _IOLBF, sizeof(line));
	/* in order: each gets the lowest free number, its own. The wrong way round: EBADF in use */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			exit(STATUS_FAILED); /* with nowhere to say why */
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

int command_print(const char *text)
{
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	output_puts(&out, text);
	return output_close(&out) ? STATUS_FAILED : 0;
}
