/* request.h - the file that a request for a certificate comes in. */
#ifndef HS_MINI_CA_REQUEST_H
#define HS_MINI_CA_REQUEST_H

#include "apps/common/fault.h"
#include "apps/common/files.h"
#include "pki/csr.h"

typedef struct {
    hs__csr csr; /* views on `der` */
    hs__bytes der;
} mini_ca_request;

/* PEM (the first CERTIFICATE REQUEST) or DER. `where` names the bytes in faults. */
HS_MUST_CHECK hs__exit mini_ca_request_parse(hs_span text, const char *where, mini_ca_request *out,
                                             hs__fault *fault);
void mini_ca_request_free(mini_ca_request *request);

/* There is a block of that kind in it. */
bool mini_ca_request_is_in(hs_span text);

#endif
