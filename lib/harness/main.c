/* main.c - the main of a test binary that has no main of its own: lists tests and runs them */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void print_usage(void)
{
	printf("usage: %s [list]         list the tests\n"
	       "       %s run [NAME...]  run these tests, or all\n"
	       "exit status: 0 pass, 1 fail, 2 inconclusive, 4 skip, 64 misused\n",
	       program_invocation_name, program_invocation_name);
}

static const char *scheduler_of(const struct ktstr_test *test)
{
	return test->scheduler ? test->scheduler->name : "eevdf";
}

static int widen(int width, const char *text)
{
	int length = (int)strlen(text);

	return length > width ? length : width;
}

static int list_tests(const struct ktstr_tests *tests)
{
	int name_width = 4, scheduler_width = 9, topology_width = 8;
	char topology[KTSTR_LABEL_SIZE];

	for (size_t i = 0; i < tests->count; i++) {
		const struct ktstr_test *test = tests->items[i];

		ktstr_format_topology(test, topology);
		name_width = widen(name_width, test->name);
		scheduler_width = widen(scheduler_width, scheduler_of(test));
		topology_width = widen(topology_width, topology);
	}
	printf("%-*s  %-*s  %-*s  DURATION\n", name_width, "TEST", scheduler_width, "SCHEDULER",
	       topology_width, "TOPOLOGY");
	for (size_t i = 0; i < tests->count; i++) {
		const struct ktstr_test *test = tests->items[i];

		ktstr_format_topology(test, topology);
		printf("%-*s  %-*s  %-*s  %d s\n", name_width, test->name, scheduler_width,
		       scheduler_of(test), topology_width, topology, test->duration_s);
	}
	printf("run them with: %s run [NAME...]\n", program_invocation_name);
	return ktstr_flush();
}

/* Sets *seconds to the value of a variable that a .run sets, unless it is empty. Returns 0 or 64.
 */
static int take_variable(const char *variable, int *seconds)
{
	const char *text = getenv(variable);

	return ktstr_take_seconds(variable, text && *text ? text : NULL, seconds);
}

static void print_summary(const size_t *counts, size_t count)
{
	static const struct {
		enum ktstr_result result;
		const char *text;
	} kinds[] = { { KTSTR_PASS, "passed" },
		      { KTSTR_FAIL, "failed" },
		      { KTSTR_INCONCLUSIVE, "inconclusive" },
		      { KTSTR_SKIP, "skipped" } };
	const char *before = ": ";

	printf("%zu tests", count);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (counts[kinds[i].result]) {
			printf("%s%zu %s", before, counts[kinds[i].result], kinds[i].text);
			before = ", ";
		}
	putchar('\n');
}

/* Returns 1 if any test failed, else 2 if any is inconclusive, else 4 if all were skipped, else 0.
 */
static int run_tests(const struct ktstr_test *const *tests, size_t count)
{
	size_t counts[KTSTR_SKIP + 1] = { 0 };
	int worst = KTSTR_PASS;

	for (size_t i = 0; i < count; i++) {
		int duration_s = tests[i]->duration_s, watchdog_s = tests[i]->watchdog_s, result;

		if (take_variable("KTSTR_DURATION_SECS", &duration_s) ||
		    take_variable("KTSTR_WATCHDOG_SECS", &watchdog_s))
			return KTSTR_MISUSED;
		result = ktstr_run_test(tests[i], duration_s, watchdog_s);
		counts[result]++;
		if (result != KTSTR_SKIP && ktstr_rank(result) > ktstr_rank(worst))
			worst = result;
	}
	if (count > 1) {
		print_summary(counts, count);
		if (ktstr_flush())
			return KTSTR_FAIL;
	}
	return counts[KTSTR_SKIP] == count ? KTSTR_SKIP : worst;
}

static int run_named(const struct ktstr_tests *all, char **names, int count)
{
	const struct ktstr_test *tests[count];

	for (int i = 0; i < count; i++) {
		tests[i] = ktstr_find(all, names[i]);
		if (!tests[i] && *names[i] == '-')
			return ktstr_complain(KTSTR_MISUSED,
					      "%s: run takes only names of tests (with a flag: %s "
					      "--ktstr-test-fn NAME --duration SECS)",
					      names[i], program_invocation_name);
		if (!tests[i])
			return ktstr_complain_of_name(all, names[i], program_invocation_name,
						      KTSTR_MISUSED);
	}
	return run_tests(tests, (size_t)count);
}

static int refuse(const struct ktstr_tests *tests, const char *argument)
{
	const char *meant = ktstr_flag_like(argument);

	if (!meant && strlen(argument) > 2)
		meant = ktstr_is_like(argument, "run")	  ? "run"
			: ktstr_is_like(argument, "list") ? "list"
							  : NULL;
	if (ktstr_find(tests, argument))
		return ktstr_complain(KTSTR_MISUSED,
				      "unknown argument: %s (to run a test: %s run %s)", argument,
				      program_invocation_name, argument);
	return ktstr_complain(KTSTR_MISUSED, "unknown argument: %s%s%s%s (see --help)", argument,
			      meant ? ": did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

__attribute__((weak)) int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "list";
	const struct ktstr_tests *tests = ktstr_tests();

	if (!strcmp(command, "-h") || !strcmp(command, "--help")) {
		print_usage();
		return ktstr_flush();
	}
	if (!strcmp(command, "run") && ktstr_need_tests(tests))
		return KTSTR_MISUSED;
	if (!strcmp(command, "run"))
		ktstr_end(argc > 2 ? run_named(tests, argv + 2, argc - 2)
				   : run_tests(tests->items, tests->count));
	if (!strcmp(command, "list") && argc <= 2)
		return ktstr_need_tests(tests) ? KTSTR_MISUSED : list_tests(tests);
	return refuse(tests, argv[!strcmp(command, "list") ? 2 : 1]);
}
