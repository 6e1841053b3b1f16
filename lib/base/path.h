/* path.h - paths: where they lead, and of which file */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

/* Whether a component of path is "..". */
bool path_goes_up(const char *path);

/*
 * Returns the absolute path of a file under its own last name, in a directory without links; the
 * caller frees it. So a link to a program that asks for its own name keeps it. Below /proc, where
 * a link is this process's own, it is the path of what it leads to. NULL with errno where there is
 * no such directory.
 */
char *path_of_file(const char *path);

/*
 * Returns the path of what is installed with this program, given from its directory, such as
 * "../share/ktstr/x"; the caller frees it. NULL with errno where it cannot be told.
 */
char *path_beside_program(const char *path);

#endif
