/* gzip_reader.h - reads a file, decompresses it if it has gzip's format, and counts the bytes
 *
 * libarchive can do that too, but it does not compare the checksum of gzip (RFC 1952).
 */
#ifndef RESULTS_GZIP_READER_H
#define RESULTS_GZIP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zlib.h>

struct gzip_reader {
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

/* Begins to read fd, which gzip_reader_close closes. Cannot fail. */
void gzip_reader_open(struct gzip_reader *reader, int fd, uint64_t max);

/* Reads up to size bytes, fewer only at the end. Returns their number, or -1 with errno. */
ssize_t gzip_reader_read(struct gzip_reader *reader, void *buffer, size_t size);

void gzip_reader_close(struct gzip_reader *reader);

#endif
