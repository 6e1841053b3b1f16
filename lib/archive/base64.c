/* base64.c - base64 (RFC 4648, section 4), both ways, as streams */
#include "base64.h"

#include <errno.h>
#include <string.h>

#include "base/report.h"

enum { GROUPS = 4096, NO_VALUE = UINT8_MAX };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* --- encoding --- */

static void encode_groups(char *text, const unsigned char *bytes, size_t groups)
{
	for (; groups; groups--, bytes += 3, text += 4) {
		uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];

		text[0] = alphabet[bits >> 18];
		text[1] = alphabet[bits >> 12 & 63];
		text[2] = alphabet[bits >> 6 & 63];
		text[3] = alphabet[bits & 63];
	}
}

/* Writes text, which is at most GROUPS groups, broken into lines. */
static int write_lines(struct base64_encoder *encoder, const char *text, size_t size)
{
	char lines[2 * 4 * GROUPS]; /* a newline for each character */
	char *end = lines;

	if (!encoder->columns)
		return encoder->to->write(encoder->to, text, size);
	while (size) {
		size_t room = encoder->columns - encoder->column, n = size < room ? size : room;

		memcpy(end, text, n);
		end += n;
		text += n;
		size -= n;
		encoder->column += n;
		if (encoder->column == encoder->columns) {
			*end++ = '\n';
			encoder->column = 0;
		}
	}
	return encoder->to->write(encoder->to, lines, (size_t)(end - lines));
}

static int encode_write(struct sink *sink, const void *bytes, size_t size)
{
	struct base64_encoder *encoder = (struct base64_encoder *)sink;
	const unsigned char *p = bytes;
	char text[4 * GROUPS];

	while (encoder->nheld && size) {
		encoder->held[encoder->nheld++] = *p++;
		size--;
		if (encoder->nheld < 3)
			continue;
		encode_groups(text, encoder->held, 1);
		encoder->nheld = 0;
		if (write_lines(encoder, text, 4))
			return -1;
	}
	while (size >= 3) {
		size_t groups = size / 3 < GROUPS ? size / 3 : GROUPS;

		encode_groups(text, p, groups);
		if (write_lines(encoder, text, 4 * groups))
			return -1;
		p += 3 * groups;
		size -= 3 * groups;
	}
	for (; size; size--)
		encoder->held[encoder->nheld++] = *p++;
	return 0;
}

void base64_encode_open(struct base64_encoder *encoder, struct sink *to, size_t columns)
{
	*encoder = (struct base64_encoder){
		.sink.write = encode_write,
		.to = to,
		.columns = columns,
	};
}

int base64_encode_close(struct base64_encoder *encoder)
{
	char text[4];

	if (encoder->nheld) {
		memset(encoder->held + encoder->nheld, 0, 3 - encoder->nheld);
		encode_groups(text, encoder->held, 1);
		memset(text + 1 + encoder->nheld, '=', 3 - encoder->nheld);
		encoder->nheld = 0;
		if (write_lines(encoder, text, 4))
			return -1;
	}
	if (!encoder->column)
		return 0;
	encoder->column = 0;
	return encoder->to->write(encoder->to, "\n", 1);
}

/* --- decoding --- */

/* Decodes groups until one has a byte that is no character. Returns how many it decoded. */
static size_t decode_groups(const unsigned char value[256], unsigned char *bytes,
			    const unsigned char *text, size_t groups)
{
	size_t i;

	for (i = 0; i < groups; i++, text += 4, bytes += 3) {
		unsigned int a = value[text[0]], b = value[text[1]], c = value[text[2]],
			     d = value[text[3]];
		uint32_t bits = a << 18 | b << 12 | c << 6 | d;

		if ((a | b | c | d) > 63)
			break;
		bytes[0] = (unsigned char)(bits >> 16);
		bytes[1] = (unsigned char)(bits >> 8);
		bytes[2] = (unsigned char)bits;
	}
	return i;
}

static int refuse(const struct base64_decoder *decoder, uint64_t offset, const char *what)
{
	return report(EBADMSG, "%s: byte %ju: %s", decoder->source, (uintmax_t)offset, what);
}

