/* reference.c - references in arguments: {include/NAME} stands for a packed file's path on the host
 */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "registry/value.h"

#define BEGIN "{include/"

/* Returns the first reference in text, or NULL. Sets *end to its '}', or to NULL without one. */
static const char *find(const char *text, const char **end)
{
	const char *begin = strstr(text, BEGIN);

	if (begin)
		*end = strchr(begin, '}');
	return begin;
}

size_t references_count(const char *argument)
{
	const char *end = argument;
	size_t count = 0;

	while (end && find(end, &end))
		count++;
	return count;
}

const char *reference_problem(char *const *fields)
{
	const char *problem = argument_problem(fields), *end = fields[0];

	while (!problem && find(end, &end))
		if (!end)
			return "'" BEGIN "' without a '}': a packed file's path is " BEGIN "NAME}";
	return problem;
}

const char *template_problem(char *const *fields)
{
	const char *problem = NULL;
	bool has_file = !*fields;

	for (; !problem && *fields; fields++) {
		problem = reference_problem(fields);
		has_file = has_file || strstr(*fields, REFERENCE_FILE);
	}
	if (!problem && !has_file)
		return "none of its arguments has " REFERENCE_FILE ", which stands for its path";
	return problem;
}

int references_check(const char *argument, const struct file_index *files, char **missing)
{
	const char *begin, *end = argument;

	while (end && (begin = find(end, &end)) && end) {
		char *name = strndup(begin + 1, (size_t)(end - begin - 1));

		if (!name || !file_index_find(files, name)) {
			*missing = name;
			return -1;
		}
		free(name);
	}
	return 0;
}

char *template_word(const char *word, const char *archive_name)
{
	struct strings parts = { 0 };
	const char *file;
	char *result = NULL;
	int failed = 0;

	for (; !failed && (file = strstr(word, REFERENCE_FILE));
	     word = file + strlen(REFERENCE_FILE))
		failed = strings_addf(&parts, "%.*s{%s}", (int)(file - word), word, archive_name);
	if (!failed && !strings_add(&parts, word))
		result = strings_join(&parts, "");
	strings_free(&parts);
	return result;
}
