/* engine_libdeflate.c - compress with libdeflate: each block is a stream of its own */
#include "engine.h"

#include <errno.h>
#include <libdeflate.h>

enum { BLOCK_SIZE = 1024 * 1024 }; /* a new stream for each costs less than 0.5% of the size */

static void *libdeflate_open(int level)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);

	if (!compressor)
		errno = ENOMEM;
	return compressor;
}

static void libdeflate_close(void *state)
{
	libdeflate_free_compressor(state);
}

static size_t libdeflate_bound(void *state, size_t size)
{
	return libdeflate_deflate_compress_bound(state, size);
}

static size_t libdeflate_compress(void *state, const unsigned char *block, size_t before,
				  size_t size, bool last, unsigned char *out)
{
	(void)before; /* 0: there is no window */
	(void)last;   /* every block is the last of its stream */
	return libdeflate_deflate_compress(state, block, size, out,
					   libdeflate_deflate_compress_bound(state, size));
}

static uint32_t libdeflate_checksum(uint32_t crc, const unsigned char *bytes, size_t size)
{
	return libdeflate_crc32(crc, bytes, size);
}

const struct engine engine_libdeflate = {
	.name = "libdeflate",
	.block_size = BLOCK_SIZE,
	.window = 0,
	.open = libdeflate_open,
	.close = libdeflate_close,
	.bound = libdeflate_bound,
	.compress = libdeflate_compress,
	.crc32 = libdeflate_checksum,
};
