/* fuzz_provider.h - a provider with no security at all, so that fuzzers get past the crypto.
 *
 * Every digest is the same bytes, so every MAC, secret and Finished is constant too; sealing
 * copies and appends a constant tag, AES in parts likewise; RSA leaves a block as it is; every
 * signature verifies; key shares and random bytes are fixed. What is said once can be replayed, and
 * a fuzzer can invent records that open. Shares, tags and lengths still have their right forms. */
#ifndef HS_TESTS_FUZZ_PROVIDER_H
#define HS_TESTS_FUZZ_PROVIDER_H

#include "crypto/provider.h"

enum {
    HS__FUZZ_DIGEST = 0x48, /* every byte of every digest */
    HS__FUZZ_TAG = 0x54,    /* every byte of every tag */
    HS__FUZZ_SHARE = 0x53,  /* every byte of a share, behind the 0x04 of a point */
    HS__FUZZ_SECRET = 0x5a, /* every byte of a key exchange's secret; of a premaster's last 46 */
    HS__FUZZ_RANDOM = 0x52, /* every random byte */
    HS__FUZZ_SIGNATURE = 0x47,
    HS__FUZZ_CIPHERTEXT = 0x43 /* every byte of an encrypted premaster */
};

/* `inner` (a reference is taken) still loads and writes private keys. */
HS_MUST_CHECK hs_status hs__fuzz_provider_new(hs_provider *inner, hs_provider **out);

#endif
