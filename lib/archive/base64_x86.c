/* base64_x86.c - the loops of base64 with the vectors of x86-64: AVX2 and AVX-512 VBMI
 *
 * The ideas are from Wojciech Muła and Daniel Lemire: "Faster Base64 Encoding and Decoding Using
 * AVX2 Instructions" (ACM Transactions on the Web 12(3), 2018), "Base64 encoding and decoding at
 * almost the speed of a memory copy" (Software: Practice and Experience 50(2), 2020).
 */
#ifdef __x86_64__

#include <immintrin.h>

#include "base64_kernel.h"
#include "base64_vector.h"

#define AVX2 __attribute__((target("avx2")))
#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

/*
 * Tables for 16 bytes. AVX2 has each twice, as its shuffles work on each half of a vector.
 *
 * Encoding: the bytes of a group that each 32 bits get, in the order 1 0 2 1. So two of its values
 * are in the low 16 bits and two in the high 16 bits.
 */
#define SPREAD 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10

/*
 * Encoding: added to a value, this gives its character. Indexed by the range of the value: 0 to 25,
 * 26 to 51, 52 to 61 (ten entries), 62, 63.
 */
#define DIGIT ('0' - 52)
#define TO_CHARACTER                                                                         \
	'A', 'a' - 26, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, \
		'+' - 62, '/' - 63, 0, 0

/*
 * Decoding: a byte is a character if the entries of its high half and its low half share no bit.
 * The bits of LOW_HALF: 1: neither '+' nor '/' has this low half; 2: it is above that of '9'; 4: it
 * is 0; 8: it is above that of 'Z' and 'z'; 16: always set.
 */
#define HIGH_HALF 16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16
#define LOW_HALF 21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26

/*
 * Decoding: added to a character, this gives its value. Indexed by the high half; '/' uses the
 * entry before its own.
 */
#define TO_VALUE \
	0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0

/* Moves the three bytes of each 32 bits, which are in the order 2 1 0, to the front. */
#define GATHER 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1

/* --- AVX2: 24 bytes, 32 characters --- */

/* Returns the characters of 12 bytes in each half. Reads 16 bytes from each pointer. */
AVX2 static inline __m256i encode_12_and_12(const unsigned char *low, const unsigned char *high)
{
	__m256i in = _mm256_inserti128_si256(
		_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
		_mm_loadu_si128((const __m128i *)high), 1);
	__m256i groups = _mm256_shuffle_epi8(in, _mm256_setr_epi8(SPREAD, SPREAD));
	/* multiplications shift each 16 bits by as much as they need */
	__m256i even = _mm256_mulhi_epu16(_mm256_and_si256(groups, _mm256_set1_epi32(0x0fc0fc00)),
					  _mm256_set1_epi32(0x04000040));
	__m256i odd = _mm256_mullo_epi16(_mm256_and_si256(groups, _mm256_set1_epi32(0x003f03f0)),
					 _mm256_set1_epi32(0x01000010));
	__m256i values = _mm256_or_si256(even, odd);
	/* an index into TO_CHARACTER: 0 for values below 52, then 1 to 12 */
	__m256i range = _mm256_subs_epu8(values, _mm256_set1_epi8(51));

	/* one more for values above 25, where the comparison gives -1 */
	range = _mm256_sub_epi8(range, _mm256_cmpgt_epi8(values, _mm256_set1_epi8(25)));
	return _mm256_add_epi8(
		values, _mm256_shuffle_epi8(_mm256_setr_epi8(TO_CHARACTER, TO_CHARACTER), range));
}

AVX2 static inline void encode_24(char *text, const unsigned char *bytes)
{
	_mm256_storeu_si256((__m256i *)text, encode_12_and_12(bytes, bytes + 12));
}

AVX2 static inline unsigned int decode_32(unsigned char *bytes, const unsigned char *text)
{
	const __m256i half = _mm256_set1_epi8(0x0f);
	__m256i in = _mm256_loadu_si256((const __m256i *)text);
	__m256i high = _mm256_and_si256(_mm256_srli_epi32(in, 4), half);
	__m256i low = _mm256_and_si256(in, half);
	__m256i wrong_high = _mm256_shuffle_epi8(_mm256_setr_epi8(HIGH_HALF, HIGH_HALF), high);
	__m256i wrong_low = _mm256_shuffle_epi8(_mm256_setr_epi8(LOW_HALF, LOW_HALF), low);
	__m256i slash = _mm256_cmpeq_epi8(in, _mm256_set1_epi8('/')); /* -1 at each '/' */
	__m256i change = _mm256_shuffle_epi8(_mm256_setr_epi8(TO_VALUE, TO_VALUE),
					     _mm256_add_epi8(high, slash));
	__m256i values = _mm256_add_epi8(in, change);
	/* two values make 12 bits, and two of these make 24 */
	__m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
	__m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));

	groups = _mm256_shuffle_epi8(groups, _mm256_setr_epi8(GATHER, GATHER));
	/* join the 12 bytes of both halves */
	groups = _mm256_permutevar8x32_epi32(groups, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
	_mm256_storeu_si256((__m256i *)bytes, groups);
	return !_mm256_testz_si256(wrong_high, wrong_low);
}

