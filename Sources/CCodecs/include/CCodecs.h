#pragma once
#include <sys/select.h>

#include <zlib.h>

// inflateInit2 is a macro; a negative window means raw deflate data, as in zip.
int pix_inflate_init_raw(z_stream *stream);
