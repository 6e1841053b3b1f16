/* evidence.c - reads the results in one file: an archive or a bare text */
#include "evidence.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/report.h"
#include "gzip_reader.h"

#define COPY_AGAIN "copy it again from its host"

/* A file that is being read. */
struct evidence_file {
	const char *path, *name; /* name is for messages */
	struct gzip_reader reader;
	char head[512]; /* its first bytes, which say what it is */
	size_t head_size;
	bool has_given_head; /* to libarchive */
	char buffer[64 * 1024];
	size_t results_bytes; /* of all results so far */
	struct results *results;
};

static int report_file(const struct evidence_file *file)
{
	if (file->reader.error == EFBIG)
		return report(EFBIG,
			      "%s: over 1 GiB when it is decompressed: it is no evidence of a .run",
			      file->name);
	if (file->reader.cause)
		return report(EBADMSG, "%s: %s: " COPY_AGAIN, file->name, file->reader.cause);
	errno = file->reader.error;
	return report_errno("%s", file->name);
}

/* Reports why libarchive failed. */
static int report_archive(const struct evidence_file *file, struct archive *archive)
{
	const char *cause = archive_error_string(archive);

	if (file->reader.error)
		return report_file(file);
	if (!cause || archive_errno(archive) == ENOMEM)
		return report(ENOMEM, "%s: %s", file->name, strerror(ENOMEM));
	return report(EBADMSG, "%s: damaged: %s: " COPY_AGAIN, file->name, cause);
}

/* What libarchive calls for more bytes. */
static la_ssize_t give_bytes(struct archive *archive, void *client, const void **bytes)
{
	struct evidence_file *file = client;
	ssize_t n;

	if (!file->has_given_head) {
		file->has_given_head = true;
		*bytes = file->head;
		return (la_ssize_t)file->head_size;
	}
	n = gzip_reader_read(&file->reader, file->buffer, sizeof(file->buffer));
	if (n < 0)
		archive_set_error(archive, errno, "read");
	*bytes = file->buffer;
	return n;
}

/* Counts what zstd made of its bytes; its reader counts those of gzip. */
static bool is_too_large(struct evidence_file *file, struct archive *archive)
{
	if (archive_filter_bytes(archive, 0) <= (la_int64_t)EVIDENCE_BYTES_MAX)
		return false;
	file->reader.error = EFBIG;
	return true;
}

/* Skips a member's bytes: libarchive by itself would do that without a bound. */
static int skip_member(struct evidence_file *file, struct archive *archive)
{
	const void *bytes;
	la_int64_t offset;
	size_t size;
	int code;

	while ((code = archive_read_data_block(archive, &bytes, &size, &offset)) == ARCHIVE_OK)
		if (is_too_large(file, archive))
			return report_file(file);
	return code == ARCHIVE_EOF ? 0 : report_archive(file, archive);
}

/* Adds the result that is the current member. Returns 0, or -1. Reports. */
static int read_member(struct evidence_file *file, struct archive *archive, const char *member)
{
	size_t have = 0, room = RESULT_MAX + 1;
	char *text = malloc(room);
	la_ssize_t n = 0;
	int failed = -1;

	if (!text)
		return report_errno("%s", file->name);
	while (have < room && (n = archive_read_data(archive, text + have, room - have)) > 0)
		have += (size_t)n;
	file->results_bytes += have;
	if (n < 0)
		report_archive(file, archive);
	else if (have > RESULT_MAX)
		report(EFBIG, "%s: %s: over 1 MiB: it is no result of a .run", file->name, member);
	else if (file->results_bytes > RESULTS_MAX)
		report(EFBIG, "%s: its results are over 64 MiB: split the archive", file->name);
	else
		failed = results_parse(file->path, member, text, have, file->results);
	free(text);
	return failed;
}

/* Whether a member of the archive is a result: a regular file of that name. */
static bool is_result(struct archive_entry *entry, const char *name)
{
	const char *slash = strrchr(name, '/');

	return !strcmp(slash ? slash + 1 : name, "result") &&
	       archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
}

static const char *member_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	if (!name) /* a name in Unicode that this locale has no bytes for */
		name = archive_entry_pathname_utf8(entry);
	return name ? name : "";
}

