/* sides.c - the groups of results that are shown beside each other */
#include "sides.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/report.h"

/* Adds an empty side. Returns it, or NULL with errno. */
static struct side *add_side(struct sides *sides, const char *name)
{
	struct side side = { .name = strdup(name) };

	if (!side.name || array_grow(&sides->items, sides->count, &sides->room, sizeof(side))) {
		free(side.name);
		return NULL;
	}
	sides->items[sides->count] = side;
	return &sides->items[sides->count++];
}

static int add_result(struct side *side, const struct result *result)
{
	if (array_grow(&side->items, side->count, &side->room, sizeof(*side->items)))
		return -1;
	side->items[side->count++] = result;
	return 0;
}

static struct side *find_side(const struct sides *sides, const char *name)
{
	for (size_t i = 0; i < sides->count; i++)
		if (!strcmp(sides->items[i].name, name))
			return &sides->items[i];
	return NULL;
}

/* Moves the side of the kernel's own scheduler before the others. */
static void move_default(struct sides *sides)
{
	struct side *found = find_side(sides, "default"), side;

	if (!found)
		return;
	side = *found;
	memmove(sides->items + 1, sides->items, (size_t)(found - sides->items) * sizeof(side));
	sides->items[0] = side;
}

static int by_scheduler(const struct results *results, struct sides *sides)
{
	for (size_t i = 0; i < results->count; i++) {
		const struct result *result = &results->items[i];
		const char *name = result_value(result, "scheduler", 0);
		struct side *side;

		if (!*name)
			name = "(no scheduler)";
		side = find_side(sides, name);
		if (!side)
			side = add_side(sides, name);
		if (!side || add_result(side, result))
			return -1;
	}
	move_default(sides);
	return 0;
}

static int by_operands(const struct results *results, const struct operands *operands,
		       struct sides *sides)
{
	struct strings names = { 0 };
	int failed = operands_name_sides(operands, &names);

	for (size_t i = 0; !failed && i < names.count; i++)
		failed = !add_side(sides, names.items[i]);
	for (size_t i = 0; !failed && i < results->count; i++)
		failed = add_result(&sides->items[results->items[i].side], &results->items[i]);
	strings_free(&names);
	return failed ? -1 : 0;
}

int sides_make(const struct results *results, const struct operands *operands, struct sides *sides)
{
	return operands->separators ? by_operands(results, operands, sides)
				    : by_scheduler(results, sides);
}

/* Reports which schedulers there are. Returns -1. */
static int refuse_schedulers(const struct sides *sides)
{
	struct strings names = { 0 };
	char *list = NULL;

	for (size_t i = 0; i < sides->count; i++)
		if (strings_add(&names, sides->items[i].name))
			goto out;
	list = strings_join(&names, ", ");
out:
	strings_free(&names);
	if (!list)
		return report_errno("--compare");
	report(EINVAL,
	       "--compare: the results are of %zu scheduler%s, not of two: %s: give two groups of "
	       "files with -- between them",
	       sides->count, sides->count == 1 ? "" : "s", list);
	free(list);
	return -1;
}

int sides_pair(const struct results *results, const struct operands *operands, struct sides *sides)
{
	if (sides_make(results, operands, sides))
		return report_errno("--compare");
	if (!results->count)
		return report(ENODATA, "--compare: there are no results");
	if (sides->count != 2)
		return refuse_schedulers(sides);
	for (size_t i = 0; i < sides->count; i++)
		if (!sides->items[i].count)
			return report(ENODATA, "--compare: side %c has no results: %s", "AB"[i],
				      sides -> items[i].name);
	return 0;
}

void sides_free(struct sides *sides)
{
	for (size_t i = 0; i < sides->count; i++) {
		free(sides->items[i].name);
		free(sides->items[i].items);
	}
	free(sides->items);
	*sides = (struct sides){ 0 };
}
