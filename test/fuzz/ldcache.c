/* ldcache.c - fuzzes the reader of /etc/ld.so.cache, beside a plain walk through the entries */
#include "elf/ldcache.h"

#include <stdio.h>
#include <string.h>

#include "fuzz.h"

enum { HEADER = 48, ENTRY = 24, LOOKED_UP = 64 };

/* An entry's numbers, in this machine's order: flags, name, path, and what the machine must have.
 */
struct plain_entry {
	uint32_t flags, name, path, os_version, hwcap[2];
};
_Static_assert(sizeof(struct plain_entry) == ENTRY, "as in glibc's dl-cache.h");

static const struct plain_entry *read_entry(const struct ldcache *cache, size_t i,
					    struct plain_entry *entry)
{
	REQUIRE(cache->begin + HEADER + (i + 1) * ENTRY <= cache->begin + cache->size);
	return memcpy(entry, cache->bytes + cache->begin + HEADER + i * ENTRY, ENTRY);
}

static const char *text_at(const struct ldcache *cache, uint32_t offset)
{
	return offset < cache->size ? cache->bytes + cache->begin + offset : "";
}

/* The first entry of that name and kind that any machine can use. */
static const char *plainly_find(const struct ldcache *cache, const char *name, uint32_t flags)
{
	struct plain_entry entry;

	for (size_t i = 0; i < cache->count; i++) {
		read_entry(cache, i, &entry);
		if (entry.flags != flags || entry.hwcap[0] || entry.hwcap[1] ||
		    strcmp(text_at(cache, entry.name), name))
			continue;
		return *text_at(cache, entry.path) == '/' ? text_at(cache, entry.path) : NULL;
	}
	return NULL;
}

static void look_up(const struct ldcache *cache, const char *name, uint32_t flags)
{
	const char *path = ldcache_find(cache, name, flags);

	REQUIRE(path == plainly_find(cache, name, flags));
	REQUIRE(!path || (*path == '/' && path >= cache->bytes + cache->begin &&
			  path + strlen(path) <= cache->bytes + cache->begin + cache->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plain_entry entry;
	struct ldcache cache;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory_file(data, size));
	REQUIRE(!ldcache_read(path, &cache));
	REQUIRE(cache.begin + cache.size <= size);
	look_up(&cache, "libc.so.6", 0x303);
	look_up(&cache, "", 0);
	for (size_t i = 0; i < cache.count && i < LOOKED_UP; i++) {
		read_entry(&cache, i, &entry);
		look_up(&cache, text_at(&cache, entry.name), entry.flags);
		look_up(&cache, text_at(&cache, entry.path), entry.flags);
	}
	ldcache_free(&cache);
	take_messages(false);
	return 0;
}