static const struct base64_vector of_32 = { 32, 28, encode_24, decode_32 };

/* Encodes a line of 76 characters. end holds its last 12, already encoded. */
AVX2 static inline void encode_line_of_76(char *text, const unsigned char *bytes, __m128i end)
{
	encode_24(text, bytes);
	encode_24(text + 32, bytes + 24);
	_mm_storeu_si128((__m128i *)(text + 64), end);
	text[76] = '\n';
}

/*
 * Encodes lines of 76 characters, the default, two at a time: two vectors for each line, and one
 * for the last 12 characters of both. So two lines take five vectors, not six.
 */
AVX2 static size_t encode_lines_of_76(char *text, const unsigned char *bytes, size_t size)
{
	const size_t length = 57; /* bytes of a line */
	const size_t width = 77;  /* characters of a line, with its newline */
	size_t lines = 0;

	for (; size >= length + 48 + 16; size -= 2 * length, lines += 2) {
		__m256i ends = encode_12_and_12(bytes + 48, bytes + length + 48);

		encode_line_of_76(text, bytes, _mm256_castsi256_si128(ends));
		encode_line_of_76(text + width, bytes + length, _mm256_extracti128_si256(ends, 1));
		text += 2 * width;
		bytes += 2 * length;
	}
	return lines + base64_encode_vector_lines(of_32, text, bytes, size, 76);
}

/* --- AVX-512 VBMI: 48 bytes, 64 characters --- */

VBMI static inline void encode_48(char *text, const unsigned char *bytes)
{
	static const unsigned char spread[64] = {
		1,  0,	2,  1,	4,  3,	5,  4,	7,  6,	8,  7,	10, 9,	11, 10,
		13, 12, 14, 13, 16, 15, 17, 16, 19, 18, 20, 19, 22, 21, 23, 22,
		25, 24, 26, 25, 28, 27, 29, 28, 31, 30, 32, 31, 34, 33, 35, 34,
		37, 36, 38, 37, 40, 39, 41, 40, 43, 42, 44, 43, 46, 45, 47, 46,
	};
	__m512i in = _mm512_maskz_loadu_epi8(0x0000ffffffffffff, bytes);
	__m512i groups = _mm512_permutexvar_epi8(_mm512_loadu_si512(spread), in);
	/* the bit at which each byte begins; the lookup uses its low 6 bits */
	__m512i values =
		_mm512_multishift_epi64_epi8(_mm512_set1_epi64(0x3036242a1016040a), groups);

	_mm512_storeu_si512(text,
			    _mm512_permutexvar_epi8(values, _mm512_loadu_si512(base64_alphabet)));
}

/* decoding uses AVX2, which keeps up with the input */
static const struct base64_vector of_64 = { 64, 48, encode_48, NULL };

/* --- the kernel avx2 --- */

static bool avx2_usable(void)
{
	return __builtin_cpu_supports("avx2");
}

AVX2 static size_t avx2_encode(char *text, const unsigned char *bytes, size_t size)
{
	return base64_encode_vectors(of_32, text, bytes, size);
}

AVX2 static size_t avx2_encode_lines(char *text, const unsigned char *bytes, size_t size,
				     size_t columns)
{
	if (columns == 76)
		return encode_lines_of_76(text, bytes, size);
	return base64_encode_vector_lines(of_32, text, bytes, size, columns);
}

AVX2 static size_t avx2_decode(unsigned char *bytes, const unsigned char *text, size_t size)
{
	return base64_decode_vectors(of_32, bytes, text, size);
}

AVX2 static size_t avx2_decode_lines(unsigned char *bytes, const unsigned char *text, size_t size,
				     size_t columns)
{
	return base64_decode_vector_lines(of_32, bytes, text, size, columns);
}

const struct base64_kernel base64_avx2 = {
	.name = "avx2",
	.usable = avx2_usable,
	.encode = avx2_encode,
	.encode_lines = avx2_encode_lines,
	.decode = avx2_decode,
	.decode_lines = avx2_decode_lines,
};

/* --- kernel vbmi --- */

static bool vbmi_usable(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vbmi") && avx2_usable();
}

VBMI static size_t vbmi_encode(char *text, const unsigned char *bytes, size_t size)
{
	return base64_encode_vectors(of_64, text, bytes, size);
}

VBMI static size_t vbmi_encode_lines(char *text, const unsigned char *bytes, size_t size,
				     size_t columns)
{
	return base64_encode_vector_lines(of_64, text, bytes, size, columns);
}

const struct base64_kernel base64_vbmi = {
	.name = "vbmi",
	.usable = vbmi_usable,
	.encode = vbmi_encode,
	.encode_lines = vbmi_encode_lines,
	.decode = avx2_decode,
	.decode_lines = avx2_decode_lines,
};

#endif
