/* elf_dynamic.c - read what an ELF file needs from the dynamic loader, without running it */
#include "elf_dynamic.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf_reader.h"
#include "elf/glibc.h"

/* Far above what linkers write. A file with more is malformed: it gets no memory and no time. */
enum {
	LOADS_MAX = 256,
	DYNAMIC_MAX = 1024 * 1024,
	STRINGS_MAX = 64 * 1024 * 1024,
	VERSIONS_MAX = 65536,
	LIST_MAX = 64 * 1024,	       /* bytes of DT_RPATH, DT_RUNPATH or DT_SONAME */
	KEPT_MAX = 16 * 1024 * 1024,   /* bytes of copied strings: many may be the same */
	TABLE_MAX = 256 * 1024 * 1024, /* bytes of one relocation table, of the symbols */
	CHUNK = 24 * 1024,	       /* a multiple of their entries' sizes: 8, 12, 16, 24 bytes */
};

/* An ELF file while it is read. */
struct image {
	struct elf elf;
	struct elf_segment loads[LOADS_MAX];
	size_t load_count;
	struct elf_segment dynamic; /* type PT_NULL if there is none */
	char *strings;		    /* DT_STRTAB, and a NUL byte after it */
	size_t strings_size;
	size_t kept; /* bytes of strings copied from there */
};

/* The values of tags that occur once; 0 if they are missing. */
struct tags {
	uint64_t strings, strings_size;
	uint64_t versions;
	uint64_t flags_1;
	uint64_t symbols;
	uint64_t rela, rela_size, rel, rel_size;
	uint64_t plt, plt_size, plt_kind; /* plt_kind: DT_REL or DT_RELA */
	uint64_t soname, rpath, runpath;  /* offsets in strings, plus 1 */
};

static int malformed(void)
{
	errno = EBADMSG;
	return -1;
}

/* As elf_read_at, but a file that ends too early is malformed. Returns 0, or -1 with errno. */
static int read_part(const struct image *image, void *bytes, size_t size, uint64_t offset)
{
	int found = elf_read_at(image->elf.fd, bytes, size, offset);

	return found ? found < 0 ? -1 : 0 : malformed();
}

static int read_segments(struct image *image)
{
	for (unsigned int i = 0; i < image->elf.header_count; i++) {
		struct elf_segment segment;
		int found = elf_read_segment(&image->elf, i, &segment);

		if (found <= 0)
			return found < 0 ? -1 : malformed();
		if (segment.type == PT_DYNAMIC)
			image->dynamic = segment;
		if (segment.type != PT_LOAD)
			continue;
		if (image->load_count == LOADS_MAX)
			return malformed();
		image->loads[image->load_count++] = segment;
	}
	return 0;
}

/*
 * Sets *offset to the place in the file of what is loaded at address. Returns 0, or -1 with errno.
 */
static int find_address(const struct image *image, uint64_t address, uint64_t *offset)
{
	for (size_t i = 0; i < image->load_count; i++) {
		const struct elf_segment *load = &image->loads[i];

		if (address < load->address || address - load->address >= load->size)
			continue;
		*offset = load->offset + (address - load->address);
		return 0;
	}
	return malformed();
}

static int read_strings(struct image *image, const struct tags *tags)
{
	uint64_t offset;

	if (tags->strings_size > STRINGS_MAX || find_address(image, tags->strings, &offset))
		return malformed();
	image->strings_size = (size_t)tags->strings_size;
	image->strings = malloc(image->strings_size + 1);
	if (!image->strings || read_part(image, image->strings, image->strings_size, offset))
		return -1;
	image->strings[image->strings_size] = '\0';
	return 0;
}

/* Returns a string of the table, or NULL. The NUL byte after the table ends its last string. */
static const char *string_at(const struct image *image, uint64_t offset)
{
	return offset < image->strings_size ? image->strings + offset : NULL;
}

