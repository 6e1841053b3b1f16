/* number.h - whole numbers from text */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>

/*
 * Reads text, all of it, as an unsigned number in the given base (8, 10 or 16) without sign,
 * blanks or prefix. Returns 0, or -1 with errno EINVAL (not such a number) or ERANGE (not within
 * min..max); *value is then untouched.
 */
int parse_number(const char *text, int base, uint64_t min, uint64_t max, uint64_t *value);

#endif
