/* show.h - the parts of `mini-ca show`. */
#ifndef HS_MINI_CA_SHOW_H
#define HS_MINI_CA_SHOW_H

#include "pki/certificate.h"
#include "pki/text.h"

/* What an extension says, in words: "CA, at most 1 CA below", "digitalSignature". What has no
 * words of its own is hex. */
void show_extension(const hs__cert *cert, const hs__cert_extension *extension, hs__text *out);

#endif
