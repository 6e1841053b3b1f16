/* needs.h - what a host must have to run a manifest's files, read from these files */
#ifndef REGISTRY_NEEDS_H
#define REGISTRY_NEEDS_H

#include <stdint.h>

#include "registry/entries.h"

/*
 * Reads the `file` entries of files and adds to the manifest, each once and in the order of files:
 * `needs-machine`, the machines that the programs are built for, named as uname -m does;
 * `needs-interpreter`, their dynamic loaders and the interpreters of their "#!" lines, except
 * included programs; `needs-bytes`, the disk space of all files, and of the directories and links
 * among them. Programs are the test binary, the scheduler, and other ELF files outside lib/ that
 * have a dynamic loader. place says in messages where the manifest comes from. Returns 0, or -1
 * with errno. Reports, and warns of an interpreter that cannot be started here.
 */
int needs_add(const char *place, const struct entries *files, struct entries *manifest);

/* Returns the bytes that a file of this size takes on disk, in whole blocks of 4 KiB. */
uint64_t needs_blocks(uint64_t size);

#endif
