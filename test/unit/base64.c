/*
 * base64.c - compares the kernels of base64 with a plain implementation, and with each other
 *
 *   base64 check [all]              all: each length to 4096 with each width to 200, not a
 * selection base64 encode KERNEL COLUMNS    standard input to standard output, as ktstr-b64 with
 * that kernel base64 decode KERNEL
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/base64.h"
#include "archive/base64_kernel.h"
#include "base/file.h"
#include "base/output.h"

enum {
	LENGTHS = 4096, /* checked with each width, 0 to WIDTHS */
	WIDTHS = 200,
	MOST = 600 * 1000,   /* bytes of what is split at random: more than is written at once */
	TEXT = 2 * MOST,     /* room for that as text, with lines of 4 columns or more */
	PLACE = TEXT + 4096, /* of memory that ends where nothing can be read or written */
};

static const struct base64_kernel *kernel;
static unsigned char data[MOST];
static char plain[MOST / 3 * 4 + 8];
static unsigned char *input_end, *output_end;
static int messages; /* standard error, as a file */

/* Keeps what it is given. */
struct keeper {
	struct sink sink;
	size_t size;
	unsigned char bytes[TEXT];
};

static int keep(struct sink *sink, const void *bytes, size_t size)
{
	struct keeper *keeper = (struct keeper *)sink;

	if (size > sizeof(keeper->bytes) - keeper->size)
		abort();
	memcpy(keeper->bytes + keeper->size, bytes, size);
	keeper->size += size;
	return 0;
}

static struct keeper kept = { .sink.write = keep }, scalar_kept = { .sink.write = keep };

static uint32_t random_below(uint32_t limit)
{
	static uint64_t state = 88172645463325252; /* xorshift: the same numbers on each run */

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 32) % limit);
}

__attribute__((format(printf, 1, 2), noreturn)) static void fail(const char *format, ...)
{
	va_list args;

	printf("%s: ", kernel->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(1);
}

/* Returns the end of PLACE bytes before a page that cannot be accessed. */
static unsigned char *guarded(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (PLACE + page - 1) / page * page;
	unsigned char *p =
		mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + size, page, PROT_NONE)) {
		perror("base64: memory");
		exit(1);
	}
	return p + size;
}

/* --- base64 as the RFC tells it: bit by bit --- */

static size_t plainly_encode(char *text, const unsigned char *bytes, size_t size)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t bits = 0, n = 0;

	for (; bits < 8 * size; bits += 6) {
		unsigned int value = 0;

		for (size_t i = bits; i < bits + 6; i++)
			value = 2 * value + (i < 8 * size && bytes[i / 8] >> (7 - i % 8) & 1);
		text[n++] = letters[value];
	}
	while (n % 4)
		text[n++] = '=';
	return n;
}

/* The text of the first size bytes of data, of which plain has that of whole groups. */
static size_t expected_text(char *text, size_t size, size_t columns)
{
	char characters[4];
	size_t n = 0, count = size / 3 * 4, end = 0;

	if (size % 3)
		end = plainly_encode(characters, data + size / 3 * 3, size % 3);
	for (size_t i = 0; i < count + end; i++) {
		const char *from = i < count ? plain + i : characters + (i - count);

		text[n++] = *from;
		if (columns && ((i + 1) % columns == 0 || i + 1 == count + end))
			text[n++] = '\n';
	}
	return n;
}

/* --- the streams --- */

/* Gives bytes to sink, in pieces of random sizes where most is not 0. Returns what it returns. */
static int give(struct sink *sink, const void *bytes, size_t size, uint32_t most)
{
	const unsigned char *p = bytes;

	while (size) {
		size_t n = most ? random_below(most + 1) : size;

		n = n < size ? n : size;
		memcpy(input_end - n, p, n);
		if (sink->write(sink, input_end - n, n))
			return -1;
		p += n;
		size -= n;
	}
	return 0;
}

/* Into kept. */
static void encode(size_t size, size_t columns, uint32_t most)
{
	struct base64_encoder encoder;

	kept.size = 0;
	base64_encode_open(&encoder, &kept.sink, columns);
	encoder.kernel = kernel;
	if (give(&encoder.sink, data, size, most) || base64_encode_close(&encoder))
		fail("encoding %zu bytes: failed", size);
}

