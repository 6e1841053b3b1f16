/* array.c - arrays that grow */
#include "array.h"

#include <stdlib.h>
#include <string.h>

int array_grow(void *items, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 8;
	void *array, *bigger;

	if (count < *room)
		return 0;
	memcpy(&array, items, sizeof(array)); /* the pointer may have any type */
	bigger = reallocarray(array, wanted, size);
	if (!bigger)
		return -1;
	memcpy(items, &bigger, sizeof(bigger));
	*room = wanted;
	/* cppcheck-suppress memleak ; *items is the array now */
	return 0;
}
