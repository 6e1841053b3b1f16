/* origin.c - where a test and its scheduler come from: their checkouts and builds */
#include "origin.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf/elf_program.h"
#include "registry/git.h"

/* Returns the directory that path is, or that it is in, or NULL with errno. The caller frees it. */
static char *directory_of(const char *path)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (real && (stat(real, &st) || !S_ISDIR(st.st_mode)))
		dirname(real); /* it is absolute: cut in place */
	return real;
}

/*
 * Adds the commit of the scheduler's checkout, if it is known. A scheduler may be built outside of
 * the checkout of its sources.
 */
static int add_git_scheduler(const char *scheduler, const char *sources, const char *test_directory,
			     const char *test_state, struct entries *manifest)
{
	const char *const places[] = { scheduler, sources };

	for (size_t i = 0; i < 2 && places[i]; i++) {
		char *directory = directory_of(places[i]), *state;
		int failed, is_known;

		if (!directory)
			return -1;
		/* git takes a second in the kernel's sources: once is enough */
		state = strcmp(directory, test_directory) ? git_state(directory)
							  : strdup(test_state);
		free(directory);
		is_known = state && strcmp(state, GIT_UNKNOWN);
		failed =
			!state || (is_known && entries_add(manifest, "git-scheduler", state, NULL));
		free(state);
		if (failed || is_known)
			return failed ? -1 : 0;
	}
	return 0;
}

/* Adds the commit of the checkout that the test's binary, or its file, is in, and the scheduler's.
 */
static int add_git(const struct source *source, const char *scheduler, const char *sources,
		   struct entries *manifest)
{
	char *path = realpath(source->is_binary ? source->path : source->directory, NULL);
	char *directory, *state;
	int failed;

	if (!path)
		return -1;
	directory = source->is_binary ? dirname(path) : path;
	state = git_state(directory);
	failed = !state || entries_add(manifest, "git", state, NULL) ||
		 (scheduler && add_git_scheduler(scheduler, sources, directory, state, manifest));
	free(state);
	free(path);
	return failed ? -1 : 0;
}

/* Adds the program's build ID, if it has one. A file that cannot be opened is reported later. */
static int add_build_id(struct entries *manifest, const char *name, const char *path)
{
	char id[BUILD_ID_SIZE] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), failed;

	if (fd < 0)
		return 0;
	failed = elf_read_build_id(fd, id) ||
		 (*id && entries_add(manifest, "build-id", name, id, NULL));
	close(fd);
	return failed ? -1 : 0;
}

int origin_add(const struct source *source, const char *binary, const char *scheduler,
	       const char *sources, struct entries *manifest)
{
	return add_git(source, scheduler, sources, manifest) ||
			       add_build_id(manifest, "ktstr", binary) ||
			       (scheduler && add_build_id(manifest, "scheduler", scheduler))
		       ? -1
		       : 0;
}
