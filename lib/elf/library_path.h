/* library_path.h - the directories in which a dynamic loader looks for libraries */
#ifndef ELF_LIBRARY_PATH_H
#define ELF_LIBRARY_PATH_H

#include "base/strings.h"

/* This system's library directories. Zero-initialised, it is empty. */
struct library_defaults {
	char lib[64];		    /* value of $LIB */
	struct strings directories; /* searched after all others, in this order */
};

/* Finds them. Returns 0, or -1 with errno. In both cases the caller frees directories. */
int library_defaults_find(struct library_defaults *defaults);

/*
 * Adds the directories of a list such as DT_RPATH, as ld.so(8) reads it. separators are the bytes
 * that may separate them. $ORIGIN or ${ORIGIN} is the directory of the file at path, and an empty
 * directory is the current one; $LIB and $PLATFORM are replaced too. Returns 0, or -1 with errno;
 * directories may have grown.
 */
int library_path_add(const struct library_defaults *defaults, const char *list,
		     const char *separators, const char *path, struct strings *directories);

#endif
