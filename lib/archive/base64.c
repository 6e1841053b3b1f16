/* base64.c - encode and decode base64 (RFC 4648, section 4) as streams */
#include "base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/report.h"
#include "base64_kernel.h"

/* Bytes of output passed on at a time, a multiple of 3. They fit in the second level cache. */
enum { ROOM = 192 * 1024 };

const struct base64_kernel *const base64_kernels[] = {
#ifdef __x86_64__
	&base64_vbmi,	&base64_avx2,
#endif
#ifdef __aarch64__
	&base64_neon,
#endif
	&base64_scalar, NULL,
};

static const struct base64_kernel *choose_kernel(void)
{
	for (size_t i = 0; base64_kernels[i]; i++)
		if (base64_kernels[i]->usable())
			return base64_kernels[i];
	return &base64_scalar;
}

/* --- encoding --- */

/* Encodes whole groups. Returns the end of the text. */
static char *encode_groups(const struct base64_encoder *encoder, char *text,
			   const unsigned char *bytes, size_t groups)
{
	size_t done = encoder->kernel->encode(text, bytes, 3 * groups);

	base64_scalar.encode(text + done / 3 * 4, bytes + done, 3 * groups - done);
	return text + 4 * groups;
}

/* Encodes whole lines of whole groups. Returns the end of the text. */
static char *encode_lines(const struct base64_encoder *encoder, char *text,
			  const unsigned char *bytes, size_t lines)
{
	size_t columns = encoder->columns, length = columns / 4 * 3;
	size_t done = encoder->kernel->encode_lines(text, bytes, lines * length, columns);

	base64_scalar.encode_lines(text + done * (columns + 1), bytes + done * length,
				   (lines - done) * length, columns);
	return text + lines * (columns + 1);
}

/* Adds newlines to encoded characters. Returns the end of the text. */
static char *break_lines(struct base64_encoder *encoder, char *text, const char *characters,
			 size_t size)
{
	while (size) {
		size_t room = encoder->columns ? encoder->columns - encoder->column : size;
		size_t n = size < room ? size : room;

		memcpy(text, characters, n);
		text += n;
		characters += n;
		size -= n;
		if (!encoder->columns)
			continue;
		encoder->column += n;
		if (encoder->column == encoder->columns) {
			*text++ = '\n';
			encoder->column = 0;
		}
	}
	return text;
}

/* Encodes whole groups into lines whose length is a multiple of 4. Returns the end of the text. */
static char *encode_even(struct base64_encoder *encoder, char *text, const unsigned char *bytes,
			 size_t groups)
{
	size_t columns = encoder->columns;

	while (groups) {
		size_t n = (columns - encoder->column) / 4;

		if (!encoder->column && groups >= n) {
			n = groups - groups % n;
			text = encode_lines(encoder, text, bytes, n / (columns / 4));
		} else {
			n = n < groups ? n : groups;
			text = encode_groups(encoder, text, bytes, n);
			encoder->column += 4 * n;
			if (encoder->column == columns) {
				*text++ = '\n';
				encoder->column = 0;
			}
		}
		bytes += 3 * n;
		groups -= n;
	}
	return text;
}

/* Encodes whole groups into lines of any length. Returns the end of the text. */
static char *encode_odd(struct base64_encoder *encoder, char *text, const unsigned char *bytes,
			size_t groups)
{
	enum { SOME = 2048 };
	char characters[4 * SOME + BASE64_SLACK];

	while (groups) {
		size_t n = groups < SOME ? groups : SOME;

		encode_groups(encoder, characters, bytes, n);
		text = break_lines(encoder, text, characters, 4 * n);
		bytes += 3 * n;
		groups -= n;
	}
	return text;
}

static int encode_write(struct sink *sink, const void *bytes, size_t size)
{
	struct base64_encoder *encoder = (struct base64_encoder *)sink;
	size_t columns = encoder->columns;
	const unsigned char *p = bytes;
	char text[ROOM + BASE64_SLACK], group[4], *end = text;

	while (encoder->nheld && size) {
		encoder->held[encoder->nheld++] = *p++;
		size--;
		if (encoder->nheld < 3)
			continue;
		base64_scalar.encode(group, encoder->held, 3);
		end = break_lines(encoder, end, group, sizeof(group));
		encoder->nheld = 0;
	}
	while (size >= 3) {
		/*
		 * One of columns + 1 characters is a newline, plus perhaps one for a line already
		 * begun. Up to 8 characters are in text already.
		 */
		size_t room = ROOM - 16, groups = room / 4;

		if (columns && columns < room)
			groups = (room - room / (columns + 1)) / 4;
		groups = groups < size / 3 ? groups : size / 3;
		if (!columns)
			end = encode_groups(encoder, end, p, groups);
		else if (columns % 4)
			end = encode_odd(encoder, end, p, groups);
		else
			end = encode_even(encoder, end, p, groups);
		p += 3 * groups;
		size -= 3 * groups;
		if (encoder->to->write(encoder->to, text, (size_t)(end - text)))
			return -1;
		end = text;
	}
	for (; size; size--)
		encoder->held[encoder->nheld++] = *p++;
	return end == text ? 0 : encoder->to->write(encoder->to, text, (size_t)(end - text));
}

void base64_encode_open(struct base64_encoder *encoder, struct sink *to, size_t columns)
{
	*encoder = (struct base64_encoder){
		.sink.write = encode_write,
		.to = to,
		.kernel = choose_kernel(),
		.columns = columns,
	};
}

