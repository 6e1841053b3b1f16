/* import_files.h - the directory that has what a test binary of a framework writes */
#ifndef IMPORT_IMPORT_FILES_H
#define IMPORT_IMPORT_FILES_H

#include <stdbool.h>

/* Whether somebody else removes what is made: KTSTR_IMPORT_DIR is set. */
bool import_files_are_removed(void);

/*
 * Makes a directory of mode 0700 below $KTSTR_IMPORT_DIR, else below $TMPDIR or /tmp. Returns its
 * absolute path, which the caller frees, or NULL. Reports.
 */
char *import_files_make(void);

/* Removes the directory and all in it, follows no link. Returns 0, or -1. Reports. */
int import_files_remove(const char *directory);

#endif
