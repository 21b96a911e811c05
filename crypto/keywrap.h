/* keywrap.h - AES key wrap (RFC 3394) over the provider's AES blocks. */
#ifndef HS_CRYPTO_KEYWRAP_H
#define HS_CRYPTO_KEYWRAP_H

#include "crypto/provider.h"

enum { HS__KEYWRAP_MORE = 8, HS__KEYWRAP_MAX = 64 };

/* kek: 16, 24 or 32 bytes. key: a multiple of 8 bytes, 16 to HS__KEYWRAP_MAX, else HS_E_MISUSE. out
 * gets HS__KEYWRAP_MORE bytes more. */
HS_MUST_CHECK hs_status hs__key_wrap(const hs_provider *p, hs_span kek, hs_span key, uint8_t *out);

/* out gets HS__KEYWRAP_MORE bytes less than wrapped has; *out_n: how many. HS_E_CMS_KEY: it was not
 * wrapped with this key. */
HS_MUST_CHECK hs_status hs__key_unwrap(const hs_provider *p, hs_span kek, hs_span wrapped,
                                       uint8_t out[HS__KEYWRAP_MAX], size_t *out_n);

#endif
