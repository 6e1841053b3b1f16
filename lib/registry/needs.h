/* needs.h - what a host must have to run a manifest's files, read from these files */
#ifndef REGISTRY_NEEDS_H
#define REGISTRY_NEEDS_H

#include <stdint.h>

#include "registry/entries.h"

/*
 * Looks at each of the `file` entries of files and adds to the manifest, each once, in the order of
 * the files: `needs-machine` for the machines that the programs are built for, as uname -m names
 * them; `needs-interpreter` for their dynamic loaders and what their "#!" lines name, but for
 * programs that are included; `needs-bytes` for the disk space of all files. Programs are the test
 * binary, the scheduler, and other ELF files with a dynamic loader outside of lib/. place is where
 * the manifest comes from, in messages. Returns 0, or -1 with errno. Reports; as a warning an
 * interpreter that cannot be started here.
 */
int needs_add(const char *place, const struct entries *files, struct entries *manifest);

/* Returns the bytes of disk that a file of this size takes, in whole blocks of 4 KiB. */
uint64_t needs_blocks(uint64_t size);

#endif