/* Into to, with a kernel. Returns 0 or -1; *offset is that of the first byte that was not taken. */
static int decode(struct keeper *to, const struct base64_kernel *with, const void *text,
		  size_t size, uint32_t most, uint64_t *offset)
{
	struct base64_decoder decoder;
	int failed;

	to->size = 0;
	base64_decode_open(&decoder, &to->sink, "text", false);
	decoder.kernel = with;
	failed = give(&decoder.sink, text, size, most);
	*offset = decoder.offset - (failed ? 1 : 0);
	return failed || base64_decode_close(&decoder) ? -1 : 0;
}

static void check_both_ways(size_t size, size_t columns, uint32_t most)
{
	static char text[TEXT];
	size_t n = expected_text(text, size, columns);
	uint64_t offset;

	encode(size, columns, most);
	if (kept.size != n || memcmp(kept.bytes, text, n))
		fail("encoding %zu bytes, %zu columns, pieces of %u: other text", size, columns,
		     most);
	if (decode(&kept, kernel, text, n, most, &offset))
		fail("decoding %zu bytes, %zu columns, pieces of %u: failed", size, columns, most);
	if (kept.size != size || memcmp(kept.bytes, data, size))
		fail("decoding %zu bytes, %zu columns, pieces of %u: other bytes", size, columns,
		     most);
}

static void check_selection(void)
{
	for (size_t size = 0; size <= LENGTHS; size++) {
		check_both_ways(size, 0, 0);
		check_both_ways(size, 76, 0);
		check_both_ways(size, random_below(WIDTHS + 1), 0);
	}
	for (size_t columns = 0; columns <= WIDTHS; columns++) {
		for (size_t lines = 1; lines <= 4; lines++)
			for (size_t i = 0; i < 5; i++)
				check_both_ways(lines * columns * 3 / 4 + i, columns, 0);
		check_both_ways(LENGTHS, columns, 0);
	}
}

static void check_all(void)
{
	for (size_t size = 0; size <= LENGTHS; size++)
		for (size_t columns = 0; columns <= WIDTHS; columns++)
			check_both_ways(size, columns, 0);
}

static void check_splits(void)
{
	static const size_t wide[] = { 0, 4, 75, 76, 77, 1000, 200000, SIZE_MAX - 3, SIZE_MAX };

	for (int i = 0; i < 3000; i++)
		check_both_ways(random_below(LENGTHS + 1), random_below(WIDTHS + 1),
				1 + random_below(1 + random_below(LENGTHS)));
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		check_both_ways(MOST - i, wide[i], 0);
		check_both_ways(MOST - i, wide[i], 1 + random_below(MOST));
	}
}

