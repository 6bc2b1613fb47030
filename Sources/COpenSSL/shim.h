#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

/* SHA-256 in one go. The functions that OpenSSL 3 would rather see used look up the algorithm each time, which takes
   longer than the digest of a key. */
static inline void
keyway_sha256 (const void *bytes, size_t count, unsigned char digest[32])
{
  SHA256_CTX context;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  SHA256_Init (&context);
  SHA256_Update (&context, bytes, count);
  SHA256_Final (digest, &context);
#pragma GCC diagnostic pop
  OPENSSL_cleanse (&context, sizeof context);
}
