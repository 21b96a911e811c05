#include "apps/common/ca_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL = 16, KEY_ROOM = 8192 };

hs__exit hs__ca_make_key(const hs_provider *p, int kind, hs_span password, hs__private_key **key,
                         hs__bytes *pem, hs__fault *fault) {
    char text[KEY_ROOM];
    size_t n = sizeof text;
    hs_status st = p->key_generate(p, hs__key_kind_type(kind), hs__key_kind_bits(kind), key);
    if (st == HS_OK)
        st = p->key_write(p, *key, password, text, &n);
    pem->p = st == HS_OK ? malloc(n) : NULL;
    if (pem->p) {
        memcpy(pem->p, text, n);
        pem->n = n;
    } else if (st == HS_OK) {
        st = HS_E_NOMEM;
    }
    hs__wipe(text, sizeof text);
    return st ? hs__fail_status(fault, st, "making a key (%s)", hs__key_kind_names[kind])
              : HS__EXIT_OK;
}

hs__exit hs__ca_sign(const hs_provider *p, hs__cert_template *t, const hs__private_key *subject,
                     const hs__private_key *issuer, const char *what, hs__certs *out,
                     hs__fault *fault) {
    uint8_t serial[SERIAL];
    hs__public_numbers own, signer;
    hs_status st = p->random(p, serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40); /* positive, and always 16 bytes */
    if (st == HS_OK)
        st = p->key_public(p, subject, &own);
    if (st == HS_OK)
        st = p->key_public(p, issuer, &signer);
    if (st)
        return hs__fail_status(fault, st, "making %s", what);
    t->serial = (hs_span){serial, sizeof serial};
    t->public_key = &own;
    size_t n = hs__certificate_room(t);
    uint8_t *der = malloc(n);
    st = der ? hs__certificate_issue(p, t, issuer, hs__sig_alg_for(signer.type), der, &n)
             : HS_E_NOMEM;
    hs__exit code = st ? hs__fail_status(fault, st, "making %s", what)
                       : hs__certs_parse((hs_span){der, n}, what, out, fault);
    free(der);
    return code;
}

void hs__ca_name_text(const char *text, const char *end, char *out, size_t room) {
    if (strchr(text, '=')) {
        snprintf(out, room, "%s", text);
        return;
    }
    size_t at = (size_t)snprintf(out, room, "CN=");
    for (const char *p = text; *p && at + 4 < room; p++) {
        bool is_edge = p == text || p[1] == 0;
        if (strchr(",+\"\\<>;", *p) || (is_edge && strchr(" #", *p)))
            out[at++] = '\\';
        out[at++] = *p;
    }
    snprintf(out + at, room - at, "%s", end);
}
