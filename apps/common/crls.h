/* crls.h - revocation lists in files (--crl). */
#ifndef HS_APPS_CRLS_H
#define HS_APPS_CRLS_H

#include "apps/common/fault.h"
#include "apps/common/options.h"
#include "handshake/pki.h"

/* Adds the lists in a file, PEM or DER. Who asks for a list wants it heeded, so one that does not
 * parse is a fault. */
HS_MUST_CHECK hs__exit hs__crls_add(hs_trust *trust, const char *path, hs__fault *fault);
HS_MUST_CHECK hs__exit hs__crls_add_all(hs_trust *trust, const hs__list *files, hs__fault *fault);

#endif
