/* topology.h - the CPU topology that a test needs, and its label "2n4l8c2t" */
#ifndef REGISTRY_TOPOLOGY_H
#define REGISTRY_TOPOLOGY_H

#include <stddef.h>

struct topology {
	unsigned int numa_nodes;
	unsigned int llcs; /* last-level caches in total; a multiple of numa_nodes */
	unsigned int cores_per_llc;
	unsigned int threads_per_core;
};

/*
 * Reads <N>n<L>l<C>c<T>t. Returns NULL, or a constant string that says what is wrong with the
 * label; then *topology is unchanged.
 */
const char *topology_parse(const char *label, struct topology *topology);

#endif
