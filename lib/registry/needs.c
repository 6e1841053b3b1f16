/* needs.c - what a host must have to run a manifest's files, read from these files */
#include "needs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/report.h"
#include "elf/elf_program.h"
#include "registry/manifest.h"

enum { BLOCK = 4096 };

/* What the files need, as far as they were read. */
struct needs {
	uint64_t bytes;
	struct strings machines, interpreters;
};

static int add_once(struct strings *list, const char *text)
{
	return !*text || strings_contain(list, text) ? 0 : strings_add(list, text);
}

/* Whether env(1) takes the next word as this option's value. */
static bool takes_value(const char *option)
{
	static const char *const options[] = { "-u", "--unset", "-C", "--chdir", "-a", "--argv0" };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (!strcmp(option, options[i]))
			return true;
	return false;
}

/* Returns what follows env's -S in the same word. Options without a value may precede it there. */
static char *skip_split(char *word)
{
	static const char long_form[] = "--split-string=";
	size_t length = *word == '-' ? 1 + strspn(word + 1, "iv0") : 0;

	if (!strncmp(word, long_form, strlen(long_form)))
		return word + strlen(long_form);
	return length && word[length] == 'S' ? word + length + 1 : word;
}

/*
 * Returns the program that env starts, from its part of a "#!" line: the first word that is no
 * option, no option's value and no VAR=value. "" if there is none, or it is not clear.
 */
static const char *program_of_env(char *rest)
{
	bool is_value = false;
	char *word;

	if (strpbrk(rest, "'\"\\$")) /* env may split these words elsewhere than at blanks */
		return "";
	while ((word = strsep(&rest, " \t"))) {
		word = skip_split(word);
		if (!*word)
			continue;
		if (!is_value && *word != '-' && !strchr(word, '='))
			return strchr(word, '/') && *word != '/' ? "" : word;
		is_value = takes_value(word);
	}
	return "";
}

static bool is_env(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && !strcmp(slash, "/env");
}

/* A script's first line, as the kernel reads it. */
struct script {
	char line[257]; /* the kernel reads 256 bytes */
	char *interpreter;
	char *rest; /* the words after it, or NULL */
};

/* Returns 1; 0 if this is no script; -1 with *problem if it cannot work, or with errno. */
static int read_script(int fd, struct script *script, const char **problem)
{
	char *line = script->line;
	ssize_t size;
	size_t length;

	*script = (struct script){ 0 };
	size = pread(fd, line, sizeof(script->line) - 1, 0);
	if (size < 0)
		return -1;
	if (strncmp(line, "#!", 2))
		return 0;
	length = strcspn(line, "\n");
	if (line[length] == '\n' && line[length - 1] == '\r')
		*problem = "its #! line ends in a carriage return: save it with a newline alone";
	line[length] = '\0';
	script->rest = line + 2 + strspn(line + 2, " \t");
	script->interpreter = strsep(&script->rest, " \t");
	if (!*problem && length == sizeof(script->line) - 1 && !script->rest)
		*problem = "its #! line is cut off by Linux, which reads 256 bytes";
	else if (!*problem && *script->interpreter != '/')
		*problem = "its #! line names no absolute path of an interpreter";
	return *problem ? -1 : 1;
}

/*
 * Adds the interpreter of a script. If that is a script here, too, adds its interpreter as well:
 * the kernel does so to a depth of 5. For env, adds the program that it starts. Adds to missing
 * what cannot be started here. Returns 0, or -1 with *problem or with errno.
 */
static int add_script(struct needs *needs, int fd, struct strings *missing, const char **problem)
{
	enum { DEPTH_MAX = 5 };
	/* what is wrong with an interpreter's #! line: ignored, as the host's may be another one */
	const char *others = NULL;
	struct script script = { 0 };
	int found = read_script(fd, &script, problem);

	for (int depth = 1; found > 0; depth++) {
		const char *path = script.interpreter;
		int next;

		if (depth > DEPTH_MAX) {
			*problem = "its #! line names a script, which another one runs, and so on: "
				   "too deep for Linux";
			return -1;
		}
		if (add_once(&needs->interpreters, path) ||
		    (script.rest && is_env(path) &&
		     add_once(&needs->interpreters, program_of_env(script.rest))))
			return -1;
		if (access(path, X_OK))
			return strings_add(missing, path);
		next = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (next < 0)
			return 0;
		found = read_script(next, &script, &others) > 0;
		close(next);
	}
	return found;
}

