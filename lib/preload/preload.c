/*
 * preload.c - the object that keeps the packed libraries to the packed programs
 *
 * A .run starts a packed program with LD_LIBRARY_PATH set to its libraries, and with this object in
 * LD_PRELOAD. The dynamic loader has read both when the function below runs, before all other code
 * of the process. It takes them out of the environment, so that the host's programs, which the
 * process starts, have the host's libraries. What the caller of the .run had set stands in
 * KTSTR_LD_LIBRARY_PATH and KTSTR_LD_PRELOAD, and gets its own name back.
 *
 * It must load everywhere: it needs no library, glibc's or another, and allocates nothing.
 */
#include <stddef.h>

/* The C library's, where it has one and has set it. musl has, and gives constructors no arguments;
 * glibc gives them, and has not yet set this one. */
extern char **environ __attribute__((weak));

static const char prefix[] = "KTSTR_";

/* Returns what follows start in text, or NULL where text begins otherwise. */
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

/* The entries that are left move up. Whoever looks for the auxiliary vector after the first NULL,
 * as Go does, finds NULL there too, which is the end of an empty one, and reads /proc/self/auxv. */
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
