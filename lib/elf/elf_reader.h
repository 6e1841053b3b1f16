/* elf_reader.h - read the headers of an ELF file, and never beyond its end
 *
 * For elf_program.c and elf_dynamic.c. 32 and 64 bits, either byte order. It trusts nothing that
 * the file says. Source of the format: the System V ABI, chapters 4 and 5.
 */
#ifndef ELF_ELF_READER_H
#define ELF_ELF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf {
	int fd;
	bool is_64, is_big;
	unsigned int type, machine;
	uint64_t program_headers; /* file offset of the first */
	unsigned int header_size, header_count;
	uint64_t section_headers;				 /* file offset of the first */
	unsigned int section_size, section_count, section_names; /* as the file's header has them */
};

struct elf_segment {
	uint32_t type;
	uint64_t offset, size; /* in the file */
	uint64_t address;
	uint64_t align;
};

/* Reads size bytes at offset. Returns 1, 0 if the file ends before that, or -1 with errno. */
int elf_read_at(int fd, void *bytes, size_t size, uint64_t offset);

/*
 * Reads the file's header. *elf uses fd, which the caller closes. Returns 1, 0 if it is no ELF
 * file, or -1 with errno.
 */
int elf_read_header(int fd, struct elf *elf);

struct elf_section {
	uint32_t name; /* where it begins in the section of names */
	uint32_t link;
	uint64_t offset, size; /* in the file */
};

/* Reads section header i. Returns 1, 0 if the file ends before that, or -1 with errno. */
int elf_read_section(const struct elf *elf, unsigned int i, struct elf_section *section);

/* Reads program header i. Returns 1, 0 if the file ends before that, or -1 with errno. */
int elf_read_segment(const struct elf *elf, unsigned int i, struct elf_segment *segment);

/* Convert a number from the file's byte order to this machine's. */
uint16_t elf_half(const struct elf *elf, uint16_t value);
uint32_t elf_word(const struct elf *elf, uint32_t value);
uint64_t elf_xword(const struct elf *elf, uint64_t value);

#endif
