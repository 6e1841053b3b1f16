/* engine_zlib.c - compressing with zlib: every block refers to the one before it */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum {
	WINDOW_BITS = 15,
	MEMORY_LEVEL = 8, /* 9 gives longer deflate blocks: slower, and no smaller here */
	BLOCK_SIZE = 128 * 1024,
};

static void *zlib_open(int level)
{
	z_stream *stream = calloc(1, sizeof(*stream));
	int result;

	if (!stream)
		return NULL;
	/* negative: raw deflate data, without a wrapper */
	result = deflateInit2(stream, level, Z_DEFLATED, -WINDOW_BITS, MEMORY_LEVEL,
			      Z_DEFAULT_STRATEGY);
	if (result != Z_OK) {
		free(stream);
		errno = result == Z_MEM_ERROR ? ENOMEM : EINVAL;
		return NULL;
	}
	return stream;
}

static void zlib_close(void *state)
{
	deflateEnd(state);
	free(state);
}

static size_t zlib_bound(void *state, size_t size)
{
	/* the empty stored block that a flush ends with is not in zlib's sum */
	return deflateBound(state, size) + 16;
}

static size_t zlib_compress(void *state, const unsigned char *block, size_t before, size_t size,
			    bool last, unsigned char *out)
{
	z_stream *stream = state;
	uInt room = (uInt)zlib_bound(state, size);
	int result;

	if (deflateReset(stream) != Z_OK ||
	    (before && deflateSetDictionary(stream, block - before, (uInt)before) != Z_OK))
		return 0;
	stream->next_in = (z_const Bytef *)block;
	stream->avail_in = (uInt)size;
	stream->next_out = out;
	stream->avail_out = room;
	result = deflate(stream, last ? Z_FINISH : Z_SYNC_FLUSH);
	if (result != (last ? Z_STREAM_END : Z_OK) || stream->avail_in || !stream->avail_out)
		return 0;
	return room - stream->avail_out;
}

static uint32_t zlib_crc32(uint32_t crc, const unsigned char *bytes, size_t size)
{
	return (uint32_t)crc32(crc, bytes, (uInt)size);
}

const struct engine engine_zlib = {
	.name = "zlib",
	.block_size = BLOCK_SIZE,
	.window = 1 << WINDOW_BITS,
	.open = zlib_open,
	.close = zlib_close,
	.bound = zlib_bound,
	.compress = zlib_compress,
	.crc32 = zlib_crc32,
};
