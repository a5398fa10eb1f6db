#include "kernels.h"

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
    for (uint32_t tap = 0; tap < windows->length; tap++) {
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
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, int32_t *sums,
    size_t width) {
  for (uint32_t row = 0; row < count; row++) {
    int32_t factor = weight(high, low, row);
    for (size_t at = 0; at < width; at++) sums[at] += factor * rows[row][at];
  }
}

static void finish_rows(
    const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, const int32_t *sums,
    uint8_t *to, size_t width) {
  for (size_t at = 0; at < width; at++) {
    int32_t total = sums ? sums[at] : HALF;
    for (uint32_t row = 0; row < count; row++) total += weight(high, low, row) * rows[row][at];
    to[at] = sample(total);
  }
}

const pix_kernels pix_plain_kernels = {across_color, across_gray, add_rows, finish_rows};
