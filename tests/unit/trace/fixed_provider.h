/* fixed_provider.h - a provider whose randomness is the same each time, for output that is compared
 * byte by byte. Nothing it makes is secret. */
#ifndef HS_TESTS_TRACE_FIXED_PROVIDER_H
#define HS_TESTS_TRACE_FIXED_PROVIDER_H

#include "crypto/provider.h"
#include "handshake/pki.h"

/* Takes a reference to `inner`, which signs: with RSASSA-PKCS1-v1_5 its results are fixed, too. */
HS_MUST_CHECK hs_status hs__fixed_provider_new(hs_provider *inner, hs_provider **out);

/* The identity of fixed_identity.h, and its root. */
HS_MUST_CHECK hs_status hs__fixed_identity(hs_provider *p, hs_credential **credential,
                                           hs_trust **trust);

#endif
