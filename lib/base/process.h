/* process.h - what another program prints, within bounds of time and size */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stddef.h>

struct capture {
	int status;	 /* as of waitpid(2) */
	char *out;	 /* standard output, a NUL byte behind it */
	size_t out_size; /* without that NUL byte */
	char err[512];	 /* the beginning of standard error, as text */
};

/*
 * Runs argv[0], which is found on PATH where it has no '/', with standard input from /dev/null and
 * without the environment's variables that unset names (ends with NULL; NULL: none). A file that
 * the kernel does not run is no shell script: ENOEXEC.
 *
 * It has *milliseconds, from which the time that it took is taken off. It is done when it has
 * ended, though children of its may hold the pipes open. It is killed where it takes longer,
 * prints more than max bytes or outlives this program; what is left of its process group is killed
 * in any case.
 *
 * The caller frees result->out. Returns 0, or -1 with errno and result->out NULL: ETIMEDOUT,
 * EFBIG, or why it could not run.
 */
int process_capture(char *const argv[], const char *const *unset, int *milliseconds, size_t max,
		    struct capture *result);

#endif
