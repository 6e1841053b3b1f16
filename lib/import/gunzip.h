/* gunzip.h - decompress a stream of gzip members (RFC 1952) that nobody vouches for */
#ifndef IMPORT_GUNZIP_H
#define IMPORT_GUNZIP_H

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "base/output.h"

struct gunzip {
	struct sink sink; /* first: give it the compressed bytes */
	struct sink *to;  /* receives the others; whoever closes it reports its failures */
	const char *source;
	uint64_t in, out;
	bool is_in_member;
	z_stream stream;
};

/*
 * source, for messages, must stay valid. What is wrong with the bytes fails the sink's write, or
 * gunzip_close, with EBADMSG; so does what becomes over 100 times as large, once that is more than
 * 256 MiB. Return 0, or -1 with errno. Report. After a failure, too, gunzip_close frees.
 */
int gunzip_open(struct gunzip *gunzip, struct sink *to, const char *source);
int gunzip_close(struct gunzip *gunzip, bool complete);

#endif
