/* value.c - the values that fields of definitions and manifests may have */
#include "value.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/number.h"
#include "base/path.h"
#include "base/utf8.h"
#include "registry/topology.h"

const char *test_name_problem(char *const *fields)
{
	const char *name = fields[0];

	if (!*name)
		return "a test's name is empty";
	if (*name == '-' || *name == '.')
		return "a test's name does not begin with '-' or '.'";
	if (name[strspn(name,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")])
		return "a test's name is made of letters, digits, '_', '.', ':' and '-'";
	return NULL;
}

const char *seconds_problem(char *const *fields)
{
	uint64_t seconds;

	if (!parse_number(fields[0], 10, 1, INT_MAX, &seconds)) /* a shell takes 010 for 8 */
		return *fields[0] == '0' ? "not a whole number of seconds without leading zeros"
					 : NULL;
	return errno == ERANGE ? "out of range (1 to 2147483647 seconds)"
			       : "not a whole number of seconds";
}

const char *text_problem(char *const *fields)
{
	size_t length;

	if (!*fields[0])
		return "it is empty";
	for (const char *p = fields[0]; *p; p += length)
		if (utf8_needs_escape(p, &length))
			return "not text that a terminal can show as it is";
	return NULL;
}

const char *topology_problem(char *const *fields)
{
	struct topology topology;

	return topology_parse(fields[0], &topology);
}

enum { VERSION_PARTS = 3 };

/* Reads a version of one to three numbers, the rest of which become -1. Returns whether it is one.
 */
static bool read_version(const char *text, int parts[VERSION_PARTS])
{
	uint64_t number;
	char digits[8];

	for (int i = 0; i < VERSION_PARTS; i++)
		parts[i] = -1;
	for (int i = 0; i < VERSION_PARTS; i++) {
		size_t length = strspn(text, "0123456789");

		if (!length || length >= sizeof(digits) || (*text == '0' && length > 1))
			return false;
		memcpy(digits, text, length);
		digits[length] = '\0';
		parse_number(digits, 10, 0, 9999999, &number);
		parts[i] = (int)number;
		text += length;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
	return false;
}

const char *kernel_problem(char *const *fields)
{
	static const char no_version[] = "not a version of Linux such as 6.12 or 6.12.5";
	int least[VERSION_PARTS], last[VERSION_PARTS];

	if (!read_version(fields[0], least) || (fields[1] && !read_version(fields[1], last)))
		return no_version;
	for (int i = 0; fields[1] && i < VERSION_PARTS && last[i] >= 0; i++) {
		int part = least[i] < 0 ? 0 : least[i];

		if (part > last[i])
			return "the last version is before the first";
		if (part < last[i])
			break;
	}
	return NULL;
}

const char *kernel_arg_problem(char *const *fields)
{
	if (strchr(fields[0], '"'))
		return "write the word without its quotes";
	return text_problem(fields);
}

/* No "..": it could lead to a cgroup of others. */
const char *cgroup_path_problem(char *const *fields)
{
	const char *path = fields[0];

	if (*path != '/')
		return "a cgroup's path begins with '/'";
	if (!path[strspn(path, "/")])
		return "the root of the cgroup tree cannot be a parent: name a cgroup below it";
	if (strlen(path) >= PATH_MAX)
		return "longer than a path can be";
	return path_goes_up(path) ? "a cgroup's path has no '..'" : NULL;
}

const char *workload_root_problem(char *const *fields)
{
	static const char own[] = "/ktstr.run"; /* of the run: its test and scheduler are there */
	const char *problem = cgroup_path_problem(fields), *path = fields[0];
	size_t length;

	if (problem)
		return problem;
	if (!strncmp(path, own, strlen(own)) && strchr("/", path[strlen(own)]))
		return "/ktstr.run is the run's own";
	for (; *path; path += length) {
		path++;
		length = strcspn(path, "/");
		if (!length || (length == 1 && *path == '.'))
			return "a component of the path is empty or '.'";
	}
	return NULL;
}

const char *controllers_problem(char *const *fields)
{
	for (size_t i = 0; fields[i]; i++) {
		const char *name = fields[i];

		if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
			return "a controller's name is made of lower-case letters, digits and '_'";
		for (size_t j = 0; j < i; j++)
			if (!strcmp(name, fields[j]))
				return "a controller is named twice";
	}
	return NULL;
}

/* The name becomes a path below /proc/sys, and must not lead out of it. */
const char *sysctl_problem(char *const *fields)
{
	const char *key = fields[0];

	if (!*key || *key == '.' || *key == '/' || strstr(key, "..") || strstr(key, "//"))
		return "not a sysctl's name, such as kernel.sched_rr_timeslice_ms";
	return NULL;
}

const char *argument_problem(char *const *fields)
{
	enum { ARGUMENT_MAX = 128 * 1024 - 1 }; /* Linux's MAX_ARG_STRLEN, without the NUL byte */

	return strlen(fields[0]) > ARGUMENT_MAX
		       ? "longer than 131071 bytes, the most that Linux takes for one argument: "
			 "put it into a file, and include that"
		       : NULL;
}

const char *run_args_problem(char *const *fields)
{
	return strcmp(fields[0], "none") && strcmp(fields[0], "ktstr")
		       ? "neither none nor ktstr, which stands for those of a ktstr test binary: "
			 "others are given with run-arg"
		       : NULL;
}

const char *command_problem(char *const *fields)
{
	const char *problem = text_problem(fields);

	if (!fields[0][strspn(fields[0], " ")])
		return "the command is empty";
	return problem ? "not one line of text that a terminal can show as it is: who runs it as "
			 "root must be able to read it first"
		       : argument_problem(fields);
}

/* Of another place than these the kernel does not say what it does. */
const char *enabled_when_problem(char *const *fields)
{
	const char *path = fields[0], *value = fields[1];

	if (strncmp(path, "/sys/", 5) && strncmp(path, "/proc/", 6))
		return "the file is not below /sys/ or /proc/, where the kernel says what is on";
	if (path[strlen(path) - 1] == '/' || path_goes_up(path) || strlen(path) >= PATH_MAX ||
	    text_problem(fields))
		return "not the path of a file, without '..'";
	if (text_problem(fields + 1))
		return "the value is not a line of text";
	return *value == ' ' || value[strlen(value) - 1] == ' '
		       ? "the value begins or ends with a blank: leave it out, as it is in the file"
		       : NULL;
}

const char *archive_name_problem(char *const *fields)
{
	const char *p = fields[0];

	if (!*p)
		return "the name is empty";
	if (*p == '/')
		return "the name is absolute: leave out the leading '/'";
	for (;; p++) {
		size_t length = strcspn(p, "/");

		if (length == 0)
			return p[0] ? "the name has an empty component ('//')"
				    : "the name ends in '/': only files are packed";
		if (length == 1 && p[0] == '.')
			return "the name has a component '.'";
		if (length == 2 && p[0] == '.' && p[1] == '.')
			return "the name has a component '..': it would lead out of the archive";
		p += length;
		if (!*p)
			return NULL;
	}
}

const char *path_problem(char *const *fields)
{
	return *fields[0] ? NULL : "the path is empty";
}
