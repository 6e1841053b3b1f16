/* base64_vector.h - the loops around single vectors of base64, for all vector kernels
 *
 * A kernel calls these inline functions with its own constants and functions, so that they are
 * compiled for its instructions.
 */
#ifndef ARCHIVE_BASE64_VECTOR_H
#define ARCHIVE_BASE64_VECTOR_H

#include <stddef.h>

#include "base64_kernel.h"

#define BASE64_INLINE static inline __attribute__((always_inline))

/* What a kernel does at a time: this many characters, and 3/4 as many bytes. */
struct base64_vector {
	size_t characters;
	size_t reach; /* bytes that encode reads */

	void (*encode)(char *text, const unsigned char *bytes);

	/* Returns 0 if all were characters. */
	unsigned int (*decode)(unsigned char *bytes, const unsigned char *text);
};

/* The functions of struct base64_kernel. */

BASE64_INLINE size_t base64_encode_vectors(struct base64_vector vector, char *text,
					   const unsigned char *bytes, size_t size)
{
	size_t done = 0;

	for (; size - done >= vector.reach; done += vector.characters / 4 * 3) {
		vector.encode(text, bytes + done);
		text += vector.characters;
	}
	return done;
}

BASE64_INLINE size_t base64_encode_vector_lines(struct base64_vector vector, char *text,
						const unsigned char *bytes, size_t size,
						size_t columns)
{
	size_t length = columns / 4 * 3, lines = 0;
	size_t last = (columns - 1) / vector.characters * (vector.characters / 4 * 3);

	/* the last vector writes past the line; newline and next line overwrite that */
	for (; size >= last + vector.reach; size -= length, lines++) {
		for (size_t i = 0; i < columns; i += vector.characters)
			vector.encode(text + i, bytes + i / 4 * 3);
		text[columns] = '\n';
		text += columns + 1;
		bytes += length;
	}
	return lines;
}

BASE64_INLINE size_t base64_decode_vectors(struct base64_vector vector, unsigned char *bytes,
					   const unsigned char *text, size_t size)
{
	size_t done = 0;

	for (; size - done >= vector.characters; done += vector.characters) {
		if (vector.decode(bytes, text + done))
			break;
		bytes += vector.characters / 4 * 3;
	}
	return done;
}

BASE64_INLINE size_t base64_decode_vector_lines(struct base64_vector vector, unsigned char *bytes,
						const unsigned char *text, size_t size,
						size_t columns)
{
	size_t length = columns / 4 * 3, last = columns - vector.characters, lines = 0;

	if (columns < vector.characters)
		return 0;
	/* the last vector ends where the line ends, so it decodes some groups again */
	for (; size > columns; size -= columns + 1, lines++) {
		unsigned int wrong = text[columns] ^ '\n';

		for (size_t i = 0; i < last; i += vector.characters)
			wrong |= vector.decode(bytes + i / 4 * 3, text + i);
		wrong |= vector.decode(bytes + last / 4 * 3, text + last);
		if (wrong)
			break;
		text += columns + 1;
		bytes += length;
	}
	return lines;
}

#endif
