/* source.h - where tests are found: binaries, .ktstr files, directories */
#ifndef REGISTRY_SOURCE_H
#define REGISTRY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "registry/definition.h"

/* A test binary, or a file of definitions. What it defines is read when it is first asked for. */
struct source {
	char *path;	  /* as it was named; for messages, too */
	bool is_binary;	  /* else a file */
	bool is_stdin;	  /* a file, and it is standard input */
	char *directory;  /* that relative paths of its definitions begin in */
	bool is_read;	  /* a file's definitions are all there; a binary's are asked one by one */
	int milliseconds; /* that a binary has left for its answers */
	struct definitions definitions;
};

/* In the order in which they are asked. Zero-initialised it is empty. */
struct sources {
	struct source *items;
	size_t count;
	size_t room;
};

/* Add a test binary, or a file of definitions ("-": standard input). Return 0, or -1. Report. */
int sources_add_binary(struct sources *list, const char *path);
int sources_add_file(struct sources *list, const char *path);

/*
 * Adds what $KTSTR_TEST_BINARY names, else what $KTSTR_TEST_PATH (default ".") leads to; of a
 * directory its *.ktstr files and those executables whose ELF notes say that they are test
 * binaries, in name order. Runs none of them. Returns 0, or -1. Reports.
 */
int sources_add_environment(struct sources *list);

/*
 * Looks for the test in every source. Returns 1 with the first source that has it and its
 * definition there, both owned by list; 0 where none has it; -1 where a source failed before that.
 * Reports. Warns of each later source that has the test as well, or fails.
 */
int sources_find(struct sources *list, const char *name, struct source **source,
		 const struct definition **definition);

/* Adds the names of the source's tests to names, in its order. Returns 0, or -1. Reports. */
int source_names(struct source *source, struct strings *names);

/* Returns 1 with the source's definition of that test, 0 where it has none, -1. Reports. */
int source_find(struct source *source, const char *name, const struct definition **definition);

void sources_free(struct sources *list);

#endif
