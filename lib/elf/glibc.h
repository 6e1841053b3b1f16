/* glibc.h - what is known of glibc: the libraries that are its own, its versions, its loader here
 */
#ifndef ELF_GLIBC_H
#define ELF_GLIBC_H

#include <stdbool.h>
#include <stdint.h>

/* glibc on the kind of machine that this program is compiled for. */
struct glibc_platform {
	unsigned int machine; /* e_machine; 0, which no program has, on a machine not known here */
	bool is_64, is_big;
	const char *loader;    /* the name of the dynamic loader */
	const char *multiarch; /* where Debian and its kin have its libraries, from the root */
	const char *name;      /* what $PLATFORM stands for */
	uint32_t cache_flags;  /* of this kind's libraries in /etc/ld.so.cache */
};

extern const struct glibc_platform glibc_here;

/*
 * Whether a library of that name is part of glibc. These belong to the dynamic loader that is on a
 * host and work with no other version of it.
 */
bool glibc_has_library(const char *name);

/*
 * The library with GCC's unwinder, which glibc loads by itself, as by dlopen(3), when a function is
 * called that unwinds a stack: glibc_unwinds_in tells whether that of this name is one.
 */
#define GLIBC_UNWINDER "libgcc_s.so.1"
bool glibc_unwinds_in(const char *function);

/*
 * Returns the version of glibc that first has a version symbol of its libraries, such as "2.34" for
 * GLIBC_2.34 (part of symbol, or a constant), or NULL where that is not known or none has it for
 * others: GLIBC_PRIVATE.
 */
const char *glibc_version_of(const char *symbol);

/* Whether text is a version such as 2.36: numbers of at most six digits with single dots between
 * them. */
bool glibc_is_version(const char *text);

/* Returns less than, equal to, or greater than 0 as version a is older than, the same as, or newer
 * than b: 2.9 is older than 2.36. */
int glibc_compare_versions(const char *a, const char *b);

#endif
