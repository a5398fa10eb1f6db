#include <png.h>
#include <setjmp.h>
#include <string.h>

#include "result.h"

// No image needs more than this of palettes and unknown chunks.
#define MOST_CHUNK_BYTES (8u << 20)
#define MOST_CHUNKS 1000

typedef struct {
  const uint8_t *bytes;
  size_t left;
  int is_out_of_bytes;
  pix_result *result;
  png_structp png;
  png_infop info;
} decoder;

static void on_error(png_structp png, png_const_charp message) {
  decoder *self = png_get_error_ptr(png);
  pix_fail(self->result, self->is_out_of_bytes ? PIX_TRUNCATED : PIX_MALFORMED, message);
  png_longjmp(png, 1);
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

// Texts, profiles and the like do not change the pixels, but can inflate to gigabytes: only their checksums are read.
static void ignore_what_is_unused(png_structp png) {
  static const png_byte names[] =
      "bKGD\0" "cHRM\0" "eXIf\0" "gAMA\0" "hIST\0" "iCCP\0" "iTXt\0" "oFFs\0" "pCAL\0" "pHYs\0" "sBIT\0"
      "sCAL\0" "sPLT\0" "sRGB\0" "tEXt\0" "tIME\0" "zTXt";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
}

static void read_header(decoder *self) {
  png_set_read_fn(self->png, self, on_read);
  png_set_crc_action(self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(self->png, MOST_CHUNK_BYTES);
  png_set_chunk_cache_max(self->png, MOST_CHUNKS);
  ignore_what_is_unused(self->png);
  png_read_info(self->png, self->info);
  self->result->width = png_get_image_width(self->png, self->info);
  self->result->height = png_get_image_height(self->png, self->info);
}

// Gray of 16 bits is cut off at 255, not scaled: so does Pillow. The row's samples lie where its pixels go.
static void clip_gray16(uint8_t *row, uint32_t width) {
  for (size_t x = width; x-- > 0;) memset(row + x * 3, row[x * 2] ? 255 : row[x * 2 + 1], 3);
}

static void read_pixels(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height) {
  png_structp png = self->png;
  if (self->result->width != width || self->result->height != height) {
    png_error(png, "the image has another shape than its header");
  }
  png_byte color = png_get_color_type(png, self->info);
  png_byte depth = png_get_bit_depth(png, self->info);
  int is_gray16 = color == PNG_COLOR_TYPE_GRAY && depth == 16;
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16 && !is_gray16) png_set_strip_16(png);
  png_set_strip_alpha(png);
  if (!(color & PNG_COLOR_MASK_COLOR) && !is_gray16) png_set_gray_to_rgb(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, self->info);
  if (png_get_rowbytes(png, self->info) != (size_t)width * (is_gray16 ? 2 : 3)) {
    png_error(png, "its rows are not of the expected length");
  }
  for (int pass = 1; pass <= passes; pass++) {
    for (uint32_t y = 0; y < height; y++) {
      uint8_t *row = pixels + (size_t)width * 3 * y;
      png_read_row(png, row, NULL);
      if (pass < passes) continue;
      if (is_gray16) clip_gray16(row, width);
      self->result->rows_decoded = y + 1;
    }
  }
}

// Without pixels, the header only.
static void read_image(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height) {
  if (setjmp(png_jmpbuf(self->png))) return;
  read_header(self);
  if (pixels) read_pixels(self, pixels, width, height);
  self->result->status = PIX_DECODED;
}

static void run(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  decoder self = {.bytes = bytes, .left = count, .result = result};
  self.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &self, on_error, on_warning);
  if (self.png) self.info = png_create_info_struct(self.png);
  if (self.info) {
    read_image(&self, pixels, width, height);
  } else {
    pix_fail(result, PIX_MALFORMED, "libpng has no memory");
  }
  png_destroy_read_struct(&self.png, &self.info, NULL);
}

void pix_png_shape(const uint8_t *bytes, size_t count, pix_result *result) {
  run(bytes, count, NULL, 0, 0, result);
}

void pix_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  run(bytes, count, pixels, width, height, result);
}
