/* ldcache.h - look up libraries in /etc/ld.so.cache, as the dynamic loader does
 *
 * Reads the format "glibc-ld.so.cache1.1" of glibc 2.2 and later, alone or after the table of
 * "ld.so-1.7.0" (ldconfig -c compat). Source of the format: glibc, sysdeps/generic/dl-cache.h.
 */
#ifndef ELF_LDCACHE_H
#define ELF_LDCACHE_H

#include <stddef.h>
#include <stdint.h>

#define LDCACHE_PATH "/etc/ld.so.cache"

/* Zero-initialised, it is an empty cache. */
struct ldcache {
	char *bytes;  /* the file, and a NUL byte after it */
	size_t begin; /* start of the table; its offsets count from here */
	size_t size;  /* bytes from there to the end */
	size_t count; /* entries */
};

/*
 * Reads the cache at path. If it does not exist, cannot be read or has another format, it is empty,
 * as for the dynamic loader. Returns 0, or -1 with errno if memory or descriptors are short. The
 * caller frees it with ldcache_free.
 */
int ldcache_read(const char *path, struct ldcache *cache);

/*
 * Returns the path of the library with this name and these flags (cache_flags of struct
 * glibc_platform), or NULL. The path is part of the cache. Skips libraries in directories for
 * special CPUs (glibc-hwcaps).
 */
const char *ldcache_find(const struct ldcache *cache, const char *name, uint32_t flags);

void ldcache_free(struct ldcache *cache);

#endif
