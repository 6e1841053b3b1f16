/* options.c - the arguments of the schedulers: a few are known, all are shown */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scheduler.h"

static void print_arguments(char **argv, const char *path)
{
	FILE *out = path ? fopen(path, "w") : stderr;

	if (!out)
		err(1, "%s", path);
	for (char **arg = argv + 1; *arg; arg++) {
		fputs(*arg, out);
		putc(path ? '\0' : '\n', out);
	}
	if (fflush(out) || (path && fclose(out)))
		err(1, "%s", path ? path : "standard error");
}

/* The value of the last --name VALUE or --name=VALUE; NULL where there is none. */
static const char *value_of(char **argv, const char *name)
{
	size_t length = strlen(name);
	const char *value = NULL;

	for (char **arg = argv + 1; *arg; arg++) {
		if (strncmp(*arg, name, length))
			continue;
		if ((*arg)[length] == '=')
			value = *arg + length + 1;
		else if (!(*arg)[length] && arg[1])
			value = arg[1];
	}
	return value;
}

static unsigned long number_of(char **argv, const char *name, unsigned long otherwise)
{
	const char *value = value_of(argv, name);
	unsigned long number;
	char *end;

	if (!value)
		return otherwise;
	errno = 0;
	number = strtoul(value, &end, 10);
	if (errno || end == value || *end || *value == '-' || number > 1000000000)
		errx(64, "%s: not a number: %s", name, value);
	return number;
}

static bool has(char **argv, const char *name)
{
	for (char **arg = argv + 1; *arg; arg++)
		if (!strcmp(*arg, name))
			return true;
	return false;
}

struct options read_options(char **argv)
{
	struct options options;
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	options.slice_us = number_of(argv, "--slice-us", 20000);
	options.after_s = number_of(argv, "--after", 2);
	options.status = number_of(argv, "--status", 1);
	options.leave = has(argv, "--leave");
	options.partial = has(argv, "--partial");
	options.no_link = has(argv, "--no-link");
	options.early = has(argv, "--early");
	options.large = has(argv, "--large");
	print_arguments(argv, value_of(argv, "--args-file"));
	return options;
}
