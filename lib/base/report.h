/* report.h - messages on standard error */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

/*
 * Each call writes one line, "PROGRAM: MESSAGE". Each byte that could mislead (of a newline in a
 * file's name, a terminal's escape sequence, invalid UTF-8: utf8.h) is written as a backslash and
 * three octal digits, so that one problem is one line. A message over 16 KiB is cut short.
 *
 * If the header of a function in lib/ says "Reports", the function has written such a line when it
 * returns -1. Other functions leave that to the caller, who finds the cause in errno.
 */

/* Called before each line, unless NULL: clears a progress line that the cursor is in. */
extern void (*report_before)(void);

/* Reports and sets errno to errnum. Returns -1: "return report(EBADMSG, ...)". */
int report(int errnum, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reports the message, ": " and strerror(errno). Leaves errno. Returns -1. */
int report_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports "warning: " and the message. Leaves errno. */
void report_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
