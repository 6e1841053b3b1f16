/* own_header.c - reads the header of a .run that ktstr-export wrote: its frozen values */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/report.h"
#include "import/imported.h"
#include "registry/value.h"

static const char first_line[] = "#!/usr/bin/env bash\n";
static const char frozen[] = "# --- Frozen at export: nothing but assignments ---\n";
static const char engine[] = "# --- Engine of ktstr-tools ";

enum use {
	WORD,	/* a record with this field; none if the value is empty */
	FIRST,	/* a record with this field and, unless it is empty, that of the next row */
	SECOND, /* its second field */
	FLAG,	/* a record without fields if the value is not empty */
	ALL,	/* a record with all words of the array */
	EACH,	/* a record for each word of the array */
	PAIRS,	/* a record for each two words of the array */
	COMMENT,
	READ,	 /* add_others reads it */
	DERIVED, /* from the files, when they are packed again */
};

/* Each value that a version has or had: test/import.bats compares them with the template's. */
static const struct row {
	const char *name;
	bool is_array, is_needed;
	enum use use;
	const char *keyword;
} rows[] = {
	{ "KTSTR_TEST_NAME", false, true, READ, NULL },
	{ "KTSTR_SCHED_NAME", false, true, READ, NULL },
	{ "KTSTR_GIT_HASH", false, false, COMMENT, NULL },
	{ "KTSTR_ABOUT", false, false, WORD, "about" },
	{ "KTSTR_CONTACT", false, false, WORD, "contact" },
	{ "NEED_LLCS", false, true, READ, NULL },
	{ "NEED_CORES_PER_LLC", false, true, READ, NULL },
	{ "NEED_THREADS_PER_CORE", false, true, READ, NULL },
	{ "NEED_NUMA_NODES", false, true, READ, NULL },
	{ "NEED_KERNEL_MIN", false, false, FIRST, "kernel" },
	{ "NEED_KERNEL_MAX", false, false, SECOND, NULL },
	{ "NEED_KERNEL_ARGS", true, false, EACH, "kernel-arg" },
	{ "TEST_DURATION_SECS", false, true, WORD, "duration" },
	{ "TEST_WATCHDOG_SECS", false, true, WORD, "watchdog" },
	{ "SCHED_ARGS", true, false, EACH, "sched-arg" },
	{ "SCHED_ENABLE", true, false, EACH, "enable" },
	{ "SCHED_DISABLE", true, false, EACH, "disable" },
	{ "SCHED_ENABLED_FILE", false, false, FIRST, "enabled-when" },
	{ "SCHED_ENABLED_VALUE", false, false, SECOND, NULL },
	{ "SCHED_EXPECTED_ERROR", false, false, WORD, "expect-scheduler-error" },
	{ "CGROUP_PARENT", false, false, WORD, "cgroup-parent" },
	{ "TEST_CGROUP_ROOT", false, false, WORD, "workload-root-cgroup" },
	{ "NEED_CONTROLLERS", true, false, ALL, "cgroup-controllers" },
	{ "SYSCTLS", true, false, PAIRS, "sysctl" },
	{ "RUN_ARGS", true, false, EACH, "run-arg" },
	{ "TEST_RUN_ARGS", false, false, WORD, "run-args" },
	{ "ATTACHES_SCHEDULERS", false, false, FLAG, "attaches-schedulers" },
	{ "DROPS_ROOT", false, false, FLAG, "drops-root" },
	{ "TEST_PROGRAM", false, true, READ, NULL },
	{ "SCHED_PROGRAM", false, true, READ, NULL },
	{ "TEST_BUILD_ID", false, false, DERIVED, NULL },
	{ "SCHED_BUILD_ID", false, false, DERIVED, NULL },
	{ "SCHED_GIT_HASH", false, false, COMMENT, NULL },
	{ "PACKED_FILES", true, false, DERIVED, NULL },
	{ "PACKED_COUNT", false, false, DERIVED, NULL },
	{ "PACKED_BYTES", false, false, DERIVED, NULL },
	{ "NEED_MACHINES", true, false, DERIVED, NULL },
	{ "NEED_INTERPRETERS", true, false, DERIVED, NULL },
	{ "NEED_GLIBC", false, false, DERIVED, NULL },
	{ "NEED_GLIBC_FILE", false, false, DERIVED, NULL },
	{ "PAYLOAD_SIZE", false, false, READ, NULL },
	{ "PAYLOAD_SHA256", false, false, DERIVED, NULL },
	{ "DECOMPRESS", true, false, READ, NULL },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

/* line 0: the header does not have it */
struct header {
	struct {
		struct strings words;
		size_t line;
	} values[ROWS];
};

static size_t find_row(const char *name, size_t length)
{
	size_t i = 0;

	while (i < ROWS && (strlen(rows[i].name) != length || memcmp(rows[i].name, name, length)))
		i++;
	return i;
}

static const char *word_of(const struct header *header, const char *name)
{
	const struct strings *words = &header->values[find_row(name, strlen(name))].words;

	return words->count ? words->items[0] : "";
}

static size_t line_of(const struct header *header, const char *name)
{
	return header->values[find_row(name, strlen(name))].line;
}

static int read_word(struct shell_text *text, struct strings *words)
{
	char *word;
	int failed;

	if (shell_word_read(text, SHELL_OCTAL, &word))
		return -1;
	failed = strings_add(words, word) ? report_errno("%s", text->source) : 0;
	free(word);
	return failed;
}

/* WORD, or (WORD ...), and the end of the line. */
static int read_words(struct shell_text *text, bool is_array, const char *name,
		      struct strings *words)
{
	if (is_array != !shell_text_skip(text, "("))
		return shell_text_bad(text, "%s: is %s array", name, is_array ? "an" : "no");
	while (*text->at != ')' && *text->at != '\n') {
		if (read_word(text, words))
			return -1;
		if (!is_array || shell_text_skip(text, " "))
			break;
	}
	if ((is_array && shell_text_skip(text, ")")) || shell_text_skip(text, "\n"))
		return shell_text_bad(text, "%s: more than a value stands here", name);
	return 0;
}

static int read_assignment(struct shell_text *text, struct header *header)
{
	size_t length = strspn(text->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *name = text->at;
	size_t i, line = text->line;

	if (!length || name[length] != '=')
		return shell_text_bad(text, "not an assignment: nothing else stands among frozen "
					    "values");
	i = find_row(name, length);
	if (i == ROWS)
		return shell_text_bad(text,
				      "%.*s: this version has no such value: import it with the "
				      "version that exported it",
				      (int)length, name);
	if (header->values[i].line)
		return shell_text_bad(text, "%s: stands on line %zu already", rows[i].name,
				      header->values[i].line);
	text->at += length + 1;
	if (read_words(text, rows[i].is_array, rows[i].name, &header->values[i].words))
		return -1;
	header->values[i].line = line;
	return 0;
}

/* Moves text to the first frozen value. Returns 0; or -1 where there is none. */
static int find_frozen(struct shell_text *text)
{
	while (*text->at) {
		if (!shell_text_skip(text, frozen))
			return 0;
		shell_text_next_line(text);
	}
	return -1;
}

static int read_values(struct shell_text *text, struct header *header)
{
	while (shell_text_skip(text, engine)) {
		if (*text->at == '#' || *text->at == '\n')
			shell_text_next_line(text);
		else if (!*text->at)
			return shell_text_bad(text, "the frozen values have no end");
		else if (read_assignment(text, header))
			return -1;
	}
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].is_needed && !header->values[i].line)
			return shell_text_bad(text, "%s is not among the frozen values",
					      rows[i].name);
	return 0;
}

