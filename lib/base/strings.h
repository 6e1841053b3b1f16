/* strings.h - a growing list of strings */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialised it is empty. Owns its strings; items[count] is NULL once one was added. */
struct strings {
	char **items;
	size_t count;
	size_t room;
};

/* Adds a copy of text. Returns 0, or -1 with errno and the list as it was. */
int strings_add(struct strings *list, const char *text);

/* Adds what printf would write. Returns 0, or -1 with errno and the list as it was. */
int strings_addf(struct strings *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds copies of all of from. Returns 0, or -1 with errno and list perhaps grown. */
int strings_add_all(struct strings *list, const struct strings *from);

bool strings_contain(const struct strings *list, const char *text);

/* Sorts by byte value, whatever the locale. */
void strings_sort(struct strings *list);

/* Returns the items with separator between them, which the caller frees, or NULL with errno. */
char *strings_join(const struct strings *list, const char *separator);

/* Frees the strings and leaves an empty list. */
void strings_free(struct strings *list);

#endif