/* What was written to standard error since the last call. */
static void take_messages(char *text, size_t room)
{
	ssize_t n = pread(messages, text, room - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	if (n < 0 || ftruncate(messages, 0) || lseek(messages, 0, SEEK_SET))
		fail("messages: cannot be read");
}

/* A byte that is no base64: where it is, is known. */
static void check_garbage(void)
{
	static char text[TEXT];

	for (int i = 0; i < 3000; i++) {
		size_t size = 1 + random_below(1000), columns = random_below(WIDTHS + 1);
		size_t n = expected_text(text, size, columns), at = random_below((uint32_t)n);
		size_t before = 0;
		char message[200], expected[80];
		uint64_t offset;

		do
			text[at] = (char)random_below(256);
		while (text[at] == '\n' || text[at] == '=' || memchr(plain, text[at], 4000));
		for (size_t j = 0; j < at; j++)
			before += text[j] != '\n';
		if (!decode(&kept, kernel, text, n, random_below(2) ? random_below(200) : 0,
			    &offset))
			fail("byte %zu of %zu is wrong: not seen", at, n);
		take_messages(message, sizeof(message));
		snprintf(expected, sizeof(expected),
			 "%s: text: byte %zu: not base64: ", program_invocation_short_name, at);
		if (strncmp(message, expected, strlen(expected)))
			fail("byte %zu of %zu is wrong: %s", at, n, message);
		if (before / 4 * 3 < size && kept.size != before / 4 * 3)
			fail("byte %zu of %zu is wrong: %zu bytes before it", at, n, kept.size);
		if (memcmp(kept.bytes, data, kept.size < size ? kept.size : size))
			fail("byte %zu of %zu is wrong: other bytes before it", at, n);
	}
}

/* Whatever is done to the text, a kernel makes of it what the scalar one makes. */
static void check_damage(void)
{
	static const char some[] = "\n=A/+z0 \r\n\n==";
	static char text[TEXT];

	for (int i = 0; i < 5000; i++) {
		size_t columns = random_below(WIDTHS + 1);
		size_t n = expected_text(text, 1 + random_below(1000), columns);
		char message[200], scalar_message[200];
		uint64_t offset, scalar_offset;
		int failed, scalar_failed;

		for (uint32_t j = 1 + random_below(3); j; j--) {
			size_t at = random_below((uint32_t)n);

			if (random_below(2)) {
				text[at] = some[random_below(sizeof(some) - 1)];
			} else if (random_below(2)) {
				memmove(text + at + 1, text + at, n++ - at);
				text[at] = some[random_below(sizeof(some) - 1)];
			} else if (n > 1) {
				memmove(text + at, text + at + 1, --n - at);
			}
		}
		scalar_failed = decode(&scalar_kept, &base64_scalar, text, n, 0, &scalar_offset);
		take_messages(scalar_message, sizeof(scalar_message));
		failed = decode(&kept, kernel, text, n, random_below(2) ? random_below(200) : 0,
				&offset);
		take_messages(message, sizeof(message));
		if (failed != scalar_failed || offset != scalar_offset ||
		    strcmp(message, scalar_message))
			fail("%.*s\nis damaged: %s\nscalar: %s", (int)n, text, message,
			     scalar_message);
		if (kept.size != scalar_kept.size ||
		    memcmp(kept.bytes, scalar_kept.bytes, kept.size))
			fail("%.*s\nis damaged: other bytes than scalar", (int)n, text);
	}
}

/* --- the loops by themselves: what they read and write lies before what cannot be accessed
 * --- */

static void check_bounds(void)
{
	for (size_t size = 0; size <= 600; size++) {
		unsigned char *in = input_end - size;
		unsigned char *out = output_end - BASE64_SLACK - size / 3 * 4;
		size_t n;

		memcpy(in, data, size);
		n = kernel->encode((char *)out, in, size);
		if (n % 3 || n > size || memcmp(out, plain, n / 3 * 4))
			fail("encode: %zu of %zu bytes", n, size);
		memcpy(in, plain, size);
		out = output_end - BASE64_SLACK - size / 4 * 3;
		n = kernel->decode(out, in, size);
		if (n % 4 || n > size || memcmp(out, data, n / 4 * 3))
			fail("decode: %zu of %zu characters", n, size);
		for (size_t columns = 4; columns <= WIDTHS; columns += 4) {
			size_t lines = size / (columns / 4 * 3);

			memcpy(in, data, size);
			out = output_end - BASE64_SLACK - lines * (columns + 1);
			n = kernel->encode_lines((char *)out, in, size, columns);
			if (n > lines)
				fail("encode_lines: %zu lines of %zu", n, lines);
			lines = size / (columns + 1);
			expected_text((char *)in, lines * columns / 4 * 3, columns);
			memset(in + lines * (columns + 1), 'A', size % (columns + 1));
			out = output_end - BASE64_SLACK - lines * (columns / 4 * 3);
			n = kernel->decode_lines(out, in, size, columns);
			if (n > lines || memcmp(out, data, n * (columns / 4 * 3)))
				fail("decode_lines: %zu lines of %zu", n, lines);
		}
	}
}

/* A kernel is of no use where the scalar one does it all. */
static void check_progress(void)
{
	char *text = (char *)output_end - PLACE;

	memcpy(input_end - 3000, data, 3000);
	if (kernel->encode(text, input_end - 3000, 3000) < 2900 ||
	    kernel->encode_lines(text, input_end - 3000, 3000, 76) < 50)
		fail("encodes nearly nothing");
	if (kernel->decode(output_end - PLACE, (const unsigned char *)plain, 4000) < 3900)
		fail("decodes nearly nothing");
	expected_text((char *)input_end - 770, 570, 76);
	if (kernel->decode_lines(output_end - PLACE, input_end - 770, 770, 76) < 10)
		fail("decodes nearly no lines");
}

static size_t lines_counted;

static size_t count_lines(unsigned char *bytes, const unsigned char *text, size_t size,
			  size_t columns)
{
	size_t lines = base64_scalar.decode_lines(bytes, text, size, columns);

	lines_counted += lines;
	return lines;
}

/* Text in lines is decoded by lines: of each piece, all but those that are not in it as a whole. */
static void check_lines(void)
{
	static struct base64_kernel counting;
	static char text[TEXT];
	const size_t size = 57000, pieces[] = { 0, 7700, 1000 }, least[] = { 999, 999, 850 };

	counting = base64_scalar;
	counting.decode_lines = count_lines;
	kernel = &counting;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = expected_text(text, size, 76);
		struct base64_decoder decoder;

		lines_counted = kept.size = 0;
		base64_decode_open(&decoder, &kept.sink, "text", false);
		decoder.kernel = &counting;
		for (size_t at = 0, piece; at < n; at += piece) {
			piece = pieces[i] && pieces[i] < n - at ? pieces[i] : n - at;
			if (decoder.sink.write(&decoder.sink, text + at, piece))
				fail("lines: not decoded");
		}
		if (base64_decode_close(&decoder) || memcmp(kept.bytes, data, size))
			fail("lines: other bytes");
		if (lines_counted < least[i])
			fail("lines: %zu of 1000, with pieces of %zu", lines_counted, pieces[i]);
	}
}

