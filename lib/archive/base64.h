/* base64.h - encode and decode base64 (RFC 4648, section 4) as streams
 *
 * Nothing is allocated: the caller provides the structs, which need no freeing. The caller also
 * closes the sink `to`. If `to` fails, the functions return -1 with its errno and do not report:
 * whoever closes `to` does that.
 *
 * The open functions choose the fastest kernel (base64_kernel.h) that the CPU can run. All kernels
 * give the same bytes and the same errors. They use 256 KiB of stack, and are fastest with 64 KiB
 * or more a call; then they also pass on that much.
 */
#ifndef ARCHIVE_BASE64_H
#define ARCHIVE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

struct base64_kernel;

struct base64_encoder {
	struct sink sink; /* first: give it the bytes */
	struct sink *to;  /* receives the text */
	const struct base64_kernel *kernel;
	size_t columns;
	size_t column; /* characters on the current line */
	unsigned char held[3];
	size_t nheld; /* bytes of an incomplete group */
};

/* Each line has columns characters and a newline; with columns 0 there is no newline. */
void base64_encode_open(struct base64_encoder *encoder, struct sink *to, size_t columns);

/*
 * Writes the incomplete group with padding, and the last newline. Returns 0, or -1 with the errno
 * of `to`.
 */
int base64_encode_close(struct base64_encoder *encoder);

struct base64_decoder {
	struct sink sink; /* first: give it the text */
	struct sink *to;  /* receives the bytes */
	const struct base64_kernel *kernel;
	const char *source;
	bool ignore;
	uint64_t offset;	 /* of the next byte of text */
	uint64_t line;		 /* offset of the first byte of the current line */
	size_t columns;		 /* length of the last line if a multiple of 4, else 0 */
	uint64_t last;		 /* offset of the last character of the current group */
	uint32_t group;		 /* bits of the current group */
	unsigned int characters; /* how many of its four characters have come */
	unsigned int padding;	 /* how many of those are '=' */
	bool ended;		 /* a padded group has come: the text must end */
};

/*
 * The decoder is strict: only newlines may come between characters, the last group must be padded,
 * its unused bits must be zero, and nothing may follow it. With ignore it skips all bytes outside
 * the alphabet. On bad text the sink's write, or the close, returns -1 with EBADMSG. Reports that
 * as "SOURCE: byte OFFSET: ...", where OFFSET counts from 0. source must stay valid.
 */
void base64_decode_open(struct base64_decoder *decoder, struct sink *to, const char *source,
			bool ignore);

/* Checks that the text was complete. Returns 0, or -1 with EBADMSG. Reports. */
int base64_decode_close(struct base64_decoder *decoder);

#endif
