/* output.h - buffered output that notices a full disk and a reader that left */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stddef.h>

/*
 * Takes bytes: a file, or a stage that converts them (gzip, base64) and passes them on. write takes
 * all bytes and returns 0, or -1 with errno.
 */
struct sink {
	int (*write)(struct sink *sink, const void *bytes, size_t size);
};

/*
 * A buffered file descriptor, usable as a sink. Everything that a program prints goes through one.
 */
struct output {
	struct sink sink; /* first: a struct sink * to it is also a struct output * */
	int fd;
	const char *name; /* for messages; belongs to the caller */
	int error;	  /* errno of the first failed write; nothing is written after that */
	size_t used;
	char buffer[64 * 1024];
};

/* Makes out write to fd. output_close closes fd. Cannot fail; out needs no freeing. */
void output_open(struct output *out, int fd, const char *name);

/*
 * Write bytes, or a string. Return 0, or -1 with errno. A caller may ignore that: output_close
 * fails then too.
 */
int output_write(struct output *out, const void *bytes, size_t size);
int output_puts(struct output *out, const char *text);

/*
 * Flushes and closes. Returns 0 if every byte was written, else -1 with errno. Reports the failure,
 * except EPIPE: a reader that left early needs no message.
 */
int output_close(struct output *out);

#endif
