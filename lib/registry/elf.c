/* elf.c - what an ELF file says of itself, read without running it */
#include "elf.h"

#include <elf.h> /* NOLINT(readability-duplicate-include): the system's, not the one above */
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEGMENT_MAX = 1024 * 1024 }; /* notes are small: a larger segment is not read */

struct elf {
	int fd;
	bool is_64, is_big;
	unsigned int type, machine;
	uint64_t program_headers; /* offset of the first */
	unsigned int header_size, header_count;
};

struct segment {
	uint32_t type;
	uint64_t offset, size, align;
};

/* Reads size bytes at offset. Returns 1, 0 where the file ends before, or -1 with errno. */
static int read_at(int fd, void *bytes, size_t size, uint64_t offset)
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

static uint16_t half(const struct elf *elf, uint16_t value)
{
	return elf->is_big ? be16toh(value) : le16toh(value);
}

static uint32_t word(const struct elf *elf, uint32_t value)
{
	return elf->is_big ? be32toh(value) : le32toh(value);
}

static uint64_t xword(const struct elf *elf, uint64_t value)
{
	return elf->is_big ? be64toh(value) : le64toh(value);
}

/* Returns 1, 0 where fd is no ELF file, or -1 with errno. */
static int read_header(int fd, struct elf *elf)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr e32;
		Elf64_Ehdr e64;
	} header = { { 0 } };
	int found = read_at(fd, &header, sizeof(header.e32), 0);

	if (found <= 0 || memcmp(header.ident, ELFMAG, SELFMAG))
		return found < 0 ? -1 : 0;
	elf->fd = fd;
	elf->is_64 = header.ident[EI_CLASS] == ELFCLASS64;
	elf->is_big = header.ident[EI_DATA] == ELFDATA2MSB;
	if (elf->is_64) {
		found = read_at(fd, &header, sizeof(header.e64), 0);
		if (found <= 0)
			return found;
		elf->type = half(elf, header.e64.e_type);
		elf->machine = half(elf, header.e64.e_machine);
		elf->program_headers = xword(elf, header.e64.e_phoff);
		elf->header_size = half(elf, header.e64.e_phentsize);
		elf->header_count = half(elf, header.e64.e_phnum);
		return elf->header_size >= sizeof(Elf64_Phdr);
	}
	elf->type = half(elf, header.e32.e_type);
	elf->machine = half(elf, header.e32.e_machine);
	elf->program_headers = word(elf, header.e32.e_phoff);
	elf->header_size = half(elf, header.e32.e_phentsize);
	elf->header_count = half(elf, header.e32.e_phnum);
	return elf->header_size >= sizeof(Elf32_Phdr);
}

/* Reads program header i. Returns 1, 0 where the file ends before, or -1 with errno. */
static int read_segment(const struct elf *elf, unsigned int i, struct segment *segment)
{
	union {
		Elf32_Phdr p32;
		Elf64_Phdr p64;
	} header;
	int found = read_at(elf->fd, &header, elf->is_64 ? sizeof(header.p64) : sizeof(header.p32),
			    elf->program_headers + (uint64_t)i * elf->header_size);

	if (found <= 0)
		return found;
	if (elf->is_64) {
		segment->type = word(elf, header.p64.p_type);
		segment->offset = xword(elf, header.p64.p_offset);
		segment->size = xword(elf, header.p64.p_filesz);
		segment->align = xword(elf, header.p64.p_align);
	} else {
		segment->type = word(elf, header.p32.p_type);
		segment->offset = word(elf, header.p32.p_offset);
		segment->size = word(elf, header.p32.p_filesz);
		segment->align = word(elf, header.p32.p_align);
	}
	return 1;
}

static size_t align_up(size_t value, size_t align)
{
	return (value + align - 1) / align * align;
}

static bool segment_has_note(const struct elf *elf, const unsigned char *bytes, size_t size,
			     size_t align, const char *name)
{
	size_t at = 0, wanted = strlen(name) + 1; /* the name's NUL byte counts */

	while (size - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note; /* the same in both classes */
		size_t name_size, desc_size;

		memcpy(&note, bytes + at, sizeof(note));
		name_size = word(elf, note.n_namesz);
		desc_size = word(elf, note.n_descsz);
		at += sizeof(note);
		if (name_size > size - at)
			return false;
		if (name_size == wanted && !memcmp(bytes + at, name, wanted))
			return true;
		at = align_up(at + name_size, align);
		if (at > size || desc_size > size - at)
			return false;
		at = align_up(at + desc_size, align);
		if (at > size)
			return false;
	}
	return false;
}

/* Whether the segment, of notes, has one of that name: 1, 0, or -1 with errno. */
static int search_notes(const struct elf *elf, const struct segment *segment, const char *name)
{
	unsigned char *bytes = malloc((size_t)segment->size + 1);
	int found;

	if (!bytes)
		return -1;
	found = read_at(elf->fd, bytes, (size_t)segment->size, segment->offset);
	if (found > 0)
		found = segment_has_note(elf, bytes, (size_t)segment->size,
					 segment->align == 8 ? 8 : 4, name);
	free(bytes);
	return found;
}

int elf_has_note(int fd, const char *name)
{
	struct elf elf;
	int found = read_header(fd, &elf);

	if (found <= 0)
		return found;
	found = 0;
	for (unsigned int i = 0; !found && i < elf.header_count; i++) {
		struct segment segment = { 0 };

		found = read_segment(&elf, i, &segment);
		if (found > 0)
			found = segment.type == PT_NOTE && segment.size <= SEGMENT_MAX
					? search_notes(&elf, &segment, name)
					: 0;
	}
	return found;
}

/* What uname -m prints where programs of that kind run. */
static const char *machine_name(const struct elf *elf)
{
	switch (elf->machine) {
	case EM_X86_64:
		return elf->is_64 ? "x86_64" : ""; /* x32: no host says so */
	case EM_386:
		return "i686";
	case EM_AARCH64:
		return "aarch64";
	case EM_ARM:
		return "armv7l";
	case EM_RISCV:
		return elf->is_64 ? "riscv64" : "riscv32";
	case EM_PPC64:
		return elf->is_big ? "ppc64" : "ppc64le";
	case EM_S390:
		return elf->is_64 ? "s390x" : "s390";
	case 258: /* EM_LOONGARCH, which older elf.h lack */
		return "loongarch64";
	default:
		return "";
	}
}

int elf_read_program(int fd, struct elf_program *program)
{
	struct elf elf;
	int found = read_header(fd, &elf);

	if (found <= 0 || (elf.type != ET_EXEC && elf.type != ET_DYN))
		return found < 0 ? -1 : 0;
	*program = (struct elf_program){ .machine = machine_name(&elf) };
	for (unsigned int i = 0; i < elf.header_count; i++) {
		struct segment segment = { 0 };

		found = read_segment(&elf, i, &segment);
		if (found <= 0)
			return found;
		if (segment.type != PT_INTERP || segment.size >= sizeof(program->interpreter))
			continue;
		found = read_at(fd, program->interpreter, (size_t)segment.size, segment.offset);
		if (found <= 0)
			return found;
		program->interpreter[segment.size] = '\0';
	}
	return 1;
}
