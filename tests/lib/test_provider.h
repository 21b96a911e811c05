/* test_provider.h - any provider, with randomness that the test chooses: for vectors whose
 * bytes must come out again. Not for use by several threads at once. */
#ifndef HS_TESTS_TEST_PROVIDER_H
#define HS_TESTS_TEST_PROVIDER_H

#include "crypto/provider.h"

/* Takes a reference to `inner`. What is not queued comes from it. */
HS_MUST_CHECK hs_status hs__test_provider_new(hs_provider *inner, hs_provider **out);

/* The bytes (up to 64) for one later call of `random`, in the order of pushing. A call that
 * asks for another number of bytes than the front of the queue fails with HS_E_RANDOM. */
HS_MUST_CHECK hs_status hs__test_provider_push_random(hs_provider *p, const void *bytes, size_t n);

/* The private value for one later kex_generate or kex_respond with this group. */
HS_MUST_CHECK hs_status hs__test_provider_push_private(hs_provider *p, uint16_t group,
                                                       const void *bytes, size_t n);

/* What the next rsa_encrypt_premaster gives, up to 512 bytes: the premaster is then of no
 * importance, so push what this one holds as random bytes. */
HS_MUST_CHECK hs_status hs__test_provider_push_ciphertext(hs_provider *p, const void *bytes,
                                                          size_t n);

/* How many pushed values have not been used. */
size_t hs__test_provider_left(const hs_provider *p);

#endif
