/* elf_program.c - read an ELF file's notes, machine and interpreter, without running it */
#include "elf_program.h"

#include <elf.h> /* NOLINT(readability-duplicate-include): the system's, not the one above */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf_reader.h"

enum {
	NOTES_MAX = 1024 * 1024, /* notes are small: the limit for all segments together */
	SECTIONS_MAX = 65536,
	SECTION_NAME_SIZE = 32,
};

static size_t align_up(size_t value, size_t align)
{
	return (value + align - 1) / align * align;
}

/* What to look for, and what was found. */
struct note {
	const char *name;
	bool is_build_id;		     /* or any note of that name */
	unsigned char id[BUILD_ID_SIZE / 2]; /* of a build ID */
	size_t id_size;
};

static bool segment_has_note(const struct elf *elf, const unsigned char *bytes, size_t size,
			     size_t align, struct note *wanted)
{
	size_t at = 0, length = strlen(wanted->name) + 1; /* the size includes the NUL byte */

	while (size - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note; /* the same in both classes */
		size_t name_size, desc_size;
		bool has_name;

		memcpy(&note, bytes + at, sizeof(note));
		name_size = elf_word(elf, note.n_namesz);
		desc_size = elf_word(elf, note.n_descsz);
		at += sizeof(note);
		if (name_size > size - at)
			return false;
		has_name = name_size == length && !memcmp(bytes + at, wanted->name, length);
		if (has_name && !wanted->is_build_id)
			return true;
		at = align_up(at + name_size, align);
		if (at > size || desc_size > size - at)
			return false;
		if (has_name && elf_word(elf, note.n_type) == NT_GNU_BUILD_ID &&
		    desc_size <= sizeof(wanted->id)) {
			memcpy(wanted->id, bytes + at, desc_size);
			wanted->id_size = desc_size;
			return true;
		}
		at = align_up(at + desc_size, align);
		if (at > size)
			return false;
	}
	return false;
}

/* Whether a segment of notes has this one: 1, 0, or -1 with errno. */
static int search_notes(const struct elf *elf, const struct elf_segment *segment,
			struct note *wanted)
{
	unsigned char *bytes = malloc((size_t)segment->size + 1);
	int found;

	if (!bytes)
		return -1;
	found = elf_read_at(elf->fd, bytes, (size_t)segment->size, segment->offset);
	if (found > 0)
		found = segment_has_note(elf, bytes, (size_t)segment->size,
					 segment->align == 8 ? 8 : 4, wanted);
	free(bytes);
	return found;
}

/* Whether the file has this note: 1, 0, or -1 with errno. */
static int find_note(int fd, struct note *wanted)
{
	uint64_t left = NOTES_MAX;
	struct elf elf;
	int found = elf_read_header(fd, &elf);

	if (found <= 0)
		return found;
	for (unsigned int i = 0; i < elf.header_count; i++) {
		struct elf_segment segment = { 0 };

		found = elf_read_segment(&elf, i, &segment);
		if (found <= 0)
			return found;
		if (segment.type != PT_NOTE || segment.size > left)
			continue;
		left -= segment.size;
		found = search_notes(&elf, &segment, wanted);
		if (found)
			return found;
	}
	return 0;
}

int elf_has_note(int fd, const char *name)
{
	struct note wanted = { .name = name };

	return find_note(fd, &wanted);
}

int elf_read_build_id(int fd, char hex[BUILD_ID_SIZE])
{
	struct note wanted = { .name = "GNU", .is_build_id = true };
	int found = find_note(fd, &wanted);

	hex[0] = '\0';
	for (size_t i = 0; found > 0 && i < wanted.id_size; i++)
		snprintf(hex + 2 * i, 3, "%02x", wanted.id[i]);
	return found < 0 ? -1 : 0;
}

/*
 * Sets *count to the number of sections, and *names to the section that has their names. Both may
 * be in the first section header, if they do not fit into the file's. Returns as elf_read_section.
 */
static int find_section_names(const struct elf *elf, uint64_t *count, struct elf_section *names)
{
	struct elf_section first = { 0 };
	int found = elf_read_section(elf, 0, &first);

	if (found <= 0)
		return found;
	*count = elf->section_count ? elf->section_count : first.size;
	return elf_read_section(
		elf, elf->section_names == SHN_XINDEX ? first.link : elf->section_names, names);
}

int elf_has_section(int fd, const char *name)
{
	char text[SECTION_NAME_SIZE];
	size_t size = strlen(name) + 1;
	struct elf_section names = { 0 };
	uint64_t count = 0;
	struct elf elf;
	int found = elf_read_header(fd, &elf);

	if (found > 0 && size <= sizeof(text))
		found = find_section_names(&elf, &count, &names);
	if (found <= 0 || size > sizeof(text))
		return found < 0 ? -1 : 0;
	for (unsigned int i = 0; i < count && i < SECTIONS_MAX; i++) {
		struct elf_section section = { 0 };

		found = elf_read_section(&elf, i, &section);
		if (found <= 0)
			return found;
		if (section.name > names.size || size > names.size - section.name ||
		    names.offset > UINT64_MAX - section.name)
			continue;
		found = elf_read_at(fd, text, size, names.offset + section.name);
		if (found < 0)
			return -1;
		if (found && !memcmp(text, name, size))
			return 1;
	}
	return 0;
}

/* Returns what uname -m prints where such programs run, or "". */
static const char *machine_name(const struct elf *elf)
{
	switch (elf->machine) {
	case EM_X86_64:
		return elf->is_64 ? "x86_64" : ""; /* x32: uname -m cannot show it */
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
	case 258: /* EM_LOONGARCH, which an older elf.h lacks */
		return "loongarch64";
	default:
		return "";
	}
}

int elf_read_program(int fd, struct elf_program *program)
{
	struct elf elf;
	int found = elf_read_header(fd, &elf);

	if (found <= 0 || (elf.type != ET_EXEC && elf.type != ET_DYN))
		return found < 0 ? -1 : 0;
	*program = (struct elf_program){ .machine = machine_name(&elf) };
	for (unsigned int i = 0; i < elf.header_count; i++) {
		struct elf_segment segment = { 0 };

		found = elf_read_segment(&elf, i, &segment);
		if (found <= 0)
			return found;
		if (segment.type != PT_INTERP)
			continue;
		if (segment.size >= sizeof(program->interpreter))
			break;
		found = elf_read_at(fd, program->interpreter, (size_t)segment.size, segment.offset);
		if (found <= 0)
			return found;
		program->interpreter[segment.size] = '\0';
		break; /* the kernel takes the first one too */
	}
	return 1;
}
