/* option_value.c - the values of options of ktstr-results: names of columns and of metrics */
#include "option_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/report.h"

int option_column(struct columns *columns, const char *option, const char *name)
{
	char *hint;

	if (!columns_add(columns, name))
		return 0;
	if (errno == EEXIST)
		return command_misused("%s: give each column once: %s", option, name);
	if (errno != EINVAL) {
		report_errno("%s", option);
		return STATUS_FAILED;
	}
	hint = columns_suggest(name);
	command_misused("%s: no such column: %s: columns are %s", option,
			*name ? name : "an empty name", hint ? hint : "in ktstr-results(1)");
	free(hint);
	return STATUS_MISUSED;
}

int option_columns(struct columns *columns, const char *option, const char *names)
{
	char *copy = strdup(names), *rest = copy, *name;
	int status = 0;

	if (!copy) {
		report_errno("%s", option);
		return STATUS_FAILED;
	}
	while (!status && (name = strsep(&rest, ",")))
		status = option_column(columns, option, name);
	free(copy);
	return status;
}

int option_names(struct strings *list, const char *option, const char *names)
{
	size_t length;

	for (;; names += length + 1) {
		length = strcspn(names, ",");
		if (!length)
			return command_misused("%s: a name is empty: give names of metrics",
					       option);
		if (strings_addf(list, "%.*s", (int)length, names)) {
			report_errno("%s", option);
			return STATUS_FAILED;
		}
		if (!names[length])
			return 0;
	}
}
