/* value.h - the values that fields of definitions and manifests may have
 *
 * Each function looks at fields[0] and returns NULL, or a constant string that says what is wrong
 * with it: see struct record_rule.
 */
#ifndef REGISTRY_VALUE_H
#define REGISTRY_VALUE_H

const char *test_name_problem(char *const *fields);

/* A whole number of seconds. */
const char *seconds_problem(char *const *fields);

/* Text that a terminal shows as it is. */
const char *text_problem(char *const *fields);

/* A topology such as 1n2l4c2t. */
const char *topology_problem(char *const *fields);

/* One or two versions of Linux such as 6.12: the least, and the last, which is not before it. */
const char *kernel_problem(char *const *fields);

/* A word of the kernel's command line, as it is without its quotes. */
const char *kernel_arg_problem(char *const *fields);

/* A cgroup below the root of the cgroup tree. */
const char *cgroup_path_problem(char *const *fields);

/* A cgroup for the test alone, written in the one way in which a .run compares it. */
const char *workload_root_problem(char *const *fields);

/* Names of cgroup controllers, all the fields of a record. */
const char *controllers_problem(char *const *fields);

/* The name of a sysctl. */
const char *sysctl_problem(char *const *fields);

/* Which arguments a program gets that has no run-arg record. */
const char *run_args_problem(char *const *fields);

/* A command for bash. */
const char *command_problem(char *const *fields);

/* A file that says that a scheduler is on, and its line then. */
const char *enabled_when_problem(char *const *fields);

/* An argument of a program. */
const char *argument_problem(char *const *fields);

/* A file's name in the archive: it stays in the archive's directory and has one way to write it. */
const char *archive_name_problem(char *const *fields);

/* A path, or a name to find. */
const char *path_problem(char *const *fields);

#endif
