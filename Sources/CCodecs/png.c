#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

// No image needs more than this of palettes, texts and profiles.
#define MOST_CHUNK_BYTES (8u << 20)
#define MOST_CHUNKS 1000
#define LARGEST_SIDE 1000000u

typedef struct {
  const uint8_t *bytes;
  size_t left;
  int is_out_of_bytes;
  pix_result *result;
  png_structp png;
  png_infop info;
  uint8_t *gray16;
} decoder;

static void on_error(png_structp png, png_const_charp message) {
  decoder *self = png_get_error_ptr(png);
  pix_fail(self->result, self->is_out_of_bytes ? PIX_TRUNCATED : PIX_MALFORMED, message);
  longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void on_read(png_structp png, png_bytep target, size_t count) {
  decoder *self = png_get_io_ptr(png);
  if (count > self->left) {
    self->is_out_of_bytes = 1;
    png_error(png, "the data ends early");
  }
  memcpy(target, self->bytes, count);
  self->bytes += count;
  self->left -= count;
}

static int set_up(decoder *self, const uint8_t *bytes, size_t count, pix_result *result) {
  self->bytes = bytes;
  self->left = count;
  self->result = result;
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
  if (self->png) self->info = png_create_info_struct(self->png);
  if (self->info) return 1;
  pix_fail(result, PIX_MALFORMED, "libpng has no memory");
  return 0;
}

static void read_header(decoder *self) {
  png_set_read_fn(self->png, self, on_read);
  png_set_user_limits(self->png, LARGEST_SIDE, LARGEST_SIDE);
  png_set_chunk_malloc_max(self->png, MOST_CHUNK_BYTES);
  png_set_chunk_cache_max(self->png, MOST_CHUNKS);
  png_read_info(self->png, self->info);
  self->result->width = png_get_image_width(self->png, self->info);
  self->result->height = png_get_image_height(self->png, self->info);
}

static void close_decoder(decoder *self) {
  if (self->png) png_destroy_read_struct(&self->png, &self->info, NULL);
  free(self->gray16);
}

void pix_png_shape(const uint8_t *bytes, size_t count, pix_result *result) {
  decoder self = {0};
  if (set_up(&self, bytes, count, result) && setjmp(png_jmpbuf(self.png)) == 0) {
    read_header(&self);
    result->status = PIX_DECODED;
  }
  close_decoder(&self);
}

// Gray of 16 bits is cut off at 255, not scaled: so does Pillow.
static void clip_gray16(const uint8_t *samples, uint8_t *pixels, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, samples += 2, pixels += 3) {
    memset(pixels, samples[0] ? 255 : samples[1], 3);
  }
}

static void decode_gray16(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height, int passes) {
  size_t row = (size_t)width * 2;
  size_t rows = passes > 1 ? height : 1;
  self->gray16 = calloc(rows, row);
  if (!self->gray16) png_error(self->png, "no memory for an interlaced image");
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) {
      uint8_t *samples = self->gray16 + (passes > 1 ? row * y : 0);
      png_read_row(self->png, samples, NULL);
      if (pass == passes - 1) clip_gray16(samples, pixels + (size_t)width * 3 * y, width);
    }
    self->result->rows_decoded = height;
  }
}

void pix_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  decoder self = {0};
  if (set_up(&self, bytes, count, result) && setjmp(png_jmpbuf(self.png)) == 0) {
    png_structp png = self.png;
    read_header(&self);
    if (result->width != width || result->height != height) {
      png_error(png, "the image has another shape than its header");
    }
    png_byte color = png_get_color_type(png, self.info);
    png_byte depth = png_get_bit_depth(png, self.info);
    int is_gray16 = color == PNG_COLOR_TYPE_GRAY && depth == 16;
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (depth == 16 && !is_gray16) png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (!(color & PNG_COLOR_MASK_COLOR) && !is_gray16) png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, self.info);
    if (png_get_rowbytes(png, self.info) != (size_t)width * (is_gray16 ? 2 : 3)) {
      png_error(png, "its rows are not of the expected length");
    }
    if (is_gray16) {
      decode_gray16(&self, pixels, width, height, passes);
    } else {
      for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) {
          png_read_row(png, pixels + (size_t)width * 3 * y, NULL);
          if (pass == passes - 1) result->rows_decoded = y + 1;
        }
      }
    }
    result->status = PIX_DECODED;
  }
  close_decoder(&self);
}
