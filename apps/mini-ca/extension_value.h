/* extension_value.h - what some extensions without a reader in pki/ say. */
#ifndef HS_MINI_CA_EXTENSION_VALUE_H
#define HS_MINI_CA_EXTENSION_VALUE_H

#include "pki/certificate.h"

/* tlsFeature asks for status_request (RFC 7633). */
bool extension_must_staple(const hs__cert *cert);

/* The first URI of cRLDistributionPoints / for OCSP in authorityInfoAccess, NUL-terminated; false
 * if there is none, or no room. */
bool extension_crl_url(const hs__cert *cert, char *out, size_t room);
bool extension_ocsp_url(const hs__cert *cert, char *out, size_t room);

#endif
