/* ktstr-b64 - encode standard input as base64, or decode it with -d */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "archive/base64.h"
#include "base/command.h"
#include "base/file.h"
#include "base/number.h"
#include "base/output.h"
#include "base/report.h"

static const char usage[] =
	"usage: ktstr-b64 [-d] [-i] [-w COLS] < in > out\n"
	"Encode as base64 (RFC 4648), or decode it.\n"
	"  -d, --decode          decode; input that is not base64 is an error\n"
	"  -i, --ignore-garbage  when decoding, skip what is not base64\n"
	"  -w, --wrap COLS       break lines after COLS characters (76; 0: never)\n"
	"  -h, --help            show this help\n"
	"  -V, --version         show the version\n";

static const struct option longopts[] = {
	{ "decode", no_argument, NULL, 'd' },	  { "ignore-garbage", no_argument, NULL, 'i' },
	{ "wrap", required_argument, NULL, 'w' }, { "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },	  { NULL, 0, NULL, 0 },
};

static const char input_name[] = "standard input";

/*
 * If fd is a pipe, makes its buffer larger, for fewer wake-ups. Does nothing if that is not
 * allowed.
 */
static void widen_pipe(int fd)
{
	const int wanted = 1024 * 1024; /* pipe(7) allows every user this much */

	if (fcntl(fd, F_GETPIPE_SZ) < wanted)
		fcntl(fd, F_SETPIPE_SZ, wanted);
}

/* Passes all of standard input to the sink `to`. Reports, except a failure of `to`. */
static int feed(struct sink *to)
{
	char buffer[128 * 1024]; /* together with its output, fits in the second level cache */
	ssize_t n;

	while ((n = read_full(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		if (to->write(to, buffer, (size_t)n))
			return -1;
	return n ? report_errno("%s", input_name) : 0;
}

static int encode(struct sink *to, size_t columns)
{
	struct base64_encoder encoder;

	base64_encode_open(&encoder, to, columns);
	return feed(&encoder.sink) || base64_encode_close(&encoder) ? -1 : 0;
}

static int decode(struct sink *to, bool ignore)
{
	struct base64_decoder decoder;

	base64_decode_open(&decoder, to, input_name, ignore);
	return feed(&decoder.sink) || base64_decode_close(&decoder) ? -1 : 0;
}

int main(int argc, char **argv)
{
	bool decoding = false, ignore = false;
	struct output out;
	uint64_t columns = 76;
	int option, failed;

	command_begin();
	output_open(&out, STDOUT_FILENO, "standard output");
	while ((option = command_option(argc, argv, "diw:hV", longopts)) != -1) {
		switch (option) {
		case 'd':
			decoding = true;
			break;
		case 'i':
			ignore = true;
			break;
		case 'w':
			if (parse_number(optarg, 10, 0, SIZE_MAX, &columns))
				return command_misused("-w: not a number of columns: %s", optarg);
			break;
		case 'h':
			return command_print(usage);
		case 'V':
			return command_print("ktstr-b64 " KTSTR_VERSION "\n");
		default:
			return STATUS_MISUSED; /* command_option has reported why */
		}
	}
	if (optind < argc)
		return command_misused("takes no operand, as the input is standard input: %s",
				       argv[optind]);
	if (decoding && isatty(STDOUT_FILENO)) {
		report(EINVAL, "decoded data is not written to a terminal: redirect it to a "
			       "file, or pipe it on");
		return STATUS_MISUSED;
	}
	widen_pipe(STDIN_FILENO);
	widen_pipe(STDOUT_FILENO);
	failed = decoding ? decode(&out.sink, ignore) : encode(&out.sink, (size_t)columns);
	if (output_close(&out))
		failed = -1;
	return failed ? STATUS_FAILED : 0;
}
