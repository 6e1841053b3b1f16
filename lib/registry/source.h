/* source.h - where tests are found: binaries, .ktstr files, directories */
#ifndef REGISTRY_SOURCE_H
#define REGISTRY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "registry/definition.h"

struct source;

/*
 * How test binaries are asked that do not have libktstr's protocol. lib/import has one, which knows
 * this directory: so the program gives it to the sources, and this directory does not know it.
 */
struct framework {
	/* Whether the binary is one of these: 1, 0, or -1. Runs nothing. Reports. */
	int (*is_of)(const char *path);
	int (*names)(struct source *source, struct strings *names); /* as source_names */
	/* as source_find: sets the definitions of source, and the directory where paths begin */
	int (*find)(struct source *source, const char *name);
};

/* A test binary, or a file of definitions. Its definitions are read when they are first needed. */
struct source {
	char *path;			   /* as the user named it */
	bool is_binary;			   /* else a file of definitions */
	bool is_stdin;			   /* the file is standard input */
	const struct framework *framework; /* of the binary; NULL: it has libktstr's protocol */
	char *directory;		   /* where relative paths of its definitions begin */
	char *imported;			   /* directory that the framework made for it, or NULL */
	bool is_read;	  /* the file was read; a binary is asked for one test at a time */
	int milliseconds; /* that a binary has left for all its answers */
	struct definitions definitions;
};

/* In the order in which they are asked. Zero-initialised, it is empty. */
struct sources {
	struct source *items;
	size_t count;
	size_t room;
	const struct framework *framework; /* of binaries that are named; NULL: none is known */
};

/* The binary has the test and says that it cannot be exported. */
enum { SOURCE_REJECTED = -2 };

/* Add a test binary, or a file of definitions ("-": standard input). Return 0, or -1. Report. */
int sources_add_binary(struct sources *list, const char *path);
int sources_add_file(struct sources *list, const char *path);

/*
 * Adds the binary $KTSTR_TEST_BINARY, or else the files and directories of $KTSTR_TEST_PATH
 * (default "."). A directory adds, in the order of names, its *.ktstr files and the executables
 * whose ELF notes say that they are test binaries. Runs none of them. Returns 0, or -1. Reports.
 */
int sources_add_environment(struct sources *list);

/*
 * Looks for the test in every source. Returns 1 with the first source that has it and its
 * definition there, both owned by list; 0 where none has it; -1 or SOURCE_REJECTED where a source
 * failed before that.
 * Reports. Warns of each later source that has the test as well, or fails.
 */
int sources_find(struct sources *list, const char *name, struct source **source,
		 const struct definition **definition);

/* Adds the names of the source's tests, in its order. Returns 0, or -1. Reports. */
int source_names(struct source *source, struct strings *names);

/*
 * Returns 1 and the definition, owned by source; 0 if it has no such test; -1 or SOURCE_REJECTED.
 * Reports.
 */
int source_find(struct source *source, const char *name, const struct definition **definition);

void sources_free(struct sources *list);

#endif
