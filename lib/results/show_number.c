/* show_number.c - a number for people */
#include "show_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *show_number(double value, bool has_sign, char text[static NUMBER_MAX])
{
	double size = fabs(value);
	int before = size > 0 && isfinite(size) ? (int)floor(log10(size)) + 1 : 1;
	int digits = before > 4 ? 0 : 4 - before;
	size_t end;

	has_sign = has_sign && size > 0;
	value += 0.0; /* no -0 */
	if (size > 0 && (size < 1e-4 || size >= 1e15)) {
		snprintf(text, NUMBER_MAX, has_sign ? "%+.3e" : "%.3e", value);
		return text;
	}
	snprintf(text, NUMBER_MAX, has_sign ? "%+.*f" : "%.*f", digits, value);
	end = strlen(text);
	while (strchr(text, '.') && text[end - 1] == '0')
		text[--end] = '\0';
	if (text[end - 1] == '.')
		text[--end] = '\0';
	return text;
}
