/* resolve.h - from a definition to a manifest: every file found, or a reason why not */
#ifndef REGISTRY_RESOLVE_H
#define REGISTRY_RESOLVE_H

#include <stdbool.h>

#include "registry/entries.h"
#include "registry/source.h"

enum resolve_result {
	RESOLVE_DONE,
	RESOLVE_FAILED,	  /* a part was not found or cannot be packed */
	RESOLVE_REJECTED, /* no .run can run this test: ktstr-manifest(1), EXIT STATUS */
};

/*
 * Finds every file of the test, as source defines it, and sets manifest to the entries, which the
 * caller frees with entries_free. The list is empty unless the result is RESOLVE_DONE. With
 * allow_commands, commands that switch a scheduler on and off are taken, else rejected. Reports.
 */
enum resolve_result resolve(const struct source *source, const struct definition *definition,
			    bool allow_commands, struct entries *manifest);

#endif
