/* engine.h - ways to compress one block as raw deflate data (RFC 1951)
 *
 * An engine works on one block at a time and knows nothing of gzip, so that threads can share the
 * work: what it writes depends on the block, what is in front of it, and the level alone.
 */
#ifndef ARCHIVE_ENGINE_H
#define ARCHIVE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine {
	const char *name;
	size_t block_size; /* bytes of input that make a block; the last one may have fewer */
	/*
	 * How many bytes in front of a block it may refer to: its blocks then make up one deflate
	 * stream, in order. 0: each block is a stream of its own.
	 */
	size_t window;

	/* What one thread needs, for a level of 1 to 9. Returns NULL with errno. */
	void *(*open)(int level);
	void (*close)(void *state);

	/* The most that compress writes for size bytes. */
	size_t (*bound)(void *state, size_t size);

	/*
	 * Compresses size bytes of block to out, which has room for bound(size). The before bytes
	 * in front of block, at most window, may be referred to. last: it ends its stream, else
	 * (only where there is a window) it ends at a byte so that another can follow.
	 * Returns how many bytes were written, 0 where it failed (it never writes none).
	 */
	size_t (*compress)(void *state, const unsigned char *block, size_t before, size_t size,
			   bool last, unsigned char *out);

	/* Goes on with the checksum of RFC 1952; it begins with 0. */
	uint32_t (*crc32)(uint32_t crc, const unsigned char *bytes, size_t size);
};

/* Those that are built in, the default first; NULL ends them. */
extern const struct engine *const engines[];

/* Returns the engine of this name, or NULL where it is not built in. */
const struct engine *engine_find(const char *name);

extern const struct engine engine_zlib;
#ifdef HAVE_LIBDEFLATE
extern const struct engine engine_libdeflate;
#endif

#endif
