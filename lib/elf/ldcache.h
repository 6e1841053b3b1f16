/* ldcache.h - /etc/ld.so.cache: which library the dynamic loader takes for a name
 *
 * The format "glibc-ld.so.cache1.1" of glibc 2.2 and later, alone or behind the table of
 * "ld.so-1.7.0" (ldconfig -c compat). Source of the format: glibc, sysdeps/generic/dl-cache.h.
 */
#ifndef ELF_LDCACHE_H
#define ELF_LDCACHE_H

#include <stddef.h>
#include <stdint.h>

#define LDCACHE_PATH "/etc/ld.so.cache"

/* Zero-initialised it is empty. */
struct ldcache {
	char *bytes;  /* the file, a NUL byte behind it */
	size_t begin; /* of the table: what its offsets are counted from */
	size_t size;  /* from there */
	size_t count; /* of entries */
};

/*
 * Reads the cache at path. One that is not there, cannot be read or has another format is empty, as
 * it is for the dynamic loader. Returns 0, or -1 with errno where there is no memory.
 */
int ldcache_read(const char *path, struct ldcache *cache);

/*
 * Returns the path of the library of that name, for the kind of machine that the flags are of, or
 * NULL; it is part of the cache. Those in directories for machines of certain abilities
 * (glibc-hwcaps) are passed over.
 */
const char *ldcache_find(const struct ldcache *cache, const char *name, uint32_t flags);

void ldcache_free(struct ldcache *cache);

#endif
