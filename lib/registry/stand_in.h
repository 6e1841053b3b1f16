/* stand_in.h - programs that only start another: wrapper scripts, and links of version managers */
#ifndef REGISTRY_STAND_IN_H
#define REGISTRY_STAND_IN_H

/*
 * Sets *what to a message if the program at the absolute path only starts another one, which would
 * not be packed; the message says how to find that. Else sets it to NULL. The caller frees it.
 * Returns 0, or -1 with errno.
 */
int stand_in_describe(const char *path, char **what);

#endif