static int add_each(struct imported *test, const struct row *row, size_t line,
		    const struct strings *words)
{
	size_t step = row->use == PAIRS ? 2 : 1;

	if (words->count % step)
		return report(EBADMSG, "%s:%zu: %s: the last value is missing", test->source, line,
			      row->name);
	for (size_t i = 0; i < words->count; i += step) {
		char *const fields[] = { words->items[i], step > 1 ? words->items[i + 1] : NULL,
					 NULL };

		if (imported_add(test, line, row->name, row->keyword, fields))
			return -1;
	}
	return 0;
}

static int add_comment(struct imported *test, const struct row *row, size_t line, const char *word)
{
	char *const fields[] = { (char *)word, NULL };
	const char *problem = text_problem(fields);

	if (problem)
		return report(EBADMSG, "%s:%zu: %s: %s", test->source, line, row->name, problem);
	return strings_addf(&test->comments, "%s: %s", row->name, word)
		       ? report_errno("%s", test->source)
		       : 0;
}

static int add_first(struct imported *test, const struct header *header, size_t i, char *word)
{
	const char *second = word_of(header, rows[i + 1].name);
	char *const fields[] = { word, *second ? (char *)second : NULL, NULL };

	return imported_add(test, header->values[i].line, rows[i].name, rows[i].keyword, fields);
}

