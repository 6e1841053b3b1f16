/* gzip.h - compressing a stream as one gzip member (RFC 1952)
 *
 * The header has no name, no time and always the same system byte: the same bytes in at the same
 * level give the same bytes out.
 */
#ifndef ARCHIVE_GZIP_H
#define ARCHIVE_GZIP_H

#include <stdbool.h>

#include "base/output.h"

/*
 * Returns a sink that writes to to what it is given, compressed at a level of 1 to 9, or NULL with
 * errno. Memory does not depend on how much is written. End it with gzip_close.
 */
struct sink *gzip_open(struct sink *to, int level);

/*
 * Ends the member and frees the sink. Without complete nothing more is written, so that what
 * stands in to is refused as cut short. Returns 0, or -1 with to's errno.
 */
int gzip_close(struct sink *gzip, bool complete);

#endif
