#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "resample.h"
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
  uint8_t *rows;
  pix_resampler resampler;
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

// How the rows lie that libpng writes.
typedef enum {
  GRAY,
  GRAY16,
  GRAY16_ALPHA16,
  RGB,
  RGBA,
} row_kind;

static const uint8_t bytes_of[] = {[GRAY] = 1, [GRAY16] = 2, [GRAY16_ALPHA16] = 4, [RGB] = 3, [RGBA] = 4};

// Gray of 16 bits is cut off at 255, not scaled: so does Pillow.
static uint8_t clipped(const uint8_t *gray16) { return gray16[0] ? 255 : gray16[1]; }

// Makes a row one of 1, 3 or 4 channels: from its end where pixels grow, since both may lie in the same place.
static void convert(row_kind kind, const uint8_t *row, uint8_t *pixels, uint32_t channels, uint32_t width) {
  if (kind >= RGB) {
    if (channels == 1) pix_rgb_to_gray(row, bytes_of[kind], pixels, width);
  } else if (kind == GRAY16 && channels == 1) {
    for (size_t x = 0; x < width; x++) pixels[x] = clipped(row + x * 2);
  } else if (kind != GRAY) {
    for (size_t x = width; x-- > 0;) {
      const uint8_t *source = row + x * bytes_of[kind];
      uint8_t gray = clipped(source), alpha = kind == GRAY16 ? 255 : source[2];
      memset(pixels + x * channels, gray, 3);
      if (channels == 4) pixels[x * 4 + 3] = alpha;
    }
  }
}

// Sets libpng to give rows that `convert` makes into rows of so many channels.
static row_kind set_rows(decoder *self, uint32_t channels, int keeps_alpha) {
  png_structp png = self->png;
  png_byte color = png_get_color_type(png, self->info);
  png_byte depth = png_get_bit_depth(png, self->info);
  int is_gray16 = color == PNG_COLOR_TYPE_GRAY && depth == 16;
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16 && !is_gray16) png_set_strip_16(png);
  int is_keyed = keeps_alpha && png_get_valid(png, self->info, PNG_INFO_tRNS) != 0;
  if (is_keyed) png_set_tRNS_to_alpha(png);
  if (is_gray16) return is_keyed ? GRAY16_ALPHA16 : GRAY16;
  if (channels != 4) png_set_strip_alpha(png);
  int is_gray = !(color & PNG_COLOR_MASK_COLOR);
  if (is_gray && channels == 1) return GRAY;
  if (is_gray) png_set_gray_to_rgb(png);
  if (channels != 4) return RGB;
  png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
  return RGBA;
}

static uint32_t channels_read(const pix_target *target) {
  return target->is_resampled ? pix_row_channels(target) : target->channels;
}

static void read_direct(decoder *self, const pix_target *target, row_kind kind, int passes) {
  for (int pass = 1; pass <= passes; pass++) {
    for (uint32_t y = 0; y < target->height; y++) {
      uint8_t *row = target->pixels + target->stride * y;
      png_read_row(self->png, row, NULL);
      if (pass < passes) continue;
      convert(kind, row, row, target->channels, target->width);
      self->result->rows_decoded = y + 1;
    }
  }
}

// Interlaced images are read whole before the first of their rows is.
static void read_converted(decoder *self, const pix_target *target, row_kind kind, int passes) {
  uint32_t width = target->width, channels = channels_read(target);
  size_t stride = (size_t)width * (bytes_of[kind] > channels ? bytes_of[kind] : channels);
  uint32_t held = passes > 1 ? target->height : ROWS_AT_ONCE;
  self->rows = malloc(stride * held + ROW_SLACK);
  if (!self->rows) png_error(self->png, "no memory for its rows");
  if (target->is_resampled && !pix_resampler_open(&self->resampler, target, width)) {
    png_error(self->png, "no memory to resize it");
  }
  for (int pass = 1; pass < passes; pass++) {
    for (uint32_t y = 0; y < target->height; y++) png_read_row(self->png, self->rows + stride * y, NULL);
  }
  uint8_t *rows[ROWS_AT_ONCE];
  for (uint32_t y = 0; y < target->height; y++) {
    uint8_t *row = rows[y % ROWS_AT_ONCE] = self->rows + stride * (y % held);
    png_read_row(self->png, row, NULL);
    if (!target->is_resampled) {
      convert(kind, row, target->pixels + target->stride * y, channels, width);
    } else {
      convert(kind, row, row, channels, width);
      uint32_t whole = y % ROWS_AT_ONCE + 1;
      if (whole == ROWS_AT_ONCE || y + 1 == target->height) pix_resampler_take(&self->resampler, rows, whole);
    }
    self->result->rows_decoded = y + 1;
  }
}

static void read_pixels(decoder *self, const pix_target *target) {
  png_structp png = self->png;
  if (self->result->width != target->width || self->result->height != target->height) {
    png_error(png, "the image has another shape than its header");
  }
  row_kind kind = set_rows(self, channels_read(target), target->channels == 4);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, self->info);
  if (png_get_rowbytes(png, self->info) != (size_t)target->width * bytes_of[kind]) {
    png_error(png, "its rows are not of the expected length");
  }
  if (target->is_resampled || bytes_of[kind] > target->channels) {
    read_converted(self, target, kind, passes);
  } else {
    read_direct(self, target, kind, passes);
  }
}

// Without a target, the header only.
static void read_image(decoder *self, const pix_target *target) {
  if (setjmp(png_jmpbuf(self->png))) return;
  read_header(self);
  if (target) read_pixels(self, target);
  self->result->status = PIX_DECODED;
}

static void run(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result) {
  decoder self = {.bytes = bytes, .left = count, .result = result};
  self.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &self, on_error, on_warning);
  if (self.png) self.info = png_create_info_struct(self.png);
  if (self.info) {
    read_image(&self, target);
  } else {
    pix_fail(result, PIX_MALFORMED, "libpng has no memory");
  }
  png_destroy_read_struct(&self.png, &self.info, NULL);
  pix_resampler_close(&self.resampler);
  free(self.rows);
}

void pix_png_shape(const uint8_t *bytes, size_t count, pix_result *result) { run(bytes, count, NULL, result); }

void pix_png_decode(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result) {
  run(bytes, count, target, result);
}
