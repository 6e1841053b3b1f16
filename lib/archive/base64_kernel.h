/* base64_kernel.h - the inner loops of base64: a set of them for each kind of CPU
 *
 * For base64.c and its test alone. Kernels know groups and lines, no state: what is begun or odd,
 * padding and errors are base64.c's. They need not do all of what they are given, and the scalar
 * one, which does, takes the rest.
 */
#ifndef ARCHIVE_BASE64_KERNEL_H
#define ARCHIVE_BASE64_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum {
	BASE64_SLACK = 64, /* bytes behind their output that kernels may overwrite */
};

struct base64_kernel {
	const char *name;

	/* Whether this CPU, and its operating system, have the instructions. */
	bool (*usable)(void);

	/*
	 * Encodes from the front of size bytes, and reads no byte behind them. Returns how many of
	 * them it encoded, a multiple of 3.
	 */
	size_t (*encode)(char *text, const unsigned char *bytes, size_t size);

	/*
	 * Encodes whole lines of columns characters, a multiple of 4 and not 0, and a newline each.
	 * Returns how many lines it encoded.
	 */
	size_t (*encode_lines)(char *text, const unsigned char *bytes, size_t size, size_t columns);

	/*
	 * Decodes from the front of size characters, up to a group that has a byte that is none, or
	 * some groups before that. Returns how many of them it decoded, a multiple of 4.
	 */
	size_t (*decode)(unsigned char *bytes, const unsigned char *text, size_t size);

	/*
	 * Decodes whole lines of columns characters, a multiple of 4 and not 0, and a newline each,
	 * up to one that is different. Returns how many lines it decoded.
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

/* Those of this build, the fastest first; the last is NULL, the one before it base64_scalar. */
extern const struct base64_kernel *const base64_kernels[];

/* What the characters 0 to 63 are, and for each byte which character it is (UINT8_MAX: none). */
extern const char base64_alphabet[];
extern const unsigned char base64_values[256];

#endif
