/* topology.c - the CPU topology that a test needs, and its label "2n4l8c2t" */
#include "topology.h"

#include <ctype.h>
#include <string.h>

/* More than any machine has. A product of two does not overflow. */
enum { COUNT_MAX = 65536 };

/* Reads digits and the letter after them. Returns what follows, or NULL. */
static const char *parse_count(const char *text, char letter, unsigned int *count)
{
	unsigned int value = 0;

	if (*text == '0')
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		value = 10 * value + (unsigned int)(*text - '0');
		if (value > COUNT_MAX)
			return NULL;
	}
	*count = value;
	return value && *text == letter ? text + 1 : NULL;
}

const char *topology_parse(const char *label, struct topology *topology)
{
	struct topology read = { 0 };
	const char *rest = parse_count(label, 'n', &read.numa_nodes);

	if (rest)
		rest = parse_count(rest, 'l', &read.llcs);
	if (rest)
		rest = parse_count(rest, 'c', &read.cores_per_llc);
	if (rest)
		rest = parse_count(rest, 't', &read.threads_per_core);
	if (!rest || *rest)
		return "not a topology such as 1n2l4c2t "
		       "(NUMA nodes, LLCs in all, cores per LLC, threads per core; 1 to 65536 each)";
	if (read.llcs % read.numa_nodes)
		return "the number of LLCs is not a multiple of the number of NUMA nodes";
	*topology = read;
	return NULL;
}
