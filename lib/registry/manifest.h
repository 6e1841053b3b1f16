/* manifest.h - what the exporter resolved (ktstr-manifest(5), MANIFESTS) */
#ifndef REGISTRY_MANIFEST_H
#define REGISTRY_MANIFEST_H

#include <stdbool.h>
#include <stdio.h>

#include "base/record.h"
#include "registry/entries.h"

/* A manifest is a list of entries; the first is "manifest" with this version. */
#define MANIFEST_VERSION "1"

/* The records that a manifest may have. */
extern const struct record_rule manifest_rules[];

/*
 * Reads a whole manifest from in and checks it: the version, every value, and that nothing that
 * must stand is missing. source is its name in messages. Returns 0, and the caller frees manifest
 * with entries_free; or -1 with errno and an empty list. Reports.
 */
int manifest_read(const char *source, FILE *in, struct entries *manifest);

/*
 * What is wrong with a test that runs under a scheduler of this name where no scheduler is packed:
 * a constant string, or NULL.
 */
const char *manifest_scheduler_problem(const char *name);

/*
 * Whether the test, "run-arg", or the scheduler, "sched-arg", can be started with the arguments
 * that the manifest has for it: execve(2) takes a quarter of the stack's limit, which is 8 MiB
 * where nobody changed it, for all arguments and the environment, each with a pointer. The limit
 * here leaves 128 KiB of that for the environment and the program's path.
 */
#define ARGUMENTS_MAX (2 * 1024 * 1024 - 128 * 1024)
bool manifest_arguments_fit(const struct entries *manifest, const char *keyword);
#define ARGUMENTS_PROBLEM                                                                           \
	"all of them are more than Linux takes (1966080 bytes, each with 9 more): put them into a " \
	"file, and include that"

/* What is wrong with run-args beside a run-arg. */
#define RUN_ARGS_PROBLEM "excludes run-arg, which gives arguments: leave out one of them"

/* Whether records with this keyword are members of the archive: file, content, directory, link. */
bool is_member(const char *keyword);

/* Returns field 0 of a record that stands once, or "" where it does not stand. */
const char *manifest_value(const struct entries *manifest, const char *keyword);

/* Returns the `file` entry of that archive name, or NULL. */
const struct entry *manifest_file(const struct entries *manifest, const char *archive_name);

#endif
