/* base64_kernel.h - the inner loops of base64, one set for each kind of CPU
 *
 * Only for base64.c and its test. A kernel handles whole groups and whole lines, and keeps no
 * state. base64.c handles incomplete groups, odd line lengths, padding and errors. A kernel may
 * stop early. The scalar kernel does not, so base64.c gives it the rest.
 */
#ifndef ARCHIVE_BASE64_KERNEL_H
#define ARCHIVE_BASE64_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum {
	BASE64_SLACK = 64, /* bytes after their output that kernels may overwrite */
};

struct base64_kernel {
	const char *name;

	/* Whether this CPU and the operating system support the instructions. */
	bool (*usable)(void);

	/*
	 * Encodes size bytes, or only the first of them. Reads nothing after them. Returns the
	 * number of bytes it encoded, a multiple of 3.
	 */
	size_t (*encode)(char *text, const unsigned char *bytes, size_t size);

	/*
	 * Encodes whole lines. columns, a multiple of 4 and not 0, is the length of a line without
	 * its newline. Returns the number of lines it encoded.
	 */
	size_t (*encode_lines)(char *text, const unsigned char *bytes, size_t size, size_t columns);

	/*
	 * Decodes size characters. Stops at a group with an invalid byte, or some groups before it.
	 * Returns the number of characters it decoded, a multiple of 4.
	 */
	size_t (*decode)(unsigned char *bytes, const unsigned char *text, size_t size);

	/*
	 * Decodes whole lines (columns as above). Stops before a line that differs. Returns the
	 * number of lines it decoded.
	 */
	size_t (*decode_lines)(unsigned char *bytes, const unsigned char *text, size_t size,
			       size_t columns);
};

extern const struct base64_kernel base64_scalar;
#ifdef __x86_64__
extern const struct base64_kernel base64_vbmi, base64_avx2;
#endif
#ifdef __aarch64__
extern const struct base64_kernel base64_neon;
#endif

/* The kernels of this build, the fastest first, base64_scalar last; NULL ends the list. */
extern const struct base64_kernel *const base64_kernels[];

/*
 * base64_alphabet: the character of each value 0 to 63. base64_values: the value of each byte,
 * UINT8_MAX if it is no character.
 */
extern const char base64_alphabet[];
extern const unsigned char base64_values[256];

#endif
