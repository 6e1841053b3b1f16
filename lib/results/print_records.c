/* print_records.c - the texts of results, one after the other */
#include "print.h"

int print_records(struct output *out, const struct results *results)
{
	for (size_t i = 0; i < results->count; i++)
		entries_write(&results->items[i].records, out);
	return 0;
}
