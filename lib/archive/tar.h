/* tar.h - writing tar archives of regular files
 *
 * The format is POSIX.1-2017 ustar, with a pax extended header in front of a file whose name or
 * size ustar has no room for. Such a size also stands in the ustar header, in GNU's base-256, for
 * readers that skip pax's. Owner 0:0, time 0, no names of users: the same files give the same
 * bytes.
 */
#ifndef ARCHIVE_TAR_H
#define ARCHIVE_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

/* A file to put in; the strings are the caller's. */
struct tar_file {
	const char *name;   /* in the archive */
	const char *path;   /* where it is read from */
	unsigned int mode;  /* permissions, up to 0777 */
	const char *source; /* for messages: who asked for this file, and on which line */
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
 * will refuse count for nothing.
 */
uint64_t tar_size(const struct tar_file *files, size_t count);

/*
 * Adds a file with the size it has when it is opened, and fails where it is no regular file or
 * does not stay as it was until it has been read. Memory does not depend on the size.
 * Returns 0, or -1 with errno. Reports, but not that to failed: whoever closes that does.
 */
int tar_add_file(struct sink *to, const struct tar_file *file);

/* Ends the archive. Returns 0, or -1 with to's errno. */
int tar_end(struct sink *to);

#endif
