/* import.c - from a .run back to a definition and its files */
#include "import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/base64.h"
#include "base/file.h"
#include "base/report.h"
#include "import/gunzip.h"
#include "import/import_files.h"
#include "import/imported.h"
#include "import/untar.h"
#include "registry/definition.h"
#include "registry/file_index.h"
#include "registry/manifest.h"
#include "registry/reference.h"

#define MARKER "__ARCHIVE__\n"

enum { HEADER_MAX = 16 * 1024 * 1024, CHUNK = 128 * 1024 }; /* arguments have 1.9 MB, octal */

volatile sig_atomic_t import_stops;

struct import {
	const char *path;
	int fd;
	char *header; /* down to the marker, with a NUL byte for its end */
	size_t size;  /* of what has been read */
	char *text;   /* that follows the marker, of what has been read */
	size_t line;  /* of the text that is checked */
	bool is_padded;
	struct imported test;
	int directory; /* that is written */
	struct untar untar;
};

/* --- the header --- */

static int read_more(struct import *import)
{
	char *bytes = realloc(import->header, import->size + CHUNK + 1);
	ssize_t n;

	if (bytes)
		import->header = bytes;
	n = bytes ? read_full(import->fd, bytes + import->size, CHUNK) : -1;
	if (n < 0) {
		report_errno("%s", import->path);
		return -1;
	}
	import->size += (size_t)n;
	bytes[import->size] = '\0';
	return n > 0;
}

/* Finds the line of the marker. Sets its first byte to NUL, and text to what follows it. */
static int find_marker(struct import *import)
{
	const char line[] = "\n" MARKER;
	size_t looked = 0;
	int more;

	while ((more = read_more(import)) > 0 && import->size <= HEADER_MAX) {
		char *found =
			memmem(import->header + looked, import->size - looked, line, strlen(line));

		if (found) {
			found[1] = '\0';
			import->text = found + strlen(line);
			return 0;
		}
		looked = import->size > strlen(line) ? import->size - strlen(line) : 0;
	}
	if (more < 0)
		return -1;
	if (memmem(import->header, import->size, "\r\n", 2))
		report(EBADMSG,
		       "%s: its line endings were changed to CR LF: copy it again, as binary",
		       import->path);
	else
		report(EBADMSG, "%s: no .run: it has no line __ARCHIVE__", import->path);
	return -1;
}

static int open_run(struct import *import)
{
	struct stat status;

	/* O_NONBLOCK: refuse a FIFO without waiting for its writer */
	import->fd = open(import->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (import->fd < 0 || fstat(import->fd, &status))
		return report_errno("%s", import->path);
	if (S_ISREG(status.st_mode))
		return 0;
	return report(S_ISDIR(status.st_mode) ? EISDIR : EINVAL, "%s: not a regular file",
		      import->path);
}

static int read_header(struct import *import)
{
	struct shell_text text = { import->path, NULL, 1 };
	int known;

	if (open_run(import) || find_marker(import))
		return -1;
	text.at = import->header;
	import->test.source = import->path;
	if (strlen(text.at) + strlen(MARKER) != (size_t)(import->text - import->header))
		return report(EBADMSG, "%s: a NUL byte is above its line __ARCHIVE__",
			      import->path);
	import->line = 2; /* below that of the marker */
	for (const char *p = text.at; *p; p++)
		import->line += *p == '\n';
	known = upstream_read(text, &import->test);
	if (!known)
		known = own_header_read(text, &import->test);
	if (!known)
		return report(EBADMSG,
			      "%s: written neither by ktstr-export nor by cargo ktstr export",
			      import->path);
	return known < 0 ? -1 : 0;
}

/* --- the archive --- */

static const char *own_problem(const char *keyword, const char *name)
{
	bool is_file = !strcmp(keyword, "file");

	if (import_stops)
		return "interrupted";

	if ((is_file && (!strcmp(name, "ktstr") || !strcmp(name, "scheduler"))) ||
	    !strncmp(name, "include/", 8) || (is_file && !strncmp(name, "lib/", 4)))
		return NULL;
	return "only ktstr, scheduler, include/ and lib/ are packed";
}

static const char *upstream_problem(const char *keyword, const char *name)
{
	if (import_stops)
		return "interrupted";
	if (!strcmp(keyword, "file") && (!strcmp(name, "ktstr") || !strcmp(name, "scheduler") ||
					 (!strncmp(name, "include/", 8) && !strchr(name + 8, '/'))))
		return NULL;
	return "only the files ktstr, scheduler and include/NAME are packed";
}

static bool is_base64(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' ||
	       c == '/';
}

/* Before the decoder, which counts bytes and no lines. */
static int check_text(struct import *import, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			import->line++;
		else if (text[i] == '=')
			import->is_padded = true;
		else if (import->is_padded)
			return report(EBADMSG, "%s:%zu: something follows the end of the archive",
				      import->path, import->line);
		else if (text[i] == '\r')
			return report(EBADMSG,
				      "%s:%zu: its line endings were changed to CR LF: copy it "
				      "again, as binary",
				      import->path, import->line);
		else if (!is_base64((unsigned char)text[i]))
			return report(EBADMSG, "%s:%zu: the archive has a byte that is not base64",
				      import->path, import->line);
	}
	return 0;
}

