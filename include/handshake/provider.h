/* provider.h - which crypto library does the work.
 *
 * A provider is made once, is immutable from then on and may be shared by threads.
 * Everything a library computes lazily is computed before *_new returns. */
#ifndef HANDSHAKE_PROVIDER_H
#define HANDSHAKE_PROVIDER_H

#include "handshake/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hs_provider hs_provider;

/* By name: "mbedtls", "libcrypto", or NULL for the default (mbedtls). HS_E_UNSUPPORTED:
 * not known, or not built in. The caller gets one reference. */
HS_MUST_CHECK hs_status hs_provider_new(const char *name, hs_provider **out);

/* The providers built in, best known first; static, NULL-terminated. */
const char *const *hs_provider_names(void);

hs_provider *hs_provider_ref(hs_provider *p);
void hs_provider_unref(hs_provider *p); /* NULL is allowed */

/* "mbedtls", and the version of the library that runs: "2.28.3". */
const char *hs_provider_name(const hs_provider *p);
const char *hs_provider_version(const hs_provider *p);

/* NULL, or how RSA private keys leak by timing in the version of the library that runs: "CVE-...,
 * fixed in ..."; static. Whoever lets clients encrypt to an RSA key (the classic key exchange
 * of TLS 1.2) should warn of it. Known for mbedTLS before 2.28.7 and 3.5.2 and for OpenSSL
 * before 3.0.8; a distribution may have repaired an older version. */
const char *hs_provider_rsa_leak(const hs_provider *p);

#ifdef __cplusplus
}
#endif

#endif
