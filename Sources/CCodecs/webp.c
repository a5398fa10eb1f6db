#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "resample.h"
#include "result.h"

static void explain(VP8StatusCode code, pix_result *result) {
  switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: pix_fail(result, PIX_TRUNCATED, "the data ends early"); break;
    case VP8_STATUS_OUT_OF_MEMORY: pix_fail(result, PIX_MALFORMED, "libwebp has no memory"); break;
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      pix_fail(result, PIX_MALFORMED, "it uses a feature libwebp does not know");
      break;
    default: pix_fail(result, PIX_MALFORMED, "the bitstream is broken"); break;
  }
}

static int read_features(
    const uint8_t *bytes, size_t count, WebPBitstreamFeatures *features, pix_result *result) {
  VP8StatusCode code = WebPGetFeatures(bytes, count, features);
  if (code != VP8_STATUS_OK) {
    explain(code, result);
    return 0;
  }
  result->width = (uint32_t)features->width;
  result->height = (uint32_t)features->height;
  return 1;
}

void pix_webp_shape(const uint8_t *bytes, size_t count, pix_result *result) {
  WebPBitstreamFeatures features;
  if (read_features(bytes, count, &features, result)) result->status = PIX_DECODED;
}

// How far the rows go that can be decoded of what ends early.
static uint32_t rows_of(const uint8_t *bytes, size_t count, WebPDecoderConfig *config) {
  int rows = 0;
  WebPIDecoder *partial = WebPIDecode(NULL, 0, config);
  if (!partial) return 0;
  WebPIUpdate(partial, bytes, count);
  WebPIDecGetRGB(partial, &rows, NULL, NULL, NULL);
  WebPIDelete(partial);
  return rows > 0 ? (uint32_t)rows : 0;
}

// Where a whole image goes: in RGB or, with 4 bytes a pixel, RGBA.
typedef struct {
  uint8_t *pixels;
  uint32_t width;
  uint32_t height;
  uint32_t channels;
  size_t stride;
} canvas;

// Decodes one still image, as large as the canvas.
static void decode_still(const uint8_t *bytes, size_t count, const canvas *to, pix_result *result) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) {
    pix_fail(result, PIX_MALFORMED, "this libwebp has another version than its header");
    return;
  }
  VP8StatusCode code = WebPGetFeatures(bytes, count, &config.input);
  if (code != VP8_STATUS_OK) {
    explain(code, result);
    return;
  }
  if ((uint32_t)config.input.width != to->width || (uint32_t)config.input.height != to->height) {
    pix_fail(result, PIX_MALFORMED, "the image has another shape than its header");
    return;
  }
  config.output.colorspace = to->channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = to->pixels;
  config.output.u.RGBA.stride = (int)to->stride;
  config.output.u.RGBA.size = to->stride * (to->height - 1) + (size_t)to->width * to->channels;
  code = WebPDecode(bytes, count, &config);
  if (code == VP8_STATUS_OK) {
    result->status = PIX_DECODED;
    result->rows_decoded = to->height;
  } else {
    explain(code, result);
    if (result->status == PIX_TRUNCATED) result->rows_decoded = rows_of(bytes, count, &config);
  }
}

// The first frame of an animation. Around the frame the canvas is black, and transparent.
static void decode_first_frame(const uint8_t *bytes, size_t count, const canvas *to, pix_result *result) {
  WebPData data = {bytes, count};
  WebPDemuxState state;
  WebPIterator frame;
  WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
  if (!demuxer || state != WEBP_DEMUX_DONE) {
    int is_short = state == WEBP_DEMUX_PARSING_HEADER || state == WEBP_DEMUX_PARSED_HEADER;
    pix_fail(
        result, is_short ? PIX_TRUNCATED : PIX_MALFORMED,
        is_short ? "the data ends early" : "the animation is broken");
  } else if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != to->width ||
             WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != to->height) {
    pix_fail(result, PIX_MALFORMED, "the image has another shape than its header");
  } else if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
    pix_fail(result, PIX_MALFORMED, "the animation has no frame");
  } else {
    uint32_t x = (uint32_t)frame.x_offset, y = (uint32_t)frame.y_offset;
    uint32_t across = (uint32_t)frame.width, down = (uint32_t)frame.height;
    if (x > to->width || across > to->width - x || y > to->height || down > to->height - y) {
      pix_fail(result, PIX_MALFORMED, "its first frame lies outside the canvas");
    } else {
      if (across < to->width || down < to->height) memset(to->pixels, 0, to->stride * to->height);
      canvas part = {
          to->pixels + to->stride * y + (size_t)x * to->channels, across, down, to->channels, to->stride};
      decode_still(frame.fragment.bytes, frame.fragment.size, &part, result);
    }
    WebPDemuxReleaseIterator(&frame);
  }
  WebPDemuxDelete(demuxer);
}

static void decode_canvas(
    const uint8_t *bytes, size_t count, const WebPBitstreamFeatures *features, const canvas *to, pix_result *result) {
  if (features->has_animation) {
    decode_first_frame(bytes, count, to, result);
  } else {
    decode_still(bytes, count, to, result);
  }
  if (to->channels < 4 || features->has_alpha || result->status != PIX_DECODED) return;
  for (uint32_t y = 0; y < to->height; y++) {
    for (size_t x = 0; x < to->width; x++) to->pixels[to->stride * y + x * 4 + 3] = 255;
  }
}

static void make_grays(const canvas *from, const pix_target *target) {
  for (uint32_t y = 0; y < from->height; y++) {
    pix_rgb_to_gray(from->pixels + from->stride * y, 4, target->pixels + target->stride * y, from->width);
  }
}

static void resample(const canvas *from, const pix_target *target, pix_result *result) {
  pix_resampler resampler;
  if (!pix_resampler_open(&resampler, target, from->width)) {
    pix_fail(result, PIX_MALFORMED, "no memory to resize it");
    return;
  }
  for (uint32_t y = 0; y < from->height; y += ROWS_AT_ONCE) {
    uint8_t *rows[ROWS_AT_ONCE];
    uint32_t count = 0;
    for (; count < ROWS_AT_ONCE && y + count < from->height; count++) {
      rows[count] = from->pixels + from->stride * (y + count);
      if (target->channels == 1) pix_rgb_to_gray(rows[count], 4, rows[count], from->width);
    }
    pix_resampler_take(&resampler, rows, count);
  }
  pix_resampler_close(&resampler);
}

void pix_webp_decode(const uint8_t *bytes, size_t count, const pix_target *target, pix_result *result) {
  WebPBitstreamFeatures features;
  if (!read_features(bytes, count, &features, result)) return;
  canvas whole = {target->pixels, target->width, target->height, target->channels, target->stride};
  if (!target->is_resampled && target->channels > 1) {
    decode_canvas(bytes, count, &features, &whole, result);
    return;
  }
  whole.channels = 4;
  whole.stride = (size_t)whole.width * 4;
  whole.pixels = malloc(whole.stride * whole.height + ROW_SLACK);
  if (!whole.pixels) {
    pix_fail(result, PIX_MALFORMED, "no memory for its pixels");
    return;
  }
  decode_canvas(bytes, count, &features, &whole, result);
  if (result->status == PIX_DECODED && target->is_resampled) {
    resample(&whole, target, result);
  } else if (result->status == PIX_DECODED) {
    make_grays(&whole, target);
  }
  free(whole.pixels);
}
