/* file.h - complete reads and writes on file descriptors */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Reads size bytes, or fewer if the file ends first. Retries short reads and EINTR. Returns the
 * number of bytes read, or -1 with errno.
 */
ssize_t read_full(int fd, void *buffer, size_t size);

/* Writes all size bytes. Retries short writes and EINTR. Returns 0, or -1 with errno. */
int write_all(int fd, const void *bytes, size_t size);

/*
 * Reads fd to its end and adds a NUL byte, which *size does not count. Fails with EFBIG if there
 * are more than max bytes. The caller frees *bytes. Returns 0, or -1 with errno and *bytes NULL.
 */
int read_all(int fd, size_t max, char **bytes, size_t *size);

/*
 * Returns the path of the file that is open as fd, written to found, of PATH_MAX bytes. Returns
 * NULL for what is no regular file. Leaves errno.
 */
const char *file_path(int fd, char *found);

/* Whether both paths lead to the same existing file. */
bool file_is_same(const char *a, const char *b);

#endif
