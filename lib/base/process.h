/* process.h - capture what another program prints, with limits on time and size */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stddef.h>

struct capture {
	int status;	 /* as waitpid(2) gives it */
	char *out;	 /* standard output, and a NUL byte after it */
	size_t out_size; /* without that NUL byte */
	char err[512];	 /* the beginning of standard error, NUL-terminated */
};

/*
 * Runs argv[0], which is looked up on PATH if it has no '/'. Its standard input is /dev/null. The
 * variables in environment (ends with NULL; NULL: none) are set, NAME=VALUE, or removed, NAME. If
 * argv[0] has a '/' and the kernel cannot run the file, it fails with ENOEXEC: no shell runs it.
 *
 * The program may run for *milliseconds; the time it took is subtracted from that. It counts as
 * done when it has ended, even if its children keep the pipes open. It is killed if it runs too
 * long, prints more than max bytes on standard output, or outlives this program. The rest of its
 * process group is always killed.
 *
 * Returns 0, or -1 with errno (ETIMEDOUT, EFBIG, or why it could not run) and result->out NULL. The
 * caller frees result->out.
 */
int process_capture(char *const argv[], const char *const *environment, int *milliseconds,
		    size_t max, struct capture *result);

#endif
