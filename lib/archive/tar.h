/* tar.h - write tar archives of files, directories and symbolic links
 *
 * The format is POSIX.1-2017 ustar. A name or a link's target that does not fit stands before the
 * member as GNU tar writes it, in a member of type L or K, which GNU tar, bsdtar, busybox and
 * Python read; busybox skips pax headers. A size that does not fit gets a pax extended header, and
 * is also in the ustar header, in GNU's base-256, for readers that skip pax headers. The owner is
 * 0:0 without names, the time is 0: the same files give the same bytes.
 */
#ifndef ARCHIVE_TAR_H
#define ARCHIVE_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

enum tar_kind {
	TAR_FILE,      /* data: the path to read it from */
	TAR_CONTENT,   /* a file, too; data: its bytes, a string */
	TAR_DIRECTORY, /* data: NULL */
	TAR_LINK,      /* a symbolic link; data: its target */
};

/* A member to add. The strings belong to the caller. */
struct tar_member {
	enum tar_kind kind;
	const char *name; /* in the archive */
	const char *data;
	unsigned int mode;  /* permissions, at most 0777 */
	const char *source; /* for messages: the manifest and the line that name this member */
	size_t line;
};

/*
 * Refuses a name that stands twice, and one below the name of a file or a link. Each name by itself
 * must be right already: archive_name_problem in registry/value.h. Takes n log n time.
 * Returns 0, or -1 with errno, EINVAL for such a name. Reports.
 */
int tar_check_members(const struct tar_member *members, size_t count);

/*
 * Returns the size in bytes of an archive of these members as they are now. Files that
 * tar_add_member would refuse count as 0.
 */
uint64_t tar_size(const struct tar_member *members, size_t count);

/*
 * Adds a member, a file with the size that it has when opened. Fails if that is no regular file or
 * if it changes before it has been read. Memory does not depend on its size. Returns 0, or -1 with
 * errno. Reports, except a failure of `to`: whoever closes `to` reports that.
 */
int tar_add_member(struct sink *to, const struct tar_member *member);

/* Writes the end of the archive. Returns 0, or -1 with the errno of `to`. */
int tar_end(struct sink *to);

#endif
