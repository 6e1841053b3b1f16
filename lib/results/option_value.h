/* option_value.h - the values of options of ktstr-results: names of columns and of metrics
 *
 * option is the option's name, for messages. Each returns 0 or an exit status. Reports.
 */
#ifndef RESULTS_OPTION_VALUE_H
#define RESULTS_OPTION_VALUE_H

#include "base/strings.h"
#include "column.h"

/* Adds one column. */
int option_column(struct columns *columns, const char *option, const char *name);

/* Adds columns with commas between them. */
int option_columns(struct columns *columns, const char *option, const char *names);

/* Adds names with commas between them. */
int option_names(struct strings *list, const char *option, const char *names);

#endif
