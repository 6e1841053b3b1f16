/* progress.h - a line on the terminal that shows how far a long job is
 *
 * The line is on standard error. It is redrawn at most ten times a second while bytes pass, and it
 * is erased for a message of report(), at the end, and by a signal that ends the program.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

#include "output.h"

/* A sink that counts the bytes that pass. Only one at a time may show a line. */
struct progress {
	struct sink sink; /* first: a struct sink * to it is a struct progress * */
	struct sink *next;
	uint64_t bytes, total; /* total is 0 if nothing is shown */
	int64_t start, drawn;  /* milliseconds of the monotonic clock */
};

/*
 * Begins to show how much of total bytes has passed, after 0.1 s. Returns the sink to write to,
 * which passes all bytes to next. Shows nothing and returns next if standard error is no terminal,
 * or one that TERM calls dumb. Catches the signals that end a program, unless they are ignored.
 * Write from the thread that called this.
 */
struct sink *progress_begin(struct progress *progress, struct sink *next, uint64_t total);

/* Erases the line, and restores signals and messages. Leaves errno. */
void progress_end(struct progress *progress);

#endif
