/* ecdsa_sig.h - ECDSA-Sig-Value (RFC 3279 section 2.2.3): SEQUENCE { r INTEGER, s INTEGER }. */
#ifndef HS_CRYPTO_ECDSA_SIG_H
#define HS_CRYPTO_ECDSA_SIG_H

#include "crypto/provider.h"

/* Strict DER, nothing behind it, both numbers positive and at most `coordinate` bytes long;
 * r and s are without leading zeros and borrowed from `sig`. HS_E_BAD_SIGNATURE. */
HS_MUST_CHECK hs_status hs__ecdsa_sig_read(hs_span sig, size_t coordinate, hs_span *r, hs_span *s);

/* Writes at most `room` bytes; r and s are unsigned big-endian. HS_E_NO_SPACE. */
HS_MUST_CHECK hs_status hs__ecdsa_sig_write(hs_span r, hs_span s, uint8_t *out, size_t room,
                                            size_t *n);

#endif
