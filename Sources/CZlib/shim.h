#pragma once
#include <zlib.h>

/* A macro: `inflateInit2` tells the library which header it was compiled with. `bits` as there. */
static inline int
keyway_inflate_start (z_stream *stream, int bits)
{
  return inflateInit2 (stream, bits);
}
