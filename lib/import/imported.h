/* imported.h - what the header of a .run says of its test */
#ifndef IMPORT_IMPORTED_H
#define IMPORT_IMPORTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"
#include "import/shell_word.h"
#include "registry/entries.h"

/* Zero-initialised, it is empty. */
struct imported {
	const char *source; /* the .run, for messages */
	bool is_upstream;
	char *name; /* of the test */
	/* What its definition says, but for the files. An entry's line is that of the header. */
	struct entries records;
	char *scheduler;       /* its name */
	size_t scheduler_line; /* where the header has it */
	/* What the programs' files were called. Without a packed scheduler, its name is NULL. */
	char *test_program;
	char *scheduler_program;
	struct strings comments; /* what no record can say */
	uint64_t payload_size;	 /* in bytes; 0: not known */
};

/*
 * Add a record if definitions may have it with such a value. line is where the header has the
 * value, what the name that it has there. Return 0, or -1 with errno. Report.
 */
int imported_add(struct imported *test, size_t line, const char *what, const char *keyword,
		 char *const *fields);
int imported_add_word(struct imported *test, size_t line, const char *what, const char *keyword,
		      const char *word);

/* Sets the name of the test, the only one of its definition, once it is known to be right. */
int imported_name(struct imported *test, size_t line, const char *what, const char *name);

/* Adds a record topology. */
int imported_add_topology(struct imported *test, size_t line, const char *numa_nodes,
			  const char *llcs, const char *cores, const char *threads);

/* Whether a program's file can have this name in a directory of its own. */
bool imported_is_file_name(const char *name);

void imported_free(struct imported *test);

/*
 * Read the header of a .run, text, down to the line of its marker. Return 1; 0 if another program
 * wrote it; or -1 with errno. The caller frees test, which was empty, in each case. Report.
 */
int upstream_read(struct shell_text text, struct imported *test);   /* cargo ktstr export */
int own_header_read(struct shell_text text, struct imported *test); /* ktstr-export */

#endif
