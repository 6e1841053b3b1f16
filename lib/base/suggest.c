/* suggest.c - suggest names for a mistyped one */
#include "suggest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SUGGESTIONS = 3, NAME_MAX_COMPARED = 255 };

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Counts the insertions, deletions, replacements and swaps of neighbours that turn one into the
 * other. Only the first NAME_MAX_COMPARED bytes count.
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t a_size = min(strlen(a), NAME_MAX_COMPARED),
	       b_size = min(strlen(b), NAME_MAX_COMPARED);
	uint16_t rows[3][NAME_MAX_COMPARED + 1]; /* the current row and the two above it */
	uint16_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_size; j++)
		above[j] = (uint16_t)j;
	for (size_t i = 1; i <= a_size; i++) {
		uint16_t *oldest = before;

		row[0] = (uint16_t)i;
		for (size_t j = 1; j <= b_size; j++) {
			size_t cost = min(min(above[j], row[j - 1]) + 1u,
					  above[j - 1] + (size_t)(a[i - 1] != b[j - 1]));

			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cost = min(cost, before[j - 2] + 1u);
			row[j] = (uint16_t)cost;
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_size];
}

int suggest_names(const char *name, const struct strings *names, struct strings *nearest)
{
	size_t limit = strlen(name) / 3 < 2 ? 2 : strlen(name) / 3;
	size_t distances[SUGGESTIONS], found = 0;
	const char *best[SUGGESTIONS];

	for (size_t i = 0; i < names->count; i++) {
		const char *candidate = names->items[i];
		size_t distance = edit_distance(name, candidate), place = 0;

		if (strlen(name) >= 3 && strstr(candidate, name))
			distance = min(distance, limit);
		if (distance > limit || distance >= strlen(name))
			continue;
		while (place < found && distances[place] <= distance)
			if (!strcmp(best[place++], candidate))
				goto next; /* the same name from two sources */
		if (place == SUGGESTIONS)
			continue;
		if (found < SUGGESTIONS)
			found++;
		for (size_t j = found - 1; j > place; j--) {
			distances[j] = distances[j - 1];
			best[j] = best[j - 1];
		}
		distances[place] = distance;
		best[place] = candidate;
	next:;
	}
	for (size_t i = 0; i < found; i++)
		if (strings_add(nearest, best[i]))
			return -1;
	return 0;
}
