/* utf8.c - decide which characters may be printed on a terminal */
#include "utf8.h"

#include <stdint.h>

/*
 * Returns the length of the UTF-8 character at p (RFC 3629: shortest form, no surrogates), or 0 if
 * there is none.
 */
static size_t utf8_length(const unsigned char *p, uint32_t *character)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = 0;
	uint32_t c;

	if (*p < 0x80)
		length = 1;
	else if (*p >= 0xc2 && *p < 0xf5)
		length = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	if (length < 2) {
		*character = *p;
		return length;
	}
	c = *p & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < lowest[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*character = c;
	return length;
}

/*
 * Whether a character moves, hides or reorders text on a terminal: control characters, invisible
 * marks, Unicode's bidirectional controls.
 */
static bool misleads(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x3164 ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

bool utf8_needs_escape(const char *text, size_t *length)
{
	uint32_t character;

	*length = utf8_length((const unsigned char *)text, &character);
	if (*length && !misleads(character))
		return false;
	if (!*length)
		*length = 1;
	return true;
}
