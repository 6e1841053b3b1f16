/*
 * cut.c - files cut short at every offset: what is read then is nothing, or what the whole says
 *
 *   cut elf FILE...
 *   cut records FILE...        manifests, as the record reader has them
 *   cut definitions FILE...
 *
 * Prints for each file how many cuts there were, and how many of them still had an answer.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "elf/elf_dynamic.h"
#include "elf/elf_program.h"
#include "registry/definition.h"
#include "registry/manifest.h"

enum { MOST = 64 * 1024 * 1024 };

static const char *path; /* of the file at hand */
static size_t cut;	 /* how many of its bytes are there */

__attribute__((format(printf, 1, 2), noreturn)) static void fail(const char *format, ...)
{
	va_list args;

	printf("%s: cut after %zu bytes: ", path, cut);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(1);
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_same_list(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->items[i], b->items[i]))
			return false;
	return a->count == b->count;
}

/* --- ELF files --- */

struct answer {
	int has_note, is_program, is_dynamic; /* as elf.h and elf_dynamic.h have them */
	struct elf_program program;
	struct elf_dynamic dynamic;
};

static void ask(int fd, struct answer *answer)
{
	answer->has_note = elf_has_note(fd, "ktstr");
	answer->is_program = elf_read_program(fd, &answer->program);
	if (answer->has_note < 0 || answer->is_program < 0)
		fail("an error: %m");
	answer->is_dynamic = elf_read_dynamic(fd, &answer->dynamic);
	if (answer->is_dynamic < 0 && errno != EBADMSG)
		fail("an error: %m");
}

static bool is_same_dynamic(const struct elf_dynamic *a, const struct elf_dynamic *b)
{
	return is_same_list(&a->needed, &b->needed) && is_same_list(&a->versions, &b->versions) &&
	       is_same_list(&a->version_files, &b->version_files) &&
	       is_same_text(a->soname, b->soname) && is_same_text(a->rpath, b->rpath) &&
	       is_same_text(a->runpath, b->runpath) && a->calls_unwinder == b->calls_unwinder;
}

/* Returns how many cuts still said something. */
static size_t cut_elf(const char *text, size_t size)
{
	struct answer whole, part;
	size_t answered = 0;
	int fd = memfd_create("cut", MFD_CLOEXEC);

	cut = size;
	if (fd < 0 || write_all(fd, text, size))
		fail("a copy cannot be made: %m");
	ask(fd, &whole);
	while (cut--) {
		if (ftruncate(fd, (off_t)cut))
			fail("the copy cannot be cut: %m");
		ask(fd, &part);
		if (part.has_note && !whole.has_note)
			fail("has a note that the whole has not");
		if (part.is_program && !whole.is_program)
			fail("is a program, but the whole is not");
		if (part.is_program &&
		    (strcmp(part.program.machine, whole.program.machine) ||
		     strcmp(part.program.interpreter, whole.program.interpreter)))
			fail("needs %s, %s", part.program.machine, part.program.interpreter);
		if (part.is_dynamic > 0 &&
		    (whole.is_dynamic < 1 || !is_same_dynamic(&part.dynamic, &whole.dynamic)))
			fail("needs other libraries");
		elf_free_dynamic(&part.dynamic);
		answered += part.has_note || part.is_program;
	}
	elf_free_dynamic(&whole.dynamic);
	close(fd);
	return answered;
}

/* --- texts --- */

static bool is_same(const struct entry *a, const struct entry *b)
{
	return !strcmp(a->keyword, b->keyword) && a->line == b->line &&
	       is_same_list(&a->fields, &b->fields);
}

/* Reads records up to an error or the end; those before are in entries. Returns 0, or -1. */
static int read_records(const char *text, size_t size, struct entries *entries)
{
	struct record_reader *reader = record_open_memory(path, text, size, manifest_rules);
	struct record record;
	int more;

	if (!reader)
		fail("no reader: %m");
	while ((more = record_next(reader, &record)) > 0)
		if (entries_add_fields(entries, record.line, record.keyword, record.fields))
			fail("%m");
	record_close(reader);
	return more;
}

/* All lines that are there as a whole must be read as they are in the whole text. */
static size_t cut_records(const char *text, size_t size)
{
	struct entries whole = { 0 };
	size_t answered = 0;

	cut = size;
	if (read_records(text, size, &whole))
		fail("the whole cannot be read");
	while (cut--) {
		char *part = malloc(cut + 1); /* its end is seen by sanitizers */
		struct entries entries = { 0 };
		size_t complete = 0, lines = 0;

		if (!part)
			fail("no memory");
		memcpy(part, text, cut);
		for (size_t i = 0; i < cut; i++)
			lines += text[i] == '\n';
		while (complete < whole.count && whole.items[complete].line <= lines)
			complete++;
		answered += !read_records(part, cut, &entries);
		if (entries.count < complete || entries.count > complete + 1)
			fail("%zu records of %zu", entries.count, complete);
		for (size_t i = 0; i < complete; i++)
			if (!is_same(&entries.items[i], &whole.items[i]))
				fail("record %zu is another", i);
		entries_free(&entries);
		free(part);
	}
	entries_free(&whole);
	return answered;
}

static bool is_same_test(const struct definition *x, const struct definition *y)
{
	const struct entry *a = NULL, *b = NULL;

	do {
		a = definition_next(x, NULL, a);
		b = definition_next(y, NULL, b);
		if (!a || !b)
			break;
	} while (is_same(a, b));
	return a == b && !strcmp(x->name, y->name); /* both NULL: at the end */
}

/* Of what is read, all tests but the last are those of the whole text. */
static size_t cut_definitions(const char *text, size_t size)
{
	struct definitions whole, part;
	size_t answered = 0;

	cut = size;
	if (definitions_read(path, text, size, &whole))
		fail("the whole cannot be read");
	while (cut--) {
		if (definitions_read(path, text, cut, &part))
			continue;
		answered++;
		if (part.count > whole.count)
			fail("%zu tests of %zu", part.count, whole.count);
		for (size_t i = 0; i + 1 < part.count; i++)
			if (!is_same_test(&part.items[i], &whole.items[i]))
				fail("test %zu is another", i);
		definitions_free(&part);
	}
	definitions_free(&whole);
	return answered;
}

int main(int argc, char **argv)
{
	size_t (*cut_short)(const char *, size_t) = NULL;

	if (argc > 2 && !strcmp(argv[1], "elf"))
		cut_short = cut_elf;
	else if (argc > 2 && !strcmp(argv[1], "records"))
		cut_short = cut_records;
	else if (argc > 2 && !strcmp(argv[1], "definitions"))
		cut_short = cut_definitions;
	if (!cut_short) {
		fputs("usage: cut elf|records|definitions FILE...\n", stderr);
		return 64;
	}
	for (int i = 2; i < argc; i++) {
		size_t size, answered;
		char *text;

		path = argv[i];
		if (!freopen(path, "r", stdin) || read_all(STDIN_FILENO, MOST, &text, &size))
			fail("cannot be read: %m");
		answered = cut_short(text, size);
		printf("%s: %zu cuts, %zu answered\n", path, size, answered);
		free(text);
	}
	return 0;
}
