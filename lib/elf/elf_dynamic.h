/* elf_dynamic.h - what an ELF file asks of a dynamic loader, read without running it
 *
 * 32 and 64 bits, either byte order. Found through the program headers, as the loader does it: the
 * sections may be stripped. Source of the format: the System V ABI, chapter 5; for versions the
 * Linux Standard Base, Core, "Symbol Versioning".
 */
#ifndef ELF_ELF_DYNAMIC_H
#define ELF_ELF_DYNAMIC_H

#include <stdbool.h>

#include "base/strings.h"

struct elf_dynamic {
	unsigned int machine; /* e_machine */
	bool is_64, is_big;
	struct strings needed; /* DT_NEEDED, and DT_FILTER, in order */
	char *soname;	       /* these are NULL where they do not stand */
	char *rpath;
	char *runpath;
	bool no_default_directories; /* DF_1_NODEFLIB */
	/* the versions that must be there: of the library version_files[i] the version versions[i]
	 */
	struct strings version_files, versions;
	/* has a symbol that is not defined of a function in which glibc loads GLIBC_UNWINDER */
	bool calls_unwinder;
};

/*
 * Reads fd. A static program needs nothing. Returns 1; 0 where it is neither an ELF program nor a
 * shared object; -1 with errno, EBADMSG where it is cut short or malformed. *dynamic is empty where
 * it is not 1, else the caller's to free.
 */
int elf_read_dynamic(int fd, struct elf_dynamic *dynamic);

void elf_free_dynamic(struct elf_dynamic *dynamic);

#endif
