#include "apps/common/certs.h"

#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "crypto/digest.h"
#include "pki/pem.h"
#include "pki/text.h"

void hs__certs_free(hs__certs *certs) {
    hs__bytes_free(&certs->der);
    free(certs->v);
    *certs = (hs__certs){0};
}

static hs__exit add_cert(hs_span der, const char *where, hs__certs *out, hs__fault *fault) {
    hs__rd_root root;
    hs__cert *v = realloc(out->v, (out->n + 1) * sizeof *v);
    if (!v)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    out->v = v;
    hs_status st = hs__certificate_read(der, NULL, &v[out->n], &root);
    if (st)
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s: certificate %zu is not well formed: %s: %s", hs__safe(where),
                             out->n + 1, root.where, root.problem);
    out->n++;
    return HS__EXIT_OK;
}

static hs__exit add_blocks(hs_span text, const char *where, hs__certs *out, hs__fault *fault) {
    for (;;) {
        hs__pem_block block;
        hs_status st = hs__pem_next(&text, &block);
        if (st == HS_E_NO_CERTIFICATE)
            return HS__EXIT_OK;
        if (st == HS_OK && !hs__pem_is(&block, "CERTIFICATE"))
            continue;
        uint8_t *der = out->der.p + out->der.n;
        size_t n = 0;
        if (st == HS_OK)
            st = hs__pem_decode(&block, der, &n);
        if (st)
            return hs__fail_status(fault, st, "%s: certificate %zu", hs__safe(where), out->n + 1);
        out->der.n += n;
        hs__exit code = add_cert((hs_span){der, n}, where, out, fault);
        if (code)
            return code;
    }
}

hs__exit hs__certs_parse(hs_span text, const char *where, hs__certs *out, hs__fault *fault) {
    hs__exit code;
    *out = (hs__certs){0};
    /* What decodes from base64 is shorter than the text, also with three bytes more a block. */
    out->der.p = malloc(text.n + 4);
    if (!out->der.p)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    if (hs__pem_looks_like(text)) {
        code = add_blocks(text, where, out, fault);
    } else if (text.n > 0 && text.p[0] == 0x30) {
        memcpy(out->der.p, text.p, text.n);
        out->der.n = text.n;
        code = add_cert(hs__bytes_span(&out->der), where, out, fault);
    } else {
        code = HS__EXIT_OK;
    }
    if (code == HS__EXIT_OK && out->n == 0)
        code = hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s holds no certificate, neither PEM nor DER", hs__safe(where));
    if (code)
        hs__certs_free(out);
    return code;
}

hs__exit hs__certs_read(const char *path, hs__certs *out, hs__fault *fault) {
    hs__bytes text;
    hs__exit code = hs__file_read(path, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    code = hs__certs_parse(hs__bytes_span(&text), path, out, fault);
    hs__bytes_free(&text);
    return code;
}

hs__exit hs__certs_add_pem(hs_span der, hs__bytes *text, hs__fault *fault) {
    size_t n = hs__pem_room("CERTIFICATE", der.n);
    uint8_t *p = realloc(text->p, text->n + n);
    if (!p)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    text->p = p;
    hs_status st = hs__pem_write("CERTIFICATE", der, (char *)p + text->n, &n);
    if (st)
        return hs__fail_status(fault, st, "writing a certificate");
    text->n += n;
    return HS__EXIT_OK;
}

hs_status hs__cert_sha256(const hs_provider *provider, const hs__cert *cert, char *out) {
    uint8_t digest[HS__HASH_MAX];
    hs_status st = hs__digest(provider, HS__SHA256, cert->der, digest);
    if (st == HS_OK)
        hs__hex((hs_span){digest, 32}, out, 65);
    return st;
}

const char *hs__hex(hs_span bytes, char *out, size_t room) {
    hs__text t;
    hs__text_init(&t, out, room);
    hs__text_hex(&t, bytes);
    return out;
}
