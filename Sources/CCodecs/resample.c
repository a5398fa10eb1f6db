#include "resample.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define WEIGHT_BITS 22
#define LOW_BITS 11
#define HALF (1 << (WEIGHT_BITS - 1))
// A longer window is summed up in portions of so many rows.
#define MOST_RING_ROWS 16
// Output rows that are in work at once, where windows are longer than the ring: three, and one to spare.
#define OPEN_SUMS 4

#if defined(__SSE2__)

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

// Writes 4 bytes a pixel, `step` apart.
static void across_color(
    const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step) {
  const int16_t *high = windows->high, *low = windows->low;
  for (uint32_t x = 0; x < windows->count; x++, high += windows->taps, low += windows->taps) {
    size_t start = (size_t)windows->starts[x] * 4;
    uint32_t length = windows->lengths[x];
    sums sum_a = start_sums(), sum_b = start_sums();
    for (uint32_t tap = 0; tap < length; tap += 2) {
      __m128i upper = pair_of(high + tap), lower = pair_of(low + tap);
      add(&sum_a, two_pixels(a + start + (size_t)tap * 4), upper, lower);
      add(&sum_b, two_pixels(b + start + (size_t)tap * 4), upper, lower);
    }
    __m128i both = _mm_packs_epi32(
        _mm_srai_epi32(total(sum_a), WEIGHT_BITS), _mm_srai_epi32(total(sum_b), WEIGHT_BITS));
    both = _mm_packus_epi16(both, both);
    int pixel_a = _mm_cvtsi128_si32(both), pixel_b = _mm_cvtsi128_si32(_mm_srli_si128(both, 4));
    memcpy(to_a + (size_t)x * step, &pixel_a, 4);
    memcpy(to_b + (size_t)x * step, &pixel_b, 4);
  }
}

