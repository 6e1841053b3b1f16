/* strings.c - a growing list of strings */
#include "strings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Adds text, which the list then owns. NULL: there was no memory for it. */
static int add_owned(struct strings *list, char *text)
{
	if (!text)
		return -1;
	/* with one more for the NULL */
	if (array_grow(&list->items, list->count + 1, &list->room, sizeof(text))) {
		free(text);
		return -1;
	}
	list->items[list->count++] = text;
	list->items[list->count] = NULL;
	return 0;
}

int strings_add(struct strings *list, const char *text)
{
	return add_owned(list, strdup(text));
}

int strings_addf(struct strings *list, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return add_owned(list, length < 0 ? NULL : text);
}

int strings_add_all(struct strings *list, const struct strings *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (strings_add(list, from->items[i]))
			return -1;
	return 0;
}

bool strings_contain(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(struct strings *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

char *strings_join(const struct strings *list, const char *separator)
{
	size_t gap = strlen(separator), size = 1;
	char *text, *end;

	for (size_t i = 0; i < list->count; i++)
		size += strlen(list->items[i]) + gap;
	end = text = malloc(size);
	if (!text)
		return NULL;
	*end = '\0';
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			end = stpcpy(end, separator);
		end = stpcpy(end, list->items[i]);
	}
	return text;
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}
