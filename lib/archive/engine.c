/* engine.c - the compression engines that are built in */
#include "engine.h"

#include <string.h>

const struct engine *const engines[] = {
#ifdef HAVE_LIBDEFLATE
	&engine_libdeflate,
#endif
	&engine_zlib,
	NULL,
};

const struct engine *engine_find(const char *name)
{
	for (const struct engine *const *engine = engines; *engine; engine++)
		if (!strcmp((*engine)->name, name))
			return *engine;
	return NULL;
}
