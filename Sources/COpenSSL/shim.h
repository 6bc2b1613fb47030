#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
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

/* A new private key on P-256: its number, and its point, uncompressed. 1, or 0 if there is none. */
static inline int
keyway_p256_generate (unsigned char number[32], unsigned char point[65])
{
  size_t length = 0;
  BIGNUM *value = NULL;
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  int made = NULL != key && 1 == EVP_PKEY_get_bn_param (key, OSSL_PKEY_PARAM_PRIV_KEY, &value)
             && 32 == BN_bn2binpad (value, number, 32)
             && 1 == EVP_PKEY_get_octet_string_param (key, OSSL_PKEY_PARAM_PUB_KEY, point, 65, &length) && 65 == length;
  BN_clear_free (value);
  EVP_PKEY_free (key);
  ERR_clear_error ();
  return made;
}

/* The library's form of such a key, which is freed by EVP_PKEY_free; NULL if there is none. */
static inline EVP_PKEY *
keyway_p256_key (const unsigned char number[32], const unsigned char point[65])
{
  char group[] = "P-256";
  unsigned char native[32];
  EVP_PKEY *key = NULL;
  BIGNUM *value = BN_bin2bn (number, 32, NULL);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, "EC", NULL);
  if (NULL != value && NULL != context && 32 == BN_bn2nativepad (value, native, 32))
    {
      OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, (void *) point, 65),
        OSSL_PARAM_construct_BN (OSSL_PKEY_PARAM_PRIV_KEY, native, 32),
        OSSL_PARAM_construct_end (),
      };
      if (1 != EVP_PKEY_fromdata_init (context)
          || 1 != EVP_PKEY_fromdata (context, &key, EVP_PKEY_KEYPAIR, parameters))
        key = NULL;
    }
  OPENSSL_cleanse (native, sizeof native);
  BN_clear_free (value);
  EVP_PKEY_CTX_free (context);
  return key;
}

/* Signs by ECDSA with SHA-256. `length` is the room of `signature`, and then what was written. 1, or 0 for an error. */
static inline int
keyway_p256_sign (const unsigned char number[32], const unsigned char point[65], const unsigned char *message,
                  size_t count, unsigned char *signature, size_t *length)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY *key = keyway_p256_key (number, point);
  int made = NULL != context && NULL != key && 1 == EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key)
             && 1 == EVP_DigestSign (context, signature, length, message, count);
  EVP_MD_CTX_free (context);
  EVP_PKEY_free (key);
  ERR_clear_error ();
  return made;
}
