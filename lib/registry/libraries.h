/* libraries.h - the shared libraries that a manifest's files are run with, and the glibc
 *
 * For each packed ELF file, what glibc's dynamic loader of this machine would load for it, as
 * ld.so(8) has it: but for glibc's own libraries, which are the host's, and for the variants in
 * glibc-hwcaps directories, which run on some processors only.
 */
#ifndef REGISTRY_LIBRARIES_H
#define REGISTRY_LIBRARIES_H

#include "registry/entries.h"

/* Zero-initialised it is empty. */
struct libraries {
	/* `file lib/NAME PATH 0755`, those that the manifest has not; in the order in which they
	 * are needed, breadth first, of the manifest's files one after the other */
	struct entries files;
	char *glibc;	  /* the oldest version that is new enough for all; NULL: none needs it */
	char *glibc_file; /* the archive name of the file that needs that one */
};

/*
 * Looks at each file of a manifest; source is its name in messages. The manifest's own lib/ files
 * are taken where they are needed. Returns 0, or -1 with errno and *libraries empty. Reports: all
 * libraries that are not found, and warnings.
 */
int libraries_find(const char *source, const struct entries *manifest, struct libraries *libraries);

void libraries_free(struct libraries *libraries);

#endif