static int keep_string(struct image *image, struct strings *list, const char *text)
{
	image->kept += strlen(text) + 1;
	return image->kept <= KEPT_MAX ? strings_add(list, text) : malformed();
}

static int add_string(struct image *image, struct strings *list, uint64_t offset)
{
	const char *text = string_at(image, offset);

	return text ? keep_string(image, list, text) : malformed();
}

/* Copies the string at an offset, given plus 1, to *text. With 0, leaves *text NULL. */
static int copy_string(const struct image *image, uint64_t after_offset, char **text)
{
	const char *found;

	if (!after_offset)
		return 0;
	found = string_at(image, after_offset - 1);
	if (!found || strlen(found) > LIST_MAX)
		return malformed();
	*text = strdup(found);
	return *text ? 0 : -1;
}

/* Reads entry i of the dynamic section. Returns false after the last one. */
static bool next_tag(const struct image *image, const char *section, size_t i, uint64_t *tag,
		     uint64_t *value)
{
	size_t size = image->elf.is_64 ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
	Elf64_Dyn d64;
	Elf32_Dyn d32;

	if (i >= image->dynamic.size / size)
		return false;
	if (image->elf.is_64) {
		memcpy(&d64, section + i * size, size);
		*tag = elf_xword(&image->elf, (uint64_t)d64.d_tag);
		*value = elf_xword(&image->elf, d64.d_un.d_val);
	} else {
		memcpy(&d32, section + i * size, size);
		*tag = elf_word(&image->elf, (uint32_t)d32.d_tag);
		*value = elf_word(&image->elf, d32.d_un.d_val);
	}
	return *tag != DT_NULL;
}

static void read_tags(const struct image *image, const char *section, struct tags *tags)
{
	uint64_t tag, value;

	for (size_t i = 0; next_tag(image, section, i, &tag, &value); i++) {
		switch (tag) {
		case DT_STRTAB:
			tags->strings = value;
			break;
		case DT_STRSZ:
			tags->strings_size = value;
			break;
		case DT_SONAME:
			tags->soname = value + 1;
			break;
		case DT_RPATH:
			tags->rpath = value + 1;
			break;
		case DT_RUNPATH:
			tags->runpath = value + 1;
			break;
		case DT_FLAGS_1:
			tags->flags_1 = value;
			break;
		case DT_VERNEED:
			tags->versions = value;
			break;
		case DT_SYMTAB:
			tags->symbols = value;
			break;
		case DT_RELA:
			tags->rela = value;
			break;
		case DT_RELASZ:
			tags->rela_size = value;
			break;
		case DT_REL:
			tags->rel = value;
			break;
		case DT_RELSZ:
			tags->rel_size = value;
			break;
		case DT_JMPREL:
			tags->plt = value;
			break;
		case DT_PLTRELSZ:
			tags->plt_size = value;
			break;
		case DT_PLTREL:
			tags->plt_kind = value;
			break;
		}
	}
}

static int read_needed(struct image *image, const char *section, struct elf_dynamic *dynamic)
{
	uint64_t tag, value;

	for (size_t i = 0; next_tag(image, section, i, &tag, &value); i++)
		if ((tag == DT_NEEDED || tag == DT_FILTER) &&
		    add_string(image, &dynamic->needed, value))
			return -1;
	return 0;
}

/*
 * Adds the versions needed of one library, which begin at offset at. *budget is how many more may
 * be read.
 */
static int read_versions_of(struct image *image, const char *file, uint64_t at,
			    unsigned int *budget, struct elf_dynamic *dynamic)
{
	for (;;) {
		Elf64_Vernaux version; /* the same in both classes */

		if (!(*budget)--)
			return malformed();
		if (read_part(image, &version, sizeof(version), at))
			return -1;
		/* a weak version may be missing */
		if (!(elf_half(&image->elf, version.vna_flags) & VER_FLG_WEAK) &&
		    (add_string(image, &dynamic->versions,
				elf_word(&image->elf, version.vna_name)) ||
		     keep_string(image, &dynamic->version_files, file)))
			return -1;
		if (!version.vna_next)
			return 0;
		at += elf_word(&image->elf, version.vna_next);
	}
}

