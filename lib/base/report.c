/* report.c - messages on standard error */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

enum { MESSAGE_MAX = 16 * 1024 };

void (*report_before)(void);

static void print_escaped(const char *text, FILE *out)
{
	while (*text) {
		size_t length;
		bool escape = utf8_needs_escape(text, &length);

		for (; length; length--, text++)
			if (escape)
				fprintf(out, "\\%03o", (unsigned char)*text);
			else
				putc(*text, out);
	}
}

static void report_line(bool warning, const char *format, va_list args, const char *cause)
{
	char message[MESSAGE_MAX];
	int length = vsnprintf(message, sizeof(message), format, args);

	if (report_before)
		report_before();
	flockfile(stderr);
	fprintf(stderr, "%s: %s", program_invocation_short_name, warning ? "warning: " : "");
	print_escaped(length < 0 ? format : message, stderr);
	if (length >= MESSAGE_MAX)
		fputs("...", stderr);
	if (cause)
		fprintf(stderr, ": %s", cause);
	putc('\n', stderr);
	fflush(stderr);
	funlockfile(stderr);
}

int report(int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_line(false, format, args, NULL);
	va_end(args);
	errno = errnum;
	return -1;
}

int report_errno(const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	report_line(false, format, args, strerror(saved));
	va_end(args);
	errno = saved;
	return -1;
}

void report_warning(const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	report_line(true, format, args, NULL);
	va_end(args);
	errno = saved;
}
