/* json_string.c - strings of JSON (RFC 8259) */
#include "json_string.h"

#include <stdio.h>

#include "base/utf8.h"

/* Writes an escape of a character, with surrogates beyond the basic plane. */
static void write_unicode(struct output *out, const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned int character = *p;
	char escape[16];

	if (length > 1) {
		character &= 0x7fu >> length;
		for (size_t i = 1; i < length; i++)
			character = character << 6 | (p[i] & 0x3fu);
	}
	if (character > 0xffff)
		snprintf(escape, sizeof(escape), "\\u%04x\\u%04x",
			 0xd800 + ((character - 0x10000) >> 10 & 0x3ff),
			 0xdc00 + ((character - 0x10000) & 0x3ff));
	else
		snprintf(escape, sizeof(escape), "\\u%04x", character & 0xffffu);
	output_puts(out, escape);
}

void json_write_string(struct output *out, const char *text)
{
	char octal[6];
	size_t length;

	output_puts(out, "\"");
	for (; *text; text += length) {
		if (utf8_needs_escape(text, &length)) {
			if (length > 1 || !((unsigned char)*text & 0x80)) {
				write_unicode(out, text, length);
				continue;
			}
			snprintf(octal, sizeof(octal), "\\\\%03o", (unsigned char)*text);
			output_puts(out, octal);
			continue;
		}
		if (*text == '"' || *text == '\\')
			output_puts(out, "\\");
		output_write(out, text, length);
	}
	output_puts(out, "\"");
}
