/* includes.h - what is packed beside the programs: files, directories, configurations */
#ifndef REGISTRY_INCLUDES_H
#define REGISTRY_INCLUDES_H

#include "registry/resolution.h"

/* Finds all that the records include, include-dir, config-file and config-content name. Returns 0,
 * or -1. Reports. */
int includes_resolve(struct resolution *r);

/* Reports which argument refers to a file that is not packed, if one does. Returns 0, or -1. */
int includes_check_references(const struct resolution *r);

/* Returns the name in the archive of the file that spec names. The caller frees it. */
char *includes_name(const char *spec);

/* Adds their `file`, `content`, `directory` and `link` entries. Returns 0, or -1 with errno. */
int includes_add(const struct resolution *r, struct entries *list);

#endif
