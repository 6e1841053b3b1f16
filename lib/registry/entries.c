/* entries.c - lists of records in memory */
#include "entries.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* Returns a new, empty entry at the end, or NULL with errno. */
static struct entry *append(struct entries *list, size_t line, const char *keyword)
{
	struct entry *entry;

	if (array_grow(&list->items, list->count, &list->room, sizeof(*entry)))
		return NULL;
	entry = &list->items[list->count];
	*entry = (struct entry){ .keyword = strdup(keyword), .line = line };
	if (!entry->keyword)
		return NULL;
	list->count++;
	return entry;
}

int entries_add_fields(struct entries *list, size_t line, const char *keyword, char *const *fields)
{
	struct entry *entry = append(list, line, keyword);

	if (!entry)
		return -1;
	for (; fields && *fields; fields++)
		if (strings_add(&entry->fields, *fields))
			return -1;
	return 0;
}

int entries_add(struct entries *list, const char *keyword, ...)
{
	struct entry *entry = append(list, 0, keyword);
	const char *field;
	va_list fields;
	int failed = 0;

	if (!entry)
		return -1;
	va_start(fields, keyword);
	while (!failed && (field = va_arg(fields, const char *)))
		failed = strings_add(&entry->fields, field);
	va_end(fields);
	return failed;
}

const struct entry *entries_next(const struct entries *list, const char *keyword,
				 const struct entry *after)
{
	size_t i = after ? (size_t)(after - list->items) + 1 : 0;

	for (; i < list->count; i++)
		if (!keyword || !strcmp(list->items[i].keyword, keyword))
			return &list->items[i];
	return NULL;
}

const struct entry *entries_find(const struct entries *list, const char *keyword)
{
	return entries_next(list, keyword, NULL);
}

int entries_write(const struct entries *list, struct output *out)
{
	static char *const none[] = { NULL };

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *entry = &list->items[i];

		if (record_write_fields(out, entry->keyword,
					entry->fields.count ? entry->fields.items : none))
			return -1;
	}
	return 0;
}

void entries_free(struct entries *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].keyword);
		strings_free(&list->items[i].fields);
	}
	free(list->items);
	*list = (struct entries){ 0 };
}
