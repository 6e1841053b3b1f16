/* resolve.h - from a definition to a manifest: every file found, or a reason why not */
#ifndef REGISTRY_RESOLVE_H
#define REGISTRY_RESOLVE_H

#include "registry/entries.h"
#include "registry/source.h"

/*
 * Resolves the test, as source defines it, to the entries of a manifest, which the caller frees.
 * Returns 0, or -1 with errno and an empty list: ENOTSUP where the test is one that cannot be
 * exported (DESIGN, section 6), else why a part was not found or cannot be packed. Reports.
 */
int resolve(const struct source *source, const struct definition *definition,
	    struct entries *manifest);

#endif
