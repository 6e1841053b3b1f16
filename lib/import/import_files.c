/* import_files.c - the directory that has what a test binary of a framework writes */
#include "import_files.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/report.h"

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool import_files_are_removed(void)
{
	return variable("KTSTR_IMPORT_DIR") != NULL;
}

char *import_files_make(void)
{
	const char *from = "KTSTR_IMPORT_DIR", *parent = variable(from);
	char *absolute, *directory = NULL;

	if (!parent) {
		from = "TMPDIR";
		parent = variable(from);
	}
	if (!parent)
		parent = "/tmp";
	absolute = realpath(parent, NULL);
	if (!absolute || asprintf(&directory, "%s/ktstr-import.XXXXXX", absolute) < 0) {
		report_errno("%s (%s)", parent, from);
		directory = NULL;
	} else if (!mkdtemp(directory)) { /* of mode 0700 */
		report_errno("%s (%s)", parent, from);
		free(directory);
		directory = NULL;
	}
	free(absolute);
	return directory;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st, (void)kind, (void)place;
	return remove(path);
}

int import_files_remove(const char *directory)
{
	enum { OPEN_DIRECTORIES = 16 };

	if (nftw(directory, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS))
		return report_errno("%s: not removed: remove it", directory);
	return 0;
}
