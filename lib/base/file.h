/* file.h - whole reads and writes on file descriptors */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Reads up to size bytes, fewer only at the end of the file; short reads and EINTR are tried
 * again. Returns the number of bytes read, or -1 with errno.
 */
ssize_t read_full(int fd, void *buffer, size_t size);

/* Writes all of it; short writes and EINTR are tried again. Returns 0, or -1 with errno. */
int write_all(int fd, const void *bytes, size_t size);

/*
 * Reads fd to its end, or fails with EFBIG where that is more than max bytes. A NUL byte, not
 * counted in *size, is put behind what was read; the caller frees *bytes.
 * Returns 0, or -1 with errno and *bytes NULL.
 */
int read_all(int fd, size_t max, char **bytes, size_t *size);

/* Whether two paths lead to the same file. */
bool file_is_same(const char *a, const char *b);

#endif
