/* signed.h - what certificates, revocation lists and OCSP answers are made of alike: something
 * that is signed, the algorithm, the signature (RFC 5280 4.1.1); and extensions (4.2). */
#ifndef HS_PKI_SIGNED_H
#define HS_PKI_SIGNED_H

#include "pki/der_write.h"
#include "pki/sigalg.h"

/* Writes SEQUENCE { tbs, algorithm, signature, more } to out; *n: in the room, out the length.
 * `more` is DER that stands behind the signature, empty for most. key NULL: a draft, with an
 * empty signature, for those who look before they sign. */
HS_MUST_CHECK hs_status hs__signed_write(const hs_provider *p, const hs__private_key *key,
                                         hs__sig_alg alg, hs_span tbs, hs_span more, uint8_t *out,
                                         size_t *n);

/* Room that all but tbs and more needs. */
enum { HS__SIGNED_ROOM = HS__SIGNATURE_MAX + 256 };

/* Wraps what was written since `end` as the extension `id`. */
void hs__der_wrap_extension(hs__der_out *o, hs__oid id, bool is_critical, const uint8_t *end);

/* authorityKeyIdentifier with this key id; nothing for an empty one. */
void hs__der_put_authority_key_id(hs__der_out *o, hs_span key_id);

#endif
