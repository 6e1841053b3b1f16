/* file.c - complete reads and writes on file descriptors */
#include "file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t read_full(int fd, void *buffer, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, (char *)buffer + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int write_all(int fd, const void *bytes, size_t size)
{
	const char *p = bytes;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

const char *file_path(int fd, char *found)
{
	char path[32];
	struct stat st;
	int saved = errno;
	ssize_t length = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		length = readlink(path, found, PATH_MAX - 1);
	if (length > 0)
		found[length] = '\0';
	errno = saved;
	return length > 0 ? found : NULL;
}

int read_all(int fd, size_t max, char **bytes, size_t *size)
{
	size_t room = 0, have = 0;
	char *buffer = NULL;
	int saved;

	*bytes = NULL;
	for (;;) {
		ssize_t n;

		if (have + 1 >= room) {
			char *bigger = realloc(buffer, room ? 2 * room : 4096);

			if (!bigger)
				goto fail;
			buffer = bigger;
			room = room ? 2 * room : 4096;
		}
		n = read_full(fd, buffer + have, room - 1 - have);
		if (n < 0)
			goto fail;
		if (n == 0)
			break;
		have += (size_t)n;
		if (have > max) {
			errno = EFBIG;
			goto fail;
		}
	}
	buffer[have] = '\0';
	*bytes = buffer;
	*size = have;
	return 0;
fail:
	saved = errno;
	free(buffer);
	errno = saved;
	return -1;
}

bool file_is_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
