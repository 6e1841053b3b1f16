/* path.c - paths that must not lead out of a directory */
#include "path.h"

#include <string.h>

bool path_goes_up(const char *path)
{
	for (const char *p = path; *p; p += strcspn(p, "/")) {
		p += strspn(p, "/");
		if (!strncmp(p, "..", 2) && (p[2] == '/' || !p[2]))
			return true;
	}
	return false;
}
