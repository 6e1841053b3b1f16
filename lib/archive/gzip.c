/* gzip.c - compressing a stream as one gzip member (RFC 1952) */
#include "gzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
	WINDOW_BITS = 15,
	GZIP_WRAPPER =
		16, /* zlib: added to the window's bits, it makes gzip's header and trailer */
	MEMORY_LEVEL = 8,
	UNIX_SYSTEM = 3, /* RFC 1952, the header's OS byte */
};

struct gzip {
	struct sink sink; /* first: a struct sink * to it is a struct gzip * */
	struct sink *to;
	z_stream stream;
	gz_header header;
	unsigned char buffer[64 * 1024];
};

/* Compresses what the stream has been given, and with Z_FINISH ends it. */
static int deflate_all(struct gzip *gzip, int flush)
{
	z_stream *stream = &gzip->stream;
	int result;

	do {
		size_t size;

		stream->next_out = gzip->buffer;
		stream->avail_out = sizeof(gzip->buffer);
		result = deflate(stream, flush);
		size = sizeof(gzip->buffer) - stream->avail_out;
		if (size && gzip->to->write(gzip->to, gzip->buffer, size))
			return -1;
	} while (flush == Z_FINISH ? result == Z_OK : stream->avail_out == 0);
	if (flush == Z_FINISH && result != Z_STREAM_END) {
		errno = EIO;
		return -1;
	}
	return 0;
}

static int sink_write(struct sink *sink, const void *bytes, size_t size)
{
	struct gzip *gzip = (struct gzip *)sink;

	gzip->stream.next_in = (z_const Bytef *)bytes;
	while (size) {
		gzip->stream.avail_in = size < UINT_MAX ? (uInt)size : UINT_MAX;
		size -= gzip->stream.avail_in;
		if (deflate_all(gzip, Z_NO_FLUSH))
			return -1;
	}
	return 0;
}

struct sink *gzip_open(struct sink *to, int level)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));
	int result;

	if (!gzip)
		return NULL;
	gzip->sink.write = sink_write;
	gzip->to = to;
	result = deflateInit2(&gzip->stream, level, Z_DEFLATED, WINDOW_BITS + GZIP_WRAPPER,
			      MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
	if (result != Z_OK) {
		free(gzip);
		errno = result == Z_MEM_ERROR ? ENOMEM : EINVAL;
		return NULL;
	}
	gzip->header.os = UNIX_SYSTEM;
	deflateSetHeader(&gzip->stream, &gzip->header);
	return &gzip->sink;
}

int gzip_close(struct sink *sink, bool complete)
{
	struct gzip *gzip = (struct gzip *)sink;
	int failed = complete ? deflate_all(gzip, Z_FINISH) : 0, saved = errno;

	deflateEnd(&gzip->stream);
	free(gzip);
	errno = saved;
	return failed;
}
