/* json_string.h - strings of JSON (RFC 8259) */
#ifndef RESULTS_JSON_STRING_H
#define RESULTS_JSON_STRING_H

#include "base/output.h"

/*
 * Writes a string. JSON has no bytes that are not UTF-8: such a byte becomes a backslash and three
 * octal digits, as in the text of a result. output_close reports a failure.
 */
void json_write_string(struct output *out, const char *text);

#endif
