/* untar.c - unpack a tar archive that nobody vouches for into a new directory */
#include "untar.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/report.h"
#include "registry/link.h"
#include "registry/value.h"

enum {
	BLOCK = 512,
	TEXT_MAX = 3 * PATH_MAX,
	MADE_MAX = 1000 * 1000,
	/* so that all of it can be found, and removed, below a directory whose path is long */
	LENGTH_MAX = PATH_MAX / 2,
	DEPTH_MAX = 128,
	/* nobody else may write what may be run as root later */
	MODE_MAX = 0755,
};

/* where a header has what, as POSIX.1-2017 (pax, "ustar Interchange Format") says */
enum {
	NAME = 0,
	NAME_SIZE = 100,
	MODE = 100,
	SIZE = 124,
	SUM = 148,
	TYPE = 156,
	TARGET = 157,
	MAGIC = 257,
	PREFIX = 345,
	PREFIX_SIZE = 155,
	NUMBER = 8,
	LONG_NUMBER = 12,
};

static int bad(const struct untar *untar, const char *name, const char *what)
{
	return name ? report(EBADMSG, "%s: %s: %s", untar->source, name, what)
		    : report(EBADMSG, "%s: %s", untar->source, what);
}

static int failed_at(const struct untar *untar, const char *name)
{
	return report_errno("%s: %s", untar->source, name);
}

/* --- headers --- */

/* Octal digits up to a NUL or a blank, or GNU's base-256. Returns 0, or -1. */
static int get_number(const unsigned char *field, size_t size, uint64_t *number)
{
	size_t i = 0;

	*number = 0;
	if (field[0] & 0x80) {
		if (field[0] != 0x80)
			return -1; /* negative, or far too large */
		for (i = 1; i < size; i++) {
			if (*number >> 56)
				return -1;
			*number = *number << 8 | field[i];
		}
		return 0;
	}
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		*number = *number * 8 + (field[i] - '0'); /* at most 36 bits */
	return i == size || !field[i] || field[i] == ' ' ? 0 : -1;
}

static bool is_sum_right(const unsigned char *block)
{
	uint64_t said, sum = 0;

	for (int i = 0; i < BLOCK; i++)
		sum += i >= SUM && i < SUM + NUMBER ? ' ' : block[i];
	return !get_number(block + SUM, NUMBER, &said) && said == sum;
}

