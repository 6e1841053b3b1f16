/* message.c - writes lines to standard error, and flushes standard output */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* One line, written by one write of at most PIPE_BUF bytes, so that lines of threads do not mix. */
struct line {
	char text[4096];
	size_t used;
};

static void put_byte(struct line *line, char c)
{
	if (line->used < sizeof(line->text) - sizeof("...\n"))
		line->text[line->used++] = c;
}

static void put_escaped(struct line *line, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p >= 0x20 && *p != 0x7f) {
			put_byte(line, (char)*p);
			continue;
		}
		put_byte(line, '\\');
		put_byte(line, (char)('0' + (*p >> 6)));
		put_byte(line, (char)('0' + (*p >> 3 & 7)));
		put_byte(line, (char)('0' + (*p & 7)));
	}
}

static void write_line(const char *first, const char *kind, const char *format, va_list args)
{
	int saved = errno;
	char message[sizeof(((struct line *)0)->text)];
	struct line line = { .used = 0 };
	int length = vsnprintf(message, sizeof(message), format, args);

	put_escaped(&line, first);
	put_escaped(&line, ": ");
	if (kind) {
		put_escaped(&line, kind);
		put_escaped(&line, ": ");
	}
	put_escaped(&line, length < 0 ? format : message);
	if (line.used == sizeof(line.text) - sizeof("...\n")) {
		memcpy(line.text + line.used, "...", 3);
		line.used += 3;
	}
	line.text[line.used++] = '\n';
	if (write(STDERR_FILENO, line.text, line.used) < 0) {
		/* standard error is gone: there is nowhere to report it */
	}
	errno = saved;
}

int ktstr_complain(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(program_invocation_short_name, NULL, format, args);
	va_end(args);
	return status;
}

void ktstr_vexplain(const char *name, const char *kind, const char *format, va_list args)
{
	write_line(name, kind, format, args);
}

void ktstr_explain(const char *name, const char *kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(name, kind, format, args);
	va_end(args);
}

int ktstr_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	if (errno != EPIPE)
		ktstr_complain(1, "standard output: %s", strerror(errno));
	return 1;
}

void ktstr_end(int status)
{
	fflush(NULL);
	_exit(status);
}
