/* elf_dynamic.h - read what an ELF file needs from the dynamic loader, without running it
 *
 * 32 and 64 bits, either byte order. Like the loader, it uses the program headers, as the sections
 * may be stripped. Source of the format: the System V ABI, chapter 5; for versions, the Linux
 * Standard Base, Core, "Symbol Versioning".
 */
#ifndef ELF_ELF_DYNAMIC_H
#define ELF_ELF_DYNAMIC_H

#include <stdbool.h>

#include "base/strings.h"

struct elf_dynamic {
	unsigned int machine; /* e_machine */
	bool is_64, is_big;
	struct strings needed; /* DT_NEEDED and DT_FILTER, in order */
	char *soname;	       /* these three are NULL if missing */
	char *rpath;
	char *runpath;
	bool no_default_directories; /* DF_1_NODEFLIB */
	/*
	 * versions that must exist: the library version_files[i] must have the version versions[i]
	 */
	struct strings version_files, versions;
	/* it has an undefined symbol of a function in which glibc loads GLIBC_UNWINDER */
	bool calls_unwinder;
};

/*
 * Reads fd, which the caller closes. Of a static program *dynamic needs nothing. Returns 1; 0 if fd
 * is neither an ELF program nor a shared object; -1 with errno, EBADMSG if the file is cut short or
 * malformed. After 1 the caller frees *dynamic with elf_free_dynamic; else it is empty.
 */
int elf_read_dynamic(int fd, struct elf_dynamic *dynamic);

void elf_free_dynamic(struct elf_dynamic *dynamic);

#endif
