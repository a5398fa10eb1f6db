#include "resample.h"

#include <stdlib.h>
#include <string.h>

// A longer window is summed up in portions of so many rows.
#define MOST_RING_ROWS 16
// Output rows that are in work at once, where windows are longer than the ring: three, and one to spare.
#define OPEN_SUMS 4

static const pix_kernels *kernels_for(pix_vectors most) {
#if defined(__SSE2__)
  if (most >= PIX_AVX2 && __builtin_cpu_supports("avx2")) return &pix_avx2_kernels;
  if (most >= PIX_SSE2) return &pix_sse2_kernels;
#endif
  (void)most;
  return &pix_plain_kernels;
}

int pix_resampler_open(pix_resampler *self, const pix_target *target, uint32_t width) {
  *self = (pix_resampler){.target = target, .kernels = kernels_for(target->vectors), .source_width = width};
  self->width = target->across ? target->across->count : width;
  self->row_bytes = self->width * target->channels;
  self->ring_stride = (self->row_bytes + ROW_SLACK + 63) / 64 * 64;
  uint32_t most = target->down ? target->down->length : 1;
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
    if (alpha == 255) continue;
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
    self->kernels->across_color(target->across, rows[0], rows[count - 1], first, last, target->channels);
    return;
  }
  for (uint32_t row = 0; row < count; row++) {
    uint8_t *to = row == 0 ? first : last;
    if (target->across) {
      self->kernels->across_gray(target->across, rows[row], to);
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
    self->kernels->add_rows(part.rows, part.count, part.high, part.low, sums, self->row_bytes);
  }
  self->summed = self->taken;
}

static void finish_output(pix_resampler *self, uint32_t end) {
  uint8_t *to = self->target->pixels + self->target->stride * self->made;
  if (self->target->down) {
    portion part = portion_of(self, self->made, end);
    self->kernels->finish_rows(part.rows, part.count, part.high, part.low, part.sums, to, self->row_bytes);
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
  while (self->made < down->count && down->starts[self->made] + down->length <= self->taken) {
    finish_output(self, down->starts[self->made] + down->length);
  }
  if (self->sums && self->taken == self->summed + self->ring_rows) empty_ring(self);
}
