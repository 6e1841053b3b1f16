/* operands.c - the operands of ktstr-results, which "--" may split in two sides */
#include "operands.h"

#include <string.h>

#include "base/report.h"
#include "operand.h"

int operands_add(struct operands *operands, const char *operand)
{
	return strings_add(&operands->items, operand) ? report_errno("%s", operand) : 0;
}

int operands_add_rest(struct operands *operands, char **rest, bool has_ended, bool is_split)
{
	operands->separators = is_split && has_ended;
	operands->before = operands->items.count;
	for (; *rest; rest++) {
		if (!is_split || strcmp(*rest, "--")) {
			if (operands_add(operands, *rest))
				return -1;
		} else if (!operands->separators++) {
			operands->before = operands->items.count;
		}
	}
	return 0;
}

size_t operands_count(const struct operands *operands, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < operands->items.count; i++)
		count += !strcmp(operands->items.items[i], text);
	return count;
}

int operands_read(const struct operands *operands, struct results *results)
{
	int failed = 0;

	if (!operands->items.count)
		return operand_read("-", results);
	for (size_t i = 0; i < operands->items.count; i++) {
		results->side = operands->separators && i >= operands->before;
		if (operand_read(operands->items.items[i], results))
			failed = -1;
	}
	return failed;
}

static int add_name(const struct strings *items, size_t from, size_t to, struct strings *names)
{
	if (to - from == 1)
		return strings_add(names, items->items[from]);
	return strings_addf(names, "%s and %zu more", items->items[from], to - from - 1);
}

int operands_name_sides(const struct operands *operands, struct strings *names)
{
	const struct strings *items = &operands->items;

	return add_name(items, 0, operands->before, names) ||
			       add_name(items, operands->before, items->count, names)
		       ? -1
		       : 0;
}

void operands_free(struct operands *operands)
{
	strings_free(&operands->items);
	*operands = (struct operands){ 0 };
}
