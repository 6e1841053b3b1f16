/* glibc.h - facts about glibc: its libraries, its versions, its loader on this machine */
#ifndef ELF_GLIBC_H
#define ELF_GLIBC_H

#include <stdbool.h>
#include <stdint.h>

/* glibc on the kind of machine that this program is compiled for. */
struct glibc_platform {
	unsigned int machine; /* e_machine; on an unknown machine 0, which no program has */
	bool is_64, is_big;
	const char *loader;    /* file name of the dynamic loader */
	const char *multiarch; /* Debian's and its derivatives' library directory, relative to / */
	const char *name;      /* value of $PLATFORM */
	uint32_t cache_flags;  /* of its libraries in /etc/ld.so.cache */
};

extern const struct glibc_platform glibc_here;

/*
 * Whether this is the name of one of glibc's own libraries. These belong to the host's dynamic
 * loader and work with no other version of it.
 */
bool glibc_has_library(const char *name);

/*
 * The library with GCC's unwinder. glibc loads it itself, as dlopen(3) does, when a program calls a
 * function that unwinds the stack. glibc_unwinds_in: whether this is the name of such a function.
 */
#define GLIBC_UNWINDER "libgcc_s.so.1"
bool glibc_unwinds_in(const char *function);

/*
 * Returns the first version of glibc that has this version symbol, such as "2.34" for GLIBC_2.34.
 * It is part of symbol or a constant: nothing to free. Returns NULL if that is not known, or if no
 * other program may use the symbol: GLIBC_PRIVATE.
 */
const char *glibc_version_of(const char *symbol);

/* Whether text is a version such as 2.36: numbers of at most six digits, separated by dots. */
bool glibc_is_version(const char *text);

/*
 * Returns a number less than, equal to or greater than 0 if version a is older than, the same as or
 * newer than b. 2.9 is older than 2.36.
 */
int glibc_compare_versions(const char *a, const char *b);

#endif
