/* check.c - checks that each registered test can run and can be exported */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

enum { COUNT_MAX = 65536 }; /* of each number of a topology */

/* Complains of a test, after its file and line. Returns 64. */
__attribute__((format(printf, 2, 3))) static int bad(const struct ktstr_test *test,
						     const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return ktstr_complain(KTSTR_MISUSED, "%s:%d: %s", test->file, test->line, message);
}

/* Without isalnum, which depends on the locale. */
static bool is_name(const char *name)
{
	if (*name == '-' || *name == '.')
		return false;
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "_.:-")] == '\0';
}

static int check_name(const struct ktstr_test *test)
{
	if (!*test->name)
		return bad(test, "a test without a name");
	if (!is_name(test->name))
		return bad(test,
			   "test %s: a name has letters, digits and _ . : - and does not begin "
			   "with - or .",
			   test->name);
	return 0;
}

static int check_seconds(const struct ktstr_test *test, const char *field, int seconds)
{
	if (seconds >= 1)
		return 0;
	return bad(test, "test %s: %s is %d, not at least 1", test->name, field, seconds);
}

static bool is_count(int number)
{
	return number >= 1 && number <= COUNT_MAX;
}

static int check_declared_topology(const struct ktstr_test *test)
{
	struct ktstr_topology t = ktstr_topology(test);

	if (!is_count(t.numa_nodes) || !is_count(t.llcs) || !is_count(t.cores_per_llc) ||
	    !is_count(t.threads_per_core))
		return bad(test, "test %s: topology: a number is not from 1 to %d", test->name,
			   COUNT_MAX);
	if (t.llcs % t.numa_nodes)
		return bad(test, "test %s: topology: %d LLCs are no multiple of %d NUMA nodes",
			   test->name, t.llcs, t.numa_nodes);
	return 0;
}

static bool goes_up(const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !strncmp(path, "..", 2))
			return true;
		path += length;
		path += strspn(path, "/");
	}
	return false;
}

/* Whether it is a path below the root of the cgroup tree, without a "..". */
static bool is_cgroup_path(const char *path)
{
	return *path == '/' && path[strspn(path, "/")] && !goes_up(path);
}

static int check_commands(const struct ktstr_test *test, const struct ktstr_scheduler *scheduler)
{
	bool enable = ktstr_has_any(scheduler->enable), disable = ktstr_has_any(scheduler->disable);
	const char *file = scheduler->enabled_when.file, *value = scheduler->enabled_when.value;
	const char *problem = NULL;

	if (enable != disable)
		problem = "enable and disable stand together: what switches it on, and off again";
	else if (enable && (scheduler->binary || test->attaches_schedulers))
		problem = "enable excludes a binary and attaches_schedulers: leave out one of them";
	else if ((file || value) && !enable)
		problem = "enabled_when without enable";
	else if (!file != !value)
		problem = "enabled_when has a file and a value";
	else if (file && ((strncmp(file, "/sys/", 5) && strncmp(file, "/proc/", 6)) ||
			  goes_up(file) || file[strlen(file) - 1] == '/'))
		problem = "enabled_when: the file is not one below /sys/ or /proc/";
	else if (value && !*value)
		problem = "enabled_when: the value is empty";
	for (const char *const *c = scheduler->enable; enable && *c; c++)
		if (!**c)
			problem = "enable has an empty command";
	for (const char *const *c = scheduler->disable; disable && *c; c++)
		if (!**c)
			problem = "disable has an empty command";
	return problem ? bad(test, "test %s: scheduler %s: %s", test->name, scheduler->name,
			     problem)
		       : 0;
}

/* Whether it can become a path below /proc/sys. */
static bool is_sysctl(const char *key)
{
	return *key && *key != '.' && *key != '/' && !strstr(key, "..") && !strstr(key, "//");
}

static int check_includes(const struct ktstr_test *test, const char *field,
			  const char *const *paths)
{
	for (; paths && *paths; paths++)
		if (!**paths)
			return bad(test, "test %s: an %s has an empty path", test->name, field);
	return 0;
}

