/* number.h - whole numbers from text */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>

/*
 * Reads the whole text as an unsigned number in base 8, 10 or 16, without sign, blanks or prefix.
 * Returns 0, or -1 with errno: EINVAL if it is no such number, ERANGE if it is not within min..max.
 * On failure *value does not change.
 */
int parse_number(const char *text, int base, uint64_t min, uint64_t max, uint64_t *value);

#endif
