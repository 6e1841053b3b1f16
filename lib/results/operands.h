/* operands.h - the operands of ktstr-results, which "--" may split in two sides */
#ifndef RESULTS_OPERANDS_H
#define RESULTS_OPERANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "result_text.h"

/* Zero-initialised, it is empty: standard input is read. */
struct operands {
	struct strings items;
	size_t separators; /* how often "--" stood among them, */
	size_t before;	   /* and after how many of them first */
};

/* Adds an operand. Returns 0, or -1 with errno. Reports. */
int operands_add(struct operands *operands, const char *operand);

/*
 * Adds those that follow the options; has_ended: "--" stood before them. If is_split, that one and
 * any "--" of rest are separators. If not, rest are all operands. Returns 0, or -1 with errno.
 * Reports.
 */
int operands_add_rest(struct operands *operands, char **rest, bool has_ended, bool is_split);

/* Returns how many operands are text. */
size_t operands_count(const struct operands *operands, const char *text);

/*
 * Adds the results that they name, with the side that each is of: 0, or 1 after the separator.
 * Returns 0, or -1 as operand_read does. Reports.
 */
int operands_read(const struct operands *operands, struct results *results);

/*
 * Adds a name for each of the two sides, for people: its first operand, and how many more there
 * are. Returns 0, or -1 with errno.
 */
int operands_name_sides(const struct operands *operands, struct strings *names);

void operands_free(struct operands *operands);

#endif
