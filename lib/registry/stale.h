/* stale.h - whether a program is older than the sources that it is built from */
#ifndef REGISTRY_STALE_H
#define REGISTRY_STALE_H

/*
 * Looks for the newest source at path, a file or a tree, that was changed after the program. Passes
 * over what a build makes or git keeps: executable files, files that end in .o, .a or .d, links,
 * names that begin with '.', and directories with a CACHEDIR.TAG, as cargo's target has.
 * Returns 0 and the source's path in *newer, which the caller frees, or NULL if there is none; or
 * -1 with errno, also if there is nothing at path, or if a part of it cannot be read.
 */
int stale_find(const char *path, const char *program, char **newer);

#endif
