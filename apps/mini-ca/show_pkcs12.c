#include <stdio.h>
#include <string.h>

#include "apps/mini-ca/show.h"
#include "crypto/pkcs12.h"

static hs_span text_span(const char *text) {
    return (hs_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

static hs__exit put_content(const show *sh, const hs__pkcs12 *p, const char *where,
                            hs__fault *fault) {
    hs__certs certs;
    hs__exit code = HS__EXIT_OK;
    if (!sh->is_json)
        printf("PKCS#12 file\n");
    if (p->certificates) {
        code = hs__certs_parse(text_span(p->certificates), where, &certs, fault);
        if (code)
            return code;
        show_certificates(sh, &certs);
        hs__certs_free(&certs);
    }
    return p->key ? show_key(sh, text_span(p->key), fault) : code;
}

hs__exit show_pkcs12(const show *sh, hs_span der, const char *where, hs__fault *fault) {
    hs__bytes password = {0};
    hs__pkcs12 content = {0};
    if (!hs__pkcs12_is_there())
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s is a PKCS#12 file, and this mini-ca was built without libcrypto, "
                             "which reads them",
                             hs__safe(where));
    hs__exit code = hs__password_get(sh->password, hs__safe(where), false, &password, fault);
    if (code)
        return code;
    hs_status st = hs__pkcs12_read(der, password.p ? (const char *)password.p : "", &content);
    hs__bytes_free(&password);
    if (st == HS_E_KEY_PASSWORD)
        return hs__fault_set(fault, HS__EXIT_PASSWORD, "the password does not open %s",
                             hs__safe(where));
    if (st)
        return hs__fail_status(fault, st, "%s", hs__safe(where));
    code = put_content(sh, &content, where, fault);
    hs__pkcs12_free(&content);
    return code;
}
