/* evidence.c - fuzzes evidence: archives and texts of results, and every format they are printed in
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz.h"
#include "results/column.h"
#include "results/evidence.h"
#include "results/print.h"
#include "results/print_comparison.h"

enum { MOST = 15 * 1024, PRINTED_MOST = 512 * 1024 * 1024 };

/* Reads what fd has from its beginning. One problem is one line, and no result. */
static int read_evidence(int fd, struct results *results)
{
	const char *messages;
	int failed;

	REQUIRE(fd >= 0 && !lseek(fd, 0, SEEK_SET));
	failed = evidence_read_file(fd, "file", results);
	messages = take_messages(failed);
	REQUIRE(!failed || strchr(messages, '\n') == messages + strlen(messages) - 1);
	REQUIRE(failed ? !results->count : results->count > 0);
	return failed;
}

/* What was printed, as a text that ends with a NUL byte. The caller frees it. */
static char *printed_text(struct output *out)
{
	char *text;
	size_t size;
	int fd = dup(out->fd);

	REQUIRE(fd >= 0 && !output_close(out) && !lseek(fd, 0, SEEK_SET));
	REQUIRE(!read_all(fd, PRINTED_MOST, &text, &size));
	REQUIRE(strlen(text) == size);
	close(fd);
	return text;
}

static struct output *open_output(void)
{
	static struct output out;

	output_open(&out, memfd_create("output", MFD_CLOEXEC), "output");
	REQUIRE(out.fd >= 0);
	return &out;
}

/* Each text has only lines that a terminal shows as they are, apart from the tabs of tsv. */
static char *plain_text(struct output *out)
{
	char *text = printed_text(out);

	REQUIRE(mbstowcs(NULL, text, 0) != (size_t)-1);
	for (const char *p = text; *p; p++)
		REQUIRE(*p == '\n' || *p == '\t' || ((unsigned char)*p >= ' ' && *p != 0x7f));
	REQUIRE(!*text || text[strlen(text) - 1] == '\n');
	return text;
}

static size_t count_char(const char *text, char c)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == c;
	return count;
}

/* --- a plain reader of JSON, RFC 8259 --- */

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \n");
}

static const char *skip_string(const char *p)
{
	REQUIRE(*p == '"');
	for (p++; *p != '"'; p++) {
		REQUIRE((unsigned char)*p >= ' ');
		if (*p != '\\')
			continue;
		p++;
		REQUIRE(*p && strchr("\"\\u", *p));
		if (*p == 'u') {
			REQUIRE(strspn(p + 1, "0123456789abcdef") >= 4);
			p += 4;
		}
	}
	return p + 1;
}

static const char *skip_digits(const char *p)
{
	REQUIRE(*p >= '0' && *p <= '9');
	return p + strspn(p, "0123456789");
}

static const char *skip_number(const char *p)
{
	p += *p == '-';
	REQUIRE(*p != '0' || p[1] < '0' || p[1] > '9');
	p = skip_digits(p);
	if (*p == '.')
		p = skip_digits(p + 1);
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		p = skip_digits(p);
	}
	return p;
}

/* NOLINTNEXTLINE(misc-no-recursion): three levels, as the program prints no more */
static const char *skip_value(const char *p, int depth)
{
	char end;

	REQUIRE(depth <= 5);
	if (*p == '"')
		return skip_string(p);
	if (!strncmp(p, "null", 4))
		return p + 4;
	if (*p != '[' && *p != '{')
		return skip_number(p);
	end = *p == '[' ? ']' : '}';
	p = skip_blanks(p + 1);
	while (*p != end) {
		if (end == '}') {
			p = skip_blanks(skip_string(p));
			REQUIRE(*p == ':');
			p = skip_blanks(p + 1);
		}
		p = skip_blanks(skip_value(p, depth + 1));
		REQUIRE(*p == ',' || *p == end);
		if (*p == ',') {
			p = skip_blanks(p + 1);
			REQUIRE(*p != end);
		}
	}
	return p + 1;
}

static void check_json(const struct results *results, const struct columns *columns)
{
	struct output *out = open_output();
	char *text;

	REQUIRE(!print_json(out, results, columns));
	text = plain_text(out);
	REQUIRE(!*skip_blanks(skip_value(text, 0)));
	free(text);
}

