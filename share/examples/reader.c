/* reader.c - a test that brings a file of its own, words.txt, and a program, wc
 *
 *	cc reader.c $(pkg-config --cflags --libs ktstr) -o reader
 *	./reader run                        # here, where words.txt is
 *	ktstr-export -b ./reader reader     # here as well: "./words.txt" is relative to where one
 *	./reader.run                        # exports from; the .run has it and runs anywhere
 */
#define _GNU_SOURCE
#include <ktstr.h>
#include <stdio.h>

/* With a '/' it is a path, without one a program on PATH. */
static const char *const needed[] = { "./words.txt", "wc", NULL };

KTSTR_TEST(reader, .topology = { 1, 1, 1, 1 }, .duration_s = 1, .include_files = needed)
{
	/* not exported, it stands where it was included from */
	const char *dir = ctx->include_dir ? ctx->include_dir : ".";
	char path[4096];
	long words;
	FILE *wc;

	snprintf(path, sizeof(path), "%s/words.txt", dir);
	if (!freopen(path, "r", stdin))
		return ktstr_fail(ctx, "cannot open %s", path);
	/* the .run puts its wc on PATH, and wc inherits our standard input */
	/* NOLINTNEXTLINE(cert-env33-c): a shell, for words that are always these */
	wc = popen("wc -w", "r");
	if (!wc || fscanf(wc, "%ld", &words) != 1 || pclose(wc))
		return ktstr_fail(ctx, "cannot count the words of %s", path);
	printf("%ld words in %s\n", words, path);
	return words == 12 ? KTSTR_PASS : ktstr_fail(ctx, "expected 12 words, not %ld", words);
}
