/* stand_in.h - programs that only start another: wrapper scripts, and links of version managers */
#ifndef REGISTRY_STAND_IN_H
#define REGISTRY_STAND_IN_H

/*
 * Says in *what, for a message, that the program at path, an absolute one, starts another that is
 * not packed with it, and how the other is found; NULL where it seems to be what it is called. The
 * caller frees it. Returns 0, or -1 with errno.
 */
int stand_in_describe(const char *path, char **what);

#endif
