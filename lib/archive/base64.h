/* base64.h - base64 (RFC 4648, section 4), both ways, as streams
 *
 * Neither side allocates: the structs are the caller's, and need no freeing. What to cannot take
 * is returned as -1 with to's errno and not reported: whoever closes that does.
 *
 * Both use the vector instructions that the CPU has: the fastest of base64_kernel.h is chosen by
 * the open. All give the same bytes and the same errors. They work on the stack, which takes 256
 * KiB, and are fastest when they are given, and so give, 64 KiB or more at once.
 */
#ifndef ARCHIVE_BASE64_H
#define ARCHIVE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

struct base64_kernel;

struct base64_encoder {
	struct sink sink; /* first: takes the bytes */
	struct sink *to;  /* gets the text */
	const struct base64_kernel *kernel;
	size_t columns;
	size_t column; /* characters on the current line */
	unsigned char held[3];
	size_t nheld; /* bytes that wait for their group's others */
};

/* Lines have columns characters and end in a newline; with columns 0 there is no newline. */
void base64_encode_open(struct base64_encoder *encoder, struct sink *to, size_t columns);

/* Writes what was held back, padding and the last newline. Returns 0, or -1 with to's errno. */
int base64_encode_close(struct base64_encoder *encoder);

struct base64_decoder {
	struct sink sink; /* first: takes the text */
	struct sink *to;  /* gets the bytes */
	const struct base64_kernel *kernel;
	const char *source;
	bool ignore;
	uint64_t offset;	 /* of the next byte taken */
	uint64_t line;		 /* offset of the first byte of the current line */
	size_t columns;		 /* bytes of the line before, where a multiple of 4; else 0 */
	uint64_t last;		 /* offset of the last character of the current group */
	uint32_t group;		 /* the bits of the current group, */
	unsigned int characters; /* how many of its four characters are there, */
	unsigned int padding;	 /* and how many of these were '=' */
	bool ended;		 /* a padded group was the last */
};

/*
 * The decoder is strict: only newlines may stand between characters, the last group is padded, the
 * bits it does not use are zero, nothing follows it. With ignore all bytes that are not in the
 * alphabet are skipped. What is wrong makes the sink's write or the close return -1 with EBADMSG.
 * Reports it as "SOURCE: byte OFFSET: ...", offset counted from 0. source is the caller's.
 */
void base64_decode_open(struct base64_decoder *decoder, struct sink *to, const char *source,
			bool ignore);

/* Finds out whether the text was complete. Returns 0, or -1 with errno. Reports. */
int base64_decode_close(struct base64_decoder *decoder);

#endif