/* Follows the links between the records, as the loader does. Links lead only forward. */
static int read_versions(struct image *image, uint64_t address, struct elf_dynamic *dynamic)
{
	unsigned int budget = VERSIONS_MAX;
	uint64_t at;

	if (!address)
		return 0;
	if (find_address(image, address, &at))
		return -1;
	for (;;) {
		Elf64_Verneed library; /* the same in both classes */
		const char *file;

		if (!budget--)
			return malformed();
		if (read_part(image, &library, sizeof(library), at))
			return -1;
		file = string_at(image, elf_word(&image->elf, library.vn_file));
		if (!file)
			return malformed();
		if (read_versions_of(image, file, at + elf_word(&image->elf, library.vn_aux),
				     &budget, dynamic))
			return -1;
		if (!library.vn_next)
			return 0;
		at += elf_word(&image->elf, library.vn_next);
	}
}

/*
 * Whether the strings contain the name of such a function. Most files do not, and need no further
 * search.
 */
static bool names_unwinder(const struct image *image)
{
	size_t length;

	for (const char *p = image->strings, *end = p + image->strings_size; p < end;
	     p += length + 1) {
		length = strlen(p);
		/* a linker may store a name as the end of a longer string */
		for (const char *name = p; *name; name++)
			if (glibc_unwinds_in(name))
				return true;
	}
	return false;
}

/* Raises *last to the highest symbol number in a table of relocations. */
static int find_last_symbol(const struct image *image, uint64_t address, uint64_t size,
			    bool has_addend, uint64_t *last)
{
	size_t word = image->elf.is_64 ? 8 : 4, entry = word * (has_addend ? 3 : 2);
	char chunk[CHUNK];
	uint64_t offset;

	if (!size)
		return 0;
	if (size > TABLE_MAX || find_address(image, address, &offset))
		return malformed();
	for (size_t n; size >= entry; size -= n, offset += n) {
		n = size < CHUNK ? (size_t)size / entry * entry : CHUNK;
		if (read_part(image, chunk, n, offset))
			return -1;
		for (size_t at = 0; at < n; at += entry) {
			Elf64_Rel r64;
			Elf32_Rel r32;
			uint64_t symbol;

			if (image->elf.is_64) {
				memcpy(&r64, chunk + at, sizeof(r64));
				symbol = ELF64_R_SYM(elf_xword(&image->elf, r64.r_info));
			} else {
				memcpy(&r32, chunk + at, sizeof(r32));
				symbol = ELF32_R_SYM(elf_word(&image->elf, r32.r_info));
			}
			if (symbol > *last)
				*last = symbol;
		}
	}
	return 0;
}

/* Whether the symbol is one of these functions and undefined here. */
static bool is_unwinder(const struct image *image, const char *symbol)
{
	const char *name;
	Elf64_Sym s64;
	Elf32_Sym s32;

	if (image->elf.is_64) {
		memcpy(&s64, symbol, sizeof(s64));
		name = string_at(image, elf_word(&image->elf, s64.st_name));
		return s64.st_shndx == SHN_UNDEF && name && glibc_unwinds_in(name);
	}
	memcpy(&s32, symbol, sizeof(s32));
	name = string_at(image, elf_word(&image->elf, s32.st_name));
	return s32.st_shndx == SHN_UNDEF && name && glibc_unwinds_in(name);
}

/*
 * A file without sections does not say how many symbols it has. But a call of another file's
 * function needs a relocation. So only the symbols up to the highest one in the relocations are
 * read.
 */
static int read_symbols(const struct image *image, const struct tags *tags,
			struct elf_dynamic *dynamic)
{
	size_t entry = image->elf.is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	uint64_t last = 0, offset, size;
	char chunk[CHUNK];

