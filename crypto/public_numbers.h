/* public_numbers.h - public keys as numbers: our own checks and one way to keep a copy. */
#ifndef HS_CRYPTO_PUBLIC_NUMBERS_H
#define HS_CRYPTO_PUBLIC_NUMBERS_H

#include "crypto/provider.h"

/* The smallest and largest RSA modulus that is used at all. 1024 is weak: the path
 * checks say so; here it is only refused to work with nonsense. */
enum { HS__RSA_BITS_MIN = 1024, HS__RSA_BITS_MAX = 8192 };

/* Length of a coordinate of an EC key type, 0 for the others. */
size_t hs__key_coordinate_len(hs__key_type type);

/* Form only: lengths, 0x04, odd RSA numbers without leading zeros in sane bounds. Whether
 * a point is on its curve is the library's check. HS_E_BAD_PUBLIC_KEY. */
HS_MUST_CHECK hs_status hs__numbers_check(const hs__public_numbers *k);

/* A copy in one block of memory: *storage is freed by the caller with free(). */
HS_MUST_CHECK hs_status hs__numbers_copy(const hs__public_numbers *k, hs__public_numbers *out,
                                         uint8_t **storage);

/* Whether a key of this kind can make or check such a signature: HS_E_KEY_TYPE if not. */
HS_MUST_CHECK hs_status hs__signature_check(const hs__public_numbers *k, hs__sig_alg alg);

#endif
