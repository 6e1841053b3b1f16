/* path.h - look at paths, make absolute ones */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

/* Whether one of path's components is "..". */
bool path_goes_up(const char *path);

/*
 * Returns an absolute path of the file: links in its directory are resolved, its last component
 * stays. So a program that acts on its own name keeps the name of a link to it. Below /proc the
 * last component is resolved too, because links there differ between processes. The caller frees
 * the path. Returns NULL with errno if the directory does not exist.
 */
char *path_of_file(const char *path);

/*
 * Returns the path of an installed file. The argument is relative to this program's directory, such
 * as "../share/ktstr/x". The caller frees the result. Returns NULL with errno if this program's
 * directory cannot be found.
 */
char *path_beside_program(const char *path);

#endif
