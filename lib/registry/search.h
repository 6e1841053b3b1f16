/* search.h - programs that are named without a path: on PATH, and where schedulers are built */
#ifndef REGISTRY_SEARCH_H
#define REGISTRY_SEARCH_H

#include "base/strings.h"

/*
 * Returns the absolute path, as path_of_file has it, of the first executable regular file of that
 * name in the directories of $PATH; the caller frees it. NULL with errno: ENOENT where there is
 * none. Adds to looked_at, where it is not NULL, each path that was tried.
 */
char *find_program(const char *name, struct strings *looked_at);

/*
 * The same for a scheduler: $KTSTR_SCHEDULER, which decides where it is set; the directory of
 * test_binary, and the one above where that is called "deps"; target/debug; target/release; $PATH.
 */
char *find_scheduler(const char *name, const char *test_binary, struct strings *looked_at);

#endif
