/* reader.c - a test that includes a file, words.txt, and a program, wc
 *
 *	cc reader.c $(pkg-config --cflags --libs ktstr) -o reader
 *	./reader run                        # words.txt: in the current directory, or beside reader
 *	ktstr-export -b ./reader reader     # in the directory of words.txt, as the path is relative
 *	./reader.run                        # in any directory: the .run contains words.txt
 */
#define _GNU_SOURCE
#include <ktstr.h>
#include <stdio.h>

/* A name with a '/' is a path. A name without one is a program on PATH. */
static const char *const needed[] = { "./words.txt", "wc", NULL };

KTSTR_TEST(reader, .topology = { 1, 1, 1, 1 }, .duration_s = 1, .include_files = needed)
{
	char path[4096];
	long words;
	FILE *wc;

	snprintf(path, sizeof(path), "%s/words.txt", ctx->include_dir);
	if (!freopen(path, "r", stdin))
		return ktstr_fail(ctx, "cannot open %s", path);
	/* the .run puts its wc on PATH, and wc inherits our standard input */
	/* NOLINTNEXTLINE(cert-env33-c): a shell is safe for a constant command */
	wc = popen("wc -w", "r");
	if (!wc || fscanf(wc, "%ld", &words) != 1 || pclose(wc))
		return ktstr_fail(ctx, "cannot count the words of %s", path);
	printf("%ld words in %s\n", words, path);
	return words == 12 ? KTSTR_PASS : ktstr_fail(ctx, "expected 12 words, not %ld", words);
}
