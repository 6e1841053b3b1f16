/* internal.h - what the files of libktstr share
 *
 * libktstr is linked into programs that we do not know: every name begins with ktstr_.
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

/* Whether a list, which may be NULL, has any entry. */
static inline bool ktstr_has_any(const char *const *list)
{
	return list && *list;
}

/* Flushes standard output. Returns 0, or 1 if not all was written. Complains. */
int ktstr_flush(void);

/* Flushes all streams and ends the process without exit handlers, which could change the status. */
void ktstr_end(int status) __attribute__((noreturn));

/* Tests, sorted by name. */
struct ktstr_tests {
	const struct ktstr_test **items;
	size_t count;
};

/* Returns all registered tests, which are not the caller's to change. */
const struct ktstr_tests *ktstr_tests(void);

/* Returns the test of that name, or NULL. */
const struct ktstr_test *ktstr_find(const struct ktstr_tests *tests, const char *name);

/*
 * Complains that there is no test of that name: another is meant, or the flag or program lister
 * lists those there are. Returns status.
 */
int ktstr_complain_of_name(const struct ktstr_tests *tests, const char *name, const char *lister,
			   int status);

/* Whether one is the other mistyped: they differ in one place, in at most two characters. */
bool ktstr_is_like(const char *a, const char *b);

/* Returns the flag of the protocol that arg is like, or NULL. */
const char *ktstr_flag_like(const char *arg);

/* Returns 0, or 64 if there are no tests. Complains. */
int ktstr_need_tests(const struct ktstr_tests *tests);

/* Checks each test against the rules of libktstr(3). Returns 0, or 64. Complains of failures. */
int ktstr_check_tests(const struct ktstr_tests *tests);

/*
 * Whether the program's file has a libktstr and this code is in another one. The two copies would
 * not see each other's tests.
 */
bool ktstr_has_rival(void);

/* Returns the test's topology with defaults filled in. */
struct ktstr_topology ktstr_topology(const struct ktstr_test *test);

/* Sets label to the test's topology, such as "1n1l2c1t". */
enum { KTSTR_LABEL_SIZE = 64 };
void ktstr_format_topology(const struct ktstr_test *test, char label[KTSTR_LABEL_SIZE]);

/* Prints the test's definition on standard output, as records of ktstr-manifest(5). */
void ktstr_print_definition(const struct ktstr_test *test);

/*
 * Sets *seconds to the number in text; leaves it if text is NULL. Returns 0, or 64 if text is no
 * such number. Complains, naming source, the flag or variable that text comes from.
 */
int ktstr_take_seconds(const char *source, const char *text, int *seconds);

/* If the command line has a flag of the protocol, answers it and ends the process. */
void ktstr_answer(const struct ktstr_tests *tests, int argc, char **argv);

/*
 * Runs the test for that many seconds. Prints its verdict on standard output and the reason on
 * standard error. Returns the result, or KTSTR_FAIL if the verdict could not be printed. A signal
 * that ends this process also ends the test's.
 */
enum ktstr_result ktstr_run_test(const struct ktstr_test *test, int duration_s, int watchdog_s);

/*
 * Makes a directory of links to what the test and its scheduler include, for a test outside of a
 * .run. Sets *path to it, or to NULL if nothing is included. Notes what is not found. Returns 0,
 * or -1 with errno. ktstr_unlink_includes removes the directory, if there is one.
 */
int ktstr_link_includes(const struct ktstr_test *test, const char **path);
void ktstr_unlink_includes(const struct ktstr_test *test);

/* A run of a test, in memory shared with the body's process and its children. Begins as zeros. */
struct ktstr_run {
	_Atomic pid_t body;   /* the process that runs the body */
	atomic_int worst;     /* the worst result that was noted */
	atomic_bool finished; /* the body has returned */
	atomic_int returned;  /* what it returned */
};

/* Records the result, if it is worse than those before. */
void ktstr_note_result(struct ktstr_run *run, enum ktstr_result result);

/* Returns how bad a result is: 0 pass, 1 skip, 2 inconclusive, 3 fail, or -1: no result. */
int ktstr_rank(int result);

const char *ktstr_result_text(enum ktstr_result result);

/* Sets set to the signals that a terminal or a service manager ends us with, unless ignored. */
void ktstr_fill_stop_signals(sigset_t *set);

/*
 * Waits until the child ends, the time is over or a stop signal comes; the caller blocks these.
 * Returns one of the below, or the signal's number. KTSTR_UNSEEN sets errno.
 */
enum { KTSTR_ENDED = 0, KTSTR_LATE = -1, KTSTR_UNSEEN = -2 };
int ktstr_wait_for_end(pid_t child, const sigset_t *stop, long long seconds);

/* Returns the time in clock ticks since boot, the unit of /proc/PID/stat. */
unsigned long long ktstr_ticks(void);

/*
 * Kills our children, and their children, that started at that time or later. Earlier children
 * belong to a program that called exec to become this one. Returns how many were running.
 */
size_t ktstr_kill_children(unsigned long long since);

#pragma GCC visibility pop

#endif
