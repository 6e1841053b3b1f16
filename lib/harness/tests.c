/* tests.c - looks into the list of registered tests */
#include <errno.h>
#include <string.h>

#include "internal.h"

const struct ktstr_test *ktstr_find(const struct ktstr_tests *tests, const char *name)
{
	for (size_t i = 0; i < tests->count; i++)
		if (!strcmp(tests->items[i]->name, name))
			return tests->items[i];
	return NULL;
}

int ktstr_need_tests(const struct ktstr_tests *tests)
{
	if (tests->count)
		return 0;
	return ktstr_complain(KTSTR_MISUSED,
			      "no tests are registered in %s; if they are in a static library, "
			      "link it with -Wl,--whole-archive or name one of its tests with "
			      "KTSTR_REQUIRE(name)",
			      program_invocation_name);
}
