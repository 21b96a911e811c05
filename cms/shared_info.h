/* shared_info.h - from an ECDH secret to the key that wraps the content key (RFC 5753 7.2). */
#ifndef HS_CMS_SHARED_INFO_H
#define HS_CMS_SHARED_INFO_H

#include "crypto/provider.h"

/* wrap_alg: the whole AlgorithmIdentifier of the key wrap as it stands in the message; ukm may be
 * empty; kek gets kek_n bytes. */
HS_MUST_CHECK hs_status hs__cms_derive_kek(const hs_provider *p, hs__hash_id hash, hs_span secret,
                                           hs_span wrap_alg, hs_span ukm, uint8_t *kek,
                                           size_t kek_n);

#endif
