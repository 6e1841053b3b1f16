/* tally.c - counts how often each text stands in a list */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_counts(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	if (x->times != y->times)
		return x->times > y->times ? -1 : 1;
	return strcmp(x->text, y->text);
}

struct count *tally(const char **texts, size_t ntexts, size_t *ncounts)
{
	struct count *counts = calloc(ntexts + 1, sizeof(*counts));
	size_t n = 0;

	if (!counts)
		return NULL;
	qsort(texts, ntexts, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < ntexts; i++) {
		if (!n || strcmp(counts[n - 1].text, texts[i]))
			counts[n++].text = texts[i];
		counts[n - 1].times++;
	}
	qsort(counts, n, sizeof(*counts), compare_counts);
	*ncounts = n;
	return counts;
}
