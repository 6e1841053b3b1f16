/* gunzip.c - decompress a stream of gzip members (RFC 1952) that nobody vouches for */
#include "gunzip.h"

#include <errno.h>
#include <string.h>

#include "base/report.h"

enum { GZIP_ONLY = 16 + MAX_WBITS, MAGIC_FIRST = 0x1f, TIMES_MAX = 100 };

#define SMALL (UINT64_C(256) << 20)

static int bad(const struct gunzip *gunzip, const char *what)
{
	return report(EBADMSG, "%s: %s", gunzip->source, what);
}

/* Decompresses some of what is there, and passes it on. */
static int inflate_some(struct gunzip *gunzip)
{
	z_stream *stream = &gunzip->stream;
	unsigned char buffer[64 * 1024];
	size_t size;

	stream->next_out = buffer;
	stream->avail_out = sizeof(buffer);
	switch (inflate(stream, Z_NO_FLUSH)) {
	case Z_OK:
	case Z_BUF_ERROR: /* it needs more, or has no more to give */
		break;
	case Z_STREAM_END:
		gunzip->is_in_member = false;
		break;
	case Z_MEM_ERROR:
		return report(ENOMEM, "%s: %s", gunzip->source, strerror(ENOMEM));
	default:
		return bad(gunzip, "its gzip data are damaged: copy the file again");
	}
	size = sizeof(buffer) - stream->avail_out;
	gunzip->out += size;
	if (gunzip->out > SMALL && gunzip->out / TIMES_MAX > gunzip->in)
		return bad(gunzip, "it becomes over 100 times as large as it is, which no packed "
				   "programs do");
	return size ? gunzip->to->write(gunzip->to, buffer, size) : 0;
}

static int write_bytes(struct sink *sink, const void *bytes, size_t size)
{
	struct gunzip *gunzip = (struct gunzip *)sink;
	z_stream *stream = &gunzip->stream;

	gunzip->in += size;
	stream->next_in = (unsigned char *)bytes;
	stream->avail_in = (uInt)size;
	do {
		if (!gunzip->is_in_member) {
			if (!stream->avail_in)
				break;
			if (*stream->next_in != MAGIC_FIRST)
				return bad(gunzip, stream->total_in
							   ? "something follows its gzip data"
							   : "no gzip data");
			inflateReset(stream);
			gunzip->is_in_member = true;
		}
		if (inflate_some(gunzip))
			return -1;
	} while (stream->avail_in || !stream->avail_out);
	return 0;
}

int gunzip_open(struct gunzip *gunzip, struct sink *to, const char *source)
{
	*gunzip = (struct gunzip){ .sink.write = write_bytes, .to = to, .source = source };
	if (inflateInit2(&gunzip->stream, GZIP_ONLY) == Z_OK)
		return 0;
	return report(ENOMEM, "%s: %s", source, strerror(ENOMEM));
}

int gunzip_close(struct gunzip *gunzip, bool complete)
{
	bool is_whole = gunzip->in && !gunzip->is_in_member;

	inflateEnd(&gunzip->stream);
	return !complete || is_whole
		       ? 0
		       : bad(gunzip, "its gzip data are cut short: copy the file again");
}
