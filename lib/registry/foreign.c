/* foreign.c - programs that do not take the arguments of a ktstr test binary */
#include "foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "elf/elf_program.h"

static const char option[] = "ktstr-test-fn";

int has_framework_tests(int fd)
{
	int found = elf_has_section(fd, "linkme_KTSTR_TESTS");

	return found ? found : elf_has_section(fd, "linkm2_KTSTR_TESTS");
}

/* Whether the option's name is in the file. Returns 1 or 0, or -1 with errno. */
static int has_option(int fd)
{
	enum { KEPT = sizeof(option) - 2 }; /* of a name that two reads share */
	static char buffer[KEPT + 1024 * 1024];
	size_t kept = 0;
	ssize_t n;

	while ((n = read_full(fd, buffer + kept, sizeof(buffer) - kept)) > 0) {
		size_t size = kept + (size_t)n;

		if (memmem(buffer, size, option, strlen(option)))
			return 1;
		kept = size < KEPT ? size : KEPT;
		memmove(buffer, buffer + size - kept, kept);
	}
	return (int)n;
}

int program_is_foreign(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), known, saved;
	struct elf_program program;

	if (fd < 0)
		return -1;
	known = elf_read_program(fd, &program);
	if (known >= 0)
		known = !known;
	if (!known)
		known = elf_has_note(fd, "ktstr");
	if (!known)
		known = has_framework_tests(fd);
	if (!known)
		known = has_option(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return known < 0 ? -1 : !known;
}
