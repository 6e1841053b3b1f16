/* import.c - fuzzes the readers of the headers of .run files of others, and their words */
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "fuzz.h"
#include "import/imported.h"
#include "registry/definition.h"

/* What was read makes a definition that reads back, of one test. */
static void check_definition(const struct imported *test)
{
	struct output *out = open_memory_output();
	struct definitions list;
	const struct definition *found;
	size_t size = 0;

	for (size_t i = 0; i < test->records.count; i++)
		for (size_t j = 0; j < test->records.items[i].fields.count; j++)
			size += 4 * strlen(test->records.items[i].fields.items[j]) + 99;
	if (size > sizeof(out->buffer) / 2)
		return;
	record_write(out, "test", test->name, NULL);
	REQUIRE(!entries_write(&test->records, out));
	REQUIRE(!definitions_read("text", out->buffer, out->used, &list));
	found = definitions_find(&list, test->name);
	REQUIRE(found && list.count == 1 && !list.defaults->count);
	REQUIRE(same_entries(&found->entries, &test->records));
	definitions_free(&list);
	take_messages(false);
}

static void check_comments(const struct imported *test)
{
	for (size_t i = 0; i < test->comments.count; i++)
		REQUIRE(!strpbrk(test->comments.items[i], "\n\r"));
}

static void check_header(const char *text, int (*read)(struct shell_text, struct imported *))
{
	struct imported test = { .source = "text" };
	int status = read((struct shell_text){ "text", text, 1 }, &test);

	take_messages(status < 0);
	if (status > 0) {
		REQUIRE(imported_is_file_name(test.test_program));
		REQUIRE(!test.scheduler_program || imported_is_file_name(test.scheduler_program));
		check_comments(&test);
		check_definition(&test);
	}
	imported_free(&test);
}

/* The word that quote_shell writes is read as what it was. */
static void check_word(const char *text)
{
	char *quoted = quote_shell(text), *word;
	struct shell_text at = { "text", quoted, 1 };

	REQUIRE(quoted && !shell_word_read(&at, SHELL_OCTAL, &word));
	REQUIRE(!strcmp(word, text) && !*at.at);
	free(word);
	free(quoted);
	take_messages(false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	REQUIRE(text);
	memcpy(text, data, size);
	text[size] = '\0';
	check_header(text, upstream_read);
	check_header(text, own_header_read);
	check_word(text);
	free(text);
	return 0;
}
