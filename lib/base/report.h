/* report.h - one line on standard error: what is wrong, and where */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdbool.h>

/*
 * Each call writes one line, "PROGRAM: MESSAGE". What could mislead in the message (a newline in
 * a file's name, a terminal's escape sequence, bytes that are not UTF-8: utf8.h) is written as a
 * backslash and three octal digits for each byte, so that one problem is always one line. A message
 * over 16 KiB is cut short.
 *
 * Functions of lib/ whose header says "reports" have written such a line when they return -1;
 * the others leave it to the caller, who finds the cause in errno.
 */

/* Called before each such line, where it is not NULL, to clear the line that the cursor is in. */
extern void (*report_before)(void);

/* While it is true each such line is a warning: what is reported does not fail the program. */
extern bool report_as_warning;

/* Reports and sets errno to errnum. Returns -1: "return report(EBADMSG, ...)". */
int report(int errnum, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reports with ": " and strerror(errno) behind the message; errno stays. Returns -1. */
int report_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports with "warning: " in front of the message; errno stays. */
void report_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
