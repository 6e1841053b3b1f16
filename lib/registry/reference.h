/* reference.h - references in arguments: {include/NAME} stands for a packed file's path on the host
 *
 * An argument may have several. NAME has no '}'. All other braces are text.
 */
#ifndef REGISTRY_REFERENCE_H
#define REGISTRY_REFERENCE_H

#include <stddef.h>

#include "registry/file_index.h"

/* In a template of arguments, this word's part stands for the path of the configuration. */
#define REFERENCE_FILE "{file}"

/* Returns how many references the argument has. */
size_t references_count(const char *argument);

/* What is wrong with the form of an argument's references, and with its length: see value.h. */
const char *reference_problem(char *const *fields);

/*
 * What is wrong with the template fields[0], ...: a constant string, or NULL. It is right if it is
 * empty, or if some word has REFERENCE_FILE.
 */
const char *template_problem(char *const *fields);

/*
 * Checks that each reference of the argument is to one of the files. Returns 0; or -1 with the
 * archive's name that is missing in *missing, which the caller frees, or NULL with errno.
 */
int references_check(const char *argument, const struct file_index *files, char **missing);

/*
 * Returns the word of a template with each REFERENCE_FILE as a reference to archive_name. The
 * caller frees it. NULL with errno.
 */
char *template_word(const char *word, const char *archive_name);

#endif
