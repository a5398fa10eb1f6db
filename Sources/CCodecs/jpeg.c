#include <setjmp.h>
#include <stdlib.h>

#include "resample.h"
#include "result.h"

#include <jpeglib.h>

#include <jerror.h>

// More scans than any encoder writes; each costs a pass over the whole image.
#define MOST_SCANS 500
#define ROWS_AT_A_TIME 16
// libjpeg's own needs beside the coefficients of a progressive image.
#define WORKING_BYTES (64L << 20)

typedef struct {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  pix_result *result;
  JSAMPLE *memory;
  pix_resampler resampler;
} decoder;

static decoder *owner(j_common_ptr common) { return (decoder *)common->client_data; }

_Noreturn static void give_up(decoder *self, pix_status status, const char *message) {
  pix_fail(self->result, status, message);
  longjmp(self->escape, 1);
}

static void on_error(j_common_ptr common) {
  char text[JMSG_LENGTH_MAX];
  common->err->format_message(common, text);
  give_up(owner(common), PIX_MALFORMED, text);
}

static void on_message(j_common_ptr common, int level) {
  (void)common;
  (void)level;
}

static void on_progress(j_common_ptr common) {
  decoder *self = owner(common);
  if (self->jpeg.input_scan_number > MOST_SCANS) give_up(self, PIX_MALFORMED, "more than 500 scans");
}

static void start_source(j_decompress_ptr jpeg) { (void)jpeg; }
static void end_source(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean more_bytes(j_decompress_ptr jpeg) {
  decoder *self = owner((j_common_ptr)jpeg);
  uint64_t rows = (uint64_t)jpeg->output_scanline * jpeg->scale_denom;
  self->result->rows_decoded = rows < jpeg->image_height ? (uint32_t)rows : jpeg->image_height;
  give_up(self, PIX_TRUNCATED, "the data ends early");
}

static void skip_bytes(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if ((size_t)count > jpeg->src->bytes_in_buffer) more_bytes(jpeg);
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= (size_t)count;
}

// What escapes from here on lands in the caller of the caller.
static void read_header(decoder *self, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&self->jpeg);
  self->source.init_source = start_source;
  self->source.fill_input_buffer = more_bytes;
  self->source.skip_input_data = skip_bytes;
  self->source.resync_to_restart = jpeg_resync_to_restart;
  self->source.term_source = end_source;
  self->source.next_input_byte = bytes;
  self->source.bytes_in_buffer = count;
  self->jpeg.src = &self->source;
  self->progress.progress_monitor = on_progress;
  self->jpeg.progress = &self->progress;
  jpeg_read_header(&self->jpeg, TRUE);
  self->result->width = self->jpeg.image_width;
  self->result->height = self->jpeg.image_height;
}

// Adobe's files hold inverted inks, which is what all CMYK files are taken for.
static void cmyk_to_rgb(const JSAMPLE *inks, uint8_t *pixels, uint32_t step, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, inks += 4, pixels += step) {
    unsigned light = inks[3];
    for (int ink = 0; ink < 3; ink++) {
      unsigned product = (255u - inks[ink]) * light + 128u;
      pixels[ink] = (uint8_t)(light - ((product + (product >> 8)) >> 8));
    }
    if (step == 4) pixels[3] = 255;
  }
}

static int is_cmyk(j_decompress_ptr jpeg) {
  return jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
}

static uint32_t rows_at_once(j_decompress_ptr jpeg, uint32_t most) {
  uint32_t left = jpeg->output_height - jpeg->output_scanline;
  return left < most ? left : most;
}

// Memory for rows of 4 bytes a pixel. They begin at odd addresses: libjpeg-turbo writes aligned rows past the cache,
// and these are read at once.
static JSAMPROW make_rows(decoder *self, uint32_t count) {
  self->memory = malloc(1 + (size_t)self->jpeg.output_width * 4 * count + ROW_SLACK);
  if (!self->memory) ERREXIT1(&self->jpeg, JERR_OUT_OF_MEMORY, 0);
  return self->memory + 1;
}

static void read_cmyk_rows(decoder *self, const pix_target *target) {
  j_decompress_ptr jpeg = &self->jpeg;
  JSAMPROW row = make_rows(self, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t *pixels = target->pixels + target->stride * jpeg->output_scanline;
    if (jpeg_read_scanlines(jpeg, &row, 1) != 1) continue;
    if (target->channels == 1) {
      cmyk_to_rgb(row, row, 4, jpeg->output_width);
      pix_rgb_to_gray(row, 4, pixels, jpeg->output_width);
    } else {
      cmyk_to_rgb(row, pixels, target->channels, jpeg->output_width);
    }
  }
}

