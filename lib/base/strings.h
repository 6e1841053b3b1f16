/* strings.h - a growing list of strings */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Zero-initialised, it is an empty list. It owns its strings; strings_free frees them. items[count]
 * is NULL, but items itself is NULL until the first string is added.
 */
struct strings {
	char **items;
	size_t count;
	size_t room;
};

/* Adds a copy of text. Returns 0, or -1 with errno and an unchanged list. */
int strings_add(struct strings *list, const char *text);

/* Adds what printf would print. Returns 0, or -1 with errno and an unchanged list. */
int strings_addf(struct strings *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds copies of all strings of from. Returns 0, or -1 with errno; the list may have grown. */
int strings_add_all(struct strings *list, const struct strings *from);

bool strings_contain(const struct strings *list, const char *text);

/* Sorts by byte value, in every locale. */
void strings_sort(struct strings *list);

/* Returns the items joined with separator between them. The caller frees it. NULL with errno. */
char *strings_join(const struct strings *list, const char *separator);

/* Frees the strings and empties the list. */
void strings_free(struct strings *list);

#endif
