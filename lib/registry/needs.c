/* needs.c - what a host must have to run a manifest's files, read from these files */
#include "needs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/report.h"
#include "registry/elf.h"

enum { BLOCK = 4096 };

static int add_once(struct strings *list, const char *text)
{
	return !*text || strings_contain(list, text) ? 0 : strings_add(list, text);
}

/* The program behind "#!" in a script's first line; nothing in other files. */
static int add_script(struct needs *needs, int fd)
{
	char line[257] = ""; /* the kernel reads 256 bytes */
	ssize_t size = pread(fd, line, sizeof(line) - 1, 0);
	char *path = line + 2;

	if (size < 0)
		return -1;
	if (strncmp(line, "#!", 2))
		return 0;
	path += strspn(path, " \t");
	path[strcspn(path, " \t\n")] = '\0';
	return add_once(&needs->interpreters, path);
}

/* Returns 0, or -1 with errno. */
static int add_file(struct needs *needs, int fd, const char *name)
{
	bool is_main = !strcmp(name, "ktstr") || !strcmp(name, "scheduler");
	struct elf_program program;
	struct stat st;
	int is_elf;

	if (fstat(fd, &st))
		return -1;
	needs->bytes += ((uint64_t)st.st_size + BLOCK - 1) / BLOCK * BLOCK;
	/* a library may be a program as well (libcap.so.2): here it is of the kind of its users */
	if (!strncmp(name, "lib/", 4))
		return 0;
	is_elf = elf_read_program(fd, &program);
	if (is_elf < 0)
		return -1;
	if (!is_elf)
		return is_main ? add_script(needs, fd) : 0;
	if (!is_main && !*program.interpreter)
		return 0;
	return add_once(&needs->machines, program.machine) ||
			       add_once(&needs->interpreters, program.interpreter)
		       ? -1
		       : 0;
}

int needs_read(const char *source, const struct entries *manifest, struct needs *needs)
{
	const struct entry *file = NULL;
	int failed = 0;

	*needs = (struct needs){ 0 };
	while (!failed && (file = entries_next(manifest, "file", file))) {
		const char *name = file->fields.items[0], *path = file->fields.items[1];
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

		failed = fd < 0 || add_file(needs, fd, name);
		if (failed)
			report_errno("%s:%zu: %s: %s", source, file->line, name, path);
		if (fd >= 0)
			close(fd);
	}
	if (failed) {
		int saved = errno;

		needs_free(needs);
		errno = saved;
	}
	return failed ? -1 : 0;
}

void needs_free(struct needs *needs)
{
	strings_free(&needs->machines);
	strings_free(&needs->interpreters);
	*needs = (struct needs){ 0 };
}
