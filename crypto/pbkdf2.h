/* pbkdf2.h - PBKDF2 (RFC 8018 section 5.2) for encrypted private keys. */
#ifndef HS_CRYPTO_PBKDF2_H
#define HS_CRYPTO_PBKDF2_H

#include "crypto/provider.h"

/* iterations >= 1; the time taken grows with it. */
HS_MUST_CHECK hs_status hs__pbkdf2(const hs_provider *p, hs__hash_id id, hs_span password,
                                   hs_span salt, unsigned iterations, uint8_t *out, size_t n);

#endif
