/* tally.h - counts how often each text stands in a list */
#ifndef RESULTS_TALLY_H
#define RESULTS_TALLY_H

#include <stddef.h>

struct count {
	const char *text;
	size_t times;
};

/*
 * Sorts texts and returns a list of those that differ, the most frequent first, the same numbers by
 * text; their number is in *ncounts. It points into texts. The caller frees it. NULL with errno.
 */
struct count *tally(const char **texts, size_t ntexts, size_t *ncounts);

#endif