static int refuse_byte(const struct base64_decoder *decoder, unsigned char byte)
{
	const char *format = byte < 0x20 || byte >= 0x7f ? "%s: byte %ju: not base64: '\\%03o'"
							 : "%s: byte %ju: not base64: '%c'";

	return report(EBADMSG, format, decoder->source, (uintmax_t)decoder->offset, byte);
}

/* Takes '='. */
static int take_padding(struct base64_decoder *decoder)
{
	static const uint32_t unused[] = { 0, 0, 0xf, 0x3 }; /* bits, with so many characters */

	if (decoder->ended)
		return refuse(decoder, decoder->offset, "'=' behind the padding");
	if (decoder->characters < 2)
		return refuse(decoder, decoder->offset,
			      "'=' where a group of four characters begins");
	if (!decoder->padding && decoder->group & unused[decoder->characters])
		return refuse(decoder, decoder->last,
			      "the last character has bits set that stand for nothing");
	decoder->padding++;
	return 0;
}

/* Takes a byte into the group; *complete tells that the group has its four characters. */
static int take_byte(struct base64_decoder *decoder, unsigned char byte, bool *complete)
{
	unsigned char value = decoder->value[byte];

	*complete = false;
	if (byte == '=') {
		if (take_padding(decoder))
			return -1;
		value = 0;
	} else if (value == NO_VALUE) {
		return byte == '\n' || decoder->ignore ? 0 : refuse_byte(decoder, byte);
	} else if (decoder->ended || decoder->padding) {
		return refuse(decoder, decoder->offset, "text behind the padding");
	}
	decoder->group = decoder->group << 6 | value;
	decoder->last = decoder->offset;
	*complete = ++decoder->characters == 4;
	return 0;
}

/* Puts the bytes of a complete group at bytes, and begins the next. Returns their number. */
static size_t end_group(struct base64_decoder *decoder, unsigned char *bytes)
{
	size_t count = 3 - decoder->padding;

	for (size_t i = 0; i < count; i++)
		bytes[i] = (unsigned char)(decoder->group >> (16 - 8 * i));
	decoder->ended = decoder->padding > 0;
	decoder->group = decoder->characters = decoder->padding = 0;
	return count;
}

static int decode_write(struct sink *sink, const void *bytes, size_t size)
{
	struct base64_decoder *decoder = (struct base64_decoder *)sink;
	const unsigned char *p = bytes, *end = p + size;
	unsigned char out[3 * GROUPS];
	size_t used = 0;
	int failed = 0;

	while (p < end && !failed) {
		bool complete;

		if (!decoder->characters && !decoder->ended) {
			size_t groups = (size_t)(end - p) / 4, room = (sizeof(out) - used) / 3;

			groups = decode_groups(decoder->value, out + used, p,
					       groups < room ? groups : room);
			used += 3 * groups;
			p += 4 * groups;
			decoder->offset += 4 * groups;
		}
		if (p < end && used < sizeof(out)) {
			failed = take_byte(decoder, *p++, &complete);
			decoder->offset++;
			if (!failed && complete)
				used += end_group(decoder, out + used);
		}
		if (used == sizeof(out)) {
			if (decoder->to->write(decoder->to, out, used))
				return -1;
			used = 0;
		}
	}
	/* on failure as well: all up to what is wrong was good */
	if (used && decoder->to->write(decoder->to, out, used))
		return -1;
	if (failed)
		errno = EBADMSG;
	return failed;
}

void base64_decode_open(struct base64_decoder *decoder, struct sink *to, const char *source,
			bool ignore)
{
	*decoder = (struct base64_decoder){
		.sink.write = decode_write,
		.to = to,
		.source = source,
		.ignore = ignore,
	};
	memset(decoder->value, NO_VALUE, sizeof(decoder->value));
	for (unsigned char i = 0; i < 64; i++)
		decoder->value[(unsigned char)alphabet[i]] = i;
}

int base64_decode_close(struct base64_decoder *decoder)
{
	if (decoder->padding)
		return refuse(decoder, decoder->offset, "the text ends within the padding");
	if (decoder->characters)
		return refuse(decoder, decoder->offset,
			      "the text ends within a group of four characters");
	return 0;
}
