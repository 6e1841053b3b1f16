/* ktstr-preamble - print the header of a .run: the template with a manifest's values in it */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/file.h"
#include "base/number.h"
#include "base/output.h"
#include "base/path.h"
#include "base/quote.h"
#include "base/report.h"
#include "registry/file_index.h"
#include "registry/manifest.h"
#include "registry/needs.h"
#include "registry/topology.h"

#define MARKER "__ARCHIVE__"

#define TEMPLATE "../share/ktstr/preamble.bash" /* relative to this program's directory */

static const char usage[] =
	"usage: ktstr-preamble [--template FILE] [--sha256 HEX] [--size N]\n"
	"                      [--decompress CMD] < manifest > header\n"
	"       ktstr-preamble --engine\n"
	"      --template FILE  a template of your own (default, from the directory of\n"
	"                       this program: ../share/ktstr/preamble.bash)\n"
	"      --sha256 HEX     SHA-256 of the archive, checked before anything starts\n"
	"      --size N         its size in bytes, checked as well\n"
	"      --decompress CMD what the host decompresses it with: words such as\n"
	"                       'zstd -dc' (default: gzip or pigz)\n"
	"      --engine         print the SHA-256 of the engine, the part that all\n"
	"                       headers share\n"
	"  -h, --help           show this help\n"
	"  -V, --version        show the version\n";

enum { OPTION_TEMPLATE = 256, OPTION_SHA256, OPTION_SIZE, OPTION_DECOMPRESS, OPTION_ENGINE };

static const struct option longopts[] = {
	{ "template", required_argument, NULL, OPTION_TEMPLATE },
	{ "sha256", required_argument, NULL, OPTION_SHA256 },
	{ "size", required_argument, NULL, OPTION_SIZE },
	{ "decompress", required_argument, NULL, OPTION_DECOMPRESS },
	{ "engine", no_argument, NULL, OPTION_ENGINE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

enum { TEMPLATE_MAX = 1024 * 1024 };

static struct output out;

/* What the command line says about the archive; "" if nothing. */
struct archive {
	const char *sha256;
	const char *size;
	const char *decompress; /* a command: words separated by blanks */
};

static const char blanks[] = " \t\n";

/* The value of a placeholder: one word, or the words of an array. */
struct value {
	const char *placeholder;
	struct strings words;
};

enum { VALUES_MAX = 64 };

struct values {
	struct value items[VALUES_MAX];
	size_t count;
};

/* Adds a placeholder and returns its words, still empty. */
static struct strings *add_value(struct values *values, const char *placeholder)
{
	struct value *value = &values->items[values->count];

	assert(values->count < VALUES_MAX);
	values->count++;
	value->placeholder = placeholder;
	return &value->words;
}

static int add_word(struct values *values, const char *placeholder, const char *word)
{
	return strings_add(add_value(values, placeholder), word);
}

/* Adds one placeholder, whose words are all fields of all entries with a keyword. */
static int add_fields(struct values *values, const char *placeholder,
		      const struct entries *manifest, const char *keyword)
{
	struct strings *words = add_value(values, placeholder);
	const struct entry *entry = NULL;

	while ((entry = entries_next(manifest, keyword, entry)))
		if (strings_add_all(words, &entry->fields))
			return -1;
	return 0;
}

static int add_topology(struct values *values, const struct entries *manifest)
{
	struct topology topology = { 0 };

	topology_parse(manifest_value(manifest, "topology"),
		       &topology); /* manifest_read checked it */
	return strings_addf(add_value(values, "NEED_NUMA_NODES"), "%u", topology.numa_nodes) ||
	       strings_addf(add_value(values, "NEED_LLCS"), "%u", topology.llcs) ||
	       strings_addf(add_value(values, "NEED_CORES_PER_LLC"), "%u",
			    topology.cores_per_llc) ||
	       strings_addf(add_value(values, "NEED_THREADS_PER_CORE"), "%u",
			    topology.threads_per_core);
}

static bool has_string(const struct strings *strings, const char *text, size_t length)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strlen(strings->items[i]) == length && !memcmp(strings->items[i], text, length))
			return true;
	return false;
}

/* Directories below include/, each once. Zero-initialised, it is empty. */
struct directories {
	struct entries entries;
	struct file_index index; /* of entries */
};

