/* input.h - reads a file, decompresses it if it has gzip's format, and counts the bytes
 *
 * libarchive can do that too, but it does not compare the checksum of gzip (RFC 1952).
 */
#ifndef RESULTS_INPUT_H
#define RESULTS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zlib.h>

struct input {
	int fd;
	uint64_t read, max; /* decompressed bytes */
	int error;	    /* errno of the first failure, EFBIG if there are more than max bytes */
	const char *cause;  /* what is wrong with the bytes, NULL if error says it */

	bool is_begun;
	bool is_gzip;
	bool is_in_member; /* of a gzip file, which has one or more */
	z_stream stream;   /* next_in, avail_in: what has been read of fd */
	unsigned char buffer[64 * 1024];
};

/* Begins to read fd, which input_close closes. Cannot fail. */
void input_open(struct input *input, int fd, uint64_t max);

/* Reads up to size bytes, fewer only at the end. Returns their number, or -1 with errno. */
ssize_t input_read(struct input *input, void *buffer, size_t size);

void input_close(struct input *input);

#endif
