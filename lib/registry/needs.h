/* needs.h - what a host must have to run a manifest's files, read from these files */
#ifndef REGISTRY_NEEDS_H
#define REGISTRY_NEEDS_H

#include <stdint.h>

#include "base/strings.h"
#include "registry/entries.h"

/* Zero-initialised it is empty. Its lists are sorted as the files are, each item stands once. */
struct needs {
	uint64_t bytes;		     /* of disk for all files, each in whole blocks of 4 KiB */
	struct strings machines;     /* as uname -m has them, of the programs */
	struct strings interpreters; /* of their dynamic loaders and "#!" lines; bare: for env */
};

/*
 * Looks at each file of a manifest; source is its name in messages. Programs are the test binary,
 * the scheduler, and what else is an ELF file with a dynamic loader, but in lib/. Returns 0, or -1
 * with errno and *needs empty. Reports, as a warning the interpreter of a script that cannot be
 * started here.
 */
int needs_read(const char *source, const struct entries *manifest, struct needs *needs);

void needs_free(struct needs *needs);

#endif
