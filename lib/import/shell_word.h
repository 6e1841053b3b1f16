/* shell_word.h - reads words that a shell would read, and nothing that a shell would run
 *
 * It takes only what the writers of .run files write: bare characters that mean nothing to a
 * shell; '...', where each quote is written as '\''; and, where allowed, the forms below. All
 * else is refused.
 */
#ifndef IMPORT_SHELL_WORD_H
#define IMPORT_SHELL_WORD_H

#include <stddef.h>

/* Where a reader is in a script, which ends with a NUL byte and has no other. */
struct shell_text {
	const char *source; /* for messages */
	const char *at;
	size_t line; /* counted from 1 */
};

enum shell_forms {
	SHELL_OCTAL = 1, /* $'...' with \', \\ and three octal digits, as quote_shell writes it */
	SHELL_PATHS = 2, /* "$DIR/include/NAME" within a bare word; read as {include/NAME} */
};

/*
 * Reads one word and moves text behind it. Only a blank, a newline or ')' may follow.
 * Returns 0 and *word, which the caller frees; or -1 with errno and *word NULL. Reports.
 */
int shell_word_read(struct shell_text *text, unsigned int forms, char **word);

/* Moves text behind what stands there. Returns 0; or -1 where something else does, unchanged. */
int shell_text_skip(struct shell_text *text, const char *what);

/* Moves text to the beginning of the next line. */
void shell_text_next_line(struct shell_text *text);

/* Reports "SOURCE:LINE: MESSAGE". Returns -1 with EBADMSG. */
int shell_text_bad(const struct shell_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
