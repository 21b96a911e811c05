/* ca_sign.h - the two steps that making a CA and issuing a certificate have in common. */
#ifndef HS_APPS_CA_SIGN_H
#define HS_APPS_CA_SIGN_H

#include "apps/common/ca.h"
#include "apps/common/ca_index.h"
#include "pki/issue.h"

/* A new key of this kind, and as PKCS#8 PEM; password.p NULL: not encrypted. */
HS_MUST_CHECK hs__exit hs__ca_make_key(const hs_provider *p, int kind, hs_span password,
                                       hs__private_key **key, hs__bytes *pem, hs__fault *fault);

/* Signs the template with a random serial number that `index` does not have, for the public key in
 * it. Before that lint has looked at it: what is wrong is HS__EXIT_UNTRUSTED, what is unwise a
 * warning. `what` names the certificate in faults. `index` NULL: this CA has made nothing yet. */
HS_MUST_CHECK hs__exit hs__ca_sign(const hs_provider *p, hs__cert_template *t,
                                   const hs__private_key *issuer, const hs__index *index,
                                   const char *what, hs__certs *out, hs__fault *fault);

/* "CN=TEXT<end>" with what RFC 4514 gives a meaning to escaped; a text with '=' is a whole name
 * already. */
void hs__ca_name_text(const char *text, const char *end, char *out, size_t room);

#endif
