#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

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

// The first frame of an animation, on its canvas.
static void decode_first_frame(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t pixel_count, pix_result *result) {
  WebPAnimDecoderOptions options;
  WebPData data = {bytes, count};
  uint8_t *canvas;
  int time;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  if (!decoder || !WebPAnimDecoderGetNext(decoder, &canvas, &time)) {
    pix_fail(result, PIX_MALFORMED, "its first frame is broken");
  } else {
    for (size_t index = 0; index < pixel_count; index++) memcpy(pixels + index * 3, canvas + index * 4, 3);
    result->status = PIX_DECODED;
  }
  WebPAnimDecoderDelete(decoder);
}

void pix_webp_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) {
    pix_fail(result, PIX_MALFORMED, "this libwebp has another version than its header");
    return;
  }
  if (!read_features(bytes, count, &config.input, result)) return;
  if (result->width != width || result->height != height) {
    pix_fail(result, PIX_MALFORMED, "the image has another shape than its header");
    return;
  }
  if (config.input.has_animation) {
    decode_first_frame(bytes, count, pixels, (size_t)width * height, result);
    return;
  }
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels;
  config.output.u.RGBA.stride = (int)(width * 3);
  config.output.u.RGBA.size = (size_t)width * height * 3;
  VP8StatusCode code = WebPDecode(bytes, count, &config);
  if (code == VP8_STATUS_OK) {
    result->status = PIX_DECODED;
    result->rows_decoded = height;
  } else {
    result->rows_decoded = 0;
    explain(code, result);
  }
}
