/* tree.h - the files, directories and links of a directory that is packed whole */
#ifndef REGISTRY_TREE_H
#define REGISTRY_TREE_H

#include "registry/entries.h"

/*
 * Adds to list the entries `file`, `directory` and `link` of the directory at path, itself first
 * and each directory's in the order of their bytes. path is absolute, name its name in the archive.
 * Returns 0, or -1 with *problem, which says what cannot be packed and which the caller frees, or
 * with errno and *problem NULL.
 */
int tree_add(struct entries *list, const char *path, const char *name, char **problem);

#endif
