/* preload.c - keep a .run's libraries away from the host's programs
 *
 * A .run starts a packed program with its libraries in LD_LIBRARY_PATH and this object in
 * LD_PRELOAD. The dynamic loader has read both when the function below runs, before all other code
 * of the process. The function removes both from the environment, so that host programs, which the
 * process may start, use the host's libraries. What the caller of the .run had set is in
 * KTSTR_LD_LIBRARY_PATH and KTSTR_LD_PRELOAD; the function gives these their own names back.
 *
 * The object must load everywhere: it needs no library, not even glibc, and allocates nothing.
 */
#include <stddef.h>

/*
 * The C library's environ, if it has one. musl has set it by now, but passes no arguments to
 * constructors. glibc passes them, but has not set environ yet.
 */
extern char **environ __attribute__((weak));

static const char prefix[] = "KTSTR_";

/* Returns the rest of text after start, or NULL if text does not begin with start. */
static char *skip(char *text, const char *start)
{
	while (*start && *text == *start) {
		text++;
		start++;
	}
	return *start ? NULL : text;
}

static int is_loaders(char *entry)
{
	return skip(entry, "LD_LIBRARY_PATH=") || skip(entry, "LD_PRELOAD=");
}

/*
 * Moves the remaining entries up and fills the end with NULL. A program that looks for the
 * auxiliary vector after the first NULL, as Go's do, finds another NULL, which ends an empty
 * vector. It then reads /proc/self/auxv.
 */
__attribute__((constructor)) static void give_back(int argc, char **argv, char **environment)
{
	char **from = &environ && environ ? environ : environment;
	char **to = from, *rest;

	(void)argc;
	(void)argv;
	for (; *from; from++) {
		if (is_loaders(*from))
			continue;
		rest = skip(*from, prefix);
		*to++ = rest && is_loaders(rest) ? rest : *from;
	}
	while (to < from)
		*to++ = NULL;
}
