/* libcrypto.h - the provider over OpenSSL's libcrypto, 3.0 and newer. */
#ifndef HS_CRYPTO_LIBCRYPTO_H
#define HS_CRYPTO_LIBCRYPTO_H

#include "crypto/provider.h"

HS_MUST_CHECK hs_status hs__libcrypto_new(hs_provider **out);

#endif