/* Adds what of the first length bytes of name is a directory below include/, and those above it. */
static int add_directories(struct directories *directories, const char *name, size_t length)
{
	static const char included[] = "include/";

	while (length > strlen(included) && !strncmp(name, included, strlen(included))) {
		struct entries *entries = &directories->entries;
		char *directory = strndup(name, length);
		bool is_known = directory && file_index_find(&directories->index, directory);
		int failed = !directory || (!is_known && entries_add(entries, "", directory, NULL));

		free(directory);
		if (failed)
			return -1;
		if (is_known)
			return 0;
		if (file_index_add(&directories->index,
				   entries->items[entries->count - 1].fields.items))
			return -1;
		while (name[--length] != '/')
			;
	}
	return 0;
}

/* Counts what is unpacked, but for the directories at the top. Returns 0, or -1 with errno. */
static int count_packed(const struct entries *manifest, size_t *count)
{
	struct directories directories = { 0 };
	int failed = 0;

	*count = 0;
	for (size_t i = 0; !failed && i < manifest->count; i++) {
		const struct entry *entry = &manifest->items[i];
		const char *name, *slash;

		if (!is_member(entry->keyword))
			continue;
		name = entry->fields.items[0];
		slash = strrchr(name, '/');
		if (!strcmp(entry->keyword, "directory")) {
			failed = add_directories(&directories, name, strlen(name));
			continue;
		}
		++*count;
		if (slash)
			failed = add_directories(&directories, name, (size_t)(slash - name));
	}
	*count += directories.entries.count;
	file_index_free(&directories.index);
	entries_free(&directories.entries);
	return failed;
}

/* Adds the top-level names of the archive, at most four, and the number of what is in it. */
static int add_packed_files(struct values *values, const struct entries *manifest)
{
	struct strings *names = add_value(values, "PACKED_FILES");
	const struct entry *member = NULL;
	size_t count;

	while ((member = entries_next(manifest, NULL, member))) {
		const char *name = is_member(member->keyword) ? member->fields.items[0] : "";
		size_t length = strcspn(name, "/");

		if (length && !has_string(names, name, length) &&
		    strings_addf(names, "%.*s", (int)length, name))
			return -1;
	}
	return count_packed(manifest, &count) ||
	       strings_addf(add_value(values, "PACKED_COUNT"), "%zu", count);
}

/* Adds the file name that a packed program had where it came from; "" if it is not packed. */
static int add_program(struct values *values, const char *placeholder,
		       const struct entries *manifest, const char *archive_name)
{
	const struct entry *file = manifest_file(manifest, archive_name);

	return add_word(values, placeholder,
			file ? strrchr(file->fields.items[1], '/') + 1 : ""); /* it is absolute */
}

/* Adds the build ID of a packed program; "" if it is not known. */
static int add_build_id(struct values *values, const char *placeholder,
			const struct entries *manifest, const char *archive_name)
{
	const struct entry *id = NULL;

	while ((id = entries_next(manifest, "build-id", id)))
		if (!strcmp(id->fields.items[0], archive_name))
			return add_word(values, placeholder, id->fields.items[1]);
	return add_word(values, placeholder, "");
}

/* Adds 1 if a record without fields is there, else "". */
static int add_flag(struct values *values, const char *placeholder, const struct entries *manifest,
		    const char *keyword)
{
	return add_word(values, placeholder, entries_find(manifest, keyword) ? "1" : "");
}

/* Adds the second field of needs-glibc, or "". */
static int add_glibc_file(struct values *values, const struct entries *manifest)
{
	const struct entry *glibc = entries_find(manifest, "needs-glibc");
	bool is_named = glibc && glibc->fields.count > 1;

	return add_word(values, "NEED_GLIBC_FILE", is_named ? glibc->fields.items[1] : "");
}

/* Adds the fields of enabled-when, or "". */
static int add_enabled_when(struct values *values, const struct entries *manifest)
{
	const struct entry *when = entries_find(manifest, "enabled-when");

	return add_word(values, "SCHED_ENABLED_FILE", when ? when->fields.items[0] : "") ||
	       add_word(values, "SCHED_ENABLED_VALUE", when ? when->fields.items[1] : "");
}

/* Adds what the host must have, as found by ktstr-manifest and ktstr-libs. */
static int add_needs(struct values *values, const struct entries *manifest)
{
	return add_word(values, "PACKED_BYTES", manifest_value(manifest, "needs-bytes")) ||
	       add_fields(values, "NEED_MACHINES", manifest, "needs-machine") ||
	       add_fields(values, "NEED_INTERPRETERS", manifest, "needs-interpreter") ||
	       add_word(values, "NEED_GLIBC", manifest_value(manifest, "needs-glibc")) ||
	       add_glibc_file(values, manifest);
}

