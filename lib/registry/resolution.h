/* resolution.h - a test whose files are being found, for the parts of resolve.c */
#ifndef REGISTRY_RESOLUTION_H
#define REGISTRY_RESOLUTION_H

#include <stdbool.h>

#include "registry/entries.h"
#include "registry/file_index.h"
#include "registry/search.h"
#include "registry/source.h"

struct resolution {
	const struct source *source;
	const struct definition *definition;
	char *binary; /* absolute paths; scheduler may be NULL */
	char *scheduler;
	struct strings beside;	 /* the directory of the binary, and the one above deps */
	char *sources;		 /* what the first built-from names, or NULL */
	struct entries includes; /* `file` entries, and perhaps a `content` entry */
	struct entries tops;  /* the included directories: each its name in the archive, its path */
	struct entries trees; /* `file`, `directory` and `link` entries of what is in them */
	struct file_index index; /* of includes, tops and trees */
};

/* Returns where the author can mend an entry: FILE:LINE or BINARY: TEST. The caller frees it. */
char *resolution_place(const struct resolution *r, const struct entry *entry);

/* Reports what is wrong with an entry, and where the author can mend it. Returns -1. */
int resolution_bad(const struct resolution *r, const struct entry *entry, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Return the first record of keyword, and the one that follows after, or NULL. */
const struct entry *resolution_find(const struct resolution *r, const char *keyword);
const struct entry *resolution_next(const struct resolution *r, const char *keyword,
				    const struct entry *after);

/*
 * Returns the path, as it is from here, of what an entry names: in the source's directory, or if
 * nothing is there, beside the binary. The caller frees it. Returns NULL if it is nowhere. Reports.
 */
char *resolution_locate(const struct resolution *r, const struct entry *entry, const char *path);

/*
 * Locates a file and checks it. Returns its absolute path (see path_of_file), which the caller
 * frees, or NULL. Reports.
 */
char *resolution_path(const struct resolution *r, const struct entry *entry, const char *path,
		      bool is_program);

/*
 * Looks at what a search has come to, whose result is found. Returns 0; 1 if there is nothing of
 * that name; or -1 with a report. Warns of a file that is no program if a later one is taken.
 */
int resolution_check_search(const struct resolution *r, const struct entry *entry, const char *name,
			    const struct search *search, const char *found);

#endif
