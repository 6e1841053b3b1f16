/* option_value.c - the values of options of ktstr-results: names of columns and of metrics */
#include "option_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/report.h"

int option_column(struct columns *columns, const char *option, const char *name)
{
	char *meant;

	if (!columns_add(columns, name))
		return 0;
	if (errno == EEXIST)
		return command_misused("%s: give each column once: %s", option, name);
	if (errno != EINVAL) {
		report_errno("%s", option);
		return STATUS_FAILED;
	}
	meant = columns_suggest(name);
	report(EINVAL, "%s: no such column: %s%s%s%s (see ktstr-results(1), COLUMNS)", option,
	       *name ? name : "an empty name", meant && *meant ? ": did you mean " : "",
	       meant ? meant : "", meant && *meant ? "?" : "");
	free(meant);
	return STATUS_MISUSED;
}

/* Adds to list what is between the commas of text. Returns 0 or an exit status. */
static int split(struct strings *list, const char *option, const char *text)
{
	for (size_t length;; text += length + 1) {
		length = strcspn(text, ",");
		if (strings_addf(list, "%.*s", (int)length, text)) {
			report_errno("%s", option);
			return STATUS_FAILED;
		}
		if (!text[length])
			return 0;
	}
}

int option_columns(struct columns *columns, const char *option, const char *names)
{
	struct strings list = { 0 };
	int status = split(&list, option, names);

	for (size_t i = 0; !status && i < list.count; i++)
		status = option_column(columns, option, list.items[i]);
	strings_free(&list);
	return status;
}

int option_names(struct strings *list, const char *option, const char *names)
{
	size_t i = list->count;
	int status = split(list, option, names);

	for (; !status && i < list->count; i++)
		if (!*list->items[i])
			status = command_misused("%s: a name is empty: give names of metrics",
						 option);
	return status;
}
