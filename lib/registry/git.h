/* git.h - the commit of the sources that a test was exported from */
#ifndef REGISTRY_GIT_H
#define REGISTRY_GIT_H

#define GIT_UNKNOWN "unknown"

/*
 * Returns the commit of the checkout that directory is in, as seven digits, followed by "-dirty" if
 * tracked files were changed; "unknown" outside a checkout or without git. The caller frees it.
 * NULL with errno: no memory.
 */
char *git_state(const char *directory);

#endif