static void across_gray(const pix_windows *windows, const uint8_t *row, uint8_t *to) {
  const int16_t *high = windows->high, *low = windows->low;
  for (uint32_t x = 0; x < windows->count; x++, high += windows->taps, low += windows->taps) {
    const uint8_t *samples = row + windows->starts[x];
    uint32_t length = windows->lengths[x];
    sums sum = {_mm_setzero_si128(), _mm_cvtsi32_si128(HALF)};
    for (uint32_t tap = 0; tap < length; tap += 8) {
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
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, int32_t *totals,
    size_t width) {
  for (size_t at = 0; at < width; at += 16) {
    __m128i four[4];
    memcpy(four, totals + at, sizeof four);
    sum_rows(rows, count, high, low, at, four);
    memcpy(totals + at, four, sizeof four);
  }
}

static void finish_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, const int32_t *totals,
    uint8_t *to, size_t width) {
  for (size_t at = 0; at < width; at += 16) {
    __m128i four[4];
    if (totals) {
      memcpy(four, totals + at, sizeof four);
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

#else

static inline int32_t weight(const int16_t *high, const int16_t *low, size_t at) {
  return high[at] * (1 << LOW_BITS) + low[at];
}

static inline uint8_t sample(int32_t total) {
  int32_t value = total >> WEIGHT_BITS;
  return (uint8_t)(value > 255 ? 255 : value);
}

static void across_row(
    const pix_windows *windows, const uint8_t *row, uint8_t *to, uint32_t channels, uint32_t step) {
  for (uint32_t x = 0; x < windows->count; x++) {
    size_t base = (size_t)x * windows->taps;
    int32_t totals[4] = {HALF, HALF, HALF, HALF};
    for (uint32_t tap = 0; tap < windows->lengths[x]; tap++) {
      const uint8_t *pixel = row + ((size_t)windows->starts[x] + tap) * channels;
      int32_t factor = weight(windows->high, windows->low, base + tap);
      for (uint32_t channel = 0; channel < channels; channel++) totals[channel] += factor * pixel[channel];
    }
    for (uint32_t channel = 0; channel < channels; channel++) to[(size_t)x * step + channel] = sample(totals[channel]);
  }
}

static void across_color(
    const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step) {
  across_row(windows, a, to_a, 4, step);
  if (b != a) across_row(windows, b, to_b, 4, step);
}

static void across_gray(const pix_windows *windows, const uint8_t *row, uint8_t *to) {
  across_row(windows, row, to, 1, 1);
}

static void add_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, int32_t *totals,
    size_t width) {
  for (uint32_t row = 0; row < count; row++) {
    int32_t factor = weight(high, low, row);
    for (size_t at = 0; at < width; at++) totals[at] += factor * rows[row][at];
  }
}

static void finish_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, const int32_t *totals,
    uint8_t *to, size_t width) {
  for (size_t at = 0; at < width; at++) {
    int32_t total = totals ? totals[at] : HALF;
    for (uint32_t row = 0; row < count; row++) total += weight(high, low, row) * rows[row][at];
    to[at] = sample(total);
  }
}

#endif

int pix_resampler_open(pix_resampler *self, const pix_target *target, uint32_t width) {
  *self = (pix_resampler){.target = target, .source_width = width};
  self->width = target->across ? target->across->count : width;
  self->row_bytes = self->width * target->channels;
  self->ring_stride = (self->row_bytes + ROW_SLACK + 63) / 64 * 64;
  uint32_t most = target->down ? target->down->most : 1;
  int is_summed = most >= MOST_RING_ROWS;
  self->ring_rows = is_summed ? MOST_RING_ROWS : most + ROWS_AT_ONCE - 1;
  size_t lines = self->ring_rows + (is_summed ? OPEN_SUMS * sizeof(int32_t) : 0);
  self->ring = malloc(lines * self->ring_stride);
  if (is_summed && self->ring) self->sums = (int32_t *)(self->ring + self->ring_rows * self->ring_stride);
  return self->ring != NULL;
}

void pix_resampler_close(pix_resampler *self) { free(self->ring); }

// Pillow's roundings, to and fro.
static void premultiply(uint8_t *pixels, size_t width) {
  for (uint8_t *end = pixels + width * 4; pixels < end; pixels += 4) {
    unsigned alpha = pixels[3];
    for (int channel = 0; channel < 3; channel++) {
      unsigned product = pixels[channel] * alpha + 128u;
      pixels[channel] = (uint8_t)((product + (product >> 8)) >> 8);
    }
  }
}

static void unpremultiply(uint8_t *pixels, size_t width) {
  for (uint8_t *end = pixels + width * 4; pixels < end; pixels += 4) {
    unsigned alpha = pixels[3];
    if (alpha == 0 || alpha == 255) continue;
    for (int channel = 0; channel < 3; channel++) {
      unsigned color = pixels[channel] * 255u / alpha;
      pixels[channel] = (uint8_t)(color > 255 ? 255 : color);
    }
  }
}

static uint8_t *ring_row(const pix_resampler *self, uint32_t row) {
  return self->ring + self->ring_stride * (row % self->ring_rows);
}

static void take_across(pix_resampler *self, uint8_t *const *rows, uint32_t count) {
  const pix_target *target = self->target;
  uint8_t *first = ring_row(self, self->taken), *last = ring_row(self, self->taken + count - 1);
  if (target->across && target->channels > 1) {
    across_color(target->across, rows[0], rows[count - 1], first, last, target->channels);
    return;
  }
  for (uint32_t row = 0; row < count; row++) {
    uint8_t *to = row == 0 ? first : last;
    if (target->across) {
      across_gray(target->across, rows[row], to);
    } else if (target->channels == 3) {
      for (size_t x = 0; x < self->width; x++) memcpy(to + x * 3, rows[row] + x * 4, 3);
    } else {
      memcpy(to, rows[row], self->row_bytes);
    }
  }
}

// What the ring holds of an output row's window.
typedef struct {
  const uint8_t *rows[MOST_RING_ROWS];
  uint32_t count;
  const int16_t *high;
  const int16_t *low;
  int32_t *sums;  // NULL: nothing has been summed up
} portion;

static portion portion_of(const pix_resampler *self, uint32_t output, uint32_t end) {
  const pix_windows *down = self->target->down;
  uint32_t start = down->starts[output], from = start < self->summed ? self->summed : start;
  size_t weights = (size_t)output * down->taps + (from - start);
  portion part = {.high = down->high + weights, .low = down->low + weights};
  for (uint32_t row = from; row < end; row++) part.rows[part.count++] = ring_row(self, row);
  if (start < self->summed) part.sums = self->sums + self->ring_stride * (output % OPEN_SUMS);
  return part;
}

// Sums up the ring's rows for every output row they are a part of, before the ring is written anew.
static void empty_ring(pix_resampler *self) {
  const pix_windows *down = self->target->down;
  for (uint32_t output = self->made; output < down->count && down->starts[output] < self->taken; output++) {
    portion part = portion_of(self, output, self->taken);
    int32_t *sums = self->sums + self->ring_stride * (output % OPEN_SUMS);
    if (!part.sums) {
      for (size_t at = 0; at < self->ring_stride; at++) sums[at] = HALF;
    }
    add_rows(part.rows, part.count, part.high, part.low, sums, self->row_bytes);
  }
  self->summed = self->taken;
}

static void finish_output(pix_resampler *self, uint32_t end) {
  uint8_t *to = self->target->pixels + self->target->stride * self->made;
  if (self->target->down) {
    portion part = portion_of(self, self->made, end);
    finish_rows(part.rows, part.count, part.high, part.low, part.sums, to, self->row_bytes);
  } else {
    memcpy(to, ring_row(self, self->made), self->row_bytes);
  }
  if (self->target->is_premultiplied) unpremultiply(to, self->width);
  self->made++;
}

void pix_resampler_take(pix_resampler *self, uint8_t *const *rows, uint32_t count) {
  const pix_windows *down = self->target->down;
  if (!down || (self->made < down->count && down->starts[self->made] < self->taken + count)) {
    for (uint32_t row = 0; row < count && self->target->is_premultiplied; row++) {
      premultiply(rows[row], self->source_width);
    }
    take_across(self, rows, count);
  }
  self->taken += count;
  if (!down) {
    while (self->made < self->taken) finish_output(self, self->taken);
    return;
  }
  while (self->made < down->count && down->starts[self->made] + down->lengths[self->made] <= self->taken) {
    finish_output(self, down->starts[self->made] + down->lengths[self->made]);
  }
  if (self->sums && self->taken == self->summed + self->ring_rows) empty_ring(self);
}