/* Each result is a line, with as many tabs in each. */
static void check_tables(const struct results *results, const struct columns *columns)
{
	struct output *out = open_output();
	char *text;

	REQUIRE(!print_table(out, results, columns, true));
	text = plain_text(out);
	REQUIRE(count_char(text, '\n') == results->count + 1 && !count_char(text, '\t'));
	free(text);
	out = open_output();
	REQUIRE(!print_tsv(out, results, columns, true));
	text = plain_text(out);
	REQUIRE(count_char(text, '\n') == results->count + 1);
	REQUIRE(count_char(text, '\t') == (results->count + 1) * (columns->count - 1));
	free(text);
}

/* Each test has its line, and what is no test is a diagnostic. */
static void check_ktap(const struct results *results)
{
	struct output *out = open_output();
	size_t tests = 0;
	char *text;

	REQUIRE(!print_ktap(out, results));
	text = plain_text(out);
	for (const char *line = strchr(strchr(text, '\n') + 1, '\n') + 1; *line;
	     line = strchr(line, '\n') + 1) {
		if (*line == '#')
			continue;
		REQUIRE(!strncmp(line, "ok ", 3) || !strncmp(line, "not ok ", 7));
		tests++;
	}
	REQUIRE(tests == results->count);
	free(text);
}

/* What is counted adds up. The same results twice differ in nothing. */
static void check_counts(const struct results *results, const struct column *column)
{
	struct output *out = open_output();
	unsigned long sum = 0;
	char *text;

	REQUIRE(!print_groups(out, results, column));
	text = plain_text(out);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		sum += strtoul(line, NULL, 10);
	REQUIRE(sum == results->count);
	free(text);
	out = open_output();
	REQUIRE(!print_differences(out, results));
	text = plain_text(out);
	REQUIRE(results->count > 1 || !*text);
	free(text);
}

/* The texts of the results are read as the same results. */
static void check_records(const struct results *results)
{
	struct results again = { 0 };
	struct output *out = open_output();
	int fd = dup(out->fd);

	REQUIRE(!print_records(out, results) && !output_close(out));
	REQUIRE(!read_evidence(fd, &again) && again.count == results->count);
	for (size_t i = 0; i < again.count; i++)
		REQUIRE(same_entries(&again.items[i].records, &results->items[i].records));
	results_free(&again);
}

/* Every second result is of B. Each test that both have is compared, and each p is a probability.
 */
static void check_comparison(struct results *results)
{
	struct comparison comparison = { 0 };
	const struct directions directions = { 0 };
	struct operands operands = { 0 };
	struct sides sides = { 0 };
	struct output *out;
	char *text;

	for (size_t i = 0; i < results->count; i++)
		results->items[i].side = i % 2;
	operands.separators = operands.before = 1;
	REQUIRE(!operands_add(&operands, "A") && !operands_add(&operands, "B"));
	REQUIRE(!sides_make(results, &operands, &sides) && sides.count == SIDES);
	take_messages(compare(&sides, &directions, &comparison));
	for (size_t i = 0; i < comparison.ntests; i++) {
		const struct test_comparison *test = &comparison.tests[i];

		REQUIRE(test->verdict.p >= 0 && test->verdict.p <= 1);
		for (size_t k = 0; k < test->nmetrics; k++)
			REQUIRE(test->metrics[k].test.p >= 0 && test->metrics[k].test.p <= 1);
	}
	out = open_output();
	print_comparison(out, &comparison);
	free(plain_text(out));
	out = open_output();
	print_comparison_tsv(out, &comparison, true);
	free(plain_text(out));
	out = open_output();
	print_comparison_json(out, &comparison);
	text = plain_text(out);
	REQUIRE(!*skip_blanks(skip_value(text, 0)));
	free(text);
	comparison_free(&comparison);
	sides_free(&sides);
	operands_free(&operands);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "host", "verdict", "metrics", "topology:found",
					     "x-a" };
	struct results results = { 0 };
	struct columns columns = { 0 }, none = { 0 };

	if (size > MOST)
		return 0;
	if (read_evidence(dup(memory_file(data, size)), &results)) {
		results_free(&results);
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		REQUIRE(!columns_add(&columns, names[i]));
	for (size_t i = 0; i < results.count; i++)
		REQUIRE(*result_value(&results.items[i], "test", 0));
	check_tables(&results, &columns);
	check_json(&results, &none);
	check_json(&results, &columns);
	check_ktap(&results);
	check_counts(&results, &columns.items[2]);
	check_records(&results);
	check_comparison(&results);
	columns_free(&columns);
	results_free(&results);
	return 0;
}
