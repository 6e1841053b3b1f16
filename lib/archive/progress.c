/* progress.c - a line on the terminal that shows how far a long work is */
#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"

enum {
	INTERVAL = 100 /* ms */,
	COLUMNS = 80 /* of a terminal that does not say */,
	LINE_ROOM = 160
};

/*
 * ECMA-48, ED: erases from the cursor to the end of the screen. The cursor stays in the line's
 * first column, so that this takes all of it, also where a terminal that became narrower broke it
 * in two.
 */
#define ERASE "\033[J"

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
enum { ENDING = sizeof(ending) / sizeof(ending[0]) };

static struct sigaction before[ENDING];
static volatile sig_atomic_t on_screen;

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

/* --- the terminal --- */

/* In the background the line that the cursor is in is somebody else's. */
static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group < 0 || group == getpgrp();
}

/* Calls nothing that a signal's handler may not. Of what was typed, as ^C, the echo goes as well.
 */
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
	raise(number); /* SA_RESETHAND, SA_NODEFER: it ends the program here */
}

static int columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col ? COLUMNS : size.ws_col;
}

/* --- the line --- */

/* What the line is made of, as text. */
struct parts {
	char read[16], total[24], percent[8], rate[24], left[32], ratio[16];
};

static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

/* The index of the unit in which bytes has one to four digits before the point. */
static size_t choose_unit(double bytes)
{
	size_t unit = 0;

	bytes /= 1024;
	while (bytes >= 1024 && unit < 5) {
		bytes /= 1024;
		unit++;
	}
	return unit;
}

static double in_unit(double bytes, size_t unit)
{
	return bytes / (double)(UINT64_C(1024) << 10 * unit);
}

static void print_time(char *to, size_t size, int64_t seconds)
{
	int64_t minutes = seconds / 60;

	if (minutes < 60)
		snprintf(to, size, "%" PRId64 ":%02d", minutes, (int)(seconds % 60));
	else
		snprintf(to, size, "%" PRId64 ":%02d:%02d", minutes / 60, (int)(minutes % 60),
			 (int)(seconds % 60));
}

static void print_parts(struct parts *parts, const struct progress *progress, int64_t time)
{
	double total = (double)progress->total, read = MIN((double)progress->read.bytes, total);
	double rate = read * 1000 / (double)MAX(1, time - progress->start);
	double left = rate > 0 ? (total - read) / rate : 0;
	size_t unit = choose_unit(total), rate_unit = choose_unit(rate);

	snprintf(parts->read, sizeof(parts->read), "%.1f", in_unit(read, unit));
	snprintf(parts->total, sizeof(parts->total), "%.1f %s", in_unit(total, unit), units[unit]);
	snprintf(parts->percent, sizeof(parts->percent), "%d%%", (int)(100 * read / total));
	snprintf(parts->rate, sizeof(parts->rate), "%.1f %s/s", in_unit(rate, rate_unit),
		 units[rate_unit]);
	print_time(parts->left, sizeof(parts->left), (int64_t)MIN(left + 0.5, 1e9));
	snprintf(parts->ratio, sizeof(parts->ratio), "%.2f",
		 read > 0 ? (double)progress->written.bytes / read : 0);
}

/* Prints a form of the line, 0 the longest. Returns its length: 0 from the last one on. */
static int print_form(char *line, const struct parts *p, int form)
{
	switch (form) {
	case 0:
		return snprintf(line, LINE_ROOM, "packing %s of %s (%s), %s, %s left, ratio %s",
				p->read, p->total, p->percent, p->rate, p->left, p->ratio);
	case 1:
		return snprintf(line, LINE_ROOM, "%s of %s, %s, %s left, ratio %s", p->read,
				p->total, p->rate, p->left, p->ratio);
	case 2:
		return snprintf(line, LINE_ROOM, "%s/%s %s %s %s", p->read, p->total, p->rate,
				p->left, p->ratio);
	case 3:
		return snprintf(line, LINE_ROOM, "%s %s %s", p->percent, p->rate, p->left);
	case 4:
		return snprintf(line, LINE_ROOM, "%s %s", p->percent, p->left);
	case 5:
		return snprintf(line, LINE_ROOM, "%s", p->percent);
	default:
		return 0;
	}
}

static void draw(const struct progress *progress, int64_t time)
{
	char line[LINE_ROOM + sizeof("\r" ERASE "\r")];
	int width = columns(), length, form = 0;
	struct parts parts;

	print_parts(&parts, progress, time);
	/* the last column stays free: some terminals begin a new line when it is filled */
	while ((length = print_form(line + 1, &parts, form)) >= MIN(width, LINE_ROOM))
		form++;
	line[0] = '\r'; /* the echo of what was typed has moved the cursor */
	memcpy(line + 1 + length, ERASE "\r", sizeof(ERASE "\r"));
	on_screen = 1;
	if (write_all(STDERR_FILENO, line, strlen(line)))
		on_screen = 0;
}

/* --- what passes --- */

static int sink_write(struct sink *sink, const void *bytes, size_t size)
{
	struct meter *meter = (struct meter *)sink;
	struct progress *progress = meter->progress;
	int64_t time;

	if (meter->to->write(meter->to, bytes, size))
		return -1;
	meter->bytes += size;
	time = now();
	if (time - progress->drawn >= INTERVAL) {
		progress->drawn = time;
		if (in_foreground())
			draw(progress, time);
	}
	return 0;
}

static struct sink *put_before(struct meter *meter, struct progress *progress, struct sink *to)
{
	if (!progress->total)
		return to;
	*meter = (struct meter){ .sink.write = sink_write, .to = to, .progress = progress };
	return &meter->sink;
}

struct sink *progress_read(struct progress *progress, struct sink *to)
{
	return put_before(&progress->read, progress, to);
}

struct sink *progress_written(struct progress *progress, struct sink *to)
{
	return put_before(&progress->written, progress, to);
}

/* --- beginning and end --- */

static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb");
}

void progress_begin(struct progress *progress, uint64_t total)
{
	const struct sigaction action = { .sa_handler = end_by_signal,
					  .sa_flags = (int)SA_RESETHAND | SA_NODEFER };

	*progress = (struct progress){ 0 };
	if (!total || !can_redraw())
		return;
	progress->total = total;
	progress->start = progress->drawn = now();
	report_before = erase;
	for (int i = 0; i < ENDING; i++)
		if (!sigaction(ending[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
			sigaction(ending[i], &action, NULL);
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
