/* number.c - whole numbers from text */
#include "number.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Whether text is one or more digits of the base. strtoull alone would take blanks, signs and "0x".
 */
static int is_number(const char *text, int base)
{
	if (!*text)
		return 0;
	for (; *text; text++) {
		int digit = 16;

		if (*text >= '0' && *text <= '9')
			digit = *text - '0';
		else if (*text >= 'a' && *text <= 'f')
			digit = *text - 'a' + 10;
		else if (*text >= 'A' && *text <= 'F')
			digit = *text - 'A' + 10;
		if (digit >= base)
			return 0;
	}
	return 1;
}

int parse_number(const char *text, int base, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long number;

	if (!is_number(text, base)) {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	number = strtoull(text, NULL, base);
	if (errno || number < min || number > max) {
		errno = ERANGE;
		return -1;
	}
	*value = number;
	return 0;
}
