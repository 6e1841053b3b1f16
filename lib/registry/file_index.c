/* file_index.c - finds `file` entries by their name in the archive */
#include "file_index.h"

#include <search.h>
#include <stddef.h>
#include <string.h>

/* Compares field 0 of two `file` records, the archive names. */
static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int file_index_add(struct file_index *index, char *const *fields)
{
	return tsearch((void *)fields, &index->tree, compare_names) ? 0 : -1;
}

char *const *file_index_find(const struct file_index *index, const char *archive_name)
{
	void *const *found = tfind(&archive_name, &index->tree, compare_names);

	return found ? *found : NULL;
}

static void keep(void *fields)
{
	(void)fields;
}

void file_index_free(struct file_index *index)
{
	tdestroy(index->tree, keep);
	index->tree = NULL;
}