/* Adds a command, split at its blanks: no shell reads it. */
static int add_command(struct values *values, const char *placeholder, const char *command)
{
	struct strings *words = add_value(values, placeholder);
	size_t length;

	for (command += strspn(command, blanks); *command; command += strspn(command, blanks)) {
		length = strcspn(command, blanks);
		if (strings_addf(words, "%.*s", (int)length, command))
			return -1;
		command += length;
	}
	return 0;
}

static int add_archive(struct values *values, const struct archive *archive)
{
	return add_word(values, "PAYLOAD_SIZE", archive->size) ||
	       add_word(values, "PAYLOAD_SHA256", archive->sha256) ||
	       add_command(values, "DECOMPRESS", archive->decompress);
}

/* Adds the oldest and the newest kernel, "" for any. */
static int add_kernel(struct values *values, const struct entries *manifest)
{
	const struct entry *kernel = entries_find(manifest, "kernel");
	bool has_last = kernel && kernel->fields.count > 1;

	return add_word(values, "NEED_KERNEL_MIN", manifest_value(manifest, "kernel")) ||
	       add_word(values, "NEED_KERNEL_MAX", has_last ? kernel->fields.items[1] : "") ||
	       add_fields(values, "NEED_KERNEL_ARGS", manifest, "kernel-arg");
}

static int add_all(struct values *values, const struct entries *manifest,
		   const struct archive *archive)
{
	return add_word(values, "KTSTR_TEST_NAME", manifest_value(manifest, "test")) ||
	       add_word(values, "KTSTR_SCHED_NAME", manifest_value(manifest, "scheduler")) ||
	       add_word(values, "KTSTR_GIT_HASH", manifest_value(manifest, "git")) ||
	       add_word(values, "KTSTR_ABOUT", manifest_value(manifest, "about")) ||
	       add_word(values, "KTSTR_CONTACT", manifest_value(manifest, "contact")) ||
	       add_topology(values, manifest) || add_kernel(values, manifest) ||
	       add_word(values, "TEST_DURATION_SECS", manifest_value(manifest, "duration")) ||
	       add_word(values, "TEST_WATCHDOG_SECS", manifest_value(manifest, "watchdog")) ||
	       add_fields(values, "SCHED_ARGS", manifest, "sched-arg") ||
	       add_word(values, "SCHED_EXPECTED_ERROR",
			manifest_value(manifest, "expect-scheduler-error")) ||
	       add_word(values, "CGROUP_PARENT", manifest_value(manifest, "cgroup-parent")) ||
	       add_word(values, "TEST_CGROUP_ROOT",
			manifest_value(manifest, "workload-root-cgroup")) ||
	       add_fields(values, "NEED_CONTROLLERS", manifest, "cgroup-controllers") ||
	       add_fields(values, "SCHED_ENABLE", manifest, "enable") ||
	       add_fields(values, "SCHED_DISABLE", manifest, "disable") ||
	       add_enabled_when(values, manifest) ||
	       add_fields(values, "SYSCTLS", manifest, "sysctl") ||
	       add_fields(values, "RUN_ARGS", manifest, "run-arg") ||
	       add_word(values, "TEST_RUN_ARGS", manifest_value(manifest, "run-args")) ||
	       add_flag(values, "ATTACHES_SCHEDULERS", manifest, "attaches-schedulers") ||
	       add_flag(values, "DROPS_ROOT", manifest, "drops-root") ||
	       add_program(values, "TEST_PROGRAM", manifest, "ktstr") ||
	       add_program(values, "SCHED_PROGRAM", manifest, "scheduler") ||
	       add_build_id(values, "TEST_BUILD_ID", manifest, "ktstr") ||
	       add_build_id(values, "SCHED_BUILD_ID", manifest, "scheduler") ||
	       add_word(values, "SCHED_GIT_HASH", manifest_value(manifest, "git-scheduler")) ||
	       add_packed_files(values, manifest) || add_needs(values, manifest) ||
	       add_archive(values, archive);
}

static const struct strings *find_value(const struct values *values, const char *name,
					size_t length)
{
	for (size_t i = 0; i < values->count; i++)
		if (strlen(values->items[i].placeholder) == length &&
		    !memcmp(values->items[i].placeholder, name, length))
			return &values->items[i].words;
	return NULL;
}

static int print_words(const struct strings *words)
{
	for (size_t i = 0; i < words->count; i++) {
		char *quoted = quote_shell(words->items[i]);

		if (!quoted)
			return report_errno("standard output");
		if (i)
			output_puts(&out, " ");
		output_puts(&out, quoted);
		free(quoted);
	}
	return 0;
}