static int add_row(struct imported *test, const struct header *header, size_t i)
{
	const struct row *row = &rows[i];
	const struct strings *words = &header->values[i].words;
	size_t line = header->values[i].line;
	char *word = words->count ? words->items[0] : NULL;
	char *const none[] = { NULL };

	if (row->use == EACH || row->use == PAIRS)
		return add_each(test, row, line, words);
	if (!word || (!row->is_array && !*word))
		return 0;
	switch (row->use) {
	case FIRST:
		return add_first(test, header, i, word);
	case ALL:
		return imported_add(test, line, row->name, row->keyword, words->items);
	case WORD:
		return imported_add_word(test, line, row->name, row->keyword, word);
	case FLAG:
		return imported_add(test, line, row->name, row->keyword, none);
	case COMMENT:
		return add_comment(test, row, line, word);
	default:
		return 0;
	}
}

/* Sets *name to that of a program's file; NULL: it is not packed. */
static int add_program(struct imported *test, const struct header *header, const char *value,
		       char **name)
{
	const char *word = word_of(header, value);

	if (!*word)
		return 0;
	if (!imported_is_file_name(word))
		return report(EBADMSG, "%s:%zu: %s: not a file's name: %s", test->source,
			      line_of(header, value), value, word);
	*name = strdup(word);
	return *name ? 0 : report_errno("%s", test->source);
}

static int add_payload(struct imported *test, const struct header *header)
{
	const char *size = word_of(header, "PAYLOAD_SIZE");
	const char *program = word_of(header, "DECOMPRESS");

	if (*size && parse_number(size, 10, 1, INT64_MAX, &test->payload_size))
		return report(EBADMSG, "%s:%zu: PAYLOAD_SIZE: not a number of bytes: %s",
			      test->source, line_of(header, "PAYLOAD_SIZE"), size);
	if (*program && strcmp(program, "gzip") && strcmp(program, "pigz"))
		return report(ENOTSUP,
			      "%s:%zu: DECOMPRESS: only gzip archives are read, and this one is "
			      "for %s: unpack it with --extract",
			      test->source, line_of(header, "DECOMPRESS"), program);
	return 0;
}

static int add_others(struct imported *test, const struct header *header)
{
	if (imported_name(test, line_of(header, "KTSTR_TEST_NAME"), "KTSTR_TEST_NAME",
			  word_of(header, "KTSTR_TEST_NAME")) ||
	    imported_add_topology(test, line_of(header, "NEED_LLCS"),
				  word_of(header, "NEED_NUMA_NODES"), word_of(header, "NEED_LLCS"),
				  word_of(header, "NEED_CORES_PER_LLC"),
				  word_of(header, "NEED_THREADS_PER_CORE")) ||
	    add_program(test, header, "TEST_PROGRAM", &test->test_program) ||
	    add_program(test, header, "SCHED_PROGRAM", &test->scheduler_program) ||
	    add_payload(test, header))
		return -1;
	if (!test->test_program)
		return report(EBADMSG, "%s:%zu: TEST_PROGRAM: it is empty", test->source,
			      line_of(header, "TEST_PROGRAM"));
	test->scheduler_line = line_of(header, "KTSTR_SCHED_NAME");
	test->scheduler = strdup(word_of(header, "KTSTR_SCHED_NAME"));
	return test->scheduler ? 0 : report_errno("%s", test->source);
}

static int read_header(struct shell_text *text, struct imported *test, struct header *header)
{
	if (strings_add(&test->comments, "From a .run of ktstr-export."))
		return report_errno("%s", test->source);
	if (read_values(text, header) || add_others(test, header))
		return -1;
	for (size_t i = 0; i < ROWS; i++)
		if (add_row(test, header, i))
			return -1;
	return 1;
}

int own_header_read(struct shell_text text, struct imported *test)
{
	struct header header = { 0 };
	int status;

	if (shell_text_skip(&text, first_line) || find_frozen(&text))
		return 0;
	status = read_header(&text, test, &header);
	for (size_t i = 0; i < ROWS; i++)
		strings_free(&header.values[i].words);
	return status;
}
