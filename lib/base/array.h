/* array.h - arrays that grow */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Makes room for one more item. items is the address of the pointer to the array, which has count
 * items of size bytes and room for *room. Returns 0, or -1 with errno and the array unchanged.
 */
int array_grow(void *items, size_t count, size_t *room, size_t size);

#endif
