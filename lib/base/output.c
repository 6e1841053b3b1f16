/* output.c - buffered output that notices a full disk and a reader that left */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

static int flush(struct output *out)
{
	if (!out->error && write_all(out->fd, out->buffer, out->used))
		out->error = errno;
	out->used = 0;
	if (out->error) {
		errno = out->error;
		return -1;
	}
	return 0;
}

int output_write(struct output *out, const void *bytes, size_t size)
{
	if (size >= sizeof(out->buffer) - out->used) {
		if (flush(out))
			return -1;
		if (size >= sizeof(out->buffer)) {
			if (write_all(out->fd, bytes, size)) {
				out->error = errno;
				return -1;
			}
			return 0;
		}
	}
	memcpy(out->buffer + out->used, bytes, size);
	out->used += size;
	return 0;
}

static int sink_write(struct sink *sink, const void *bytes, size_t size)
{
	return output_write((struct output *)sink, bytes, size);
}

void output_open(struct output *out, int fd, const char *name)
{
	out->sink.write = sink_write;
	out->fd = fd;
	out->name = name;
	out->error = 0;
	out->used = 0;
}

int output_puts(struct output *out, const char *text)
{
	return output_write(out, text, strlen(text));
}

int output_close(struct output *out)
{
	char buffer[PATH_MAX];
	const char *path;

	flush(out);
	path = out->fd == STDOUT_FILENO ? file_path(out->fd, buffer) : NULL;
	/* some file systems report a failed write only here */
	if (close(out->fd) && !out->error && errno != EINTR)
		out->error = errno;
	if (!out->error)
		return 0;
	errno = out->error;
	if (errno != EPIPE && path) /* where it is says which disk is full */
		report_errno("%s (%s)", out->name, path);
	else if (errno != EPIPE)
		report_errno("%s", out->name);
	return -1;
}
