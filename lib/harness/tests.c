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

bool ktstr_is_like(const char *a, const char *b)
{
	size_t a_size, b_size;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	a_size = strlen(a);
	b_size = strlen(b);
	while (a_size && b_size && a[a_size - 1] == b[b_size - 1]) {
		a_size--;
		b_size--;
	}
	return a_size <= 2 && b_size <= 2;
}

int ktstr_complain_of_name(const struct ktstr_tests *tests, const char *name, const char *lister,
			   int status)
{
	for (size_t i = 0; strlen(name) > 2 && i < tests->count; i++)
		if (ktstr_is_like(name, tests->items[i]->name))
			return ktstr_complain(status, "%s: no test of this name: did you mean %s?",
					      name, tests->items[i]->name);
	return ktstr_complain(status, "%s: no test of this name; %s lists them", name, lister);
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
