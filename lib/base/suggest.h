/* suggest.h - suggest names for a mistyped one */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include "strings.h"

/*
 * Adds to nearest copies of at most three of names: those most like name, the most like first.
 * Candidates have an edit distance of at most a third of name's length (at least 2), or contain
 * name. Returns 0, or -1 with errno.
 */
int suggest_names(const char *name, const struct strings *names, struct strings *nearest);

#endif
