/* gzip.h - compressing a stream as gzip (RFC 1952), by several threads
 *
 * The header has no name, no time and always the same system byte: the same bytes in, with the same
 * engine at the same level, give the same bytes out, however many threads there are.
 */
#ifndef ARCHIVE_GZIP_H
#define ARCHIVE_GZIP_H

#include <stdbool.h>

#include "base/output.h"
#include "engine.h"

enum { GZIP_THREADS_MAX = 1024 };

/*
 * Returns a sink that writes to to what it is given, compressed at a level of 1 to 9 by up to
 * threads threads (1 to GZIP_THREADS_MAX; fewer where no more can be had), or NULL with errno.
 * to is only called by the thread that calls the sink. Memory depends on the threads, not on how
 * much is written. End it with gzip_close.
 *
 * An engine with a window gives one member, any other a member for each of its blocks.
 */
struct sink *gzip_open(struct sink *to, const struct engine *engine, int level,
		       unsigned int threads);

/*
 * Ends the last member and frees the sink. Without complete nothing more is written, so that what
 * stands in to is refused as cut short. Returns 0, or -1 with to's errno. Only what is not to's
 * failure has been reported.
 */
int gzip_close(struct sink *sink, bool complete);

#endif
