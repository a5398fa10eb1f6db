#include "kernels.h"

#if defined(__SSE2__)
#include <immintrin.h>
#include <string.h>

// Weights are split in two because SSE2 multiplies 16 bits by 16, two products summed at once.
typedef struct {
  __m128i high;
  __m128i low;
} sums;

static inline sums start_sums(void) { return (sums){_mm_setzero_si128(), _mm_set1_epi32(HALF)}; }

static inline __m128i total(sums of) { return _mm_add_epi32(_mm_slli_epi32(of.high, LOW_BITS), of.low); }

static inline void add(sums *to, __m128i samples, __m128i high, __m128i low) {
  to->high = _mm_add_epi32(to->high, _mm_madd_epi16(samples, high));
  to->low = _mm_add_epi32(to->low, _mm_madd_epi16(samples, low));
}

static inline __m128i pair_of(const int16_t *weights) {
  int both;
  memcpy(&both, weights, sizeof both);
  return _mm_set1_epi32(both);
}

// Two pixels, channel by channel: r r g g b b a a.
static inline __m128i two_pixels(const uint8_t *pixels) {
  __m128i both = _mm_loadl_epi64((const __m128i *)pixels);
  __m128i mixed = _mm_unpacklo_epi8(both, _mm_srli_si128(both, 4));
  return _mm_unpacklo_epi8(mixed, _mm_setzero_si128());
}

// Always inlined: with a number that the compiler knows, its loop is none.
__attribute__((always_inline)) static inline void across_pairs(
    const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step,
    uint32_t pairs) {
  const int16_t *high = windows->high, *low = windows->low;
  for (uint32_t x = 0; x < windows->count; x++) {
    size_t start = (size_t)windows->starts[x] * 4;
    sums sum_a = start_sums(), sum_b = start_sums();
    for (uint32_t pair = 0; pair < pairs; pair++) {
      __m128i upper = pair_of(high + pair * 2), lower = pair_of(low + pair * 2);
      add(&sum_a, two_pixels(a + start + (size_t)pair * 8), upper, lower);
      add(&sum_b, two_pixels(b + start + (size_t)pair * 8), upper, lower);
    }
    __m128i both = _mm_packs_epi32(
        _mm_srai_epi32(total(sum_a), WEIGHT_BITS), _mm_srai_epi32(total(sum_b), WEIGHT_BITS));
    both = _mm_packus_epi16(both, both);
    int pixel_a = _mm_cvtsi128_si32(both), pixel_b = _mm_cvtsi128_si32(_mm_srli_si128(both, 4));
    memcpy(to_a, &pixel_a, 4);
    memcpy(to_b, &pixel_b, 4);
    high += windows->taps;
    low += windows->taps;
    to_a += step;
    to_b += step;
  }
}

static void across_color(
    const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step) {
  uint32_t pairs = (windows->length + 1) / 2;
  switch (pairs) {
    case 1: across_pairs(windows, a, b, to_a, to_b, step, 1); break;
    case 2: across_pairs(windows, a, b, to_a, to_b, step, 2); break;
    case 3: across_pairs(windows, a, b, to_a, to_b, step, 3); break;
    default: across_pairs(windows, a, b, to_a, to_b, step, pairs);
  }
}

static void across_gray(const pix_windows *windows, const uint8_t *row, uint8_t *to) {
  const int16_t *high = windows->high, *low = windows->low;
  for (uint32_t x = 0; x < windows->count; x++, high += windows->taps, low += windows->taps) {
    const uint8_t *samples = row + windows->starts[x];
    sums sum = {_mm_setzero_si128(), _mm_cvtsi32_si128(HALF)};
    for (uint32_t tap = 0; tap < windows->length; tap += 8) {
      __m128i eight = _mm_loadl_epi64((const __m128i *)(samples + tap));
      add(
          &sum, _mm_unpacklo_epi8(eight, _mm_setzero_si128()), _mm_loadu_si128((const __m128i *)(high + tap)),
          _mm_loadu_si128((const __m128i *)(low + tap)));
    }
    __m128i four = total(sum);
    four = _mm_add_epi32(four, _mm_srli_si128(four, 8));
    four = _mm_add_epi32(four, _mm_srli_si128(four, 4));
    int value = _mm_cvtsi128_si32(four) >> WEIGHT_BITS;
    to[x] = (uint8_t)(value > 255 ? 255 : value);
  }
}

