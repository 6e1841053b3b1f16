/* engine.h - compress one block as raw deflate data (RFC 1951)
 *
 * An engine compresses one block at a time, so that threads can share the work. Its output depends
 * only on the block, the bytes before it, and the level. It knows nothing of gzip.
 */
#ifndef ARCHIVE_ENGINE_H
#define ARCHIVE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine {
	const char *name;
	size_t block_size; /* input bytes of a block; the last block may have fewer */
	/*
	 * How many bytes before a block it may refer to. Its blocks, in order, are then one deflate
	 * stream. 0: each block is a stream of its own.
	 */
	size_t window;

	/*
	 * Returns the state for one thread and a level of 1 to 9, or NULL with errno. close frees
	 * it.
	 */
	void *(*open)(int level);
	void (*close)(void *state);

	/* The most bytes that compress writes for size bytes. */
	size_t (*bound)(void *state, size_t size);

	/*
	 * Compresses size bytes of block to out, which has room for bound(size). It may refer to
	 * the before bytes before block, at most window. With last, it ends the stream. Without
	 * (only if window is not 0), it ends at a byte boundary, so that another block can follow.
	 * Returns the number of bytes written, never 0 on success, or 0 if it failed.
	 */
	size_t (*compress)(void *state, const unsigned char *block, size_t before, size_t size,
			   bool last, unsigned char *out);

	/* Continues the checksum of RFC 1952, which starts with 0. */
	uint32_t (*crc32)(uint32_t crc, const unsigned char *bytes, size_t size);
};

/* The engines that are built in, the default first; NULL ends the list. */
extern const struct engine *const engines[];

/* Returns the engine with this name, or NULL if it is not built in. */
const struct engine *engine_find(const char *name);

extern const struct engine engine_zlib;
#ifdef HAVE_LIBDEFLATE
extern const struct engine engine_libdeflate;
#endif

#endif
