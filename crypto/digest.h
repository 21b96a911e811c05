/* digest.h - the hash of one run of bytes. */
#ifndef HS_CRYPTO_DIGEST_H
#define HS_CRYPTO_DIGEST_H

#include "crypto/provider.h"

/* out: hs__hash_len(id) bytes. */
HS_MUST_CHECK hs_status hs__digest(const hs_provider *p, hs__hash_id id, hs_span data,
                                   uint8_t *out);

#endif
