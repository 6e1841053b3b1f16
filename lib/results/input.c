/* input.c - reads a file, decompresses it if it has gzip's format, and counts the bytes */
#include "input.h"

#include <errno.h>
#include <unistd.h>

int input_open(struct input *input, int fd, uint64_t max)
{
	*input = (struct input){ .gz = gzdopen(fd, "rb"), .max = max };
	if (input->gz)
		return 0;
	close(fd);
	errno = ENOMEM;
	return -1;
}

static ssize_t fail(struct input *input, int error, const char *cause)
{
	input->error = error;
	input->cause = cause;
	errno = error;
	return -1;
}

/* Says why zlib gave less than it was asked for, if that is no plain end. */
static ssize_t check(struct input *input)
{
	int code;

	gzerror(input->gz, &code);
	switch (code) {
	case Z_OK:
	case Z_STREAM_END:
		return 0;
	case Z_ERRNO:
		return fail(input, errno, NULL);
	case Z_MEM_ERROR:
		return fail(input, ENOMEM, NULL);
	case Z_BUF_ERROR:
		return fail(input, EBADMSG, "cut short");
	default:
		return fail(input, EBADMSG, "damaged: its gzip data are wrong");
	}
}

ssize_t input_read(struct input *input, void *buffer, size_t size)
{
	size_t have = 0;

	if (input->error) {
		errno = input->error;
		return -1;
	}
	while (have < size) {
		int n = gzread(input->gz, (char *)buffer + have, (unsigned int)(size - have));

		if (n <= 0) {
			if (check(input))
				return -1;
			break;
		}
		have += (size_t)n;
	}
	input->read += have;
	if (input->read > input->max)
		return fail(input, EFBIG, NULL);
	return (ssize_t)have;
}

void input_close(struct input *input)
{
	gzclose(input->gz);
}
