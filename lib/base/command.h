/* command.h - the start and the end of every command's main */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

/* Exit statuses: failed; the test cannot be exported; the command line is wrong. */
enum { STATUS_FAILED = 1, STATUS_REJECTED = 2, STATUS_MISUSED = 64 };

/*
 * Call it first in main. It makes getopt's messages begin with the same program name as report()'s.
 * It opens standard input, output and error if they are closed, so that no other file gets their
 * numbers. To use such a descriptor is still an error.
 */
void command_begin(char **argv);

/* Reports what is wrong with the command line, and where help is. Returns STATUS_MISUSED. */
int command_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Prints text (usage or version) on standard output and closes it. Returns the exit status.
 * Reports.
 */
int command_print(const char *text);

#endif
