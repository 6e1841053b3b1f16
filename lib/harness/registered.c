/* registered.c - the set of registered tests: what KTSTR_TEST calls, and the check at start */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Marks a file as a test binary: name "ktstr", type 1, the protocol's version (elf(5), Nhdr). */
__asm__(".pushsection .note.ktstr, \"a\", %note\n"
	"	.balign 4\n"
	"	.long 6, 4, 1\n"
	"	.asciz \"ktstr\"\n"
	"	.balign 4\n"
	"	.long 1\n"
	"	.popsection\n");

/* One for each module: the program, and each shared object with tests. */
struct module {
	const struct ktstr_test *const *start, *const *stop;
};

static struct module *modules;
static size_t nmodules;
static const struct ktstr_test **tests;
static size_t ntests;
static bool started;

static void add_tests(const struct ktstr_test *const *start, const struct ktstr_test *const *stop)
{
	size_t count = (size_t)(stop - start);
	struct module *more_modules = reallocarray(modules, nmodules + 1, sizeof(*modules));
	const struct ktstr_test **more_tests = reallocarray(tests, ntests + count, sizeof(*tests));

	if (!more_modules || !more_tests)
		_Exit(ktstr_complain(KTSTR_MISUSED, "no memory for the list of tests"));
	modules = more_modules;
	tests = more_tests;
	modules[nmodules++] = (struct module){ start, stop };
	memcpy(tests + ntests, start, count * sizeof(*tests));
	ntests += count;
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

/* Each copy of libktstr has its own; weak, so that the compiler assumes nothing of it. */
__attribute__((weak, visibility("default"))) const void *ktstr_copy(void)
{
	return &started;
}

static int compare_tests(const void *a, const void *b)
{
	const struct ktstr_test *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* At default priority, from an archive: behind the program's own constructors. */
__attribute__((constructor)) static void start(int argc, char **argv)
{
	/* A shared object's copy, where the program's takes its place: that one has all tests. */
	if (ktstr_copy() != &started)
		return;
	if (ktstr_has_rival()) {
		if (!ntests)
			return;
		ktstr_end(ktstr_complain(KTSTR_MISUSED,
					 "a shared object has tests and libktstr, as the program "
					 "has: link the program with -rdynamic"));
	}
	started = true;
	if (ntests)
		qsort(tests, ntests, sizeof(*tests), compare_tests);
	if (ktstr_check_tests())
		ktstr_end(KTSTR_MISUSED);
	ktstr_answer(argc, argv);
}

const struct ktstr_test *const *ktstr_tests(size_t *count)
{
	*count = ntests;
	return tests;
}

const struct ktstr_test *ktstr_find(const char *name)
{
	for (size_t i = 0; i < ntests; i++)
		if (!strcmp(tests[i]->name, name))
			return tests[i];
	return NULL;
}
