/* base64_neon.c - base64 with the vectors of aarch64: 48 bytes, 64 characters
 *
 * NEON can load and store every third or fourth byte as a vector, and look up in tables of 64
 * bytes. Every aarch64 CPU has it. See W. Muła, "Base64 encoding with SIMD instructions", 2016.
 */
#ifdef __aarch64__

#include <arm_neon.h>
#include <stdint.h>

#include "base64_kernel.h"
#include "base64_vector.h"

static inline void encode_48(char *text, const unsigned char *bytes)
{
	const uint8x16x4_t alphabet = vld1q_u8_x4((const uint8_t *)base64_alphabet);
	const uint8x16_t mask = vdupq_n_u8(63);
	uint8x16x3_t in = vld3q_u8(bytes); /* the first, second and third bytes of 16 groups */
	uint8x16_t b = vorrq_u8(vshlq_n_u8(in.val[0], 4), vshrq_n_u8(in.val[1], 4));
	uint8x16_t c = vorrq_u8(vshlq_n_u8(in.val[1], 2), vshrq_n_u8(in.val[2], 6));
	uint8x16x4_t out;

	out.val[0] = vqtbl4q_u8(alphabet, vshrq_n_u8(in.val[0], 2));
	out.val[1] = vqtbl4q_u8(alphabet, vandq_u8(b, mask));
	out.val[2] = vqtbl4q_u8(alphabet, vandq_u8(c, mask));
	out.val[3] = vqtbl4q_u8(alphabet, vandq_u8(in.val[2], mask));
	vst4q_u8((uint8_t *)text, out);
}

/* UINT8_MAX for bytes that are no characters; bytes above 127 are in neither half of the table */
static inline uint8x16_t values_of(uint8x16_t in)
{
	const uint8x16x4_t low = vld1q_u8_x4(base64_values);
	const uint8x16x4_t high = vld1q_u8_x4(base64_values + 64);
	uint8x16_t values = vqtbx4q_u8(vdupq_n_u8(UINT8_MAX), low, in);

	return vqtbx4q_u8(values, high, veorq_u8(in, vdupq_n_u8(64)));
}

static inline unsigned int decode_64(unsigned char *bytes, const unsigned char *text)
{
	uint8x16x4_t in = vld4q_u8(text);
	uint8x16_t a = values_of(in.val[0]), b = values_of(in.val[1]);
	uint8x16_t c = values_of(in.val[2]), d = values_of(in.val[3]);
	uint8x16x3_t out;

	out.val[0] = vorrq_u8(vshlq_n_u8(a, 2), vshrq_n_u8(b, 4));
	out.val[1] = vorrq_u8(vshlq_n_u8(b, 4), vshrq_n_u8(c, 2));
	out.val[2] = vorrq_u8(vshlq_n_u8(c, 6), d);
	vst3q_u8(bytes, out);
	return vmaxvq_u8(vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))) > 63;
}

static const struct base64_vector of_64 = { 64, 48, encode_48, decode_64 };

static bool usable(void)
{
	return true;
}

static size_t encode(char *text, const unsigned char *bytes, size_t size)
{
	return base64_encode_vectors(of_64, text, bytes, size);
}

static size_t encode_lines(char *text, const unsigned char *bytes, size_t size, size_t columns)
{
	return base64_encode_vector_lines(of_64, text, bytes, size, columns);
}

static size_t decode(unsigned char *bytes, const unsigned char *text, size_t size)
{
	return base64_decode_vectors(of_64, bytes, text, size);
}

static size_t decode_lines(unsigned char *bytes, const unsigned char *text, size_t size,
			   size_t columns)
{
	return base64_decode_vector_lines(of_64, bytes, text, size, columns);
}

const struct base64_kernel base64_neon = {
	.name = "neon",
	.usable = usable,
	.encode = encode,
	.encode_lines = encode_lines,
	.decode = decode,
	.decode_lines = decode_lines,
};

#endif