static int check_sysctls(const struct ktstr_test *test, const struct ktstr_scheduler *scheduler)
{
	for (const struct ktstr_sysctl *s = scheduler->sysctls; s && s->key; s++) {
		if (!is_sysctl(s->key))
			return bad(test, "test %s: scheduler %s: not a sysctl's name: %s",
				   test->name, scheduler->name, s->key);
		if (!s->value)
			return bad(test, "test %s: scheduler %s: sysctl %s has no value",
				   test->name, scheduler->name, s->key);
	}
	return 0;
}

static int check_controllers(const struct ktstr_test *test, const struct ktstr_scheduler *scheduler)
{
	const char *const *names = scheduler->cgroup_controllers;

	for (size_t i = 0; names && names[i]; i++) {
		if (!*names[i] ||
		    names[i][strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789_")])
			return bad(test,
				   "test %s: scheduler %s: not a cgroup controller's name: %s",
				   test->name, scheduler->name, names[i]);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(names[i], names[j]))
				return bad(test,
					   "test %s: scheduler %s: cgroup_controllers has %s twice",
					   test->name, scheduler->name, names[i]);
	}
	return 0;
}

/* Whether the scheduler needs no program: the kernel has it, or commands switch it. */
static bool is_kernels(const struct ktstr_scheduler *scheduler)
{
	return !strcmp(scheduler->name, "eevdf") || !strcmp(scheduler->name, "default") ||
	       !strcmp(scheduler->name, "none") || ktstr_has_any(scheduler->enable) ||
	       ktstr_has_any(scheduler->disable);
}

/* Whether some argument has the configuration's path, or there are none: then --config has it. */
static bool has_config_path(const char *const *args)
{
	const char *const *arg = args;

	while (arg && *arg && !strstr(*arg, "{file}"))
		arg++;
	return !args || !*args || *arg;
}

static int check_config(const struct ktstr_test *test, const struct ktstr_scheduler *scheduler)
{
	const struct ktstr_config *content = scheduler->config_content;

	if (scheduler->config_file && !*scheduler->config_file)
		return bad(test, "test %s: scheduler %s: config_file is empty", test->name,
			   scheduler->name);
	if (scheduler->config_file_args && !scheduler->config_file)
		return bad(test, "test %s: scheduler %s: config_file_args without a config_file",
			   test->name, scheduler->name);
	if (content && (!content->name || !content->text))
		return bad(test, "test %s: scheduler %s: config_content has no name or no text",
			   test->name, scheduler->name);
	if (content && (!*content->name || strpbrk(content->name, "/}") ||
			!strcmp(content->name, ".") || !strcmp(content->name, "..")))
		return bad(test,
			   "test %s: scheduler %s: config_content's name is no file's, or has a "
			   "}: %s",
			   test->name, scheduler->name, content->name);
	if (!has_config_path(scheduler->config_file_args) ||
	    (content && !has_config_path(content->args)))
		return bad(test,
			   "test %s: scheduler %s: none of the configuration's args has {file}, "
			   "which stands for its path",
			   test->name, scheduler->name);
	return 0;
}

static int check_scheduler(const struct ktstr_test *test)
{
	const struct ktstr_scheduler *scheduler = test->scheduler;

	if (!scheduler)
		return 0;
	if (!scheduler->name || !*scheduler->name)
		return bad(test, "test %s: its scheduler has no name", test->name);
	if (scheduler->binary && !*scheduler->binary)
		return bad(test, "test %s: scheduler %s: binary is empty (NULL starts none)",
			   test->name, scheduler->name);
	if (!scheduler->binary && !is_kernels(scheduler))
		return bad(test,
			   "test %s: scheduler %s: no binary, so that nothing would be started: "
			   "give one, or run under the kernel's own: eevdf",
			   test->name, scheduler->name);
	if (scheduler->binary && test->attaches_schedulers)
		return bad(test,
			   "test %s: attaches_schedulers excludes a scheduler with a binary: leave "
			   "out one of them",
			   test->name);
	if (check_config(test, scheduler))
		return KTSTR_MISUSED;
	if (scheduler->cgroup_parent && !is_cgroup_path(scheduler->cgroup_parent))
		return bad(test,
			   "test %s: scheduler %s: cgroup_parent does not begin with /, is no "
			   "more than that or has a ..: %s",
			   test->name, scheduler->name, scheduler->cgroup_parent);
	return check_sysctls(test, scheduler) | check_controllers(test, scheduler) |
	       check_commands(test, scheduler) |
	       check_includes(test, "include_files", scheduler->include_files) |
	       check_includes(test, "include_dirs", scheduler->include_dirs);
}

/* Whether the path has an empty component after its first '/', or is, or is below, /ktstr.run. */
static bool is_unclear_or_taken(const char *path)
{
	static const char own[] = "/ktstr.run";
	size_t length = strlen(path);

	return strstr(path, "//") || strstr(path, "/./") || path[length - 1] == '/' ||
	       (length > 1 && !strcmp(path + length - 2, "/.")) ||
	       (!strncmp(path, own, strlen(own)) && strchr("/", path[strlen(own)]));
}

static int check_workload_root(const struct ktstr_test *test)
{
	const char *path = test->workload_root_cgroup;

	if (path && (!is_cgroup_path(path) || is_unclear_or_taken(path)))
		return bad(test,
			   "test %s: workload_root_cgroup does not begin with /, is no more than "
			   "that, has a component that is empty, . or .., or is /ktstr.run: %s",
			   test->name, path);
	return 0;
}

/* One to three numbers such as 6.12, which ktstr-manifest compares. */
static bool is_version(const char *text)
{
	for (int part = 0; part < 3; part++) {
		size_t length = strspn(text, "0123456789");

		if (!length || length > 7 || (*text == '0' && length > 1))
			return false;
		text += length;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
	return false;
}

static int check_kernel(const struct ktstr_test *test)
{
	if (test->kernel_max && !test->kernel_min)
		return bad(test, "test %s: kernel_max needs a kernel_min", test->name);
	if ((test->kernel_min && !is_version(test->kernel_min)) ||
	    (test->kernel_max && !is_version(test->kernel_max)))
		return bad(test, "test %s: kernel_min or kernel_max is no version such as 6.12",
			   test->name);
	for (const char *const *word = test->kernel_args; word && *word; word++)
		if (!**word || strchr(*word, '"'))
			return bad(test, "test %s: kernel_args: empty, or with quotes: %s",
				   test->name, *word);
	return 0;
}

static int check_expected_error(const struct ktstr_test *test)
{
	const char *text = test->expect_scheduler_error;

	if (!text)
		return 0;
	if (!*text)
		return bad(test, "test %s: expect_scheduler_error is empty", test->name);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return bad(test, "test %s: expect_scheduler_error has a control character",
				   test->name);
	if (!test->scheduler || !test->scheduler->binary)
		return bad(test,
			   "test %s: expect_scheduler_error needs a scheduler with a binary, which "
			   "is then ejected",
			   test->name);
	return 0;
}

static int check_run_args(const struct ktstr_test *test)
{
	if (test->no_run_args && ktstr_has_any(test->run_args))
		return bad(test, "test %s: no_run_args excludes run_args: leave out one of them",
			   test->name);
	return 0;
}

static int check_test(const struct ktstr_test *test)
{
	return check_name(test) | check_seconds(test, "duration_s", test->duration_s) |
	       check_seconds(test, "watchdog_s", test->watchdog_s) | check_declared_topology(test) |
	       check_kernel(test) | check_run_args(test) | check_scheduler(test) |
	       check_workload_root(test) | check_expected_error(test) |
	       check_includes(test, "include_files", test->include_files) |
	       check_includes(test, "include_dirs", test->include_dirs);
}

int ktstr_check_tests(const struct ktstr_tests *tests)
{
	const struct ktstr_test *before = NULL;
	int status = 0;

	for (size_t i = 0; i < tests->count; i++) {
		const struct ktstr_test *test = tests->items[i];

		status |= check_test(test);
		if (before && *test->name && !strcmp(before->name, test->name))
			status |= ktstr_complain(
				KTSTR_MISUSED, "two tests are named %s: %s:%d and %s:%d",
				test->name, before->file, before->line, test->file, test->line);
		before = test;
	}
	return status;
}
