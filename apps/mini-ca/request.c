#include "apps/mini-ca/request.h"

#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "pki/pem.h"

/* RFC 7468 7 takes the older label, too. */
static bool is_request(const hs__pem_block *block) {
    return hs__pem_is(block, "CERTIFICATE REQUEST") || hs__pem_is(block, "NEW CERTIFICATE REQUEST");
}

static bool find(hs_span text, hs__pem_block *block) {
    while (hs__pem_next(&text, block) == HS_OK)
        if (is_request(block))
            return true;
    return false;
}

bool mini_ca_request_is_in(hs_span text) {
    hs__pem_block block;
    return hs__pem_looks_like(text) && find(text, &block);
}

void mini_ca_request_free(mini_ca_request *request) {
    hs__bytes_free(&request->der);
}

hs__exit mini_ca_request_parse(hs_span text, const char *where, mini_ca_request *out,
                               hs__fault *fault) {
    hs__pem_block block;
    hs__rd_root root;
    hs_status st = HS_OK;
    *out = (mini_ca_request){.der = {.p = malloc(text.n + 4)}};
    if (!out->der.p)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    if (!hs__pem_looks_like(text)) {
        memcpy(out->der.p, text.p, text.n);
        out->der.n = text.n;
    } else if (find(text, &block)) {
        st = hs__pem_decode(&block, out->der.p, &out->der.n);
    } else {
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s holds no request for a certificate",
                             hs__safe(where));
    }
    if (st)
        return hs__fail_status(fault, st, "%s", hs__safe(where));
    if (hs__csr_read(hs__bytes_span(&out->der), NULL, &out->csr, &root))
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s is not a well-formed request for a certificate: %s: %s",
                             hs__safe(where), root.where, root.problem);
    return HS__EXIT_OK;
}
