#include "CCodecs.h"

int pix_inflate_init_raw(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
