/* scheduler.h - a BPF scheduler that a program here loads, attaches, waits for and lets go */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include <stdbool.h>

/* What a program was called with. Arguments that it does not know mean nothing and are no error. */
struct options {
	unsigned long slice_us; /* --slice-us: 20000 */
	unsigned int after_s;	/* --after: how long until the program does what its name says, 2 */
	int status;		/* --status: of scx_exit, 1 */
	bool leave;		/* --leave: end when there is no more to do, where it would stay */
	bool partial;		/* --partial: only tasks of the policy SCHED_EXT */
	bool no_link;		/* --no-link: attach by the map alone, as old loaders do */
	bool early;		/* --early: of scx_error */
	bool large;		/* --large: of scx_pin */
};

/*
 * Reads the arguments and prints each on a line of standard error, or to --args-file FILE, where
 * each ends with a NUL as in /proc/PID/cmdline. From here on SIGTERM and SIGINT wait for wait_for.
 * Ends the program where a value is not a number or the file cannot be written.
 */
struct options read_options(char **argv);

struct scheduler;

/* Loads and attaches; ends the program with a message and status 1 where either fails. */
struct scheduler *scheduler_attach(const struct options *options);

/* From now on programs that want a CPU get none, until the kernel's watchdog notices. */
void scheduler_drop_tasks(struct scheduler *scheduler);

/* From now on what programs do is an error of the scheduler, for which the kernel ejects it. */
void scheduler_fail(struct scheduler *scheduler);

/* Pins the link to a file in bpffs; ends the program where that fails. */
void scheduler_pin(struct scheduler *scheduler, const char *path);

/* Detaches, where it still is attached, and frees. */
void scheduler_detach(struct scheduler *scheduler);

enum event { SIGNALLED, EJECTED, ELAPSED };

#define FOREVER 0

/*
 * Waits for a signal, for the kernel to eject the scheduler (printed as an EXIT: line, as
 * schedulers do) or for the seconds to pass.
 */
enum event wait_for(struct scheduler *scheduler, unsigned int seconds);

/* Waits for a signal, with no scheduler. */
void stay(void);

#endif
