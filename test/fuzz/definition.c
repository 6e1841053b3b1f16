/* definition.c - fuzzes definitions: what is read, found by name, and read again when written */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "registry/definition.h"
#include "registry/topology.h"

enum { MOST = 15 * 1024 }; /* bytes of input: written as escapes they still fit in an output */

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == ':' || c == '-';
}

static bool is_seconds(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return length > 0 && length <= 10 && *text != '0';
}

/* What later stages rely on. */
static void check_definition(const struct definition *definition)
{
	struct topology topology;

	REQUIRE(*definition->name && !strchr("-.", *definition->name));
	for (const char *p = definition->name; *p; p++)
		REQUIRE(is_name_byte(*p));
	for (const struct record_rule *rule = definition_rules; rule->keyword; rule++) {
		const struct entry *first = definition_next(definition, rule->keyword, NULL);

		REQUIRE(!first || rule->times == RECORD_MANY ||
			!definition_next(definition, rule->keyword, first));
	}
	REQUIRE(!definition_next(definition, "test", NULL));
	REQUIRE(is_seconds(definition_value(definition, "duration", DEFAULT_DURATION)));
	REQUIRE(is_seconds(definition_value(definition, "watchdog", DEFAULT_WATCHDOG)));
	REQUIRE(!topology_parse(definition_value(definition, "topology", DEFAULT_TOPOLOGY),
				&topology));
	REQUIRE(topology.numa_nodes && topology.llcs && topology.cores_per_llc &&
		topology.threads_per_core && topology.llcs % topology.numa_nodes == 0);
}

/* All records, in order; a walk through those of one keyword has the same ones. */
static void collect(const struct definition *definition, struct entries *all)
{
	const struct entry *entry = NULL;

	*all = (struct entries){ 0 };
	while ((entry = definition_next(definition, NULL, entry)))
		REQUIRE(!entries_add_fields(all, 0, entry->keyword, entry->fields.items));
	for (size_t i = 0; i < all->count; i++) {
		const char *keyword = all->items[i].keyword;
		const struct entry *same = NULL;

		entry = NULL;
		while ((same = entries_next(all, keyword, same))) {
			entry = definition_next(definition, keyword, entry);
			REQUIRE(entry && entry->fields.count == same->fields.count);
			for (size_t j = 0; j < same->fields.count; j++)
				REQUIRE(!strcmp(entry->fields.items[j], same->fields.items[j]));
		}
		REQUIRE(!definition_next(definition, keyword, entry));
	}
}

/* Written with the defaults that it has, and read again, it is the same. */
static void check_again(const struct definition *definition)
{
	struct output *out = open_memory_output();
	struct entries all, all_again;
	struct definitions again;

	collect(definition, &all);
	REQUIRE(!record_write(out, "test", definition->name, NULL));
	REQUIRE(!entries_write(&all, out));
	REQUIRE(!definitions_read("again", out->buffer, out->used, &again));
	REQUIRE(again.count == 1 && !strcmp(again.items[0].name, definition->name));
	collect(&again.items[0], &all_again);
	REQUIRE(same_entries(&all, &all_again));
	entries_free(&all);
	entries_free(&all_again);
	definitions_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct definitions list;
	int failed;

	if (size > MOST)
		return 0;
	failed = definitions_read("text", (const char *)data, size, &list);
	take_messages(failed);
	REQUIRE(!failed || !list.count);
	for (size_t i = 0; i < list.count; i++) {
		REQUIRE(definitions_find(&list, list.items[i].name) == &list.items[i]);
		check_definition(&list.items[i]);
		check_again(&list.items[i]);
	}
	REQUIRE(!definitions_find(&list, "no name") && !definitions_find(&list, ""));
	take_messages(false);
	definitions_free(&list);
	return 0;
}
