/* command.h - the start and the end of every command's main */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

struct option;

/* Exit statuses: failed; the test cannot be exported; the command line is wrong. */
enum { STATUS_FAILED = 1, STATUS_REJECTED = 2, STATUS_MISUSED = 64 };

/*
 * Call it first in main. It opens standard input, output and error if they are closed, so that no
 * other file gets their numbers. To use such a descriptor is still an error.
 */
void command_begin(void);

/* Reports what is wrong with the command line, and where help is. Returns STATUS_MISUSED. */
int command_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * getopt_long, but what is wrong with an option is reported as all else is, with the options that
 * are like one that there is not. An option of one letter has that as its val.
 */
int command_option(int argc, char **argv, const char *letters, const struct option *options);

/*
 * Prints text (usage or version) on standard output and closes it. Returns the exit status.
 * Reports.
 */
int command_print(const char *text);

#endif
