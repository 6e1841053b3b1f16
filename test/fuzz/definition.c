/* definition.c - fuzzes definitions: what is read, found by name, and read again when written */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "registry/definition.h"
#include "registry/topology.h"

enum { MOST = 15 * 1024 }; /* bytes of input: so much more when defaults stand in each test */

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
	static const char *const once[] = { "binary",	"scheduler", "cgroup-parent", "config-file",
					    "topology", "duration",  "watchdog",      "host-only" };
	struct topology topology;

	REQUIRE(*definition->name && !strchr("-.", *definition->name));
	for (const char *p = definition->name; *p; p++)
		REQUIRE(is_name_byte(*p));
	for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++) {
		const struct entry *first = entries_find(&definition->entries, once[i]);

		REQUIRE(!first || !entries_next(&definition->entries, once[i], first));
	}
	REQUIRE(!entries_find(&definition->entries, "test"));
	REQUIRE(is_seconds(definition_value(definition, "duration", DEFAULT_DURATION)));
	REQUIRE(is_seconds(definition_value(definition, "watchdog", DEFAULT_WATCHDOG)));
	REQUIRE(!topology_parse(definition_value(definition, "topology", DEFAULT_TOPOLOGY),
				&topology));
	REQUIRE(topology.numa_nodes && topology.llcs && topology.cores_per_llc &&
		topology.threads_per_core && topology.llcs % topology.numa_nodes == 0);
}

static void check_again(const struct definition *definition)
{
	struct output *out = open_memory_output();
	struct definitions again;

	REQUIRE(!record_write(out, "test", definition->name, NULL));
	REQUIRE(!entries_write(&definition->entries, out));
	REQUIRE(!definitions_read("again", out->buffer, out->used, &again));
	REQUIRE(again.count == 1 && !strcmp(again.items[0].name, definition->name));
	REQUIRE(same_entries(&again.items[0].entries, &definition->entries));
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
