/* operand.c - reads the results that an operand names: those of a file, a directory or standard
 * input */
#include "operand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/report.h"
#include "base/strings.h"
#include "evidence.h"

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), end_length = strlen(end);

	return length >= end_length && !strcmp(name + length - end_length, end);
}

/* Collects the names of evidence, sorted. Returns 0, or -1 with errno. */
static int list_directory(DIR *directory, struct strings *names)
{
	const struct dirent *entry;

	for (errno = 0; (entry = readdir(directory)); errno = 0)
		if ((ends_with(entry->d_name, ".evidence.tar.gz") ||
		     ends_with(entry->d_name, ".unfinished") ||
		     ends_with(entry->d_name, ".started")) &&
		    strings_add(names, entry->d_name))
			return -1;
	if (errno)
		return -1;
	strings_sort(names);
	return 0;
}

/* Reads a file of a directory. What is no regular file might never end. */
static int read_listed(int directory, const char *name, const char *path, struct results *results)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), saved;
	struct stat st;

	if (fd < 0)
		return report_errno("%s", path);
	if (fstat(fd, &st)) {
		report_errno("%s", path);
	} else if (!S_ISREG(st.st_mode)) {
		report(EINVAL, "%s: not a regular file: remove it, or give the others by name",
		       path);
	} else {
		return evidence_read_file(fd, path, results);
	}
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Adds path, which could not be read because of errno. Returns -1. */
static int add_unread(struct results *results, const char *path)
{
	const char *reason;

	if (errno == ENODATA)
		reason = "the file is empty";
	else if (errno == EBADMSG || errno == EINVAL || errno == EFBIG)
		reason = "not the evidence of a run, or damaged: see standard error";
	else
		reason = strerror(errno);
	if (results_add_unread(results, path, reason))
		report_errno("%s", path);
	return -1;
}

/* Closes fd. */
static int read_directory(int fd, const char *path, struct results *results)
{
	DIR *directory = fdopendir(fd);
	struct strings names = { 0 };
	int failed = 0;

	if (!directory) {
		report_errno("%s", path);
		failed = add_unread(results, path);
		close(fd);
		return failed;
	}
	if (list_directory(directory, &names)) {
		report_errno("%s", path);
		failed = add_unread(results, path);
	} else if (!names.count) {
		report(0,
		       "%s: no result here: looked for *.evidence.tar.gz, *.unfinished and "
		       "*.started",
		       path);
	}
	for (size_t i = 0; i < names.count; i++) {
		const char *slash = ends_with(path, "/") ? "" : "/";
		char *name;

		if (asprintf(&name, "%s%s%s", path, slash, names.items[i]) < 0) {
			failed = report_errno("%s", path);
			break;
		}
		if (read_listed(dirfd(directory), names.items[i], name, results))
			failed = add_unread(results, name);
		free(name);
	}
	strings_free(&names);
	closedir(directory);
	return failed;
}

int operand_read(const char *path, struct results *results)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	int failed;

	if (fd < 0 || fstat(fd, &st)) {
		report_errno("%s", is_stdin ? "<stdin>" : path);
		failed = add_unread(results, path);
		if (fd >= 0)
			close(fd);
		return failed;
	}
	if (S_ISDIR(st.st_mode) && is_stdin) {
		report(EISDIR, "<stdin>: is a directory: give it as an operand");
		return add_unread(results, path);
	}
	if (S_ISDIR(st.st_mode))
		return read_directory(fd, path, results);
	return evidence_read_file(fd, path, results) ? add_unread(results, path) : 0;
}
