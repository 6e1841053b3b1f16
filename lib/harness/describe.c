/* describe.c - prints a test's definition as records */
#include <stdio.h>
#include <string.h>

#include "internal.h"

static void print_field(const char *text)
{
	putchar(' ');
	/* "" is the empty field, so a field of two quotes is escaped */
	if (!*text)
		fputs("\"\"", stdout);
	else if (!strcmp(text, "\"\""))
		fputs("\\042\\042", stdout);
	else
		for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
			if (*p <= ' ' || *p == '\\' || *p == 0x7f)
				printf("\\%03o", *p);
			else
				putchar(*p);
		}
}

static void print_record(const char *keyword, const char *first, const char *second)
{
	fputs(keyword, stdout);
	if (first)
		print_field(first);
	if (second)
		print_field(second);
	putchar('\n');
}

/* Prints a configuration: a file, or the name and the text of one, and the arguments. */
static void print_config(const char *keyword, const char *first, const char *second,
			 const char *const *args)
{
	fputs(keyword, stdout);
	print_field(first);
	if (second)
		print_field(second);
	for (; args && *args; args++)
		print_field(*args);
	putchar('\n');
}

static void print_list(const char *keyword, const char *const *list)
{
	for (; list && *list; list++)
		print_record(keyword, *list, NULL);
}

static void print_scheduler(const struct ktstr_scheduler *scheduler, const char *const *extra_args)
{
	print_record("scheduler", scheduler->name, scheduler->binary);
	print_list("built-from", scheduler->built_from);
	print_list("sched-arg", scheduler->args);
	print_list("sched-arg", extra_args);
	if (scheduler->cgroup_parent)
		print_record("cgroup-parent", scheduler->cgroup_parent, NULL);
	if (scheduler->cgroup_controllers && *scheduler->cgroup_controllers) {
		fputs("cgroup-controllers", stdout);
		for (const char *const *name = scheduler->cgroup_controllers; *name; name++)
			print_field(*name);
		putchar('\n');
	}
	if (scheduler->config_file)
		print_config("config-file", scheduler->config_file, NULL,
			     scheduler->config_file_args);
	if (scheduler->config_content)
		print_config("config-content", scheduler->config_content->name,
			     scheduler->config_content->text, scheduler->config_content->args);
	print_list("enable", scheduler->enable);
	print_list("disable", scheduler->disable);
	if (scheduler->enabled_when.file)
		print_record("enabled-when", scheduler->enabled_when.file,
			     scheduler->enabled_when.value);
	for (const struct ktstr_sysctl *s = scheduler->sysctls; s && s->key; s++)
		print_record("sysctl", s->key, s->value);
}

static int or_default(int given, int standard)
{
	return given ? given : standard;
}

struct ktstr_topology ktstr_topology(const struct ktstr_test *test)
{
	return (struct ktstr_topology){
		.numa_nodes = or_default(test->topology.numa_nodes, 1),
		.llcs = or_default(test->topology.llcs, 1),
		.cores_per_llc = or_default(test->topology.cores_per_llc, 2),
		.threads_per_core = or_default(test->topology.threads_per_core, 1),
	};
}

void ktstr_format_topology(const struct ktstr_test *test, char label[KTSTR_LABEL_SIZE])
{
	struct ktstr_topology t = ktstr_topology(test);

	snprintf(label, KTSTR_LABEL_SIZE, "%dn%dl%dc%dt", t.numa_nodes, t.llcs, t.cores_per_llc,
		 t.threads_per_core);
}

void ktstr_print_definition(const struct ktstr_test *test)
{
	static const struct ktstr_scheduler kernels_own = { .name = "eevdf" };
	const struct ktstr_scheduler *scheduler = test->scheduler ? test->scheduler : &kernels_own;
	char topology[KTSTR_LABEL_SIZE];

	ktstr_format_topology(test, topology);
	print_record("test", test->name, NULL);
	print_scheduler(scheduler, test->extra_sched_args);
	if (test->workload_root_cgroup)
		print_record("workload-root-cgroup", test->workload_root_cgroup, NULL);
	print_record("topology", topology, NULL);
	if (test->kernel_min)
		print_record("kernel", test->kernel_min, test->kernel_max);
	print_list("kernel-arg", test->kernel_args);
	printf("duration %d\nwatchdog %d\n", test->duration_s, test->watchdog_s);
	print_list("include", scheduler->include_files);
	print_list("include", test->include_files);
	print_list("include-dir", scheduler->include_dirs);
	print_list("include-dir", test->include_dirs);
	print_list("run-arg", test->run_args);
	if (test->no_run_args)
		puts("run-args none");
	if (test->host_only)
		puts("host-only");
	for (const struct ktstr_bpf_map_write *w = test->bpf_map_write; w && w->map; w++) {
		fputs("bpf-map-write", stdout);
		print_field(w->map);
		printf(" %llu %llu\n", w->offset, w->value);
	}
	if (test->attaches_schedulers)
		puts("attaches-schedulers");
	if (test->expect_scheduler_error)
		print_record("expect-scheduler-error", test->expect_scheduler_error, NULL);
	if (test->drops_root)
		puts("drops-root");
	if (test->about)
		print_record("about", test->about, NULL);
	if (test->contact)
		print_record("contact", test->contact, NULL);
}