static int check(bool all)
{
	messages = memfd_create("messages", 0);
	if (messages < 0 || dup2(messages, STDERR_FILENO) < 0) {
		perror("base64: messages");
		return 1;
	}
	input_end = guarded();
	output_end = guarded();
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)random_below(256);
	plainly_encode(plain, data, sizeof(data));
	check_lines();
	for (size_t i = 0; base64_kernels[i]; i++) {
		kernel = base64_kernels[i];
		if (!kernel->usable()) {
			printf("%s: not on this CPU\n", kernel->name);
			continue;
		}
		check_bounds();
		check_progress();
		if (all)
			check_all();
		else
			check_selection();
		check_splits();
		check_garbage();
		check_damage();
		printf("%s: ok\n", kernel->name);
		fflush(stdout);
	}
	return 0;
}

/* --- a kernel as a filter, to measure it --- */

static int filter(const char *direction, const char *name, const char *columns)
{
	static char buffer[128 * 1024];
	static struct output out;
	struct base64_encoder encoder;
	struct base64_decoder decoder;
	bool decoding = !strcmp(direction, "decode");
	struct sink *to;
	size_t i = 0;
	ssize_t n;

	while (base64_kernels[i] && strcmp(base64_kernels[i]->name, name))
		i++;
	if (!base64_kernels[i] || !base64_kernels[i]->usable()) {
		fprintf(stderr, "base64: not on this CPU: %s\n", name);
		return 1;
	}
	output_open(&out, STDOUT_FILENO, "standard output");
	base64_encode_open(&encoder, &out.sink, columns ? strtoul(columns, NULL, 10) : 0);
	base64_decode_open(&decoder, &out.sink, "standard input", false);
	encoder.kernel = decoder.kernel = base64_kernels[i];
	to = decoding ? &decoder.sink : &encoder.sink;
	while ((n = read_full(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		if (to->write(to, buffer, (size_t)n))
			return 1;
	if (n || (decoding ? base64_decode_close(&decoder) : base64_encode_close(&encoder)))
		return 1;
	return output_close(&out) ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "check"))
		return check(argc > 2 && !strcmp(argv[2], "all"));
	if (argc > 2 && (!strcmp(argv[1], "encode") || !strcmp(argv[1], "decode")))
		return filter(argv[1], argv[2], argc > 3 ? argv[3] : NULL);
	fputs("usage: base64 check [all] | encode KERNEL COLUMNS | decode KERNEL\n", stderr);
	return 64;
}
