/* libraries.h - the shared libraries that a manifest's files are run with, and the glibc
 *
 * Finds what the dynamic loader of this machine would load for each packed ELF file: ld.so(8).
 * Leaves out glibc's own libraries, which the host has, and the variants in glibc-hwcaps
 * directories, which do not run on every processor.
 */
#ifndef REGISTRY_LIBRARIES_H
#define REGISTRY_LIBRARIES_H

#include "registry/entries.h"

/* Zero-initialised it is empty. */
struct libraries {
	/* `file lib/NAME PATH 0755`, unless the manifest has that name. In the order of the
	 * manifest's files, and for each in the loader's order, which is breadth first. */
	struct entries files;
	char *glibc;	  /* the oldest version that all of them run with, or NULL */
	char *glibc_file; /* the archive name of the file that needs that version */
};

/*
 * Looks at each file of a manifest; source is its name in messages. A lib/ file of the manifest is
 * used if it is needed. Returns 0, or -1 with errno and *libraries empty; else the caller frees
 * *libraries. Reports every library that is not found, and warnings.
 */
int libraries_find(const char *source, const struct entries *manifest, struct libraries *libraries);

void libraries_free(struct libraries *libraries);

#endif
