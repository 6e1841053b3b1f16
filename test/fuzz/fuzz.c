/* fuzz.c - what every fuzzing target is made of */
#include "fuzz.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/quote.h"

static FILE *standard_error;
static char messages[256 * 1024];
static size_t messages_size;

static ssize_t keep_message(void *cookie, const char *bytes, size_t size)
{
	(void)cookie;
	if (size >= sizeof(messages) - messages_size)
		abort();
	memcpy(messages + messages_size, bytes, size);
	messages_size += size;
	return (ssize_t)size;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer declares it so */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		abort();
	/* libFuzzer and the sanitizers have the old one, or its descriptor, by now */
	standard_error = stderr;
	stderr = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = keep_message });
	if (!stderr)
		abort();
	return 0;
}

void require_failed(const char *file, int line, const char *condition)
{
	fprintf(standard_error, "%s:%d: does not hold: %s\n", file, line, condition);
	if (messages_size)
		fprintf(standard_error, "messages: %.*s\n", (int)messages_size, messages);
	fflush(standard_error);
	abort();
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

const char *take_messages(bool failed)
{
	size_t prefix = strlen(program_invocation_short_name);

	fflush(stderr);
	messages[messages_size] = '\0';
	REQUIRE(failed == (messages_size > 0));
	REQUIRE(strlen(messages) == messages_size);
	REQUIRE(mbstowcs(NULL, messages, 0) != (size_t)-1);
	for (const char *line = messages, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		REQUIRE(end);
		REQUIRE(!strncmp(line, program_invocation_short_name, prefix) &&
			!strncmp(line + prefix, ": ", 2));
		for (const char *p = line; p < end; p++)
			REQUIRE(!is_control((unsigned char)*p));
	}
	messages_size = 0;
	return messages;
}

int memory_file(const void *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, (off_t)size));
	REQUIRE(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	return fd;
}

uint8_t take_byte(struct input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

uint16_t take_half(struct input *input)
{
	uint8_t low = take_byte(input);

	return (uint16_t)(low | take_byte(input) << 8);
}

int give_in_pieces(struct sink *to, const void *bytes, size_t size, const uint8_t *sizes,
		   size_t nsizes)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; size; i = (i + 1) % nsizes) {
		size_t n = sizes[i] && sizes[i] < size ? sizes[i] : size;
		uint8_t *piece = malloc(n); /* of its size, so that a read past its end is seen */
		int failed;

		if (!piece)
			abort();
		memcpy(piece, p, n);
		failed = to->write(to, piece, n);
		free(piece);
		if (failed)
			return failed;
		p += n;
		size -= n;
	}
	return 0;
}

int keep(struct sink *sink, const void *bytes, size_t size)
{
	struct keeper *keeper = (struct keeper *)sink;

	if (!size)
		return 0;
	if (size > keeper->room - keeper->size) {
		keeper->room = 2 * (keeper->size + size);
		keeper->bytes = realloc(keeper->bytes, keeper->room);
		if (!keeper->bytes)
			abort();
	}
	memcpy(keeper->bytes + keeper->size, bytes, size);
	keeper->size += size;
	return 0;
}

struct output *open_memory_output(void)
{
	static struct output out;

	output_open(&out, -1, "memory");
	return &out;
}

/* Reads '...' or $'...' at *text as bash does. Returns the end of what was put at to. */
static char *read_quotes(const char **text, char *to)
{
	const char *p = *text;
	bool escapes = *p == '$';

	p += escapes ? 2 : 1;
	while (*p != '\'') {
		REQUIRE(*p);
		if (!escapes || *p != '\\') {
			*to++ = *p++;
			continue;
		}
		p++;
		if (*p == '\\' || *p == '\'') {
			*to++ = *p++;
			continue;
		}
		REQUIRE(p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' &&
			p[2] <= '7');
		*to++ = (char)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
		p += 3;
	}
	*text = p + 1;
	return to;
}

/* Reads a word as bash does, which must have nothing that is not quoted and special. */
static void read_word(const char *word, char *text)
{
	static const char plain[] = "%+,-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				    "abcdefghijklmnopqrstuvwxyz";

	REQUIRE(*word);
	while (*word) {
		if (*word == '\'' || (word[0] == '$' && word[1] == '\'')) {
			text = read_quotes(&word, text);
		} else if (*word == '\\') {
			REQUIRE(word[1] == '\'');
			*text++ = word[1];
			word += 2;
		} else {
			REQUIRE(strchr(plain, *word));
			*text++ = *word++;
		}
	}
	*text = '\0';
}

void require_quotable(const char *text)
{
	char *word = quote_shell(text), *again;

	REQUIRE(word);
	again = malloc(strlen(word) + 1);
	REQUIRE(again);
	for (const char *p = word; *p; p++)
		REQUIRE(*p >= ' ' && *p <= '~');
	read_word(word, again);
	REQUIRE(!strcmp(again, text));
	free(again);
	free(word);
}

bool same_entries(const struct entries *a, const struct entries *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct entry *x = &a->items[i], *y = &b->items[i];

		if (strcmp(x->keyword, y->keyword) || x->fields.count != y->fields.count)
			return false;
		for (size_t j = 0; j < x->fields.count; j++)
			if (strcmp(x->fields.items[j], y->fields.items[j]))
				return false;
	}
	return true;
}
