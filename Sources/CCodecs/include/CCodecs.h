#include <sys/select.h>
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

// inflateInit2 is a macro; a negative window means raw deflate data, as in zip.
int pix_inflate_init_raw(z_stream *stream);

#define PIX_MESSAGE_BYTES 256

typedef enum {
  PIX_DECODED = 0,
  PIX_MALFORMED,
  PIX_TRUNCATED,
} pix_status;

// What came of one look at an image. Messages are the decoder's own.
typedef struct {
  pix_status status;
  uint32_t width;
  uint32_t height;
  uint32_t rows_decoded;
  char message[PIX_MESSAGE_BYTES];
} pix_result;

// Headers only: width and height.
void pix_jpeg_shape(const uint8_t *bytes, size_t count, pix_result *result);
void pix_png_shape(const uint8_t *bytes, size_t count, pix_result *result);
void pix_webp_shape(const uint8_t *bytes, size_t count, pix_result *result);

// How the samples of one line become `count` others: output i is the sum of `length` samples from `starts[i]` on, each
// times its weight. Its weights lie from i * taps on, zeros behind them; taps is a multiple of 8. A weight of 2^22 is
// one; `high` and `low` hold its upper and lower 11 bits (one itself: 2048 and 0). No window reaches past its line, and
// none starts before an earlier one.
typedef struct {
  uint32_t count;
  uint32_t length;
  uint32_t taps;
  const uint32_t *starts;
  const int16_t *high;
  const int16_t *low;
} pix_windows;

// Which instructions resample; the bytes are the same. A processor that lacks them gets the next lower.
typedef enum {
  PIX_PLAIN = 0,
  PIX_SSE2,
  PIX_AVX2,
} pix_vectors;

// What an image is to become, and where.
typedef struct {
  // Of the file.
  uint32_t width;
  uint32_t height;
  // 1, 2, 4 or 8: a JPEG is decoded at this part of its size, rounded up.
  uint32_t shrink;
  // 1: gray, 3: RGB, 4: RGBA.
  uint32_t channels;
  uint8_t *pixels;
  // Bytes from one row of `pixels` to the next.
  size_t stride;
  // Else the rows go to `pixels` as they are.
  int is_resampled;
  // RGBA is resampled with its colors times its alpha.
  int is_premultiplied;
  // NULL: rows keep their width, or stay as many.
  const pix_windows *across;
  const pix_windows *down;
  pix_vectors vectors;
} pix_target;

// Fails unless the image is as large as the target says.
void pix_jpeg_decode(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result);
void pix_png_decode(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result);
void pix_webp_decode(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result);