static int read_members(struct evidence_file *file, struct archive *archive)
{
	size_t members = 0, before = file->results->count;
	struct archive_entry *entry;
	int code;

	while ((code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
	       code == ARCHIVE_WARN) {
		const char *name = member_name(entry);

		if (is_too_large(file, archive))
			return report_file(file);
		if (++members > EVIDENCE_MEMBERS_MAX)
			return report(EFBIG,
				      "%s: more than %d members: it is no evidence of a .run",
				      file->name, EVIDENCE_MEMBERS_MAX);
		if (is_result(entry, name) ? read_member(file, archive, name)
					   : skip_member(file, archive))
			return -1;
	}
	if (code != ARCHIVE_EOF)
		return report_archive(file, archive);
	if (file->results->count == before)
		return report(EBADMSG, "%s: no result in it: give the evidence of a .run",
			      file->name);
	return 0;
}

/*
 * Reads what follows the archive's end, so that gzip's checksum is compared. Only zeros may follow:
 * whatever else there is would be lost without a word. Reports.
 */
static int read_rest(struct evidence_file *file)
{
	ssize_t n;

	while ((n = gzip_reader_read(&file->reader, file->buffer, sizeof(file->buffer))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (file->buffer[i])
				return report(
					EBADMSG,
					"%s: something follows the archive: give each file by "
					"itself",
					file->name);
	return n ? report_file(file) : 0;
}

static int read_archive(struct evidence_file *file)
{
	struct archive *archive = archive_read_new();
	int failed;

	if (!archive)
		return report(ENOMEM, "%s: %s", file->name, strerror(ENOMEM));
	if (archive_read_support_format_tar(archive) ||
	    /* files that were appended to each other */
	    archive_read_set_format_option(archive, "tar", "read_concatenated_archives", "1") ||
	    /* without its library, libarchive would run zstd(1) */
	    (archive_libzstd_version() && archive_read_support_filter_zstd(archive)) ||
	    archive_read_open(archive, file, NULL, give_bytes, NULL))
		failed = report_archive(file, archive);
	else
		failed = read_members(file, archive) || read_rest(file);
	archive_read_free(archive);
	return failed ? -1 : 0;
}

/* Reads all that follows the head, and the head. The caller frees it. NULL: failed. Reports. */
static char *read_whole(struct evidence_file *file, size_t *size)
{
	size_t have = file->head_size, room = sizeof(file->buffer);
	char *text = malloc(room), *bigger;
	ssize_t n;

	if (!text) {
		report_errno("%s", file->name);
		return NULL;
	}
	memcpy(text, file->head, have);
	for (;;) {
		n = gzip_reader_read(&file->reader, text + have, room - have);
		if (n < 0) {
			report_file(file);
			break;
		}
		have += (size_t)n;
		if (have > RESULTS_MAX) {
			report(EFBIG, "%s: over 64 MiB: it is no result of a .run", file->name);
			break;
		}
		if (have < room) {
			*size = have;
			return text;
		}
		room *= 2;
		bigger = realloc(text, room);
		if (!bigger) {
			report_errno("%s", file->name);
			break;
		}
		text = bigger;
	}
	free(text);
	return NULL;
}

/* Reads a bare text, which may hold several results. */
static int read_text(struct evidence_file *file)
{
	size_t size;
	char *text = read_whole(file, &size);
	int failed;

	if (!text)
		return -1;
	failed = results_parse(file->path, "", text, size, file->results);
	free(text);
	return failed;
}

static bool is_archive(const struct evidence_file *file)
{
	static const char zstd[] = { '\x28', '\xb5', '\x2f', '\xfd' };

	return (file->head_size >= sizeof(zstd) && !memcmp(file->head, zstd, sizeof(zstd))) ||
	       (file->head_size == sizeof(file->head) &&
		memchr(file->head, '\0', 257) &&	/* no text has one */
		!memcmp(file->head + 257, "ustar", 5)); /* POSIX.1-2017, pax */
}

int evidence_read_file(int fd, const char *path, struct results *results)
{
	struct evidence_file *file = calloc(1, sizeof(*file));
	size_t before = results->count;
	int failed = -1, saved;
	ssize_t n;

	if (!file) {
		report_errno("%s", path);
		close(fd);
		return -1;
	}
	gzip_reader_open(&file->reader, fd, EVIDENCE_BYTES_MAX);
	file->path = path;
	file->name = strcmp(path, "-") ? path : "<stdin>";
	file->results = results;
	results->records = 0;
	n = gzip_reader_read(&file->reader, file->head, sizeof(file->head));
	if (n < 0) {
		report_file(file);
	} else {
		file->head_size = (size_t)n;
		failed = is_archive(file) ? read_archive(file) : read_text(file);
	}
	saved = errno;
	if (failed)
		results_cut(results, before);
	gzip_reader_close(&file->reader);
	free(file);
	errno = saved;
	return failed;
}
