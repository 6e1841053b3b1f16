/* progress.c - a line on the terminal that shows how far a long job is */
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

enum {
	INTERVAL = 100, /* ms */
	COLUMNS = 80,	/* of a terminal that does not tell its width */
};

/*
 * ECMA-48, ED: erases from the cursor to the end of the screen. The cursor stays in the first
 * column, so this erases the whole line, even if a terminal that became narrower has wrapped it.
 */
#define ERASE "\033[J"

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
enum { ENDING = sizeof(ending) / sizeof(*ending) };

static struct sigaction before[ENDING];
static volatile sig_atomic_t on_screen;

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

/* In the background, the cursor is in a line of another program. */
static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group < 0 || group == getpgrp();
}

/* Also erases what was typed, such as ^C. A signal handler may call this. */
static void erase(void)
{
	static const char bytes[] = "\r" ERASE;

	if (on_screen && in_foreground() && write(STDERR_FILENO, bytes, sizeof(bytes) - 1) < 0)
		return; /* the terminal is gone, and the line with it */
	on_screen = 0;
}

static void end_by_signal(int number)
{
	erase();
	raise(number); /* SA_RESETHAND and SA_NODEFER: ends the program here */
}

static int columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col ? COLUMNS : size.ws_col;
}

static void print_size(char *to, size_t size, double bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t unit = 0;

	for (bytes /= 1024; bytes >= 1024 && unit < 5; unit++)
		bytes /= 1024;
	snprintf(to, size, "%.1f %s", bytes, units[unit]);
}

/* Prints the line in the form that fits into a width. Returns its length. */
static int print_line(char *line, size_t size, int width, const struct progress *progress,
		      int64_t time)
{
	double total = (double)progress->total, done = MIN((double)progress->bytes, total);
	double rate = done * 1000 / (double)MAX(1, time - progress->start);
	int seconds = (int)MIN(rate > 0 ? (total - done) / rate + 0.5 : 0, 1e9);
	int percent = (int)(100 * done / total), length;
	char all[24], each_second[24];

	print_size(all, sizeof(all), total);
	print_size(each_second, sizeof(each_second), rate);
	length = snprintf(line, size, "%d%% of %s, %s/s, %d:%02d left", percent, all, each_second,
			  seconds / 60, seconds % 60);
	/* the last column stays free: some terminals begin a new line when it is filled */
	if (length >= width)
		length = snprintf(line, size, "%d%%", percent);
	return length < width ? length : 0;
}

static void draw(const struct progress *progress, int64_t time)
{
	char line[128 + sizeof("\r" ERASE "\r")];
	int length = print_line(line + 1, 128, columns(), progress, time);

	line[0] = '\r'; /* typing may have moved the cursor */
	memcpy(line + 1 + length, ERASE "\r", sizeof(ERASE "\r"));
	on_screen = 1;
	if (write_all(STDERR_FILENO, line, strlen(line)))
		on_screen = 0;
}

static int sink_write(struct sink *sink, const void *bytes, size_t size)
{
	struct progress *progress = (struct progress *)sink;
	int64_t time;

	if (progress->next->write(progress->next, bytes, size))
		return -1;
	progress->bytes += size;
	time = now();
	if (time - progress->drawn >= INTERVAL) {
		progress->drawn = time;
		if (in_foreground())
			draw(progress, time);
	}
	return 0;
}

static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb");
}

struct sink *progress_begin(struct progress *progress, struct sink *next, uint64_t total)
{
	const struct sigaction action = { .sa_handler = end_by_signal,
					  .sa_flags = (int)SA_RESETHAND | SA_NODEFER };

	*progress = (struct progress){ .sink.write = sink_write, .next = next };
	if (!total || !can_redraw())
		return next;
	progress->total = total;
	progress->start = progress->drawn = now();
	report_before = erase;
	for (int i = 0; i < ENDING; i++)
		if (!sigaction(ending[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
			sigaction(ending[i], &action, NULL);
	return &progress->sink;
}

void progress_end(struct progress *progress)
{
	int saved = errno;

	if (progress->total) {
		erase();
		for (int i = 0; i < ENDING; i++)
			sigaction(ending[i], &before[i], NULL);
		report_before = NULL;
		progress->total = 0;
	}
	errno = saved;
}
