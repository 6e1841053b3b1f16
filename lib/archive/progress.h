/* progress.h - a line on the terminal that shows how far a long work is
 *
 * It stands on standard error, is redrawn at most ten times a second while bytes pass, in the
 * longest form that the terminal has the width for, and is taken away for a message of report(), at
 * the end, and by a signal that ends the program.
 */
#ifndef ARCHIVE_PROGRESS_H
#define ARCHIVE_PROGRESS_H

#include <stdint.h>

#include "base/output.h"

struct progress;

/* A sink that counts what passes through it on its way to another. */
struct meter {
	struct sink sink; /* first: a struct sink * to it is a struct meter * */
	struct sink *to;
	struct progress *progress;
	uint64_t bytes;
};

/* All zero it shows nothing. At most one at a time shows something. */
struct progress {
	struct meter read, written;
	uint64_t total; /* of what is read; 0: it shows nothing */
	int64_t start;	/* milliseconds of the monotonic clock */
	int64_t drawn;
};

/*
 * Begins to show how much of total bytes has passed, from 0.1 s on. Does nothing where standard
 * error is no terminal, or one that TERM calls dumb. Catches the signals that end a program, but
 * those that are ignored.
 */
void progress_begin(struct progress *progress, uint64_t total);

/*
 * Returns a sink in front of to that counts what is read, or written; where nothing is shown, to
 * itself. They are used by the thread that called progress_begin.
 */
struct sink *progress_read(struct progress *progress, struct sink *to);
struct sink *progress_written(struct progress *progress, struct sink *to);

/* Takes the line away, and leaves signals and messages as they were. errno stays. */
void progress_end(struct progress *progress);

#endif