	if (!tags->symbols || !image->strings || !names_unwinder(image))
		return 0;
	if (find_last_symbol(image, tags->rela, tags->rela_size, true, &last) ||
	    find_last_symbol(image, tags->rel, tags->rel_size, false, &last) ||
	    find_last_symbol(image, tags->plt, tags->plt_size, tags->plt_kind == DT_RELA, &last))
		return -1;
	size = (last + 1) * entry;
	if (size > TABLE_MAX || find_address(image, tags->symbols, &offset))
		return malformed();
	for (size_t n; size && !dynamic->calls_unwinder; size -= n, offset += n) {
		n = size < CHUNK ? (size_t)size : CHUNK;
		if (read_part(image, chunk, n, offset))
			return -1;
		for (size_t at = 0; at < n; at += entry)
			if (is_unwinder(image, chunk + at))
				dynamic->calls_unwinder = true;
	}
	return 0;
}

/* Reads the dynamic section, whose bytes these are, and what it refers to. */
static int read_section(struct image *image, const char *section, struct elf_dynamic *dynamic)
{
	struct tags tags = { 0 };

	read_tags(image, section, &tags);
	dynamic->no_default_directories = tags.flags_1 & DF_1_NODEFLIB;
	/* a static program that relocates itself has no strings and needs nothing */
	if (tags.strings_size && read_strings(image, &tags))
		return -1;
	return read_needed(image, section, dynamic) ||
			       copy_string(image, tags.soname, &dynamic->soname) ||
			       copy_string(image, tags.rpath, &dynamic->rpath) ||
			       copy_string(image, tags.runpath, &dynamic->runpath) ||
			       read_versions(image, tags.versions, dynamic) ||
			       read_symbols(image, &tags, dynamic)
		       ? -1
		       : 0;
}

static int read_image(struct image *image, struct elf_dynamic *dynamic)
{
	char *section;
	int failed;

	if (read_segments(image))
		return -1;
	if (image->dynamic.type == PT_NULL)
		return 0;
	if (image->dynamic.size > DYNAMIC_MAX)
		return malformed();
	section = malloc((size_t)image->dynamic.size + 1);
	if (!section)
		return -1;
	failed = read_part(image, section, (size_t)image->dynamic.size, image->dynamic.offset) ||
		 read_section(image, section, dynamic);
	free(section);
	free(image->strings);
	return failed;
}

/* Whether the file begins like an ELF file, even if it ends within its header. */
static bool begins_as_elf(int fd)
{
	char magic[SELFMAG];

	return elf_read_at(fd, magic, SELFMAG, 0) > 0 && !memcmp(magic, ELFMAG, SELFMAG);
}

int elf_read_dynamic(int fd, struct elf_dynamic *dynamic)
{
	struct image image = { .load_count = 0, .dynamic = { .type = PT_NULL } };
	int found = elf_read_header(fd, &image.elf);

	*dynamic = (struct elf_dynamic){ 0 };
	if (found <= 0)
		return found < 0 ? -1 : begins_as_elf(fd) ? malformed() : 0;
	if (image.elf.type != ET_EXEC && image.elf.type != ET_DYN)
		return 0;
	dynamic->machine = image.elf.machine;
	dynamic->is_64 = image.elf.is_64;
	dynamic->is_big = image.elf.is_big;
	if (read_image(&image, dynamic)) {
		int saved = errno;

		elf_free_dynamic(dynamic);
		errno = saved;
		return -1;
	}
	return 1;
}

void elf_free_dynamic(struct elf_dynamic *dynamic)
{
	strings_free(&dynamic->needed);
	strings_free(&dynamic->version_files);
	strings_free(&dynamic->versions);
	free(dynamic->soname);
	free(dynamic->rpath);
	free(dynamic->runpath);
	*dynamic = (struct elf_dynamic){ 0 };
}
