/* quote.c - quote a string as one word for bash */
#include "quote.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char safe_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "_./:=@%+,-";

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/*
 * Octal, because bash reads a script in its caller's locale. In some locales (GB18030, Big5) a byte
 * from 0x80 and the quote or backslash after it are one character.
 */
static char *quote_octal(const char *text)
{
	char *word = malloc(4 * strlen(text) + sizeof("$''")), *end = word;

	if (!word)
		return NULL;
	end = stpcpy(end, "$'");
	for (; *text; text++) {
		if (!is_printable(*text)) {
			end += sprintf(end, "\\%03o", (unsigned char)*text);
			continue;
		}
		if (*text == '\'' || *text == '\\')
			*end++ = '\\';
		*end++ = *text;
	}
	*end++ = '\'';
	*end = '\0';
	return word;
}

static char *quote_single(const char *text)
{
	char *word = malloc(4 * strlen(text) + sizeof("''")), *end = word;

	if (!word)
		return NULL;
	*end++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			end = stpcpy(end, "'\\''");
		else
			*end++ = *text;
	}
	*end++ = '\'';
	*end = '\0';
	return word;
}

char *quote_shell(const char *text)
{
	if (*text && text[strspn(text, safe_bytes)] == '\0')
		return strdup(text);
	for (const char *p = text; *p; p++)
		if (!is_printable(*p))
			return quote_octal(text);
	return quote_single(text);
}
