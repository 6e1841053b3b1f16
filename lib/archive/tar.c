/* tar.c - write tar archives of files, directories and symbolic links */
#include "tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"

enum { BLOCK = 512, CHUNK = 64 * 1024 };

/* POSIX.1-2017, pax, "ustar Interchange Format": numbers are octal digits and a NUL */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char chksum[8];
	char typeflag;
	char linkname[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char devmajor[8];
	char devminor[8];
	char prefix[155];
	char rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

static const char zeros[2 * BLOCK];

/* Reports a problem with a file, and its path. Returns -1. */
static int report_file(const struct tar_member *file, int errnum, const char *what)
{
	report(errnum, "%s:%zu: %s: %s: %s", file->source, file->line, file->name, file->data,
	       what);
	return -1;
}

/* --- names --- */

/*
 * Orders by name, with '/' before all other bytes, so that files of a directory directly follow its
 * name. Equal names: by line.
 */
static int compare_names(const void *a, const void *b)
{
	const struct tar_member *const *x = a, *const *y = b;
	const unsigned char *p = (const unsigned char *)(*x)->name;
	const unsigned char *q = (const unsigned char *)(*y)->name;

	while (*p && *p == *q) {
		p++;
		q++;
	}
	if (*p == *q)
		return ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
	if (!*p || !*q)
		return *p ? 1 : -1;
	if (*p == '/' || *q == '/')
		return *p == '/' ? -1 : 1;
	return *p - *q;
}

static bool collide(const struct tar_member *a, const struct tar_member *b)
{
	size_t length = strlen(a->name);

	return !strncmp(a->name, b->name, length) &&
	       (b->name[length] == '\0' || (b->name[length] == '/' && a->kind != TAR_DIRECTORY));
}

static const char *name_kind(const struct tar_member *member)
{
	return member->kind == TAR_LINK ? "link" : "file";
}

static int report_collision(const struct tar_member *a, const struct tar_member *b)
{
	const struct tar_member *first = a->line <= b->line ? a : b, *second = first == a ? b : a;

	if (!strcmp(a->name, b->name))
		return report(EINVAL, "%s:%zu: %s: the name is on line %zu already", second->source,
			      second->line, second->name, first->line);
	if (second == a)
		return report(EINVAL, "%s:%zu: %s: a %s, but %s on line %zu needs a directory",
			      a->source, a->line, a->name, name_kind(a), b->name, b->line);
	return report(EINVAL, "%s:%zu: %s: needs a directory, but %s on line %zu is a %s",
		      b->source, b->line, b->name, a->name, a->line, name_kind(a));
}

/*
 * Finds the collision whose later line is the lowest. *a is before *b in the order of
 * compare_names.
 */
static void find_collision(const struct tar_member **sorted, size_t count,
			   const struct tar_member **a, const struct tar_member **b)
{
	size_t lowest = SIZE_MAX;

	for (size_t i = 1; i < count; i++) {
		const struct tar_member *x = sorted[i - 1], *y = sorted[i];
		size_t line = x->line > y->line ? x->line : y->line;

		if (line < lowest && collide(x, y)) {
			lowest = line;
			*a = x;
			*b = y;
		}
	}
}

int tar_check_members(const struct tar_member *members, size_t count)
{
	const struct tar_member **sorted, *a = NULL, *b = NULL;

	if (count < 2)
		return 0;
	sorted = reallocarray(NULL, count, sizeof(*sorted));
	if (!sorted)
		return report_errno("%s", members[0].source);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &members[i];
	qsort(sorted, count, sizeof(*sorted), compare_names);
	find_collision(sorted, count, &a, &b);
	free(sorted);
	return a ? report_collision(a, b) : 0;
}

/* --- headers --- */

static void put_octal(char *field, size_t size, uint64_t value)
{
	field[--size] = '\0';
	while (size) {
		field[--size] = (char)('0' + (value & 7));
		value >>= 3;
	}
}

static bool fits_octal(uint64_t size)
{
	return size < (UINT64_C(1) << 33); /* eleven digits */
}

static void put_size(struct header *header, uint64_t size)
{
	if (fits_octal(size)) {
		put_octal(header->size, sizeof(header->size), size);
		return;
	}
	/* GNU's base-256: the high bit of the first byte is set, then a big-endian number */
	memset(header->size, 0, sizeof(header->size));
	header->size[0] = (char)0x80;
	for (size_t i = sizeof(header->size); size; size >>= 8)
		header->size[--i] = (char)(size & 0xff);
}

/*
 * Puts the name into the field name, or splits it at a '/' between prefix and name. A full field
 * has no NUL. If the name does not fit, returns false and puts its beginning into the field.
 */
static bool put_name(struct header *header, const char *name)
{
	size_t length = strlen(name), room = sizeof(header->name);
	const char *slash;

	if (length <= room) {
		memcpy(header->name, name, length);
		return true;
	}
	slash = strchr(name + (length - room - 1), '/');
	if (!slash || (size_t)(slash - name) > sizeof(header->prefix)) {
		memcpy(header->name, name, room);
		return false;
	}
	memcpy(header->prefix, name, (size_t)(slash - name));
	memcpy(header->name, slash + 1, strlen(slash + 1));
	return true;
}

static int write_header(struct sink *to, struct header *header)
{
	unsigned int sum = 0;

	memset(header->chksum, ' ', sizeof(header->chksum));
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += ((const unsigned char *)header)[i];
	put_octal(header->chksum, sizeof(header->chksum) - 1, sum); /* six digits, NUL, blank */
	return to->write(to, header, sizeof(*header));
}

/* Fills in all fields but the name. The link and the owner's names stay empty. */
static void begin_header(struct header *header, char typeflag, unsigned int mode, uint64_t size)
{
	*header = (struct header){
		.typeflag = typeflag,
		.magic = "ustar",
		.version = { '0', '0' },
	};
	put_octal(header->mode, sizeof(header->mode), mode);
	put_octal(header->uid, sizeof(header->uid), 0);
	put_octal(header->gid, sizeof(header->gid), 0);
	put_size(header, size);
	put_octal(header->mtime, sizeof(header->mtime), 0);
	put_octal(header->devmajor, sizeof(header->devmajor), 0);
	put_octal(header->devminor, sizeof(header->devminor), 0);
}

static int write_padding(struct sink *to, uint64_t size)
{
	size_t over = (size_t)(size % BLOCK);

	return over ? to->write(to, zeros, BLOCK - over) : 0;
}

/* Writes a member that has, for the next one, what its header has no room for. */
static int write_extra(struct sink *to, const char *name, char typeflag, const char *bytes,
		       size_t size)
{
	struct header header;

	begin_header(&header, typeflag, 0644, size);
	put_name(&header, name);
	return write_header(to, &header) || to->write(to, bytes, size) || write_padding(to, size)
		       ? -1
		       : 0;
}

/* Writes the next member's name, type 'L', or the target of its link, 'K', with a NUL. */
static int write_long(struct sink *to, char typeflag, const char *text)
{
	return write_extra(to, "././@LongLink", typeflag, text, strlen(text) + 1);
}

/* Writes a pax header with the next member's size: "LENGTH size=N\n", whose length is two digits.
 */
static int write_long_size(struct sink *to, uint64_t size)
{
	char record[32];
	int digits = snprintf(record, sizeof(record), "%ju", (uintmax_t)size);
	int length = (int)strlen("NN size=\n") + digits;

	snprintf(record, sizeof(record), "%d size=%ju\n", length, (uintmax_t)size);
	return write_extra(to, "././@PaxHeader", 'x', record, (size_t)length);
}

/* Puts a link's target into its field, which is full without a NUL. Returns false if it is cut. */
static bool put_target(struct header *header, const char *target)
{
	size_t length = strlen(target), room = sizeof(header->linkname);

	memcpy(header->linkname, target, length < room ? length : room);
	return length <= room;
}

static int write_member_header(struct sink *to, const struct tar_member *member, const char *name,
			       uint64_t size)
{
	static const char typeflags[] = { '0', '0', '5', '2' };
	struct header header;

	begin_header(&header, typeflags[member->kind], member->mode & 0777, size);
	if (!put_name(&header, name) && write_long(to, 'L', name))
		return -1;
	if (member->kind == TAR_LINK && !put_target(&header, member->data) &&
	    write_long(to, 'K', member->data))
		return -1;
	if (!fits_octal(size) && write_long_size(to, size))
		return -1;
	return write_header(to, &header);
}

/* --- files --- */

static int open_regular(const struct tar_member *file, struct stat *status)
{
	/* O_NONBLOCK: refuse a FIFO without waiting for its writer */
	int fd = open(file->data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return report_file(file, errno, strerror(errno));
	if (fstat(fd, status))
		report_file(file, errno, strerror(errno));
	else if (S_ISDIR(status->st_mode))
		report_file(file, EISDIR, "Is a directory: only regular files are packed");
	else if (!S_ISREG(status->st_mode))
		report_file(file, EINVAL, "not a regular file");
	else
		return fd;
	close(fd);
	return -1;
}

static bool is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int write_content(struct sink *to, const struct tar_member *file, int fd,
			 const struct stat *before)
{
	uint64_t left = (uint64_t)before->st_size;
	char buffer[CHUNK];
	struct stat after;
	ssize_t n;

	while (left) {
		n = read_full(fd, buffer, left < CHUNK ? (size_t)left : CHUNK);
		if (n < 0)
			return report_file(file, errno, strerror(errno));
		if (n == 0)
			return report_file(file, EBUSY,
					   "it became shorter while it was read: pack it when "
					   "nothing writes to it");
		if (to->write(to, buffer, (size_t)n))
			return -1;
		left -= (uint64_t)n;
	}
	n = read_full(fd, buffer, 1);
	if (n < 0 || fstat(fd, &after))
		return report_file(file, errno, strerror(errno));
	if (n)
		return report_file(file, EBUSY,
				   "it holds more bytes than its size said: it grew while it was "
				   "read, or is no file on a disk");
	if (!is_unchanged(before, &after))
		return report_file(file, EBUSY,
				   "it changed while it was read: pack it when nothing writes "
				   "to it");
	return write_padding(to, (uint64_t)before->st_size);
}

static int add_file(struct sink *to, const struct tar_member *file)
{
	struct stat status;
	int fd = open_regular(file, &status), failed, saved;

	if (fd < 0)
		return -1;
	failed = write_member_header(to, file, file->name, (uint64_t)status.st_size) ||
		 write_content(to, file, fd, &status);
	saved = errno;
	close(fd);
	errno = saved;
	return failed ? -1 : 0;
}

static int add_content(struct sink *to, const struct tar_member *member)
{
	size_t size = strlen(member->data);

	return write_member_header(to, member, member->name, size) ||
			       to->write(to, member->data, size) || write_padding(to, size)
		       ? -1
		       : 0;
}

/* Readers that know no directories take a name that ends in '/' for one. */
static int add_directory(struct sink *to, const struct tar_member *member)
{
	char *name;
	int failed;

	if (asprintf(&name, "%s/", member->name) < 0)
		return report_errno("%s:%zu", member->source, member->line);
	failed = write_member_header(to, member, name, 0);
	free(name);
	return failed;
}

int tar_add_member(struct sink *to, const struct tar_member *member)
{
	switch (member->kind) {
	case TAR_FILE:
		return add_file(to, member);
	case TAR_CONTENT:
		return add_content(to, member);
	case TAR_DIRECTORY:
		return add_directory(to, member);
	case TAR_LINK:
		break;
	}
	return write_member_header(to, member, member->name, 0);
}

int tar_end(struct sink *to)
{
	return to->write(to, zeros, sizeof(zeros));
}

/* --- sizes --- */

struct counter {
	struct sink sink; /* first: a struct sink * to it is also a struct counter * */
	uint64_t bytes;
};

static int count_bytes(struct sink *sink, const void *bytes, size_t size)
{
	(void)bytes;
	((struct counter *)sink)->bytes += size;
	return 0;
}

/* Counts a file without reading it. */
static void count_file(struct counter *counter, const struct tar_member *file)
{
	struct stat status;

	if (stat(file->data, &status) || !S_ISREG(status.st_mode) ||
	    write_member_header(&counter->sink, file, file->name, (uint64_t)status.st_size))
		return;
	write_padding(&counter->sink, (uint64_t)status.st_size);
	counter->bytes += (uint64_t)status.st_size;
}

uint64_t tar_size(const struct tar_member *members, size_t count)
{
	struct counter counter = { .sink.write = count_bytes };

	for (size_t i = 0; i < count; i++) {
		if (members[i].kind == TAR_FILE)
			count_file(&counter, &members[i]);
		else
			tar_add_member(&counter.sink, &members[i]);
	}
	tar_end(&counter.sink);
	return counter.bytes;
}
