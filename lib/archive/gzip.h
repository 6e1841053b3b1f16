/* gzip.h - compress a stream as gzip (RFC 1952) with several threads
 *
 * The header has no name, no time and a fixed system byte. So the same input, engine and level give
 * the same bytes, with any number of threads.
 */
#ifndef ARCHIVE_GZIP_H
#define ARCHIVE_GZIP_H

#include <stdbool.h>

#include "base/output.h"
#include "engine.h"

enum { GZIP_THREADS_MAX = 1024 };

/*
 * Returns a sink that compresses what it is given and passes it to the sink `to`, or NULL with
 * errno. level: 1 to 9. threads: 1 to GZIP_THREADS_MAX, fewer if the system allows no more. Only
 * the thread that calls the sink calls `to`. Memory depends on threads, not on the size of the
 * input. gzip_close frees the sink; the caller closes `to`.
 *
 * An engine with a window gives one member. Any other gives one member for each block.
 */
struct sink *gzip_open(struct sink *to, const struct engine *engine, int level,
		       unsigned int threads);

/*
 * Ends the last member and frees the sink. If complete is false, it writes nothing more, so that
 * readers refuse the output as cut short. Returns 0, or -1 with errno. Reports, except a failure of
 * `to`: whoever closes `to` reports that.
 */
int gzip_close(struct sink *sink, bool complete);

#endif
