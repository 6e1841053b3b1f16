/* library_path.h - the lists of directories in which a dynamic loader looks for libraries */
#ifndef ELF_LIBRARY_PATH_H
#define ELF_LIBRARY_PATH_H

#include "base/strings.h"

/* Where this system has its libraries. Zero-initialised it is empty. */
struct library_defaults {
	char lib[64];		    /* what $LIB stands for */
	struct strings directories; /* looked at after all others, in this order */
};

/* Finds that out. Returns 0, or -1 with errno and what there is to be freed with its strings. */
int library_defaults_find(struct library_defaults *defaults);

/*
 * Adds the directories of a list such as DT_RPATH's, with any of separators between them, as
 * ld.so(8) reads it: $ORIGIN, or ${ORIGIN}, stands for the directory of the file at path, an empty
 * directory for the current one. Returns 0, or -1 with errno and directories perhaps grown.
 */
int library_path_add(const struct library_defaults *defaults, const char *list,
		     const char *separators, const char *path, struct strings *directories);

#endif
