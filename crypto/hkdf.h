/* hkdf.h - HKDF (RFC 5869) and HKDF-Expand-Label (RFC 9846 section 7.1). */
#ifndef HS_CRYPTO_HKDF_H
#define HS_CRYPTO_HKDF_H

#include "crypto/provider.h"

/* out: hs__hash_len(id) bytes. An empty salt counts as hs__hash_len(id) zeros. */
HS_MUST_CHECK hs_status hs__hkdf_extract(const hs_provider *p, hs__hash_id id, hs_span salt,
                                         hs_span ikm, uint8_t *out);

/* n <= 255 * hs__hash_len(id), else HS_E_MISUSE. `out` overlaps neither prk nor info. */
HS_MUST_CHECK hs_status hs__hkdf_expand(const hs_provider *p, hs__hash_id id, hs_span prk,
                                        hs_span info, uint8_t *out, size_t n);

/* label without its "tls13 " in front (1 to 249 characters), context up to 255 bytes:
 * HS_E_MISUSE beyond. */
HS_MUST_CHECK hs_status hs__hkdf_expand_label(const hs_provider *p, hs__hash_id id, hs_span secret,
                                              const char *label, hs_span context, uint8_t *out,
                                              size_t n);

#endif
