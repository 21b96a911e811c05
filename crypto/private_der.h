/* private_der.h - private keys as DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 A.1.2) and SEC1
 * (RFC 5915). For libraries whose own reader does not know all of these. */
#ifndef HS_CRYPTO_PRIVATE_DER_H
#define HS_CRYPTO_PRIVATE_DER_H

#include "crypto/provider.h"

/* Borrowed from the DER; numbers are unsigned big-endian. */
typedef struct {
    hs__key_type type;
    hs_span n, e, d, p, q, dp, dq, qp; /* RSA */
    hs_span scalar;                    /* EC: as long as a coordinate */
    hs_span point;                     /* EC: uncompressed; empty if the file has none */
} hs__private_numbers;

/* Any of the three forms, not encrypted, nothing behind it. HS_E_KEY_FORMAT; HS_E_KEY_TYPE for
 * a well-formed key that is neither RSA nor on one of our curves. */
HS_MUST_CHECK hs_status hs__private_read(hs_span der, hs__private_numbers *out);

/* PKCS#8, written to the end of room[0..room_n); *out is where it stands. HS_E_NO_SPACE. */
HS_MUST_CHECK hs_status hs__private_write(const hs__private_numbers *k, uint8_t *room,
                                          size_t room_n, hs_span *out);

/* True if `der` has the shape of an EncryptedPrivateKeyInfo. */
bool hs__private_is_encrypted(hs_span der);

#endif
