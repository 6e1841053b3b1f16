/* base64.c - fuzzes base64, both ways, in pieces, by each kernel, beside a plain implementation
 *
 * An input: how (bit 0: encode the rest, damage and decode that; else decode the rest; bit 1: skip
 * what is no base64), columns, four sizes of pieces, four places to damage with the byte to put
 * there, the rest.
 */
#include "archive/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/base64_kernel.h"
#include "fuzz.h"

enum { PIECES = 4, DAMAGES = 4 };

/* What decoding must give: the bytes of good groups, and the offset of what is wrong. */
struct expected {
	uint8_t *bytes;
	size_t size;
	bool failed;
	size_t offset;
};

static int value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* --- base64 as RFC 4648 and base64.h tell it --- */

static void plainly_decode(const uint8_t *text, size_t size, bool ignore, struct expected *result)
{
	int values[4];
	size_t count = 0, padding = 0, last = 0;
	bool ended = false;

	result->bytes = malloc(size + 1);
	REQUIRE(result->bytes);
	result->size = 0;
	result->failed = true;
	for (size_t i = 0; i < size; i++) {
		int value = value_of(text[i]);

		result->offset = i;
		if (text[i] == '=') {
			if (ended || count < 2)
				return;
			if (!padding && values[count - 1] % (count == 2 ? 16 : 4)) {
				result->offset = last;
				return;
			}
			padding++;
			value = 0;
		} else if (value < 0) {
			if (text[i] == '\n' || ignore)
				continue;
			return;
		} else if (ended || padding) {
			return;
		}
		last = i;
		values[count++] = value;
		if (count < 4)
			continue;
		result->bytes[result->size++] = (uint8_t)(values[0] << 2 | values[1] >> 4);
		if (padding < 2)
			result->bytes[result->size++] = (uint8_t)(values[1] << 4 | values[2] >> 2);
		if (padding < 1)
			result->bytes[result->size++] = (uint8_t)(values[2] << 6 | values[3]);
		ended = padding > 0;
		count = padding = 0;
	}
	result->offset = size;
	result->failed = count > 0;
}

static void plainly_encode(struct keeper *to, const uint8_t *bytes, size_t size, size_t columns)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789+/";
	size_t count = (size + 2) / 3 * 4;

	for (size_t i = 0; i < count; i++) {
		size_t bit = 6 * (i % 4), at = i / 4 * 3 + bit / 8;
		unsigned int two = 0;

		if (at < size)
			two = (unsigned int)bytes[at] << 8 | (at + 1 < size ? bytes[at + 1] : 0);
		keep(&to->sink, at < size ? &letters[two >> (10 - bit % 8) & 63] : "=", 1);
		if (columns && ((i + 1) % columns == 0 || i + 1 == count))
			keep(&to->sink, "\n", 1);
	}
}

/* --- the streams --- */

static void check_decode(const struct base64_kernel *kernel, const struct keeper *text, bool ignore,
			 const uint8_t *pieces, const struct expected *expected)
{
	struct keeper got = { .sink.write = keep };
	struct base64_decoder decoder;
	const char *message;
	char wanted[80];
	int failed;

	base64_decode_open(&decoder, &got.sink, "text", ignore);
	decoder.kernel = kernel;
	failed = give_in_pieces(&decoder.sink, text->bytes, text->size, pieces, PIECES) ||
		 base64_decode_close(&decoder);
	message = take_messages(failed);
	REQUIRE(!!failed == expected->failed);
	snprintf(wanted, sizeof(wanted), "text: byte %zu: ", expected->offset);
	REQUIRE(!failed || strstr(message, wanted));
	REQUIRE(got.size == expected->size);
	REQUIRE(!got.size || !memcmp(got.bytes, expected->bytes, got.size));
	free(got.bytes);
}

static void check_encode(const struct base64_kernel *kernel, const struct input *bytes,
			 size_t columns, const uint8_t *pieces, const struct keeper *expected)
{
	struct keeper got = { .sink.write = keep };
	struct base64_encoder encoder;

	base64_encode_open(&encoder, &got.sink, columns);
	encoder.kernel = kernel;
	REQUIRE(!give_in_pieces(&encoder.sink, bytes->at, (size_t)(bytes->end - bytes->at), pieces,
				PIECES));
	REQUIRE(!base64_encode_close(&encoder));
	REQUIRE(got.size == expected->size);
	REQUIRE(!got.size || !memcmp(got.bytes, expected->bytes, got.size));
	free(got.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	uint8_t how = take_byte(&input), columns = take_byte(&input), pieces[PIECES];
	struct keeper text = { .sink.write = keep };
	struct expected expected;
	uint16_t places[DAMAGES];
	uint8_t damages[DAMAGES];

	for (int i = 0; i < PIECES; i++)
		pieces[i] = take_byte(&input);
	for (int i = 0; i < DAMAGES; i++) {
		places[i] = take_half(&input);
		damages[i] = take_byte(&input);
	}
	if (how & 1) {
		plainly_encode(&text, input.at, (size_t)(input.end - input.at), columns);
		for (size_t i = 0; base64_kernels[i]; i++)
			if (base64_kernels[i]->usable())
				check_encode(base64_kernels[i], &input, columns, pieces, &text);
		for (int i = 0; i < DAMAGES; i++)
			if (places[i] && places[i] <= text.size)
				text.bytes[places[i] - 1] = damages[i];
	} else {
		keep(&text.sink, input.at, (size_t)(input.end - input.at));
	}
	plainly_decode(text.bytes, text.size, how & 2, &expected);
	for (size_t i = 0; base64_kernels[i]; i++)
		if (base64_kernels[i]->usable())
			check_decode(base64_kernels[i], &text, how & 2, pieces, &expected);
	free(expected.bytes);
	free(text.bytes);
	return 0;
}
