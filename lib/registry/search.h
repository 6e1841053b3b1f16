/* search.h - finds programs that are named without a path: on PATH and where schedulers are built
 */
#ifndef REGISTRY_SEARCH_H
#define REGISTRY_SEARCH_H

#include "base/strings.h"

/*
 * Returns the absolute path (see path_of_file) of the first executable regular file of that name in
 * the directories of $PATH. The caller frees it. Returns NULL with errno, ENOENT if there is none.
 * Adds each path that was tried to looked_at, unless that is NULL.
 */
char *find_program(const char *name, struct strings *looked_at);

/*
 * The same for a scheduler. If $KTSTR_SCHEDULER is set, only that is tried; else the directory of
 * test_binary, the directory above if that one is called "deps", target/debug, target/release and
 * $PATH.
 */
char *find_scheduler(const char *name, const char *test_binary, struct strings *looked_at);

#endif