/* Passes the text that follows the marker to the sink `to`. Reports, except a failure of `to`. */
static int feed(struct import *import, struct sink *to)
{
	size_t size = import->size - (size_t)(import->text - import->header);
	char buffer[CHUNK];
	ssize_t n;

	if (check_text(import, import->text, size) || to->write(to, import->text, size))
		return -1;
	while ((n = read_full(import->fd, buffer, sizeof(buffer))) > 0) {
		if (import_stops)
			return report(EINTR, "%s: interrupted", import->path);
		if (check_text(import, buffer, (size_t)n) || to->write(to, buffer, (size_t)n))
			return -1;
	}
	return n ? report_errno("%s", import->path) : 0;
}

static int check_payload(const struct import *import, const struct gunzip *gunzip)
{
	if (!import->test.payload_size || import->test.payload_size == gunzip->in)
		return 0;
	return report(
		EBADMSG,
		"%s: damaged: its archive has %ju bytes, and PAYLOAD_SIZE is %ju: copy it again",
		import->path, (uintmax_t)gunzip->in, (uintmax_t)import->test.payload_size);
}

static int unpack(struct import *import)
{
	struct base64_decoder decoder;
	struct gunzip gunzip;
	char *source;
	int failed;

	if (asprintf(&source, "%s: archive", import->path) < 0)
		return report_errno("%s", import->path);
	untar_open(&import->untar, import->directory, source);
	import->untar.problem = import->test.is_upstream ? upstream_problem : own_problem;
	failed = gunzip_open(&gunzip, &import->untar.sink, source);
	if (!failed) {
		base64_decode_open(&decoder, &gunzip.sink, source, false);
		failed = feed(import, &decoder.sink) || base64_decode_close(&decoder) ||
			 check_payload(import, &gunzip);
		failed = gunzip_close(&gunzip, !failed) || failed;
	}
	failed = untar_close(&import->untar, !failed) || failed;
	import->untar.source = NULL;
	free(source);
	return failed ? -1 : 0;
}

/* The archive has the programs that the header says, and each file that an argument refers to. */
static int check_members(const struct import *import)
{
	const struct entries *members = &import->untar.members;
	const struct entry *entry = NULL;
	struct file_index files = { NULL };
	char *missing = NULL;
	int failed = 0;

	if (!manifest_file(members, "ktstr"))
		return report(EBADMSG, "%s: its archive lacks ktstr, the test binary",
			      import->path);
	if (!manifest_file(members, "scheduler") != !import->test.scheduler_program)
		return report(EBADMSG, "%s: its archive has %s scheduler, but the header %s one",
			      import->path, import->test.scheduler_program ? "no" : "a",
			      import->test.scheduler_program ? "starts" : "does not start");
	while (!failed && (entry = entries_next(members, "file", entry)))
		if (file_index_add(&files, entry->fields.items))
			failed = report_errno("%s", import->path);
	while (!failed && (entry = entries_next(&import->test.records, NULL, entry)))
		if ((!strcmp(entry->keyword, "sched-arg") || !strcmp(entry->keyword, "run-arg")) &&
		    references_check(entry->fields.items[0], &files, &missing))
			failed = report(EBADMSG,
					"%s:%zu: its archive lacks %s, to which this refers",
					import->path, entry->line, missing ? missing : "a file");
	free(missing);
	file_index_free(&files);
	return failed;
}

/* --- the definition --- */

static int move_program(const struct import *import, const char *from, const char *directory,
			const char *name)
{
	char *to;
	int failed;

	if (asprintf(&to, "%s/%s", directory, name) < 0)
		return report_errno("%s", import->path);
	failed = mkdirat(import->directory, directory, 0755) ||
		 renameat(import->directory, from, import->directory, to);
	if (failed)
		report_errno("%s: %s", import->path, to);
	free(to);
	return failed;
}

