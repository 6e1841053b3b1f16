/* registered.c - collects the tests that KTSTR_TEST registers, and starts before main */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Marks the file as a test binary: an ELF note (elf(5), Nhdr) with the protocol's version. */
__asm__(".pushsection .note.ktstr, \"a\", %note\n"
	"	.balign 4\n"
	"	.long 6, 4, 1\n"
	"	.asciz \"ktstr\"\n"
	"	.balign 4\n"
	"	.long 1\n"
	"	.popsection\n");

/* A module is the program or a shared object. Each that has tests registers them once. */
struct module {
	const struct ktstr_test *const *start, *const *stop;
};

static struct module *modules;
static size_t nmodules;
static struct ktstr_tests tests;
static bool started;

static void add_tests(const struct ktstr_test *const *start, const struct ktstr_test *const *stop)
{
	size_t count = (size_t)(stop - start);
	struct module *more_modules = reallocarray(modules, nmodules + 1, sizeof(*modules));
	const struct ktstr_test **more_tests =
		reallocarray(tests.items, tests.count + count, sizeof(*more_tests));

	if (!more_modules || !more_tests)
		_Exit(ktstr_complain(KTSTR_MISUSED, "no memory for the list of tests"));
	modules = more_modules;
	tests.items = more_tests;
	modules[nmodules++] = (struct module){ start, stop };
	memcpy(tests.items + tests.count, start, count * sizeof(*start));
	tests.count += count;
}

void ktstr_register(const struct ktstr_test *const *start, const struct ktstr_test *const *stop)
{
	for (size_t i = 0; i < nmodules; i++)
		if (modules[i].start == start)
			return;
	if (start == stop)
		return;
	if (started)
		_Exit(ktstr_complain(
			KTSTR_MISUSED,
			"%s:%d: test %s comes too late: link libktstr into the program "
			"and the library of tests with it, instead of dlopen",
			start[0]->file, start[0]->line, start[0]->name));
	add_tests(start, stop);
}

/* Tells copies of libktstr apart. Weak, so that the compiler does not assume which one is called.
 */
__attribute__((weak, visibility("default"))) const void *ktstr_copy(void)
{
	return &started;
}

static int compare_tests(const void *a, const void *b)
{
	const struct ktstr_test *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* The default priority, in an archive: runs after the program's own constructors. */
__attribute__((constructor)) static void start(int argc, char **argv)
{
	/* this is a shared object's copy, and the program's copy has all tests */
	if (ktstr_copy() != &started)
		return;
	if (ktstr_has_rival()) {
		if (!tests.count)
			return;
		ktstr_end(ktstr_complain(KTSTR_MISUSED,
					 "a shared object has tests and libktstr, as the program "
					 "has: link the program with -rdynamic"));
	}
	started = true;
	if (tests.count)
		qsort(tests.items, tests.count, sizeof(*tests.items), compare_tests);
	if (ktstr_check_tests(&tests))
		ktstr_end(KTSTR_MISUSED);
	ktstr_answer(&tests, argc, argv);
}

const struct ktstr_tests *ktstr_tests(void)
{
	return &tests;
}
