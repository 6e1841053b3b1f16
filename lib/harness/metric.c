/* metric.c - reports numbers to the .run, one line each in the file KTSTR_METRICS */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

enum { METRIC_NAME_MAX = 64, UNIT_MAX = 16 };

static bool is_metric_name(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= METRIC_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_.:/%-") == length;
}

static bool is_unit(const char *unit)
{
	size_t length = strlen(unit);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)unit[i] <= ' ' || unit[i] == 0x7f)
			return false;
	return length >= 1 && length <= UNIT_MAX;
}

/* Sets text to the shortest decimal number that reads back as value. */
static void format_number(double value, char text[static 32])
{
	/* the program's locale may have a comma for the point */
	locale_t c = newlocale(LC_NUMERIC_MASK, "C", NULL), before = uselocale(c);

	/* below DBL_MIN a double has fewer than 15 digits */
	for (int digits = isnormal(value) ? 15 : 1; digits <= 17; digits++) {
		snprintf(text, 32, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	uselocale(before);
	if (c)
		freelocale(c);
}

/* Appends the line with one write, so lines of several processes do not mix. Returns 0 or -1. */
static int append(const char *path, const char *line)
{
	size_t length = strlen(line);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), saved;
	ssize_t written;

	if (fd < 0)
		return -1;
	written = write(fd, line, length);
	if (written >= 0 && (size_t)written < length) {
		/* a half line must not become the beginning of the next one */
		if (write(fd, "\n", 1) < 0) {
			/* there is no room for that either */
		}
		errno = ENOSPC;
		written = -1;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return written < 0 ? -1 : 0;
}

void ktstr_metric(struct ktstr_ctx *ctx, const char *name, double value, const char *unit)
{
	const char *path = getenv("KTSTR_METRICS");
	char number[32], line[METRIC_NAME_MAX + 32 + UNIT_MAX + 4];

	if (!name) {
		ktstr_fail(ctx, "metric without a name");
		return;
	}
	if (!is_metric_name(name)) {
		ktstr_fail(ctx, "metric %s: a name has 1 to %d letters, digits and _ . : / %% -",
			   name, METRIC_NAME_MAX);
		return;
	}
	if (unit && !is_unit(unit)) {
		ktstr_fail(ctx, "metric %s: a unit is a word of 1 to %d bytes, not \"%s\"", name,
			   UNIT_MAX, unit);
		return;
	}
	if (!isfinite(value)) {
		ktstr_fail(ctx, "metric %s: the value is not finite: %g", name, value);
		return;
	}
	format_number(value, number);
	snprintf(line, sizeof(line), "%s %s%s%s\n", name, number, unit ? " " : "",
		 unit ? unit : "");
	if (!path) {
		line[strlen(line) - 1] = '\0';
		ktstr_explain(ctx->test->name, "metric", "%s", line);
	} else if (append(path, line)) {
		ktstr_explain(ctx->test->name, "note", "metric %s is lost: %s: %s", name, path,
			      strerror(errno));
	}
}
