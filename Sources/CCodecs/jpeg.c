#include <setjmp.h>
#include <stdlib.h>

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
  JSAMPLE *cmyk;
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
  self->result->rows_decoded = jpeg->output_scanline;
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
static void cmyk_to_rgb(const JSAMPLE *inks, uint8_t *pixels, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, inks += 4, pixels += 3) {
    unsigned light = inks[3];
    for (int ink = 0; ink < 3; ink++) {
      unsigned product = (255u - inks[ink]) * light + 128u;
      pixels[ink] = (uint8_t)(light - ((product + (product >> 8)) >> 8));
    }
  }
}

static void read_cmyk_rows(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height) {
  j_decompress_ptr jpeg = &self->jpeg;
  self->cmyk = malloc((size_t)width * 4);
  if (!self->cmyk) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  JSAMPROW row = self->cmyk;
  while (jpeg->output_scanline < height) {
    uint8_t *target = pixels + (size_t)width * 3 * jpeg->output_scanline;
    if (jpeg_read_scanlines(jpeg, &row, 1) == 1) cmyk_to_rgb(self->cmyk, target, width);
  }
}

static void read_rgb_rows(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height) {
  j_decompress_ptr jpeg = &self->jpeg;
  size_t stride = (size_t)width * 3;
  JSAMPROW rows[ROWS_AT_A_TIME];
  while (jpeg->output_scanline < height) {
    uint32_t left = height - jpeg->output_scanline;
    uint32_t wanted = left < ROWS_AT_A_TIME ? left : ROWS_AT_A_TIME;
    for (uint32_t row = 0; row < wanted; row++) rows[row] = pixels + stride * (jpeg->output_scanline + row);
    jpeg_read_scanlines(jpeg, rows, wanted);
  }
}

static void read_pixels(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height) {
  j_decompress_ptr jpeg = &self->jpeg;
  int is_cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
  jpeg->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  // Two bytes for each of up to four coefficients of a pixel, in whole blocks.
  jpeg->mem->max_memory_to_use = WORKING_BYTES + 8L * ((long)width + 64) * ((long)height + 64);
  jpeg_start_decompress(jpeg);
  if (jpeg->output_width != width || jpeg->output_height != height ||
      jpeg->output_components != (is_cmyk ? 4 : 3)) {
    give_up(self, PIX_MALFORMED, "the image has another shape than its header");
  }
  if (is_cmyk) {
    read_cmyk_rows(self, pixels, width, height);
  } else {
    read_rgb_rows(self, pixels, width, height);
  }
}

// Without pixels, the header only.
static void read_image(
    decoder *self, const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height) {
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = on_error;
  self->errors.emit_message = on_message;
  self->jpeg.client_data = self;
  if (setjmp(self->escape)) return;
  read_header(self, bytes, count);
  if (pixels) {
    read_pixels(self, pixels, width, height);
    self->result->rows_decoded = height;
  }
  self->result->status = PIX_DECODED;
}

static void run(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  decoder self = {.result = result};
  read_image(&self, bytes, count, pixels, width, height);
  jpeg_destroy_decompress(&self.jpeg);
  free(self.cmyk);
}

void pix_jpeg_shape(const uint8_t *bytes, size_t count, pix_result *result) {
  run(bytes, count, NULL, 0, 0, result);
}

void pix_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  run(bytes, count, pixels, width, height, result);
}
