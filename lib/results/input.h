/* input.h - reads a file, decompresses it if it has gzip's format, and counts the bytes */
#ifndef RESULTS_INPUT_H
#define RESULTS_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zlib.h>

struct input {
	gzFile gz;
	uint64_t read, max; /* decompressed bytes */
	int error;	    /* errno of the first failure, EFBIG if there are more than max bytes */
	const char *cause;  /* what failed, NULL if error says it */
};

/* Begins to read fd. Returns 0, or -1 with errno. input_close closes fd, also after a failure. */
int input_open(struct input *input, int fd, uint64_t max);

/* Reads up to size bytes, fewer only at the end. Returns their number, or -1 with errno. */
ssize_t input_read(struct input *input, void *buffer, size_t size);

void input_close(struct input *input);

#endif
