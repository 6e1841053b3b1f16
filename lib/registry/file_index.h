/* file_index.h - finds `file` entries by their name in the archive */
#ifndef REGISTRY_FILE_INDEX_H
#define REGISTRY_FILE_INDEX_H

/*
 * Zero-initialised, it is empty. It refers to the fields that are added, which their owner must
 * keep until file_index_free.
 */
struct file_index {
	void *tree; /* a tree of tsearch(3) */
};

/* Adds the fields of an entry, unless the name is there. Returns 0, or -1 with errno. */
int file_index_add(struct file_index *index, char *const *fields);

/* Returns the fields of the `file` entry of that archive name, or NULL. */
char *const *file_index_find(const struct file_index *index, const char *archive_name);

void file_index_free(struct file_index *index);

#endif
