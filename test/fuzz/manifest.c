/* manifest.c - fuzzes manifests, and what later stages make of their values: shell and names */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/tar.h"
#include "fuzz.h"
#include "registry/definition.h"
#include "registry/manifest.h"

enum { MOST = 15 * 1024 };

static int read_manifest(const void *text, size_t size, struct entries *manifest)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int failed;

	REQUIRE(in);
	failed = manifest_read("text", in, manifest);
	fclose(in);
	return failed;
}

static bool has_component(const char *name, const char *component)
{
	char *in, *wanted;
	bool found;

	REQUIRE(asprintf(&in, "/%s/", name) > 0 && asprintf(&wanted, "/%s/", component) > 0);
	found = strstr(in, wanted);
	free(in);
	free(wanted);
	return found;
}

/* Whether extracting a would be in the way of b: the same name, or no directory, which b needs. */
static bool is_in_the_way(const struct tar_member *a, const struct tar_member *b)
{
	size_t length = strlen(a->name);

	return !strncmp(a->name, b->name, length) &&
	       (!b->name[length] || (b->name[length] == '/' && a->kind != TAR_DIRECTORY));
}

/* Where a link leads, its components applied one after the other, is where it may. */
static void check_link(const char *name, const char *target)
{
	size_t depth = 0; /* of the link's directory below include/DIRECTORY */

	for (const char *p = strchr(strchr(name, '/') + 1, '/') + 1; (p = strchr(p, '/')); p++)
		depth++;
	REQUIRE(*target && *target != '/');
	for (; *target; target += strspn(target, "/")) {
		size_t length = strcspn(target, "/");

		if (length == 2 && !strncmp(target, "..", 2))
			REQUIRE(depth-- > 0);
		else if (length != 1 || *target != '.')
			break;
		target += length;
	}
	REQUIRE(!has_component(target, ".."));
}

/* The manifest has only names that stay where they are extracted. ktstr-pack takes each once. */
static void check_names(const struct entries *manifest)
{
	struct tar_member *files = calloc(manifest->count + 1, sizeof(*files));
	static const char *const keywords[] = { "file", "content", "directory", "link" };
	const struct entry *entry = NULL;
	size_t count = 0;
	bool good = true;

	REQUIRE(files);
	while ((entry = entries_next(manifest, NULL, entry))) {
		for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
			if (!strcmp(entry->keyword, keywords[i]))
				files[count++] =
					(struct tar_member){ .kind = (enum tar_kind)i,
							     .name = entry->fields.items[0],
							     .source = "text",
							     .line = entry->line };
		if (!strcmp(entry->keyword, "link"))
			check_link(entry->fields.items[0], entry->fields.items[1]);
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = files[i].name;

		REQUIRE(*name != '/' && !has_component(name, "..") && !has_component(name, ".") &&
			!has_component(name, ""));
		for (size_t j = 0; j < count; j++)
			good = good && (i == j || !is_in_the_way(&files[i], &files[j]));
	}
	REQUIRE(good == !tar_check_members(files, count));
	take_messages(!good);
	free(files);
}

/* What a .run creates, and writes to, is below where it should be. */
static void check_paths(const struct entries *manifest)
{
	const char *parent = manifest_value(manifest, "cgroup-parent");
	const char *root = manifest_value(manifest, "workload-root-cgroup");
	const struct entry *sysctl = NULL;

	REQUIRE(!*root || (*root == '/' && root[1]));
	REQUIRE(!*root || (!has_component(root + 1, "..") && !has_component(root + 1, ".") &&
			   !has_component(root + 1, "")));
	REQUIRE(!*parent || (*parent == '/' && parent[strspn(parent, "/")]));
	REQUIRE(!has_component(parent, ".."));
	while ((sysctl = entries_next(manifest, "sysctl", sysctl)))
		REQUIRE(*sysctl->fields.items[0] != '/' &&
			!has_component(sysctl->fields.items[0], ".."));
}

static void check_manifest(const struct entries *manifest)
{
	struct output *out = open_memory_output();
	struct entries again;

	for (size_t i = 0; i < manifest->count; i++) {
		require_quotable(manifest->items[i].keyword);
		for (size_t j = 0; j < manifest->items[i].fields.count; j++)
			require_quotable(manifest->items[i].fields.items[j]);
	}
	REQUIRE(!strcmp(manifest->items[0].keyword, "manifest"));
	REQUIRE(*manifest_value(manifest, "test") && manifest_file(manifest, "ktstr"));
	REQUIRE(!entries_find(manifest, "attaches-schedulers") ||
		!manifest_file(manifest, "scheduler"));
	REQUIRE(!entries_find(manifest, "run-args") || !entries_find(manifest, "run-arg"));
	REQUIRE(!entries_find(manifest, "enable") == !entries_find(manifest, "disable"));
	REQUIRE(!entries_find(manifest, "enable") || !manifest_file(manifest, "scheduler"));
	REQUIRE(manifest_file(manifest, "scheduler") || entries_find(manifest, "enable") ||
		scheduler_is_kernels_own(manifest_value(manifest, "scheduler")));
	REQUIRE(!entries_write(manifest, out));
	REQUIRE(!read_manifest(out->buffer, out->used, &again));
	REQUIRE(same_entries(manifest, &again));
	take_messages(false);
	entries_free(&again);
	check_paths(manifest);
	check_names(manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct entries manifest;
	int failed;

	if (size > MOST)
		return 0;
	failed = read_manifest(data, size, &manifest);
	take_messages(failed);
	REQUIRE(!failed || !manifest.count);
	if (!failed)
		check_manifest(&manifest);
	entries_free(&manifest);
	return 0;
}
