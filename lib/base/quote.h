/* quote.h - quote a string as one word for bash */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

/*
 * Returns text as one word of bash. The caller frees it. NULL with errno if there is no memory.
 *
 * A word of safe bytes stays as it is. Other words get single quotes. A text with control bytes or
 * bytes from 0x80 becomes $'...', with these bytes in octal. So the word is always one line of
 * printable ASCII: bash reads it the same in every locale, and a person sees what will run.
 */
char *quote_shell(const char *text);

#endif
