#pragma once
/* For the functions that take an allocator; the library exports them, and they have not changed since 1.0. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

/* A decoder with memory of the caller's own that takes windows of at most 2^`window_bits` bytes; NULL without memory. */
static inline ZSTD_DStream *
keyway_zstd_start (ZSTD_allocFunction allocate, ZSTD_freeFunction release, int window_bits)
{
  ZSTD_customMem memory = {allocate, release, NULL};
  ZSTD_DStream *decoder = ZSTD_createDStream_advanced (memory);
  if (NULL != decoder && ZSTD_isError (ZSTD_DCtx_setParameter (decoder, ZSTD_d_windowLogMax, window_bits)))
    {
      ZSTD_freeDStream (decoder);
      return NULL;
    }
  return decoder;
}
