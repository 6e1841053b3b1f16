/* glibc.c - facts about glibc: its libraries, its versions, its loader on this machine */
#include "glibc.h"

#include <elf.h>
#include <string.h>

/*
 * Loader names: glibc's shlib-versions. Flags: its dl-cache.h and ldconfig.h: 3 for a library of
 * glibc, plus a value for the kind of machine.
 */
const struct glibc_platform glibc_here = {
#if defined(__x86_64__) && defined(__LP64__)
	EM_X86_64, true, false, "ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu", "x86_64", 0x0303,
#elif defined(__i386__)
	EM_386, false, false, "ld-linux.so.2", "lib/i386-linux-gnu", "i686", 0x0003,
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
	EM_AARCH64, true,   false, "ld-linux-aarch64.so.1", "lib/aarch64-linux-gnu",
	"aarch64",  0x0a03,
#elif defined(__riscv) && __riscv_xlen == 64 && defined(__riscv_float_abi_double)
	EM_RISCV,  true,   false, "ld-linux-riscv64-lp64d.so.1", "lib/riscv64-linux-gnu",
	"riscv64", 0x1003,
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	EM_PPC64, true, false, "ld64.so.2", "lib/powerpc64le-linux-gnu", "ppc64le", 0x0503,
#elif defined(__s390x__)
	EM_S390, true, true, "ld64.so.1", "lib/s390x-linux-gnu", "s390x", 0x0403,
#else
	EM_NONE, false, false, "", "", "", 0,
#endif
};

/*
 * The libraries that glibc, up to 2.42, installs or once installed for programs to link with, or as
 * modules that it loads itself. Not listed: libcrypt.so.1 and libnsl.so.2, which are projects of
 * their own today; other projects' modules, such as libnss_systemd.so.2; libgcc_s.so.1, which
 * belongs to GCC.
 */
static const char *const libraries[] = {
	"libc.so.6",
	"libm.so.6",
	/* empty since 2.34: their code is in libc */
	"libpthread.so.0",
	"libdl.so.2",
	"librt.so.1",
	"libutil.so.1",
	"libanl.so.1",
	/* name resolution: modules and resolver share private symbols */
	"libresolv.so.2",
	"libnss_compat.so.2",
	"libnss_db.so.2",
	"libnss_dns.so.2",
	"libnss_files.so.2",
	"libnss_hesiod.so.2",
	"libnss_nis.so.2",
	"libnss_nisplus.so.2",
	"libnsl.so.1",
	/* for debuggers and debugging */
	"libthread_db.so.1",
	"libc_malloc_debug.so.0",
	"libmemusage.so",
	"libpcprofile.so",
	"libSegFault.so",
	/* vector functions of libm */
	"libmvec.so.1",
	"libBrokenLocale.so.1",
	/* the dynamic loaders of every machine that ktstr names */
	"ld-linux-x86-64.so.2",
	"ld-linux-x32.so.2",
	"ld-linux.so.2",
	"ld-linux.so.3",
	"ld-linux-armhf.so.3",
	"ld-linux-aarch64.so.1",
	"ld-linux-riscv64-lp64d.so.1",
	"ld-linux-riscv64-lp64.so.1",
	"ld-linux-riscv32-ilp32d.so.1",
	"ld-linux-loongarch-lp64d.so.1",
	"ld64.so.1",
	"ld64.so.2",
	"ld.so.1",
};

bool glibc_has_library(const char *name)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++)
		if (!strcmp(name, libraries[i]))
			return true;
	return false;
}

bool glibc_unwinds_in(const char *function)
{
	/* without the library, the first three end the program and the last finds nothing */
	return !strcmp(function, "pthread_cancel") || !strcmp(function, "pthread_exit") ||
	       !strcmp(function, "thrd_exit") || !strcmp(function, "backtrace");
}

bool glibc_is_version(const char *text)
{
	for (;;) {
		size_t digits = strspn(text, "0123456789");

		if (!digits || digits > 6)
			return false;
		text += digits;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
}

const char *glibc_version_of(const char *symbol)
{
	/*
	 * The linker asks for this version when it packs relocations (-z pack-relative-relocs,
	 * DT_RELR). Loaders know it since 2.36.
	 */
	if (!strcmp(symbol, "GLIBC_ABI_DT_RELR"))
		return "2.36";
	return !strncmp(symbol, "GLIBC_", 6) && glibc_is_version(symbol + 6) ? symbol + 6 : NULL;
}

/*
 * Reads the next number of a version; after its end, an empty one. Returns the number of digits of
 * *number, without leading zeros.
 */
static size_t next_number(const char **version, const char **number)
{
	size_t digits;

	*version += **version == '.';
	*version += strspn(*version, "0");
	*number = *version;
	digits = strspn(*version, "0123456789");
	*version += digits;
	return digits;
}

int glibc_compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		const char *x, *y;
		size_t x_digits = next_number(&a, &x), y_digits = next_number(&b, &y);
		int difference;

		if (x_digits != y_digits)
			return x_digits < y_digits ? -1 : 1;
		difference = memcmp(x, y, x_digits);
		if (difference)
			return difference;
	}
	return 0;
}
