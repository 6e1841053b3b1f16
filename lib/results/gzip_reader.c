/* gzip_reader.c - reads a file, decompresses it if it has gzip's format, and counts the bytes */
#include "gzip_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { GZIP_MAGIC_FIRST = 0x1f, GZIP_MAGIC_SECOND = 0x8b, GZIP_ONLY = 16 + MAX_WBITS };

void gzip_reader_open(struct gzip_reader *reader, int fd, uint64_t max)
{
	memset(reader, 0, sizeof(*reader));
	reader->fd = fd;
	reader->max = max;
}

static int fail(struct gzip_reader *reader, int error, const char *cause)
{
	reader->error = error;
	reader->cause = cause;
	errno = error;
	return -1;
}

/* Reads more of fd if nothing is left. At its end avail_in stays 0. */
static int fill(struct gzip_reader *reader)
{
	ssize_t n;

	if (reader->stream.avail_in)
		return 0;
	n = read_full(reader->fd, reader->buffer, sizeof(reader->buffer));
	if (n < 0)
		return fail(reader, errno, NULL);
	reader->stream.next_in = reader->buffer;
	reader->stream.avail_in = (uInt)n;
	return 0;
}

static int begin(struct gzip_reader *reader)
{
	reader->is_begun = true;
	if (fill(reader))
		return -1;
	if (reader->stream.avail_in < 2 || reader->buffer[0] != GZIP_MAGIC_FIRST ||
	    reader->buffer[1] != GZIP_MAGIC_SECOND)
		return 0;
	if (inflateInit2(&reader->stream, GZIP_ONLY) != Z_OK)
		return fail(reader, ENOMEM, NULL);
	reader->is_gzip = true;
	reader->is_in_member = true;
	return 0;
}

/* Copies up to size bytes of what has been read. Returns their number, 0 at the end. */
static size_t copy_some(struct gzip_reader *reader, void *buffer, size_t size)
{
	z_stream *stream = &reader->stream;

	if (size > stream->avail_in)
		size = stream->avail_in;
	memcpy(buffer, stream->next_in, size);
	stream->next_in += size;
	stream->avail_in -= (uInt)size;
	return size;
}

/* Decompresses up to *size bytes. Sets *size to their number, which may be 0 before the end. */
static int inflate_some(struct gzip_reader *reader, void *buffer, size_t *size, bool *is_end)
{
	z_stream *stream = &reader->stream;
	size_t wanted = *size;

	if (!reader->is_in_member) {
		*size = 0;
		*is_end = !stream->avail_in;
		if (*is_end)
			return 0;
		if (!*stream->next_in) { /* padding */
			stream->next_in++;
			stream->avail_in--;
			return 0;
		}
		if (*stream->next_in != GZIP_MAGIC_FIRST)
			return fail(reader, EBADMSG, "something follows its gzip data");
		*size = wanted;
		inflateReset(stream);
		reader->is_in_member = true;
	}
	if (!stream->avail_in)
		return fail(reader, EBADMSG, "cut short");
	stream->next_out = buffer;
	stream->avail_out = (uInt)*size;
	switch (inflate(stream, Z_NO_FLUSH)) {
	case Z_OK:
		break;
	case Z_STREAM_END:
		reader->is_in_member = false;
		break;
	case Z_MEM_ERROR:
		return fail(reader, ENOMEM, NULL);
	default:
		return fail(reader, EBADMSG, "damaged: its gzip data are wrong");
	}
	*size -= stream->avail_out;
	return 0;
}

ssize_t gzip_reader_read(struct gzip_reader *reader, void *buffer, size_t size)
{
	size_t have = 0;
	bool is_end = false;

	if (reader->error) {
		errno = reader->error;
		return -1;
	}
	if (!reader->is_begun && begin(reader))
		return -1;
	while (have < size && !is_end) {
		size_t some = size - have;
		char *at = (char *)buffer + have;

		if (fill(reader))
			return -1;
		if (reader->is_gzip) {
			if (inflate_some(reader, at, &some, &is_end))
				return -1;
		} else {
			some = copy_some(reader, at, some);
			is_end = !some;
		}
		have += some;
	}
	reader->read += have;
	if (reader->read > reader->max)
		return fail(reader, EFBIG, NULL);
	return (ssize_t)have;
}

void gzip_reader_close(struct gzip_reader *reader)
{
	if (reader->is_gzip)
		inflateEnd(&reader->stream);
	close(reader->fd);
}
