#include <setjmp.h>
#include <stdlib.h>

#include "result.h"

#include <jpeglib.h>

#include <jerror.h>

// More scans than any encoder writes; each costs a pass over the whole image.
#define MOST_SCANS 500
#define ROWS_AT_A_TIME 16

typedef struct {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  pix_result *result;
  JSAMPLE *cmyk;
  int is_out_of_bytes;
  int met_early_end;
  uint32_t rows_when_out;
} decoder;

static decoder *owner(j_common_ptr common) { return (decoder *)common->client_data; }

static void on_error(j_common_ptr common) {
  decoder *self = owner(common);
  self->result->status = PIX_MALFORMED;
  char text[JMSG_LENGTH_MAX];
  common->err->format_message(common, text);
  pix_fail(self->result, PIX_MALFORMED, text);
  longjmp(self->escape, 1);
}

static void on_message(j_common_ptr common, int level) {
  if (level < 0 && common->err->msg_code == JWRN_HIT_MARKER) owner(common)->met_early_end = 1;
}

static void on_progress(j_common_ptr common) {
  decoder *self = owner(common);
  if (self->jpeg.input_scan_number <= MOST_SCANS) return;
  pix_fail(self->result, PIX_MALFORMED, "more than 500 scans");
  longjmp(self->escape, 1);
}

static void start_source(j_decompress_ptr jpeg) { (void)jpeg; }
static void end_source(j_decompress_ptr jpeg) { (void)jpeg; }

// Out of bytes: an end marker, again and again, lets the decoder finish what it has.
static boolean more_bytes(j_decompress_ptr jpeg) {
  static const JOCTET end[] = {0xFF, JPEG_EOI};
  decoder *self = owner((j_common_ptr)jpeg);
  if (!self->is_out_of_bytes) {
    self->is_out_of_bytes = 1;
    self->rows_when_out = jpeg->output_scanline;
  }
  jpeg->src->next_input_byte = end;
  jpeg->src->bytes_in_buffer = sizeof end;
  return TRUE;
}

static void skip_bytes(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if ((size_t)count > jpeg->src->bytes_in_buffer) {
    more_bytes(jpeg);
  } else {
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
  }
}

static void set_up(decoder *self, const uint8_t *bytes, size_t count, pix_result *result) {
  self->result = result;
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = on_error;
  self->errors.emit_message = on_message;
  self->jpeg.client_data = self;
}

// Reads the header. What escapes from here on lands in the caller.
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

// An error after the last byte is the lack of more of them.
static void close_decoder(decoder *self) {
  if (self->result->status == PIX_MALFORMED && self->is_out_of_bytes) {
    self->result->status = PIX_TRUNCATED;
    self->result->rows_decoded = self->rows_when_out;
  }
  jpeg_destroy_decompress(&self->jpeg);
  free(self->cmyk);
}

void pix_jpeg_shape(const uint8_t *bytes, size_t count, pix_result *result) {
  decoder self = {0};
  set_up(&self, bytes, count, result);
  if (setjmp(self.escape) == 0) {
    read_header(&self, bytes, count);
    result->status = PIX_DECODED;
  }
  close_decoder(&self);
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

static void decode_rows(decoder *self, uint8_t *pixels, uint32_t width, uint32_t height) {
  j_decompress_ptr jpeg = &self->jpeg;
  size_t stride = (size_t)width * 3;
  if (jpeg->out_color_space == JCS_CMYK) {
    self->cmyk = malloc((size_t)width * 4);
    if (!self->cmyk) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    JSAMPROW row = self->cmyk;
    while (jpeg->output_scanline < height) {
      uint8_t *target = pixels + stride * jpeg->output_scanline;
      if (jpeg_read_scanlines(jpeg, &row, 1) == 1) cmyk_to_rgb(self->cmyk, target, width);
    }
    return;
  }
  JSAMPROW rows[ROWS_AT_A_TIME];
  while (jpeg->output_scanline < height) {
    uint32_t left = height - jpeg->output_scanline;
    uint32_t wanted = left < ROWS_AT_A_TIME ? left : ROWS_AT_A_TIME;
    for (uint32_t row = 0; row < wanted; row++) rows[row] = pixels + stride * (jpeg->output_scanline + row);
    jpeg_read_scanlines(jpeg, rows, wanted);
  }
}

void pix_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  decoder self = {0};
  set_up(&self, bytes, count, result);
  if (setjmp(self.escape) == 0) {
    read_header(&self, bytes, count);
    j_decompress_ptr jpeg = &self.jpeg;
    jpeg->out_color_space =
        jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);
    if (jpeg->output_width != width || jpeg->output_height != height ||
        jpeg->output_components != (jpeg->out_color_space == JCS_CMYK ? 4 : 3)) {
      pix_fail(result, PIX_MALFORMED, "the image has another shape than its header");
    } else {
      decode_rows(&self, pixels, width, height);
      result->rows_decoded = height;
      result->status = PIX_DECODED;
      if (self.is_out_of_bytes && self.met_early_end) {
        pix_fail(result, PIX_TRUNCATED, "the data ends early");
        result->rows_decoded = self.rows_when_out;
      }
    }
  }
  close_decoder(&self);
}
