/* library_path.c - the directories in which a dynamic loader looks for libraries */
#include "library_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf/glibc.h"

int library_defaults_find(struct library_defaults *defaults)
{
	const char *const names[] = { glibc_here.multiarch, "lib64", "lib" };
	struct strings *directories = &defaults->directories;
	size_t i;

	/* The loader's own directories are compiled in. glibc lies there too, so look for it. */
	for (i = glibc_here.is_64 ? 0 : 2; i < 2; i++) {
		char path[96];

		snprintf(path, sizeof(path), "/%s/libc.so.6", names[i]);
		if (!access(path, F_OK))
			break;
	}
	snprintf(defaults->lib, sizeof(defaults->lib), "%s", names[i]);
	if (strings_addf(directories, "/%s", names[i]) ||
	    strings_addf(directories, "/usr/%s", names[i]))
		return -1;
	/* on Debian and its derivatives the plain directories come last */
	return i == 0 && (strings_add(directories, "/lib") || strings_add(directories, "/usr/lib"))
		       ? -1
		       : 0;
}

/* Returns the length of $NAME or ${NAME} at text, or 0. No delimiter is needed after it. */
static size_t token_length(const char *text, const char *name)
{
	size_t length = strlen(name);

	if (*text != '$')
		return 0;
	if (text[1] == '{')
		return !strncmp(text + 2, name, length) && text[2 + length] == '}' ? length + 3 : 0;
	return !strncmp(text + 1, name, length) ? length + 1 : 0;
}

/* Writes text[0..size) with its tokens replaced. */
static void expand(FILE *out, const struct library_defaults *defaults, const char *path,
		   const char *text, size_t size)
{
	const char *slash = strrchr(path, '/'), *end = text + size;
	int origin = slash ? (int)(slash - path) : 0;

	while (text < end) {
		size_t length;

		if ((length = token_length(text, "ORIGIN")))
			fprintf(out, "%.*s", slash ? origin : 1, slash ? path : ".");
		else if ((length = token_length(text, "LIB")))
			fputs(defaults->lib, out);
		else if ((length = token_length(text, "PLATFORM")))
			fputs(glibc_here.name, out);
		else
			length = fwrite(text, 1, 1, out);
		if (ferror(out))
			break;
		text += length;
	}
}

static int add_directory(const struct library_defaults *defaults, const char *path,
			 const char *text, size_t size, struct strings *directories)
{
	char *directory = NULL;
	size_t length;
	FILE *out = open_memstream(&directory, &length);
	int failed;

	if (!out)
		return -1;
	if (size)
		expand(out, defaults, path, text, size);
	else
		putc('.', out);
	failed = fclose(out) || strings_add(directories, directory);
	free(directory);
	return failed ? -1 : 0;
}

int library_path_add(const struct library_defaults *defaults, const char *list,
		     const char *separators, const char *path, struct strings *directories)
{
	if (!*list)
		return 0; /* an empty list does not mean the current directory */
	for (;;) {
		size_t size = strcspn(list, separators);

		if (add_directory(defaults, path, list, size, directories))
			return -1;
		if (!list[size])
			return 0;
		list += size + 1;
	}
}
