/* output.h - buffered output that notices a full disk and a reader that left */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stddef.h>

/*
 * Where bytes go next: a file, or a stage that changes them on the way (gzip, base64). write
 * takes all of the bytes; it returns 0, or -1 with errno.
 */
struct sink {
	int (*write)(struct sink *sink, const void *bytes, size_t size);
};

/* A file descriptor behind a buffer, as a sink. Everything a program prints goes through one. */
struct output {
	struct sink sink; /* first: a struct sink * to it is a struct output * */
	int fd;
	const char *name; /* for messages; the caller's */
	int error;	  /* errno of the first write that failed; nothing is written after it */
	size_t used;
	char buffer[64 * 1024];
};

/* Makes out write to fd, which stays the caller's until output_close. */
void output_open(struct output *out, int fd, const char *name);

/* Writes bytes, or a string. Returns 0, or -1 with errno; output_close tells of it as well. */
int output_write(struct output *out, const void *bytes, size_t size);
int output_puts(struct output *out, const char *text);

/*
 * Flushes and closes. Returns 0 where every byte was taken, else -1 with errno. It reports the
 * failure, but for EPIPE: who left early knows.
 */
int output_close(struct output *out);

#endif
