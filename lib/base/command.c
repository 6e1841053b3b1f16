/* command.c - the start and the end of every command's main */
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
	/* A static buffer needs no malloc. A message of usual length is one write. */
	static char line[4096];

	argv[0] = program_invocation_short_name;
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

int command_print(const char *text)
{
	struct output out;

	output_open(&out, STDOUT_FILENO, "standard output");
	output_puts(&out, text);
	return output_close(&out) ? STATUS_FAILED : 0;
}