static void read_rows(decoder *self, const pix_target *target) {
  j_decompress_ptr jpeg = &self->jpeg;
  JSAMPROW rows[ROWS_AT_A_TIME];
  while (jpeg->output_scanline < jpeg->output_height) {
    uint32_t wanted = rows_at_once(jpeg, ROWS_AT_A_TIME);
    for (uint32_t row = 0; row < wanted; row++) {
      rows[row] = target->pixels + target->stride * (jpeg->output_scanline + row);
    }
    jpeg_read_scanlines(jpeg, rows, wanted);
  }
}

static void resample_rows(decoder *self, const pix_target *target) {
  j_decompress_ptr jpeg = &self->jpeg;
  JSAMPROW rows[ROWS_AT_ONCE] = {make_rows(self, ROWS_AT_ONCE)};
  for (size_t row = 1; row < ROWS_AT_ONCE; row++) rows[row] = rows[0] + row * jpeg->output_width * 4;
  if (!pix_resampler_open(&self->resampler, target, jpeg->output_width)) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  while (jpeg->output_scanline < jpeg->output_height) {
    uint32_t wanted = rows_at_once(jpeg, ROWS_AT_ONCE), read = 0;
    while (read < wanted) read += jpeg_read_scanlines(jpeg, rows + read, wanted - read);
    for (uint32_t row = 0; row < wanted && is_cmyk(jpeg); row++) {
      cmyk_to_rgb(rows[row], rows[row], 4, jpeg->output_width);
      if (target->channels == 1) pix_rgb_to_gray(rows[row], 4, rows[row], jpeg->output_width);
    }
    pix_resampler_take(&self->resampler, rows, wanted);
  }
}

static int components_of(J_COLOR_SPACE space) {
  return space == JCS_GRAYSCALE ? 1 : space == JCS_RGB ? 3 : 4;
}

static void read_pixels(decoder *self, const pix_target *target) {
  j_decompress_ptr jpeg = &self->jpeg;
  if (jpeg->image_width != target->width || jpeg->image_height != target->height) {
    give_up(self, PIX_MALFORMED, "the image has another shape than its header");
  }
  jpeg->scale_denom = target->shrink;
  if (is_cmyk(jpeg)) {
    jpeg->out_color_space = JCS_CMYK;
  } else if (target->channels == 1) {
    jpeg->out_color_space = JCS_GRAYSCALE;
  } else {
    jpeg->out_color_space = target->channels == 4 || target->is_resampled ? JCS_EXT_RGBA : JCS_RGB;
  }
  // Two bytes for each of up to four coefficients of a pixel, in whole blocks.
  jpeg->mem->max_memory_to_use = WORKING_BYTES + 8L * ((long)target->width + 64) * ((long)target->height + 64);
  jpeg_start_decompress(jpeg);
  if (jpeg->output_width != (target->width - 1) / target->shrink + 1 ||
      jpeg->output_height != (target->height - 1) / target->shrink + 1 ||
      jpeg->output_components != components_of(jpeg->out_color_space)) {
    give_up(self, PIX_MALFORMED, "the image has another shape than its header");
  }
  if (target->is_resampled) {
    resample_rows(self, target);
  } else if (is_cmyk(jpeg)) {
    read_cmyk_rows(self, target);
  } else {
    read_rows(self, target);
  }
}

// Without a target, the header only.
static void read_image(decoder *self, const uint8_t *bytes, size_t count, const pix_target *target) {
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = on_error;
  self->errors.emit_message = on_message;
  self->jpeg.client_data = self;
  if (setjmp(self->escape)) return;
  read_header(self, bytes, count);
  if (target) {
    read_pixels(self, target);
    self->result->rows_decoded = target->height;
  }
  self->result->status = PIX_DECODED;
}

static void run(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result) {
  decoder self = {.result = result};
  read_image(&self, bytes, count, target);
  jpeg_destroy_decompress(&self.jpeg);
  pix_resampler_close(&self.resampler);
  free(self.memory);
}

void pix_jpeg_shape(const uint8_t *bytes, size_t count, pix_result *result) { run(bytes, count, NULL, result); }

void pix_jpeg_decode(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result) {
  run(bytes, count, target, result);
}
