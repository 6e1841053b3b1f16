/* imported.c - what the header of a .run says of its test */
#include "imported.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "registry/definition.h"
#include "registry/value.h"

static const struct record_rule *find_rule(const char *keyword)
{
	for (const struct record_rule *rule = definition_rules; rule->keyword; rule++)
		if (!strcmp(rule->keyword, keyword))
			return rule;
	return NULL;
}

static int check(const struct imported *test, size_t line, const char *what, const char *keyword,
		 char *const *fields)
{
	const struct record_rule *rule = find_rule(keyword);
	const char *problem;

	if (!rule)
		return report(EBADMSG, "%s:%zu: %s: this version's definitions have no record %s",
			      test->source, line, what, keyword);
	problem = rule->problem ? rule->problem(fields) : NULL;
	return problem ? report(EBADMSG, "%s:%zu: %s: %s: %s", test->source, line, what, problem,
				fields[0])
		       : 0;
}

int imported_add(struct imported *test, size_t line, const char *what, const char *keyword,
		 char *const *fields)
{
	if (check(test, line, what, keyword, fields))
		return -1;
	return entries_add_fields(&test->records, line, keyword, fields)
		       ? report_errno("%s", test->source)
		       : 0;
}

int imported_add_word(struct imported *test, size_t line, const char *what, const char *keyword,
		      const char *word)
{
	char *const fields[] = { (char *)word, NULL };

	return imported_add(test, line, what, keyword, fields);
}

int imported_name(struct imported *test, size_t line, const char *what, const char *name)
{
	char *const fields[] = { (char *)name, NULL };

	if (check(test, line, what, "test", fields))
		return -1;
	test->name = strdup(name);
	return test->name ? 0 : report_errno("%s", test->source);
}

int imported_add_topology(struct imported *test, size_t line, const char *numa_nodes,
			  const char *llcs, const char *cores, const char *threads)
{
	char *label;
	int failed;

	if (asprintf(&label, "%sn%sl%sc%st", numa_nodes, llcs, cores, threads) < 0)
		return report_errno("%s", test->source);
	failed = imported_add_word(test, line, "the topology of the NEED_ values", "topology",
				   label);
	free(label);
	return failed;
}

bool imported_is_file_name(const char *name)
{
	char *const fields[] = { (char *)name, NULL };

	return !strchr(name, '/') && !archive_name_problem(fields);
}

void imported_free(struct imported *test)
{
	free(test->name);
	free(test->scheduler);
	free(test->test_program);
	free(test->scheduler_program);
	entries_free(&test->records);
	strings_free(&test->comments);
	*test = (struct imported){ 0 };
}
