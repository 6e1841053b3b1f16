/* path.h - paths that must not lead out of a directory */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

/* Whether a component of path is "..". */
bool path_goes_up(const char *path);

#endif
