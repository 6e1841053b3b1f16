/* utf8.h - which bytes of a text may reach a terminal as they are */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the character at text, which is not its end, must not be printed as it is: it is no
 * UTF-8 (RFC 3629), or moves, hides or reorders what a terminal shows. *length is then how many
 * bytes are to be escaped, else how many the character has.
 */
bool utf8_needs_escape(const char *text, size_t *length);

#endif
