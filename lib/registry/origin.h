/* origin.h - where a test and its scheduler come from: their checkouts and builds */
#ifndef REGISTRY_ORIGIN_H
#define REGISTRY_ORIGIN_H

#include "registry/entries.h"
#include "registry/source.h"

/*
 * Adds to the manifest the commits of the checkouts that the test and the scheduler are in, and the
 * build IDs of both programs. The paths of the programs are absolute; scheduler may be NULL. If it
 * is in no checkout, that of sources counts, a path or NULL. Returns 0, or -1 with errno.
 */
int origin_add(const struct source *source, const char *binary, const char *scheduler,
	       const char *sources, struct entries *manifest);

#endif
