/* base64_scalar.c - base64 for any CPU */
#include <stdint.h>

#include "base64_kernel.h"

const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* clang-format off */
enum { NO = UINT8_MAX };
const unsigned char base64_values[256] = {
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62,
	NO, NO, NO, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO, NO, 0,
	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, NO, NO, NO, NO, NO, NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
	39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
};
/* clang-format on */

static bool usable(void)
{
	return true;
}

static size_t encode(char *text, const unsigned char *bytes, size_t size)
{
	size_t done;

	for (done = 0; size - done >= 3; done += 3, bytes += 3, text += 4) {
		uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];

		text[0] = base64_alphabet[bits >> 18];
		text[1] = base64_alphabet[bits >> 12 & 63];
		text[2] = base64_alphabet[bits >> 6 & 63];
		text[3] = base64_alphabet[bits & 63];
	}
	return done;
}

static size_t encode_lines(char *text, const unsigned char *bytes, size_t size, size_t columns)
{
	size_t length = columns / 4 * 3, lines;

	for (lines = 0; size >= length; lines++, size -= length) {
		encode(text, bytes, length);
		text[columns] = '\n';
		text += columns + 1;
		bytes += length;
	}
	return lines;
}

static size_t decode(unsigned char *bytes, const unsigned char *text, size_t size)
{
	size_t done;

	for (done = 0; size - done >= 4; done += 4, text += 4, bytes += 3) {
		unsigned int a = base64_values[text[0]], b = base64_values[text[1]],
			     c = base64_values[text[2]], d = base64_values[text[3]];
		uint32_t bits = a << 18 | b << 12 | c << 6 | d;

		if ((a | b | c | d) > 63)
			break;
		bytes[0] = (unsigned char)(bits >> 16);
		bytes[1] = (unsigned char)(bits >> 8);
		bytes[2] = (unsigned char)bits;
	}
	return done;
}

static size_t decode_lines(unsigned char *bytes, const unsigned char *text, size_t size,
			   size_t columns)
{
	size_t lines;

	for (lines = 0; size > columns; lines++, size -= columns + 1) {
		if (text[columns] != '\n' || decode(bytes, text, columns) < columns)
			break;
		text += columns + 1;
		bytes += columns / 4 * 3;
	}
	return lines;
}

const struct base64_kernel base64_scalar = {
	.name = "scalar",
	.usable = usable,
	.encode = encode,
	.encode_lines = encode_lines,
	.decode = decode,
	.decode_lines = decode_lines,
};
