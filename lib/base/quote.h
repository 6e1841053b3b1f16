/* quote.h - words that bash reads back byte for byte */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

/*
 * Returns text as one word of bash, which the caller frees, or NULL with errno. A word of safe
 * bytes stays as it is, others stand in single quotes. Where text has control bytes or bytes from
 * 0x80, the word is $'...' with those bytes in octal. So the word is one line of printable ASCII:
 * bash reads the same in every locale, and what a reader sees is what runs.
 */
char *quote_shell(const char *text);

#endif
