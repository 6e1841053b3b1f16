/* file_index.h - a manifest's files by their name in the archive */
#ifndef REGISTRY_FILE_INDEX_H
#define REGISTRY_FILE_INDEX_H

/*
 * The fields of `file` entries by archive name, found quickly among very many. Zero-initialised it
 * is empty; what is added stays its owner's, and must outlive it.
 */
struct file_index {
	void *tree; /* of tsearch(3) */
};

/* Adds one, unless the name is there already. Returns 0, or -1 with errno. */
int file_index_add(struct file_index *index, char *const *fields);

/* Returns the fields of the `file` entry of that archive name, or NULL. */
char *const *file_index_find(const struct file_index *index, const char *archive_name);

void file_index_free(struct file_index *index);

#endif