/* Adds a record include-dir for a directory below include/, once. */
static int add_directory(struct import *import, struct entries *known, struct file_index *index,
			 const char *name)
{
	if (file_index_find(index, name))
		return 0;
	if (entries_add(known, "directory", name, NULL) ||
	    file_index_add(index, known->items[known->count - 1].fields.items))
		return report_errno("%s", import->path);
	return imported_add_word(&import->test, 0, name, "include-dir", name);
}

static int add_includes(struct import *import)
{
	const struct entries *members = &import->untar.members;
	struct entries directories = { 0 };
	struct file_index index = { NULL };
	const struct entry *entry = NULL;
	int failed = 0;

	while (!failed && (entry = entries_next(members, NULL, entry))) {
		const char *name = entry->fields.items[0];
		char *top;

		if (strncmp(name, "include/", 8))
			continue;
		if (!strchr(name + 8, '/') && !strcmp(entry->keyword, "file")) {
			failed = imported_add_word(&import->test, 0, name, "include", name);
			continue;
		}
		top = strndup(name, 8 + strcspn(name + 8, "/"));
		failed = top ? add_directory(import, &directories, &index, top)
			     : report_errno("%s", import->path);
		free(top);
	}
	file_index_free(&index);
	entries_free(&directories);
	return failed;
}

static int add_programs(struct import *import)
{
	struct imported *test = &import->test;
	char *binary = NULL, *scheduler = NULL;
	int failed;

	if (asprintf(&binary, "test/%s", test->test_program) < 0 ||
	    (test->scheduler_program &&
	     asprintf(&scheduler, "sched/%s", test->scheduler_program) < 0))
		failed = report_errno("%s", import->path);
	else
		failed = move_program(import, "ktstr", "test", test->test_program) ||
			 (scheduler &&
			  move_program(import, "scheduler", "sched", test->scheduler_program)) ||
			 imported_add_word(test, 0, "binary", "binary", binary) ||
			 imported_add(test, test->scheduler_line, "KTSTR_SCHED_NAME", "scheduler",
				      (char *const[]){ test->scheduler, scheduler, NULL });
	free(binary);
	free(scheduler);
	return failed ? -1 : 0;
}

static bool comes_first(const struct entry *entry)
{
	return !strcmp(entry->keyword, "binary") || !strcmp(entry->keyword, "scheduler");
}

static int count_libraries(const struct import *import)
{
	const struct entry *entry = NULL;
	int count = 0;

	while ((entry = entries_next(&import->untar.members, "file", entry)))
		count += !strncmp(entry->fields.items[0], "lib/", 4);
	return count;
}

/* What the .run says and no definition can: in its comments, or on standard error as well. */
static int add_notes(struct import *import)
{
	int libraries = count_libraries(import);

	if (import->test.is_upstream)
		report_warning(
			"%s: such a file does not carry sysctls and kernel arguments: add to "
			"the definition what the test needs",
			import->path);
	if (!libraries)
		return 0;
	return strings_addf(&import->test.comments,
			    "Its %d shared libraries are in lib. ktstr-export packs those that it "
			    "finds where it runs.",
			    libraries)
		       ? report_errno("%s", import->path)
		       : 0;
}

static void write_definition(const struct imported *test, struct output *out)
{
	for (size_t i = 0; i < test->comments.count; i++) {
		output_puts(out, "# ");
		output_puts(out, test->comments.items[i]);
		output_puts(out, "\n");
	}
	record_write(out, "test", test->name, NULL);
	for (int first = 1; first >= 0; first--)
		for (size_t i = 0; i < test->records.count; i++)
			if (comes_first(&test->records.items[i]) == first)
				record_write_fields(out, test->records.items[i].keyword,
						    test->records.items[i].fields.count
							    ? test->records.items[i].fields.items
							    : (char *const[]){ NULL });
}

/* Reads what was written as ktstr-manifest will. Returns 0, and *text; or -1. Reports. */
static int read_back(const struct import *import, const char *name, char **text)
{
	int fd = openat(import->directory, name, O_RDONLY | O_CLOEXEC), failed;
	struct definitions list = { 0 };
	size_t size;

	failed = fd < 0 || read_all(fd, SIZE_MAX - 1, text, &size)
			 ? report_errno("%s: %s", import->path, name)
			 : definitions_read(name, *text, size, &list);
	if (fd >= 0)
		close(fd);
	definitions_free(&list);
	return failed;
}

