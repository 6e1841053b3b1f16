/* elf_program.h - what an ELF file says of itself, read without running it
 *
 * 32 and 64 bits, either byte order. A file that is cut short or malformed is one that says
 * nothing. Source of the format: the System V ABI, chapters 4 and 5.
 */
#ifndef ELF_ELF_PROGRAM_H
#define ELF_ELF_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/*
 * Whether fd is an ELF file with a note of that name in a PT_NOTE segment: 1 or 0; -1 with errno
 * where it cannot be read.
 */
int elf_has_note(int fd, const char *name);

struct elf_program {
	const char *machine;	    /* as uname -m has it ("x86_64"); "" for one not known here */
	char interpreter[PATH_MAX]; /* the dynamic loader's path; "" where it needs none */
};

/*
 * Whether fd is an ELF program (or a shared object: the two cannot always be told apart), and what
 * it needs to be run: 1 or 0; -1 with errno where it cannot be read.
 */
int elf_read_program(int fd, struct elf_program *program);

#endif
