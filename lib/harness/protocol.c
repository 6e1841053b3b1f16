/* protocol.c - answers the flags of the protocol, which every test binary has */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#ifndef KTSTR_BINDIR
#define KTSTR_BINDIR "/usr/local/bin"
#endif

enum flag { LIST, DESCRIBE, RUN, EXPORT, DURATION, WATCHDOG, OUTPUT, FLAGS };

/* with: the flag that this one goes with. A flag that goes with itself is a question. */
static const struct flag_rule {
	const char *text;
	enum flag with;
	bool has_value;
} rules[FLAGS] = {
	[LIST] = { "--ktstr-list", LIST, false },
	[DESCRIBE] = { "--ktstr-describe", DESCRIBE, true },
	[RUN] = { "--ktstr-test-fn", RUN, true },
	[EXPORT] = { "--ktstr-export-test", EXPORT, true },
	[DURATION] = { "--duration", RUN, true },
	[WATCHDOG] = { "--watchdog-timeout", RUN, true },
	[OUTPUT] = { "--ktstr-export-output", EXPORT, true },
};

/* The value of each flag that was given; "" for a flag without a value, else NULL. */
struct request {
	const char *values[FLAGS];
};

/* Whether arg is the flag. Sets *value to what follows a "=", else to NULL. */
static bool is_flag(const char *arg, enum flag flag, const char **value)
{
	size_t length = strlen(rules[flag].text);

	if (strncmp(arg, rules[flag].text, length))
		return false;
	*value = arg[length] == '=' ? arg + length + 1 : NULL;
	return *value || !arg[length];
}

/* Returns the first of the four questions on the command line, or FLAGS if there is none. */
static enum flag find_question(int argc, char **argv)
{
	const char *value;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		for (enum flag flag = LIST; flag <= EXPORT; flag++)
			if (is_flag(argv[i], flag, &value))
				return flag;
	return FLAGS;
}

static enum flag find_flag(const char *arg, const char **value)
{
	enum flag flag = 0;

	while (flag < FLAGS && !is_flag(arg, flag, value))
		flag++;
	return flag;
}

const char *ktstr_flag_like(const char *arg)
{
	char name[64];

	/* without its value; what is longer is like none */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, "="), arg);
	for (size_t flag = 0; flag < FLAGS; flag++)
		if (ktstr_is_like(name, rules[flag].text))
			return rules[flag].text;
	return NULL;
}

/* Takes argv[*i] and its value, and sets *i to the last argument taken. Returns 0 or 64. */
static int take_flag(enum flag question, int argc, char **argv, int *i, struct request *request)
{
	const char *arg = argv[*i], *value = NULL, *unused;
	enum flag flag = find_flag(arg, &value);

	if (flag == FLAGS || rules[flag].with != question)
		return ktstr_complain(KTSTR_MISUSED, "%s: %s does not take this argument", arg,
				      rules[question].text);
	if (request->values[flag])
		return ktstr_complain(KTSTR_MISUSED, "%s is given twice", rules[flag].text);
	if (value && !rules[flag].has_value)
		return ktstr_complain(KTSTR_MISUSED, "%s takes no value", rules[flag].text);
	if (!value && rules[flag].has_value) {
		if (*i + 1 >= argc)
			return ktstr_complain(KTSTR_MISUSED, "%s needs a value", rules[flag].text);
		value = argv[++*i];
		/* a flag stands here: the caller forgot the value */
		if (find_flag(value, &unused) != FLAGS)
			return ktstr_complain(
				KTSTR_MISUSED,
				"%s needs a value, and %s is a flag (if it is meant: %s=%s)",
				rules[flag].text, value, rules[flag].text, value);
	}
	request->values[flag] = value ? value : "";
	return 0;
}

int ktstr_take_seconds(const char *source, const char *text, int *seconds)
{
	unsigned long number;

	if (!text)
		return 0;
	errno = 0;
	number = strtoul(text, NULL, 10);
	if (!*text || text[strspn(text, "0123456789")] || errno || number < 1 ||
	    number > KTSTR_NUMBER_MAX)
		return ktstr_complain(KTSTR_MISUSED,
				      "%s: not a whole number of seconds from 1 to %d: %s", source,
				      KTSTR_NUMBER_MAX, text);
	*seconds = (int)number;
	return 0;
}

static int answer_list(const struct ktstr_tests *tests)
{
	for (size_t i = 0; i < tests->count; i++)
		puts(tests->items[i]->name);
	return ktstr_flush();
}

static int answer_run(const struct ktstr_test *test, const struct request *request)
{
	int duration_s = test->duration_s, watchdog_s = test->watchdog_s;

	if (ktstr_take_seconds(rules[DURATION].text, request->values[DURATION], &duration_s) ||
	    ktstr_take_seconds(rules[WATCHDOG].text, request->values[WATCHDOG], &watchdog_s))
		return KTSTR_MISUSED;
	return ktstr_run_test(test, duration_s, watchdog_s);
}

/* Runs ktstr-export in place of this program: $KTSTR_EXPORT, else on PATH, else in KTSTR_BINDIR. */
static int answer_export(const struct ktstr_test *test, const char *output)
{
	const char *program = getenv("KTSTR_EXPORT");
	char binary[4096];
	ssize_t length = readlink("/proc/self/exe", binary, sizeof(binary));
	char *args[] = { "ktstr-export", "-b", binary, NULL, NULL, NULL, NULL };
	char **next = args + 3;

	if (length < 0 || (size_t)length >= sizeof(binary))
		return ktstr_complain(1, "/proc/self/exe: %s",
				      strerror(length < 0 ? errno : ENAMETOOLONG));
	binary[length] = '\0';
	if (output) {
		*next++ = "-o";
		*next++ = (char *)output;
	}
	*next = (char *)test->name;
	if (program && *program) {
		execvp(program, args);
		return ktstr_complain(1, "$KTSTR_EXPORT: %s: %s", program, strerror(errno));
	}
	execvp("ktstr-export", args);
	execv(KTSTR_BINDIR "/ktstr-export", args);
	return ktstr_complain(1,
			      "ktstr-export is not on PATH and not in %s: install ktstr "
			      "tools, or name it with $KTSTR_EXPORT",
			      KTSTR_BINDIR);
}

static int answer_question(const struct ktstr_tests *tests, enum flag question,
			   const struct request *request)
{
	const char *name = request->values[question];
	const struct ktstr_test *test;

	if (ktstr_need_tests(tests))
		return KTSTR_MISUSED;
	if (question == LIST)
		return answer_list(tests);
	test = ktstr_find(tests, name);
	if (!test)
		return ktstr_complain_of_name(tests, name, rules[LIST].text,
					      question == RUN ? KTSTR_MISUSED : 1);
	if (question == RUN)
		return answer_run(test, request);
	if (question == EXPORT)
		return answer_export(test, request->values[OUTPUT]);
	ktstr_print_definition(test);
	return ktstr_flush();
}

void ktstr_answer(const struct ktstr_tests *tests, int argc, char **argv)
{
	enum flag question = find_question(argc, argv);
	struct request request = { .values = { NULL } };

	if (question == FLAGS)
		return;
	for (int i = question == RUN && !strcmp(argv[1], "run") ? 2 : 1; i < argc; i++)
		if (take_flag(question, argc, argv, &i, &request))
			ktstr_end(KTSTR_MISUSED);
	ktstr_end(answer_question(tests, question, &request));
}
