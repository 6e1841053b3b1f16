/* svg.h - text and numbers of an SVG document (XML 1.0) */
#ifndef RESULTS_SVG_H
#define RESULTS_SVG_H

#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

/* Writes what printf would print: markup and numbers of at most 1023 bytes. */
void svg_put(struct output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes text as characters of an element. Each byte that could mislead (utf8.h), or that no XML
 * document may have, becomes a backslash and three octal digits. A text of more than max characters
 * is cut, and ends with three dots; SIZE_MAX: all of it.
 */
void svg_text(struct output *out, const char *text, size_t max);

enum { TICKS_MAX = 12 };

/* Sets ticks to round numbers between low and high. Returns how many; 0 if there are none. */
size_t svg_ticks(double low, double high, double ticks[static TICKS_MAX]);

#endif