int base64_encode_close(struct base64_encoder *encoder)
{
	char group[4], text[2 * sizeof(group) + 1], *end = text;

	if (encoder->nheld) {
		memset(encoder->held + encoder->nheld, 0, 3 - encoder->nheld);
		base64_scalar.encode(group, encoder->held, 3);
		memset(group + 1 + encoder->nheld, '=', 3 - encoder->nheld);
		end = break_lines(encoder, end, group, sizeof(group));
		encoder->nheld = 0;
	}
	if (encoder->column) {
		*end++ = '\n';
		encoder->column = 0;
	}
	return end == text ? 0 : encoder->to->write(encoder->to, text, (size_t)(end - text));
}

/* --- decoding --- */

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

/* Accepts '=', or reports why not. Returns 0 or -1. */
static int take_padding(struct base64_decoder *decoder)
{
	static const uint32_t unused[] = { 0, 0, 0xf, 0x3 }; /* by number of characters */

	if (decoder->ended)
		return refuse(decoder, decoder->offset, "'=' after the padding");
	if (decoder->characters < 2)
		return refuse(decoder, decoder->offset,
			      "'=' where a group of four characters begins");
	if (!decoder->padding && decoder->group & unused[decoder->characters])
		return refuse(decoder, decoder->last,
			      "the last character has bits set that stand for nothing");
	decoder->padding++;
	return 0;
}

/*
 * Adds a byte to the group. *complete: the group now has four characters. Returns 0 or -1. Reports.
 */
static int take_byte(struct base64_decoder *decoder, unsigned char byte, bool *complete)
{
	unsigned char value = base64_values[byte];

	*complete = false;
	if (byte == '=') {
		if (take_padding(decoder))
			return -1;
		value = 0;
	} else if (value == UINT8_MAX) {
		return byte == '\n' || decoder->ignore ? 0 : refuse_byte(decoder, byte);
	} else if (decoder->ended || decoder->padding) {
		return refuse(decoder, decoder->offset, "text after the padding");
	}
	decoder->group = decoder->group << 6 | value;
	decoder->last = decoder->offset;
	*complete = ++decoder->characters == 4;
	return 0;
}

/* Writes the bytes of a complete group and starts the next group. Returns their number. */
static size_t end_group(struct base64_decoder *decoder, unsigned char *bytes)
{
	size_t count = 3 - decoder->padding;

	for (size_t i = 0; i < count; i++)
		bytes[i] = (unsigned char)(decoder->group >> (16 - 8 * i));
	decoder->ended = decoder->padding > 0;
	decoder->group = decoder->characters = decoder->padding = 0;
	return count;
}

/*
 * Decodes as much as the kernels can, from the start of a group, into at most room bytes. It
 * expects lines as long as the last one. Returns the number of characters it took; *count is the
 * number of bytes it wrote.
 */
static size_t decode_fast(struct base64_decoder *decoder, unsigned char *bytes, size_t room,
			  const unsigned char *text, size_t size, size_t *count)
{
	size_t columns = decoder->columns, taken = 0;

	*count = 0;
	if (columns && decoder->offset == decoder->line) {
		size_t length = columns / 4 * 3, most = room / length, lines = size / (columns + 1);

		lines = lines < most ? lines : most;
		lines = decoder->kernel->decode_lines(bytes, text, lines * (columns + 1), columns);
		taken = lines * (columns + 1);
		*count = lines * length;
		decoder->line += taken;
	}
	size -= taken;
	size = size / 4 < (room - *count) / 3 ? size : (room - *count) / 3 * 4;
	for (int i = 0; i < 2; i++) { /* the scalar kernel does what the vectors leave */
		const struct base64_kernel *kernel = i ? &base64_scalar : decoder->kernel;
		size_t n = kernel->decode(bytes + *count, text + taken, size);

		taken += n;
		size -= n;
		*count += n / 4 * 3;
	}
	decoder->offset += taken;
	return taken;
}

/* Records that the next byte is a newline. */
static void end_line(struct base64_decoder *decoder)
{
	uint64_t columns = decoder->offset - decoder->line;

	decoder->columns = columns % 4 || columns > ROOM ? 0 : (size_t)columns;
	decoder->line = decoder->offset + 1;
}

static int decode_write(struct sink *sink, const void *bytes, size_t size)
{
	struct base64_decoder *decoder = (struct base64_decoder *)sink;
	const unsigned char *p = bytes, *end = p + size;
	unsigned char out[ROOM + BASE64_SLACK];
	size_t used = 0, count;
	int failed = 0;

	while (p < end && !failed) {
		bool complete;

		if (!decoder->characters && !decoder->ended) {
			p += decode_fast(decoder, out + used, ROOM - used, p, (size_t)(end - p),
					 &count);
			used += count;
		}
		if (p < end && used < ROOM) {
			if (*p == '\n')
				end_line(decoder);
			failed = take_byte(decoder, *p++, &complete);
			decoder->offset++;
			if (!failed && complete)
				used += end_group(decoder, out + used);
		}
		if (ROOM - used < 3) {
			if (decoder->to->write(decoder->to, out, used))
				return -1;
			used = 0;
		}
	}
	/* also on failure: the bytes before the error are good */
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
		.kernel = choose_kernel(),
		.source = source,
		.ignore = ignore,
	};
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
