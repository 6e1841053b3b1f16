/* show_number.h - a number for people */
#ifndef RESULTS_SHOW_NUMBER_H
#define RESULTS_SHOW_NUMBER_H

#include <stdbool.h>

enum { NUMBER_MAX = 48 };

/*
 * Writes a number with four significant digits, or more before the point, and no zeros at its end.
 * Returns text.
 */
const char *show_number(double value, bool has_sign, char text[static NUMBER_MAX]);

#endif
