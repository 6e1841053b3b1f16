/* escape.h - text for terminals and lines */
#ifndef RESULTS_ESCAPE_H
#define RESULTS_ESCAPE_H

#include <stddef.h>

#include "base/output.h"

/*
 * Writes text, where each byte that could mislead (utf8.h) becomes a backslash and three octal
 * digits, and each byte of escaped, too: "\\" makes the text one that can be read back. So it is
 * one line without control bytes. output_close reports a failure.
 */
void escape_write(struct output *out, const char *text, const char *escaped);

/* Returns how many columns of a terminal escape_write(out, text, "") fills. */
size_t escape_width(const char *text);

#endif
