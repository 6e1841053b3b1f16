/* rival.c - finds another copy of libktstr in the program's file */
#include <link.h>
#include <string.h>

#include "internal.h"

static bool holds(const struct dl_phdr_info *info, const ElfW(Phdr) * segment, const void *address)
{
	uintptr_t begin = info->dlpi_addr + segment->p_vaddr;

	return (uintptr_t)address - begin < segment->p_memsz;
}

static bool has_note(const char *p, size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) header;
		size_t name_size, length;

		memcpy(&header, p, sizeof(header));
		name_size = ((size_t)header.n_namesz + 3) & ~(size_t)3;
		length = sizeof(header) + name_size + (((size_t)header.n_descsz + 3) & ~(size_t)3);
		if (length > size)
			return false;
		if (header.n_namesz == sizeof("ktstr") && !memcmp(p + sizeof(header), "ktstr", 6))
			return true;
		p += length;
		size -= length;
	}
	return false;
}

static int look_at_program(struct dl_phdr_info *info, size_t size, void *data)
{
	static const char here;
	bool *rival = data;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives it as a number */
		const char *content = (const char *)(info->dlpi_addr + segment->p_vaddr);

		if (segment->p_type == PT_LOAD && holds(info, segment, &here)) {
			*rival = false;
			return 1;
		}
		if (segment->p_type == PT_NOTE && has_note(content, segment->p_memsz))
			*rival = true;
	}
	return 1; /* the program comes first: stop after it */
}

bool ktstr_has_rival(void)
{
	bool rival = false;

	dl_iterate_phdr(look_at_program, &rival);
	return rival;
}
