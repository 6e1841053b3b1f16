/* internal.h - what the files of libktstr share
 *
 * They are linked into programs we do not know: every name, internal ones too, begins with ktstr_.
 */
#ifndef KTSTR_INTERNAL_H
#define KTSTR_INTERNAL_H

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "ktstr.h"

#pragma GCC visibility push(hidden)

enum { KTSTR_MISUSED = 64, KTSTR_NUMBER_MAX = 2147483647 };

/* Prints "PROGRAM: MESSAGE" as one line on standard error. Returns status. */
int ktstr_complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "NAME: KIND: REASON" as one line on standard error, in one write. */
void ktstr_explain(const char *name, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ktstr_vexplain(const char *name, const char *kind, const char *format, __builtin_va_list args);

/* Flushes standard output. Returns 0, or 1 where not all was written, having complained. */
int ktstr_flush(void);

/* Flushes what can be flushed and ends the process: no exit handler may change the status. */
void ktstr_end(int status) __attribute__((noreturn));

/* All tests sorted by name, count of them; ours. NULL where there are none. */
const struct ktstr_test *const *ktstr_tests(size_t *count);

/* Returns the test of that name, or NULL. */
const struct ktstr_test *ktstr_find(const char *name);

/* Returns 0, or 64 where no test is registered, having complained. */
int ktstr_need_tests(void);

/* Complains of each test that is not as DESIGN.md section 4 has it. Returns 0, or 64. */
int ktstr_check_tests(void);

/*
 * Whether the running program's file has a libktstr of its own and this code is not in it: tests
 * in the program would not be seen here, nor ours there.
 */
bool ktstr_has_rival(void);

/* The test's topology with defaults filled in. */
struct ktstr_topology ktstr_topology(const struct ktstr_test *test);

/* "1n1l2c1t", at most KTSTR_LABEL_SIZE bytes with its NUL. */
enum { KTSTR_LABEL_SIZE = 64 };
void ktstr_format_topology(const struct ktstr_test *test, char label[KTSTR_LABEL_SIZE]);

/* Prints the test's definition, the records of DESIGN.md section 4, on standard output. */
void ktstr_print_definition(const struct ktstr_test *test);

/*
 * Sets *seconds to what text says, unless that is NULL. Returns 0, or 64 where it is no such
 * number, having complained of source, the flag or variable that it comes from.
 */
int ktstr_take_seconds(const char *source, const char *text, int *seconds);

/* Answers the flags of DESIGN.md section 6, and then ends the process; else returns. */
void ktstr_answer(int argc, char **argv);

/*
 * Runs the test for that many seconds and prints its verdict on standard output, the reason on
 * standard error. Returns the result, KTSTR_FAIL where the verdict could not be printed. A signal
 * that ends this process ends the test's as well.
 */
enum ktstr_result ktstr_run_test(const struct ktstr_test *test, int duration_s, int watchdog_s);

/* A test's run: shared by us, the body's process and all that it forks. Begins as zeros. */
struct ktstr_run {
	_Atomic pid_t body;   /* the process that is to return from the body */
	atomic_int worst;     /* of all the results that were noted */
	atomic_int returned;  /* what the body returned, once it has */
	atomic_bool finished; /* it has */
};

/* Makes the result the run's where it is the worse one. */
void ktstr_note_result(struct ktstr_run *run, enum ktstr_result result);

/* How bad a result is: 0 pass, 1 skip, 2 inconclusive, 3 fail; -1 for what is none. */
int ktstr_rank(int result);

const char *ktstr_result_text(enum ktstr_result result);

/* The signals that a terminal, a shell or a service manager stops us with, but those ignored. */
void ktstr_fill_stop_signals(sigset_t *set);

/*
 * Waits until the child ends, the seconds are over or one of the stop signals, which are blocked,
 * comes. Returns one of the below or the signal's number; with KTSTR_UNSEEN there is an errno.
 */
enum { KTSTR_ENDED = 0, KTSTR_LATE = -1, KTSTR_UNSEEN = -2 };
int ktstr_wait_for_end(pid_t child, const sigset_t *stop, long long seconds);

/* Now, as /proc/PID/stat counts: clock ticks since boot. */
unsigned long long ktstr_ticks(void);

/*
 * Kills our children, and theirs, that began at that time or later: others are of a program that
 * was in this process before us. Returns how many were running.
 */
size_t ktstr_kill_children(unsigned long long since);

#pragma GCC visibility pop

#endif
