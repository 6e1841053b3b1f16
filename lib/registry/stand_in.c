/* stand_in.c - programs that only start another: wrapper scripts, and links of version managers */
#include "stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

enum { LINKS_MAX = 40, LINE_MAX_SHOWN = 80 };

/*
 * Version managers: they put something of their own on PATH in place of a program. A manager is
 * recognised by its directory, which may be hidden (.pyenv), or by its own program.
 */
static const struct manager {
	const char *name;
	const char *program; /* what its links lead to; NULL: it uses scripts */
	const char *which;   /* the command that prints where NAME is, or NULL */
} managers[] = {
	{ "pyenv", NULL, "pyenv which" },
	{ "rbenv", NULL, "rbenv which" },
	{ "nodenv", NULL, "nodenv which" },
	{ "goenv", NULL, "goenv which" },
	{ "plenv", NULL, "plenv which" },
	{ "phpenv", NULL, "phpenv which" },
	{ "jenv", NULL, "jenv which" },
	{ "asdf", "asdf", "asdf which" },
	{ "mise", "mise", "mise which" },
	{ "rustup", "rustup", "rustup which" },
	{ "volta", "volta-shim", "volta which" },
	{ "proto", "proto-shim", "proto bin" },
	{ "aqua", "aqua-proxy", "aqua which" },
	{ "snap", "snap", NULL },
	{ "flatpak", "flatpak", NULL },
	{ "ccache", "ccache", NULL },
	{ "sccache", "sccache", NULL },
	{ "distcc", "distcc", NULL },
	{ "icecc", "icecc", NULL },
	{ "firejail", "firejail", NULL },
};
enum { MANAGERS = sizeof(managers) / sizeof(*managers) };

static const char *last_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* Whether a directory of the absolute path has this name, with or without a leading '.'. */
static bool is_below(const char *path, const char *name)
{
	size_t length = strlen(name);

	for (const char *slash = path, *next; (next = strchr(slash + 1, '/')); slash = next) {
		const char *component = slash + 1 + (slash[1] == '.');

		if ((size_t)(next - component) == length && !strncmp(component, name, length))
			return true;
	}
	return false;
}

/* Returns the manager whose program this file is, through a hard link with another name, or NULL.
 */
static const struct manager *find_linked(const char *path)
{
	const char *name = last_name(path);
	char beside[PATH_MAX];

	for (size_t i = 0; i < MANAGERS; i++) {
		const char *program = managers[i].program;

		if (program && strcmp(program, name) != 0 &&
		    (size_t)snprintf(beside, sizeof(beside), "%.*s%s", (int)(name - path), path,
				     program) < sizeof(beside) &&
		    file_is_same(beside, path))
			return &managers[i];
	}
	return NULL;
}

/* Returns the manager that the link at first belongs to, if it leads to path; or NULL. */
static const struct manager *find_manager(const char *first, const char *path)
{
	for (size_t i = 0; i < MANAGERS; i++) {
		const struct manager *manager = &managers[i];

		if (manager->program && !strcmp(last_name(path), manager->program) &&
		    strcmp(last_name(first), manager->program) != 0)
			return manager;
		/* in its own directory, only a link among its shims is what it puts on PATH */
		if (is_below(path, manager->name) &&
		    (is_below(path, "shims") || !is_below(first, manager->name)))
			return manager;
	}
	return NULL;
}

/* Sets *next to where the link at path leads (see path_of_file), or to NULL if it is no link. */
static int follow(const char *path, char **next)
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	int directory; /* the length of the directory in path */

	*next = NULL;
	if (length < 0)
		return errno == EINVAL ? 0 : -1;
	target[length] = '\0';
	directory = *target == '/' ? 0 : (int)(last_name(path) - path);
	if ((size_t)snprintf(joined, sizeof(joined), "%.*s%s", directory, path, target) >=
	    sizeof(joined)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*next = path_of_file(joined);
	return *next ? 0 : -1;
}

/*
 * Sets *manager to the manager of the program at path, or NULL, and *end to the file that its
 * links lead to. The caller frees *end.
 */
static int follow_links(const char *path, const struct manager **manager, char **end)
{
	char *next;

	*end = strdup(path);
	*manager = NULL;
	for (int i = 0; *end && i < LINKS_MAX; i++) {
		if (!*manager)
			*manager = find_manager(path, *end);
		if (!*manager)
			*manager = find_linked(*end);
		if (follow(*end, &next)) {
			free(*end);
			return -1;
		}
		if (!next)
			return 0;
		free(*end);
		*end = next;
	}
	return *end ? 0 : -1;
}

/* Reads the "#!" line of a script. Sets it to "" for other files. */
static int read_script_line(const char *path, char line[LINE_MAX_SHOWN + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size = fd < 0 ? -1 : read_full(fd, line, LINE_MAX_SHOWN);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	if (size < 0)
		return -1;
	line[size] = '\0';
	if (strncmp(line, "#!", 2))
		*line = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return 0;
}

static int describe_manager(const struct manager *manager, const char *path, const char *end,
			    char **what)
{
	const char *kind = strcmp(path, end) ? "a link into" : "a stand-in of";
	char *how = NULL;
	int length;

	if (manager->which &&
	    asprintf(&how, ", which '%s %s' prints", manager->which, last_name(path)) < 0)
		return -1;
	length = asprintf(what,
			  "%s is %s %s, and the program that it starts is not packed: include that "
			  "by its path%s",
			  path, kind, manager->name, how ? how : "");
	free(how);
	return length < 0 ? -1 : 0;
}

int stand_in_describe(const char *path, char **what)
{
	const struct manager *manager;
	char line[LINE_MAX_SHOWN + 1], *end;
	int failed;

	*what = NULL;
	if (follow_links(path, &manager, &end))
		return -1;
	if (manager) {
		failed = describe_manager(manager, path, end, what);
	} else {
		failed = read_script_line(end, line);
		if (!failed && *line &&
		    asprintf(what,
			     "%s is a script (%s), and the programs that it starts are not packed: "
			     "include the program itself by its path, or %s if the script is meant",
			     path, line, path) < 0)
			failed = -1;
	}
	free(end);
	return failed;
}
