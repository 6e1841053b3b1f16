/* import.h - from a .run back to a definition and its files */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include <signal.h>

/* While it is not 0, what is being imported fails with EINTR: a handler of signals may set it. */
extern volatile sig_atomic_t import_stops;

/*
 * Read the .run at path, which ktstr-export or cargo ktstr export wrote, as data: nothing of it is
 * run. Write NAME.ktstr, test/PROGRAM, sched/PROGRAM, include/ and lib/. Return 0, or -1 with
 * errno. Report.
 */

/*
 * Makes the directory, which must not exist; NULL: it is named like the test, in the current one.
 * *made is set to its name, which the caller frees. If it fails, nothing is made.
 */
int import_run(const char *path, const char *directory, char **made);

/* Sets *text to the text of NAME.ktstr, which the caller frees. Leaves no file. */
int import_definition(const char *path, char **text);

/*
 * Writes into a directory that exists; none of these names may be there. *definition is set to the
 * path of NAME.ktstr, which the caller frees. If it fails, the directory is for the caller to
 * remove, with all in it.
 */
int import_into(const char *path, const char *directory, char **definition);

#endif
