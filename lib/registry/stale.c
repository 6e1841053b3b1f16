/* stale.c - whether a program is older than the sources that it is built from */
#include "stale.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

/* Whether a build makes files of this kind. */
static bool is_built(const FTSENT *entry)
{
	static const char *const endings[] = { ".o", ".a", ".d" };
	const char *dot = strrchr(entry->fts_name, '.');

	for (size_t i = 0; dot && i < sizeof(endings) / sizeof(*endings); i++)
		if (!strcmp(dot, endings[i]))
			return true;
	return entry->fts_statp->st_mode & 0111;
}

/* Whether an entry below the one that was named is hidden, as are git's directory and swap files.
 */
static bool is_hidden(const FTSENT *entry)
{
	return entry->fts_level != FTS_ROOTLEVEL && *entry->fts_name == '.';
}

/* Whether a directory below the one that was named has no sources. */
static bool has_no_sources(const FTSENT *entry)
{
	char *tag;
	bool found;

	if (entry->fts_level == FTS_ROOTLEVEL)
		return false;
	if (is_hidden(entry))
		return true;
	if (asprintf(&tag, "%s/CACHEDIR.TAG", entry->fts_path) < 0)
		return false;
	found = !access(tag, F_OK);
	free(tag);
	return found;
}

/* Keeps the path of an entry that is later than *latest. Returns 0, or -1 with errno. */
static int look_at(const FTSENT *entry, struct timespec *latest, char **newer)
{
	if (is_hidden(entry) || is_built(entry) || !is_later(&entry->fts_statp->st_mtim, latest))
		return 0;
	free(*newer);
	*latest = entry->fts_statp->st_mtim;
	*newer = strdup(entry->fts_path);
	return *newer ? 0 : -1;
}

/* Whether sources may be there that were not seen. Sets errno then. What was removed meanwhile is
 * not. */
static bool is_unread(const FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = entry->fts_errno;
		return !is_hidden(entry) && errno != ENOENT;
	case FTS_DEFAULT:
		errno = EINVAL; /* a device is no source */
		return entry->fts_level == FTS_ROOTLEVEL;
	default:
		return false;
	}
}

int stale_find(const char *path, const char *program, char **newer)
{
	char *roots[] = { (char *)path, NULL };
	struct timespec latest;
	struct stat status;
	FTSENT *entry;
	int failed;
	FTS *tree;

	*newer = NULL;
	if (stat(program, &status) || access(path, F_OK))
		return -1;
	latest = status.st_mtim;
	tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	failed = !tree;
	while (!failed && (errno = 0, entry = fts_read(tree))) {
		if (entry->fts_info == FTS_D && has_no_sources(entry))
			fts_set(tree, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F)
			failed = look_at(entry, &latest, newer);
		else
			failed = is_unread(entry);
	}
	if (!failed && errno)
		failed = -1;
	if (tree) {
		int saved = errno;

		fts_close(tree);
		errno = saved;
	}
	if (failed) {
		free(*newer);
		*newer = NULL;
	}
	return failed ? -1 : 0;
}
