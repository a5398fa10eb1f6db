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

// RGB, 3 × width bytes a row, tightly packed. Fails unless the image is width × height.
void pix_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result);
void pix_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result);
void pix_webp_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result);
