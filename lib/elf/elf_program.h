/* elf_program.h - read an ELF file's notes, machine and interpreter, without running it
 *
 * 32 and 64 bits, either byte order. A file that is cut short or malformed is no error: it counts
 * as no ELF file. Source of the format: the System V ABI, chapters 4 and 5.
 */
#ifndef ELF_ELF_PROGRAM_H
#define ELF_ELF_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/*
 * Whether fd is an ELF file with a note of this name in a PT_NOTE segment. Returns 1 or 0, or -1
 * with errno if fd cannot be read.
 */
int elf_has_note(int fd, const char *name);

/*
 * Whether fd is an ELF file with a section of this name. Returns 1 or 0, or -1 with errno if fd
 * cannot be read.
 */
int elf_has_section(int fd, const char *name);

/*
 * Sets hex to the build ID that the linker gave the file: a note of the name GNU and the type 3. It
 * is "" if the file has none. Returns 0, or -1 with errno if fd cannot be read.
 */
enum { BUILD_ID_SIZE = 2 * 64 + 1 };
int elf_read_build_id(int fd, char hex[BUILD_ID_SIZE]);

struct elf_program {
	const char *machine;	    /* as uname -m prints it ("x86_64"); "" if not known here */
	char interpreter[PATH_MAX]; /* path of the dynamic loader; "" if it needs none */
};

/*
 * Whether fd is an ELF program or a shared object (they cannot always be told apart), and what it
 * needs to run. Returns 1 and *program, which needs no freeing, or 0, or -1 with errno if fd cannot
 * be read.
 */
int elf_read_program(int fd, struct elf_program *program);

#endif
