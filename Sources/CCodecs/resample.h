#pragma once
#include "kernels.h"

// Bytes behind every row that is handed over, read in vain.
#define ROW_SLACK 64
#define ROWS_AT_ONCE 2

// Takes an image's rows from the top, resampled across as they come and down as soon as they suffice.
// Rows are gray where the target is, else RGBA (the last byte unused where the target is RGB).
typedef struct {
  const pix_target *target;
  const pix_kernels *kernels;
  size_t source_width;
  size_t width;
  size_t row_bytes;
  uint8_t *ring;  // the latest rows, resampled across
  size_t ring_stride;
  uint32_t ring_rows;
  int32_t *sums;  // of output rows whose windows are longer than the ring; else NULL
  uint32_t taken;
  uint32_t summed;  // of the rows taken, those that are in the sums
  uint32_t made;
} pix_resampler;

// Returns 0 when there is no memory. Close it in any case.
int pix_resampler_open(pix_resampler *self, const pix_target *target, uint32_t width);
// ROWS_AT_ONCE rows, fewer only at the end. It may change them.
void pix_resampler_take(pix_resampler *self, uint8_t *const *rows, uint32_t count);
void pix_resampler_close(pix_resampler *self);

static inline uint32_t pix_row_channels(const pix_target *target) { return target->channels == 1 ? 1 : 4; }

// Pillow's luma. In place too.
static inline void pix_rgb_to_gray(const uint8_t *pixels, uint32_t step, uint8_t *grays, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, pixels += step) {
    grays[x] = (uint8_t)((pixels[0] * 19595u + pixels[1] * 38470u + pixels[2] * 7471u + 0x8000u) >> 16);
  }
}
