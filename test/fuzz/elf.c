/* elf.c - fuzzes the ELF reader, which must answer for any file, and only with what stands in it */
#include "elf/elf_program.h"

#include <errno.h>
#include <string.h>

#include "elf/elf_dynamic.h"
#include "elf/library_path.h"
#include "fuzz.h"

static void check_stand_in(const struct strings *list, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < list->count; i++)
		REQUIRE(memmem(data, size, list->items[i], strlen(list->items[i])));
}

/* A list of directories becomes as many as it has parts, with nothing left to stand for others. */
static void check_path(const char *list)
{
	static const struct library_defaults defaults = { .lib = "lib" };
	struct strings directories = { 0 };
	size_t parts = *list ? 1 : 0;

	for (const char *p = list; *p; p++)
		parts += *p == ':';
	REQUIRE(!library_path_add(&defaults, list, ":", "/origin/file", &directories));
	REQUIRE(directories.count == parts);
	for (size_t i = 0; i < parts; i++)
		REQUIRE(*directories.items[i] && !strstr(directories.items[i], "${ORIGIN}"));
	strings_free(&directories);
}

static bool has_name_of_unwinder(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "pthread_cancel", "pthread_exit", "thrd_exit",
					     "backtrace" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (memmem(data, size, names[i], strlen(names[i])))
			return true;
	return false;
}

static void check_dynamic(int fd, const uint8_t *data, size_t size)
{
	struct elf_dynamic dynamic;
	int found = elf_read_dynamic(fd, &dynamic);

	REQUIRE(found == 0 || found == 1 || (found == -1 && errno == EBADMSG));
	REQUIRE(found == 1 || (!dynamic.needed.count && !dynamic.versions.count));
	REQUIRE(dynamic.versions.count == dynamic.version_files.count);
	check_stand_in(&dynamic.needed, data, size);
	check_stand_in(&dynamic.versions, data, size);
	check_stand_in(&dynamic.version_files, data, size);
	REQUIRE(!dynamic.calls_unwinder || has_name_of_unwinder(data, size));
	if (dynamic.soname)
		REQUIRE(memmem(data, size, dynamic.soname, strlen(dynamic.soname)));
	if (dynamic.rpath)
		check_path(dynamic.rpath);
	if (dynamic.runpath)
		check_path(dynamic.runpath);
	elf_free_dynamic(&dynamic);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memory_file(data, size);
	struct elf_program program;
	char id[BUILD_ID_SIZE];
	int found = elf_has_note(fd, "ktstr");

	REQUIRE(elf_read_build_id(fd, id) == 0 && strnlen(id, sizeof(id)) < sizeof(id));
	REQUIRE(found == 0 || found == 1);
	REQUIRE(!found || memmem(data, size, "ktstr", sizeof("ktstr")));
	found = elf_has_section(fd, "linkme_KTSTR_TESTS");
	REQUIRE(found == 0 || found == 1);
	REQUIRE(!found || memmem(data, size, "linkme_KTSTR_TESTS", sizeof("linkme_KTSTR_TESTS")));
	found = elf_read_program(fd, &program);
	REQUIRE(found == 0 || found == 1);
	if (found) {
		size_t length = strnlen(program.interpreter, sizeof(program.interpreter));

		REQUIRE(length < sizeof(program.interpreter) && strlen(program.machine) < 16);
		REQUIRE(memmem(data, size, program.interpreter, length));
	}
	check_dynamic(fd, data, size);
	take_messages(false);
	return 0;
}