/* Returns the length of the placeholder @NAME@ at text, or 0 if there is none. */
static size_t placeholder_length(const char *text)
{
	size_t name;

	if (*text != '@' || !isupper((unsigned char)text[1]))
		return 0;
	name = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return text[1 + name] == '@' ? name + 2 : 0;
}

/*
 * The template must end with the marker and have no other: the archive begins after the first one.
 */
static int check_marker(const char *path, const char *text, size_t size)
{
	const char *first = strstr(text, "\n" MARKER "\n");

	if (!first || first + strlen("\n" MARKER "\n") != text + size)
		return report(EBADMSG, "%s: a template's last line, and no other, is " MARKER,
			      path);
	return 0;
}

/* Before anything is printed: a user's template may have other placeholders. */
static int check_placeholders(const char *path, const char *text, const struct values *values)
{
	size_t line = 1, length;

	for (; *text; text += length ? length : 1) {
		length = placeholder_length(text);
		if (length && !find_value(values, text + 1, length - 2))
			return report(EBADMSG, "%s:%zu: unknown placeholder %.*s", path, line,
				      (int)length, text);
		line += *text == '\n';
	}
	return 0;
}

static int render(const char *text, const struct values *values)
{
	size_t length;

	for (; *text; text += length) {
		length = placeholder_length(text);
		if (length && print_words(find_value(values, text + 1, length - 2)))
			return -1;
		if (!length)
			output_write(&out, text, length = 1);
	}
	return 0;
}

static int read_template(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed;
	size_t size = 0;

	*text = NULL;
	failed = fd < 0 || read_all(fd, TEMPLATE_MAX, text, &size);
	if (failed)
		report_errno("%s", path);
	else if (strlen(*text) != size)
		failed = report(EBADMSG, "%s: NUL byte: this is no template", path);
	else
		failed = check_marker(path, *text, size);
	if (fd >= 0)
		close(fd);
	return failed;
}

/* Reads and checks the template and the manifest before it prints anything. */
static int print_header(const char *template, const struct archive *archive)
{
	struct values values = { 0 };
	struct entries manifest = { 0 };
	char *text = NULL, *path = template ? strdup(template) : path_beside_program(TEMPLATE);
	int failed = -1;

	if (!path && errno == ENOMEM)
		report_errno("--template");
	else if (!path)
		report(ENOENT, "cannot tell where this program is: give --template FILE");
	else if (!read_template(path, &text) && !manifest_read("<stdin>", stdin, &manifest)) {
		if (add_all(&values, &manifest, archive))
			report_errno("<stdin>");
		else
			failed = check_placeholders(path, text, &values) || render(text, &values);
	}
	for (size_t i = 0; i < values.count; i++)
		strings_free(&values.items[i].words);
	entries_free(&manifest);
	free(text);
	free(path);
	return failed;
}

static bool is_sha256(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool names_program(const char *command)
{
	command += strspn(command, blanks);
	return *command && *command != '-';
}

int main(int argc, char *argv[])
{
	struct archive archive = { "", "", "" };
	const char *template = NULL;
	uint64_t number;
	int option, status;

	command_begin();
	output_open(&out, STDOUT_FILENO, "standard output");
	while ((option = command_option(argc, argv, "hV", longopts)) != -1) {
		switch (option) {
		case OPTION_TEMPLATE:
			template = optarg;
			break;
		case OPTION_SHA256:
			if (!is_sha256(optarg))
				return command_misused(
					"--sha256: not 64 lower-case hexadecimal digits: %s",
					optarg);
			archive.sha256 = optarg;
			break;
		case OPTION_SIZE:
			if (*optarg == '0' || parse_number(optarg, 10, 1, INT64_MAX, &number))
				return command_misused("--size: not a number of bytes: %s", optarg);
			archive.size = optarg;
			break;
		case OPTION_DECOMPRESS:
			if (!names_program(optarg))
				return command_misused("--decompress: names no program: %s",
						       optarg);
			archive.decompress = optarg;
			break;
		case OPTION_ENGINE:
			return command_print(KTSTR_ENGINE_SHA256 "\n");
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-preamble " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* command_option has reported why */
		}
	}
	if (optind != argc)
		return command_misused(
			"takes no operand, as the manifest comes on standard input: %s",
			argv[optind]);
	status = print_header(template, &archive) ? STATUS_FAILED : 0;
	if (status)
		return status; /* leave the buffer unwritten: it may be half a header */
	return output_close(&out) ? STATUS_FAILED : 0;
}
