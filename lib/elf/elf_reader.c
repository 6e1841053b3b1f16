/* elf_reader.c - read the headers of an ELF file, and never beyond its end */
#include "elf_reader.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

int elf_read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
	size_t have = 0;

	if (offset > INT64_MAX - size)
		return 0;
	while (have < size) {
		ssize_t n = pread(fd, (char *)bytes + have, size - have, (off_t)(offset + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			return 0;
		have += (size_t)n;
	}
	return 1;
}

uint16_t elf_half(const struct elf *elf, uint16_t value)
{
	return elf->is_big ? be16toh(value) : le16toh(value);
}

uint32_t elf_word(const struct elf *elf, uint32_t value)
{
	return elf->is_big ? be32toh(value) : le32toh(value);
}

uint64_t elf_xword(const struct elf *elf, uint64_t value)
{
	return elf->is_big ? be64toh(value) : le64toh(value);
}

int elf_read_header(int fd, struct elf *elf)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr e32;
		Elf64_Ehdr e64;
	} header = { { 0 } };
	int found = elf_read_at(fd, &header, sizeof(header.e32), 0);

	if (found <= 0 || memcmp(header.ident, ELFMAG, SELFMAG))
		return found < 0 ? -1 : 0;
	elf->fd = fd;
	elf->is_64 = header.ident[EI_CLASS] == ELFCLASS64;
	elf->is_big = header.ident[EI_DATA] == ELFDATA2MSB;
	if (elf->is_64) {
		found = elf_read_at(fd, &header, sizeof(header.e64), 0);
		if (found <= 0)
			return found;
		elf->type = elf_half(elf, header.e64.e_type);
		elf->machine = elf_half(elf, header.e64.e_machine);
		elf->program_headers = elf_xword(elf, header.e64.e_phoff);
		elf->header_size = elf_half(elf, header.e64.e_phentsize);
		elf->header_count = elf_half(elf, header.e64.e_phnum);
		elf->section_headers = elf_xword(elf, header.e64.e_shoff);
		elf->section_size = elf_half(elf, header.e64.e_shentsize);
		elf->section_count = elf_half(elf, header.e64.e_shnum);
		elf->section_names = elf_half(elf, header.e64.e_shstrndx);
		return 1;
	}
	elf->type = elf_half(elf, header.e32.e_type);
	elf->machine = elf_half(elf, header.e32.e_machine);
	elf->program_headers = elf_word(elf, header.e32.e_phoff);
	elf->header_size = elf_half(elf, header.e32.e_phentsize);
	elf->header_count = elf_half(elf, header.e32.e_phnum);
	elf->section_headers = elf_word(elf, header.e32.e_shoff);
	elf->section_size = elf_half(elf, header.e32.e_shentsize);
	elf->section_count = elf_half(elf, header.e32.e_shnum);
	elf->section_names = elf_half(elf, header.e32.e_shstrndx);
	return 1;
}

/* Reads header i of a table whose entries take stride bytes. Returns as elf_read_at; 0, too, if
 * they are too short. */
static int read_entry(const struct elf *elf, uint64_t table, size_t stride, unsigned int i,
		      void *header, size_t size)
{
	if (stride < size)
		return 0;
	return elf_read_at(elf->fd, header, size, table + (uint64_t)i * stride);
}

int elf_read_segment(const struct elf *elf, unsigned int i, struct elf_segment *segment)
{
	union {
		Elf32_Phdr p32;
		Elf64_Phdr p64;
	} header;
	size_t size = elf->is_64 ? sizeof(header.p64) : sizeof(header.p32);
	int found = read_entry(elf, elf->program_headers, elf->header_size, i, &header, size);

	if (found <= 0)
		return found;
	if (elf->is_64) {
		segment->type = elf_word(elf, header.p64.p_type);
		segment->offset = elf_xword(elf, header.p64.p_offset);
		segment->size = elf_xword(elf, header.p64.p_filesz);
		segment->address = elf_xword(elf, header.p64.p_vaddr);
		segment->align = elf_xword(elf, header.p64.p_align);
	} else {
		segment->type = elf_word(elf, header.p32.p_type);
		segment->offset = elf_word(elf, header.p32.p_offset);
		segment->size = elf_word(elf, header.p32.p_filesz);
		segment->address = elf_word(elf, header.p32.p_vaddr);
		segment->align = elf_word(elf, header.p32.p_align);
	}
	return 1;
}

int elf_read_section(const struct elf *elf, unsigned int i, struct elf_section *section)
{
	union {
		Elf32_Shdr s32;
		Elf64_Shdr s64;
	} header;
	size_t size = elf->is_64 ? sizeof(header.s64) : sizeof(header.s32);
	int found = read_entry(elf, elf->section_headers, elf->section_size, i, &header, size);

	if (found <= 0)
		return found;
	if (elf->is_64) {
		section->name = elf_word(elf, header.s64.sh_name);
		section->link = elf_word(elf, header.s64.sh_link);
		section->offset = elf_xword(elf, header.s64.sh_offset);
		section->size = elf_xword(elf, header.s64.sh_size);
	} else {
		section->name = elf_word(elf, header.s32.sh_name);
		section->link = elf_word(elf, header.s32.sh_link);
		section->offset = elf_word(elf, header.s32.sh_offset);
		section->size = elf_word(elf, header.s32.sh_size);
	}
	return 1;
}
