/* picture.c - writes a picture of results */
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/report.h"
#include "plot.h"

/* Writes the picture to fd, which it closes. Returns 0, or -1 with errno. Reports. */
static int write_svg(int fd, const char *path, const struct plot *plot)
{
	struct output out;

	output_open(&out, fd, path);
	plot_svg(&out, plot);
	return output_close(&out);
}

/* A device, a pipe: it is written to, and not replaced. */
static int write_special(const char *path, const struct plot *plot)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? report_errno("%s", path) : write_svg(fd, path, plot);
}

/* Makes path anew: it is never seen half-written. */
static int write_file(const char *path, const struct plot *plot)
{
	mode_t mask = umask(0);
	char *name;
	int fd, failed;

	umask(mask);
	if (asprintf(&name, "%s.XXXXXX", path) < 0)
		return report_errno("%s", path);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		report_errno("%s", path);
		free(name);
		return -1;
	}
	if (fchmod(fd, 0666 & ~mask)) {
		failed = report_errno("%s", path);
		close(fd);
	} else {
		failed = write_svg(fd, path, plot);
	}
	if (!failed && rename(name, path))
		failed = report_errno("%s", path);
	if (failed)
		unlink(name);
	free(name);
	return failed;
}

static int write_plot(const char *path, struct output *out, const struct plot *plot)
{
	struct stat status;

	if (!strcmp(path, "-")) {
		plot_text(out, plot);
		return 0;
	}
	if (!stat(path, &status) && !S_ISREG(status.st_mode))
		return write_special(path, plot);
	return write_file(path, plot);
}

/* Returns whether there is nothing to draw: no result, or a side of -- without one. Reports. */
static bool lacks_results(const char *path, const struct sides *sides)
{
	const char *state = access(path, F_OK) ? "not written" : "left as it was";
	size_t empty = 0;

	while (empty < sides->count && sides->items[empty].count)
		empty++;
	if (sides->count && empty == sides->count)
		return false;
	if (sides->count == 2 && sides->items[1 - empty].count)
		report(ENODATA, "%s: %s: side %s has no results: %s", path, state,
		       empty ? "B" : "A", sides->items[empty].name);
	else
		report(ENODATA, "%s: %s: there are no results", path, state);
	return true;
}

int picture_write(const char *path, struct output *out, const struct results *results,
		  const struct operands *operands)
{
	struct sides sides = { 0 };
	struct plot plot = { 0 };
	int failed = sides_make(results, operands, &sides) || plot_make(&sides, &plot);

	if (failed)
		report_errno("--plot");
	else if (strcmp(path, "-") && lacks_results(path, &sides))
		failed = -1;
	else
		failed = write_plot(path, out, &plot);
	plot_free(&plot);
	sides_free(&sides);
	return failed ? -1 : 0;
}