static int make_definition(struct import *import, char **text)
{
	struct output out;
	char *name;
	int fd, failed;

	if (add_programs(import) || add_includes(import) || add_notes(import))
		return -1;
	if (asprintf(&name, "%s.ktstr", import->test.name) < 0)
		return report_errno("%s", import->path);
	fd = openat(import->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0) {
		failed = report_errno("%s: %s", import->path, name);
	} else {
		output_open(&out, fd, name);
		write_definition(&import->test, &out);
		failed = output_close(&out) || read_back(import, name, text);
	}
	free(name);
	return failed ? -1 : 0;
}

/* --- the directory --- */

static int open_directory(struct import *import, const char *directory)
{
	import->directory = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return import->directory < 0 ? report_errno("%s", directory) : 0;
}

/* Makes the directory beside its place, under another name. Returns that, or NULL. Reports. */
static char *make_work(const char *directory)
{
	const char *slash = strrchr(directory, '/');
	char *work;

	if (asprintf(&work, "%.*s.ktstr-import.XXXXXX", slash ? (int)(slash - directory) + 1 : 0,
		     directory) < 0) {
		report_errno("%s", directory);
		return NULL;
	}
	if (mkdtemp(work))
		return work;
	report_errno("%s", work);
	free(work);
	return NULL;
}

static int check_free(const char *directory)
{
	struct stat status;

	if (!lstat(directory, &status))
		return report(EEXIST, "%s: it is there already: name another with -o DIR",
			      directory);
	return errno == ENOENT ? 0 : report_errno("%s", directory);
}

/* The last step: what has this name is whole. */
static int rename_work(const struct import *import, const char *work, const char *directory)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(import->directory, 0755 & ~mask))
		return report_errno("%s", work);
	if (!renameat2(AT_FDCWD, work, AT_FDCWD, directory, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL) /* of a file system that does not know the flag */
		return report_errno("%s", directory);
	if (check_free(directory))
		return -1;
	return rename(work, directory) ? report_errno("%s", directory) : 0;
}

/* Reads the archive into a directory, and writes the definition there. */
static int fill(struct import *import, const char *directory, char **text)
{
	if (open_directory(import, directory) || unpack(import) || check_members(import) ||
	    make_definition(import, text))
		return -1;
	return import_stops ? report(EINTR, "%s: interrupted", import->path) : 0;
}

static void end(struct import *import)
{
	int saved = errno;

	if (import->directory >= 0)
		close(import->directory);
	if (import->fd >= 0)
		close(import->fd);
	free(import->header);
	imported_free(&import->test);
	entries_free(&import->untar.members);
	errno = saved;
}

/* Fills the directory work, and removes it unless it gets its name. */
static int fill_work(struct import *import, char *work, const char *directory, char **text)
{
	int failed, saved;

	if (!work)
		return -1;
	failed = fill(import, work, text) || (directory && rename_work(import, work, directory));
	saved = errno;
	if (failed || !directory)
		import_files_remove(work);
	free(work);
	errno = saved;
	return failed ? -1 : 0;
}

int import_run(const char *path, const char *directory, char **made)
{
	struct import import = { .path = path, .fd = -1, .directory = -1 };
	char *text = NULL;
	int failed = read_header(&import);

	*made = NULL;
	if (!failed) {
		size_t length = directory ? strlen(directory) : 0;

		while (length > 1 && directory[length - 1] == '/')
			length--;
		*made = directory ? strndup(directory, length) : strdup(import.test.name);
		if (!*made)
			report_errno("%s", path);
		failed = *made ? check_free(*made) : -1;
	}
	failed = failed || fill_work(&import, make_work(*made), *made, &text);
	end(&import);
	free(text);
	if (failed) {
		free(*made);
		*made = NULL;
	}
	return failed ? -1 : 0;
}

int import_definition(const char *path, char **text)
{
	struct import import = { .path = path, .fd = -1, .directory = -1 };
	int failed;

	*text = NULL;
	failed = read_header(&import) || fill_work(&import, import_files_make(), NULL, text);
	end(&import);
	if (failed) {
		free(*text);
		*text = NULL;
	}
	return failed ? -1 : 0;
}

int import_into(const char *path, const char *directory, char **definition)
{
	struct import import = { .path = path, .fd = -1, .directory = -1 };
	char *text = NULL;
	int failed = read_header(&import) || fill(&import, directory, &text);

	*definition = NULL;
	if (!failed && asprintf(definition, "%s/%s.ktstr", directory, import.test.name) < 0) {
		*definition = NULL;
		failed = report_errno("%s", path);
	}
	end(&import);
	free(text);
	return failed ? -1 : 0;
}
