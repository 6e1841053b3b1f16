/* quote.h - words that bash reads back byte for byte */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

/*
 * Returns text as one word of bash, which the caller frees, or NULL with errno. A word of safe
 * bytes stays as it is, others stand in single quotes. Where text has control characters, bytes
 * that are not UTF-8 or characters that reorder what a terminal shows, the word is $'...' with
 * those bytes in octal: it stays on one line, and what a reader sees is what runs.
 */
char *quote_shell(const char *text);

#endif
