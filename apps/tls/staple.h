/* staple.h - OCSP responses that hs-server shows with its certificates (--ocsp). */
#ifndef HS_APPS_TLS_STAPLE_H
#define HS_APPS_TLS_STAPLE_H

#include "apps/tls/identity.h"

/* Of an option row (HS__OPT_CALL) at an hs__identity_options: the file is about the --cert before
 * it. */
const char *hs__staple_take(const char *file, void *identity);

/* Reads the responses, DER or PEM, and gives each to its credential; credentials before they are
 * shared, the n-th for the n-th --cert. One that is no response, or about another certificate, is a
 * fault; what clients would not believe for another reason is a warning, as is a certificate that
 * promises a response (must-staple) and gets none. */
HS_MUST_CHECK hs__exit hs__staples_load(const hs__identity_options *o, hs_provider *provider,
                                        const hs__identities *identities, hs__fault *fault);

#endif
