/* command.h - what the main of every command begins and ends with */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

enum { STATUS_FAILED = 1, STATUS_REJECTED = 2, STATUS_MISUSED = 64 };

/*
 * Comes first in main. Makes getopt's messages name the program as report() does. Opens standard
 * input, output and error where they are closed, so that no other file gets their numbers; to use
 * them is an error all the same.
 */
void command_begin(char **argv);

/* Reports what is wrong with the command line, and where help is. Returns STATUS_MISUSED. */
int command_misused(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints text, the usage or the version, on standard output and closes that. Returns the status. */
int command_print(const char *text);

#endif