// 16 samples of `count` rows.
static inline void sum_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, size_t at, __m128i four[4]) {
  const __m128i zero = _mm_setzero_si128();
  sums sum[4] = {{zero, four[0]}, {zero, four[1]}, {zero, four[2]}, {zero, four[3]}};
  for (uint32_t row = 0; row < count; row += 2) {
    int is_last = row + 1 == count;
    __m128i upper = is_last ? _mm_set1_epi32((uint16_t)high[row]) : pair_of(high + row);
    __m128i lower = is_last ? _mm_set1_epi32((uint16_t)low[row]) : pair_of(low + row);
    __m128i first = _mm_loadu_si128((const __m128i *)(rows[row] + at));
    __m128i second = _mm_loadu_si128((const __m128i *)(rows[row + !is_last] + at));
    __m128i left = _mm_unpacklo_epi8(first, second), right = _mm_unpackhi_epi8(first, second);
    add(&sum[0], _mm_unpacklo_epi8(left, zero), upper, lower);
    add(&sum[1], _mm_unpackhi_epi8(left, zero), upper, lower);
    add(&sum[2], _mm_unpacklo_epi8(right, zero), upper, lower);
    add(&sum[3], _mm_unpackhi_epi8(right, zero), upper, lower);
  }
  for (int part = 0; part < 4; part++) four[part] = total(sum[part]);
}

static void add_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, int32_t *to,
    size_t width) {
  for (size_t at = 0; at < width; at += 16) {
    __m128i four[4];
    memcpy(four, to + at, sizeof four);
    sum_rows(rows, count, high, low, at, four);
    memcpy(to + at, four, sizeof four);
  }
}

static void finish_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, const int32_t *before,
    uint8_t *to, size_t width) {
  for (size_t at = 0; at < width; at += 16) {
    __m128i four[4];
    if (before) {
      memcpy(four, before + at, sizeof four);
    } else {
      for (int part = 0; part < 4; part++) four[part] = _mm_set1_epi32(HALF);
    }
    sum_rows(rows, count, high, low, at, four);
    for (int part = 0; part < 4; part++) four[part] = _mm_srai_epi32(four[part], WEIGHT_BITS);
    __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(four[0], four[1]), _mm_packs_epi32(four[2], four[3]));
    if (width - at >= 16) {
      _mm_storeu_si128((__m128i *)(to + at), bytes);
    } else {
      memcpy(to + at, &bytes, width - at);
    }
  }
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i wide_pair_of(const int16_t *weights) {
  int both;
  memcpy(&both, weights, sizeof both);
  return _mm256_set1_epi32(both);
}

AVX2 static inline void add_wide(__m256i *upper, __m256i *lower, __m256i samples, __m256i high, __m256i low) {
  *upper = _mm256_add_epi32(*upper, _mm256_madd_epi16(samples, high));
  *lower = _mm256_add_epi32(*lower, _mm256_madd_epi16(samples, low));
}

AVX2 static inline __m256i wide_total(__m256i upper, __m256i lower) {
  return _mm256_add_epi32(_mm256_slli_epi32(upper, LOW_BITS), lower);
}

// One output pixel of two rows, a row in each half. Four pixels are read at a time.
AVX2 __attribute__((always_inline)) static inline __m256i across_pixel(
    const uint8_t *a, const uint8_t *b, const int16_t *high, const int16_t *low, uint32_t pairs) {
  const __m256i first = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
  const __m256i second = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1));
  __m256i upper = _mm256_setzero_si256(), lower = _mm256_set1_epi32(HALF);
  for (uint32_t pair = 0; pair < pairs; pair += 2, a += 16, b += 16, high += 4, low += 4) {
    __m256i pixels = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)a)), _mm_loadu_si128((const __m128i *)b), 1);
    add_wide(&upper, &lower, _mm256_shuffle_epi8(pixels, first), wide_pair_of(high), wide_pair_of(low));
    if (pair + 1 == pairs) break;
    add_wide(&upper, &lower, _mm256_shuffle_epi8(pixels, second), wide_pair_of(high + 2), wide_pair_of(low + 2));
  }
  return _mm256_srai_epi32(wide_total(upper, lower), WEIGHT_BITS);
}

