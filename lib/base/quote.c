/* quote.c - words that bash reads back byte for byte */
#include "quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static const char safe_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "_./:=@%+,-";

static char *quote_octal(const char *text)
{
	char *word = malloc(4 * strlen(text) + sizeof("$''")), *end = word;
	const char *p = text;

	if (!word)
		return NULL;
	end = stpcpy(end, "$'");
	while (*p) {
		size_t length;

		if (utf8_needs_escape(p, &length)) {
			for (; length; length--)
				end += sprintf(end, "\\%03o", (unsigned char)*p++);
		} else if (*p == '\'' || *p == '\\') {
			*end++ = '\\';
			*end++ = *p++;
		} else {
			memcpy(end, p, length);
			end += length;
			p += length;
		}
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
	size_t length;

	if (*text && text[strspn(text, safe_bytes)] == '\0')
		return strdup(text);
	for (const char *p = text; *p; p += length)
		if (utf8_needs_escape(p, &length))
			return quote_octal(text);
	return quote_single(text);
}
