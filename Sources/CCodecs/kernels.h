#pragma once
#include "CCodecs.h"

#define WEIGHT_BITS 22
#define LOW_BITS 11
// Sums start here, so that they are rounded when their last bits go.
#define HALF (1 << (WEIGHT_BITS - 1))

// The sums of the resampler. Rows and sums are read in whole vectors, up to 63 bytes or 16 sums past their end.
typedef struct {
  // Two rows of 4 bytes a pixel; writes 4 bytes a pixel, `step` apart. Both may be one.
  void (*across_color)(
      const pix_windows *windows, const uint8_t *a, const uint8_t *b, uint8_t *to_a, uint8_t *to_b, uint32_t step);
  void (*across_gray)(const pix_windows *windows, const uint8_t *row, uint8_t *to);
  // Adds `count` rows, each times its weight, to the sums of `width` bytes.
  void (*add_rows)(
      const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, int32_t *sums, size_t width);
  // Likewise, and writes the bytes. Without sums, from HALF on.
  void (*finish_rows)(
      const uint8_t *const *rows, uint32_t count, const int16_t *high, const int16_t *low, const int32_t *sums,
      uint8_t *to, size_t width);
} pix_kernels;

extern const pix_kernels pix_plain_kernels;
#if defined(__SSE2__)
extern const pix_kernels pix_sse2_kernels;
extern const pix_kernels pix_avx2_kernels;
#endif