AVX2 __attribute__((always_inline)) static inline void across_pairs_avx2(
    const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step,
    uint32_t pairs) {
  const __m256i order = _mm256_broadcastsi128_si256(
      step == 3 ? _mm_setr_epi8(0, 1, 2, 4, 5, 6, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)
                : _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1));
  const int16_t *high = windows->high, *low = windows->low;
  size_t taps = windows->taps;
  for (uint32_t x = 0; x < windows->count; x += 2, high += 2 * taps, low += 2 * taps) {
    size_t here = (size_t)windows->starts[x] * 4, next = here, further = 0;
    if (x + 1 < windows->count) {
      next = (size_t)windows->starts[x + 1] * 4;
      further = taps;
    }
    __m256i left = across_pixel(a + here, b + here, high, low, pairs);
    __m256i right = across_pixel(a + next, b + next, high + further, low + further, pairs);
    __m256i both = _mm256_packs_epi32(left, right);
    both = _mm256_shuffle_epi8(_mm256_packus_epi16(both, both), order);
    _mm_storel_epi64((__m128i *)(to_a + (size_t)x * step), _mm256_castsi256_si128(both));
    _mm_storel_epi64((__m128i *)(to_b + (size_t)x * step), _mm256_extracti128_si256(both, 1));
  }
}

AVX2 static void across_color_avx2(
    const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step) {
  uint32_t pairs = (windows->length + 1) / 2;
  switch (pairs) {
    case 1: across_pairs_avx2(windows, a, b, to_a, to_b, step, 1); break;
    case 2: across_pairs_avx2(windows, a, b, to_a, to_b, step, 2); break;
    case 3: across_pairs_avx2(windows, a, b, to_a, to_b, step, 3); break;
    default: across_pairs_avx2(windows, a, b, to_a, to_b, step, pairs);
  }
}

// 32 samples of `count` rows, in the order that unpacking halves gives and packing them takes back.
AVX2 static inline void sum_rows_avx2(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, size_t at, __m256i four[4]) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i upper[4] = {zero, zero, zero, zero};
  for (uint32_t row = 0; row < count; row += 2) {
    int is_last = row + 1 == count;
    __m256i more = is_last ? _mm256_set1_epi32((uint16_t)high[row]) : wide_pair_of(high + row);
    __m256i less = is_last ? _mm256_set1_epi32((uint16_t)low[row]) : wide_pair_of(low + row);
    __m256i first = _mm256_loadu_si256((const __m256i *)(rows[row] + at));
    __m256i second = _mm256_loadu_si256((const __m256i *)(rows[row + !is_last] + at));
    __m256i left = _mm256_unpacklo_epi8(first, second), right = _mm256_unpackhi_epi8(first, second);
    add_wide(&upper[0], &four[0], _mm256_unpacklo_epi8(left, zero), more, less);
    add_wide(&upper[1], &four[1], _mm256_unpackhi_epi8(left, zero), more, less);
    add_wide(&upper[2], &four[2], _mm256_unpacklo_epi8(right, zero), more, less);
    add_wide(&upper[3], &four[3], _mm256_unpackhi_epi8(right, zero), more, less);
  }
  for (int part = 0; part < 4; part++) four[part] = wide_total(upper[part], four[part]);
}

AVX2 static void add_rows_avx2(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, int32_t *to, size_t width) {
  for (size_t at = 0; at < width; at += 32) {
    __m256i four[4];
    memcpy(four, to + at, sizeof four);
    sum_rows_avx2(rows, count, high, low, at, four);
    memcpy(to + at, four, sizeof four);
  }
}

AVX2 static void finish_rows_avx2(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, const int32_t *before,
    uint8_t *to, size_t width) {
  for (size_t at = 0; at < width; at += 32) {
    __m256i four[4];
    if (before) {
      memcpy(four, before + at, sizeof four);
    } else {
      for (int part = 0; part < 4; part++) four[part] = _mm256_set1_epi32(HALF);
    }
    sum_rows_avx2(rows, count, high, low, at, four);
    for (int part = 0; part < 4; part++) four[part] = _mm256_srai_epi32(four[part], WEIGHT_BITS);
    __m256i bytes =
        _mm256_packus_epi16(_mm256_packs_epi32(four[0], four[1]), _mm256_packs_epi32(four[2], four[3]));
    if (width - at >= 32) {
      _mm256_storeu_si256((__m256i *)(to + at), bytes);
    } else {
      memcpy(to + at, &bytes, width - at);
    }
  }
}

const pix_kernels pix_sse2_kernels = {across_color, across_gray, add_rows, finish_rows};
const pix_kernels pix_avx2_kernels = {across_color_avx2, across_gray, add_rows_avx2, finish_rows_avx2};
#endif