static bool is_zero(const unsigned char *block)
{
	for (int i = 0; i < BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

/* The name, or its two parts, that the header has. NULL with errno. */
static char *get_name(const unsigned char *block, bool is_gnu)
{
	const char *prefix = (const char *)block + PREFIX;
	char *name;

	if (is_gnu || !*prefix)
		return strndup((const char *)block + NAME, NAME_SIZE);
	if (asprintf(&name, "%.*s/%.*s", PREFIX_SIZE, prefix, NAME_SIZE,
		     (const char *)block + NAME) < 0)
		return NULL;
	return name;
}

/* --- what the archive makes --- */

/*
 * Opens the directory of name, which is made where it is missing, and sets *last to what follows
 * it. No link is followed. Returns a descriptor, or -1. Reports.
 */
static int open_parent(struct untar *untar, const char *name, const char **last)
{
	int parent = fcntl(untar->directory, F_DUPFD_CLOEXEC, 0);
	const char *slash;

	for (*last = name; parent >= 0 && (slash = strchr(*last, '/')); *last = slash + 1) {
		char part[NAME_MAX + 1];
		size_t length = (size_t)(slash - *last);
		int next = -1;

		if (length > NAME_MAX) {
			errno = ENAMETOOLONG;
		} else {
			memcpy(part, *last, length);
			part[length] = '\0';
			bool is_made = !mkdirat(parent, part, MODE_MAX);

			untar->made += is_made;
			if (is_made || errno == EEXIST)
				next = openat(parent, part,
					      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		close(parent);
		parent = next;
	}
	if (parent < 0 && (errno == ENOTDIR || errno == ELOOP))
		return bad(untar, name, "it is below a file or a link of the archive");
	return parent < 0 ? failed_at(untar, name) : parent;
}

static int report_twice(const struct untar *untar, const char *name)
{
	return errno == EEXIST ? bad(untar, name, "the name is there twice")
			       : failed_at(untar, name);
}

static int make_file(struct untar *untar, int parent, const char *name, const char *last,
		     mode_t mode)
{
	untar->file =
		openat(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (untar->file < 0)
		return report_twice(untar, name);
	return fchmod(untar->file, mode | 0600) ? failed_at(untar, name) : 0;
}

static int make_directory(const struct untar *untar, int parent, const char *name, const char *last,
			  mode_t mode)
{
	struct stat status;

	if (mkdirat(parent, last, 0700)) {
		if (errno != EEXIST)
			return failed_at(untar, name);
		if (fstatat(parent, last, &status, AT_SYMLINK_NOFOLLOW))
			return failed_at(untar, name);
		if (!S_ISDIR(status.st_mode))
			return bad(untar, name, "the name is there twice");
	}
	return fchmodat(parent, last, mode | 0700, 0) ? failed_at(untar, name) : 0;
}

static int make_link(const struct untar *untar, int parent, char *name, const char *last,
		     char *target)
{
	const char *problem = link_problem((char *const[]){ name, target, NULL });

	if (problem)
		return bad(untar, name, problem);
	return symlinkat(target, parent, last) ? report_twice(untar, name) : 0;
}

/* What is wrong with a name that leads nowhere else, or NULL. */
static const char *size_problem(const struct untar *untar, const char *name)
{
	size_t depth = 0;

	for (const char *p = name; *p; p++)
		depth += *p == '/';
	if (depth > DEPTH_MAX)
		return "below more than 128 directories";
	if (strlen(name) > LENGTH_MAX)
		return "the name is longer than 2048 bytes";
	return untar->made >= MADE_MAX ? "more than 1000000 files and directories" : NULL;
}

static int make_member(struct untar *untar, char type, char *name, char *target, mode_t mode)
{
	const char *keyword = type == '5' ? "directory" : type == '2' ? "link" : "file";
	const char *last, *problem;
	size_t length = strlen(name);
	int parent, failed;

	if (type == '5' && length && name[length - 1] == '/')
		name[--length] = '\0';
	problem = archive_name_problem((char *const[]){ name, NULL });
	if (!problem)
		problem = size_problem(untar, name);
	if (!problem && untar->problem)
		problem = untar->problem(keyword, name);
	if (problem)
		return bad(untar, name, problem);
	parent = open_parent(untar, name, &last);
	if (parent < 0)
		return -1;
	failed = type == '5'   ? make_directory(untar, parent, name, last, mode)
		 : type == '2' ? make_link(untar, parent, name, last, target)
			       : make_file(untar, parent, name, last, mode);
	close(parent);
	if (failed)
		return -1;
	untar->made++;
	return entries_add(&untar->members, keyword, name, NULL) ? failed_at(untar, name) : 0;
}

/* --- long names --- */

static int begin_text(struct untar *untar, char type, uint64_t size)
{
	if (!size || size > TEXT_MAX)
		return bad(untar, NULL, "a long name is longer than a path can be");
	free(untar->text);
	untar->text = malloc((size_t)size + 1);
	if (!untar->text)
		return failed_at(untar, "a long name");
	untar->ntext = 0;
	untar->type = type;
	untar->state = UNTAR_TEXT;
	return 0;
}

static int set_once(const struct untar *untar, char **to, const char *value)
{
	if (*to || !*value || strlen(value) >= PATH_MAX)
		return bad(untar, value, *to ? "a second long name" : "a long name is no path");
	*to = strdup(value);
	return *to ? 0 : failed_at(untar, value);
}

static int take_record(struct untar *untar, const char *key, const char *value)
{
	if (!strcmp(key, "path"))
		return set_once(untar, &untar->name, value);
	if (!strcmp(key, "linkpath"))
		return set_once(untar, &untar->target, value);
	if (strcmp(key, "size"))
		return bad(untar, key, "a record that no writer of a .run makes");
	if (untar->has_size || parse_number(value, 10, 0, INT64_MAX, &untar->size))
		return bad(untar, value, "not a size");
	untar->has_size = true;
	return 0;
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself too. */
static int take_records(struct untar *untar)
{
	char *at = untar->text, *end = at + untar->ntext;

	while (at < end) {
		size_t digits = strspn(at, "0123456789");
		char *key = at + digits, *value = NULL;
		uint64_t length = 0;

		if (*key == ' ') {
			*key++ = '\0';
			if (!parse_number(at, 10, digits + 3, (uint64_t)(end - at), &length) &&
			    at[length - 1] == '\n') {
				at[length - 1] = '\0';
				value = strchr(key, '=');
			}
		}
		if (!value || value + strlen(value) != at + length - 1)
			return bad(untar, NULL, "an extended header is damaged");
		*value++ = '\0';
		if (take_record(untar, key, value))
			return -1;
		at += length;
	}
	return 0;
}

static int take_text(struct untar *untar)
{
	untar->text[untar->ntext] = '\0';
	if (untar->type == 'x')
		return take_records(untar);
	if (strlen(untar->text) + 1 != untar->ntext)
		return bad(untar, NULL, "a long name does not end with its NUL byte");
	return set_once(untar, untar->type == 'L' ? &untar->name : &untar->target, untar->text);
}

/* --- the stream --- */

static int begin_content(struct untar *untar, char type, uint64_t size)
{
	char *name = untar->name, *target = untar->target;
	const unsigned char *block = untar->block;
	bool is_gnu = !memcmp(block + MAGIC, "ustar  ", 8);
	uint64_t mode;
	int failed;

	untar->name = untar->target = NULL;
	untar->has_size = false;
	name = name ? name : get_name(block, is_gnu);
	target = target ? target : strndup((const char *)block + TARGET, NAME_SIZE);
	if (!name || !target)
		failed = failed_at(untar, "a name");
	else if (type != '0' && type != '5' && type != '2')
		failed = bad(untar, name, "no regular file, directory or symbolic link");
	else if (type != '0' && size)
		failed = bad(untar, name, "it has a content, which only files have");
	else if (get_number(block + MODE, NUMBER, &mode))
		failed = bad(untar, name, "its mode is no number");
	else
		failed = make_member(untar, type, name, target, mode & MODE_MAX);
	free(name);
	free(target);
	untar->state = UNTAR_CONTENT;
	return failed;
}

static int begin_member(struct untar *untar)
{
	const unsigned char *block = untar->block;
	char type = (char)(block[TYPE] ? block[TYPE] : '0');
	uint64_t size;

	if (is_zero(block)) {
		if (untar->name || untar->target || untar->has_size)
			return bad(untar, NULL, "a long name has no member after it");
		untar->nzeros++;
		return 0;
	}
	if (untar->nzeros)
		return bad(untar, NULL, "something follows the end of the archive");
	if (memcmp(block + MAGIC,
		   "ustar\0"
		   "00",
		   8) &&
	    memcmp(block + MAGIC, "ustar  ", 8))
		return bad(untar, NULL, "no tar archive, or one of an unknown format");
	if (!is_sum_right(block))
		return bad(untar, NULL, "a header of the archive has a wrong checksum");
	if (get_number(block + SIZE, LONG_NUMBER, &size) || size > INT64_MAX - BLOCK)
		return bad(untar, NULL, "a size is no number, or out of range");
	if (type == 'x' || type == 'L' || type == 'K') {
		if (begin_text(untar, type, size))
			return -1;
	} else {
		if (untar->has_size)
			size = untar->size;
		if (size > INT64_MAX - BLOCK)
			return bad(untar, NULL, "a size is out of range");
		if (begin_content(untar, type, size))
			return -1;
	}
	untar->left = size;
	untar->padding = (size_t)(-size % BLOCK);
	return 0;
}

/* Ends what the state is about, as all its bytes came, and goes on to the next. */
static int end_content(struct untar *untar)
{
	int failed = 0;

	if (untar->state == UNTAR_TEXT) {
		failed = take_text(untar);
	} else if (untar->file >= 0) {
		char buffer[PATH_MAX];
		const char *path = file_path(untar->file, buffer);

		failed = close(untar->file) ? failed_at(untar, path ? path : "a file") : 0;
		untar->file = -1;
	}
	untar->state = UNTAR_PADDING;
	return failed;
}

/* Takes some of the bytes. Returns how many, or -1. */
static ssize_t take_some(struct untar *untar, const char *bytes, size_t size)
{
	if (untar->state == UNTAR_HEADER) {
		if (size > BLOCK - untar->have)
			size = BLOCK - untar->have;
		memcpy(untar->block + untar->have, bytes, size);
		untar->have += size;
		if (untar->have < BLOCK)
			return (ssize_t)size;
		untar->have = 0;
		return begin_member(untar) ? -1 : (ssize_t)size;
	}
	if (untar->state == UNTAR_PADDING) {
		if (size > untar->padding)
			size = untar->padding;
		untar->padding -= size;
		return (ssize_t)size;
	}
	if (size > untar->left)
		size = (size_t)untar->left;
	if (untar->state == UNTAR_TEXT) {
		memcpy(untar->text + untar->ntext, bytes, size);
		untar->ntext += size;
	} else if (size && write_all(untar->file, bytes, size)) {
		char buffer[PATH_MAX];
		const char *path = file_path(untar->file, buffer);

		return failed_at(untar, path ? path : "a file");
	}
	untar->left -= size;
	return (ssize_t)size;
}

static int write_bytes(struct sink *sink, const void *bytes, size_t size)
{
	struct untar *untar = (struct untar *)sink;
	const char *at = bytes;

	for (;;) {
		ssize_t n;

		if ((untar->state == UNTAR_CONTENT || untar->state == UNTAR_TEXT) && !untar->left &&
		    end_content(untar))
			return -1;
		if (untar->state == UNTAR_PADDING && !untar->padding)
			untar->state = UNTAR_HEADER;
		if (!size)
			return 0;
		n = take_some(untar, at, size);
		if (n < 0)
			return -1;
		at += n;
		size -= (size_t)n;
	}
}

void untar_open(struct untar *untar, int directory, const char *source)
{
	*untar = (struct untar){
		.sink.write = write_bytes,
		.source = source,
		.directory = directory,
		.file = -1,
	};
}

int untar_close(struct untar *untar, bool complete)
{
	bool is_whole = untar->nzeros >= 2 && !untar->have;

	if (untar->file >= 0)
		close(untar->file);
	free(untar->text);
	free(untar->name);
	free(untar->target);
	untar->text = untar->name = untar->target = NULL;
	return !complete || is_whole ? 0
				     : bad(untar, NULL, "the archive has no end: it is cut short");
}
