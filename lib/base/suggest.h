/* suggest.h - the names that a mistyped one may have meant */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include "strings.h"

/*
 * Adds to nearest the at most three of names that are nearest to name, nearest first: those
 * within an edit distance of a third of its length (at least 2), or that hold it.
 * Returns 0, or -1 with errno.
 */
int suggest_names(const char *name, const struct strings *names, struct strings *nearest);

#endif
