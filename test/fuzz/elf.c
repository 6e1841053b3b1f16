/* elf.c - fuzzes the ELF reader, which must answer for any file, and only with what stands in it */
#include "registry/elf.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* Returns a descriptor of a file with these bytes, the same one each time. */
static int file_of(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("elf", MFD_CLOEXEC);
	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, (off_t)size));
	REQUIRE(pwrite(fd, data, size, 0) == (ssize_t)size);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = file_of(data, size);
	struct elf_program program;
	int found = elf_has_note(fd, "ktstr");

	REQUIRE(found == 0 || found == 1);
	REQUIRE(!found || memmem(data, size, "ktstr", sizeof("ktstr")));
	found = elf_read_program(fd, &program);
	REQUIRE(found == 0 || found == 1);
	if (found) {
		size_t length = strnlen(program.interpreter, sizeof(program.interpreter));

		REQUIRE(length < sizeof(program.interpreter) && strlen(program.machine) < 16);
		REQUIRE(memmem(data, size, program.interpreter, length));
	}
	take_messages(false);
	return 0;
}
