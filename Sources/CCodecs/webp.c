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

// Decodes one still image to where its top left pixel goes, in rows `stride` bytes apart.
static void decode_still(
    const uint8_t *bytes, size_t count, uint8_t *corner, uint32_t width, uint32_t height, size_t stride,
    pix_result *result) {
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
  if ((uint32_t)config.input.width != width || (uint32_t)config.input.height != height) {
    pix_fail(result, PIX_MALFORMED, "the image has another shape than its header");
    return;
  }
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = corner;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * (height - 1) + (size_t)width * 3;
  code = WebPDecode(bytes, count, &config);
  if (code == VP8_STATUS_OK) {
    result->status = PIX_DECODED;
    result->rows_decoded = height;
  } else {
    explain(code, result);
    if (result->status == PIX_TRUNCATED) result->rows_decoded = rows_of(bytes, count, &config);
  }
}

// The first frame of an animation, on its canvas. Around the frame the canvas is black.
static void decode_first_frame(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  WebPData data = {bytes, count};
  WebPDemuxState state;
  WebPIterator frame;
  WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
  if (!demuxer || state != WEBP_DEMUX_DONE) {
    int is_short = state == WEBP_DEMUX_PARSING_HEADER || state == WEBP_DEMUX_PARSED_HEADER;
    pix_fail(
        result, is_short ? PIX_TRUNCATED : PIX_MALFORMED,
        is_short ? "the data ends early" : "the animation is broken");
  } else if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != width ||
             WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != height) {
    pix_fail(result, PIX_MALFORMED, "the image has another shape than its header");
  } else if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
    pix_fail(result, PIX_MALFORMED, "the animation has no frame");
  } else {
    uint32_t x = (uint32_t)frame.x_offset, y = (uint32_t)frame.y_offset;
    uint32_t across = (uint32_t)frame.width, down = (uint32_t)frame.height;
    size_t stride = (size_t)width * 3;
    if (x > width || across > width - x || y > height || down > height - y) {
      pix_fail(result, PIX_MALFORMED, "its first frame lies outside the canvas");
    } else {
      if (across < width || down < height) memset(pixels, 0, stride * height);
      uint8_t *corner = pixels + stride * y + (size_t)x * 3;
      decode_still(frame.fragment.bytes, frame.fragment.size, corner, across, down, stride, result);
    }
    WebPDemuxReleaseIterator(&frame);
  }
  WebPDemuxDelete(demuxer);
}

void pix_webp_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height, pix_result *result) {
  WebPBitstreamFeatures features;
  if (!read_features(bytes, count, &features, result)) return;
  if (features.has_animation) {
    decode_first_frame(bytes, count, pixels, width, height, result);
  } else {
    decode_still(bytes, count, pixels, width, height, (size_t)width * 3, result);
  }
}
