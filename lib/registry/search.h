/* search.h - finds programs that are named without a path: on PATH and where schedulers are built
 */
#ifndef REGISTRY_SEARCH_H
#define REGISTRY_SEARCH_H

#include <stdbool.h>

#include "base/strings.h"

/* What was seen until a program was found, or in all places. Zero-initialised, it is empty. */
struct search {
	struct strings looked_at; /* each path without a program, perhaps with what is there */
	bool is_on_path;	  /* the directories of $PATH are being looked at */
	const char *override;	  /* $KTSTR_SCHEDULER, if that is what was tried */
	char *problem; /* "PATH: WHY" of the first file of that name that is no program, or NULL */
};

/* Returns why path could not be followed, which failed with this errno: a dangling link has a text
 * of its own. It is valid until the next call of strerror. */
const char *missing_problem(const char *path, int cause);

/* Returns why the file at path cannot be packed, or packed as a program, until the next call of
 * strerror; or NULL. */
const char *file_problem(const char *path, bool is_program);

/*
 * Returns the absolute path (see path_of_file) of the first program of that name in the directories
 * of $PATH. A program is a regular file that can be read, and that somebody may execute. The caller
 * frees the path, and always frees what is in *search. Returns NULL with errno, ENOENT if there is
 * none.
 */
char *find_program(const char *name, struct search *search);

/*
 * The same for a scheduler. If $KTSTR_SCHEDULER is set, only that is tried; else the directories
 * beside, target/debug, target/release and $PATH.
 */
char *find_scheduler(const char *name, const struct strings *beside, struct search *search);

void search_free(struct search *search);

#endif
