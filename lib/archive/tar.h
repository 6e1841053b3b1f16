/* tar.h - write tar archives of regular files
 *
 * The format is POSIX.1-2017 ustar. A file whose name or size does not fit gets a pax extended
 * header before its own. Such a size is also in the ustar header, in GNU's base-256, for readers
 * that skip pax headers. The owner is 0:0 without names, the time is 0: the same files give the
 * same bytes.
 */
#ifndef ARCHIVE_TAR_H
#define ARCHIVE_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

/* A file to add. The strings belong to the caller. */
struct tar_file {
	const char *name;   /* in the archive */
	const char *path;   /* where to read it */
	unsigned int mode;  /* permissions, at most 0777 */
	const char *source; /* for messages: the manifest and the line that name this file */
	size_t line;
};

/*
 * Refuses a name that stands twice, and a name that is also the directory of another. Each name by
 * itself must be right already: archive_name_problem in registry/value.h. Takes n log n time.
 * Returns 0, or -1 with errno, EINVAL for such a name. Reports.
 */
int tar_check_names(const struct tar_file *files, size_t count);

/*
 * Returns the size in bytes of an archive of these files as they are now. Files that tar_add_file
 * would refuse count as 0.
 */
uint64_t tar_size(const struct tar_file *files, size_t count);

/*
 * Adds a file with the size that it has when opened. Fails if it is no regular file or if it
 * changes before it has been read. Memory does not depend on its size. Returns 0, or -1 with errno.
 * Reports, except a failure of `to`: whoever closes `to` reports that.
 */
int tar_add_file(struct sink *to, const struct tar_file *file);

/* Writes the end of the archive. Returns 0, or -1 with the errno of `to`. */
int tar_end(struct sink *to);

#endif
