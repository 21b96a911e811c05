#include "apps/common/crls.h"

#include "apps/common/files.h"
#include "apps/common/say.h"

hs__exit hs__crls_add(hs_trust *trust, const char *path, hs__fault *fault) {
    hs__bytes text;
    hs__exit code = hs__file_read(path, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    size_t added = 0, skipped = 0;
    hs_status st = hs_trust_add_crl(trust, hs__bytes_span(&text), &added, &skipped);
    hs__bytes_free(&text);
    if (skipped > 0)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: not a well-formed revocation list",
                             hs__safe(path));
    if (st == HS_E_NO_CERTIFICATE)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: no revocation list is in it",
                             hs__safe(path));
    return st ? hs__fail_status(fault, st, "%s", hs__safe(path)) : HS__EXIT_OK;
}

hs__exit hs__crls_add_all(hs_trust *trust, const hs__list *files, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < files->n && !code; i++)
        code = hs__crls_add(trust, files->v[i], fault);
    return code;
}
