/* base.c - lets bats call what lib/base offers and no program shows by itself */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/output.h"
#include "base/quote.h"
#include "base/record.h"

static const struct record_rule rules[] = {
	{ "one", 1, 1, RECORD_ONCE, NULL },
	{ "many", 0, 3, RECORD_MANY, NULL },
	{ NULL, 0, 0, 0, NULL },
};

/* quote: standard input, which has no NUL byte, as one word of bash */
static int quote(struct output *out)
{
	size_t size;
	char *text, *word;

	if (read_all(STDIN_FILENO, (size_t)1024 * 1024, &text, &size))
		return -1;
	word = quote_shell(text);
	if (word)
		output_puts(out, word);
	free(text);
	free(word);
	return word ? 0 : -1;
}

/*
 * memory, stream: reads standard input as records in that way, writes them again; unknown: from
 * memory, with keywords that no rule has
 */
static int copy_records(struct output *out, int from_memory, int take_unknown)
{
	struct record_reader *reader;
	struct record record;
	size_t size = 0;
	char *text = NULL;
	int more = -1;

	if (from_memory && read_all(STDIN_FILENO, (size_t)64 * 1024 * 1024, &text, &size))
		return -1;
	reader = from_memory ? record_open_memory("<stdin>", text, size, rules)
			     : record_open_stream("<stdin>", stdin, rules);
	if (reader) {
		if (take_unknown)
			record_take_unknown(reader);
		while ((more = record_next(reader, &record)) > 0)
			record_write_fields(out, record.keyword, record.fields);
		record_close(reader);
	}
	free(text);
	return more;
}

/* number BASE MIN MAX TEXT */
static int number(struct output *out, char **args)
{
	char text[32];
	uint64_t value;

	if (parse_number(args[3], atoi(args[0]), strtoull(args[1], NULL, 10),
			 strtoull(args[2], NULL, 10), &value)) {
		output_puts(out, errno == ERANGE ? "range" : "invalid");
		return 0;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return output_puts(out, text);
}

int main(int argc, char *argv[])
{
	static struct output out;
	int failed = -1;

	output_open(&out, STDOUT_FILENO, "standard output");
	if (argc == 2 && !strcmp(argv[1], "quote"))
		failed = quote(&out);
	else if (argc == 2 && !strcmp(argv[1], "memory"))
		failed = copy_records(&out, 1, 0);
	else if (argc == 2 && !strcmp(argv[1], "stream"))
		failed = copy_records(&out, 0, 0);
	else if (argc == 2 && !strcmp(argv[1], "unknown"))
		failed = copy_records(&out, 1, 1);
	else if (argc == 6 && !strcmp(argv[1], "number"))
		failed = number(&out, argv + 2);
	return output_close(&out) || failed ? 1 : 0;
}