uint64_t needs_blocks(uint64_t size)
{
	return (size + BLOCK - 1) / BLOCK * BLOCK;
}

/* Returns 0, or -1 with *problem or, if that is NULL, with errno. */
static int look_at(struct needs *needs, int fd, const struct entry *file, struct strings *missing,
		   const char **problem)
{
	const char *name = file->fields.items[0], *mode = file->fields.items[2];
	bool is_main = !strcmp(name, "ktstr") || !strcmp(name, "scheduler");
	struct elf_program program;
	struct stat st;
	int is_elf;

	if (fstat(fd, &st))
		return -1;
	needs->bytes += needs_blocks((uint64_t)st.st_size);
	/* a library may also be a program (libcap.so.2); here it is used as a library */
	if (!strncmp(name, "lib/", 4))
		return 0;
	if (!strcmp(mode, "0644")) /* of a packed directory: no program */
		return 0;
	is_elf = elf_read_program(fd, &program);
	if (is_elf < 0)
		return -1;
	if (!is_elf)
		return is_main ? add_script(needs, fd, missing, problem) : 0;
	if (!is_main && !*program.interpreter)
		return 0;
	return add_once(&needs->machines, program.machine) ||
			       add_once(&needs->interpreters, program.interpreter)
		       ? -1
		       : 0;
}

/* Returns 0, or -1 with errno. Reports. */
static int look_at_file(struct needs *needs, const char *place, const struct entry *file)
{
	const char *name = file->fields.items[0], *path = file->fields.items[1], *problem = NULL;
	struct strings missing = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int failed = fd < 0 || look_at(needs, fd, file, &missing, &problem);

	if (problem)
		report(EBADMSG, "%s: %s: %s: %s", place, name, path, problem);
	else if (failed)
		report_errno("%s: %s: %s", place, name, path);
	else if (missing.count)
		report_warning("%s: %s: %s: the interpreter %s cannot be started here: the host "
			       "must have it",
			       place, name, path, missing.items[0]);
	strings_free(&missing);
	if (fd >= 0)
		close(fd);
	return failed ? -1 : 0;
}

/* Leaves out what an included program provides, as that is first on PATH. Returns 0, or -1 with
 * errno. */
static int add_interpreter(const struct entries *files, struct entries *manifest,
			   const char *interpreter)
{
	bool is_included;
	char *name;

	if (asprintf(&name, "include/%s", interpreter) < 0)
		return -1;
	is_included = manifest_file(files, name);
	free(name);
	return is_included ? 0 : entries_add(manifest, "needs-interpreter", interpreter, NULL);
}

static int add_records(const struct entries *files, struct entries *manifest,
		       const struct needs *needs)
{
	char bytes[24];

	for (size_t i = 0; i < needs->machines.count; i++)
		if (entries_add(manifest, "needs-machine", needs->machines.items[i], NULL))
			return -1;
	for (size_t i = 0; i < needs->interpreters.count; i++)
		if (add_interpreter(files, manifest, needs->interpreters.items[i]))
			return -1;
	snprintf(bytes, sizeof(bytes), "%ju", (uintmax_t)needs->bytes);
	return entries_add(manifest, "needs-bytes", bytes, NULL);
}

int needs_add(const char *place, const struct entries *files, struct entries *manifest)
{
	struct needs needs = { 0 };
	const struct entry *file = NULL;
	int failed = 0;

	while (!failed && (file = entries_next(files, NULL, file))) {
		if (!strcmp(file->keyword, "file"))
			failed = look_at_file(&needs, place, file);
		else if (!strcmp(file->keyword, "content"))
			needs.bytes += needs_blocks(strlen(file->fields.items[2]));
		else
			needs.bytes += BLOCK; /* a directory or a link */
	}
	if (!failed && add_records(files, manifest, &needs))
		failed = report_errno("%s", place);
	strings_free(&needs.machines);
	strings_free(&needs.interpreters);
	return failed;
}
