/* gzip.c - fuzzes compression: what zlib makes of it again, and that threads change no byte
 *
 * An input: level, threads, how often the rest is taken, sizes of pieces in KiB, the rest.
 */
#include "archive/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"

enum { PIECES = 4, MOST = 700 * 1000 }; /* bytes to compress: several blocks of each engine */

/* The rest, over and over, each time with one byte changed. Returns what it is, to be freed. */
static uint8_t *unfold(const struct input *input, size_t times, size_t *size)
{
	size_t length = (size_t)(input->end - input->at);
	uint8_t *bytes;

	*size = length * times;
	if (*size > MOST)
		*size = MOST;
	bytes = malloc(*size + 1);
	REQUIRE(bytes);
	for (size_t at = 0; at < *size; at += length) {
		size_t n = length < *size - at ? length : *size - at;

		memcpy(bytes + at, input->at, n);
		bytes[at + at / 7 % n] ^= (uint8_t)(at / length);
	}
	return bytes;
}

static void compress_pieces(struct keeper *to, const struct engine *engine, int level,
			    unsigned int threads, const uint8_t *bytes, size_t size,
			    const uint8_t *pieces)
{
	struct sink *gzip = gzip_open(&to->sink, engine, level, threads);

	REQUIRE(gzip);
	for (size_t i = 0; size; i = (i + 1) % PIECES) {
		size_t n = pieces[i] ? (size_t)pieces[i] * 1021 : size;

		n = n < size ? n : size;
		REQUIRE(!gzip->write(gzip, bytes, n));
		bytes += n;
		size -= n;
	}
	REQUIRE(!gzip_close(gzip, true));
}

/* All members, and nothing after them, inflate to these bytes. */
static void check_inflated(const struct keeper *packed, const uint8_t *bytes, size_t size)
{
	z_stream stream = { .next_in = packed->bytes, .avail_in = (uInt)packed->size };
	uint8_t *out = malloc(size + 1);
	int status;

	REQUIRE(out);
	REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
	stream.next_out = out;
	stream.avail_out = (uInt)size + 1;
	do {
		status = inflate(&stream, Z_FINISH);
		REQUIRE(status == Z_STREAM_END);
		if (stream.avail_in)
			REQUIRE(inflateReset(&stream) == Z_OK);
	} while (stream.avail_in);
	REQUIRE(stream.avail_out == 1);
	REQUIRE(!memcmp(out, bytes, size));
	inflateEnd(&stream);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	int level = 1 + take_byte(&input) % 9;
	unsigned int threads = 2 + take_byte(&input) % 2;
	size_t times = 1 + take_half(&input) % 2048, unfolded;
	uint8_t pieces[PIECES], *bytes;

	for (int i = 0; i < PIECES; i++)
		pieces[i] = take_byte(&input);
	bytes = unfold(&input, times, &unfolded);
	for (size_t i = 0; engines[i]; i++) {
		struct keeper one = { .sink.write = keep }, more = { .sink.write = keep };

		compress_pieces(&one, engines[i], level, 1, bytes, unfolded,
				(uint8_t[PIECES]){ 0 });
		compress_pieces(&more, engines[i], level, threads, bytes, unfolded, pieces);
		REQUIRE(one.size == more.size && !memcmp(one.bytes, more.bytes, one.size));
		check_inflated(&one, bytes, unfolded);
		free(one.bytes);
		free(more.bytes);
	}
	take_messages(false);
	free(bytes);
	return 0;
}
