/* libraries.c - a test that works with shared libraries that a bare host has not */
#include <bpf/libbpf.h>
#include <libelf.h>
#include <string.h>
#include <zstd.h>

#include "ktstr.h"

static const struct ktstr_scheduler shared = { .name = "fifo", .binary = "scx_shared" };

/* Zeros, compressed and back. */
static int round_trip(void)
{
	static char zeros[100000], packed[1000], back[sizeof(zeros)];
	size_t size = ZSTD_compress(packed, sizeof(packed), zeros, sizeof(zeros), 3);

	memset(back, 1, sizeof(back));
	return !ZSTD_isError(size) &&
	       ZSTD_decompress(back, sizeof(back), packed, size) == sizeof(back) &&
	       !memcmp(back, zeros, sizeof(back));
}

KTSTR_TEST(libraries, .scheduler = &shared, .duration_s = 20, .watchdog_s = 4,
	   .topology = { .numa_nodes = 1, .llcs = 1, .cores_per_llc = 2, .threads_per_core = 1 })
{
	if (!round_trip())
		return ktstr_fail(ctx, "zstd");
	if (elf_version(EV_CURRENT) != EV_CURRENT)
		return ktstr_fail(ctx, "libelf");
	if (libbpf_major_version() < 1)
		return ktstr_fail(ctx, "libbpf");
	return KTSTR_PASS;
}

/* The same without a scheduler: what is missing is then the test's own. */
KTSTR_TEST(libraries_alone, .duration_s = 20, .watchdog_s = 4,
	   .topology = { .numa_nodes = 1, .llcs = 1, .cores_per_llc = 2, .threads_per_core = 1 })
{
	return round_trip() ? KTSTR_PASS : ktstr_fail(ctx, "zstd");
}
