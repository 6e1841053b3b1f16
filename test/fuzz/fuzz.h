/* fuzz.h - what every fuzzing target is made of
 *
 * A target is one C file that defines LLVMFuzzerTestOneInput. clang's libFuzzer calls it with
 * inputs of its own making; replay.c, which any compiler builds, with those of files.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/output.h"
#include "registry/entries.h"

/* libFuzzer's interface: begins once, then takes one input after the other. Returns 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, which makes the input a crash, where the condition does not hold. */
#define REQUIRE(condition) ((condition) ? (void)0 : require_failed(__FILE__, __LINE__, #condition))
_Noreturn void require_failed(const char *file, int line, const char *condition);

/*
 * What lib/ reports does not reach standard error, it is kept here. Takes it: each message must be
 * one line that a terminal shows as it is, and there must be one where failed, else none. Returns
 * the text, valid until the next message.
 */
const char *take_messages(bool failed);

/* Returns a descriptor of a file in memory with these bytes, the same one each time. */
int memory_file(const void *bytes, size_t size);

/* --- cutting an input into parts --- */

/* What is left of an input: bytes that steer what is done with the rest are taken from its front.
 */
struct input {
	const uint8_t *at, *end;
};

/* Take the next byte, or number of two bytes; 0 where there is none left. */
uint8_t take_byte(struct input *input);
uint16_t take_half(struct input *input);

/* Gives bytes to a sink in pieces, cut where the sizes say, over and over; a size of 0 is all that
 * is left. Returns what the sink does. */
int give_in_pieces(struct sink *to, const void *bytes, size_t size, const uint8_t *sizes,
		   size_t nsizes);

/* --- what sinks and writers gave --- */

/* A sink that keeps what it is given. Zero-initialised but for its write it is empty. */
struct keeper {
	struct sink sink;
	uint8_t *bytes;
	size_t size, room;
};
int keep(struct sink *sink, const void *bytes, size_t size);

/* Returns a buffered output that keeps all, as long as it is less than its buffer takes (64 KiB).
 */
struct output *open_memory_output(void);

/* --- properties that several targets ask for --- */

/* quote_shell's word for text is one line of plain characters, and bash reads it back as text. */
void require_quotable(const char *text);

/* The same entries in the same order; lines may differ. */
bool same_entries(const struct entries *a, const struct entries *b);

#endif
