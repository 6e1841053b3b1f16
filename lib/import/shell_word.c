/* shell_word.c - reads words that a shell would read, and nothing that a shell would run */
#include "shell_word.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"

static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "_./:=@%+,-";

static const char packed_path[] = "\"$DIR/include/";

int shell_text_bad(const struct shell_text *text, const char *format, ...)
{
	char *message;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&message, format, args);
	va_end(args);
	if (length < 0)
		return report_errno("%s", text->source);
	report(EBADMSG, "%s:%zu: %s", text->source, text->line, message);
	free(message);
	errno = EBADMSG;
	return -1;
}

int shell_text_skip(struct shell_text *text, const char *what)
{
	size_t length = strlen(what);

	if (strncmp(text->at, what, length))
		return -1;
	for (const char *p = what; *p; p++)
		text->line += *p == '\n';
	text->at += length;
	return 0;
}

void shell_text_next_line(struct shell_text *text)
{
	const char *newline = strchr(text->at, '\n');

	text->at = newline ? newline + 1 : text->at + strlen(text->at);
	text->line += newline != NULL;
}

/* 'TEXT', after its first quote. The text may have newlines. */
static int read_single(struct shell_text *text, FILE *to)
{
	const struct shell_text begin = *text;

	for (;;) {
		for (; *text->at && *text->at != '\''; text->at++) {
			text->line += *text->at == '\n';
			putc(*text->at, to);
		}
		if (!*text->at)
			return shell_text_bad(&begin, "a quote is not closed");
		text->at++;
		if (shell_text_skip(text, "\\''"))
			return 0;
		putc('\'', to);
	}
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* $'TEXT', after its first quote. */
static int read_octal(struct shell_text *text, FILE *to)
{
	for (; *text->at != '\''; text->at++) {
		const char *p = text->at;

		if (*p != '\\') {
			if (*p < ' ' || *p > '~')
				return shell_text_bad(text, "$'...' is not closed on its line, or "
							    "has a byte that is not escaped");
			putc(*p, to);
		} else if (p[1] == '\'' || p[1] == '\\') {
			putc(*++text->at, to);
		} else if (p[1] >= '0' && p[1] <= '3' && is_octal(p[2]) && is_octal(p[3])) {
			int byte = (p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0');

			if (!byte)
				return shell_text_bad(text, "a NUL byte is in a value");
			putc(byte, to);
			text->at += 3;
		} else {
			return shell_text_bad(text, "$'...' has an escape that is not of three "
						    "octal digits");
		}
	}
	text->at++;
	return 0;
}

/* "$DIR/include/NAME", after its first bytes. */
static int read_path(struct shell_text *text, FILE *to)
{
	size_t length = strcspn(text->at, "\"\\$`\n{}/");

	if (!length || text->at[length] != '"')
		return shell_text_bad(text, "not the path of a packed file in \"...\"");
	fprintf(to, "{include/%.*s}", (int)length, text->at);
	text->at += length + 1;
	return 0;
}

static int read_bare(struct shell_text *text, unsigned int forms, FILE *to)
{
	const char *begin = text->at;

	for (;;) {
		size_t length = strspn(text->at, bare);

		fwrite(text->at, 1, length, to);
		text->at += length;
		if (!(forms & SHELL_PATHS) || shell_text_skip(text, packed_path))
			break;
		if (read_path(text, to))
			return -1;
	}
	return text->at > begin ? 0 : shell_text_bad(text, "a value is missing, or not quoted");
}

static int read_word(struct shell_text *text, unsigned int forms, FILE *to)
{
	const char *begin = text->at;
	int failed;

	if (!shell_text_skip(text, "'"))
		failed = read_single(text, to);
	else if (forms & SHELL_OCTAL && !shell_text_skip(text, "$'"))
		failed = read_octal(text, to);
	else
		failed = read_bare(text, forms, to);
	if (failed)
		return -1;
	if (!strchr(" \n)", *text->at)) /* or the end */
		return shell_text_bad(text,
				      "not a plain word: a shell would do more with it than read "
				      "it: %.*s",
				      (int)strcspn(begin, "\n"), begin);
	if (forms & SHELL_PATHS && memmem(begin, (size_t)(text->at - begin), "{include/", 9))
		return shell_text_bad(text,
				      "the text {include/ is in an argument, where a definition "
				      "would take it for a packed file's path");
	return 0;
}

int shell_word_read(struct shell_text *text, unsigned int forms, char **word)
{
	size_t size;
	FILE *to;
	int failed;

	*word = NULL;
	to = open_memstream(word, &size);
	if (!to)
		return report_errno("%s", text->source);
	failed = read_word(text, forms, to);
	if (fclose(to) && !failed)
		failed = report_errno("%s", text->source);
	if (failed) {
		int saved = errno;

		free(*word);
		*word = NULL;
		errno = saved;
	}
	return failed ? -1 : 0;
}
