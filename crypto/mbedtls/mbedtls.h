/* mbedtls.h - the provider over mbedTLS's libmbedcrypto, 2.28 and 3.6. */
#ifndef HS_CRYPTO_MBEDTLS_H
#define HS_CRYPTO_MBEDTLS_H

#include "crypto/provider.h"

HS_MUST_CHECK hs_status hs__mbedtls_new(hs_provider **out);

#endif
