/* pkcs12.h - crypto/pkcs12.h over libcrypto. */
#ifndef HS_CRYPTO_LIBCRYPTO_PKCS12_H
#define HS_CRYPTO_LIBCRYPTO_PKCS12_H

#include "crypto/pkcs12.h"

HS_MUST_CHECK hs_status hs__lc_pkcs12_write(const hs__pkcs12_contents *contents,
                                            const char *password, uint8_t **out, size_t *n);
HS_MUST_CHECK hs_status hs__lc_pkcs12_read(hs_span der, const char *password, hs__pkcs12 *out);

#endif
