/* ldcache.c - look up libraries in /etc/ld.so.cache, as the dynamic loader does */
#include "ldcache.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define OLD_MAGIC "ld.so-1.7.0"
#define MAGIC "glibc-ld.so.cache1.1"

enum { CACHE_MAX = 64 * 1024 * 1024 };

/* Numbers are in the machine's byte order. Offsets count from this header. */
struct cache_header {
	char magic[sizeof(MAGIC) - 1];
	uint32_t count;
	uint32_t strings_size;
	uint8_t flags; /* two low bits: the byte order, 0 if not given */
	uint8_t unused[3];
	uint32_t extensions;
	uint32_t unused_too[3];
};

struct cache_entry {
	uint32_t flags;
	uint32_t name, path;
	uint32_t os_version;
	uint64_t hwcap; /* abilities that the CPU must have; 0: none */
};

/* The older table. In a file with both, it comes before the header. */
struct old_header {
	/* cppcheck-suppress unusedStructMember ; compared in place */
	char magic[sizeof(OLD_MAGIC)];
	uint32_t count;
};

enum { OLD_ENTRY_SIZE = 12, HEADER_ALIGN = 8 };

enum {
	ORDER_MASK = 3,
	ORDER_UNTOLD = 0,
	ORDER = BYTE_ORDER == LITTLE_ENDIAN ? 2 : 3,
};

/* Returns the offset of the header: after the older table, if there is one. May be past the end. */
static uint64_t find_header(const char *bytes, size_t size)
{
	struct old_header old;
	uint64_t end;

	if (size < sizeof(old) || memcmp(bytes, OLD_MAGIC, strlen(OLD_MAGIC)))
		return 0;
	memcpy(&old, bytes, sizeof(old));
	end = sizeof(old) + (uint64_t)old.count * OLD_ENTRY_SIZE;
	return (end + HEADER_ALIGN - 1) / HEADER_ALIGN * HEADER_ALIGN;
}

/* Finds the table in the bytes read. Leaves it empty if there is none. */
static void find_table(struct ldcache *cache, size_t size)
{
	uint64_t begin = find_header(cache->bytes, size);
	struct cache_header header;

	if (begin > size || size - begin < sizeof(header))
		return;
	memcpy(&header, cache->bytes + begin, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(header.magic)) ||
	    header.count > (size - begin - sizeof(header)) / sizeof(struct cache_entry))
		return;
	if ((header.flags & ORDER_MASK) != ORDER_UNTOLD && (header.flags & ORDER_MASK) != ORDER)
		return;
	cache->begin = (size_t)begin;
	cache->size = size - (size_t)begin;
	cache->count = header.count;
}

int ldcache_read(const char *path, struct ldcache *cache)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t size;

	*cache = (struct ldcache){ 0 };
	if (fd < 0) /* too few descriptors or no memory: there may still be a cache */
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
	if (!read_all(fd, CACHE_MAX, &cache->bytes, &size))
		find_table(cache, size);
	close(fd);
	return !cache->bytes && errno == ENOMEM ? -1 : 0;
}

/* Returns a string of the cache. The NUL byte after the file ends the last one. */
static const char *string_at(const struct ldcache *cache, uint32_t offset)
{
	return offset < cache->size ? cache->bytes + cache->begin + offset : "";
}

const char *ldcache_find(const struct ldcache *cache, const char *name, uint32_t flags)
{
	for (size_t i = 0; i < cache->count; i++) {
		struct cache_entry entry;
		const char *path;

		memcpy(&entry,
		       cache->bytes + cache->begin + sizeof(struct cache_header) +
			       i * sizeof(entry),
		       sizeof(entry));
		if (entry.flags != flags || entry.hwcap ||
		    strcmp(string_at(cache, entry.name), name))
			continue;
		path = string_at(cache, entry.path);
		return *path == '/' ? path : NULL;
	}
	return NULL;
}

void ldcache_free(struct ldcache *cache)
{
	free(cache->bytes);
	*cache = (struct ldcache){ 0 };
}
