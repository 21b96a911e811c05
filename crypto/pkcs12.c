#include "crypto/pkcs12.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/der.h"
#include "crypto/libcrypto/pkcs12.h"

bool hs__pkcs12_looks_like(hs_span der) {
    unsigned version;
    hs_span pfx, content, type;
    return hs__der_take(&der, HS__DER_SEQUENCE, &pfx) && hs__der_take_small(&pfx, &version) &&
           version == 3 && hs__der_take(&pfx, HS__DER_SEQUENCE, &content) &&
           hs__der_take(&content, HS__DER_OID, &type);
}

void hs__pkcs12_free(hs__pkcs12 *p) {
    if (p->key)
        hs__wipe(p->key, strlen(p->key));
    free(p->key);
    free(p->certificates);
    *p = (hs__pkcs12){0};
}

#ifdef HS_HAVE_LIBCRYPTO

bool hs__pkcs12_is_there(void) {
    return true;
}

hs_status hs__pkcs12_write(const hs__pkcs12_contents *contents, const char *password, uint8_t **out,
                           size_t *n) {
    return hs__lc_pkcs12_write(contents, password, out, n);
}

hs_status hs__pkcs12_read(hs_span der, const char *password, hs__pkcs12 *out) {
    return hs__lc_pkcs12_read(der, password, out);
}

#else

bool hs__pkcs12_is_there(void) {
    return false;
}

hs_status hs__pkcs12_write(const hs__pkcs12_contents *contents, const char *password, uint8_t **out,
                           size_t *n) {
    (void)contents;
    (void)password;
    *out = NULL;
    *n = 0;
    return HS_E_UNSUPPORTED;
}

hs_status hs__pkcs12_read(hs_span der, const char *password, hs__pkcs12 *out) {
    (void)der;
    (void)password;
    *out = (hs__pkcs12){0};
    return HS_E_UNSUPPORTED;
}

#endif
