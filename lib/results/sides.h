/* sides.h - the groups of results that are shown beside each other */
#ifndef RESULTS_SIDES_H
#define RESULTS_SIDES_H

#include <stddef.h>

#include "operands.h"
#include "result_text.h"

struct side {
	char *name;		     /* for people */
	const struct result **items; /* of the results that it was made of, in their order */
	size_t count, room;
};

/* Zero-initialised, it is empty. */
struct sides {
	struct side *items;
	size_t count, room;
};

/*
 * Fills sides with the two of the operands if these are split, else with one for each scheduler:
 * "default" first, and then as they appear. Results without the record scheduler are one side, "(no
 * scheduler)". Returns 0, or -1 with errno.
 */
int sides_make(const struct results *results, const struct operands *operands, struct sides *sides);

/* As sides_make, but reports, and fails if there are not two sides, or one has no results. */
int sides_pair(const struct results *results, const struct operands *operands, struct sides *sides);

/* Frees sides, but not the results, and leaves it empty. */
void sides_free(struct sides *sides);

#endif
