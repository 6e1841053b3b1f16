/* foreign.h - programs that do not take the arguments of a ktstr test binary */
#ifndef REGISTRY_FOREIGN_H
#define REGISTRY_FOREIGN_H

/* Whether fd is an ELF file with tests of the Rust framework. Returns 1 or 0, or -1 with errno. */
int has_framework_tests(int fd);

/*
 * Whether the program at path likely knows nothing of --ktstr-test-fn. Returns 1 or 0, or -1 with
 * errno. It is 0 for a test binary of libktstr or the Rust framework, for another ELF file in which
 * the option's name stands, and for any other file: a script may pass on its arguments unseen.
 */
int program_is_foreign(const char *path);

#endif
