/* record.c - fuzzes the record grammar: what is read, and what was written and is read again */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/record.h"
#include "base/strings.h"
#include "fuzz.h"

enum { MOST = 15 * 1024 }; /* bytes of input: written as escapes they still fit in an output */

static const struct record_rule rules[] = {
	{ "one", 1, 1, RECORD_ONCE, NULL },
	{ "many", 0, 3, RECORD_MANY, NULL },
	{ "all", 0, SIZE_MAX, RECORD_MANY, NULL },
	{ "scope", 0, 0, RECORD_MANY, NULL },
	{ NULL, 0, 0, 0, NULL },
};

/* Reads all records. Returns 0, or -1. */
static int read_records(struct record_reader *reader, struct entries *entries)
{
	struct record record;
	size_t line = 0;
	int more;

	REQUIRE(reader);
	while ((more = record_next(reader, &record)) > 0) {
		REQUIRE(record.line > line);
		REQUIRE(record.rule || !strncmp(record.keyword, "x-", 2));
		REQUIRE(!record.fields[record.nfields]);
		REQUIRE(!entries_add_fields(entries, record.line, record.keyword, record.fields));
		REQUIRE(entries->items[entries->count - 1].fields.count == record.nfields);
		line = record.line;
		if (!strcmp(record.keyword, "scope"))
			record_new_scope(reader);
	}
	record_close(reader);
	return more;
}

static int read_memory(const char *text, size_t size, struct entries *entries)
{
	return read_records(record_open_memory("text", text, size, rules), entries);
}

/* A stream says the same as memory, in the same words. Returns whether the text is good. */
static bool check_readers(const char *text, size_t size, struct entries *entries)
{
	struct entries streamed = { 0 };
	FILE *stream = fmemopen((char *)text, size, "r");
	char *message;
	int failed, stream_failed;

	REQUIRE(stream);
	failed = read_memory(text, size, entries);
	message = strdup(take_messages(failed));
	REQUIRE(message);
	stream_failed = read_records(record_open_stream("text", stream, rules), &streamed);
	REQUIRE(stream_failed == failed);
	REQUIRE(!strcmp(take_messages(failed), message));
	REQUIRE(same_entries(entries, &streamed));
	for (size_t i = 0; i < entries->count; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): it is as long */
		REQUIRE(entries->items[i].line == streamed.items[i].line);
	fclose(stream);
	entries_free(&streamed);
	free(message);
	return !failed;
}

/* What is written is read as the same. */
static void check_written(const struct entries *entries)
{
	struct output *out = open_memory_output();
	struct entries again = { 0 };

	REQUIRE(!entries_write(entries, out));
	REQUIRE(!read_memory(out->buffer, out->used, &again));
	REQUIRE(same_entries(entries, &again));
	take_messages(false);
	entries_free(&again);
}

/* The input, cut at NUL bytes, as the fields of one record: any bytes may stand in them. */
static void check_any_fields(const char *text, size_t size)
{
	struct entries entries = { 0 };
	struct strings fields = { 0 };
	struct output *out;
	size_t used;

	for (size_t at = 0; at < size;) {
		size_t length = strnlen(text + at, size - at);

		REQUIRE(!strings_addf(&fields, "%.*s", (int)length, text + at));
		at += length + 1;
	}
	REQUIRE(!entries_add_fields(&entries, 0, "all", fields.items));
	check_written(&entries);
	if (fields.count == 2) {
		out = open_memory_output();
		REQUIRE(!record_write_fields(out, "all", fields.items));
		used = out->used;
		REQUIRE(!record_write(out, "all", fields.items[0], fields.items[1], NULL));
		REQUIRE(out->used == 2 * used && !memcmp(out->buffer, out->buffer + used, used));
	}
	strings_free(&fields);
	entries_free(&entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct entries entries = { 0 };

	if (size > MOST)
		return 0;
	if (check_readers(text, size, &entries))
		check_written(&entries);
	entries_free(&entries);
	check_any_fields(text, size);
	return 0;
}
