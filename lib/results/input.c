/* input.c - reads a file, decompresses it if it has gzip's format, and counts the bytes */
#include "input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { GZIP_MAGIC_FIRST = 0x1f, GZIP_MAGIC_SECOND = 0x8b, GZIP_ONLY = 16 + MAX_WBITS };

void input_open(struct input *input, int fd, uint64_t max)
{
	memset(input, 0, sizeof(*input));
	input->fd = fd;
	input->max = max;
}

static int fail(struct input *input, int error, const char *cause)
{
	input->error = error;
	input->cause = cause;
	errno = error;
	return -1;
}

/* Reads more of fd if nothing is left. At its end avail_in stays 0. */
static int fill(struct input *input)
{
	ssize_t n;

	if (input->stream.avail_in)
		return 0;
	n = read_full(input->fd, input->buffer, sizeof(input->buffer));
	if (n < 0)
		return fail(input, errno, NULL);
	input->stream.next_in = input->buffer;
	input->stream.avail_in = (uInt)n;
	return 0;
}

static int begin(struct input *input)
{
	input->is_begun = true;
	if (fill(input))
		return -1;
	if (input->stream.avail_in < 2 || input->buffer[0] != GZIP_MAGIC_FIRST ||
	    input->buffer[1] != GZIP_MAGIC_SECOND)
		return 0;
	if (inflateInit2(&input->stream, GZIP_ONLY) != Z_OK)
		return fail(input, ENOMEM, NULL);
	input->is_gzip = true;
	input->is_in_member = true;
	return 0;
}

/* Copies up to size bytes of what has been read. Returns their number, 0 at the end. */
static size_t copy_some(struct input *input, void *buffer, size_t size)
{
	z_stream *stream = &input->stream;

	if (size > stream->avail_in)
		size = stream->avail_in;
	memcpy(buffer, stream->next_in, size);
	stream->next_in += size;
	stream->avail_in -= (uInt)size;
	return size;
}

/* Decompresses up to *size bytes. Sets *size to their number, which may be 0 before the end. */
static int inflate_some(struct input *input, void *buffer, size_t *size, bool *is_end)
{
	z_stream *stream = &input->stream;

	if (!input->is_in_member) {
		/* As gzip(1) does: what follows and is no member, such as padding, is ignored. */
		*is_end = !stream->avail_in || *stream->next_in != GZIP_MAGIC_FIRST;
		if (*is_end) {
			*size = 0;
			return 0;
		}
		inflateReset(stream);
		input->is_in_member = true;
	}
	if (!stream->avail_in)
		return fail(input, EBADMSG, "cut short");
	stream->next_out = buffer;
	stream->avail_out = (uInt)*size;
	switch (inflate(stream, Z_NO_FLUSH)) {
	case Z_OK:
		break;
	case Z_STREAM_END:
		input->is_in_member = false;
		break;
	case Z_MEM_ERROR:
		return fail(input, ENOMEM, NULL);
	default:
		return fail(input, EBADMSG, "damaged: its gzip data are wrong");
	}
	*size -= stream->avail_out;
	return 0;
}

ssize_t input_read(struct input *input, void *buffer, size_t size)
{
	size_t have = 0;
	bool is_end = false;

	if (input->error) {
		errno = input->error;
		return -1;
	}
	if (!input->is_begun && begin(input))
		return -1;
	while (have < size && !is_end) {
		size_t some = size - have;
		char *at = (char *)buffer + have;

		if (fill(input))
			return -1;
		if (input->is_gzip) {
			if (inflate_some(input, at, &some, &is_end))
				return -1;
		} else {
			some = copy_some(input, at, some);
			is_end = !some;
		}
		have += some;
	}
	input->read += have;
	if (input->read > input->max)
		return fail(input, EFBIG, NULL);
	return (ssize_t)have;
}

void input_close(struct input *input)
{
	if (input->is_gzip)
		inflateEnd(&input->stream);
	close(input->fd);
}
