/* keyfile.h - finding the private key in what a file holds. */
#ifndef HS_CRYPTO_KEYFILE_H
#define HS_CRYPTO_KEYFILE_H

#include "crypto/provider.h"

/* PBKDF2 rounds for the keys that we write: about 0.1 s with the slowest library. */
enum { HS__KEYFILE_ITERATIONS = 100000 };

/* *key is borrowed from `data`: the whole of it if it is exactly one DER SEQUENCE, else the
 * first PEM block whose label ends in "PRIVATE KEY", from its BEGIN line to the end of its
 * END line (RFC 7468). Other blocks, e.g. certificates or EC PARAMETERS, may stand around it.
 * HS_E_KEY_FORMAT if there is none. */
HS_MUST_CHECK hs_status hs__keyfile_find(hs_span data, hs_span *key, bool *is_pem);

/* The block found carries this label, e.g. "ENCRYPTED PRIVATE KEY". */
bool hs__keyfile_has_label(hs_span block, const char *label);

#endif
