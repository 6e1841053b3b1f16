/* utf8.h - decide which characters may be printed on a terminal */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the character at text must be escaped before it is printed: it is not valid UTF-8 (RFC
 * 3629), or it moves, hides or reorders what a terminal shows. text must not be empty. *length is
 * the number of bytes to escape, or else the number of bytes of the character.
 */
bool utf8_needs_escape(const char *text, size_t *length);

#endif
