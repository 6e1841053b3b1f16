/* replay.c - gives files to a fuzzing target, one after the other, without libFuzzer */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"

enum { MOST = 16 * 1024 * 1024 }; /* bytes of a file */

/* Gives the target what path has, in memory that ends where it ends. */
static int replay(const char *path)
{
	size_t size;
	char *text;
	uint8_t *data;

	if (!freopen(path, "r", stdin) || read_all(STDIN_FILENO, MOST, &text, &size)) {
		printf("%s: cannot be read\n", path);
		return 1;
	}
	data = malloc(size ? size : 1);
	if (!data)
		abort();
	memcpy(data, text, size);
	free(text);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		printf("%s\n", argv[i]); /* the last one printed is the one that ended this */
		fflush(stdout);
		if (replay(argv[i]))
			return 1;
	}
	return 0;
}
