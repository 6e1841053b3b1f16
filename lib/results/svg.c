/* svg.c - text and numbers of an SVG document */
#include "svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void svg_put(struct output *out, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	output_puts(out, text);
}

/* Whether the character must be octal: also U+FFFE and U+FFFF, which are no characters of XML. */
static bool needs_octal(const char *text, size_t *length)
{
	return utf8_needs_escape(text, length) || !strncmp(text, "\xef\xbf\xbe", 3) ||
	       !strncmp(text, "\xef\xbf\xbf", 3);
}

static void write_character(struct output *out, const char *text, size_t length)
{
	switch (*text) {
	case '&':
		output_puts(out, "&amp;");
		break;
	case '<':
		output_puts(out, "&lt;");
		break;
	case '>':
		output_puts(out, "&gt;");
		break;
	case '"':
		output_puts(out, "&quot;");
		break;
	default:
		output_write(out, text, length);
	}
}

/* Returns how many columns the character fills. */
static size_t character_width(const char *text, size_t *length)
{
	return needs_octal(text, length) ? 4 * *length : 1;
}

void svg_text(struct output *out, const char *text, size_t max)
{
	size_t width = 0, length;
	bool is_cut = false;

	for (const char *p = text; *p && !is_cut; p += length) {
		width += character_width(p, &length);
		is_cut = width > max;
	}
	width = 0;
	for (; *text; text += length) {
		width += character_width(text, &length);
		if (is_cut && width + 3 > max) {
			output_puts(out, "...");
			return;
		}
		if (!needs_octal(text, &length))
			write_character(out, text, length);
		else
			for (size_t i = 0; i < length; i++)
				svg_put(out, "\\%03o", (unsigned char)text[i]);
	}
}

size_t svg_ticks(double low, double high, double ticks[static TICKS_MAX])
{
	double rough = (high - low) / 6, power, step, first;
	size_t n = 0;

	if (!(rough > 0) || !isfinite(rough))
		return 0;
	power = pow(10, floor(log10(rough)));
	step = rough / power > 5 ? 10 * power : rough / power > 2 ? 5 * power : 2 * power;
	if (rough / power <= 1)
		step = power;
	first = ceil(low / step);
	/* no steps in numbers so close that a double cannot tell them apart */
	if (!isnormal(step) || !isfinite(first) || fabs(first) > 1e12)
		return 0;
	for (; n < TICKS_MAX && (first + (double)n) * step <= high; n++)
		ticks[n] = (first + (double)n) * step + 0.0; /* no -0 */
	return n;
}
