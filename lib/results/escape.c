/* escape.c - text for terminals and lines */
#include "escape.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void escape_write(struct output *out, const char *text, const char *escaped)
{
	while (*text) {
		size_t length;
		bool escape = utf8_needs_escape(text, &length) || strchr(escaped, *text);
		char octal[5];

		if (!escape)
			output_write(out, text, length);
		for (size_t i = 0; escape && i < length; i++) {
			snprintf(octal, sizeof(octal), "\\%03o", (unsigned char)text[i]);
			output_puts(out, octal);
		}
		text += length;
	}
}

size_t escape_width(const char *text)
{
	size_t width = 0, length;

	for (; *text; text += length)
		width += utf8_needs_escape(text, &length) ? strlen("\\000") * length : 1;
	return width;
}
